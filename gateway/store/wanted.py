"""Which leads somebody looks for, and how that is asked of the database: through one index, the rest as filters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.leads.identity import first_id
from gateway.leads.lead import State
from gateway.store import spelling
from gateway.store.tables import ASIDE

LENGTH = 20  # of an id
_LAST = 2_677_000_000.0  # in 2054; ids cannot tell later moments apart
OPEN = (State.QUEUED, State.SENDING)
_INDEXED_BY_STATE = frozenset(State) - {State.QUEUED, State.SENDING, State.DELIVERED}
_EMPTY = "reason_code IS NULL AND reason_code IS NOT NULL"  # no lead: there is no such reason


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which leads are looked for; what is empty or None does not matter, everything else has to fit at once."""

    states: tuple[State, ...] = ()
    source: str | None = None
    dialer: str | None = None
    list_id: str | None = None
    reason: str | None = None  # a code, or the beginning of some with its dot: "phone."
    phone: str | None = None  # digits as they are dialed
    phone_end: str | None = None  # its last digits
    lead_id: str | None = None  # an id, or at least its first characters
    reference: str | None = None  # the prospects_id a sender chose
    dialer_lead_id: str | None = None
    name: str | None = None
    text: str | None = None  # anywhere in what was received
    since: float | None = None
    until: float | None = None  # not later than just before
    test: bool | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """What is asked about, without what is asked: this may stand in a log."""
        return tuple(name for name in self.__slots__ if getattr(self, name) not in (None, ()))


NOTHING = Wanted(phone="nobody")  # no number reads so


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """One condition that an index answers; `ordered`: the index also gives the order of arrival."""

    condition: str = ""
    ordered: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """A search as it is asked: every lead is found on exactly one of the ways, and passes the filters."""

    ways: tuple[Way, ...]
    filters: tuple[str, ...]
    values: Mapping[str, Any]
    floor: str | None  # the first id that may fit
    ceiling: str | None  # the first that is too late

    @property
    def in_portions(self) -> bool:
        """Leads may have to be looked at that do not fit, and nobody knows how many."""
        return bool(self.filters) and all(way.ordered for way in self.ways)


def look(
    wanted: Wanted,
    engine: str,
    *,
    codes: Sequence[str],
    few_open: bool,
    numbers: Sequence[str] | None = None,
) -> Look:
    """How `wanted` is asked of this engine; `codes`: the reasons there are, `few_open`: whether few leads are open."""
    values: dict[str, Any] = {}
    if numbers is not None:  # all that end as wanted; somebody has looked
        ways, used = _ways_by_number(numbers, values), "phone_end"
    else:
        ways, used = _ways(wanted, values, codes=codes, few_open=few_open)
    filters = _plain_filters(wanted, values, engine, used) + _text_filters(wanted, values, engine, used)
    return Look(
        ways=ways,
        filters=tuple(filters),
        values=values,
        floor=max(_given(_at(wanted.since), wanted.lead_id), default=None),
        ceiling=min(_given(_at(wanted.until), _beyond(wanted.lead_id)), default=None),
    )


def _ways(
    wanted: Wanted, values: dict[str, Any], *, codes: Sequence[str], few_open: bool
) -> tuple[tuple[Way, ...], str]:
    """The narrowest index there is, and the part of `wanted` that it answers."""
    if wanted.phone is not None:
        values["phone"] = wanted.phone
        return (Way(condition="phone = :phone", ordered=False),), "phone"
    if wanted.dialer_lead_id is not None:
        values["named"] = wanted.dialer_lead_id
        condition = "dialer_lead_id IS NOT NULL AND dialer_lead_id = :named"
        return (Way(condition=condition, ordered=False),), "dialer_lead_id"
    if wanted.lead_id is not None:
        return (Way(),), ""
    if wanted.reason is not None:
        return _ways_by_reason(wanted.reason, values, codes), "reason"
    if by_state := _ways_by_state(wanted.states, few_open=few_open):
        return by_state, "states"
    return _way_by_source(wanted.source, values)


def _way_by_source(source: str | None, values: dict[str, Any]) -> tuple[tuple[Way, ...], str]:
    if source is None:
        return (Way(),), ""
    values["source"] = source
    return (Way(condition="source = :source"),), "source"


def _ways_by_number(numbers: Sequence[str], values: dict[str, Any]) -> tuple[Way, ...]:
    values.update({f"number{place}": number for place, number in enumerate(numbers)})
    listed = ", ".join(f":number{place}" for place in range(len(numbers)))
    return (Way(condition=f"phone IN ({listed})" if numbers else _EMPTY, ordered=False),)


def _ways_by_reason(reason: str, values: dict[str, Any], codes: Sequence[str]) -> tuple[Way, ...]:
    meant = [code for code in codes if code.startswith(reason)] if reason.endswith(".") else [reason]
    values.update({f"code{place}": code for place, code in enumerate(meant)})
    conditions = [f"reason_code IS NOT NULL AND reason_code = :code{place}" for place in range(len(meant))]
    return tuple(Way(condition=condition) for condition in conditions or [_EMPTY])


def _ways_by_state(states: tuple[State, ...], *, few_open: bool) -> tuple[Way, ...]:
    """The indexes of leads that wait or have ended badly; those that were delivered have none."""
    ways = []
    for state in dict.fromkeys(states):
        if state in _INDEXED_BY_STATE:
            ways.append(Way(condition=f"{ASIDE} AND state = '{state.value}'"))
        elif state in OPEN and few_open:
            ways.append(Way(condition=f"state = '{state.value}'", ordered=False))
        else:
            return ()
    return tuple(ways)


def _plain_filters(wanted: Wanted, values: dict[str, Any], engine: str, used: str) -> list[str]:
    off = spelling.without_index(engine)
    filters = []
    for name in ("source", "dialer", "list_id"):
        if getattr(wanted, name) is not None and name != used:
            values[name] = getattr(wanted, name)
            filters.append(f"{off}leads.{name} = :{name}")
    if wanted.states and used != "states":
        listed = ", ".join(f"'{state.value}'" for state in wanted.states)
        filters.append(f"{off}leads.state IN ({listed})")
    if wanted.reason is not None and used != "reason":
        filters.append(_reason_filter(wanted.reason, values, off))
    if wanted.test is not None:
        filters.append(f"leads.test = {int(wanted.test)}")
    if wanted.dialer_lead_id is not None and used != "dialer_lead_id":
        values["named"] = wanted.dialer_lead_id
        filters.append(f"{off}leads.dialer_lead_id = :named")
    return filters


def _reason_filter(reason: str, values: dict[str, Any], off: str) -> str:
    if not reason.endswith("."):
        values["code"] = reason
        return f"{off}leads.reason_code = :code"
    values["code"] = spelling.pattern(reason, before="")
    return "leads.reason_code LIKE :code ESCAPE '!'"


def _text_filters(wanted: Wanted, values: dict[str, Any], engine: str, used: str) -> list[str]:
    """What no index answers: each of them is looked for in every lead on the way."""
    filters = []
    if wanted.phone_end is not None and used != "phone_end":
        values["ending"] = spelling.pattern(wanted.phone_end, after="")
        filters.append("leads.phone LIKE :ending ESCAPE '!'")
    if wanted.reference is not None:
        values["reference"] = spelling.pattern(
            f'"prospects_id":{spelling.in_json(wanted.reference, quotes=True)}'
        )
        filters.append(f"leads.fields {spelling.like(engine)} :reference ESCAPE '!'")
    for place, word in enumerate((wanted.name or "").split()):
        values[f"word{place}"] = spelling.pattern(spelling.in_json(word))
        values[f"name{place}"] = spelling.pattern(word)
        # The first condition is quick and rules most leads out; the second knows where the name stands.
        filters.append(f"leads.fields {spelling.like(engine)} :word{place} ESCAPE '!'")
        filters.append(f"{spelling.name_of(engine)} {spelling.like(engine)} :name{place} ESCAPE '!'")
    if wanted.text is not None:
        filters.append(_anywhere(wanted.text, values, engine))
    return filters


def _anywhere(text: str, values: dict[str, Any], engine: str) -> str:
    like = spelling.like(engine)
    inside, received = [], []
    for place, each in enumerate(spelling.as_stored(text)):
        values[f"stored{place}"] = spelling.pattern(each)
        inside += [f"leads.{column} {like} :stored{place} ESCAPE '!'" for column in ("fields", "extra")]
    for place, each in enumerate(spelling.as_sent(text)):
        values[f"sent{place}"] = spelling.pattern(spelling.in_body(each, engine))
        received.append(f"{spelling.body(engine)} {like} :sent{place} ESCAPE '!'")
        values[f"asked{place}"] = spelling.pattern(each)
        received.append(f"enquiries.query {like} :asked{place} ESCAPE '!'")
    # Asked as one value, and not whether there is such a row: PostgreSQL would rather read all enquiries at once.
    enquiry = (
        f"COALESCE((SELECT {' OR '.join(received)} FROM enquiries"  # noqa: S608 - no value stands in it
        f" WHERE enquiries.id = leads.enquiry_id), {spelling.no(engine)})"
    )
    return f"({' OR '.join([*inside, enquiry])})"


def _at(moment: float | None) -> str | None:
    return None if moment is None else first_id(min(moment, _LAST))


def _beyond(beginning: str | None) -> str | None:
    """Behind every id that begins so: ids are of one length, and no character comes after Z."""
    return None if beginning is None else beginning.ljust(LENGTH + 1, "Z")


def _given(*ids: str | None) -> list[str]:
    return [each for each in ids if each is not None]
