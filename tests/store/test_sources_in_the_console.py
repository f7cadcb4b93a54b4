"""What the console asks about sources and keys, on both engines."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import cast

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.exc import IntegrityError

from gateway.leads.identity import new_id
from gateway.leads.lead import State
from gateway.store import Store
from gateway.store.audit import Deed
from gateway.store.database import Database
from gateway.store.door_counts import HOUR, DoorCounts, Refusals
from gateway.store.keys import issue
from gateway.store.operations import Accept
from gateway.store.records import DailyCap, Identity
from tests.store.making import NOW, make_enquiry, make_lead

DAY = 86400.0


def refused(number: int, at: float, source: str = "portal", code: str = "auth.refused") -> Refusals:
    return Refusals(source=source, code=code, number=number, last_at=at)


def deed(action: str, subject_id: str) -> Deed:
    return Deed(actor="ada", action=action, subject="key", subject_id=subject_id)


def keep(store: Store, at: float, **changes: object) -> str:
    """One lead of its own enquiry; its id."""
    lead_id = new_id(at)
    known = {"id": lead_id, "source": "portal", "received_at": at, "next_at": at}
    lead = make_lead(**(known | changes))
    store.transact([Accept(enquiry=make_enquiry(id=lead_id, source="portal", received_at=at), leads=(lead,))])
    return lead_id


def test_refusals_of_one_hour_and_reason_are_one_row_that_grows(store: Store) -> None:
    store.console.doors.add([refused(2, NOW), refused(1, NOW, code="rate.exceeded")])
    store.console.doors.add([refused(3, NOW + 5)])
    store.console.doors.add([refused(1, NOW - 3 * HOUR), refused(1, NOW, source="other")])

    found = store.console.doors.since(NOW - DAY, source="portal")

    assert [(each.code, each.number, each.last_at) for each in found] == [
        ("auth.refused", 6, NOW + 5),
        ("rate.exceeded", 1, NOW),
    ]
    assert sum(each.number for each in store.console.doors.since(NOW)) == 7


def test_refusals_are_forgotten_after_thirty_days(store: Store) -> None:
    store.console.doors.add([refused(1, NOW - 31 * DAY), refused(1, NOW - 29 * DAY)])
    store.console.doors.add([refused(1, NOW)])

    assert [each.number for each in store.console.doors.since(0)] == [2]


def test_processes_that_count_together_lose_nothing(store: Store) -> None:
    def count() -> None:
        for _ in range(5):
            store.console.doors.add([refused(1, NOW)])

    threads = [threading.Thread(target=count) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [each.number for each in store.console.doors.since(NOW)] == [15]


def test_processes_that_count_the_same_refusals_wait_for_each_other_one_way_only() -> None:
    written: list[tuple[str, int, str]] = []

    class Watched:
        """A transaction that keeps the order of what is written."""

        def write(self, _: object, rows: list[tuple[str, int, str, int, float]]) -> None:
            written.extend(row[:3] for row in rows)

        def run(self, *_: object) -> None:
            return None

    class Watching:
        def write(self, work: Callable[[Watched], object]) -> None:
            work(Watched())

    doors = DoorCounts(cast("Database", Watching()))
    doors.add([refused(1, NOW, source=source, code=code) for source in "ba" for code in "yx"])

    assert written == sorted(written)


def test_what_was_set_aside_is_counted_by_its_reason(store: Store) -> None:
    for _ in range(2):
        keep(store, NOW, state=State.QUARANTINED, phone="", reason_code="phone.required", message="A number.")
    keep(store, NOW, state=State.SUPPRESSED, reason_code="suppressed")
    keep(store, NOW - 8 * DAY, state=State.QUARANTINED, reason_code="phone.letters")
    keep(store, NOW, source="other", state=State.QUARANTINED, reason_code="phone.letters")
    keep(store, NOW)

    found = store.console.sources.reasons("portal", since=NOW - 7 * DAY)

    assert [(each.state, each.code, each.message, each.leads) for each in found] == [
        (State.QUARANTINED, "phone.required", "A number.", 2),
        (State.SUPPRESSED, "suppressed", "", 1),
    ]


def test_what_waits_for_its_platform_is_no_work_for_a_person(store: Store) -> None:
    first = keep(store, NOW, state=State.QUARANTINED, reason_code="phone.letters")
    keep(store, NOW + 1, state=State.QUARANTINED, reason_code="fetch.waiting", hold_scope="fetch:portal")

    assert store.console.sources.in_quarantine() == {"portal": 1}
    assert store.console.sources.last_quarantined("portal") == first
    assert store.console.sources.last_quarantined("other") is None


def test_a_test_is_not_the_last_lead(store: Store) -> None:
    keep(store, NOW)
    keep(store, NOW + 60, state=State.TEST, test=True)

    assert store.console.sources.last_lead("portal") == NOW
    assert store.console.sources.last_lead("other") is None


def test_the_leads_of_an_enquiry_are_found_in_their_order(store: Store) -> None:
    enquiry = make_enquiry(id=new_id(NOW), source="portal", received_at=NOW)
    ids = sorted(new_id(NOW) for _ in range(3))
    leads = tuple(
        make_lead(id=each, source="portal", received_at=NOW, phone=f"98765{n:05d}")
        for n, each in enumerate(ids)
    )
    store.transact([Accept(enquiry=enquiry, leads=leads)])
    keep(store, NOW)

    assert store.console.sources.of_enquiry(enquiry.id) == tuple(ids)


def test_an_identity_is_found_while_it_is_remembered(store: Store) -> None:
    person = Identity(scope="source:portal", fingerprint="f" * 64, seconds=600)
    first = keep(store, NOW, identities=(person,))

    assert store.console.sources.repeated([person], now=NOW + 599) == {"source:portal": first}
    assert store.console.sources.repeated([person], now=NOW + 601) == {}
    assert store.console.sources.repeated([], now=NOW) == {}


def test_the_use_of_a_daily_cap_is_told(store: Store) -> None:
    keep(store, NOW, cap=DailyCap(leads=5, refuses=False))

    assert store.console.sources.cap_used("portal", now=NOW) == 1
    assert store.console.sources.cap_used("portal", now=NOW + DAY) == 0


def test_a_key_and_its_deed_are_there_together_or_not_at_all(store: Store) -> None:
    made = issue("partner", "live", "Acme", expires_at=None, now=NOW)
    store.console.keys.create(made.key, deed("key.created", made.key.public_id), now=NOW)

    with pytest.raises(IntegrityError):
        store.console.keys.create(made.key, deed("key.created", made.key.public_id), now=NOW)

    assert [entry.deed.action for entry in store.console.audit.of("key", made.key.public_id)] == [
        "key.created"
    ]


def test_a_key_that_has_ended_is_neither_replaced_nor_ended_again(store: Store) -> None:
    old = issue("partner", "live", "Acme", expires_at=None, now=NOW).key
    new = issue("partner", "live", "Acme", expires_at=None, now=NOW).key
    store.console.keys.create(old, deed("key.created", old.public_id), now=NOW)
    end = deed("key.revoked", old.public_id)

    assert not store.console.keys.revoke(old.public_id, "rival", end, now=NOW)
    assert store.console.keys.revoke(old.public_id, "partner", end, now=NOW)
    assert not store.console.keys.revoke(old.public_id, "partner", end, now=NOW)
    assert not store.console.keys.replace(
        old.public_id, new, deed("key.rotated", old.public_id), ends_at=NOW + 60, now=NOW
    )
    assert [key.public_id for key in store.console.keys.of("partner")] == [old.public_id]
    assert len(store.console.audit.of("key", old.public_id)) == 2


def test_a_key_that_was_lent_leaves_nothing_behind(store: Store) -> None:
    lent = issue("partner", "test", "a test", expires_at=NOW + 60, now=NOW).key
    store.console.keys.lend(lent)
    assert store.find_key(lent.public_id) is not None

    store.console.keys.take_back(lent.public_id)

    assert store.find_key(lent.public_id) is None


def test_what_was_set_aside_is_found_without_looking_at_every_lead(sqlite_store: Store) -> None:
    asked: list[str] = []
    sqlite_store.read(lambda connection: _watch(connection, asked))
    sqlite_store.console.sources.reasons("portal", since=NOW)
    sqlite_store.console.sources.last_quarantined("portal")

    plans = [_plan(sqlite_store, statement) for statement in tuple(asked)]

    assert len(plans) == 2
    assert all("leads_aside" in plan for plan in plans)


def _watch(connection: Connection, asked: list[str]) -> None:
    event.listen(
        connection.engine,
        "before_cursor_execute",
        lambda _c, _cursor, statement, _p, _ctx, _many: asked.append(statement),
    )


def _plan(store: Store, statement: str) -> str:
    holes = statement.count("?")
    rows = store.read(
        lambda c: c.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", ("portal",) * holes).all()
    )
    return " ".join(str(row[3]) for row in rows)
