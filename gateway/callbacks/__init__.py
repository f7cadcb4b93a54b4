"""Tells a source, at its callback_url, what became of its leads: signed, again and again, and to nobody else."""

from gateway.callbacks.teller import Teller

__all__ = ["Teller"]
