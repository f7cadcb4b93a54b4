"""Tells whoever listens which leads this process has just brought into a dialer."""

from __future__ import annotations

from collections.abc import Callable

from gateway.store.records import QueuedLead

Listener = Callable[[str, QueuedLead], None]  # the dialer and its new lead; must be quick and must not raise


class Arrivals:
    """Of one process; a lead is told once, by the process whose request delivered it."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def tell(self, dialer: str, lead: QueuedLead) -> None:
        """The lead is on disk as delivered."""
        for listener in self._listeners:
            listener(dialer, lead)
