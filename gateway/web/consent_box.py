"""The box a visitor ticks to be called: the text that is shown, whether it was ticked, and the evidence of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from gateway.config import SourceConfig
from gateway.leads.consent import Consent
from gateway.leads.lead import Problem
from gateway.sources.base import Inbound
from gateway.sources.form import Filled
from gateway.web.wording import Words

FIELD = "_consent"
LONGEST = 500  # characters of an address or a browser's name that are kept
_NOT_TICKED = frozenset({"", "0", "false", "no", "off"})


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsentBox:
    """The box as our own page shows it."""

    text: str
    mark: str  # what a ticked box sends: it names the text that was read
    required: bool
    ticked: bool
    message: str


def text_of(source: SourceConfig, words: Words) -> str:
    """What a visitor agrees to in this language; empty when the source asks for nothing."""
    return (source.consent_text and words.find("form.consent")) or source.consent_text or ""


def box_of(source: SourceConfig, words: Words, filled: Filled | None, message: str) -> ConsentBox | None:
    text = text_of(source, words)
    if not text:
        return None
    return ConsentBox(
        text=text,
        mark=_digest(text),
        required=source.consent_required,
        ticked=filled is not None and _typed(filled) == _digest(text),
        message=message,
    )


def problem_with(source: SourceConfig, words: Words, filled: Filled) -> Problem | None:
    """What is wrong with the box of our own page: not ticked, or ticked under a text that has changed since."""
    text, ticked = text_of(source, words), _typed(filled)
    if not text or ticked == _digest(text):
        return None
    if ticked:
        return _problem("consent.changed", "The text of the consent has changed. Show it again.")
    if source.consent_required:
        return _problem("consent.missing", "The consent is missing. Tick the box.")
    return None


def evidence(
    source: SourceConfig, words: Words, inbound: Inbound, filled: Filled, *, hosted: bool
) -> Consent | None:
    """What is kept with the lead; other sites' forms may show the text without a box."""
    text = text_of(source, words)
    if not text:
        return None
    ticked = _typed(filled).lower() not in _NOT_TICKED
    return Consent(
        text=text,
        version=source.consent_version or _digest(text),
        language=words.language,
        given=ticked if hosted or FIELD in filled.typed else None,
        page_url=_kept(filled.page_url),
        address=inbound.address,
        user_agent=_kept(inbound.header("user-agent")),
        at=inbound.received_at,
    )


def _kept(text: str) -> str:
    """What a browser said, without what no database takes."""
    return "".join(character for character in text[:LONGEST] if character.isprintable())


def _typed(filled: Filled) -> str:
    value = filled.typed.get(FIELD, "")
    return value.strip() if isinstance(value, str) else str(value)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _problem(code: str, message: str) -> Problem:
    return Problem(field=FIELD, code=code, message=message)
