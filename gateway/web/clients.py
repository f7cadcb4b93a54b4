"""Who is asking at a form: a person's browser that shows pages, or a program that reads JSON."""

from __future__ import annotations

from flask import Request

from gateway.sources.body import is_json

FORMS = "/forms/"


def wants_page(request: Request) -> bool:
    """Only forms have pages; everywhere else every client gets JSON."""
    return request.path.startswith(FORMS) and not wants_json(request)


def wants_json(request: Request) -> bool:
    """The client asks for JSON, says it is a script, or sent JSON itself."""
    if request.headers.get("X-Requested-With", "").lower() == "xmlhttprequest":
        return True
    if is_json(request.mimetype):
        return True
    accept = request.accept_mimetypes
    return bool(accept["application/json"] > accept["text/html"])
