"""Takes passwords, SQL and personal data out of what a dialer wrote, before it is kept or shown."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote, quote_plus

from gateway.dialer.outcome import Fields

KEPT = 2_000  # characters of an answer
_READ = 2 * KEPT
_MARGIN = 300  # dropped at the end of a text that was cut: half a secret is not recognised as one
_GONE = "[removed]"

# What a lead says about a person; sources, types, list and reference do not.
_IMPERSONAL = frozenset(
    {
        "list_id",
        "prospects_id",
        "EnquirySource",
        "EnquiryType",
        "CreateEnquiryID",
        "WebEnquiryNumber",
        "LeadSource",
        "LeadSubSource",
        "phone_code",
    }
)
_SHORTEST_SECRET = 4
_SHORTEST_VALUE = 3

_SQL = re.compile(
    r"\b(?:INSERT\s+(?:IGNORE\s+)?INTO|REPLACE\s+INTO|SELECT|UPDATE\s+\S+\s+SET|DELETE\s+FROM)\b.*",
    re.IGNORECASE | re.DOTALL,
)
_LOGIN_ECHO = re.compile(
    r"((?:login incorrect|invalid username/password|too many login attempts|does not have permission)[^|\n]*)"
    r"\|[^\"\n]*",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_NUMBER = re.compile(r"(?<![\w+])\+?\d(?:[ -]?\d){9,15}(?!\d)")
_UNICODE_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")


class Redactor:
    """Knows the secrets of one dialer's configuration."""

    def __init__(self, parameters: Mapping[str, str], headers: Mapping[str, str]) -> None:
        values = [*parameters.values(), *headers.values()]
        values += [value.split(" ", 1)[1] for value in headers.values() if " " in value]  # "Bearer …"
        self._secrets = tuple(sorted(set(_spellings(values, _SHORTEST_SECRET)), key=len, reverse=True))
        short = [re.escape(value) for value in values if 0 < len(value) < _SHORTEST_SECRET]
        # A short password would take half the answer with it, so it goes only where a dialer echoes it.
        self._short = re.compile(rf"(?<=\|)(?:{'|'.join(short)})(?=\|)") if short else None

    def clean(self, text: str, leads: Sequence[Fields] = ()) -> str:
        """`text` as it may be kept: at most 2,000 characters."""
        was_cut = len(text) > _READ
        text = _readable(text[:_READ])
        text = _LOGIN_ECHO.sub(rf"\1{_GONE}", _SQL.sub("[SQL removed]", text))
        for secret in self._secrets:
            text = text.replace(secret, _GONE)
        if self._short:
            text = self._short.sub(_GONE, text)
        for value in _personal(leads, encoded="%" in text):
            if value in text:
                text = text.replace(value, _GONE)
        text = _EMAIL.sub(_GONE, text) if "@" in text else text
        lists = frozenset(lead.get("list_id", "") for lead in leads)
        text = _NUMBER.sub(lambda found: found[0] if found[0] in lists else _GONE, text)
        return text[:-_MARGIN][:KEPT] if was_cut else text[:KEPT]


def _readable(text: str) -> str:
    """Without the escapes that would hide a value from its spelling."""
    if "\\" in text:
        text = _UNICODE_ESCAPE.sub(_unescape, text).replace("\\/", "/")
    return html.unescape(text) if "&" in text else text


def _unescape(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    return "\ufffd" if 0xD800 <= code <= 0xDFFF else chr(code)


def _personal(leads: Sequence[Fields], *, encoded: bool) -> list[str]:
    """What must not stay of the leads sent, longest first, as sent, in capitals and as a URL has it."""
    values: list[str] = []
    for lead in leads:
        for name, value in lead.items():
            if name in _IMPERSONAL or not value:
                continue
            values.append(value)
            if name == "CustomerName":
                values += value.split()
    return sorted(set(_spellings(values, _SHORTEST_VALUE, encoded=encoded)), key=len, reverse=True)


def _spellings(values: Iterable[str], shortest: int, *, encoded: bool = True) -> Iterable[str]:
    for value in values:
        if len(value) < shortest:
            continue
        yield value
        if value.isdecimal():
            continue
        yield value.upper()
        if encoded and not (value.isalnum() and value.isascii()):
            yield quote(value, safe="", errors="replace")
            yield quote_plus(value, errors="replace")
