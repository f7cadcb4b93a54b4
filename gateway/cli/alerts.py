"""`gateway alerts`: what is wrong now, what was, and whether those who are to be told can be told."""

from __future__ import annotations

import getpass
import time
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from gateway.cli.failure import Exit, Failure
from gateway.cli.output import as_json, clock_time, console, count, plain, print_json, table
from gateway.cli.session import opened_store, read_config, read_settings

if TYPE_CHECKING:
    from gateway.config.alert_table import AlertTarget
    from gateway.store.alerts import Alert

EXAMPLE = '[alerts]\nnotify = ["env:ALERTS_SLACK"]   # the address itself stands in the environment'


@click.group()
def alerts() -> None:
    """See what is wrong, and try whether people can be told."""


@alerts.command("list")
@click.option("--closed", is_flag=True, help="What is over, instead.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@as_json
@click.pass_context
def list_(ctx: click.Context, *, closed: bool, limit: int, as_json: bool) -> None:
    """What is wrong now, the worst first. Ends with 1 while something critical is open."""
    from gateway.store.alerts import CRITICAL  # noqa: PLC0415 - the store takes half a second to import

    with opened_store(read_settings(ctx)) as store:
        found = store.console.alerts.latest(limit=limit) if closed else store.console.alerts.open()[:limit]
    if as_json:
        print_json([asdict(each) for each in found])
    elif not found:
        click.echo("Nothing has been wrong yet." if closed else "Nothing is wrong.")
    else:
        _show(found)
    if not closed and any(each.severity == CRITICAL for each in found):
        ctx.exit(int(Exit.PROBLEM))


@alerts.command()
@click.option("--target", type=click.IntRange(1), metavar="N", help="Only the N-th of `notify`.")
@as_json
@click.pass_context
def test(ctx: click.Context, *, target: int | None, as_json: bool) -> None:
    """Send a test message to every target, and say of each whether it has taken it."""
    from gateway.alerting.letters import Writer  # noqa: PLC0415 - with the parts below
    from gateway.alerting.post import ProcessSender, advice  # noqa: PLC0415

    config = read_config(ctx, read_settings(ctx))
    targets = _chosen(config.alerts.targets, target)
    letter = Writer(public_url=config.public_url, zone=config.console.time_zone).trial(
        by=getpass.getuser(), now=time.time()
    )
    sender = ProcessSender()
    outcomes = []
    for number, each in targets:
        sent = sender.send(each, letter)
        outcomes.append(
            {
                "number": number,
                "target": each.reference,
                "kind": each.kind,
                "taken": sent.taken,
                "problem": sent.problem or None,
                "next_step": None if sent.taken else advice(sent.problem),
            }
        )
        if not as_json:
            said = "taken" if sent.taken else f"NOT TAKEN: {advice(sent.problem)}"
            click.echo(f"{number}. {plain(each.reference)} ({plain(each.kind)}): {said}")
    if as_json:
        print_json(outcomes)
    failed = sum(not each["taken"] for each in outcomes)
    if failed:
        raise Failure(
            f"{count(failed, 'target')} of {len(outcomes)} did not take the message.",
            next_step="correct the address where gateway.toml points, then try it again with --target N.",
        )


def _chosen(targets: tuple[AlertTarget, ...], number: int | None) -> list[tuple[int, AlertTarget]]:
    if not targets:
        raise Failure(
            "nobody is told: gateway.toml names no target.",
            lines=(EXAMPLE.replace("\n", "  "),),
            next_step="docs/console/alerts.md shows an address of each kind.",
        )
    if number is not None and number > len(targets):
        raise Failure(f"there is no target {number}.", next_step=f"`notify` has {len(targets)}.")
    numbered = list(enumerate(targets, start=1))
    return numbered if number is None else [numbered[number - 1]]


def _show(found: list[Alert]) -> None:
    rows = [
        (
            each.severity,
            each.rule,
            plain(each.subject),
            clock_time(each.opened_at),
            clock_time(each.closed_at),
            "-" if each.leads is None else str(each.leads),
            plain(each.seen_by),
            plain(each.summary),
        )
        for each in found
    ]
    columns = ("severity", "rule", "about", "since (UTC)", "until (UTC)", "leads", "on it", "what")
    console().print(table(columns, rows))
    for each in found:
        if each.closed_at is None:
            click.echo(f"\n{each.rule} {plain(each.subject)}: {plain(each.next_step)}")
