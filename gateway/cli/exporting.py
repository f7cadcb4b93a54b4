"""`gateway export`: leads leave as a table for people or as lines of JSON for programs."""

from __future__ import annotations

import os
import sys
import time
from calendar import timegm
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import click

from gateway.cli.failure import Failure
from gateway.cli.output import count
from gateway.cli.session import opened_store, read_settings
from gateway.config.values import ValueProblemError, duration
from gateway.exporting.lead_files import TITLES, cells, line
from gateway.exporting.spreadsheet import Sheet
from gateway.leads.lead import State
from gateway.store.exporting import ExportedLead, exported
from gateway.store.reading import Search


@click.command()
@click.option("--format", "style", type=click.Choice(["csv", "ndjson"]), default="csv", show_default=True)
@click.option(
    "--state", "states", multiple=True, type=click.Choice([each.value for each in State]), metavar="STATE"
)
@click.option("--source", help="Only of this source.")
@click.option("--dialer", help="Only for this dialer.")
@click.option("--since", metavar="AGE|DAY", help="Received in the last 24h, 7d, or from 2026-11-20 (UTC) on.")
@click.option("--until", metavar="AGE|DAY", help="Received before that.")
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="A file instead of standard output."
)
@click.pass_context
def export(
    ctx: click.Context,
    *,
    style: str,
    states: tuple[str, ...],
    source: str | None,
    dialer: str | None,
    since: str | None,
    until: str | None,
    output: Path | None,
) -> None:
    """Write leads out, for a spreadsheet or a program.

    Oldest first. CSV opens in a spreadsheet: a cell that could be a formula starts with an apostrophe.
    Programs take --format ndjson, one JSON object a line, every value as it is.
    """
    now = time.time()
    search = Search(
        states=tuple(State(state) for state in states),
        source=source,
        dialer=dialer,
        since=_moment(since, now, "--since") if since else None,
        until=_moment(until, now, "--until") if until else None,
    )
    with opened_store(read_settings(ctx)) as store, _opened(output) as out:
        write = _write_sheet if style == "csv" else _write_lines
        number = write(out, exported(store, search))
    click.echo(f"{count(number, 'lead')} exported{f' to {output}' if output else ''}.", err=True)


def _write_sheet(out: IO[str], found: Iterable[ExportedLead]) -> int:
    sheet = Sheet(out, TITLES)
    number = 0
    for number, lead in enumerate(found, 1):  # noqa: B007 - the last one is the answer
        sheet.add(cells(lead))
    return number


def _write_lines(out: IO[str], found: Iterable[ExportedLead]) -> int:
    number = 0
    for number, lead in enumerate(found, 1):  # noqa: B007 - the last one is the answer
        out.write(line(lead))
    return number


@contextmanager
def _opened(output: Path | None) -> Iterator[IO[str]]:
    """A file is readable by its owner alone, because it is full of persons, and whole or not there."""
    if output is None:
        yield sys.stdout
        return
    growing = output.with_name(f"{output.name}.part")
    try:
        descriptor = os.open(growing, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as out:
            yield out
        growing.replace(output)
    except OSError as error:
        raise Failure(
            f"the file cannot be written ({error.strerror}).", next_step="choose another with --output."
        ) from error


def _moment(text: str, now: float, option: str) -> float:
    try:
        return float(timegm(time.strptime(text, "%Y-%m-%d")))
    except ValueError:
        pass
    try:
        return now - duration(text)
    except ValueProblemError as error:
        raise click.BadParameter(f"{error}, or a day such as 2026-11-20", param_hint=option) from error
