"""The overview as its template shows it: a sentence, figures, tables that become charts, cards."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from flask import url_for
from markupsafe import Markup

from gateway.leads.lead import State
from gateway.operating.overview import Overview, SourceLook
from gateway.operating.troubles import Trouble, troubles
from gateway.store.paces import STEP
from gateway.store.watching import HOUR
from gateway.web.console.dialer_facts import Card, card
from gateway.web.console.trouble_words import Told, told
from gateway.web.console.writing import ago, count, counted, span

MOST_TROUBLES = 6
_SHOWN_STATES = (
    (State.DELIVERED, "In the dialer", ""),
    (State.QUEUED, "On their way", ""),
    (State.DUPLICATE, "Duplicates", ""),
    (State.REJECTED, "Rejected", "bad"),
    (State.SUPPRESSED, "Do not call", ""),
)
_PARKED_STATES = (
    (State.HELD, "Held", "warn"),
    (State.UNCONFIRMED, "Unconfirmed", "warn"),
    (State.QUARANTINED, "Quarantined", "warn"),
    (State.DEAD, "Dead", "bad"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """One large number."""

    label: str
    value: str
    hint: str = ""
    address: str = ""
    tone: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One line of a chart's table."""

    at: float
    values: tuple[float | None, ...]
    shown: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Chart:
    """A table that a script draws; `lines` are the heads of its columns and the colours they have."""

    name: str
    title: str
    told: str  # one sentence for who cannot see it
    first: str  # head of the first column
    lines: tuple[tuple[str, str, str], ...]  # title, colour (a variable of the style), bars or line
    rows: tuple[Row, ...]
    step: float
    unit: str = ""  # s: seconds


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """Everything on the page."""

    now: float
    troubles: tuple[Told, ...]
    more_troubles: int
    sentence: Markup
    figures: tuple[Figure, ...]
    charts: tuple[Chart, ...]
    dialers: tuple[Card, ...]
    sources: tuple[SourceLook, ...]
    known_usual: bool
    seen: str  # a digest: the page need not be replaced while it stays the same


def shown(overview: Overview, *, may_act: bool) -> Shown:
    """Everything on the page, from what was gathered."""
    found = troubles(overview)
    cards = tuple(card(dialer) for dialer in overview.dialers)
    figures, charts = _figures(overview), (_by_hour(overview), _by_step(overview), _times(overview))
    return Shown(
        now=overview.at,
        troubles=tuple(told(each) for each in found[:MOST_TROUBLES]),
        more_troubles=max(0, len(found) - MOST_TROUBLES),
        sentence=_sentence(overview),
        figures=figures,
        charts=charts,
        dialers=cards,
        sources=overview.sources,
        known_usual=overview.usual is not None,
        seen=_digest(may_act, overview, found, figures, charts, cards),
    )


def _sentence(overview: Overview) -> Markup:
    """One line that says that everything is all right."""
    counts, times = overview.counts, overview.pace.times
    if not counts.leads:
        usual = (
            f" By now {counted(round(overview.usual), 'is', 'are')} usual on such a day."
            if overview.usual
            else ""
        )
        return Markup("Everything is all right. No lead has come today yet.{}").format(usual)
    last = Markup(", the last one {}").format(ago(counts.last_at)) if counts.last_at else ""
    pace = ""
    if times is not None:
        none = "" if _waiting(overview) else ", none waits"
        pace = f"{none}; of the last hour 95 of 100 were in the dialer within {span(times.p95)}"
    return Markup("Everything is all right: {} today{}{}.").format(counted(counts.leads, "lead"), last, pace)


# -- figures -------------------------------------------------------------------------------------------------


def _figures(overview: Overview) -> tuple[Figure, ...]:
    counts, today = overview.counts, overview.counts.by_state
    usual = f"usual by now: {count(overview.usual)}" if overview.usual is not None else ""
    found = [
        Figure(
            label="Leads today",
            value=count(counts.leads),
            hint=usual,
            address=_leads(since=int(overview.since)),
        )
    ]
    for state, label, tone in _SHOWN_STATES:
        number = today.get(state, 0) + (today.get(State.SENDING, 0) if state is State.QUEUED else 0)
        if number or state in (State.DELIVERED, State.QUEUED):
            found.append(
                Figure(
                    label=label,
                    value=count(number),
                    hint=_hint(overview, state, number),
                    address=_leads(state=state.value, since=int(overview.since)),
                    tone=tone if number else "",
                )
            )
    for state, label, tone in _PARKED_STATES:
        number = counts.parked_in(state)
        if number:
            found.append(
                Figure(
                    label=label,
                    value=count(number),
                    hint="of all days",
                    address=_leads(state=state.value),
                    tone=tone,
                )
            )
    times = overview.pace.times
    if times is not None:
        found.append(
            Figure(
                label="To the dialer, 95 of 100 within",
                value=span(times.p95),
                hint=f"half within {span(times.p50)}, 99 of 100 within {span(times.p99)}; last hour",
            )
        )
    if today.get(State.TEST):
        found.append(Figure(label="Tests", value=count(today[State.TEST]), hint="never dialed"))
    return tuple(found)


def _leads(**filters: Any) -> str:
    return url_for("console_leads.index", **filters)


def _hint(overview: Overview, state: State, number: int) -> str:
    """Their share; of those that wait how many there are in all, of those that were refused mostly why."""
    if state is State.QUEUED:
        return _backlog(overview)
    share = f"{100 * number / overview.counts.leads:.0f} %" if overview.counts.leads and number else ""
    reasons = overview.counts.rejected
    if state is not State.REJECTED or not reasons:
        return share
    return f"{share}, mostly {max(reasons, key=lambda reason: reasons[reason]) or 'without a reason'}"


def _waiting(overview: Overview) -> int:
    return sum(each.leads for each in overview.counts.waiting)


def _backlog(overview: Overview) -> str:
    waiting = _waiting(overview)
    if not waiting:
        return "nothing waits"
    today = overview.counts.by_state.get(State.QUEUED, 0)
    return f"{count(waiting)} with those of before" if waiting > today else ""


# -- charts --------------------------------------------------------------------------------------------------


def _by_hour(overview: Overview) -> Chart:
    hours = overview.pace.hours
    known = overview.usual is not None
    lines = [("Leads", "--accent", "bars")] + ([("Usual", "--text", "line")] if known else [])
    rows = []
    for each, usual in zip(hours, overview.usual_hours, strict=True):
        values = (float(each.leads), None if usual is None else round(usual, 1))
        texts = (count(each.leads), "-" if usual is None else count(usual))
        rows.append(Row(at=each.start, values=values[: len(lines)], shown=texts[: len(lines)]))
    total = counted(sum(each.leads for each in hours), "lead")
    return Chart(
        name="hours",
        title="Leads by the hour, the last 24 hours",
        told=f"{total} in the last 24 hours.",
        first="Hour from",
        lines=tuple(lines),
        rows=tuple(rows),
        step=HOUR,
    )


def _by_step(overview: Overview) -> Chart:
    steps = overview.pace.steps
    return Chart(
        name="steps",
        title="Leads by five minutes, the last hour",
        told=f"{counted(sum(each.leads for each in steps), 'lead')} in the last hour.",
        first="Five minutes from",
        lines=(("Leads", "--accent", "bars"),),
        rows=tuple(
            Row(at=each.start, values=(float(each.leads),), shown=(count(each.leads),)) for each in steps
        ),
        step=STEP,
    )


def _times(overview: Overview) -> Chart:
    by_start = {each.start: each for each in overview.pace.times_by_step}
    rows = []
    for step in overview.pace.steps:
        times = by_start.get(step.start)
        values = (times.p50, times.p95, times.p99) if times else (None, None, None)
        rows.append(
            Row(
                at=step.start,
                values=tuple(None if each is None else round(each, 3) for each in values),
                shown=tuple("-" if each is None else span(each) for each in values),
            )
        )
    whole = overview.pace.times
    said = (
        f"Half of them within {span(whole.p50)}, 95 of 100 within {span(whole.p95)}."
        if whole
        else "No lead of the last hour is in the dialer yet."
    )
    return Chart(
        name="times",
        title="Time to the dialer, the last hour",
        told=said,
        first="Received from",
        lines=(
            ("Half within", "--good", "line"),
            ("95 of 100 within", "--accent", "line"),
            ("99 of 100 within", "--warn", "line"),
        ),
        rows=tuple(rows),
        step=STEP,
        unit="s",
    )


# -- whether anything has changed ----------------------------------------------------------------------------


def _digest(may_act: bool, overview: Overview, found: tuple[Trouble, ...], *shown_parts: object) -> str:  # noqa: FBT001
    """Of what is shown, without the ages: those count on by themselves in the page."""
    parts = (
        may_act,
        [(each.kind, each.dialer, each.source, each.leads, each.since, _about(each.until)) for each in found],
        [
            (each.name, each.today, _whole(each.usual), each.last_at, each.rejected)
            for each in overview.sources
        ],
        overview.counts.last_at,
        *shown_parts,
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def _about(moment: float | None) -> int | None:
    return None if moment is None else round(moment / 2)


def _whole(number: float | None) -> int | None:
    return None if number is None else round(number)
