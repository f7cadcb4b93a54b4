"""What the page with the list of leads shows, prepared: rows, choices, the ways on, what an empty one says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import url_for

from gateway.leads.lead import State
from gateway.operating.looking import Looked, both
from gateway.operating.typed import SAID, By, readings
from gateway.store.wanted import NOTHING, Wanted
from gateway.web.console import lead_filters, lead_rows
from gateway.web.console.lead_filters import Chip, Filters
from gateway.web.console.lead_rows import Row
from gateway.web.context import services

PER_PAGE = 50
COUNTED = 1000  # so many leads of a state are counted; more are "1,000+"
# What all that match are chosen by; nobody should act on what takes minutes to find.
TOGETHER = frozenset({"source", "dialer", "reason", "list", "test", "since", "until"})
EXACT = frozenset({By.ID, By.PHONE, By.DIALERS_ID})


@dataclass(frozen=True, kw_only=True, slots=True)
class Tab:
    """A quick way to the leads of some states."""

    text: str
    query: str
    here: bool
    number: int | None = None
    more: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """Another reading of what was typed."""

    text: str
    address: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LeadList:
    """The page."""

    rows: list[Row]
    chips: tuple[Chip, ...]
    tabs: list[Tab]
    found_by: str  # how the text was understood; empty: there was none
    ways: list[Way]
    older: str  # address of the next page
    newest: str  # address of the first page, where this is not it
    looked_back_to: float | None
    newer: str  # address that tells what has come meanwhile; empty: nobody asks
    tried: list[str]  # an empty list says what was looked for
    any_lead: bool
    sources: list[str]
    dialers: list[str]
    reasons: list[str]
    together: bool  # whether something can be done to all that match
    parameters: list[tuple[str, str]]
    export: Mapping[str, str]


_TABS = (
    ("All", ()),
    ("On their way", (State.QUEUED, State.SENDING)),
    ("Held", (State.HELD,)),
    ("Unconfirmed", (State.UNCONFIRMED,)),
    ("Quarantined", (State.QUARANTINED,)),
    ("Rejected", (State.REJECTED,)),
    ("Dead", (State.DEAD,)),
)


def prepare(filters: Filters, looked: Looked, *, first: bool) -> LeadList:
    """Of one look, the whole page."""
    finding, now = services().store.console.finding, services().clock.now()
    config, found = services().config, looked.page
    late = lead_rows.late(found.leads, now)
    index = url_for("console_leads.index")
    older = index + filters.query(after=found.after) if found.after else ""
    newest = found.leads[0].id if found.leads else ""
    return LeadList(
        rows=lead_rows.rows(found.leads, finding.tried(late), now),
        chips=tuple(lead_filters.chips(filters)),
        tabs=_tabs(filters, finding.numbers(most=COUNTED + 1)),
        found_by=looked.reading.said if looked.reading and found.leads else "",
        ways=[_way(filters, each.by) for each in looked.others],
        older=older,
        newest="" if first else index + filters.query(),
        looked_back_to=found.looked_back_to,
        newer=url_for("console_leads.newer") + filters.query(than=newest) if first else "",
        tried=[each.said for each in looked.tried],
        any_lead=bool(found.leads) or bool(finding.page(Wanted(), limit=1).leads),
        sources=_with(sorted(config.sources), filters.values.get("source")),
        dialers=_with(sorted(config.dialers), filters.values.get("dialer")),
        reasons=finding.reasons(),
        together=bool(found.leads) and _may_go_together(filters),
        parameters=filters.pairs(),
        export={
            kind: url_for("console_leads.export", kind=kind) + filters.query() for kind in ("csv", "ndjson")
        },
    )


def wanted_of(filters: Filters, region: str, *, masked: bool = False) -> Wanted:
    """What one reading of the address asks for: the one it names, or the first."""
    possible = readings(filters.typed, region, masked=masked)
    chosen = next((each for each in possible if filters.by in (None, each.by)), None)
    if chosen is None:  # a text that cannot be read finds nothing
        return both(filters.wanted, NOTHING) if filters.typed else filters.wanted
    return both(filters.wanted, chosen.wanted)


def mistaken(looked: Looked) -> str:
    """A few digits may be a Lead ID or the end of a number: said where the page of one lead is opened at once."""
    if looked.reading is None or looked.reading.by is not By.DIALERS_ID:
        return ""
    if not any(each.by is By.ENDING for each in looked.others):
        return ""
    return "Found by the dialer's Lead ID. To find the end of a phone number, put a * before its digits."


def _tabs(filters: Filters, numbers: Mapping[State, int]) -> list[Tab]:
    tabs = []
    for text, states in _TABS:
        number = sum(numbers.get(state, 0) for state in states) if states else None
        tabs.append(
            Tab(
                text=text,
                query=_states(filters, states),
                here=set(filters.states) == set(states),
                number=number if number is None else min(number, COUNTED),
                more=bool(number and number > COUNTED),
            )
        )
    return tabs


def _states(filters: Filters, states: tuple[State, ...]) -> str:
    pairs = [*(("state", state.value) for state in states), *filters.pairs(without="state")]
    return lead_filters.written(pairs)


def _way(filters: Filters, by: By) -> Way:
    return Way(text=SAID[by], address=url_for("console_leads.index") + filters.query(by=by.value))


def _with(names: list[str], chosen: str | None) -> list[str]:
    """Leads may be of a source that is no longer configured."""
    return names if chosen is None or chosen in names else [*names, chosen]


def _may_go_together(filters: Filters) -> bool:
    others = set(filters.values) - TOGETHER
    exact = not others or (others <= {"q", "by"} and filters.by in EXACT)
    return filters.active and exact and not filters.values.get("reason", "").endswith(".")
