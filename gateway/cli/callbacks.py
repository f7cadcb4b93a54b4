"""`gateway callbacks`: what sources were told about their leads, telling it again, and a receiver to try it with."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click
import orjson

from gateway.cli.failure import Failure
from gateway.cli.output import as_json, clock_time, console, count, plain, print_json
from gateway.cli.session import opened_store, read_config, read_settings, refuse_a_busy_port
from gateway.cli.told_page import told_as_data, told_table
from gateway.config.values import ValueProblemError, duration

if TYPE_CHECKING:
    from gateway.callbacks.listening import Heard
    from gateway.config import GatewayConfig
    from gateway.store import Store

STANDINGS = ("waiting", "sent", "given_up")
PAGE = 500  # callbacks replayed in one transaction


def _since(_ctx: click.Context, _param: click.Parameter, value: str | None) -> float | None:
    """When a duration such as 30m or 7d ago was."""
    if value is None:
        return None
    try:
        return time.time() - duration(value)
    except ValueProblemError as error:
        raise click.BadParameter(f"it {error}.") from error


@click.group()
def callbacks() -> None:
    """See what sources were told about their leads, and tell it again."""


@callbacks.command("list")
@click.option("--source", help="Only of this source.")
@click.option("--state", "standing", type=click.Choice(STANDINGS), help="Only those that stand so.")
@click.option("--lead", "lead_id", help="Only about this lead.")
@click.option("--since", callback=_since, metavar="DURATION", help="Only of the last 30m, 24h, 7d.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@click.option("--after", metavar="ID", help="The next page, from where the last one ended.")
@as_json
@click.pass_context
def list_(
    ctx: click.Context,
    *,
    source: str | None,
    standing: str | None,
    lead_id: str | None,
    since: float | None,
    limit: int,
    after: str | None,
    as_json: bool,
) -> None:
    """What was told, newest first, and what waits for its next attempt."""
    from gateway.store.callbacks import Standing, Wanted  # noqa: PLC0415 - the store takes half a second to import

    wanted = Wanted(
        source=source,
        standing=Standing(standing) if standing else None,
        lead_id=lead_id.upper() if lead_id else None,
        since=since,
    )
    with opened_store(read_settings(ctx)) as store:
        found = store.callbacks.find(wanted, limit=limit, after=after)
    if as_json:
        print_json([told_as_data(each) for each in found])
        return
    if not found:
        click.echo("There are no such callbacks. They are made for leads of sources with a callback_url.")
        return
    console().print(told_table(found))
    if any(each.standing == "given_up" for each in found):
        click.echo("\nTo tell again what was given up: gateway callbacks replay ID")
    if len(found) == limit:
        click.echo(f"\nMore: gateway callbacks list --after {found[-1].callback.id}")


@callbacks.command()
@click.argument("callback_ids", metavar="[ID]...", nargs=-1)
@click.option(
    "--source", help="Every callback of this source that was given up; with --sent also what was taken."
)
@click.option("--sent", is_flag=True, help="With --source: also those that were taken.")
@click.option(
    "--since", callback=_since, metavar="DURATION", help="With --source: only of the last 30m, 24h, 7d."
)
@click.pass_context
def replay(
    ctx: click.Context, callback_ids: tuple[str, ...], *, source: str | None, sent: bool, since: float | None
) -> None:
    """Tell it again from the first attempt on, with the id and the content it had.

    A receiver that knows the id already may ignore it: that is what the id is for.
    """
    if bool(callback_ids) == bool(source):
        raise click.UsageError("Give the ids of callbacks, or --source.")
    if (sent or since is not None) and not source:
        raise click.UsageError("--sent and --since go with --source.")
    settings = read_settings(ctx)
    with opened_store(settings) as store:
        replayed = (
            _replay_all(store, source, sent=sent, since=since)
            if source
            else store.callbacks.replay([each.upper() for each in callback_ids], now=time.time())
        )
    if not replayed:
        raise Failure("there are no such callbacks.", next_step="find them with `gateway callbacks list`.")
    click.echo(f"{count(replayed, 'callback')} will be told again now, by a running gateway.")


@callbacks.command()
@click.argument("source")
@click.option("--port", type=click.IntRange(1, 65535), default=9000, show_default=True)
@click.option(
    "--answer",
    type=click.IntRange(200, 599),
    default=200,
    show_default=True,
    help="What it says to a message.",
)
@click.pass_context
def listen(ctx: click.Context, source: str, *, port: int, answer: int) -> None:
    """Receive SOURCE's callbacks on this machine, check each signature, and show them."""
    from gateway.callbacks.listening import Listener  # noqa: PLC0415 - with the rest of the network

    config = read_config(ctx, read_settings(ctx))
    secrets = _secrets(config, source, port)
    refuse_a_busy_port("127.0.0.1", port, "--port")
    listener = Listener(port, secrets=secrets, answer=answer, heard=_show)
    click.echo(
        f"Listening on http://127.0.0.1:{listener.port}/ for callbacks of {plain(source)}. Ctrl-C ends it."
    )
    try:
        listener.serve()
    except KeyboardInterrupt:
        click.echo()


# -- parts ---------------------------------------------------------------------------------------------------


def _replay_all(store: Store, source: str, *, sent: bool, since: float | None) -> int:
    from gateway.store.callbacks import Standing, Wanted  # noqa: PLC0415 - as above

    replayed = 0
    for standing in (Standing.GIVEN_UP, Standing.SENT) if sent else (Standing.GIVEN_UP,):
        wanted = Wanted(source=source, standing=standing, since=since)
        after: str | None = None
        while found := store.callbacks.find(wanted, limit=PAGE, after=after):
            after = found[-1].callback.id
            replayed += store.callbacks.replay([each.callback.id for each in found], now=time.time())
    return replayed


def _secrets(config: GatewayConfig, source: str, port: int) -> tuple[str, ...]:
    known = config.sources.get(source)
    if known is None:
        raise Failure(
            f"there is no source {plain(source)}.", next_step=f"the file has {', '.join(config.sources)}."
        )
    if known.callback is None:
        raise Failure(
            f"source {plain(source)} has no callback_url.",
            next_step=f'give it callback_url = "http://127.0.0.1:{port}/", a callback_secret and '
            'callback_networks = ["127.0.0.1"]; docs/callbacks.md shows it whole.',
        )
    return known.callback.secrets


def _show(heard: Heard) -> None:
    verdict = "genuine" if heard.genuine else "NOT GENUINE: its signature or its time is wrong"
    click.echo(f"\n{clock_time(time.time())}  {plain(heard.id)}  {verdict}  answered {heard.answer}")
    if heard.message:
        click.echo(orjson.dumps(heard.message, option=orjson.OPT_INDENT_2).decode())
