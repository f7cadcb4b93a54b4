"""Which leads a job is about: chosen one by one, or all that a search finds; counted before, walked through after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Select, and_, case, exists, func, select, text
from sqlalchemy.engine import Connection

from gateway.leads.lead import State
from gateway.store.tables import ASIDE, leads, suppressions

MOST_IDS = 1000  # leads chosen one by one
_ON_THEIR_WAY = (State.QUEUED, State.SENDING, State.DELIVERED)


_FACTS = ("source", "dialer", "list_id", "reason", "since", "until", "test")


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """`ids`, or all that fit; no name and no number stands here, for a job is kept for good."""

    ids: tuple[str, ...] = ()
    states: tuple[State, ...] = ()
    source: str | None = None
    dialer: str | None = None
    list_id: str | None = None
    reason: str | None = None  # a code, or the beginning of some with its dot: "phone."
    since: float | None = None
    until: float | None = None
    test: bool | None = None

    def as_json(self) -> str:
        """As it stands in a job's row."""
        if self.ids:
            return orjson.dumps({"ids": self.ids}).decode()
        facts = {name: getattr(self, name) for name in _FACTS}
        return orjson.dumps({"states": [state.value for state in self.states], **facts}).decode()

    @classmethod
    def of_json(cls, kept: str) -> Chosen:
        """The same, from a job's row."""
        facts = orjson.loads(kept)
        states = tuple(State(state) for state in facts.pop("states", ()))
        return cls(**{**facts, "ids": tuple(facts.get("ids", ())), "states": states})


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A lead that a job looks at."""

    id: str
    state: State
    source: str
    dialer: str
    phone: str
    reason_code: str | None
    hold_scope: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """How many chosen leads stand alike."""

    state: State
    source: str
    dialer: str
    leads: int
    without_phone: int
    suppressed: int  # their number is on the do-not-call list


def newest(connection: Connection) -> str:
    """The id of the lead that came last; empty when there is none."""
    return connection.scalar(select(func.max(leads.c.id))) or ""


def groups(connection: Connection, chosen: Chosen, upto: str) -> list[Group]:
    """What was chosen, as it stands now, by state, source and dialer; the largest first."""
    listed = exists().where(suppressions.c.phone == leads.c.phone)
    number = func.count()
    empty = func.sum(case((leads.c.phone == "", 1), else_=0))
    wanted = select(leads.c.state, leads.c.source, leads.c.dialer, number, empty).group_by(
        leads.c.state, leads.c.source, leads.c.dialer
    )
    stopped = (
        select(leads.c.state, leads.c.source, leads.c.dialer, func.count())
        .where(leads.c.state.not_in([State.DELIVERED.value, State.SUPPRESSED.value]), listed)
        .group_by(leads.c.state, leads.c.source, leads.c.dialer)
    )
    by_group: Counter[tuple[str, str, str]] = Counter()
    for query in _within(stopped, chosen, upto):
        by_group.update({(row[0], row[1], row[2]): row[3] for row in connection.execute(query)})
    found = [
        Group(
            state=State(row[0]),
            source=row[1],
            dialer=row[2],
            leads=row[3],
            without_phone=row[4] or 0,
            suppressed=by_group[row[0], row[1], row[2]],
        )
        for query in _within(wanted, chosen, upto)
        for row in connection.execute(query)
    ]
    return sorted(found, key=lambda group: -group.leads)


def walk(
    connection: Connection, chosen: Chosen, states: Sequence[State], *, after: str, upto: str, limit: int
) -> list[Candidate]:
    """The next leads in one of `states`, in the order in which they came."""
    columns = (leads.c.id, leads.c.state, leads.c.source, leads.c.dialer, leads.c.phone)
    wanted = select(*columns, leads.c.reason_code, leads.c.hold_scope)
    found: list[Any] = []
    # State by state, each through its own index: one query for all would read every lead there is.
    for state in states:
        if chosen.states and state not in chosen.states:
            continue
        for query in _within(wanted.where(in_state(state), leads.c.id > after), chosen, upto, stateless=True):
            found += connection.execute(query.order_by(leads.c.id).limit(limit)).all()
    rows = sorted(found, key=lambda row: row.id)[:limit]
    return [
        Candidate(
            id=row.id,
            state=State(row.state),
            source=row.source,
            dialer=row.dialer,
            phone=row.phone,
            reason_code=row.reason_code,
            hold_scope=row.hold_scope,
        )
        for row in rows
    ]


def in_state(state: State) -> ColumnElement[bool]:
    """The condition in the words of the partial indexes."""
    own = text(f"state = '{state.value}'")
    return and_(own) if state in _ON_THEIR_WAY else and_(text(ASIDE), own)


def _within(wanted: Select[Any], chosen: Chosen, upto: str, *, stateless: bool = False) -> list[Select[Any]]:
    """`wanted` for what was chosen; ids in portions, because a statement takes only so many values."""
    wanted = wanted.where(leads.c.id <= upto)
    if chosen.ids:
        starts = range(0, len(chosen.ids), 500)
        return [wanted.where(leads.c.id.in_(chosen.ids[start : start + 500])) for start in starts]
    if chosen.states and not stateless:
        wanted = wanted.where(leads.c.state.in_([state.value for state in chosen.states]))
    for column in ("source", "dialer", "list_id"):
        value = getattr(chosen, column)
        if value is not None:
            wanted = wanted.where(leads.c[column] == value)
    if chosen.reason is not None:
        wanted = wanted.where(_has_reason(chosen.reason))
    if chosen.test is not None:
        wanted = wanted.where(leads.c.test == int(chosen.test))
    if chosen.since is not None:
        wanted = wanted.where(leads.c.received_at >= chosen.since)
    if chosen.until is not None:
        wanted = wanted.where(leads.c.received_at < chosen.until)
    return [wanted]


def _has_reason(reason: str) -> ColumnElement[bool]:
    if reason.endswith("."):
        return leads.c.reason_code.startswith(reason, autoescape=True)
    return leads.c.reason_code == reason
