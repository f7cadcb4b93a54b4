"""Reports of lines and pauses of dialers, as all processes see them."""

from __future__ import annotations

from dataclasses import replace

from gateway.leads.lead import State
from gateway.store import Store
from gateway.store.audit import Deed
from gateway.store.lines import Closed, LineReport
from gateway.store.records import Hold
from tests.store.making import NOW, OTHER, OWNER, keep, state_of

REPORT = LineReport(owner=OWNER, dialer="main", at=NOW, is_open=True, under_way=2, waiting=7, average=0.25)


def deed(action: str, reason: str = "") -> Deed:
    return Deed(actor="omar", action=action, subject="dialer", subject_id="main", reason=reason)


def test_a_report_replaces_the_one_before_it(store: Store) -> None:
    closed = replace(REPORT, at=NOW + 5, is_open=False, reason=Closed.AWAY, opens_at=NOW + 9, rate=0.2)
    store.console.lines.report([REPORT, replace(REPORT, owner=OTHER)])
    store.console.lines.report([closed])

    assert store.console.lines.reports(now=NOW + 5) == [closed, replace(REPORT, owner=OTHER)]


def test_an_old_report_is_of_a_process_that_is_gone(store: Store) -> None:
    store.console.lines.report([REPORT])

    assert store.console.lines.reports(now=NOW + 19) == [REPORT]
    assert store.console.lines.reports(now=NOW + 20) == []


def test_reports_go_with_the_process_whether_it_leaves_or_is_reaped(store: Store) -> None:
    for owner in (OWNER, OTHER):
        store.register_process(owner, now=NOW, alive_for=20)
    store.console.lines.report([REPORT, replace(REPORT, owner=OTHER)])

    store.leave_process(OWNER)
    assert [each.owner for each in store.console.lines.reports(now=NOW)] == [OTHER]
    store.reap(now=NOW, alive=lambda _: False)
    assert store.console.lines.reports(now=NOW) == []


def test_a_pause_says_who_and_why_and_is_written_down_once(store: Store) -> None:
    lines = store.console.lines
    assert lines.pause("main", deed("dialer.paused", "new lists"), now=NOW)
    assert not lines.pause("main", deed("dialer.paused", "again"), now=NOW + 1)

    pause = lines.pause_of("main")
    assert pause is not None
    assert (pause.actor, pause.reason, pause.since) == ("omar", "new lists", NOW)
    assert lines.pause_of("other") is None

    assert lines.resume("main", deed("dialer.resumed"), now=NOW + 2)
    assert not lines.resume("main", deed("dialer.resumed"), now=NOW + 3)
    assert lines.pauses() == {}
    told = [(each.deed.action, each.deed.reason) for each in store.console.audit.of("dialer", "main")]
    assert told == [("dialer.paused", "new lists"), ("dialer.resumed", "")]


def test_after_it_is_resumed_no_lead_says_that_the_dialer_is_paused(store: Store) -> None:
    lines = store.console.lines
    lines.pause("main", deed("dialer.paused"), now=NOW)
    waits = keep(store, reason_code="dialer.paused", message="x")
    other = keep(store, dialer="other", reason_code="dialer.paused")
    held = keep(store, state=State.HELD, hold_scope="line", reason_code="permission.denied")

    lines.resume("main", deed("dialer.resumed"), now=NOW)

    reasons = [store.statuses([each.id])[each.id].reason_code for each in (waits, other, held)]
    assert reasons == [None, "dialer.paused", "permission.denied"]


def test_a_hold_is_released_and_written_down(store: Store) -> None:
    store.hold(Hold(dialer="main", scope="list:1", code="x", message="x", since=NOW, probe_at=NOW + 300))
    held = [keep(store, state=State.HELD, hold_scope="list:1") for _ in range(3)]

    assert store.console.lines.release("main", "list:1", deed("dialer.released"), now=NOW) == 3

    assert {state_of(store, each) for each in held} == {State.QUEUED}
    assert store.holds("main") == []
    assert [each.deed.action for each in store.console.audit.of("dialer", "main")] == ["dialer.released"]
