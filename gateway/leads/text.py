"""Cleans text so that it cannot break the dialer's SQL or its agents' screens, and says what it changed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from unicodedata import category, normalize

from gateway.leads.reasons import FieldError

READ_AT_MOST = 2_000  # characters looked at; the longest field keeps 200
MARKS_AT_MOST = 5  # per letter: Indian and Tibetan writing needs four, a flood of accents has dozens

# Printable ASCII without " # + ; < > \ : what most values are, and what needs no cleaning.
_PLAIN = re.compile(r"[ !$-*,-:=?-\[\]-~]+")
_BROKEN = re.compile("[\x00\ud800-\udfff]")

# The dialer writes values into SQL unescaped and cuts it at ; and #; agents' screens show < and > raw.
_BREAKERS = frozenset('\\";#<>')
# Letters by category, yet nothing is seen: Hangul fillers and Khmer vowels that are never written.
_BLANK_LETTERS = frozenset("\u115f\u1160\u17b4\u17b5\u3164\uffa0\u034f\u2800")
_JOINERS = frozenset("\u200c\u200d")
_ABOVE_THREE_BYTES = 0xFFFF  # the dialer's tables store 4-byte characters as ????


@dataclass(frozen=True, slots=True)
class CleanText:
    """Text the dialer takes, and the codes of what was changed."""

    text: str
    codes: tuple[str, ...] = ()


class _Fate(Enum):
    KEEP = auto()
    SPACE = auto()
    PLUS = auto()
    MARK = auto()
    JOINER = auto()
    REMOVE = auto()


class _Fates(dict[str, _Fate]):
    """What becomes of each character, worked out once; at most one entry per character of the basic plane."""

    def __missing__(self, char: str) -> _Fate:
        if ord(char) > _ABOVE_THREE_BYTES:
            return _Fate.REMOVE
        fate = self[char] = _fate(char)
        return fate


def _fate(char: str) -> _Fate:
    if char in _BREAKERS or char in _BLANK_LETTERS or "\ufe00" <= char <= "\ufe0f":  # variation selectors
        return _Fate.REMOVE
    if char == "+":
        return _Fate.PLUS
    if char in _JOINERS:
        return _Fate.JOINER
    if char.isspace():
        return _Fate.SPACE
    kind = category(char)[0]
    return {"Z": _Fate.SPACE, "C": _Fate.REMOVE, "M": _Fate.MARK}.get(kind, _Fate.KEEP)


_FATES = _Fates()


def clean_text(value: str, limit: int) -> CleanText:
    """At most `limit` characters of `value`, in NFC, white space folded; raises FieldError."""
    if len(value) <= limit and _PLAIN.fullmatch(value) and "  " not in value and value == value.strip(" "):
        return CleanText(value)
    refuse_broken(value)
    # NFC comes first, since it makes a semicolon of U+037E, and again for letters that are now side by side.
    kept, codes = _keep_readable(normalize("NFC", value[:READ_AT_MOST]))
    text = normalize("NFC", " ".join(kept.split()))
    if len(value) > READ_AT_MOST or len(text) > limit:
        text = _cut(text, limit)
        codes.append("text.cut")
    if not text:
        return CleanText("", ("text.emptied",) if value.strip() else ())
    return CleanText(text, tuple(codes))


def refuse_broken(value: str) -> None:
    """Raise FieldError for a NUL or a lone surrogate."""
    if is_broken(value):
        raise FieldError("text.invalid")


def is_broken(value: str) -> bool:
    """Whether `value` holds a NUL or a lone surrogate, which no database and no JSON takes."""
    return _BROKEN.search(value) is not None


def _keep_readable(value: str) -> tuple[str, list[str]]:
    kept: list[str] = []
    codes: dict[str, None] = {}
    marks = 0
    for char in value:
        fate = _FATES[char]
        if fate is _Fate.KEEP:
            marks = 0
            kept.append(char)
        elif fate is _Fate.MARK and marks < MARKS_AT_MOST:
            marks += 1
            kept.append(char)
        elif fate is _Fate.SPACE or fate is _Fate.PLUS:
            marks = 0
            kept.append(" ")
            if fate is _Fate.PLUS:
                codes["text.plus"] = None
        elif fate is _Fate.JOINER and kept and _joins(kept[-1]):
            kept.append(char)
        else:
            codes["text.cleaned"] = None
    return "".join(kept), list(codes)


def _joins(before: str) -> bool:
    """Whether a ZWJ or ZWNJ after this character shapes a letter: Indian scripts, and Arabic for Urdu."""
    return "\u0900" <= before <= "\u0dff" or "\u0620" <= before <= "\u06ff" or "\ua8e0" <= before <= "\ua8ff"


def _cut(text: str, limit: int) -> str:
    """The first `limit` characters, less the last letter if its vowel signs would be cut off."""
    end = min(limit, len(text))
    while 0 < end < len(text) and (_FATES[text[end]] is _Fate.MARK or text[end] in _JOINERS):
        end -= 1
    return text[:end].rstrip(" ")
