"""`gateway holds`: what holds leads back, and how to let them go."""

from __future__ import annotations

import time
from dataclasses import asdict

import click

from gateway.cli.failure import Failure
from gateway.cli.output import as_json, clock_time, console, count, plain, print_json, table
from gateway.cli.session import opened_store, read_config, read_settings


@click.group()
def holds() -> None:
    """See what holds leads back, and let them go."""


@holds.command("list")
@as_json
@click.pass_context
def list_(ctx: click.Context, *, as_json: bool) -> None:
    """Every hold: which dialer refuses what, since when, and when one lead is tried again."""
    settings = read_settings(ctx)
    config = read_config(ctx, settings)
    with opened_store(settings) as store:
        found = [hold for name in config.dialers for hold in store.holds(name)]
    if as_json:
        print_json([asdict(hold) for hold in found])
        return
    if not found:
        click.echo("Nothing is held.")
        return
    rows = [
        (
            hold.dialer,
            hold.scope,
            hold.code,
            clock_time(hold.since),
            clock_time(hold.probe_at),
            plain(hold.message),
        )
        for hold in found
    ]
    console().print(table(("dialer", "scope", "reason", "since", "next try", "message"), rows))
    click.echo("\nMend the cause; one lead is tried by itself.")
    click.echo("To try all at once: gateway holds release DIALER SCOPE")


@holds.command()
@click.argument("dialer")
@click.argument("scope")
@click.pass_context
def release(ctx: click.Context, dialer: str, scope: str) -> None:
    """Let the leads behind a hold go; SCOPE as `holds list` shows it (login, line, list:25062018, fetch:facebook)."""
    from gateway.store.fetches import FETCH  # noqa: PLC0415 - the store takes half a second to import

    with opened_store(read_settings(ctx)) as store:
        if scope not in {hold.scope for hold in store.holds(dialer)}:
            raise Failure(
                f"nothing is held for dialer {plain(dialer)} under {plain(scope)}.",
                next_step="look at `gateway holds list`.",
            )
        now = time.time()
        if scope.startswith(FETCH):
            asked = store.quarantine.release(scope.removeprefix(FETCH), dialer, now=now)
            click.echo(f"{count(asked, 'lead')} released: their platform is asked for them now.")
            return
        released = store.release_hold(dialer, scope, now=now)
    click.echo(f"{count(released, 'lead')} released: they are sent now.")
