"""The only place that speaks a dialer's HTTP API; its answers are values."""
