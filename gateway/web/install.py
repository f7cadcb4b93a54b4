"""The page for web developers: how to put this form on a website, with the code to copy."""

from __future__ import annotations

from flask import Blueprint, Response, g, render_template

from gateway.web import guards, snippets
from gateway.web.context import services
from gateway.web.errors import Refusal

blueprint = Blueprint("install", __name__, url_prefix="/forms")


@blueprint.get("/<source_name>/install", provide_automatic_options=False)
def show(source_name: str) -> Response:  # noqa: ARG001  the guard has looked it up
    """Every way, with this source's own address and fields in it."""
    g.page = True  # its headers are those of a page
    public_url = services().config.public_url
    page = render_template(
        "forms/install.html",
        source=g.source,
        public_url=public_url,
        snippets=snippets.snippets(g.source, public_url),
        remarks=snippets.remarks(g.source),
    )
    return Response(page, content_type="text/html; charset=utf-8")


def only_in_a_demo() -> None:
    """Elsewhere there is no such page: it would tell visitors how the form is guarded."""
    if not services().settings.demo:
        raise Refusal("route.not_found")
    guards.a_visitor()
