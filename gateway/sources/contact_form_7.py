"""Contact Form 7 with "CF7 to Webhook": flat JSON under the form's tag names, special mail tags with `_` before."""

from __future__ import annotations

from typing import Any

from gateway.config import SourceConfig
from gateway.leads.lead import Submission
from gateway.sources import sampling, signatures, wordpress
from gateway.sources.base import Inbound
from gateway.sources.questionnaire import Filled
from gateway.sources.wordpress import Record, text_of

# https://contactform7.com/special-mail-tags/
_SPECIAL = "_"
_PAGES = ("_url", "_post_url")
_TITLE = "_post_title"
_SERIAL = "_serial_number"  # only with Flamingo; otherwise an entry has no id


def verify(source: SourceConfig, inbound: Inbound) -> None:
    signatures.verify(source.auth, inbound)


def parse(source: SourceConfig, inbound: Inbound) -> list[Submission]:
    return wordpress.submissions(source, inbound, _filled)


def sample(source: SourceConfig, number: int) -> Inbound:
    return sampling.proven(source, sampling.posted_json(source, _sample(number)))


def _filled(sent: Record) -> Filled:
    special = {name: value for name, value in sent.items() if name.startswith(_SPECIAL)}
    typed = {name: _without_content(value) for name, value in sent.items() if name not in special}
    return Filled(
        payload=sent,
        answers=list(wordpress.answers_of(typed)),
        key=text_of(special.get(_SERIAL)),
        form_name=wordpress.form_name(typed) or text_of(special.get(_TITLE)),
        page_url=next((text for tag in _PAGES if (text := text_of(special.get(tag)))), ""),
        about=special,
    )


def _without_content(value: Any) -> Any:
    """A file may come along in base64; its name is enough beside the lead."""
    if isinstance(value, list):
        return [_without_content(item) for item in value]
    if isinstance(value, dict) and "filename" in value:
        return text_of(value["filename"])
    return value


def _sample(number: int) -> dict[str, Any]:
    return {
        "your-name": "Asha Verma",
        "your-email": "asha@example.com",
        "your-phone": sampling.phone(number),
        "your-message": "Please call after six.",
        "menu-plan": ["Term"],
        "_url": "https://www.example.com/plan/?gclid=Cj0KCQsample",
        "_post_title": "Plan",
        "_remote_ip": "203.0.113.9",
        "_date": "October 6, 2026",
        "_time": "2:19 pm",
    }
