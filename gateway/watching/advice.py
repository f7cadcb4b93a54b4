"""Suggests the line of configuration by which a changed field would be read."""

from __future__ import annotations

import re

from gateway.config import SourceConfig
from gateway.leads.field_names import DIALER_FIELDS, NOT_ALLOWED, place_of
from gateway.watching.drift import Change, What

_FREE = ("CustomField1", "CustomField2")
_LAST_STEP = re.compile(r'(?:"((?:[^"\\]|\\.)*)"|([A-Za-z0-9_]+))$', re.ASCII)
_NOT_TO_MAP = NOT_ALLOWED | {"prospects_id"}


def line_for(change: Change, source: SourceConfig, *, inside: tuple[str, ...] = ()) -> str:
    """For `[sources.NAME.fields]`; empty where nothing has to be read. `inside`: paths of the parts of a field that
    has become an object."""
    if change.what is What.BACK:
        return ""
    if change.what is What.MISSING:
        return _line(readers(change.path, source), change.instead) if change.instead else ""
    path = change.path
    if change.after == "object":
        path = _best_part(inside, change.path) or change.path
    elif change.after == "list" and change.what is What.RETYPED:
        path = f"{change.path}[0]"
    return _line(readers(change.path, source) or (_field_for(path, source),), path)


def readers(path: str, source: SourceConfig) -> tuple[str, ...]:
    """The fields whose mapping names this path."""
    whole = re.compile(rf"(?<![\w.]){re.escape(path)}(?!\w)")
    return tuple(name for name, expression in source.fields.items() if whole.search(expression))


def _field_for(path: str, source: SourceConfig) -> str:
    place = place_of(last_name(path))
    taken = {*source.fields, *source.constants}
    if place is not None and place.field in DIALER_FIELDS and place.field not in _NOT_TO_MAP | taken:
        return place.field
    return next((name for name in _FREE if name not in taken), _FREE[-1])


def _best_part(paths: tuple[str, ...], of: str) -> str:
    """The part that means what the whole meant, else the first."""
    place = place_of(last_name(of))
    for path in paths:
        part = place_of(last_name(path))
        if place is not None and part is not None and part.field == place.field:
            return path
    return paths[0] if paths else ""


def last_name(path: str) -> str:
    """`answer."Your city?"` ends in `Your city?`."""
    found = _LAST_STEP.search(path)
    return (found[1] or found[2] or "") if found else path


def _line(names: tuple[str, ...], path: str) -> str:
    return "; ".join(f"{name} = {_toml(path)}" for name in names)


def _toml(text: str) -> str:
    if '"' not in text and "\\" not in text:
        return f'"{text}"'
    return f"'{text}'" if "'" not in text else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
