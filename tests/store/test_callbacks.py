"""Every end of a lead whose source wants to be told becomes one callback, and is sent by one process at a time."""

from __future__ import annotations

import ast
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.leads.lead import State
from gateway.store import Store, tables
from gateway.store.callbacks import (
    EXPIRED,
    KEPT,
    PATIENCE,
    Callback,
    KeptCallback,
    Settlement,
    Standing,
    Wanted,
)
from gateway.store.fetches import Withdrawal
from gateway.store.records import NewLead
from gateway.store.remaking import Entry, Remake
from tests.fakes import FakeClock
from tests.store.making import NOW, OWNER, accept, keep, mark, record, result, same_person, send
from tests.store.test_plans import statements

LEASE = 60.0
ENDS = re.compile(
    r"SET state = (?:\?|v\.column2|'(?:" + "|".join(state.value for state in State if state.final) + ")')"
)


def noted(store: Store, *, now: float = NOW + 100) -> list[Callback]:
    """Everything that is to be told by now, oldest first."""
    store.callbacks.note(now=now, limit=1000)
    return [each.callback for each in reversed(store.callbacks.find(Wanted(), limit=1000))]


def told_states(store: Store, *, now: float = NOW + 100) -> list[State]:
    return [each.state for each in sorted(noted(store, now=now), key=lambda each: each.happened_at)]


def ended(store: Store, state: State = State.DELIVERED, *, at: float = NOW + 1, **changes: object) -> NewLead:
    """A lead that a dialer has answered for."""
    lead = keep(store, owner=OWNER, tell=True, **changes)
    send(store, lead, attempt_id=lead.id)
    answer = result(lead, state, dialer_lead_id="1764", dialer_list_id="25062018", dialer_status="NEW")
    store.transact([record(answer, attempt_id=lead.id, now=at)])
    return lead


def waiting_callback(store: Store, *, now: float = NOW, **changes: object) -> Callback:
    lead = ended(store, **changes)
    return next(each for each in noted(store, now=now) if each.lead_id == lead.id)


def claim(store: Store, *, now: float = NOW, limit: int = 10) -> list[Callback]:
    return store.callbacks.claim("website", now=now, lease=now + LEASE, limit=limit)


def kept(store: Store, callback: Callback) -> KeptCallback:
    return store.callbacks.named([callback.id])[0]


# -- what is told --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [State.DELIVERED, State.REJECTED, State.DEAD])
def test_an_end_at_the_dialer_is_told(store: Store, state: State) -> None:
    lead = ended(store, state)

    (callback,) = noted(store)

    assert (callback.lead_id, callback.source, callback.state) == (lead.id, "website", state)
    assert callback.happened_at == pytest.approx(NOW + 1)
    assert callback.facts["dialer_lead_id"] == "1764"


@pytest.mark.parametrize("state", [State.TEST, State.QUARANTINED])
def test_a_lead_that_ends_where_it_begins_is_told(store: Store, state: State) -> None:
    keep(store, state=state, tell=True)

    assert told_states(store) == [state]


def test_a_suppressed_number_is_told_whether_it_was_known_before_or_came_while_the_lead_waited(
    store: Store,
) -> None:
    store.suppress("9811111111", now=NOW)
    keep(store, phone="9811111111", tell=True)
    later = keep(store, phone="9822222222", owner=OWNER, tell=True)
    store.suppress("9822222222", now=NOW)
    store.transact([mark(later)])

    assert told_states(store) == [State.SUPPRESSED, State.SUPPRESSED]


def test_a_duplicate_is_told_with_what_became_of_the_first(store: Store) -> None:
    first = ended(store, identities=(same_person(),))
    keep(store, tell=True, identities=(same_person(),), received_at=NOW + 5)

    told = {each.state: each for each in noted(store)}

    assert told[State.DUPLICATE].facts["duplicate_of"] == first.id
    assert told[State.DUPLICATE].facts["dialer_lead_id"] == "1764"


@pytest.mark.parametrize("state", [State.QUEUED, State.HELD, State.UNCONFIRMED])
def test_a_lead_that_is_still_on_its_way_is_not_told(store: Store, state: State) -> None:
    ended(store, state)

    assert noted(store) == []


def test_a_lead_whose_platform_is_yet_to_be_asked_is_not_told(store: Store) -> None:
    keep(store, state=State.QUARANTINED, hold_scope="fetch:website", tell=True)

    assert noted(store) == []


def test_nothing_is_noted_of_a_source_that_nobody_listens_to(store: Store) -> None:
    lead = keep(store, owner=OWNER)
    send(store, lead)
    store.transact([record(result(lead))])

    assert not store.callbacks.look(["website"], now=NOW + 9).untold
    assert noted(store) == []


def test_an_end_is_noted_once(store: Store) -> None:
    ended(store)
    assert store.callbacks.note(now=NOW, limit=10) == 1

    assert store.callbacks.note(now=NOW, limit=10) == 0
    assert not store.callbacks.look(["website"], now=NOW).untold


def test_a_decision_of_a_person_is_told(store: Store) -> None:
    unconfirmed, held = ended(store, State.UNCONFIRMED), ended(store, State.HELD)
    store.resolve(unconfirmed.id, dialer_lead_id="9", reason="It is there.", now=NOW + 5)
    store.discard([held.id], reason="Not wanted.", now=NOW + 6)

    assert told_states(store) == [State.DELIVERED, State.REJECTED]


def test_an_end_is_told_although_a_person_sends_the_lead_again_before_anybody_looked(store: Store) -> None:
    lead = ended(store, State.REJECTED)
    store.retry([lead.id], now=NOW + 2)
    assert store.callbacks.look(["website"], now=NOW + 2).due == ("website",)
    (claimed,) = store.claim_due("main", owner=OWNER, limit=1, now=NOW + 3)
    store.transact([mark(lead, attempt_id="again")])
    store.transact([record(result(lead), attempt_id="again", now=NOW + 4)])

    assert claimed.id == lead.id
    assert told_states(store) == [State.REJECTED, State.DELIVERED]


def test_a_dead_lead_that_is_discarded_before_anybody_looked_is_told_twice(store: Store) -> None:
    lead = ended(store, State.DEAD)
    store.discard([lead.id], reason="Not wanted.", now=NOW + 5)

    assert told_states(store) == [State.DEAD, State.REJECTED]


def test_a_quarantined_lead_is_told_and_then_what_was_made_of_it(store: Store) -> None:
    lead = keep(store, state=State.QUARANTINED, phone="", tell=True)
    entry = Entry(id="E", action="remake", outcome="remade", started_at=NOW, finished_at=NOW)
    better = replace(lead, state=State.TEST, phone="9800000001")
    store.quarantine.remake([Remake(lead=better, entry=entry)], now=NOW + 5)

    assert told_states(store) == [State.QUARANTINED, State.TEST]


def test_a_dead_lead_that_its_platform_takes_back_is_told_twice(store: Store) -> None:
    first = ended(store, State.DEAD)
    key = same_person("platform-id", scope="key:website")
    accept(store, replace(first, id="T-NOTICE-FIRST", tell=False, identities=(key,), owner=None))
    store.write(lambda t: t.run("UPDATE identities SET lead_id = ?", (first.id,)))
    keep(store, state=State.QUARANTINED, phone="", hold_scope="fetch:website", next_at=NOW)
    (notice,) = store.quarantine.claim("website", ["main"], now=NOW, lease=NOW + 9, limit=1)
    entry = Entry(id="E", action="fetch", outcome="withdrawn", started_at=NOW + 5, finished_at=NOW + 5)
    store.quarantine.withdraw(
        Withdrawal(notice=notice, scope="key:website", fingerprint="platform-id", entry=entry)
    )

    assert told_states(store) == [State.DEAD, State.REJECTED]


def test_leads_are_noted_a_portion_at_once(store: Store) -> None:
    for _ in range(5):
        ended(store)

    assert [store.callbacks.note(now=NOW, limit=2) for _ in range(4)] == [2, 2, 1, 0]


# -- who sends it --------------------------------------------------------------------------------------------


def test_a_callback_is_claimed_once_until_its_lease_runs_out(store: Store) -> None:
    waiting_callback(store)

    first, second = claim(store), claim(store, now=NOW + 1)
    after_a_crash = claim(store, now=NOW + LEASE)

    assert [len(first), len(second), len(after_a_crash)] == [1, 0, 1]


def test_the_oldest_are_claimed_first(store: Store) -> None:
    younger, older = waiting_callback(store, now=NOW - 1), waiting_callback(store, now=NOW - 2)

    assert [claim(store, limit=1)[0].id for _ in range(2)] == [older.id, younger.id]


def test_many_processes_claim_each_callback_once(url: str, open_store: Callable[[str], Store]) -> None:
    stores = [open_store(url) for _ in range(3)]
    for _ in range(30):
        ended(stores[0])
    stores[0].callbacks.note(now=NOW, limit=100)
    claimed: list[str] = []

    def work(mine: Store) -> None:
        while found := claim(mine, limit=4):
            claimed.extend(each.id for each in found)

    threads = [threading.Thread(target=work, args=(each,)) for each in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(claimed) == len(set(claimed)) == 30


def test_many_processes_note_each_end_once(url: str, open_store: Callable[[str], Store]) -> None:
    stores = [open_store(url) for _ in range(3)]
    for _ in range(30):
        ended(stores[0])

    threads = [
        threading.Thread(target=lambda mine=each: [mine.callbacks.note(now=NOW, limit=7) for _ in range(9)])
        for each in stores
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(noted(stores[0])) == 30


def test_what_was_told_is_over(store: Store) -> None:
    callback = waiting_callback(store)
    claim(store)
    store.callbacks.settle([settlement(callback, Standing.SENT, http_status=204)])

    now = kept(store, callback)
    assert (now.standing, now.next_at, now.http_status, now.callback.attempts) == ("sent", None, 204, 1)
    assert claim(store, now=NOW + 1e6) == []


def test_a_failed_attempt_is_made_again_when_it_is_time(store: Store) -> None:
    callback = waiting_callback(store)
    claim(store)
    store.callbacks.settle(
        [settlement(callback, Standing.WAITING, next_at=NOW + 300, problem="http", http_status=500)]
    )

    assert claim(store, now=NOW + 299) == []
    assert [each.attempts for each in claim(store, now=NOW + 300)] == [1]


def test_whoever_comes_late_changes_nothing_any_more(store: Store) -> None:
    callback = waiting_callback(store)
    claim(store)
    claim(store, now=NOW + LEASE)
    store.callbacks.settle([settlement(callback, Standing.GIVEN_UP, problem="http")])

    assert kept(store, callback).standing is Standing.WAITING


def test_untried_callbacks_are_given_back_without_an_attempt(store: Store) -> None:
    callback = waiting_callback(store)
    claim(store)
    store.callbacks.put_off([(callback.id, NOW + LEASE)], until=NOW + 5)

    assert claim(store, now=NOW + 4) == []
    assert [each.attempts for each in claim(store, now=NOW + 5)] == [0]


def test_what_waits_is_hastened_but_not_what_is_being_sent(store: Store) -> None:
    waits, under_way = waiting_callback(store), waiting_callback(store)
    claim(store)
    store.callbacks.put_off([(waits.id, NOW + LEASE)], until=NOW + 900)

    assert store.callbacks.hasten("website", now=NOW + 1) == 1
    assert [each.id for each in claim(store, now=NOW + 1)] == [waits.id]
    assert kept(store, under_way).next_at == NOW


def test_a_look_names_the_sources_that_have_something_due(store: Store) -> None:
    waiting_callback(store)
    ended(store)

    work = store.callbacks.look(["other", "website"], now=NOW)

    assert (work.untold, work.due) == (True, ("website",))
    assert store.callbacks.look(["website"], now=NOW - 1).due == ()


# -- afterwards ----------------------------------------------------------------------------------------------


def test_a_replayed_callback_keeps_its_id_and_begins_anew(store: Store) -> None:
    callback = waiting_callback(store)
    claim(store)
    store.callbacks.settle([settlement(callback, Standing.GIVEN_UP, problem="gone", http_status=410)])

    assert store.callbacks.replay([callback.id, "unknown"], now=NOW + 50) == 1
    assert [(each.id, each.attempts) for each in claim(store, now=NOW + 50)] == [(callback.id, 0)]


def test_callbacks_are_found_by_source_standing_lead_and_age(store: Store) -> None:
    lead = ended(store)
    ended(store, source="other")
    callbacks = noted(store, now=NOW)
    first = next(each for each in callbacks if each.lead_id == lead.id)
    claim(store)
    store.callbacks.settle([settlement(first, Standing.SENT)])

    def found(**wanted: object) -> int:
        return len(store.callbacks.find(Wanted(**wanted), limit=9))  # type: ignore[arg-type]

    assert [found(source="other"), found(standing=Standing.SENT), found(lead_id=lead.id)] == [1, 1, 1]
    assert [found(since=NOW - 1), found(since=NOW + 1), found()] == [2, 0, 2]
    newest, oldest = store.callbacks.find(Wanted(), limit=2)
    assert store.callbacks.find(Wanted(), limit=2, after=newest.callback.id) == [oldest]


def test_the_waiting_ones_are_counted_for_each_source(store: Store) -> None:
    waiting_callback(store)
    waiting_callback(store, source="other")

    assert store.callbacks.waiting() == {"website": 1, "other": 1}


def test_nothing_is_tried_for_ever_and_nothing_is_kept_for_ever(store: Store) -> None:
    callback = waiting_callback(store)

    store.purge_idempotency(now=NOW + PATIENCE - 1)
    assert kept(store, callback).standing is Standing.WAITING
    store.purge_idempotency(now=NOW + PATIENCE)
    assert (kept(store, callback).standing, kept(store, callback).problem) == ("given_up", EXPIRED)
    store.purge_idempotency(now=NOW + KEPT - 1)
    assert kept(store, callback)
    store.purge_idempotency(now=NOW + KEPT + 1)
    assert store.callbacks.named([callback.id]) == []


def test_everything_is_found_through_an_index(sqlite_store: Store, clock: FakeClock) -> None:
    waiting_callback(sqlite_store)
    sqlite_store.close()  # it opens its connections again, under our eyes
    with statements() as seen:
        sqlite_store.callbacks.look(["website"], now=NOW)
        sqlite_store.callbacks.note(now=NOW, limit=5)
        (callback,) = claim(sqlite_store)
        sqlite_store.callbacks.settle([settlement(callback, Standing.SENT)])
        sqlite_store.callbacks.hasten("website", now=NOW)
    sqlite_store.close()

    plans = list(_plans(sqlite_store, seen))

    assert [plan for plan in plans if "leads_untold" in plan]
    assert [plan for plan in plans if "callbacks_waiting" in plan]
    assert not [plan for plan in plans if plan in ("SCAN leads", "SCAN due", "SCAN callbacks")]


def _plans(store: Store, seen: list[str]) -> Iterator[str]:
    for statement in seen:
        if " leads" in statement or " callbacks" in statement:
            yield from (
                step.detail
                for step in store.read(
                    lambda connection, statement=statement: connection.exec_driver_sql(
                        f"EXPLAIN QUERY PLAN {statement}"
                    ).fetchall()
                )
            )


def settlement(callback: Callback, standing: Standing, **changes: object) -> Settlement:
    return Settlement(id=callback.id, lease=NOW + LEASE, standing=standing, at=NOW + 1, **changes)  # type: ignore[arg-type]


# -- what comes later ----------------------------------------------------------------------------------------


def statements_that_may_end_a_lead() -> Iterator[tuple[str, str]]:
    for path in sorted(Path(tables.__file__).parent.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            parts = node.values if isinstance(node, ast.JoinedStr) else [node]
            text = "".join(str(each.value) for each in parts if isinstance(each, ast.Constant))
            if "UPDATE leads SET" in text and ENDS.search(text):
                yield path.name, text


def test_whatever_ends_a_lead_says_when() -> None:
    """Only so is it told: the end is what the mark is held against."""
    found = list(statements_that_may_end_a_lead())

    assert len(found) >= 6, "the pattern no longer finds the statements"
    assert [name for name, text in found if "finished_at" not in text] == []
