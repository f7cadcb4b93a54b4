"""The filters of the list of leads: read from an address, written into one, named for people."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from gateway.config.values import ValueProblemError, duration
from gateway.leads.lead import State
from gateway.operating.typed import By
from gateway.store.columns import clean
from gateway.store.wanted import Wanted

LONGEST = 200  # characters of one value
_CODE = re.compile(r"[a-z][a-z0-9_.]{0,60}")
_TESTS = {"only": True, "without": False}
_LABELS = {
    "source": "Source",
    "dialer": "Dialer",
    "reason": "Reason",
    "list": "List",
    "text": "Contains",
    "since": "From",
    "until": "To",
    "test": "Tests",
}
SINGLE = ("q", "by", *_LABELS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Filters:
    """What the address asks for; the texts are as they were typed."""

    values: Mapping[str, str]  # of SINGLE, none empty
    states: tuple[State, ...] = ()
    since: float | None = None
    until: float | None = None
    unread: tuple[str, ...] = ()  # labels of what was not understood

    @property
    def typed(self) -> str:
        return self.values.get("q", "")

    @property
    def by(self) -> By | None:
        name = self.values.get("by")
        return By(name) if name in set(By) else None

    @property
    def wanted(self) -> Wanted:
        """Everything but what was typed into the search."""
        value = self.values.get
        return Wanted(
            states=self.states,
            source=value("source"),
            dialer=value("dialer"),
            list_id=value("list"),
            reason=value("reason"),
            text=value("text"),
            since=self.since,
            until=self.until,
            test=_TESTS.get(value("test", "")),
        )

    @property
    def active(self) -> bool:
        """Whether anything is asked for at all."""
        return bool(self.values or self.states)

    def without_texts(self) -> Filters:
        """For people who see masked numbers: what was received holds the whole ones, and tells them bit by bit."""
        if "text" not in self.values:
            return self
        values = {name: value for name, value in self.values.items() if name != "text"}
        return replace(self, values=values, unread=(*self.unread, f"{_LABELS['text']} (for operators)"))

    def pairs(self, *, without: str = "", **more: str | None) -> list[tuple[str, str]]:
        """As names and values of an address or a form: without one filter, with others."""
        pairs = [
            ("state", state.value) for state in self.states if without not in ("state", f"state={state}")
        ]
        pairs += [(name, value) for name, value in self.values.items() if name not in {without, *more}]
        return pairs + [(name, value) for name, value in more.items() if value]

    def query(self, *, without: str = "", **more: str | None) -> str:
        """The same, ready to stand behind an address, its question mark included."""
        return written(self.pairs(without=without, **more))


@dataclass(frozen=True, kw_only=True, slots=True)
class Chip:
    """One filter that is active, and the query without it."""

    label: str
    text: str
    rest: str


def read(args: MultiDict[str, str], *, now: float, zone: ZoneInfo) -> Filters:
    """What cannot be understood is left out and named, never guessed."""
    values = {name: _text(args.get(name, "")) for name in SINGLE}
    values = {name: value for name, value in values.items() if value}
    unread = []
    states = []
    for text in args.getlist("state"):
        if text in set(State):
            states.append(State(text))
        elif text:
            unread.append("State")
    since = _moment(values.get("since", ""), now=now, zone=zone)
    until = _moment(values.get("until", ""), now=now, zone=zone, end=True)
    for name, moment in (("since", since), ("until", until)):
        if name in values and moment is None:
            unread.append(_LABELS[name])
            del values[name]
    if "reason" in values and not _CODE.fullmatch(values["reason"]):
        unread.append(_LABELS["reason"])
        del values["reason"]
    if values.get("test") not in (None, *_TESTS):
        del values["test"]
    return Filters(
        values=values, states=tuple(dict.fromkeys(states)), since=since, until=until, unread=tuple(unread)
    )


def written(pairs: Sequence[tuple[str, str]]) -> str:
    """Names and values as the end of an address, its question mark included."""
    return f"?{urlencode(pairs)}" if pairs else ""


def chips(filters: Filters) -> Sequence[Chip]:
    """Every active filter, as it is shown above the list."""
    found = []
    if filters.typed:
        rest = written([pair for pair in filters.pairs(without="q") if pair[0] != "by"])
        found.append(Chip(label="Search", text=filters.typed, rest=rest))
    found += [
        Chip(label="State", text=state.value, rest=filters.query(without=f"state={state}"))
        for state in filters.states
    ]
    return found + [
        Chip(label=label, text=filters.values[name], rest=filters.query(without=name))
        for name, label in _LABELS.items()
        if name in filters.values
    ]


def _text(value: str) -> str:
    return clean(value).strip()[:LONGEST]


def _moment(text: str, *, now: float, zone: ZoneInfo, end: bool = False) -> float | None:
    """A day or a minute of the console's zone, an age (24h, 7d), or seconds since the epoch; None: none of these."""
    try:
        local = datetime.fromisoformat(text)
        if end and len(text) == len("2026-11-20"):
            local += timedelta(days=1)
        return (local if local.tzinfo else local.replace(tzinfo=zone)).timestamp()
    except (ValueError, OverflowError):
        return _age_or_epoch(text, now)


def _age_or_epoch(text: str, now: float) -> float | None:
    if re.fullmatch(r"\d{9,10}(\.\d{1,6})?", text, re.ASCII):
        return float(text)
    try:
        return now - duration(text)
    except ValueProblemError:
        return None
