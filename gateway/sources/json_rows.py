"""Takes a JSON array apart into the bytes of its elements, so that one unreadable element spoils no other."""

from __future__ import annotations

import json
import re

from gateway.sources.base import Unreadable

_SPACE = re.compile(r"[ \t\r\n]*")
# Numbers stay text: what an element holds is judged when it is read by itself.
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)


def split(raw: bytes, *, at_most: int) -> list[bytes]:
    """The elements as they were written; raises Unreadable where it is no array, or one of too many."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("body.not_utf8", "The body is not UTF-8. Send JSON in UTF-8.") from None
    place = _after_space(text, 0)
    if text[place : place + 1] != "[":
        raise _no_array(text, place)
    rows: list[bytes] = []
    place = _after_space(text, place + 1)
    if text[place : place + 1] == "]":
        return _ended(text, place, rows)
    while True:
        end = _end_of_element(text, place)
        rows.append(text[place:end].encode("utf-8", "surrogatepass"))
        if len(rows) > at_most:
            raise Unreadable("records.too_many", f"One request carries at most {at_most} leads. Send fewer.")
        place = _after_space(text, end)
        if text[place : place + 1] == "]":
            return _ended(text, place, rows)
        if text[place : place + 1] != ",":
            raise _broken(text, place)
        place = _after_space(text, place + 1)


def _end_of_element(text: str, place: int) -> int:
    try:
        return _DECODER.raw_decode(text, place)[1]
    except RecursionError:
        raise Unreadable("body.too_deep", "The JSON is nested too deep. Send it flatter.") from None
    except json.JSONDecodeError as error:
        raise _broken(text, error.pos) from None


def _ended(text: str, place: int, rows: list[bytes]) -> list[bytes]:
    after = _after_space(text, place + 1)
    if after < len(text):
        raise _broken(text, after)
    return rows


def _no_array(text: str, place: int) -> Unreadable:
    """Another JSON value is another mistake than no JSON at all."""
    end = _end_of_element(text, place)
    if _after_space(text, end) < len(text):
        return _broken(text, end)
    message = "Send a JSON array: one object with a lead's fields for each row."
    return Unreadable("batch.not_a_list", message)


def _after_space(text: str, place: int) -> int:
    found = _SPACE.match(text, place)
    return found.end() if found else place


def _broken(text: str, place: int) -> Unreadable:
    where = f"line {text.count(chr(10), 0, place) + 1}, column {place - text.rfind(chr(10), 0, place)}"
    return Unreadable("body.not_json", f"The body is not JSON: look at {where}.")
