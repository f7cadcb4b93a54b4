"""USE CASE: a person stops a dialer, lets it go on, or lets go what is held at it; each is written down."""

from __future__ import annotations

import socket
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from gateway.config import DialerConfig
from gateway.store import Store
from gateway.store.audit import Deed
from gateway.store.fetches import FETCH

MOST_REASON = 200  # characters
PATIENCE = 3.0  # seconds


@dataclass(frozen=True, kw_only=True, slots=True)
class Hand:
    """Whose it is, why, and from where."""

    actor: str
    reason: str = ""
    address: str = ""


def pause(store: Store, dialer: str, hand: Hand, *, now: float) -> bool:
    """Nothing new is sent from now on, within about a second everywhere; False when it was paused already."""
    return store.console.lines.pause(dialer, _deed(hand, "dialer.paused", dialer), now=now)


def resume(store: Store, dialer: str, hand: Hand, *, now: float) -> bool:
    """What has waited goes on its way; False when it was not paused."""
    return store.console.lines.resume(dialer, _deed(hand, "dialer.resumed", dialer), now=now)


def release(store: Store, dialer: str, scope: str, hand: Hand, *, now: float) -> int | None:
    """Let what is held under `scope` go; how many leads that were, None when nothing was held there."""
    if scope not in {hold.scope for hold in store.holds(dialer)}:
        return None
    deed = replace(_deed(hand, "dialer.released", dialer), detail={"scope": scope})
    if scope.startswith(FETCH):
        released = store.quarantine.release(scope.removeprefix(FETCH), dialer, now=now)
        store.console.audit.add(deed, now=now)
        return released
    return store.console.lines.release(dialer, scope, deed, now=now)


def unreachable(dialer: DialerConfig) -> str | None:
    """Why nobody answers at its address, None when somebody does; nothing is sent: it could be a lead."""
    parts = urlsplit(dialer.url)
    place = (parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
    try:
        socket.create_connection(place, timeout=PATIENCE).close()
    except OSError as error:
        return error.strerror or type(error).__name__
    return None


def _deed(hand: Hand, action: str, dialer: str) -> Deed:
    return Deed(
        actor=hand.actor,
        action=action,
        subject="dialer",
        subject_id=dialer,
        reason=" ".join(hand.reason.split())[:MOST_REASON],
        address=hand.address,
    )
