"""What somebody typed to find a lead may mean: a number in any spelling, an id, a reference, a name, or just a text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from gateway.leads.phone import PhoneRules, read_phone
from gateway.leads.reasons import FieldError
from gateway.store.wanted import Wanted

LONGEST = 100  # characters that are looked at
SHORTEST_ENDING = 4  # digits: what a masked number shows
_SHORTEST_TEXT = 3
_DIALABLE = range(6, 17)
_WHOLE = 10  # digits that are no ending any more: the index of numbers has answered for them

_ID = re.compile(r"[0-9A-HJKMNP-TV-Z]{20}")
_BEGINNING_OF_ID = re.compile(r"(?=.*\d)(?=.*[A-Z])[0-9A-HJKMNP-TV-Z]{8,19}")
_DIALERS_ID = re.compile(r"\d{1,19}", re.ASCII)
_REFERENCE = re.compile(r"(?=.*\d)[0-9A-Za-z][0-9A-Za-z_./#-]{2,35}")
_NUMBER = re.compile(r"[\d\s()+.\-]+", re.ASCII)
_HIDDEN = re.compile(r"[•*xX….\s-]*[•*xX…-][•*xX….\s-]*(\d[\d\s-]*)", re.ASCII)  # ••••••3210, *3210, …3210


class By(StrEnum):
    """One reading of what was typed; in the order in which they are tried."""

    ID = "id"
    PHONE = "phone"
    DIALERS_ID = "lead_id"
    ENDING = "ending"
    REFERENCE = "reference"
    NAME = "name"
    TEXT = "text"


_UNINDEXED = frozenset({By.REFERENCE, By.NAME, By.TEXT})
_AS_WRITTEN = frozenset({By.NAME, By.TEXT})

SAID: Mapping[By, str] = MappingProxyType(
    {
        By.ID: "the gateway's own id",
        By.PHONE: "a phone number",
        By.DIALERS_ID: "the dialer's Lead ID",
        By.ENDING: "the last digits of a phone number",
        By.REFERENCE: "a sender's reference",
        By.NAME: "a name",
        By.TEXT: "anything in what was received",
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What is looked for if that is what was meant."""

    by: By
    wanted: Wanted
    only_if_asked: bool = False  # it is plainly something else; nobody should wait for this

    @property
    def said(self) -> str:
        return SAID[self.by]


def readings(typed: str, region: str, *, masked: bool = False) -> tuple[Reading, ...]:
    """Everything it may mean, the most telling first; empty where it is too little to look for.

    `masked`: for people who see no more of a number than its end. Whoever may ask for five digits, and then for six,
    soon knows all of them.
    """
    shown = _shown(typed)
    text = _in_ascii(shown)
    plain = _NUMBER.fullmatch(text) is not None or _ID.fullmatch(text.upper()) is not None
    found = ((by, read(shown if by in _AS_WRITTEN else text, region)) for by, read in _READERS.items())
    return tuple(
        Reading(by=by, wanted=wanted, only_if_asked=plain and by in _UNINDEXED)
        for by, wanted in found
        if wanted is not None and not (masked and _tells_digits(wanted))
    )


def _tells_digits(wanted: Wanted) -> bool:
    """Whether what is found tells a digit that a masked number hides."""
    return wanted.text is not None or len(wanted.phone_end or "") > SHORTEST_ENDING


def _shown(typed: str) -> str:
    """What a person sees of it: no control characters, no white space twice, composed as we keep text."""
    kept = "".join(char if char.isprintable() or char.isspace() else "" for char in typed[: 4 * LONGEST])
    return unicodedata.normalize("NFC", " ".join(kept.split()))[:LONGEST]


def _in_ascii(text: str) -> str:
    """Digits of every script as those we count with."""
    return "".join(str(unicodedata.decimal(char, char)) for char in text)


def _by_id(text: str, _region: str) -> Wanted | None:
    upper = text.upper()
    is_id = _ID.fullmatch(upper) or (_BEGINNING_OF_ID.fullmatch(upper) and not _HIDDEN.fullmatch(text))
    return Wanted(lead_id=upper) if is_id else None


def _by_phone(text: str, region: str) -> Wanted | None:
    try:
        return Wanted(phone=read_phone(text, PhoneRules(region=region)).digits)
    except FieldError:
        pass
    digits = _digits(text) if _NUMBER.fullmatch(text) else ""
    return Wanted(phone=digits) if len(digits) in _DIALABLE else None


def _by_dialers_id(text: str, _region: str) -> Wanted | None:
    return Wanted(dialer_lead_id=text) if _DIALERS_ID.fullmatch(text) else None


def _by_ending(text: str, _region: str) -> Wanted | None:
    hidden = _HIDDEN.fullmatch(text)
    digits = _digits(hidden[1] if hidden else text)
    if not SHORTEST_ENDING <= len(digits) < _WHOLE:
        return None
    return Wanted(phone_end=digits) if hidden or _NUMBER.fullmatch(text) else None


def _by_reference(text: str, _region: str) -> Wanted | None:
    if _NUMBER.fullmatch(text) or not _REFERENCE.fullmatch(text):
        return None
    return Wanted(reference=text)


def _by_name(text: str, _region: str) -> Wanted | None:
    letters = sum(1 for char in text if char.isalpha())
    return Wanted(name=text) if letters > 1 and "@" not in text and not _HIDDEN.fullmatch(text) else None


def _by_text(text: str, _region: str) -> Wanted | None:
    if len(text) < _SHORTEST_TEXT or _HIDDEN.fullmatch(text):
        return None
    digits = _in_ascii(text)
    return Wanted(text=_digits(digits) if _NUMBER.fullmatch(digits) else text)


def _digits(text: str) -> str:
    return "".join(char for char in text if "0" <= char <= "9")


_READERS: Mapping[By, Callable[[str, str], Wanted | None]] = MappingProxyType(
    {
        By.ID: _by_id,
        By.PHONE: _by_phone,
        By.DIALERS_ID: _by_dialers_id,
        By.ENDING: _by_ending,
        By.REFERENCE: _by_reference,
        By.NAME: _by_name,
        By.TEXT: _by_text,
    }
)
