"""A stand-in dialer: it answers the dialer's API from memory, shows what arrived and fails on demand."""
