"""`gateway check`: what is wrong, and what to do about it."""

from __future__ import annotations

import sys
from dataclasses import asdict

import click
from rich.console import Console
from rich.text import Text

from gateway.check import Finding, Weight
from gateway.check import check as look
from gateway.cli.failure import Exit
from gateway.cli.output import as_json, console, count, print_json
from gateway.cli.session import environment

MARKS = {
    Weight.GOOD: Text("ok  ", style="green"),
    Weight.WARNING: Text("warn", style="yellow"),
    Weight.PROBLEM: Text("FAIL", style="bold red"),
    Weight.UNREACHABLE: Text("AWAY", style="bold red"),
}


@click.command()
@click.option("--offline", is_flag=True, help="Only read settings and configuration, connect to nothing.")
@as_json
@click.pass_context
def check(ctx: click.Context, *, offline: bool, as_json: bool) -> None:
    """Say what is wrong: settings, configuration, database, dialer.

    Nothing is changed and no lead is sent. Ends with 1 when something is wrong,
    with 3 when something cannot be reached; warnings alone end with 0.
    """
    findings = list(look(environment(ctx), connect=not offline))
    if as_json:
        print_json(
            {"ok": _code(findings) is Exit.DONE, "findings": [asdict(finding) for finding in findings]}
        )
    else:
        _print(findings)
    sys.exit(_code(findings))


def _code(findings: list[Finding]) -> Exit:
    weights = {finding.weight for finding in findings}
    if Weight.PROBLEM in weights:
        return Exit.PROBLEM
    return Exit.UNREACHABLE if Weight.UNREACHABLE in weights else Exit.DONE


def _print(findings: list[Finding]) -> None:
    out = console()
    part = ""
    for finding in findings:
        if finding.part != part:
            part = finding.part
            out.print(Text(part.capitalize(), style="bold"))
        line = Text.assemble(MARKS[finding.weight], " ")
        if finding.key:
            line.append(f"{finding.key}: ", style="bold")
        line.append(finding.message)
        _print_indented(out, line)
        if finding.next_step:
            _print_indented(out, Text(f"     → {finding.next_step}"))
    wrong = sum(finding.weight in (Weight.PROBLEM, Weight.UNREACHABLE) for finding in findings)
    doubts = sum(finding.weight is Weight.WARNING for finding in findings)
    out.print()
    if wrong or doubts:
        out.print(f"{count(wrong, 'problem')}, {count(doubts, 'warning')}.")
    else:
        out.print("Everything is in order.")


def _print_indented(out: Console, line: Text) -> None:
    """Wrapped under its own text in a terminal, one line each in a file."""
    lines = line.wrap(out, out.width - 7) if out.is_terminal else [line]
    for number, part in enumerate(lines):
        out.print(Text(" " * (7 if number else 2)) + part)
