"""What a page of the console asks of whoever opens it, and who that is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import current_app, g, request

from gateway.accounts import Person, Role
from gateway.web.errors import Refusal

V = TypeVar("V", bound=Callable[..., Any])
_NEEDS = "needed_role"
_TAKES = "most_bytes"


def needs(role: Role) -> Callable[[V], V]:
    """Mark a view: nobody with less than `role` may open it. A view without a mark is closed to everybody."""

    def mark(view: V) -> V:
        setattr(view, _NEEDS, role)
        return view

    return mark


def takes_bytes(most: int) -> Callable[[V], V]:
    """Mark a view: what is sent to it may be larger than other bodies, as an uploaded list is."""

    def mark(view: V) -> V:
        setattr(view, _TAKES, most)
        return view

    return mark


def make_room(person: Person) -> None:
    """Let a large body in where the view takes one, from whoever may open it; asked before anything is read."""
    endpoint = request.endpoint or ""
    most = getattr(current_app.view_functions.get(endpoint), _TAKES, None)
    needed = needed_by(endpoint)
    if most is not None and needed is not None and person.role.covers(needed):
        request.max_content_length = request.max_form_memory_size = most


def needed_by(endpoint: str) -> Role | None:
    """The mark of an endpoint's view."""
    return cast("Role | None", getattr(current_app.view_functions.get(endpoint), _NEEDS, None))


def refuse_the_wrong_role(person: Person) -> None:
    """Raises unless `person` may open the view of this request."""
    needed = needed_by(request.endpoint or "")
    if needed is None:
        raise Refusal("gateway.unguarded")
    if not person.role.covers(needed):
        raise Refusal("console.role")


def person() -> Person:
    """Who has signed in; the guard of every page has looked."""
    return cast("Person", g.person)


def may(role: str) -> bool:
    """For templates: whether what asks for `role` should be shown."""
    return "person" in g and person().role.covers(Role(role))
