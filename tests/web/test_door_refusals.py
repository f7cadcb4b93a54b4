"""What the doors refuse is counted without a write for each, and nothing that was counted is lost."""

from __future__ import annotations

from typing import Any, cast

from gateway.store import Store, StoreUnavailable
from gateway.store.door_counts import Refusals
from gateway.store.errors import Trouble
from gateway.web.door_refusals import DoorRefusals
from tests.fakes import FakeClock


class Ledger:
    """Stands in for the store; away while `away`."""

    def __init__(self) -> None:
        self.away = False
        self.written: list[list[Refusals]] = []
        self.console = self
        self.doors = self

    def add(self, found: list[Refusals]) -> None:
        if self.away:
            raise StoreUnavailable(Trouble.LOCKED, "Away.")
        self.written.append(found)


def counting() -> tuple[DoorRefusals, Ledger, FakeClock]:
    ledger, clock = Ledger(), FakeClock()
    return DoorRefusals(cast("Store", cast("Any", ledger)), clock), ledger, clock


def test_a_burst_is_one_write() -> None:
    refusals, ledger, _ = counting()

    for _ in range(50):
        refusals.add("portal", "auth.refused")
    assert refusals.is_due
    refusals.write()

    assert [[each.number for each in found] for found in ledger.written] == [[50]]
    assert not refusals.is_due


def test_nothing_is_written_twice_in_a_second() -> None:
    refusals, _, clock = counting()
    refusals.add("portal", "auth.refused")
    refusals.write()

    refusals.add("portal", "auth.refused")
    assert not refusals.is_due
    clock.turn(1.0)

    assert refusals.is_due


def test_what_a_store_that_is_away_did_not_take_is_written_later() -> None:
    refusals, ledger, clock = counting()
    ledger.away = True
    refusals.add("portal", "auth.refused")
    refusals.write()
    refusals.add("portal", "auth.refused")
    ledger.away = False
    clock.turn(2.0)

    refusals.write()

    assert [each.number for each in ledger.written[0]] == [2]


def test_somebody_who_makes_up_reasons_fills_no_memory() -> None:
    refusals, ledger, _ = counting()

    for number in range(5000):
        refusals.add("portal", f"code.{number}")
    refusals.write()

    assert len(ledger.written[0]) == 1000
