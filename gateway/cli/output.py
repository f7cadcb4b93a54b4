"""How commands print: tables for people, JSON for scripts, times and states the same everywhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Sequence
from typing import Any

import click
import orjson
from rich.console import Console
from rich.table import Table
from rich.text import Text

STATE_STYLES = {
    "delivered": "green",
    "queued": "cyan",
    "sending": "cyan",
    "held": "yellow",
    "unconfirmed": "yellow",
    "quarantined": "yellow",
    "rejected": "red",
    "dead": "red",
}

WIDE = 160  # columns of output that goes into a file or a pipe
WHOLE = frozenset({"lead", "id", "received (UTC)", "when (UTC)", "took", "state"})  # never broken in two

as_json = click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")


def console() -> Console:
    """Made for each command, so that it writes to wherever standard output goes now."""
    width = None if sys.stdout.isatty() else WIDE
    return Console(file=sys.stdout, highlight=False, markup=False, soft_wrap=True, width=width)


def print_json(value: Any) -> None:
    options = orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS | orjson.OPT_APPEND_NEWLINE
    click.echo(orjson.dumps(value, default=str, option=options), nl=False)


def table(columns: Sequence[str], rows: Iterable[Sequence[str | Text]]) -> Table:
    """Plain columns that can be read, copied and cut."""
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for column in columns:
        made.add_column(column, overflow="fold", no_wrap=column in WHOLE)
    for row in rows:
        made.add_row(*row)
    return made


def state(word: str) -> Text:
    return Text(word, style=STATE_STYLES.get(word, ""))


def clock_time(seconds: float | None) -> str:
    """UTC, to the second."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(seconds)) if seconds is not None else "-"


def iso_time(seconds: float | None) -> str | None:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds)) if seconds is not None else None


def plain(value: object) -> str:
    """A value as it may be shown in a terminal: what a visitor typed must not move the cursor."""
    text = "-" if value is None or value == "" else str(value)
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
