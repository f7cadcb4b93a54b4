"""`gateway sources`: who brings leads, who has fallen silent, and whose deliveries have changed."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import click
from rich.table import Table
from rich.text import Text

from gateway.cli.failure import Failure
from gateway.cli.output import as_json, clock_time, console, count, iso_time, plain, print_json, table
from gateway.cli.session import opened_store, read_config, read_settings
from gateway.config import GatewayConfig, SourceConfig
from gateway.config.table import did_you_mean
from gateway.sources.base import Door
from gateway.sources.registry import SOURCES
from gateway.store import Store
from gateway.store.shapes import KnownField
from gateway.store.watching import HOUR, Hour, WatchedSource

DAY, WEEK = 24, 168  # hours
RECENT = 30 * 86400.0  # seconds a change is listed
_PATHS: Mapping[Door, str] = {Door.FORM: "/forms/", Door.WEBHOOK: "/webhooks/", Door.PARTNER: "/v1/leads"}
_STYLES = {"silent": "red", "heard": "green", "never": "yellow"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Watched:
    """One configured source and what the watch knows of it."""

    source: SourceConfig
    known: WatchedSource | None
    hours: Sequence[Hour]
    fields: Mapping[str, KnownField]
    now: float

    @property
    def state(self) -> str:
        if self.known is None:
            return "never"
        return "silent" if self.known.silent_since is not None else "heard"

    def leads(self, hours: int) -> int:
        """Counted until about a minute ago."""
        return sum(each.leads for each in self.hours if each.hour > self.now // HOUR - hours)

    @property
    def changes(self) -> list[KnownField]:
        """The latest first."""
        found = [each for each in self.fields.values() if (each.changed_at or 0.0) > self.now - RECENT]
        return sorted(found, key=lambda each: each.changed_at or 0.0, reverse=True)


@click.group()
def sources() -> None:
    """See who brings leads, who has fallen silent, and which fields changed."""


@sources.command("list")
@as_json
@click.pass_context
def list_(ctx: click.Context, *, as_json: bool) -> None:
    """Every source: when it last brought a lead, how long that usually takes, and what changed lately."""
    settings = read_settings(ctx)
    config = read_config(ctx, settings)
    with opened_store(settings) as store:
        found = _all(config, store)
    if as_json:
        print_json([_as_data(each) for each in found])
        return
    columns = (
        "source",
        "kind",
        "state",
        "leads 24h",
        "leads 7d",
        "last lead (UTC)",
        "usual gap",
        "changed fields",
    )
    console().print(table(columns, [_row(each) for each in found]))
    if any(each.state == "silent" for each in found) or any(each.changes for each in found):
        click.echo("\nMore about one: gateway sources show SOURCE")


@sources.command()
@click.argument("source")
@click.option(
    "--fields", "all_fields", is_flag=True, help="Every field that is known, not only those that changed."
)
@as_json
@click.pass_context
def show(ctx: click.Context, source: str, *, all_fields: bool, as_json: bool) -> None:
    """One source: its address, its traffic, and which fields of its deliveries are new, missing or of another kind."""
    settings = read_settings(ctx)
    config = read_config(ctx, settings)
    if source not in config.sources:
        raise Failure(
            f"there is no source {plain(source)}{did_you_mean(source, config.sources)}.",
            next_step="look at `gateway sources list`.",
        )
    with opened_store(settings) as store:
        watched = _watched(config.sources[source], store, store.watching.sources(), time.time())
    if as_json:
        print_json({**_as_data(watched), "fields": [_field_data(each) for each in watched.fields.values()]})
        return
    _print(config, watched, all_fields=all_fields)


# -- gathering -----------------------------------------------------------------------------------------------


def _all(config: GatewayConfig, store: Store) -> list[Watched]:
    known, now = store.watching.sources(), time.time()
    return [_watched(source, store, known, now) for source in config.sources.values()]


def _watched(source: SourceConfig, store: Store, known: Mapping[str, WatchedSource], now: float) -> Watched:
    return Watched(
        source=source,
        known=known.get(source.name),
        hours=store.watching.hours(source.name),
        fields=store.shapes.fields(source.name),
        now=now,
    )


def _as_data(each: Watched) -> dict[str, Any]:
    known = each.known
    return {
        "source": each.source.name,
        "kind": each.source.kind,
        "state": each.state,
        "leads_24h": each.leads(DAY),
        "leads_7d": each.leads(WEEK),
        "first_lead": iso_time(known.first_at) if known else None,
        "last_lead": iso_time(known.last_at) if known else None,
        "silent_since": iso_time(known.silent_since) if known else None,
        "usual_gap_seconds": known.usual_gap if known else None,
        "changes": [_field_data(field) for field in each.changes],
    }


def _field_data(field: KnownField) -> dict[str, Any]:
    return {
        "field": field.path,
        "kinds": sorted(field.kinds),
        "seen": field.seen,
        "last_seen": iso_time(field.last_at),
        "change": field.change,
        "changed_at": iso_time(field.changed_at),
        "mapping": field.advice,
    }


# -- printing ------------------------------------------------------------------------------------------------


def _row(each: Watched) -> tuple[str | Text, ...]:
    known = each.known
    return (
        each.source.name,
        each.source.kind,
        Text(each.state, style=_STYLES[each.state]),
        str(each.leads(DAY)),
        str(each.leads(WEEK)),
        clock_time(known.last_at if known else None),
        _span(known.usual_gap if known else None),
        str(len(each.changes) or "-"),
    )


def _print(config: GatewayConfig, each: Watched, *, all_fields: bool) -> None:
    out = console()
    out.print(Text.assemble((each.source.name, "bold"), "  ", Text(each.state, style=_STYLES[each.state])))
    facts = Table.grid(padding=(0, 2, 0, 0))
    for name, told in _facts(config, each):
        facts.add_row(f"  {name}", Text(told))
    out.print(facts)
    changed = each.changes
    if changed:
        out.print("\nChanged fields", style="bold")
        out.print(
            table(("field", "change", "since (UTC)", "kinds", "suggested mapping"), map(_change_row, changed))
        )
        lines = [field.advice for field in changed if field.advice]
        if lines:
            click.echo(
                f"\nTo use one, put its line under [sources.{each.source.name}.fields] in gateway.toml."
            )
    if all_fields and each.fields:
        out.print("\nKnown fields", style="bold")
        rows = [
            (
                _as_sent(field.path),
                " ".join(sorted(field.kinds)) or "empty",
                str(field.seen),
                clock_time(field.last_at),
            )
            for field in each.fields.values()
        ]
        out.print(table(("field", "kinds", "seen", "last seen (UTC)"), rows))
    elif each.fields:
        click.echo(f"\n{count(len(each.fields), 'field')} known: --fields shows them.")


def _facts(config: GatewayConfig, each: Watched) -> list[tuple[str, str]]:
    source, known = each.source, each.known
    path = _PATHS[SOURCES[source.kind].door]
    alarms = [name for name, on in (("silence", source.silence_alarm), ("drift", source.drift_alarm)) if on]
    facts = [
        ("kind", source.kind),
        ("address", config.public_url.rstrip("/") + path + (source.name if path.endswith("/") else "")),
        ("goes to", f"dialer {source.dialer}, list {source.list_id}"),
        ("alarms", ", ".join(alarms) or "none"),
        ("leads", f"{each.leads(DAY)} in 24 hours, {each.leads(WEEK)} in 7 days"),
    ]
    if known is None:
        return [*facts, ("last lead", "none has come: `gateway send` sends one")]
    facts.append(("last lead", f"{clock_time(known.last_at)} UTC"))
    if known.usual_gap is None:
        facts.append(("usual gap", "not known yet: it takes two weeks to learn"))
    else:
        facts.append(("usual gap", f"{_span(known.usual_gap)} at this hour of the week"))
    if known.silent_since is not None:
        facts.append(("silent since", f"{clock_time(known.silent_since)} UTC"))
    return facts


def _change_row(field: KnownField) -> tuple[str | Text, ...]:
    return (
        _as_sent(field.path),
        str(field.change),
        clock_time(field.changed_at),
        " or ".join(sorted(field.kinds)) or "empty",
        _as_sent(field.advice),
    )


def _as_sent(text: str | None) -> Text:
    """A name that a sender made up is no markup."""
    return Text(plain(text))


def _span(seconds: float | None) -> str:
    """One figure that people can compare."""
    if seconds is None:
        return "-"
    for size, unit in ((86400.0, "d"), (3600.0, "h"), (60.0, "min")):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"
