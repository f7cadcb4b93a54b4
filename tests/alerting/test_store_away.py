"""When the database itself is away, one process of the machine says so, and says when it is back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gateway.alerting.desk import Desk
from gateway.store import Store, StoreUnavailable
from gateway.store.errors import Trouble
from tests.alerting.desks import Office
from tests.fakes import FakeClock


def break_it(office: Office) -> Any:
    """The disk is full: nothing can be written, everything can be read."""
    database = office.store._database
    working = database.write

    def fails(*_: object, **__: object) -> None:
        raise StoreUnavailable(Trouble.FULL, "The disk is full. Make room.", retry_after=5)

    database.write = fails  # type: ignore[method-assign]
    return lambda: setattr(database, "write", working)


def away(office: Office, seconds: float, *desks: Desk) -> None:
    for _ in range(int(seconds / 15)):
        office.clock.turn(15)
        for desk in desks or (office.desk,):
            desk.turn()


def test_it_is_told_past_the_database_once_and_kept_when_it_is_back(
    sqlite_store: Store, clock: FakeClock, tmp_path: Path
) -> None:
    office = Office(sqlite_store, clock, tmp_path)
    second = office.new_desk()
    mend = break_it(office)
    away(office, 45, office.desk, second)
    assert office.sender.sent == []

    away(office, 600, office.desk, second)
    assert office.sender.titles == [
        "CRITICAL: The database cannot be used: no lead can be kept, callers are told to try again."
    ]
    assert "The disk is full. Make room." in office.sender.sent[0][1].body
    mend()
    away(office, 30, office.desk, second)

    assert office.sender.titles[1:] == ["Over: The database can be used again, after 10 min."]
    (alert,) = office.store.console.alerts.latest()
    assert (alert.rule, alert.severity, alert.next_step) == (
        "store_away",
        "critical",
        "The disk is full. Make room.",
    )
    assert office.store.console.alerts.open() == []
