"""Leads are found by everything an operator may know of them, on both engines, a page at a time."""

from __future__ import annotations

import itertools
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from gateway.leads.identity import new_id
from gateway.leads.lead import State
from gateway.store import Store
from gateway.store.finding import AT_ONCE, Finding
from gateway.store.found import FoundPage
from gateway.store.operations import Accept
from gateway.store.records import NewLead
from gateway.store.wanted import Wanted
from tests.store.making import NOW, OWNER, accept, make_enquiry, make_lead, mark, record, result

DAY = 86400.0


def test_a_look_that_goes_wrong_tells_nothing_of_what_was_looked_for(store: Store) -> None:
    wrong = text("SELECT nothing FROM leads WHERE phone = :phone")

    with pytest.raises(DBAPIError) as caught:
        store.read(lambda connection: connection.execute(wrong, {"phone": "Asha Verma"}))

    assert "SELECT nothing" in str(caught.value)
    assert "Asha" not in str(caught.value)


class SlowDatabase:
    """Takes its time for each look, and counts how many there are at once."""

    def __init__(self) -> None:
        self.now = self.most = 0
        self._lock = threading.Lock()

    def read(self, _work: object) -> FoundPage:
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        time.sleep(0.01)
        with self._lock:
            self.now -= 1
        return FoundPage(leads=())


def test_however_many_search_at_once_others_have_threads_too() -> None:
    database = SlowDatabase()
    finding = Finding(cast("Any", database))

    with ThreadPoolExecutor(12) as people:
        list(people.map(lambda _: finding.page(Wanted(text="asha")), range(24)))

    assert database.most == AT_ONCE


class Ids:
    """Ids as the gateway makes them, each its own."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def at(self, moment: float) -> str:
        return new_id(moment, lambda _: next(self._numbers).to_bytes(8, "big"))


@pytest.fixture
def ids() -> Ids:
    return Ids()


@pytest.fixture
def lead(store: Store, ids: Ids) -> Any:
    """Keeps a lead that came `at`; `name` is the customer's."""

    def keep(*, at: float = NOW, name: str = "", body: bytes = b"{}", **changes: Any) -> NewLead:
        made = make_lead(id=ids.at(at), received_at=at, **changes)
        if name:
            made = make_lead(**{**changes, "id": made.id, "received_at": at, "phone": made.phone,
                                "fields": {**made.fields, "CustomerName": name}})  # fmt: skip
        enquiry = make_enquiry(id=made.id, received_at=at, body=body)
        store.transact([Accept(enquiry=enquiry, leads=(made,))])
        return made

    return keep


def found(store: Store, **wanted: Any) -> list[str]:
    return [each.id for each in page(store, **wanted).leads]


def page(store: Store, *, after: str | None = None, limit: int = 50, **wanted: Any) -> FoundPage:
    return store.console.finding.page(Wanted(**wanted), after=after, limit=limit)


def test_the_newest_lead_stands_first_and_pages_follow_without_gap(store: Store, lead: Any) -> None:
    made = [lead(at=NOW + number).id for number in range(7)]
    first = page(store, limit=3)
    second = page(store, limit=3, after=first.after)
    third = page(store, limit=3, after=second.after)
    assert [each.id for each in (*first.leads, *second.leads, *third.leads)] == made[::-1]
    assert third.after is None


def test_a_new_lead_shifts_no_page(store: Store, lead: Any) -> None:
    made = [lead(at=NOW + number).id for number in range(4)]
    first = page(store, limit=2)
    lead(at=NOW + 9)
    assert [each.id for each in page(store, limit=2, after=first.after).leads] == made[1::-1]


def test_every_criterion_finds_its_lead_and_no_other(store: Store, lead: Any) -> None:
    lead(at=NOW + 1, name="Somebody Else")
    one = lead(
        name="Asha Verma", phone="9876543210", source="portal", dialer="second", list_id="777",
        state=State.HELD, reason_code="list.not_found", hold_scope="list:777", test=False,
    )  # fmt: skip
    asked: list[dict[str, Any]] = [
        {"phone": "9876543210"},
        {"phone_end": "43210"},
        {"lead_id": one.id},
        {"lead_id": one.id[:-1]},
        {"source": "portal"},
        {"dialer": "second"},
        {"list_id": "777"},
        {"states": (State.HELD,)},
        {"states": (State.HELD, State.DEAD)},
        {"reason": "list.not_found"},
        {"reason": "list."},
        {"name": "asha"},
        {"name": "verma ASHA"},
        {"states": (State.HELD,), "source": "portal", "reason": "list.", "phone": "9876543210"},
    ]
    for wanted in asked:
        assert found(store, **wanted) == [one.id], wanted


def test_what_does_not_fit_in_one_point_is_not_found(store: Store, lead: Any) -> None:
    lead(
        name="Asha Verma", phone="9876543210", state=State.HELD, reason_code="list.not_found", hold_scope="x"
    )
    for wanted in (
        {"phone": "9876543210", "source": "portal"},
        {"reason": "list.not_found", "states": (State.DEAD,)},
        {"reason": "phone."},
        {"name": "Asha Rao"},
        {"phone_end": "0000"},
        {"states": (State.HELD,), "dialer": "second"},
        {"test": True},
    ):
        assert found(store, **wanted) == [], wanted


def test_a_lead_that_was_delivered_is_found_by_its_lead_id_and_says_how_long_it_took(
    store: Store, lead: Any
) -> None:
    one = lead(owner=OWNER)
    store.transact([mark(one)])
    store.transact([record(result(one, dialer_lead_id="1764"), now=NOW + 90)])
    (row,) = page(store, dialer_lead_id="1764").leads
    assert (row.id, row.dialer_lead_id, row.took, row.attempts) == (one.id, "1764", 90.0, 1)
    assert found(store, states=(State.DELIVERED,)) == [one.id]
    (tried,) = store.console.finding.tried([one.id])[one.id]
    assert tried.outcome == "created"


def test_leads_that_are_on_their_way_are_found_by_their_state(store: Store, lead: Any) -> None:
    queued, held = lead(at=NOW), lead(at=NOW + 1, state=State.HELD, hold_scope="line")
    assert found(store, states=(State.QUEUED,)) == [queued.id]
    assert found(store, states=(State.QUEUED, State.SENDING, State.HELD)) == [held.id, queued.id]


def test_a_stretch_of_time_holds_the_leads_that_came_in_it(store: Store, lead: Any) -> None:
    lead(at=NOW - DAY)
    inside = lead(at=NOW)
    lead(at=NOW + DAY)
    assert found(store, since=NOW - 60, until=NOW + 60) == [inside.id]
    assert found(store, since=NOW - 60, until=NOW + 60, source="website") == [inside.id]
    assert found(store, since=NOW + 60, until=NOW + 120) == []


@pytest.mark.parametrize(
    ("typed", "body"),
    [
        ("blue sedan", b'{"wish": "a Blue Sedan"}'),
        ("blue sedan", b"wish=a+blue+sedan&x=1"),
        ("नीली", '{"wish": "नीली कार"}'.encode()),
        ("नीली", b'{"wish": "\\u0928\\u0940\\u0932\\u0940"}'),
        ("नीली", b"wish=%E0%A4%A8%E0%A5%80%E0%A4%B2%E0%A5%80"),
        ("asha@example.com", b"mail=asha%40example.com"),
        ("a\\b", b"path a\\b"),
        ("caf", b"caf\xe9 \xff"),
    ],
)
def test_free_text_is_found_in_what_was_received_however_it_was_written(
    store: Store, lead: Any, typed: str, body: bytes
) -> None:
    lead(at=NOW + 1, body=b"something else")
    one = lead(body=body)
    assert found(store, text=typed) == [one.id]


def test_free_text_is_found_in_fields_and_beside_them(store: Store, lead: Any) -> None:
    one = lead(name="Asha", extra={"budget": 'up to "20" lakh'})
    assert found(store, text='"20" lakh') == [one.id]
    assert found(store, text="ASHA") == [one.id]


def test_a_senders_own_reference_is_found(store: Store, lead: Any) -> None:
    one = lead(fields={"phone_number": "9800000001", "prospects_id": "CRM-0042"}, phone="9800000001")
    assert found(store, reference="CRM-0042") == [one.id]
    assert found(store, reference="CRM-004") == []


@pytest.mark.parametrize(
    "typed", ["100%", "a_b", "!", "%", "_b 1000", "'; DROP TABLE leads; --", "' OR '1'='1", '" OR 1=1']
)
def test_what_is_typed_is_text_and_never_a_pattern_or_sql(store: Store, lead: Any, typed: str) -> None:
    lead(name="aXb 1000 Percent", body=b"1000 aXb")
    assert found(store, name=typed) == []
    for field in ("text", "reference", "phone", "phone_end", "dialer_lead_id", "lead_id", "source", "reason"):
        assert found(store, **{field: typed}) == [], field
    one = lead(extra={"said": typed}, body=typed.encode())
    assert found(store, text=typed) == [one.id]
    assert len(found(store)) == 2


def test_a_page_says_how_far_back_it_looked_when_its_time_is_over(store: Store, ids: Ids) -> None:
    fields = {"CustomerName": "Nobody"}
    made = [
        make_lead(id=ids.at(NOW + number), received_at=NOW + number, fields=fields) for number in range(1100)
    ]
    store.transact([Accept(enquiry=make_enquiry(id=each.id), leads=(each,)) for each in made])
    one = made[50]
    finding = store.console.finding
    first = finding.page(Wanted(phone_end=one.phone[-6:]), budget=0.0)
    assert (first.leads, first.after, first.looked_back_to) == ((), made[99].id, NOW + 99)
    second = finding.page(Wanted(phone_end=one.phone[-6:]), after=first.after, budget=0.0)
    assert [each.id for each in second.leads] == [one.id]
    assert (second.after, second.looked_back_to) == (None, None)
    assert found(store, phone_end=one.phone[-6:]) == [one.id]
    assert finding.number(Wanted(phone_end=one.phone[-6:]), most=5, budget=0.0) is None
    assert finding.number(Wanted(name="nobody"), most=5) == 5


def test_only_leads_that_came_later_are_new(store: Store, lead: Any) -> None:
    made = [lead(at=NOW + number).id for number in range(3)]
    finding = store.console.finding
    assert [each.id for each in finding.page(Wanted(), newer_than=made[0]).leads] == made[:0:-1]
    assert finding.page(Wanted(), newer_than=made[2]).leads == ()


def test_a_walk_meets_every_lead_once_oldest_first(store: Store, lead: Any) -> None:
    for number in range(30):
        state = (State.HELD, State.DEAD, State.QUEUED)[number % 3]
        lead(at=NOW + number, state=state, hold_scope=None, name=f"Caller {number % 2}")
    finding = store.console.finding
    everything = found(store, states=(State.HELD, State.DEAD), name="caller 1")
    walked, position = [], ""
    for _ in range(20):
        step = finding.walk(
            Wanted(states=(State.HELD, State.DEAD), name="caller 1"), position=position, limit=3
        )
        walked += step.ids
        if step.position is None:
            break
        position = step.position
    assert walked == everything[::-1]
    upto = walked[4]
    assert [each for ids in finding.all_ids(Wanted(name="caller 1", states=(State.HELD, State.DEAD)), upto=upto)
            for each in ids] == walked[:5]  # fmt: skip


def test_states_and_reasons_are_counted_up_to_a_bound(store: Store, lead: Any) -> None:
    for number in range(4):
        lead(at=NOW + number, state=State.QUARANTINED, reason_code="phone.letters", phone="")
    lead(at=NOW + 9, reason_code="text.cut")
    finding = store.console.finding
    assert finding.numbers(most=3)[State.QUARANTINED] == 3
    assert finding.numbers(most=9)[State.QUEUED] == 1
    assert finding.reasons() == ["phone.letters", "text.cut"]
    assert finding.number(Wanted(reason="phone."), most=100) == 4


def test_leads_of_one_enquiry_are_all_listed(store: Store) -> None:
    accept(store, make_lead(id="0" * 19 + "1"), make_lead(id="0" * 19 + "2"))
    assert found(store) == ["0" * 19 + "2", "0" * 19 + "1"]
