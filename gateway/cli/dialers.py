"""`gateway dialers`: how the lines to the dialers stand; stop one, let it go on, let go what is held."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import click
from rich.text import Text

from gateway.cli.failure import Failure
from gateway.cli.output import as_json, clock_time, console, count, iso_time, plain, print_json, table
from gateway.cli.session import opened_store, read_config, read_settings
from gateway.config import GatewayConfig
from gateway.config.table import did_you_mean

if TYPE_CHECKING:
    from gateway.operating.dialers import Hand
    from gateway.operating.overview import DialerLook
    from gateway.store import Store

_STYLES = {"open": "green", "paused": "yellow"}

why = click.option("--reason", default="", metavar="TEXT", help="Why; kept in the audit log.")


@click.group()
def dialers() -> None:
    """See how the lines to the dialers stand; pause one, resume it."""


@dialers.command("list")
@as_json
@click.pass_context
def list_(ctx: click.Context, *, as_json: bool) -> None:
    """Every dialer: its line, who paused it, what waits, what is held, when it last answered."""
    settings = read_settings(ctx)
    config = read_config(ctx, settings)
    with opened_store(settings) as store:
        found = _looked_at(config, store)
    if as_json:
        print_json([_as_data(each) for each in found])
        return
    columns = ("dialer", "line", "queued", "held", "unconfirmed", "under way", "last answer (UTC)", "why")
    console().print(table(columns, [_row(each) for each in found]))
    if any(each.pause for each in found):
        click.echo("\nTo let one go on: gateway dialers resume DIALER")


@dialers.command()
@click.argument("dialer")
@why
@click.pass_context
def pause(ctx: click.Context, dialer: str, reason: str) -> None:
    """Send nothing new to DIALER: leads are taken in and wait, what is under way finishes, no call is placed."""
    from gateway.operating import dialers as use_cases  # noqa: PLC0415 - the store takes half a second to import

    settings = read_settings(ctx)
    _refuse_unknown(read_config(ctx, settings), dialer)
    with opened_store(settings) as store:
        if not use_cases.pause(store, dialer, _hand(reason), now=time.time()):
            raise Failure(
                f"dialer {plain(dialer)} is paused already.", next_step="look at `gateway dialers list`."
            )
    click.echo(f"{dialer} is paused. To let it go on: gateway dialers resume {dialer}")


@dialers.command()
@click.argument("dialer")
@why
@click.pass_context
def resume(ctx: click.Context, dialer: str, reason: str) -> None:
    """Let DIALER go on: what has waited is sent now."""
    from gateway.operating import dialers as use_cases  # noqa: PLC0415 - as above

    settings = read_settings(ctx)
    with opened_store(settings) as store:
        if not use_cases.resume(store, dialer, _hand(reason), now=time.time()):
            raise Failure(
                f"dialer {plain(dialer)} is not paused.", next_step="look at `gateway dialers list`."
            )
    click.echo(f"{dialer} is resumed: what has waited is sent now.")


@dialers.command()
@click.argument("dialer")
@click.argument("scope", required=False)
@why
@click.pass_context
def release(ctx: click.Context, dialer: str, scope: str | None, reason: str) -> None:
    """Let go what is held at DIALER once the cause is mended; all of it, or one SCOPE of `gateway holds list`."""
    from gateway.operating import dialers as use_cases  # noqa: PLC0415 - as above

    now = time.time()
    with opened_store(read_settings(ctx)) as store:
        scopes = [hold.scope for hold in store.holds(dialer) if scope in (None, hold.scope)]
        if not scopes:
            under = f" under {plain(scope)}" if scope else ""
            raise Failure(
                f"nothing is held for dialer {plain(dialer)}{under}.",
                next_step="look at `gateway holds list`.",
            )
        released = sum(use_cases.release(store, dialer, each, _hand(reason), now=now) or 0 for each in scopes)
    click.echo(f"{count(released, 'lead')} released: they are sent now.")


# -- parts ---------------------------------------------------------------------------------------------------


def _refuse_unknown(config: GatewayConfig, dialer: str) -> None:
    if dialer not in config.dialers:
        raise Failure(
            f"there is no dialer {plain(dialer)}{did_you_mean(dialer, config.dialers)}.",
            next_step="look at `gateway dialers list`.",
        )


def _hand(reason: str) -> Hand:
    from gateway.operating.dialers import Hand  # noqa: PLC0415 - as above
    from gateway.store.audit import COMMAND_LINE  # noqa: PLC0415

    return Hand(actor=COMMAND_LINE, reason=reason)


def _looked_at(config: GatewayConfig, store: Store) -> tuple[DialerLook, ...]:
    from gateway.operating.overview import day_began, dialers_of  # noqa: PLC0415 - as above

    now = time.time()
    counts = store.console.figures.counts(now=now, since=day_began(now, config.console.time_zone))
    return dialers_of(config, store, counts, now)


def _row(each: DialerLook) -> tuple[str | Text, ...]:
    return (
        each.name,
        Text(each.standing, style=_STYLES.get(each.standing, "red")),
        str(each.queued),
        str(sum(each.held.values())),
        str(each.unconfirmed),
        str(each.under_way),
        clock_time(each.last_answer_at),
        _why(each),
    )


def _why(each: DialerLook) -> str:
    if each.pause is not None:
        reason = f": {plain(each.pause.reason)}" if each.pause.reason else ""
        return f"paused by {plain(each.pause.actor)}{reason}"
    return ", ".join(f"{hold.scope} {hold.code}" for hold in each.holds) or "-"


def _as_data(each: DialerLook) -> dict[str, Any]:
    return {
        "dialer": each.name,
        "line": each.standing,
        "paused": each.pause is not None,
        "paused_by": each.pause.actor if each.pause else None,
        "paused_since": iso_time(each.pause.since) if each.pause else None,
        "reason": each.pause.reason if each.pause else None,
        "queued": each.queued,
        "oldest_queued": iso_time(each.oldest_at),
        "held": [
            {"scope": hold.scope, "code": hold.code, "leads": each.held[hold.scope]} for hold in each.holds
        ],
        "unconfirmed": each.unconfirmed,
        "under_way": each.under_way,
        "requests_per_second": round(each.rate, 2),
        "processes": len(each.reports),
        "last_answer": iso_time(each.last_answer_at),
        "next_try": iso_time(each.opens_at),
    }
