"""What of a lead is hidden until an operator asks to see it: numbers and e-mail addresses; secrets stay hidden."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.leads.field_names import place_of
from gateway.sources.keeping import SECRET_PARAMETERS
from gateway.web.console.writing import masked

HIDDEN = "[hidden]"
SHORTEST = 6  # digits of a number that anybody dials
_PHONE_FIELDS = frozenset({"MobileNo", "phone_number"})
_OTHER_PHONES = frozenset({"other_phone", "wa_id"})
_EMAIL = re.compile(r"([^\s@<>\"'=:,;&]{1,64})(@|%40)([\w-]{1,63}(?:\.[\w-]{1,63})+)")
_NUMBER = re.compile(
    r"(?P<moment>(?:19|20)\d\d-[01]\d-[0-3]\d(?:[T ]\d\d(?::\d\d){0,2}(?:\.\d{1,9})?)?)"
    r"|(?P<uuid>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
    r"|(?<!\d)\+?\d(?:[ ()/-]{0,2}\d){8,15}(?!\d)",
    re.ASCII | re.IGNORECASE,
)


_DIGIT = re.compile(r"\d")


def veiled(text: str) -> str:
    """What one person wrote for the others, a reason for instance, without numbers: not all of them may see one."""
    return Veil(shown=False).text(text)


@dataclass(frozen=True, kw_only=True, slots=True)
class Veil:
    """Lies over everything a person sent, unless it is `shown`; `phone` is the lead's own number."""

    shown: bool
    phone: str = ""
    secrets: frozenset[str] = frozenset()
    plain: frozenset[str] = frozenset()  # long numbers that are no phone: lists, ids

    def text(self, value: str) -> str:
        """`value` without numbers, e-mail addresses and secrets."""
        for secret in self.secrets:
            if secret in value:
                value = value.replace(secret, HIDDEN)
        if self.shown or not value:
            return value
        return self._numbers(_EMAIL.sub(_veiled_address, value))

    def field(self, name: str, value: Any) -> Any:
        """The same for the value of a field, by what its name says too; whatever JSON can hold."""
        if name.lower() in SECRET_PARAMETERS and value:
            return HIDDEN
        if isinstance(value, Mapping):
            return {self.text(str(key)): self.field(str(key), item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.field(name, item) for item in value]
        if isinstance(value, bool | float) or value is None:
            return self._fraction(name, value) if isinstance(value, float) else value
        if not self.shown and _is_phone(name) and _DIGIT.search(str(value)):
            return masked(str(value))
        return self.text(value) if isinstance(value, str) else self._whole(value)

    def pairs(self, values: Mapping[str, Any] | Iterable[tuple[str, Any]]) -> list[tuple[str, Any]]:
        """Names and values as they may be shown."""
        items = values.items() if isinstance(values, Mapping) else values
        return [(self.text(str(name)), self.field(str(name), value)) for name, value in items]

    def _fraction(self, name: str, number: float) -> Any:
        """Spreadsheets send the number to call as 9876543210.0."""
        written = f"{number:.0f}" if number.is_integer() else str(number)
        hidden = self.field(name, written)
        return number if hidden == written else hidden

    def _whole(self, number: int) -> int | str:
        text = self.text(str(number))
        return number if text == str(number) else text

    def _numbers(self, text: str) -> str:
        """Of any script: what is found in ASCII digits stands at the same place in the text itself."""
        digits = _in_ascii(text)
        spans = [found.span() for found in _NUMBER.finditer(digits) if not self._harmless(found)]
        if len(self.phone) >= SHORTEST:
            own = re.compile(r"\D{0,3}".join(self.phone))
            spans += [found.span() for found in own.finditer(digits)]
        for start, end in sorted(_merged(spans), reverse=True):
            text = text[:start] + _veiled(text[start:end]) + text[end:]
        return text

    def _harmless(self, found: re.Match[str]) -> bool:
        return bool(found["moment"] or found["uuid"]) or found[0] in self.plain


def _veiled(number: str) -> str:
    return masked("".join(char for char in number if char.isdigit()))


def _veiled_address(found: re.Match[str]) -> str:
    return f"{found[1][0]}•••{found[2]}{found[3]}"


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _in_ascii(text: str) -> str:
    """Every digit of any script as 0-9, each still one character."""
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.decimal(char)) if unicodedata.decimal(char, None) is not None else char
        for char in text
    )


def _is_phone(name: str) -> bool:
    if name in _OTHER_PHONES:
        return True
    place = place_of(name[:100])
    return place is not None and place.field in _PHONE_FIELDS
