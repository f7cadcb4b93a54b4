"""The conservation check finds what was planted, and nothing in a store that is well."""

from __future__ import annotations

import threading
from pathlib import Path

import pysqlite3
import pytest

from gateway.leads.lead import State
from gateway.store import Store
from tests.store.making import (
    NOW,
    OWNER,
    accept,
    keep,
    make_lead,
    record,
    result,
    same_person,
    send,
)


@pytest.fixture
def busy_store(store: Store) -> Store:
    """A lead in every state that can be reached here."""
    store.register_process(OWNER, now=NOW, alive_for=20)
    for state in (State.QUEUED, State.QUARANTINED, State.TEST):
        keep(store, state=state, source="portal")
    keep(store, state=State.HELD, hold_scope="login")
    accept(store, *(make_lead(identities=(same_person(),)) for _ in range(2)))
    send(store, keep(store, owner=OWNER), "sending")
    delivered = keep(store, owner=OWNER, received_at=NOW + 86400)
    send(store, delivered, "delivered")
    store.transact([record(result(delivered), attempt_id="delivered")])
    unconfirmed = keep(store, owner=OWNER)
    send(store, unconfirmed, "unconfirmed")
    store.transact([record(result(unconfirmed, State.UNCONFIRMED, "unknown"), attempt_id="unconfirmed")])
    store.resolve(unconfirmed.id, dialer_lead_id=None, reason="Seen.", now=NOW)
    return store


def test_a_store_that_is_well_has_no_findings(busy_store: Store) -> None:
    assert busy_store.verify() == []


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        ("DELETE FROM leads WHERE state = 'test'", "verify.count"),
        ("UPDATE intake_counts SET leads = leads + 1", "verify.count"),
        ("DELETE FROM intake_counts", "verify.count"),
        ("UPDATE leads SET state = 'lost' WHERE state = 'test'", "verify.state"),
        ("DELETE FROM leads WHERE state = 'test'", "verify.enquiry_without_lead"),
        ("DELETE FROM enquiries", "verify.lead_without_enquiry"),
        (
            "UPDATE leads SET duplicate_of = 'nothing' WHERE state = 'duplicate'",
            "verify.duplicate_of_nothing",
        ),
        ("UPDATE leads SET duplicate_of = NULL WHERE state = 'duplicate'", "verify.duplicate_of_nothing"),
        ("UPDATE leads SET owner = NULL WHERE state = 'sending'", "verify.sending_without_owner"),
        ("DELETE FROM processes", "verify.sending_without_owner"),
        ("UPDATE leads SET hold_scope = NULL WHERE state = 'held'", "verify.held_without_scope"),
        ("DELETE FROM attempts", "verify.delivered_without_attempt"),
    ],
)
def test_planted_damage_is_found(busy_store: Store, damage: str, code: str) -> None:
    busy_store.write(lambda transaction: transaction.run(damage))

    found = {finding.code: finding for finding in busy_store.verify()}

    assert code in found
    assert found[code].next_step
    assert found[code].examples


def test_a_damaged_file_is_found(sqlite_store: Store, sqlite_path: Path) -> None:
    accept(sqlite_store, *(make_lead(extra={"text": "x" * 500}) for _ in range(200)))
    sqlite_store.close()  # the last connection writes the log into the file
    size = sqlite_path.stat().st_size
    with sqlite_path.open("r+b") as file:
        file.seek(size // 2 // 4096 * 4096)
        file.write(b"\xff" * 4096)

    assert [finding.code for finding in sqlite_store.verify()] == ["verify.damaged"]


def test_a_backup_made_while_leads_arrive_is_complete(sqlite_store: Store, sqlite_path: Path) -> None:
    before = [keep(sqlite_store) for _ in range(20)]
    stop = threading.Event()

    def go_on() -> None:
        while not stop.is_set():
            keep(sqlite_store)

    thread = threading.Thread(target=go_on)
    thread.start()
    copy = sqlite_path.with_name("backup.db")
    pysqlite3.connect(sqlite_path).execute(f"VACUUM INTO '{copy}'")
    stop.set()
    thread.join(10)

    url = f"sqlite:///{copy}"
    Store.migrate(url)
    backup = Store.open(url)
    assert backup.statuses([lead.id for lead in before]).keys() == {lead.id for lead in before}
    assert backup.verify() == []
    backup.close()
