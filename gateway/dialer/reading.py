"""Reads what a dialer wrote, JSON or lines of text, into a flag, a message and the data beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import orjson

_LEAD_KEY = re.compile(r"lead\s*[_-]?\s*(\d{1,4})", re.IGNORECASE)
_LEAD_ID = re.compile(r"[0-9A-Za-z_-]{1,36}")
_YES = frozenset({"true", "1"})
_NO = frozenset({"false", "0"})
_PRINTED_ESCAPE = re.compile(r"\\(?![\"\\/bfnrtu])")
_OBJECT = re.compile(r'\{\s*"')
_SEVERAL_OBJECTS = 8


@dataclass(frozen=True, slots=True)
class Said:
    """One answer about one lead or call."""

    flag: bool | None = None  # None where neither `success` nor `status` says yes or no
    message: str = ""
    data: Mapping[str, str] = field(default_factory=dict)  # keys in lower case without spaces: leadid, listid

    @property
    def lead_id(self) -> str | None:
        """The dialer's Lead ID; "0" and words are none."""
        value = self.data.get("leadid", "")
        return value if _LEAD_ID.fullmatch(value) and value.strip("0-_") and _has_digit(value) else None


@dataclass(frozen=True, slots=True)
class Reading:
    """The whole answer: as text always, as one answer or one for each numbered lead where it is JSON."""

    text: str
    whole: Said | None = None
    leads: Mapping[int, Said | None] = field(default_factory=dict)


def read(body: bytes) -> Reading:
    """What `body` says; never raises."""
    text = body.decode("utf-8", errors="replace").lstrip("\ufeff")
    document = _object(text)
    if document is None:
        return Reading(text)
    leads = _numbered(document)
    said = _said(document)
    says_something = said.flag is not None or bool(said.lead_id) or bool(said.message and not leads)
    return Reading(text, said if says_something else None, leads)


def _object(text: str) -> dict[str, Any] | None:
    """The JSON object that the text is, or the one that stands in it behind a PHP notice."""
    whole = _load(text)
    if whole is not None:
        return whole
    end = text.rfind("}") + 1
    for start in islice(_OBJECT.finditer(text, 0, end), _SEVERAL_OBJECTS):
        part = _load(text[start.start() : end])
        if part is not None:
            return part
    return None


def _load(text: str) -> dict[str, Any] | None:
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError:
        if "{" not in text:
            return None
        # Line breaks inside strings and `\_`: how the dialer's printed document has its own answers.
        try:
            document = orjson.loads(_PRINTED_ESCAPE.sub("", " ".join(text.split())))
        except orjson.JSONDecodeError:
            return None
    return document if isinstance(document, dict) else None


def _numbered(document: Mapping[str, Any]) -> dict[int, Said | None]:
    leads: dict[int, Said | None] = {}
    for key, value in document.items():
        match = _LEAD_KEY.fullmatch(key.strip())
        if match:
            leads[int(match[1])] = _said(value) if isinstance(value, dict) else None
    return leads


def _said(document: Mapping[str, Any]) -> Said:
    plain = {_key(name): value for name, value in document.items()}
    data = plain.get("data")
    if isinstance(data, list) and len(data) == 1:
        data = data[0]
    inner = {_key(name): value for name, value in data.items()} if isinstance(data, dict) else {}
    flag = _flag(plain.get("success"))
    if flag is None:
        flag = _flag(plain.get("status"))
    message = plain.get("message")
    values = {name: _text(value) for name, value in {**plain, **inner}.items() if name in _WANTED}
    if "status" not in inner:
        values.pop("status", None)
    return Said(flag, message if isinstance(message, str) else "", values)


_WANTED = frozenset({"leadid", "listid", "status", "phonenumber", "prospectsid"})


def _key(name: str) -> str:
    return "".join(name.split()).replace("_", "").lower()


def _flag(value: object) -> bool | None:
    """Yes or no as the dialer writes it; a string is never taken as true because it is not empty."""
    word = _text(value).lower()
    if word in _YES:
        return True
    return False if word in _NO else None


def _text(value: object) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else ""


def _has_digit(value: str) -> bool:
    return any(char.isdigit() for char in value)
