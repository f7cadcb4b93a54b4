"""What a visitor sees after sending a form: thanks, or the form again with each problem at its field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import Response, current_app, g, render_template, url_for

from gateway.config import Form, SourceConfig
from gateway.leads.field_names import PLACES
from gateway.leads.lead import LeadStatus, Problem
from gateway.leads.vocabulary import squeeze
from gateway.sources.form import CONTROLS, REDIRECTS, TRAPS, Filled
from gateway.web import thanks
from gateway.web.redirects import allowed_redirect

LABELS = {
    "CustomerName": "Name",
    "first_name": "First name",
    "last_name": "Last name",
    "MobileNo": "Mobile number",
    "phone_number": "Phone number",
    "EnquiryType": "What is it about?",
    "CustomField1": "Anything else?",
}
HIDDEN = frozenset(
    {"LeadfromURL", "LeadSource", "LeadSubSource", "EnquirySource", "WebEnquiryNumber", "referrer"}
)
TYPES = {"MobileNo": "tel", "phone_number": "tel"}
COMPLETE = {"CustomerName": "name", "first_name": "given-name", "last_name": "family-name", "MobileNo": "tel"}
NOT_KEPT = "We could not keep your enquiry just now. Please wait a moment and send it again."
LONG = 80  # characters; longer text gets a box of several lines


@dataclass(frozen=True, kw_only=True, slots=True)
class Input:
    """One field of the page that shows a form again."""

    name: str
    value: str
    label: str
    type: str = "text"
    complete: str = ""
    message: str = ""

    @property
    def is_long(self) -> bool:
        return self.type == "text" and (len(self.value) > LONG or "\n" in self.value)


def blank(source: SourceConfig) -> Response:
    """The form itself, with the fields its source asks for."""
    asked = (source.form or Form()).fields
    inputs = [replace(_input(name, "", None), type=TYPES.get(name, "text")) for name in asked]
    return _response(_render("forms/blank.html", source=source, inputs=inputs), 200)


def sent(source: SourceConfig, filled: Filled, lead: LeadStatus) -> Response:
    """Off to the page that says thank you: the form's own wish where it is allowed, the source's, or ours."""
    target = allowed_redirect(source, filled.redirect) or source.thanks_url
    if target is None:
        token = thanks.make(_secret_key(), source.name, lead.id)
        target = url_for("forms.thank", source_name=source.name, t=token)
    return Response(status=303, headers={"Location": target})


def thank(source: SourceConfig, token: str) -> Response:
    """Our own thank-you page."""
    reference = thanks.reference(_secret_key(), source.name, token)
    return _response(_render("forms/thanks.html", reference=reference), 200)


def again(source: SourceConfig, filled: Filled, problems: Sequence[Problem]) -> Response:
    """The form once more, with everything that was typed."""
    return _response(_again(source, filled, problems), 422)


def unsent(source: SourceConfig, filled: Filled) -> str:
    """The form once more, because this time the fault is ours."""
    return _again(source, filled, [Problem(field="", code="gateway.error", message=NOT_KEPT)])


def _again(source: SourceConfig, filled: Filled, problems: Sequence[Problem]) -> str:
    inputs = _inputs(filled.typed, {problem.field: problem for problem in problems})
    shown = {each.name for each in inputs}
    elsewhere = [problem for problem in problems if problem.field not in shown]
    return _render("forms/again.html", source=source, inputs=inputs, problems=problems, elsewhere=elsewhere)


def _inputs(typed: Mapping[str, Any], problems: Mapping[str, Problem]) -> list[Input]:
    inputs = [_input(name, typed[name], problems.get(name)) for name in typed if isinstance(typed[name], str)]
    missing = [name for name in problems if name and name not in typed]
    return [_input(name, "", problems[name]) for name in missing] + inputs


def _input(name: str, value: str, problem: Problem | None) -> Input:
    place = PLACES.get(squeeze(name))
    field = place.field if place else ""
    hidden = problem is None and (_is_control(name) or field in HIDDEN or name.lower().startswith("utm_"))
    return Input(
        name=name,
        value=value,
        label=LABELS.get(field) or name.replace("_", " ").replace("-", " ").strip().capitalize(),
        type="hidden" if hidden else TYPES.get(field, "text"),
        complete=COMPLETE.get(field, ""),
        message=problem.message if problem else "",
    )


def _is_control(name: str) -> bool:
    lower = name.lower()
    return (
        lower.startswith("_") or lower in CONTROLS or lower in REDIRECTS or lower in TRAPS or "clid" in lower
    )


def _render(template: str, **values: Any) -> str:
    g.page = True  # its headers are those of a page
    return render_template(template, **values)


def _response(page: str, status: int) -> Response:
    return Response(page, status, content_type="text/html; charset=utf-8")


def _secret_key() -> str:
    return str(current_app.extensions["gateway.secret"])
