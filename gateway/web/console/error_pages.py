"""What went wrong, as a page in the console's look: with its menu for those who have signed in, plain for others."""

from __future__ import annotations

from contextlib import suppress

from flask import Response, g

from gateway.store import StoreUnavailable
from gateway.web.console import cookies, door
from gateway.web.console.page import page
from gateway.web.context import correlation_id
from gateway.web.errors import Refusal

# What programs are told of these would make no sense to somebody in front of a page.
_FAULT = (
    "Something went wrong here",
    "The fault is the gateway's. Load the page again; if it stays so, look for the number below in the log.",
)
_AWAY = (
    "The database cannot be reached",
    "Load the page again in a moment, and look whether your last change is there. `gateway check` says what is wrong.",
)


def answer(refusal: Refusal) -> Response:
    """The page of one refusal; it never holds a value that was sent."""
    reason = refusal.reason
    title, text = _told(refusal)
    _look_who_it_is()
    return page(
        "error.html" if "person" in g else "error_plain.html",
        status=reason.status,
        title=title,
        text=text,
        problems=[problem.message for problem in refusal.problems],
        seconds=refusal.headers.get("Retry-After", ""),
        instance=correlation_id(),
        reason_code=refusal.reason_code,
    )


def _told(refusal: Refusal) -> tuple[str, str]:
    if refusal.reason_code == "gateway.error":
        return _FAULT
    return _AWAY if refusal.reason_code.startswith("storage.") else (refusal.reason.title, refusal.detail)


def _look_who_it_is() -> None:
    """For an address that does not exist nobody has asked yet."""
    if "person" in g:
        return
    token = cookies.read(cookies.SESSION)
    with suppress(StoreUnavailable):
        found = door.known(token) if token else None
        if found is not None:
            door.let_in(token, found)
