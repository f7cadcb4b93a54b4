"""Our own form page: the marks it carries, what must be filled in, and how it knows itself when it comes back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from urllib.parse import urlencode

from flask import request

from gateway.config import Form, SourceConfig
from gateway.leads.lead import Problem
from gateway.sources.form import Filled
from gateway.spam import fill_time
from gateway.web import consent_box
from gateway.web.captcha_widgets import ANSWERS
from gateway.web.context import secret_key, services
from gateway.web.origins import origin_of
from gateway.web.wording import FIELD as LANGUAGE
from gateway.web.wording import PARAMETER, Words

MARK = "_hosted"
TRAP = "_gotcha"  # a field that people never see
PAGE, REFERRER = "_url", "referrer"
_OWN_PARAMETERS = frozenset({PARAMETER, "embed", "page"})
_NEW_ON_EVERY_PAGE = frozenset({MARK, TRAP, LANGUAGE, consent_box.FIELD}) | ANSWERS


def is_hosted(filled: Filled) -> bool:
    return filled.typed.get(MARK) == "1"


def is_embedded() -> bool:
    """Whether this page stands in a frame of somebody's website."""
    return request.args.get("embed") == "1"


def form_of(source: SourceConfig) -> Form:
    return source.form or Form()


def problems_of(source: SourceConfig, words: Words, filled: Filled) -> tuple[Problem, ...]:
    """What our own page insists on beside what every lead needs."""
    missing = [
        Problem(field=name, code="field.missing", message="This field is required. Fill it in.")
        for name in form_of(source).required
        if not str(filled.typed.get(name, "")).strip()
        and name != "MobileNo"  # the lead itself needs that one
    ]
    consent = consent_box.problem_with(source, words, filled)
    return (*missing, consent) if consent else tuple(missing)


def hidden_of(source: SourceConfig, words: Words) -> dict[str, str]:
    """The hidden fields of a form that is opened now."""
    marks = {
        MARK: "1",
        LANGUAGE: words.language,
        fill_time.FIELD: fill_time.make(secret_key(), source.name, now=services().clock.now()),
        PAGE: _page(source),
        REFERRER: "" if is_embedded() else _came_from(),
    }
    return {name: value for name, value in marks.items() if value}


def hidden_again(source: SourceConfig, words: Words, filled: Filled, spoilt: Set[str]) -> dict[str, str]:
    """Those of a form that comes back, its first mark too: mending one digit is quick for a person as well.
    Without the `spoilt` ones: nobody could mend what nobody sees."""
    return {MARK: "1", LANGUAGE: words.language, **dict(_kept(source, filled.typed, spoilt))}


def _kept(source: SourceConfig, typed: Mapping[str, object], spoilt: Set[str]) -> Iterator[tuple[str, str]]:
    shown = {*form_of(source).fields, *_NEW_ON_EVERY_PAGE, *spoilt}
    for name, value in typed.items():
        if name not in shown and isinstance(value, str):
            yield name, value


def _page(source: SourceConfig) -> str:
    """The page the form stands on: the website's around our frame, else this one with its campaign."""
    if is_embedded():
        named = request.args.get("page", "")
        return named if origin_of(named) in source.allowed_origins else _came_from()
    kept = [(name, value) for name, value in request.args.items(multi=True) if name not in _OWN_PARAMETERS]
    address = services().config.public_url.rstrip("/") + request.path
    return f"{address}?{urlencode(kept)}" if kept else address


def _came_from() -> str:
    referrer = request.referrer or ""
    own = {origin_of(services().config.public_url), origin_of(request.host_url)}
    return "" if origin_of(referrer) in own else referrer
