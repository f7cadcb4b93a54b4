"""What a visitor sees of a form: our own page, or anybody's form again with each problem at its field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from flask import Response, g, render_template, request, url_for

from gateway.config import SourceConfig
from gateway.leads.lead import LeadStatus, Problem
from gateway.sources.form import Filled
from gateway.web import hosted_form, thanks
from gateway.web.captcha_widgets import widget_of
from gateway.web.consent_box import FIELD as CONSENT
from gateway.web.consent_box import box_of
from gateway.web.context import correlation_id, secret_key, services
from gateway.web.form_inputs import Input, as_sent, asked, told
from gateway.web.hosted_form import form_of, is_embedded
from gateway.web.redirects import allowed_redirect
from gateway.web.wording import PARAMETER, Words, name_of, words_of

NOT_KEPT = Problem(field="", code="gateway.error", message="The enquiry was not kept. Send it again.")


def blank(source: SourceConfig) -> Response:
    """The form itself, with the fields its source asks for."""
    words = words_of(source, request)
    page = _hosted("forms/blank.html", source, words, hidden=hosted_form.hidden_of(source, words))
    response = _response(page, 200)
    # Not no-store: then browsers would not show again what was typed when a visitor comes back to this page.
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def again(source: SourceConfig, filled: Filled, problems: Sequence[Problem], status: int = 422) -> Response:
    """The form once more, with everything that was typed."""
    return _response(_again(source, filled, problems), status)


def unsent(source: SourceConfig, filled: Filled, *, code: str, seconds: str) -> str:
    """The form once more, because it could not be taken just now."""
    problem = Problem(field="", code=code, message="") if code == "rate.exceeded" else NOT_KEPT
    return _again(source, filled, [problem], seconds=seconds)


def refused(code: str, *, status: int, retryable: bool, seconds: str) -> str:
    """A page that only says what went wrong."""
    words = words_of(g.get("source"), request)
    known = code if words.find(f"errors.{code}.title") else "ours" if status >= 500 else "unreadable"
    return _render(
        "errors/error.html",
        words,
        title=words.text(f"errors.{known}.title"),
        text=words.text(f"errors.{known}.text", seconds=seconds),
        typed_is_kept=retryable,
        instance=correlation_id(),
    )


def sent(source: SourceConfig, filled: Filled, lead: LeadStatus) -> Response:
    """Off to the page that says thank you: the form's own wish where it is allowed, the source's, or ours."""
    target = None if is_embedded() else allowed_redirect(source, filled.redirect) or source.thanks_url
    if target is None:  # also in a frame, where the website's own page would stand inside itself
        token = thanks.make(secret_key(), source.name, lead.id, now=services().clock.now())
        language = words_of(source, request).language
        target = url_for("thanks.show", source_name=source.name, t=token, lang=language, embed=_embed())
    return Response(status=303, headers={"Location": target})


def script(name: str) -> Response:
    """A script of our own pages; the same for everybody until the next version."""
    response = Response(render_template(f"forms/{name}.js"), content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=300"
    response.add_etag()
    response.make_conditional(request)
    return response


# -- pages ---------------------------------------------------------------------------------------------------


def _again(source: SourceConfig, filled: Filled, problems: Sequence[Problem], seconds: str = "") -> str:
    words = words_of(source, request)
    messages = {each.field: told(words, each).replace("{seconds}", seconds) for each in problems}
    if not hosted_form.is_hosted(filled):
        inputs = as_sent(words, filled.typed, messages)
        return _form("forms/again.html", source, words, inputs, messages=messages)
    hidden = hosted_form.hidden_again(source, words, filled, messages.keys())
    return _hosted("forms/again.html", source, words, hidden=hidden, filled=filled, messages=messages)


def _hosted(
    template: str,
    source: SourceConfig,
    words: Words,
    *,
    hidden: dict[str, str],
    filled: Filled | None = None,
    messages: dict[str, str] | None = None,
) -> str:
    """Our own form, empty or as it was filled."""
    g.shows_captcha = True
    messages = messages or {}
    inputs = asked(form_of(source), words, filled.typed if filled else {}, messages)
    return _form(
        template,
        source,
        words,
        inputs,
        messages=messages,
        hidden=hidden,
        trap=hosted_form.TRAP,
        consent=box_of(source, words, filled, messages.get(CONSENT, "")),
        widget=widget_of(source),
    )


def _form(
    template: str,
    source: SourceConfig,
    words: Words,
    inputs: Sequence[Input],
    *,
    messages: dict[str, str],
    **parts: Any,
) -> str:
    shown = {each.name for each in inputs} | ({CONSENT} if parts.get("consent") else set())
    return _render(
        template,
        words,
        inputs=inputs,
        action=url_for("forms.submit", source_name=source.name, embed=_embed()),
        languages=_languages(source),
        messages=messages,
        elsewhere=[message for field, message in messages.items() if field not in shown],
        **parts,
    )


def _languages(source: SourceConfig) -> list[dict[str, str]]:
    """This page in each of its languages, with everything else its address says."""
    kept = [(name, value) for name, value in request.args.items(multi=True) if name != PARAMETER]
    return [
        {
            "tag": language,
            "name": name_of(source, language),
            "href": f"?{urlencode([*kept, (PARAMETER, language)])}",
        }
        for language in form_of(source).languages
    ]


def _embed() -> str | None:
    return "1" if is_embedded() else None


def _render(template: str, words: Words, **values: Any) -> str:
    g.page = True  # its headers are those of a page
    return render_template(template, words=words, **values)


def _response(page: str, status: int) -> Response:
    return Response(page, status, content_type="text/html; charset=utf-8")
