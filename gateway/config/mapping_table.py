"""Reads how a source's deliveries become fields: its `fields`, `records` and `key`, in the file or to be tried."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from gateway.config.as_toml import lines_of
from gateway.config.expression_growth import MOST, growth_of
from gateway.config.field_names import mapped_field
from gateway.config.model import SourceConfig
from gateway.config.problems import ConfigProblem
from gateway.config.table import Findings, Table
from gateway.config.values import ValueProblemError, expression

LONGEST_LINE = 2000  # characters: reading a dotted name takes the square of its length
_TRIED = ("fields", "records", "key")


def read_fields(table: Table, read: Callable[[str], str] = expression) -> dict[str, str]:
    """The table `fields` of a source: a field of the dialer, or a free name, and where its value stands."""
    inner = table.table("fields")
    if inner is None:
        return {}
    for name in inner.names():
        try:
            mapped_field(name)
        except ValueProblemError as error:
            inner.problem(name, str(error))
    return {name: inner.text(name, "", read) for name in inner.names()}


def mapping_lines(source: SourceConfig) -> str:
    """The part of the file that says how this source is read, as it is now."""
    return lines_of(f"sources.{source.name}", _as_table(source))


def with_mapping(source: SourceConfig, text: str) -> SourceConfig | tuple[ConfigProblem, ...]:
    """The source as these lines would have it read: its tables, or the bare lines of `fields`; or every problem.

    `records` and `key` stay as they are where the lines do not name them; `fields` is replaced as a whole.
    """
    if any(len(line) > LONGEST_LINE for line in text.splitlines()):
        return (
            ConfigProblem(key="", message=f"a line is longer than {LONGEST_LINE} characters: shorten it"),
        )
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        problem = f"the lines are not TOML: {error}. Texts stand in quotes, each key once per table"
        return (ConfigProblem(key="", message=problem),)
    findings = Findings({})
    table = Table(_table_in(data, source.name, findings), f"sources.{source.name}", findings)
    fields = read_fields(table, _harmless) if table.has("fields") else source.fields
    records = table.text("records", source.records, _harmless)
    key = table.text("key", source.key, _harmless)
    table.refuse_the_rest()
    if findings.problems:
        return tuple(findings.problems)
    return replace(source, fields=fields, records=records, key=key)


def _harmless(value: str) -> str:
    """What is only tried was read by nobody before it is worked out, in the process that takes leads."""
    if growth_of(expression(value)) > MOST:
        raise ValueProblemError("makes too much of what it reads to be tried: name the place of one value")
    return value


def _table_in(data: Mapping[str, Any], name: str, findings: Findings) -> Mapping[str, Any]:
    sources = data.get("sources")
    if sources is None:
        return data if data.keys() and data.keys() <= set(_TRIED) else {"fields": data}
    found = sources.get(name) if isinstance(sources, Mapping) else None
    others = [*(each for each in data if each != "sources")]
    if isinstance(sources, Mapping):
        others += [f"sources.{each}" for each in sources if each != name]
    for each in others:
        findings.add(
            each, f"is not tried here: only [sources.{name}.fields], records and key of sources.{name}"
        )
    if not isinstance(found, Mapping):
        findings.add(f"sources.{name}", f"is not in these lines: begin them with [sources.{name}.fields]")
        return {}
    for each in found.keys() - set(_TRIED):
        findings.add(
            f"sources.{name}.{each}", "is not tried here: put it into the file, then `gateway check`"
        )
    return {each: value for each, value in found.items() if each in _TRIED}


def _as_table(source: SourceConfig) -> dict[str, Any]:
    told = {"records": source.records, "key": source.key}
    return {name: value for name, value in told.items() if value} | {"fields": dict(source.fields)}
