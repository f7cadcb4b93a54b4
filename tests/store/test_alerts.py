"""What the store keeps of alerts, on both engines."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gateway.leads.identity import new_id
from gateway.leads.lead import State
from gateway.store import Store
from gateway.store.alert_facts import Since
from gateway.store.alert_messages import MessageRow
from gateway.store.alerts import KEPT, Alert, AlertChanges, AlertTurn
from gateway.store.audit import Deed
from tests.fakes import FakeClock
from tests.store.making import keep

EVERY = 15.0
SINCE = Since(aside=0.0, dead=0.0, changed=0.0, given_up=0.0, keys_until=0.0)


def alert(clock: FakeClock, **changes: Any) -> Alert:
    now = clock.now()
    known: dict[str, Any] = {
        "id": new_id(now),
        "rule": "backlog",
        "subject": "main",
        "severity": "critical",
        "opened_at": now,
        "seen_at": now,
        "raised_at": now,
        "summary": "Leads wait.",
        "next_step": "Look.",
        "leads": 3,
        "peak": 3,
    }
    return Alert(**(known | changes))


def message(clock: FakeClock, **changes: Any) -> MessageRow:
    now = clock.now()
    known: dict[str, Any] = {"id": new_id(now), "target": "env:A", "severity": "warning", "created_at": now}
    return MessageRow(title="T", body="B", **(known | changes))


def turn(store: Store, clock: FakeClock) -> AlertTurn:
    clock.turn(EVERY)
    taken = store.console.alerts.take_turn(now=clock.now(), every=EVERY)
    assert taken is not None
    return taken


def kept(store: Store, clock: FakeClock, *alerts: Alert, **more: Any) -> None:
    taken = turn(store, clock)
    assert store.console.alerts.keep(AlertChanges(keep=alerts, **more), turn=taken, now=clock.now())


def test_an_alert_is_kept_changed_and_found_while_it_is_open(store: Store, clock: FakeClock) -> None:
    minor = alert(clock, rule="dead", severity="warning", opened_at=clock.now() - 60)
    pending = alert(clock, rule="disk", subject="", raised_at=None)
    first = alert(clock)
    kept(store, clock, minor, first, pending)
    grown = replace(first, leads=9, peak=9)
    kept(store, clock, grown)

    assert store.console.alerts.open() == [grown, minor]
    assert {each.id for each in store.console.alerts.standing()} == {minor.id, first.id, pending.id}
    assert store.console.alerts.latest() == []


def test_what_has_ended_is_history_page_by_page(store: Store, clock: FakeClock) -> None:
    ended = [alert(clock, subject=str(n), closed_at=clock.now() + n) for n in range(3)]
    kept(store, clock, *ended)

    assert store.console.alerts.open() == []
    assert store.console.alerts.latest(limit=2) == [ended[2], ended[1]]
    assert store.console.alerts.latest(before=ended[1].closed_at) == [ended[0]]
    assert store.console.alerts.closed_since(clock.now()) == [
        each for each in ended if each.closed_at >= clock.now()
    ]  # type: ignore[operator]


def test_a_look_that_another_one_has_overtaken_changes_nothing(store: Store, clock: FakeClock) -> None:
    slow = turn(store, clock)
    quick = turn(store, clock)

    assert not store.console.alerts.keep(AlertChanges(keep=[alert(clock)]), turn=slow, now=clock.now())
    assert store.console.alerts.keep(AlertChanges(keep=[alert(clock)]), turn=quick, now=clock.now())
    assert len(store.console.alerts.open()) == 1


def test_one_turn_for_all_and_nobody_looked_while_none_ran(store: Store, clock: FakeClock) -> None:
    first = turn(store, clock)
    assert store.console.alerts.take_turn(now=clock.now(), every=EVERY) is None
    assert not store.console.alerts.is_due(clock.now())
    assert turn(store, clock).awake_since == first.awake_since

    clock.turn(3600)
    assert turn(store, clock).awake_since == clock.now()


def test_somebody_is_at_it_once_and_the_audit_log_knows(store: Store, clock: FakeClock) -> None:
    first = alert(clock)
    kept(store, clock, first)

    assert store.console.alerts.acknowledge(first.id, by="omar", now=clock.now(), address="192.0.2.1")
    assert not store.console.alerts.acknowledge(first.id, by="ada", now=clock.now())
    kept(store, clock, replace(first, leads=5))

    assert store.console.alerts.open()[0].seen_by == "omar"
    (entry,) = store.console.audit.of("alert", first.id)
    assert (entry.deed.actor, entry.deed.action, entry.deed.address) == (
        "omar",
        "alert.acknowledged",
        "192.0.2.1",
    )
    assert entry.deed.detail == {"rule": "backlog", "about": "main"}


def test_what_passed_untold_is_dropped(store: Store, clock: FakeClock) -> None:
    first = alert(clock, raised_at=None)
    kept(store, clock, first)
    kept(store, clock, drop=[first.id])

    assert store.console.alerts.standing() == []


def test_a_message_is_claimed_by_one_and_again_once_its_claim_has_run_out(
    store: Store, clock: FakeClock
) -> None:
    messages, first = store.console.alert_messages, message(clock)
    kept(store, clock, messages=[first, message(clock, target="env:B")])
    now = clock.now()

    assert sorted(messages.anything_due(["env:A", "env:B", "env:C"], now=now)) == ["env:A", "env:B"]
    claimed = messages.claim("env:A", now=now, lease=now + 120)
    assert claimed == [replace(first, tries=1)]
    assert messages.claim("env:A", now=now, lease=now + 121) == []
    assert messages.anything_due(["env:A"], now=now) == []
    assert messages.claim("env:A", now=now + 200, lease=now + 320) == [replace(first, tries=2)]
    messages.told("env:A", lease=now + 120, now=now)
    assert messages.states(["env:A"])["env:A"].waiting == 1  # the claim was another's by then
    messages.told("env:A", lease=now + 320, now=now + 200)
    assert messages.states(["env:A"])["env:A"].told_at == now + 200


def test_all_that_waits_for_a_target_goes_together_and_is_put_off_together(
    store: Store, clock: FakeClock
) -> None:
    messages = store.console.alert_messages
    kept(store, clock, messages=[message(clock)])
    now = clock.now()
    messages.claim("env:A", now=now, lease=now + 120)
    messages.again("env:A", lease=now + 120, at=now + 900, problem="timeout", before=0.0)
    assert messages.anything_due(["env:A"], now=now + 60) == []
    kept(store, clock, messages=[message(clock)])

    claimed = messages.claim("env:A", now=clock.now(), lease=now + 300)

    assert [each.tries for each in claimed] == [2, 1]
    messages.again("env:A", lease=now + 300, at=now + 900, problem="timeout", before=now)
    state = messages.states(["env:A"])["env:A"]
    assert (state.waiting, state.problem) == (0, "timeout")


def test_what_is_given_up_takes_nothing_with_it_that_came_later(store: Store, clock: FakeClock) -> None:
    messages, old = store.console.alert_messages, message(clock)
    kept(store, clock, messages=[old, message(clock, target="env:B")])
    clock.turn(3600)
    fresh = message(clock)
    kept(store, clock, messages=[fresh])
    now = clock.now()
    assert len(messages.claim("env:A", now=now, lease=now + 120)) == 2

    gone = messages.again("env:A", lease=now + 120, at=now + 60, problem="timeout", before=now - 3600)

    assert gone == 1
    assert messages.claim("env:A", now=now + 60, lease=now + 180) == [replace(fresh, tries=2)]
    assert messages.states(["env:B"])["env:B"].waiting == 1


def test_a_test_is_written_with_its_deed(store: Store, clock: FakeClock) -> None:
    deed = Deed(actor="ada", action="alert.tested", subject="alert", subject_id="")
    store.console.alert_messages.write([message(clock)], deed, now=clock.now())

    assert store.console.alert_messages.states(["env:A"])["env:A"].waiting == 1
    assert [each.deed for each in store.console.audit.latest()] == [deed]


def test_what_is_old_is_forgotten_and_what_is_open_is_not(store: Store, clock: FakeClock) -> None:
    kept(
        store,
        clock,
        alert(clock),
        alert(clock, rule="disk", closed_at=clock.now()),
        messages=[message(clock)],
    )
    clock.turn(KEPT + 60)
    store.purge_idempotency(now=clock.now())

    assert (len(store.console.alerts.open()), store.console.alerts.latest()) == (1, [])
    assert store.console.alert_messages.anything_due(["env:A"], now=clock.now()) == []


def test_the_facts_count_what_waits_and_what_went_nowhere(store: Store, clock: FakeClock) -> None:
    now = clock.now()
    for state, more in (
        (State.QUEUED, {}),
        (State.HELD, {"hold_scope": "login"}),
        (State.UNCONFIRMED, {}),
        (State.DEAD, {}),
        (State.QUARANTINED, {"reason_code": "phone.missing"}),
        (State.QUARANTINED, {"hold_scope": "fetch:website"}),
    ):
        keep(store, id=new_id(now), state=state, received_at=now, **more)

    facts = store.console.alert_facts.look(replace(SINCE, aside=now - 60, dead=now - 60), now=now)

    assert {(each.state, each.hold_scope, each.leads) for each in facts.waiting} == {
        (State.QUEUED, "", 1),
        (State.HELD, "login", 1),
        (State.UNCONFIRMED, "", 1),
    }
    assert facts.dead == {"main": 1}
    assert [(each.source, each.state, each.reason, each.leads) for each in facts.aside] == [
        ("website", State.QUARANTINED, "phone.missing", 1)
    ]
    assert facts.came == {"website": 6}
    assert store.console.alert_facts.became("main", start=now - 1, end=now + 1)[State.QUARANTINED] == 2
