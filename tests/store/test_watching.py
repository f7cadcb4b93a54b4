"""Leads are counted from their own table, an hour at most at once, by one process; what was told is told once."""

from __future__ import annotations

from typing import Any

from gateway.leads.identity import first_id, new_id
from gateway.leads.lead import State
from gateway.store import Store
from gateway.store.operations import Accept
from gateway.store.shapes import REMEMBERED as FIELD_REMEMBERED
from gateway.store.shapes import KnownField
from gateway.store.watching import AWAY, FAR, HOUR, REMEMBERED, Hour
from tests.store.making import NOW, make_enquiry, make_lead

BEGIN = NOW - NOW % HOUR
EVERY = 60.0


def came(store: Store, *times: float, source: str = "website", **changes: Any) -> None:
    """Leads that came `times` seconds after the hour began, each in an enquiry of its own."""
    accepts = []
    for seconds in times:
        at = BEGIN + seconds
        enquiry = make_enquiry(id=new_id(at), source=source, received_at=at)
        lead = make_lead(id=new_id(at), source=source, received_at=at, next_at=at, **changes)
        accepts.append(Accept(enquiry=enquiry, leads=(lead,), claim=None))
    store.transact(accepts)


def turn(store: Store, now: float = NOW) -> float:
    taken = store.watching.take_turn(now=now, every=EVERY, begin=BEGIN)
    assert taken is not None
    return taken.looked_until


def part(source: str = "website", **values: Any) -> Hour:
    return Hour(
        **{"source": source, "hour": int(BEGIN // HOUR), "leads": 1, "first_at": 0.0, "last_at": 0.0} | values
    )


# -- turns ---------------------------------------------------------------------------------------------------


def test_a_turn_is_one_processs_until_its_time_is_over(store: Store) -> None:
    assert store.watching.is_due(NOW)
    assert turn(store) == BEGIN

    assert not store.watching.is_due(NOW + EVERY - 1)
    assert store.watching.take_turn(now=NOW + EVERY - 1, every=EVERY, begin=0.0) is None
    assert store.watching.is_due(NOW + EVERY)
    assert turn(store, NOW + EVERY) == BEGIN


def test_a_clock_that_ran_ahead_does_not_stop_the_watch_for_ever(store: Store) -> None:
    turn(store, NOW + 10 * FAR)

    assert store.watching.is_due(NOW)
    assert turn(store, NOW) == BEGIN


def test_it_is_known_since_when_somebody_looks(store: Store) -> None:
    def awake(now: float) -> float:
        taken = store.watching.take_turn(now=now, every=EVERY, begin=BEGIN)
        assert taken is not None
        return taken.awake_since

    assert awake(NOW) == NOW
    assert awake(NOW + EVERY) == NOW
    assert awake(NOW + 2 * EVERY + AWAY + 1) == NOW + 2 * EVERY + AWAY + 1


# -- counting ------------------------------------------------------------------------------------------------


def test_the_leads_of_a_stretch_are_counted_by_source(store: Store) -> None:
    came(store, 10.0, 25.0, 100.0, 130.0)
    came(store, 50.0, source="portal")

    found = store.watching.count(BEGIN, BEGIN + 120)

    assert found == [
        part("portal", first_at=BEGIN + 50, last_at=BEGIN + 50),
        part(leads=3, first_at=BEGIN + 10, last_at=BEGIN + 100, longest_gap=75.0),
    ]
    assert store.watching.count(BEGIN + 131, BEGIN + HOUR) == []


def test_tests_are_not_counted_and_quarantined_leads_are(store: Store) -> None:
    came(store, 10.0, test=True, state=State.TEST)
    came(store, 20.0, state=State.QUARANTINED)

    assert [(each.leads, each.first_at) for each in store.watching.count(BEGIN, BEGIN + 60)] == [
        (1, BEGIN + 20)
    ]


def test_an_empty_stretch_can_be_skipped(store: Store) -> None:
    assert store.watching.next_lead_at(BEGIN) is None
    came(store, 10.0, 5000.0)

    assert store.watching.next_lead_at(BEGIN) == BEGIN + 10
    assert store.watching.next_lead_at(BEGIN + 11) == BEGIN + 5000
    assert store.watching.next_lead_at(BEGIN + 5001) is None


def test_parts_of_an_hour_become_one(store: Store) -> None:
    turn(store)
    first = part(leads=2, first_at=BEGIN + 10, last_at=BEGIN + 30, longest_gap=20.0)
    second = part(leads=3, first_at=BEGIN + 100, last_at=BEGIN + 140, longest_gap=25.0)

    assert store.watching.keep([first], start=BEGIN, end=BEGIN + 60)
    assert store.watching.keep(
        [second, part("portal", first_at=BEGIN + 70)], start=BEGIN + 60, end=BEGIN + 160
    )

    assert store.watching.hours("website") == [
        part(leads=5, first_at=BEGIN + 10, last_at=BEGIN + 140, longest_gap=70.0)
    ]
    known = store.watching.sources()["website"]
    assert (known.first_at, known.last_at) == (BEGIN + 10, BEGIN + 140)
    assert list(store.watching.sources()) == ["portal", "website"]


def test_nothing_is_counted_twice(store: Store) -> None:
    turn(store)
    counted = [part(leads=2, first_at=BEGIN + 10, last_at=BEGIN + 30)]

    assert store.watching.keep(counted, start=BEGIN, end=BEGIN + 60)
    assert not store.watching.keep(counted, start=BEGIN, end=BEGIN + 60)

    assert store.watching.hours("website")[0].leads == 2


def test_every_time_has_a_place_among_the_ids() -> None:
    assert first_id(NOW - 0.002) < first_id(NOW) <= new_id(NOW) < first_id(NOW + 0.002)


# -- telling once --------------------------------------------------------------------------------------------


def test_a_silence_is_told_once_and_ends_once(store: Store) -> None:
    turn(store)
    store.watching.keep([part(last_at=BEGIN + 30)], start=BEGIN, end=BEGIN + 60)

    assert not store.watching.fell_silent("website", last_at=BEGIN + 29, usual_gap=5.0)
    assert store.watching.fell_silent("website", last_at=BEGIN + 30, usual_gap=5.0)
    assert not store.watching.fell_silent("website", last_at=BEGIN + 30, usual_gap=5.0)
    assert store.watching.sources()["website"].silent_since == BEGIN + 30

    assert store.watching.is_heard("website")
    assert not store.watching.is_heard("website")
    assert store.watching.sources()["website"].silent_since is None


def test_how_long_a_source_usually_takes_is_kept(store: Store) -> None:
    turn(store)
    store.watching.keep([part()], start=BEGIN, end=BEGIN + 60)

    store.watching.usual("website", 40.0)

    assert store.watching.sources()["website"].usual_gap == 40.0


# -- fields --------------------------------------------------------------------------------------------------


def a_field(**changes: Any) -> KnownField:
    values: dict[str, Any] = {
        "path": "mobile",
        "kinds": frozenset({"text", "number"}),
        "born": 0,
        "seen": 3,
        "absent": 1,
        "first_at": NOW,
        "last_at": NOW + 5,
    }
    return KnownField(**values | changes)


def test_fields_are_remembered_and_change(store: Store) -> None:
    turn(store)
    store.watching.keep([part()], start=BEGIN, end=BEGIN + 60)
    city = a_field(path='answer."Your city?"', change="new", changed_at=NOW, advice='CustomField1 = "city"')

    assert store.shapes.keep("website", [a_field(), city], samples=4, before=0)
    assert not store.shapes.keep("website", [a_field(seen=9)], samples=9, before=0)
    assert store.shapes.keep("website", [a_field(seen=7, absent=0, born=99)], samples=8, before=4)

    assert store.shapes.fields("website") == {
        city.path: city,
        "mobile": a_field(seen=7, absent=0),
    }
    assert store.shapes.fields("portal") == {}
    assert store.watching.sources()["website"].samples == 8


def test_a_few_deliveries_of_each_source_are_read(store: Store) -> None:
    came(store, 1.0, 2.0, 3.0, 4.0)
    came(store, 2.5, source="portal")
    came(store, 2.6, source="other")
    came(store, 2.7, source="portal", test=True, state=State.TEST)

    found = store.shapes.deliveries(BEGIN, BEGIN + 60, sources=["website", "portal"], at_most=3)

    assert {source: [each.received_at - BEGIN for each in some] for source, some in found.items()} == {
        "website": [2.0, 3.0, 4.0],
        "portal": [2.5],
    }
    assert found["website"][0].body == b"MobileNo=9876543210"
    assert store.shapes.deliveries(BEGIN, BEGIN + 60, sources=[], at_most=3) == {}


def test_a_delivery_of_many_leads_is_read_once(store: Store) -> None:
    at = BEGIN + 5
    leads = tuple(make_lead(id=new_id(at), received_at=at, next_at=at) for _ in range(3))
    store.transact([Accept(enquiry=make_enquiry(id=new_id(at), received_at=at), leads=leads, claim=None)])

    found = store.shapes.deliveries(BEGIN, BEGIN + 60, sources=["website"], at_most=5)

    assert len(found["website"]) == 1


def test_hours_and_fields_are_forgotten_after_their_time(store: Store) -> None:
    turn(store)
    store.watching.keep([part()], start=BEGIN, end=BEGIN + 60)
    store.shapes.keep("website", [a_field(), a_field(path="new", last_at=NOW + HOUR)], samples=1, before=0)

    store.purge_idempotency(now=NOW + FIELD_REMEMBERED + 10)
    assert list(store.shapes.fields("website")) == ["new"]

    store.purge_idempotency(now=BEGIN + HOUR + REMEMBERED)
    assert store.watching.hours("website") == []
