"""Asks the platforms that keep their leads for whatever their pushes have lost."""

from gateway.pulling.puller import Puller

__all__ = ["Puller"]
