"""`gateway keys`: make, list and revoke the API keys of partners."""

from __future__ import annotations

import time
from dataclasses import asdict

import click

from gateway.cli.failure import Failure
from gateway.cli.output import as_json, clock_time, console, plain, print_json, table
from gateway.cli.session import opened_store, read_config, read_settings
from gateway.config import GatewayConfig
from gateway.config.kinds import KEYED, KINDS
from gateway.config.values import ValueProblemError, duration, limit, network
from gateway.store.keys import issue
from gateway.store.records import ApiKey


@click.group()
def keys() -> None:
    """Make, list and revoke API keys."""


@keys.command()
@click.argument("source")
@click.option("--test", is_flag=True, help="Its leads are kept but never dialed.")
@click.option("--label", default="", help="Whose key it is; shown in lists.")
@click.option(
    "--expires", metavar="DURATION", help="Such as 90d; without it the key lasts until it is revoked."
)
@click.option(
    "--address",
    "addresses",
    multiple=True,
    metavar="NETWORK",
    help="From where it may be used, such as 192.0.2.0/24; may be given more than once.",
)
@click.option(
    "--limit",
    "limits",
    multiple=True,
    metavar="RATE",
    help='Instead of what its source has per key, such as "5 per second"; may be given more than once.',
)
@as_json
@click.pass_context
def create(
    ctx: click.Context,
    source: str,
    *,
    test: bool,
    label: str,
    expires: str | None,
    addresses: tuple[str, ...],
    limits: tuple[str, ...],
    as_json: bool,
) -> None:
    """Make a key for SOURCE and show it once.

    Two keys of one source may live at once: make the new one, change it over there, revoke the old one.
    """
    settings = read_settings(ctx)
    refuse_keyless(read_config(ctx, settings), source)
    expires_at = time.time() + _seconds(expires) if expires else None
    networks = tuple(_network(each) for each in addresses)
    issued = issue(
        source,
        "test" if test else "live",
        label,
        expires_at=expires_at,
        now=time.time(),
        networks=networks,
        limits=tuple(_limit(each) for each in limits),
    )
    with opened_store(settings) as store:
        store.create_key(issued.key)
    if as_json:
        key = issued.key
        shown = {"id": key.public_id, "source": source, "networks": key.networks, "limits": key.limits}
        print_json({"key": issued.text, **shown})
        return
    click.echo(issued.text)
    click.echo("This is the only time it is shown. Send it as: Authorization: Bearer <key>", err=True)


@keys.command("list")
@as_json
@click.pass_context
def list_(ctx: click.Context, *, as_json: bool) -> None:
    """Every key, without what makes it work."""
    with opened_store(read_settings(ctx)) as store:
        found = store.list_keys()
    if as_json:
        print_json(
            [{name: value for name, value in asdict(key).items() if name != "digest"} for key in found]
        )
        return
    if not found:
        click.echo("There is no key yet: make one with `gateway keys create SOURCE`.")
        return
    columns = ("id", "source", "mode", "state", "expires", "last used", "from", "limits", "label")
    console().print(table(columns, [_row(key) for key in found]))


@keys.command()
@click.argument("key_id")
@click.pass_context
def revoke(ctx: click.Context, key_id: str) -> None:
    """End a key, by the id that `keys list` shows; it stops working within a second."""
    with opened_store(read_settings(ctx)) as store:
        if not store.revoke_key(key_id, now=time.time()):
            raise Failure(
                f"there is no key {plain(key_id)} to end.", next_step="look it up with `gateway keys list`."
            )
    click.echo(f"The key {key_id} is ended.")


def refuse_keyless(config: GatewayConfig, source: str) -> None:
    """Keys are for sources that read them; told before one is made that nobody could use."""
    keyed = [name for name, each in config.sources.items() if KINDS[each.kind] in KEYED]
    if source not in keyed:
        raise Failure(
            f"no source {plain(source)} takes API keys.",
            next_step=f"choose one of {', '.join(keyed)}."
            if keyed
            else 'add a source with kind = "partner".',
        )


def _row(key: ApiKey) -> tuple[str, ...]:
    now = time.time()
    state = "revoked" if key.revoked_at is not None else "usable" if key.usable(now) else "expired"
    return (
        key.public_id,
        key.source,
        key.mode,
        state,
        clock_time(key.expires_at) if key.expires_at else "never",
        clock_time(key.last_used_at) if key.last_used_at else "never",
        " ".join(key.networks) or "anywhere",
        ", ".join(key.limits) or "its source's",
        plain(key.label),
    )


def _network(text: str) -> str:
    try:
        return network(text)
    except ValueProblemError as error:
        raise click.BadParameter(str(error), param_hint="--address") from error


def _limit(text: str) -> str:
    try:
        rate = limit(text)
    except ValueProblemError as error:
        raise click.BadParameter(str(error), param_hint="--limit") from error
    if rate.endswith((" per ip", " per key", " per source")):
        raise click.BadParameter(
            'counts this key: write it without "per ip" or the like', param_hint="--limit"
        )
    return rate


def _seconds(text: str) -> float:
    try:
        return duration(text)
    except ValueProblemError as error:
        raise click.BadParameter(str(error), param_hint="--expires") from error
