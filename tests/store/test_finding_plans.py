"""Whatever is looked for, the right index is read: never all leads, and never an index that is too wide."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.leads.lead import State
from gateway.store import Store
from gateway.store.wanted import Wanted
from tests.store.making import NOW, keep
from tests.store.test_plans import statements

LATER = "7" + "0" * 19
CASES: dict[str, tuple[dict[str, Any], str]] = {
    "everything": ({}, "sqlite_autoindex_leads_1"),
    "phone": ({"phone": "9876543210", "source": "website"}, "leads_phone"),
    "lead id": ({"lead_id": "6A7YYXG0"}, "sqlite_autoindex_leads_1"),
    "dialer's lead id": ({"dialer_lead_id": "1764", "source": "website"}, "leads_named"),
    "reason": (
        {"reason": "phone.letters", "source": "website", "states": (State.QUARANTINED,)},
        "leads_reason",
    ),
    "reasons": ({"reason": "phone."}, "leads_reason"),
    "state": ({"states": (State.HELD,), "source": "website"}, "leads_aside"),
    "states": ({"states": (State.HELD, State.DEAD)}, "leads_aside"),
    "queued": ({"states": (State.QUEUED,)}, "leads_queued"),
    "sending": ({"states": (State.SENDING,)}, "leads_sending"),
    "source": ({"source": "website", "states": (State.DELIVERED,)}, "leads_source"),
    "source, days": ({"source": "website", "since": NOW, "until": NOW + 60}, "leads_source"),
    "days": ({"since": NOW, "until": NOW + 60, "dialer": "main"}, "sqlite_autoindex_leads_1"),
    "name": ({"name": "asha verma"}, "sqlite_autoindex_leads_1"),
    "text": ({"text": "sedan", "source": "website"}, "leads_source"),
    "end of a phone": ({"phone_end": "3210"}, "sqlite_autoindex_leads_1"),
}


def plans(store: Store, seen: list[str]) -> list[str]:
    return [
        step.detail
        for statement in seen
        if "leads" in statement and statement.startswith(("SELECT", "WITH"))
        for step in store.read(
            lambda connection, statement=statement: connection.exec_driver_sql(
                f"EXPLAIN QUERY PLAN {statement}"
            ).fetchall()
        )
        if "leads" in step.detail
    ]


@pytest.mark.parametrize("case", CASES)
def test_a_search_reads_its_index(sqlite_store: Store, case: str) -> None:
    wanted, index = CASES[case]
    keep(sqlite_store, state=State.QUARANTINED, reason_code="phone.letters", phone="")
    keep(sqlite_store, phone="9876543210")
    sqlite_store.close()
    with statements() as seen:
        sqlite_store.console.finding.page(Wanted(**wanted), after=LATER)
        sqlite_store.console.finding.walk(Wanted(**wanted), upto=LATER)
    sqlite_store.close()
    read = [plan for plan in plans(sqlite_store, seen) if "codes" not in plan]
    assert read
    # Whether a state has few leads is counted first, and which numbers end so, from their indexes alone.
    counted = ("leads_queued", "leads_sending", "leads_phone")
    assert [plan for plan in read if index not in plan and not any(each in plan for each in counted)] == []
    assert any(index in plan for plan in read)
    assert not [plan for plan in read if plan in ("SCAN leads", "SCAN enquiries")]


def test_numbers_and_reasons_are_read_from_indexes_alone(sqlite_store: Store) -> None:
    sqlite_store.close()
    with statements() as seen:
        sqlite_store.console.finding.numbers(most=10)
        sqlite_store.console.finding.reasons()
    sqlite_store.close()
    assert [plan for plan in plans(sqlite_store, seen) if "COVERING INDEX leads_" not in plan] == []


def test_a_page_of_everything_needs_no_sorting(sqlite_store: Store) -> None:
    sqlite_store.close()
    with statements() as seen:
        for wanted in (
            Wanted(),
            Wanted(source="website"),
            Wanted(states=(State.HELD,)),
            Wanted(reason="x.y"),
        ):
            sqlite_store.console.finding.page(wanted, after=LATER)
    sqlite_store.close()
    steps = [
        step.detail
        for statement in seen
        if " leads" in statement and statement.startswith("SELECT")
        for step in sqlite_store.read(
            lambda connection, statement=statement: connection.exec_driver_sql(
                f"EXPLAIN QUERY PLAN {statement}"
            ).fetchall()
        )
    ]
    assert steps
    assert not [step for step in steps if "TEMP B-TREE" in step]
