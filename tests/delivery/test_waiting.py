"""Callers that wait are woken alone, and leave no trace behind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gateway.delivery.waiting import Waiters
from gateway.leads.lead import LeadStatus, State


def status(lead_id: str, state: State = State.DELIVERED) -> LeadStatus:
    return LeadStatus(id=lead_id, source="partner", state=state, received_at=0.0)


class Store:
    """What a look at the store would find."""

    def __init__(self) -> None:
        self.found: dict[str, LeadStatus] = {}
        self.looks = 0

    def look(self, lead_ids: Iterable[str]) -> Mapping[str, LeadStatus]:
        self.looks += 1
        return {lead_id: self.found[lead_id] for lead_id in lead_ids if lead_id in self.found}


def test_everybody_who_waits_for_a_lead_is_told() -> None:
    waiters = Waiters(Store().look)
    tickets = [waiters.subscribe("A") for _ in range(3)]
    waiters.wake("A", status("A"))

    assert [ticket.wait(0) for ticket in tickets] == [status("A")] * 3


def test_nobody_else_is_told() -> None:
    waiters = Waiters(Store().look)
    other = waiters.subscribe("B")
    waiters.wake("A", status("A"))

    assert other.wait(0) is None


def test_one_who_was_told_may_leave_while_another_has_begun_to_wait() -> None:
    waiters = Waiters(Store().look)
    told = waiters.subscribe("A")
    waiters.wake("A", status("A"))
    later = waiters.subscribe("A")
    waiters.leave(told)
    waiters.wake("A", status("A"))

    assert later.wait(0) == status("A")


def test_those_who_left_are_not_counted() -> None:
    waiters = Waiters(Store().look)
    for _ in range(3):
        waiters.leave(waiters.subscribe("A"))

    assert len(waiters) == 0


def test_the_lead_of_another_process_is_watched_in_the_store() -> None:
    store = Store()
    waiters = Waiters(store.look)
    ticket = waiters.subscribe("A")
    waiters.watch("A")
    store.found["A"] = status("A")

    assert ticket.wait(5) == status("A")
    waiters.stop()


def test_a_lead_that_is_still_on_its_way_wakes_nobody() -> None:
    store = Store()
    store.found["A"] = status("A", State.SENDING)
    waiters = Waiters(store.look)
    ticket = waiters.subscribe("A")
    waiters.watch("A")

    assert ticket.wait(0.2) is None
    assert store.looks > 1
    waiters.stop()


def test_when_nothing_will_come_soon_everybody_is_told_so() -> None:
    waiters = Waiters(Store().look)
    tickets = [waiters.subscribe("A"), waiters.subscribe("B")]
    waiters.wake_all()

    assert [ticket.wait(0) for ticket in tickets] == [None, None]
