"""A second factor's secret on its way from one page to the next: sealed, for one person, and not for long."""

from __future__ import annotations

import base64
import binascii

from gateway.accounts import second_factor
from gateway.web.context import secret_key

LASTS = 900  # seconds


def make(secret: str, user_id: str, *, now: float) -> str:
    """What the form carries."""
    text = f"{int(now)} {secret}"
    return base64.urlsafe_b64encode(second_factor.seal(secret_key(), text, _whose(user_id))).decode()


def secret_of(ticket: str, user_id: str, *, now: float) -> str | None:
    """The secret, unless the ticket is old, somebody else's, or not ours."""
    try:
        sealed = base64.urlsafe_b64decode(ticket.encode("ascii", "replace"))
        text = second_factor.unseal(secret_key(), sealed, _whose(user_id))
    except (binascii.Error, ValueError, second_factor.Unsealable):
        return None
    made, _, secret = text.partition(" ")
    return secret if now - int(made) <= LASTS else None


def _whose(user_id: str) -> str:
    return f"not yet {user_id}"
