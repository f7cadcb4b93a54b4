"""Elementor Pro forms: a form post by label, or, with "Advanced data" on, PHP arrays that know each field's type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gateway.config import SourceConfig
from gateway.leads.lead import Submission
from gateway.sources import sampling, signatures
from gateway.sources.base import Inbound
from gateway.sources.body import read_anything
from gateway.sources.generic import SECRET_FIELDS
from gateway.sources.php_body import nested, records_of
from gateway.sources.questionnaire import Answer, Asks, Filled, submission_of, unreadable_row

_ASKS = {"tel": Asks.PHONE, "email": Asks.EMAIL, "textarea": Asks.MESSAGE}
_NO_LABEL = "No Label "  # how Elementor calls a field without a label, before the field's id
_CREDIT = "Powered by"  # its value, "Elementor", says nothing about a lead
_ADVANCED = "fields["


def verify(source: SourceConfig, inbound: Inbound) -> None:
    signatures.verify(source.auth, inbound)


def parse(source: SourceConfig, inbound: Inbound) -> list[Submission]:
    records = records_of(read_anything(inbound, without=SECRET_FIELDS))
    return [
        submission_of(source, _filled(record)) if isinstance(record, dict) else unreadable_row(record)
        for record in records
    ]


def sample(source: SourceConfig, number: int) -> Inbound:
    return sampling.proven(source, sampling.posted_form(source, _sample(number)))


# -- reading -------------------------------------------------------------------------------------------------


def _filled(sent: Mapping[str, Any]) -> Filled:
    # A label may hold brackets of its own, so names are taken apart only where Elementor made them.
    if any(name.startswith(_ADVANCED) for name in sent):
        sent = nested(sent)
    fields, form, meta = (sent.get(part) for part in ("fields", "form", "meta"))
    if isinstance(fields, dict):
        return _advanced(sent, fields, _object(form), _object(meta))
    return Filled(
        payload=sent,
        answers=list(_by_label(sent)),
        form_name=_text(sent.get("form_name")),
        about={"form_id": sent["form_id"]} if sent.get("form_id") else {},
    )


def _by_label(sent: Mapping[str, Any]) -> Iterator[Answer]:
    for label, value in sent.items():
        if label not in ("form_id", "form_name", _CREDIT):
            yield Answer(label=label.removeprefix(_NO_LABEL), value=value)


def _advanced(
    sent: Mapping[str, Any], fields: Mapping[str, Any], form: Mapping[str, Any], meta: Mapping[str, Any]
) -> Filled:
    told = {name: _object(item).get("value") for name, item in meta.items() if name != "credit"}
    page_url = _text(told.pop("page_url", ""))
    form_id = {"form_id": form["id"]} if form.get("id") else {}
    return Filled(
        payload=sent,
        answers=[_answer(name, item) for name, item in fields.items() if isinstance(item, dict)],
        form_name=_text(form.get("name")),
        page_url=page_url,
        about={**form_id, **{name: value for name, value in told.items() if value}},
    )


def _answer(name: str, item: Mapping[str, Any]) -> Answer:
    return Answer(
        label=_text(item.get("title")),
        name=_text(item.get("id")) or name,
        value=item.get("value"),
        asks=_ASKS.get(_text(item.get("type")), Asks.ANYTHING),
    )


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _sample(number: int) -> dict[str, str]:
    found = {"form[id]": "7bb3a2c", "form[name]": "Enquiry"}
    questions = (
        ("name", "text", "Name", "Asha Verma"),
        ("field_3a1", "tel", "Phone", sampling.phone(number)),
        ("email", "email", "Email", "asha@example.com"),
        ("message", "textarea", "Message", "Please call after six."),
    )
    for name, kind, title, value in questions:
        parts = {
            "id": name,
            "type": kind,
            "title": title,
            "value": value,
            "raw_value": value,
            "required": "1",
        }
        found |= {f"fields[{name}][{part}]": text for part, text in parts.items()}
    told = (
        ("date", "Date", "October 6, 2026"),
        ("time", "Time", "2:19 pm"),
        ("page_url", "Page URL", "https://www.example.com/plan/?utm_source=google&utm_campaign=diwali"),
        ("remote_ip", "Remote IP", "203.0.113.9"),
    )
    for name, title, value in told:
        found |= {f"meta[{name}][title]": title, f"meta[{name}][value]": value}
    return found
