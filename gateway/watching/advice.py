"""Suggests the line of configuration by which a changed field would be read."""

from __future__ import annotations

import re

from gateway.config import SourceConfig
from gateway.leads.field_names import DIALER_FIELDS, NOT_ALLOWED, place_of
from gateway.watching.drift import Change, What

_FREE = ("CustomField1", "CustomField2")
_CARRIES = ("value", "text", "number", "raw", "formatted", "full")
_LAST_STEP = re.compile(r'(?:"((?:[^"\\]|\\.)*)"|([A-Za-z0-9_]+))$', re.ASCII)
_NOT_TO_MAP = NOT_ALLOWED | {"prospects_id"}


def line_for(change: Change, source: SourceConfig, *, inside: tuple[str, ...] = ()) -> str:
    """For `[sources.NAME.fields]`; empty where nothing has to be read. `inside`: paths of the parts of a field that
    has become an object."""
    if change.what is What.BACK or (change.what is What.MISSING and not change.instead):
        return ""
    path = change.instead or _where_to_read(change, inside)
    names = readers(change.path, source)
    if names:
        # Beside it the expression may name others: those stay.
        return "; ".join(
            f"{name} = {_toml(_naming(change.path).sub(lambda _: path, source.fields[name]))}"
            for name in names
        )
    return f"{_field_for(path, source)} = {_toml(path)}"


def readers(path: str, source: SourceConfig) -> tuple[str, ...]:
    """The fields whose mapping names this path."""
    naming = _naming(path)
    return tuple(name for name, expression in source.fields.items() if naming.search(expression))


def _where_to_read(change: Change, inside: tuple[str, ...]) -> str:
    if change.after == "object":
        return _best_part(inside, change.path) or change.path
    if change.after == "list" and change.what is What.RETYPED:
        return f"{change.path}[0]"
    return change.path


def _naming(path: str) -> re.Pattern[str]:
    """Finds `path` in an expression, and not as a part of another."""
    return re.compile(rf"(?<![\w.]){re.escape(path)}(?!\w)")


def _field_for(path: str, source: SourceConfig) -> str:
    place = place_of(last_name(path))
    taken = {*source.fields, *source.constants}
    if place is not None and place.field in DIALER_FIELDS and place.field not in _NOT_TO_MAP | taken:
        return place.field
    return next((name for name in _FREE if name not in taken), _FREE[-1])


def _best_part(paths: tuple[str, ...], of: str) -> str:
    """The part that means what the whole meant, else one whose name says that it carries the value, else the first."""
    place = place_of(last_name(of))
    for path in paths:
        part = place_of(last_name(path))
        if place is not None and part is not None and part.field == place.field:
            return path
    carrying = (path for name in _CARRIES for path in paths if last_name(path).casefold() == name)
    return next(carrying, paths[0] if paths else "")


def last_name(path: str) -> str:
    """`answer."Your city?"` ends in `Your city?`."""
    found = _LAST_STEP.search(path)
    return (found[1] or found[2] or "") if found else path


def _toml(text: str) -> str:
    if '"' not in text and "\\" not in text:
        return f'"{text}"'
    return f"'{text}'" if "'" not in text else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
