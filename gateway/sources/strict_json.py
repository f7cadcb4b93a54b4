"""Reads JSON strictly: UTF-8 only, bounded depth and numbers, no name twice, whole characters."""

from __future__ import annotations

import json
import math
from typing import Any, Never

from gateway.sources.base import Unreadable

MOST_DEPTH = 16
MOST_DIGITS = 20
EXACT_DIGITS = 18  # longer whole numbers stay text: no float or 64-bit column may round an id


def loads(raw: bytes) -> Any:
    """The value in `raw`; raises Unreadable with the reason."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("body.not_utf8", "The body is not UTF-8. Send JSON in UTF-8.") from None
    try:
        value = _DECODER.decode(text)
    except RecursionError:
        raise _too_deep() from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise Unreadable("body.not_json", f"The body is not JSON: look at {where}.") from None
    _check(value, 1)
    return value


def _check(value: Any, depth: int) -> None:
    if isinstance(value, str):
        _check_text(value)
        return
    if not isinstance(value, dict | list):
        return
    if depth > MOST_DEPTH:
        raise _too_deep()
    if isinstance(value, dict):
        for name in value:
            _check_text(name)
        value = list(value.values())
    for item in value:
        _check(item, depth + 1)


def _check_text(text: str) -> None:
    if text.isascii():
        return
    try:
        text.encode()
    except UnicodeEncodeError:
        message = "A text holds half a character (a lone surrogate). Send whole characters."
        raise Unreadable("body.surrogate", message) from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Unreadable("field.duplicate", "A name stands twice in one JSON object. Send each name once.")
    return found


def _whole(digits: str) -> int | str:
    length = len(digits.lstrip("-"))
    if length > MOST_DIGITS:
        raise Unreadable("body.number", f"A number has more than {MOST_DIGITS} digits. Send it as text.")
    return int(digits) if length <= EXACT_DIGITS else digits


def _decimal(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise Unreadable("body.number", "A number is too large. Send it as text.")
    return number


def _constant(_name: str) -> Never:
    raise Unreadable("body.number", "NaN and Infinity are not JSON. Send a number, text or null.")


def _too_deep() -> Unreadable:
    return Unreadable(
        "body.too_deep", f"The JSON is nested more than {MOST_DEPTH} levels deep. Send it flatter."
    )


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_whole, parse_float=_decimal, parse_constant=_constant
)
