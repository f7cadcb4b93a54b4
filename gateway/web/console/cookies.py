"""The console's cookies: their names, what protects them, and how they end."""

from __future__ import annotations

from flask import Response, request

from gateway.web.context import services

SESSION = "sid"
PATH = "/"


def name_of(name: str) -> str:
    """With https a name that browsers take only from us, for this host alone, and never over plain http."""
    return f"__Host-{name}" if _secure() else name


def read(name: str) -> str:
    """The value of one of our cookies; empty when there is none."""
    return request.cookies.get(name_of(name), "")


def put(
    response: Response, name: str, value: str, *, seconds: int | None = None, same_site: str = "Lax"
) -> None:
    """Give the browser a cookie; without `seconds` it ends with the browser."""
    response.set_cookie(
        name_of(name),
        value,
        max_age=seconds,
        path=PATH,
        secure=_secure(),
        httponly=True,
        samesite=same_site,
    )


def remove(response: Response, name: str) -> None:
    """Take a cookie back; browsers want the same attributes for that."""
    response.delete_cookie(name_of(name), path=PATH, secure=_secure(), httponly=True, samesite="Lax")


def _secure() -> bool:
    return services().config.public_url.startswith("https:")
