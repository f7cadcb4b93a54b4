"""What is done many times a day is found through an index, however many leads are stored."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from gateway.leads.lead import State
from gateway.store import Store
from gateway.store.reading import Search
from gateway.store.records import Hold
from tests.store.making import NOW, OWNER, keep, make_accept, mark, record, result

HOLD = Hold(dialer="main", scope="list:1", code="x", message="x", since=NOW, probe_at=NOW)


@contextmanager
def statements() -> Iterator[list[tuple[str, Any]]]:
    """Everything executed meanwhile, by any engine."""
    seen: list[tuple[str, Any]] = []

    def see(_c: object, _cu: object, statement: str, parameters: Any, *_: object) -> None:
        seen.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", see)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", see)


def lifecycle(store: Store) -> None:
    store.transact([make_accept()])
    lead = keep(store, owner=OWNER)
    store.transact([mark(lead)])
    store.transact([record(result(lead))])


def holding(store: Store) -> None:
    store.hold(HOLD)
    keep(store, state=State.HELD, hold_scope="list:1")
    store.take_probe("main", "list:1", owner=OWNER, now=NOW)
    store.release_hold("main", "list:1", now=NOW)


def reaping(store: Store) -> None:
    keep(store, owner=OWNER)
    store.reap(now=NOW, alive=lambda _: False)


DEEDS = {
    "claim": lambda store: store.claim_due("main", owner=OWNER, limit=5, now=NOW),
    "backlog": lambda store: store.backlog("main"),
    "look-ups": lambda store: store.unconfirmed_due("main", now=NOW, limit=5),
    "search by phone": lambda store: store.find(Search(phone="9800000000")),
    "lifecycle": lifecycle,
    "holding": holding,
    "reaping": reaping,
}


@pytest.mark.parametrize("deed", DEEDS)
def test_no_whole_table_is_read(sqlite_store: Store, deed: str) -> None:
    with statements() as seen:
        DEEDS[deed](sqlite_store)

    plans = [
        step.detail
        for statement, parameters in seen
        if " leads" in statement and not statement.startswith("PRAGMA")
        for step in sqlite_store.read(
            lambda connection, statement=statement, parameters=parameters: connection.exec_driver_sql(
                f"EXPLAIN QUERY PLAN {statement}", parameters
            ).fetchall()
        )
    ]

    assert plans
    for table in ("leads", "due", "other", "attempts", "identities", "enquiries"):
        assert not [plan for plan in plans if plan == f"SCAN {table}"]
        assert not [plan for plan in plans if plan.startswith(f"SCAN {table} USING INDEX sqlite_autoindex")]
