"""Who is asking: a person's browser that shows pages, or a program that reads JSON."""

from __future__ import annotations

from flask import Request

from gateway.sources.body import is_json

FORMS = "/forms/"
CONSOLE = "/console"


def wants_page(request: Request) -> bool:
    """Only forms and the console have pages; everywhere else every client gets JSON."""
    if in_console(request):
        return request.headers.get("HX-Request") != "true" and not wants_json(request)
    return request.path.startswith(FORMS) and not wants_json(request)


def in_console(request: Request) -> bool:
    """Whether this is an address of the operator console."""
    return request.path == CONSOLE or request.path.startswith(f"{CONSOLE}/")


def wants_json(request: Request) -> bool:
    """The client asks for JSON, says it is a script, or sent JSON itself."""
    if request.headers.get("X-Requested-With", "").lower() == "xmlhttprequest":
        return True
    if is_json(request.mimetype):
        return True
    accept = request.accept_mimetypes
    return bool(accept["application/json"] > accept["text/html"])
