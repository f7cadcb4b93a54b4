"""How far a long run has come: a bar on a terminal, a line now and then elsewhere, both on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

EVERY = 10.0  # seconds between two lines where there is no terminal

Step = Callable[[int, float], None]  # rows done, share of the file read


@contextmanager
def shown(label: str) -> Iterator[Step]:
    """Call the step after each portion."""
    if sys.stderr.isatty():
        with _bar(label) as step:
            yield step
    else:
        yield _lines(label)


@contextmanager
def _bar(label: str) -> Iterator[Step]:
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=24), TextColumn("{task.fields[told]}"))
    began = time.monotonic()
    with Progress(*columns, console=Console(stderr=True, highlight=False), transient=True) as progress:
        task = progress.add_task(label, total=1.0, told="")

        def step(rows: int, share: float) -> None:
            progress.update(task, completed=share, told=told(rows, share, time.monotonic() - began))

        yield step


def _lines(label: str) -> Step:
    began = last = time.monotonic()

    def step(rows: int, share: float) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= EVERY:
            last = now
            click.echo(f"{label}: {told(rows, share, now - began)}", err=True)

    return step


def told(rows: int, share: float, seconds: float) -> str:
    """Short enough for 80 columns with its bar: ` 42 %  41,800 rows  2,950/s  0:19 left`."""
    rate = rows / seconds if seconds > 0 else 0.0
    left = seconds / share - seconds if share > 0 else 0.0
    return f"{share:4.0%}  {rows:,} rows  {rate:,.0f}/s  {in_minutes(left)} left"


def in_minutes(seconds: float) -> str:
    whole = max(0, round(seconds))
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"
