"""Who may pass into the console: people who have signed in, whose role covers the page, from our own pages."""

from __future__ import annotations

from gateway.web.errors import Refusal


def signed_in() -> None:
    """The guard of every page of the console."""
    raise Refusal("access.refused")


def anybody() -> None:
    """The guard of the sign-in itself."""
