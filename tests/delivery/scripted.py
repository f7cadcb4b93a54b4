"""A dialer that answers by script, and a bench on which one process's delivery runs against a real store."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from gateway.clock import SystemClock
from gateway.config import DialerConfig, GatewayConfig, SourceConfig
from gateway.delivery import Delivery
from gateway.dialer.outcome import (
    Answer,
    Answers,
    Call,
    CallAnswer,
    CallOutcome,
    Created,
    Exchange,
    Fields,
    Outcome,
    Placed,
)
from gateway.leads.identity import new_id
from gateway.leads.lead import Enquiry, LeadStatus, State
from gateway.store import Store
from gateway.store.operations import Accept
from gateway.store.recorder import Recorder
from gateway.store.records import NewLead, QueuedLead

Script = Callable[[Fields], Outcome]


def always_created() -> Script:
    """Creates every lead, with a new Lead ID each."""
    numbers = iter(range(1764, 10_000_000))
    return lambda _: Created(lead_id=str(next(numbers)), list_id="25062018", status="NEW")


@dataclass
class ScriptedDialer:
    """Answers each lead by `script`; remembers every request and how many were under way at once."""

    script: Script = field(default_factory=always_created)
    seconds: float = 0.0
    name: str = "main"
    can_look_up: bool = False
    call_script: Callable[[Call], CallOutcome] = lambda call: Placed(phone=call.value)
    calls: list[Call] = field(default_factory=list)
    known: dict[str, str] = field(default_factory=dict)  # what a look-up finds: phone → Lead ID
    requests: list[list[str]] = field(default_factory=list)  # the phones of each request
    actions: list[str] = field(default_factory=list)
    starts: list[float] = field(default_factory=list)
    most_at_once: int = 0
    same_number_at_once: int = 0
    gate: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: list[str] = []
        self._now = 0
        self.gate.set()

    def add_lead(self, lead: Fields) -> Answer:
        outcomes = self._request("add_lead", [lead])
        return Answer(outcome=outcomes[0], exchange=_exchange("add_lead"))

    def add_multi_lead(self, leads: Sequence[Fields]) -> Answers:
        outcomes = self._request("add_multi_lead", leads)
        return Answers(outcomes=tuple(outcomes), exchange=_exchange("add_multi_lead"))

    def _request(self, action: str, leads: Sequence[Fields]) -> list[Outcome]:
        phones = [lead["phone_number"] for lead in leads]
        with self._lock:
            self.requests.append(phones)
            self.actions.append(action)
            self.starts.append(time.monotonic())
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
            self.same_number_at_once += sum(phone in self._under_way for phone in phones)
            self._under_way += phones
        self.gate.wait(30)
        time.sleep(self.seconds)
        outcomes = [self.script(lead) for lead in leads]
        with self._lock:
            self._now -= 1
            for phone in phones:
                self._under_way.remove(phone)
        return outcomes

    def fitting(self, leads: Sequence[Fields]) -> int:
        return len(leads)

    def manual_dial(self, call: Call) -> CallAnswer:
        self.calls.append(call)
        with self._lock:
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
        self.gate.wait(30)
        time.sleep(self.seconds)
        with self._lock:
            self._now -= 1
        return CallAnswer(outcome=self.call_script(call), exchange=_exchange("manual_dial"))

    def look_up(self, lead: Fields) -> Created | None:
        found = self.known.get(lead["phone_number"])
        return Created(lead_id=found) if found else None

    def close(self) -> None:
        self.gate.set()

    @property
    def sent(self) -> list[str]:
        """Every phone number sent, in order."""
        return [phone for phones in self.requests for phone in phones]


def _exchange(action: str) -> Exchange:
    return Exchange(action=action, http_status=200, response="", seconds=0.0)


@dataclass
class Bench:
    """One process's delivery over a store, and the shortest way to put leads in and read them back."""

    store: Store
    recorder: Recorder
    delivery: Delivery
    dialer: ScriptedDialer
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(1, 1_000_000)))

    def take(self, *, phone: str | None = None, list_id: str = "25062018", source: str = "partner") -> str:
        """Accept one lead as the intake does, and hand it over when it is ours."""
        phone = phone or str(9_000_000_000 + next(self.numbers))
        lead_id, now = new_id(time.time()), time.time()
        admission = self.delivery.admit("main", list_id, source)
        fields = {"phone_number": phone, "list_id": list_id}
        new = NewLead(
            id=lead_id,
            state=admission.state,
            source=source,
            dialer="main",
            list_id=list_id,
            phone=phone,
            fields=fields,
            owner=admission.owner,
            hold_scope=admission.hold_scope,
            reason_code=admission.reason_code,
            received_at=now,
            next_at=now,
        )
        self.recorder.record(Accept(enquiry=_enquiry(lead_id, now), leads=(new,), claim=None))
        if admission.owner is not None:
            queued = QueuedLead(
                id=lead_id,
                phone=phone,
                list_id=list_id,
                fields=fields,
                attempts=0,
                received_at=now,
                source=source,
            )
            self.delivery.hand_over("main", queued)
        return lead_id

    def wait_until_held(self, *, list_id: str = "25062018", seconds: float = 10.0) -> None:
        """New leads are held from now on."""
        end = time.monotonic() + seconds
        while self.delivery.admit("main", list_id, "partner").state is not State.HELD:
            assert time.monotonic() < end, "new leads are still queued"
            time.sleep(0.01)

    def status(self, lead_id: str) -> LeadStatus:
        status = self.store.status(lead_id)
        assert status is not None
        return status

    def wait_for(self, lead_id: str, *states: State, seconds: float = 10.0) -> LeadStatus:
        """The lead's status once it is in one of `states`."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            status = self.status(lead_id)
            if status.state in states:
                return status
            time.sleep(0.01)
        raise AssertionError(f"the lead stayed {self.status(lead_id).state}, not {states}")


def config(**changes: object) -> GatewayConfig:
    """A configuration of one dialer and one source, the dialer changed as asked."""
    dialer = replace(
        DialerConfig(name="main", url="http://127.0.0.1:1/", max_per_second=0),
        **changes,  # type: ignore[arg-type]
    )
    source = SourceConfig(name="partner", kind="partner", dialer="main", list_id="25062018")
    return GatewayConfig(dialers={"main": dialer}, sources={"partner": source})


@contextmanager
def running_bench(
    tmp_path: Path, dialer: ScriptedDialer, *, url: str | None = None, start: bool = True, **changes: object
) -> Iterator[Bench]:
    """A started delivery, stopped afterwards."""
    clock = SystemClock()
    store = Store.open(url or f"sqlite:///{tmp_path}/gateway.db", clock=clock, migrate=True)
    recorder = Recorder(store)
    delivery = Delivery(
        config(**changes),
        store=store,
        recorder=recorder,
        dialers={"main": dialer},
        state_dir=tmp_path / "state",
        clock=clock,
    )
    if start:
        delivery.start()
    try:
        yield Bench(store=store, recorder=recorder, delivery=delivery, dialer=dialer)
    finally:
        dialer.gate.set()
        delivery.stop(5.0)
        recorder.close()
        store.close()


def _enquiry(lead_id: str, now: float) -> Enquiry:
    return Enquiry(
        id=lead_id,
        source="partner",
        received_at=now,
        method="POST",
        path="/v1/leads",
        query="",
        content_type="application/json",
        headers={},
        address="127.0.0.1",
        body=b"{}",
    )
