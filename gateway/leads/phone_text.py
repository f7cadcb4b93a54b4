"""Reads a phone field's characters: which digits were meant, with + or without, what else was there."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from gateway.leads.reasons import FieldError

LONGEST = 100  # characters; two numbers with labels fit, anything longer is not a phone field
_NATIONAL_LENGTH = 10  # of an Indian number
_SHORTEST_NUMBER = 6  # digits; fewer before a comma or a slash are the first part of one number

_SPREADSHEET_SHORTENED = re.compile(r"\d{1,3}(?:[.,]\d{1,15})?[eE]\+?\d{1,3}", re.ASCII)
_SPREADSHEET_FLOAT = re.compile(r"(\d{6,16})\.0{1,6}", re.ASCII)
_GROUPED = re.compile(r"\d{1,3}(?:,\d{2,3}){2,5}", re.ASCII)  # 9,876,543,210 and 9,87,65,43,210
_WRAPPED = re.compile(
    r"""=?["']([^"']{1,80})["']|'(.{1,80})""", re.DOTALL
)  # ="987…" and '987… of spreadsheets
_LABEL = re.compile(
    r"(?:p|m|t|tel|telephone|ph|phone|mob|mobile|cell|contact|whats ?app|wa|call ?to|call)\b"
    r"[.:\s]{0,3}(?:(?:no|number|num)\b[.:\s]{0,3})?",
    re.ASCII | re.IGNORECASE,
)
_LABEL_BEHIND = re.compile(
    r"(?<=\d)[\s(]{1,3}(?:whats ?app|wa|mobile|mob|home|office|work|personal|[mhor])\)?\s{0,3}$",
    re.ASCII | re.IGNORECASE,
)
_RFC3966_EXTENSION = re.compile(r";\s{0,3}ext=", re.ASCII | re.IGNORECASE)
_EXTENSION = re.compile(
    r"([^a-z]{7,60}?)[\s,.]{0,3}(?:extension|extn|ext|x)[\s.:=]{0,3}\d{1,6}", re.ASCII | re.IGNORECASE
)
_BETWEEN_NUMBERS = re.compile(r"[,/;|&\n]|\b(?:or|and)\b", re.ASCII | re.IGNORECASE)
_MASK = frozenset("xX*•#?_…")
_PUNCTUATION = frozenset("+-.()[] ~\t\r")
_WHOLE_NUMBER = re.compile(r"(?:0|91|091)?\d{10}", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class NumberText:
    """The digits of the first number in a field, as written."""

    digits: str
    international: bool = False  # written with a + in front
    extension: bool = False  # there was one; it cannot be dialed
    other: str | None = None  # the rest of a field with two numbers


def read_number(text: str) -> NumberText:
    """The first number of `text` in ASCII digits; raises FieldError for what is not plainly a number."""
    if len(text) > LONGEST:
        raise FieldError("phone.too_long")
    text = _undecorated(text)
    if _SPREADSHEET_SHORTENED.fullmatch(text):
        raise FieldError("phone.excel")
    if whole := _SPREADSHEET_FLOAT.fullmatch(text):
        text = whole[1]
    elif _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    first, other = _first_of(_RFC3966_EXTENSION.sub(" x", text))
    extended = _EXTENSION.fullmatch(first)
    if extended and _digits(extended[1]):
        first = extended[1]
    first, second = _split_unmarked(first)
    first = _LABEL_BEHIND.sub("", first)
    _refuse_foreign_characters(first)
    digits = _digits(first)
    return NumberText(
        digits=digits,
        international=first.lstrip(" ([-").startswith("+"),
        extension=extended is not None,
        other=_other(digits, second or other),
    )


def _undecorated(text: str) -> str:
    text = (text if text.isascii() else "".join(map(_ascii, text))).strip()
    if wrapped := _WRAPPED.fullmatch(text):
        text = (wrapped[1] or wrapped[2]).strip()
    if label := _LABEL.match(text):
        text = text[label.end() :]
    return text.strip()


def _ascii(char: str) -> str:
    """Digits, hyphens and spaces of every script as ASCII; invisible marks that copying adds are dropped."""
    kind = unicodedata.category(char)
    if kind == "Nd":
        return str(unicodedata.decimal(char))
    if kind == "Pd" or char == "\N{MINUS SIGN}":
        return "-"
    if kind == "Zs":
        return " "
    if kind == "Cf":
        return ""
    plain = unicodedata.normalize("NFKC", char)
    # A superscript two is no digit of a phone number; full-width brackets and plus signs are plain ones.
    return plain if len(plain) == 1 and plain.isascii() and not plain.isdigit() else char


def _digits(text: str) -> str:
    return "".join(char for char in text if "0" <= char <= "9")


def _first_of(text: str) -> tuple[str, str]:
    """Split `98… / 97…` and `98… or 97…`; `022/2235342` and `98765,43210` stay one number."""
    start = 0
    for between in _BETWEEN_NUMBERS.finditer(text):
        head = text[: between.start()]
        if len(_digits(head)) >= _SHORTEST_NUMBER:
            return _without_separators(head), text[between.end() :].strip()
        start = between.end()
    return (_without_separators(text), "") if start else (text, "")


def _without_separators(text: str) -> str:
    return _BETWEEN_NUMBERS.sub(" ", text).strip()


def _split_unmarked(text: str) -> tuple[str, str]:
    """Split two numbers with only a blank or a + between them; a repeated +91 is not a second number."""
    plus = text.find("+", 1)
    if plus > 0 and len(_digits(text[:plus])) >= _SHORTEST_NUMBER:
        return text[:plus], text[plus:]
    if plus > 0 and _digits(text[:plus]):
        return text[:plus] + text[plus:].replace("+", " "), ""
    words = text.split()
    for count in range(1, len(words)):
        head, rest = words[:count], words[count:]
        if (
            _WHOLE_NUMBER.fullmatch(_digits("".join(head)))
            and len(_digits("".join(rest))) >= _NATIONAL_LENGTH
        ):
            return " ".join(head), " ".join(rest)
    return text, ""


def _refuse_foreign_characters(text: str) -> None:
    """The characters are judged here, because libphonenumber reads letters as the digits of a keypad."""
    strange = set(text) - _PUNCTUATION - set("0123456789")
    if not strange:
        return
    if strange <= _MASK:
        raise FieldError("phone.masked")
    if any(char.isalpha() for char in strange):
        raise FieldError("phone.letters")
    raise FieldError("phone.characters")


def _other(digits: str, rest: str) -> str | None:
    return rest if rest and _digits(rest) != digits else None
