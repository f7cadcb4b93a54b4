"""A submission page as one HTML file that needs nothing else: for a mail, a browser, a printer."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, select_autoescape

from gateway.web.prose import block_kind, spans
from gateway.web.submission.page import SubmissionPage
from gateway.web.templates import loader


def as_html(page: SubmissionPage) -> str:
    return _environment().get_template("submission/page.html").render(page=page)


@cache
def _environment() -> Environment:
    """Of its own: the command line has no request that templates of the web could ask."""
    made = Environment(
        loader=loader(),
        autoescape=select_autoescape(),
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals.update(spans=spans, block_kind=block_kind)
    return made
