"""What is wrong now, the most important first; decided from the overview, without a word of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from gateway.config import OnUnknown
from gateway.leads.lead import State
from gateway.operating.overview import DialerLook, Overview, Standing
from gateway.store.fetches import FETCH
from gateway.store.holds import LIST

OLD = 300.0  # seconds a lead may wait before that is a trouble of its own
MOST = 8  # told at once


class Kind(StrEnum):
    """What is wrong; in the order of how much it matters."""

    NOBODY = "nobody"
    LOGIN = "login"
    LINE = "line"
    AWAY = "away"
    STALLED = "stalled"
    ALERT = "alert"  # raised by a rule, about something this page does not judge by itself
    LIST = "list"
    TOKEN = "token"  # noqa: S105 - of a platform, and not the token itself
    BACKLOG = "backlog"
    PAUSED = "paused"
    UNCONFIRMED = "unconfirmed"
    SILENT = "silent"
    GONE = "gone"  # leads for a dialer that is no longer configured


# The rules whose trouble is seen here as it stands this second, and not as it was told a minute ago.
JUDGED_HERE = frozenset(
    {
        "dialer_away",
        "login_refused",
        "line_refused",
        "list_refused",
        "dialer_paused",
        "backlog",
        "unconfirmed",
        "source_silent",
        "token_refused",
    }
)
_GRAVE = frozenset({Kind.NOBODY, Kind.LOGIN, Kind.LINE, Kind.AWAY, Kind.STALLED})
_RANK = {kind: place for place, kind in enumerate(Kind)}


@dataclass(frozen=True, kw_only=True, slots=True)
class Trouble:
    """One thing that is wrong."""

    kind: Kind
    grave: bool
    dialer: str = ""
    source: str = ""
    scope: str = ""  # of the hold
    code: str = ""
    leads: int = 0
    since: float | None = None
    until: float | None = None  # when it is tried again
    by: str = ""  # who has paused it
    summary: str = ""  # of an alert, or of who paused it, in their own words
    next_step: str = ""


def troubles(overview: Overview) -> tuple[Trouble, ...]:
    """Everything that is wrong; empty: everything is all right."""
    found = [
        *(trouble for dialer in overview.dialers for trouble in _of_dialer(dialer, overview.at)),
        *_of_sources(overview),
        *_of_gone(overview),
        *_of_alerts(overview),
    ]
    return tuple(sorted(found, key=lambda each: (not each.grave, _RANK[each.kind], -each.leads)))


def _of_dialer(dialer: DialerLook, now: float) -> Iterator[Trouble]:
    yield from _of_line(dialer, now)
    for hold in dialer.holds:
        kind = Kind.LIST if hold.scope.startswith(LIST) else Kind.TOKEN
        if hold is dialer.whole_line or not (kind is Kind.LIST or hold.scope.startswith(FETCH)):
            continue
        yield Trouble(
            kind=kind,
            grave=False,
            dialer=dialer.name,
            source=hold.scope.removeprefix(FETCH) if kind is Kind.TOKEN else "",
            scope=hold.scope,
            code=hold.code,
            leads=dialer.held.get(hold.scope, 0),
            since=hold.since,
            until=hold.probe_at,
        )
    if dialer.unconfirmed and dialer.config.on_unknown is not OnUnknown.RESEND:
        yield Trouble(kind=Kind.UNCONFIRMED, grave=False, dialer=dialer.name, leads=dialer.unconfirmed)


def _of_line(dialer: DialerLook, now: float) -> Iterator[Trouble]:
    hold = dialer.whole_line
    match dialer.standing:
        case Standing.OPEN:
            if dialer.oldest_at is not None and now - dialer.oldest_at > OLD:
                yield _about(Kind.BACKLOG, dialer, since=dialer.oldest_at)
        case Standing.HELD if hold is not None:
            yield Trouble(
                kind=Kind.LOGIN if hold.scope == "login" else Kind.LINE,
                grave=True,
                dialer=dialer.name,
                scope=hold.scope,
                code=hold.code,
                leads=dialer.held.get(hold.scope, 0) + dialer.queued,
                since=hold.since,
                until=hold.probe_at,
            )
        case Standing.PAUSED if dialer.pause is not None:
            yield replace(
                _about(Kind.PAUSED, dialer, since=dialer.pause.since),
                by=dialer.pause.actor,
                summary=dialer.pause.reason,
            )
        case Standing.AWAY:
            yield _about(Kind.AWAY, dialer, since=dialer.last_answer_at, until=dialer.opens_at)
        case Standing.STALLED:
            yield _about(Kind.STALLED, dialer, since=dialer.last_answer_at)
        case _:
            yield _about(Kind.NOBODY, dialer, since=dialer.oldest_at)


def _about(kind: Kind, dialer: DialerLook, *, since: float | None, until: float | None = None) -> Trouble:
    return Trouble(
        kind=kind,
        grave=kind in _GRAVE,
        dialer=dialer.name,
        leads=dialer.queued,
        since=since,
        until=until,
    )


def _of_sources(overview: Overview) -> Iterator[Trouble]:
    for source in overview.sources:
        if source.silent_since is not None:
            yield Trouble(kind=Kind.SILENT, grave=False, source=source.name, since=source.silent_since)


def _of_gone(overview: Overview) -> Iterator[Trouble]:
    known = {dialer.name for dialer in overview.dialers}
    waiting: dict[str, int] = {}
    for queued in overview.counts.waiting:
        waiting[queued.dialer] = waiting.get(queued.dialer, 0) + queued.leads
    for parked in overview.counts.parked:
        if parked.state in (State.HELD, State.UNCONFIRMED):
            waiting[parked.dialer] = waiting.get(parked.dialer, 0) + parked.leads
    for name, leads in sorted(waiting.items()):
        if name not in known:
            yield Trouble(kind=Kind.GONE, grave=False, dialer=name, leads=leads)


def _of_alerts(overview: Overview) -> Iterator[Trouble]:
    for alert in overview.alerts:
        if alert.rule not in JUDGED_HERE:
            yield Trouble(
                kind=Kind.ALERT,
                grave=alert.severity == "critical",
                leads=alert.leads or 0,
                since=alert.opened_at,
                summary=alert.summary,
                next_step=alert.next_step,
            )
