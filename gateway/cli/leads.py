"""`gateway leads`: look at leads, and decide what happens to them."""

from __future__ import annotations

import time

import click

from gateway.cli.failure import Failure
from gateway.cli.lead_page import as_data, print_page, print_story, story_as_data
from gateway.cli.output import as_json, console, count, plain, print_json
from gateway.cli.session import opened_store, read_config, read_settings
from gateway.cli.told_page import told_as_data, told_table
from gateway.config import GatewayConfig
from gateway.config.values import ValueProblemError, duration
from gateway.leads.lead import State
from gateway.settings import Settings
from gateway.store import Store
from gateway.store.callbacks import Wanted
from gateway.store.reading import Search

STATES = [state.value for state in State]
_NOT_SENT = (
    "no lead that could be sent again: it must be unconfirmed, held, rejected, dead, or quarantined with a phone"
    " number; without one it is read again with --quarantined"
)


@click.group()
def leads() -> None:
    """Look at leads, and decide what happens to them."""


@leads.command("list")
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice(STATES),
    metavar="STATE",
    help="Only these; may be repeated.",
)
@click.option("--source", help="Only of this source.")
@click.option("--dialer", help="Only for this dialer.")
@click.option("--phone", help="Only this number, as the dialer dials it.")
@click.option("--since", metavar="DURATION", help="Only of the last 30m, 24h, 7d.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@click.option("--after", metavar="ID", help="The next page, from where the last one ended.")
@as_json
@click.pass_context
def list_(
    ctx: click.Context,
    *,
    states: tuple[str, ...],
    source: str | None,
    dialer: str | None,
    phone: str | None,
    since: str | None,
    limit: int,
    after: str | None,
    as_json: bool,
) -> None:
    """Leads, newest first."""
    search = Search(
        states=tuple(State(state) for state in states),
        source=source,
        dialer=dialer,
        phone=phone,
        since=time.time() - _seconds(since) if since else None,
    )
    with opened_store(read_settings(ctx)) as store:
        page = store.find(search, after=after, limit=limit)
    if as_json:
        print_json({"leads": [as_data(lead) for lead in page.leads], "after": page.after})
    else:
        print_page(page)


@leads.command()
@click.argument("lead_id")
@as_json
@click.pass_context
def show(ctx: click.Context, lead_id: str, *, as_json: bool) -> None:
    """One lead: what arrived, what it became, every attempt at the dialer."""
    with opened_store(read_settings(ctx)) as store:
        story = store.story(lead_id.upper())
        told = store.callbacks.find(Wanted(lead_id=lead_id.upper()), limit=100)
    if story is None:
        raise Failure(f"there is no lead {plain(lead_id)}.", next_step="find it with `gateway leads list`.")
    if as_json:
        print_json(story_as_data(story) | {"callbacks": [told_as_data(each) for each in told]})
        return
    print_story(story)
    if told:
        click.secho("\nTold to its source", bold=True)
        console().print(told_table(told))


@leads.command()
@click.argument("lead_ids", nargs=-1)
@click.option(
    "--all",
    "state",
    type=click.Choice(["unconfirmed", "held", "rejected", "dead", "quarantined"]),
    help="Every such lead.",
)
@click.option(
    "--quarantined", is_flag=True, help="Read every quarantined lead again, but for suspected spam."
)
@click.option("--source", help="With --all and --quarantined: only of this source.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def retry(
    ctx: click.Context,
    lead_ids: tuple[str, ...],
    *,
    state: str | None,
    quarantined: bool,
    source: str | None,
    yes: bool,
) -> None:
    """Send leads (again): unconfirmed, held, rejected, dead, or quarantined.

    An unconfirmed lead may be in the dialer already: look there first, and use `resolve` when it is.

    A quarantined lead of which nothing could be made yet is read again, from the enquiry as it was received, by the
    configuration as it is now. Mend the mapping in gateway.toml first.
    """
    if sum(map(bool, (lead_ids, state, quarantined))) != 1:
        raise click.UsageError("Give the ids of leads, or --all STATE, or --quarantined.")
    settings = read_settings(ctx)
    with opened_store(settings) as store:
        if quarantined:
            _read_quarantined(store, read_config(ctx, settings), source, yes=yes)
        elif state:
            _retry_all(store, State(state), source, yes=yes)
        else:
            _retry_some(ctx, store, settings, [each.upper() for each in lead_ids])


def _read_quarantined(store: Store, config: GatewayConfig, source: str | None, *, yes: bool) -> None:
    from gateway.cli.reading_again import mendable, read_all_again  # noqa: PLC0415 - only here

    if source is not None and source not in config.sources:
        raise Failure(
            f"there is no source {plain(source)} in the configuration.",
            next_step=f"choose one of {', '.join(config.sources)}.",
        )
    wanted = mendable(store, source)
    if not wanted:
        click.echo("No quarantined lead is to be read again.")
        return
    if not yes:
        click.confirm(
            f"Read {count(len(wanted), 'quarantined lead')} again, and send what it can be?", abort=True
        )
    read_all_again(store, config, wanted)


def _retry_all(store: Store, state: State, source: str | None, *, yes: bool) -> None:
    wanted = _all_in(store, state, source)
    if not wanted:
        click.echo(f"No lead is {state}.")
        return
    if not yes:
        click.confirm(f"Send {count(len(wanted), f'{state} lead')} again?", abort=True)
    _report(store.retry(wanted, now=time.time()), wanted, "queued again", _NOT_SENT)


def _retry_some(ctx: click.Context, store: Store, settings: Settings, wanted: list[str]) -> None:
    done = store.retry(wanted, now=time.time())
    left = store.statuses([each for each in wanted if each not in done])
    unread = [each for each, lead in left.items() if lead.state is State.QUARANTINED]
    if done or not unread:
        _report(done, [each for each in wanted if each not in unread], "queued again", _NOT_SENT)
    if unread:
        from gateway.cli.reading_again import read_all_again  # noqa: PLC0415 - only here

        read_all_again(store, read_config(ctx, settings), unread)


def _all_in(store: Store, state: State, source: str | None) -> list[str]:
    search = Search(states=(state,), source=source)
    page = store.find(search, limit=500)
    found = [lead.id for lead in page.leads]
    while page.after:
        page = store.find(search, after=page.after, limit=500)
        found += [lead.id for lead in page.leads]
    return found


@leads.command()
@click.argument("lead_id")
@click.option(
    "--lead-id", "dialer_lead_id", metavar="NUMBER", help="The dialer's Lead ID, where it shows one."
)
@click.option("--reason", default="found in the dialer", show_default=True, help="Kept with the lead.")
@click.pass_context
def resolve(ctx: click.Context, lead_id: str, *, dialer_lead_id: str | None, reason: str) -> None:
    """An unconfirmed lead is in the dialer after all: it becomes delivered, and nothing is sent."""
    now = time.time()
    wanted = lead_id.upper()
    with opened_store(read_settings(ctx)) as store:
        done = store.resolve(wanted, dialer_lead_id=dialer_lead_id, reason=reason, now=now)
    _report({wanted} if done else set(), [wanted], "delivered", "not unconfirmed")


@leads.command()
@click.argument("lead_ids", nargs=-1, required=True)
@click.option("--reason", required=True, help="Why; kept with the lead.")
@click.pass_context
def discard(ctx: click.Context, lead_ids: tuple[str, ...], *, reason: str) -> None:
    """Never send these leads; they stay visible as rejected."""
    wanted = [each.upper() for each in lead_ids]
    with opened_store(read_settings(ctx)) as store:
        done = store.discard(wanted, reason=reason, now=time.time())
    _report(done, wanted, "rejected", "finished already, or no lead")


def _report(done: frozenset[str] | set[str], wanted: list[str], became: str, otherwise: str) -> None:
    if done:
        click.echo(f"{count(len(done), 'lead')} {became}.")
    left = [each for each in wanted if each not in done]
    if left:
        raise Failure(
            f"{count(len(left), 'lead')} left as {'it is' if len(left) == 1 else 'they are'}.",
            lines=tuple(f"{plain(each)}: {otherwise}" for each in left[:20]),
            next_step="look with `gateway leads show ID`.",
        )


def _seconds(text: str) -> float:
    try:
        return duration(text)
    except ValueProblemError as error:
        raise click.BadParameter(str(error), param_hint="--since") from error
