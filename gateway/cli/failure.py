"""What a command says when it cannot do its work: the cause, the next step, and an exit code."""

from __future__ import annotations

import sys
import textwrap
from enum import IntEnum
from typing import IO, Any

import click

from gateway.config import ConfigError
from gateway.settings import SettingsError

WIDTH = 80  # columns; messages are read in terminals and in tickets


class Exit(IntEnum):
    """The exit codes of every command; docs/cli.md explains them."""

    DONE = 0
    PROBLEM = 1  # something was found wrong, or refused
    USAGE = 2  # click's own
    UNREACHABLE = 3  # a database, a port, a dialer or the gateway cannot be reached


class Failure(click.ClickException):
    """An expected failure, shown on standard error without a traceback."""

    exit_code = int(Exit.PROBLEM)

    def __init__(self, cause: str, *, next_step: str = "", lines: tuple[str, ...] = ()) -> None:
        super().__init__(cause)
        self.next_step = next_step
        self.lines = lines

    def show(self, file: IO[Any] | None = None) -> None:
        stream = file or sys.stderr
        click.secho(f"Error: {self.message}", file=stream, fg="red", bold=True)
        for line in self.lines:
            click.echo(_wrapped(line, "  - ", "    "), file=stream)
        if self.next_step:
            click.echo(_wrapped(self.next_step, "Next:  ", "       "), file=stream)


class OutOfReach(Failure):
    """Something the command needs cannot be reached."""

    exit_code = int(Exit.UNREACHABLE)


def _wrapped(text: str, first: str, rest: str) -> str:
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def explained(error: Exception) -> Failure | None:
    """The failure an expected error of the parts below is; None for a bug, which keeps its traceback."""
    if isinstance(error, SettingsError):
        return Failure(
            "the environment holds settings that cannot be used.",
            lines=tuple(f"{problem.name}: {problem.message}" for problem in error.problems),
            next_step="correct them; docs/settings.md lists every setting.",
        )
    if isinstance(error, ConfigError):
        return Failure(
            "the configuration cannot be used.",
            lines=tuple(str(problem) for problem in error.problems),
            next_step="correct it and run `gateway check`; docs/configuration.md explains every key.",
        )
    return _of_the_store(error)


def _of_the_store(error: Exception) -> Failure | None:
    # By name: importing the store for every command, `--help` too, would take most of a second.
    for kind in type(error).__mro__:
        if kind.__module__ == "gateway.store.errors" and kind.__name__ == "StoreError":
            return OutOfReach(
                f"the database cannot be used: {error}",
                next_step="check GATEWAY_DATABASE_URL; `gateway check` says more.",
            )
    return None
