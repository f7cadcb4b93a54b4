"""Alerts: what is wrong, who is told, and when it is over."""
