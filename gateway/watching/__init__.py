"""Notices what a source no longer does: bring leads, or bring them with the same fields."""

from gateway.watching.watch import Watch

__all__ = ["Watch"]
