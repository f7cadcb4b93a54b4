"""Reads the keys that only one kind of source has."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.config.kinds import OPTIONS, Option
from gateway.config.table import Table
from gateway.config.values import ValueProblemError


def read_options(table: Table, kind: str) -> Mapping[str, str]:
    """Each option of `kind` by its name; those without a value are left out."""
    found = {option.name: _value(table, option) for option in OPTIONS.get(kind, ())}
    for option in OPTIONS.get(kind, ()):
        if option.needs and table.has(option.name) and not table.has(option.needs):
            table.problem(option.needs, f"is missing: {option.name} is worth nothing without it")
    return {name: value for name, value in found.items() if value}


def _value(table: Table, option: Option) -> str:
    if option.required and not table.has(option.name):
        example = option.example or ("env:NAME" if option.secret else "…")
        table.skip(option.name)
        table.problem(option.name, f'is missing: add for example {option.name} = "{example}"')
        return ""
    if option.secret:
        return _secret(table, option)
    if option.choices:
        return table.choice(option.name, option.choices[0], option.choices)
    return table.text(option.name, option.default, option.read)


def _secret(table: Table, option: Option) -> str:
    """What its reference leads to, judged as any other value; never told back."""
    value = table.secret(option.name)
    try:
        return option.read(value) if value else ""
    except ValueProblemError as error:
        table.problem(option.name, f"leads to something that cannot be used: {error}")
        return ""
