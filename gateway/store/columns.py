"""How values become columns and come back: JSON text, clean text, states."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from gateway.leads.lead import Note, Problem

EMPTY_OBJECT = "{}"
EMPTY_LIST = "[]"


def to_json(value: Mapping[str, Any]) -> str:
    """JSON text of an object; numbers beyond 64 bits and broken text can be kept too."""
    if not value:
        return EMPTY_OBJECT
    try:
        return orjson.dumps(dict(value)).decode()
    except TypeError:
        return json.dumps(dict(value), default=str)


def notes_to_json(notes: Iterable[Note | Problem]) -> str:
    """JSON text of warnings or problems."""
    if not notes:
        return EMPTY_LIST
    return orjson.dumps(
        [{"field": note.field, "code": note.code, "message": note.message} for note in notes]
    ).decode()


def from_json(text: str | None) -> dict[str, Any]:
    """The object behind JSON text, numbers exact."""
    value: dict[str, Any] = json.loads(text) if text else {}
    return value


def notes(text: str) -> tuple[Note, ...]:
    """The warnings behind JSON text."""
    return () if text == EMPTY_LIST else tuple(Note(**each) for each in orjson.loads(text))


def problems(text: str) -> tuple[Problem, ...]:
    """The problems behind JSON text."""
    return () if text == EMPTY_LIST else tuple(Problem(**each) for each in orjson.loads(text))


def clean(text: str) -> str:
    """Text that every engine can keep: NUL and lone surrogates, as some URLs have them, are replaced."""
    if text.isprintable():
        return text
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()
