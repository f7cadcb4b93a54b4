"""One request to the dialer, from mark to record: committed as sending, sent, its outcome committed and told."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog

from gateway import metrics
from gateway.clock import Clock
from gateway.config import OnUnknown
from gateway.delivery.arrivals import Arrivals
from gateway.delivery.batch import Batch, LastRequest, Marked
from gateway.delivery.gate import Permit
from gateway.delivery.holds import Holds
from gateway.delivery.line import Line
from gateway.delivery.pausing import MESSAGE, PAUSED
from gateway.delivery.policy import Decision, decide
from gateway.delivery.waiting import Waiters
from gateway.dialer.outcome import (
    Answers,
    Busy,
    Created,
    Dialer,
    Duplicate,
    NotSent,
    Outcome,
    Refused,
    Rejected,
    Unknown,
)
from gateway.leads.identity import new_id
from gateway.leads.lead import LeadStatus, State
from gateway.store import StoreUnavailable
from gateway.store.operations import LeadResult, Mark, MarkSending, RecordAttempt
from gateway.store.recorder import Recorder
from gateway.store.records import QueuedLead

log = structlog.get_logger("gateway.delivery")

STORE_PAUSE = 0.5  # seconds between tries to write down an outcome that we know and the disk does not
ANSWERED = (Created, Duplicate, Rejected, Refused)


@dataclass(frozen=True, kw_only=True, slots=True)
class Shipper:
    """What a sender does with a batch and a permit."""

    owner: str
    dialer: Dialer
    recorder: Recorder
    waiters: Waiters
    holds: Holds
    clock: Clock
    arrivals: Arrivals = field(default_factory=Arrivals)
    dice: Callable[[], float] = random.random

    def mark(self, line: Line, batch: Batch) -> Marked | None:
        """Commit that `batch` is about to leave; the rest of it is finished, deferred or put back."""
        attempt_id = new_id(self.clock.now())
        leads = self._mark(line, batch.leads, attempt_id)
        return Marked(attempt_id=attempt_id, leads=tuple(leads), multi=batch.multi) if leads else None

    def ship(self, line: Line, marked: Marked, permit: Permit) -> None:
        """Send what is marked, and write down and tell what came of it."""
        if not self._departs(line, permit):
            permit.cancel()
            line.permit_released()
            self.take_back(line, marked)
            return
        started = self.clock.now()
        answers = self._call(line, marked.leads, permit, multi=marked.multi)
        if any(isinstance(o, Busy) and o.code == "dialer.multi_refused" for o in answers.outcomes):
            line.send_singly()
        decisions = self._decide(line, marked.leads, answers.outcomes)
        attempt = self._attempt(marked.attempt_id, line, started, answers, marked.leads, decisions)
        applied = self._record(attempt)
        self._react(line, marked.leads, answers.outcomes)
        answered = any(isinstance(outcome, ANSWERED) for outcome in answers.outcomes)
        line.last = LastRequest(
            outcome=decisions[0].outcome,
            answered_at=attempt.finished_at if answered else line.last.answered_at,
        )
        line.finish(marked.leads)
        for lead, decision in zip(marked.leads, decisions, strict=True):
            self._tell(lead, line, decision, answers, known=lead.id in applied, batch=len(marked.leads))

    def _departs(self, line: Line, permit: Permit) -> bool:
        """Wait until the permit lets the request leave; False when a person pauses the dialer first."""
        while not line.halted:
            wait = permit.depart()
            if wait <= 0:
                return True
            _pause(wait)
        return False

    def take_back(self, line: Line, marked: Marked) -> None:
        """A person has paused the dialer before the request left: an attempt that sent nothing, and the queue again."""
        now = self.clock.now()
        self._record(
            RecordAttempt(
                attempt_id=marked.attempt_id,
                dialer=line.config.name,
                action="add_multi_lead" if marked.multi else "add_lead",
                started_at=now,
                finished_at=now,
                http_status=None,
                response="",
                results=tuple(
                    LeadResult(
                        lead_id=lead.id,
                        state=State.QUEUED,
                        outcome="not_sent",
                        reason_code=PAUSED,
                        message=MESSAGE,
                        next_at=now,
                    )
                    for lead in marked.leads
                ),
            )
        )
        line.finish(marked.leads)
        for lead in marked.leads:
            self.waiters.wake(lead.id, None)

    # -- before ----------------------------------------------------------------------------------------------

    def _mark(self, line: Line, leads: tuple[QueuedLead, ...], attempt_id: str) -> list[QueuedLead]:
        """The leads that are now SENDING under `attempt_id`; only those may leave."""
        mark = MarkSending(
            dialer=line.config.name,
            owner=self.owner,
            attempt_id=attempt_id,
            lead_ids=tuple(lead.id for lead in leads),
            now=self.clock.now(),
        )
        try:
            marks = self.recorder.record(mark)
        except StoreUnavailable as error:
            log.warning("delivery.not_marked", dialer=line.config.name, leads=len(leads), reason=error.code)
            line.put_back(leads)
            _pause(STORE_PAUSE)
            return []
        line.defer(tuple(lead for lead in leads if marks[lead.id] is Mark.PHONE_BUSY))
        gone = tuple(lead for lead in leads if marks[lead.id] in (Mark.LOST, Mark.SUPPRESSED))
        line.finish(gone)
        for lead in gone:
            self.waiters.watch(lead.id)  # its end stands in the store
        return [lead for lead in leads if marks[lead.id] is Mark.SENT_OK]

    # -- the request -----------------------------------------------------------------------------------------

    def _call(self, line: Line, leads: Sequence[QueuedLead], permit: Permit, *, multi: bool) -> Answers:
        number = line.pulse.began()
        answered = False
        try:
            if multi:
                answers = self.dialer.add_multi_lead([lead.fields for lead in leads])
            else:
                answer = self.dialer.add_lead(leads[0].fields)
                answers = Answers(outcomes=(answer.outcome,), exchange=answer.exchange)
            answered = any(isinstance(outcome, ANSWERED) for outcome in answers.outcomes)
        finally:
            line.pulse.ended(number, answered=answered)
            permit.release()
            line.permit_released()
        return answers

    # -- after -----------------------------------------------------------------------------------------------

    def _decide(self, line: Line, leads: Sequence[QueuedLead], outcomes: Sequence[Outcome]) -> list[Decision]:
        now = self.clock.now()
        return [
            decide(
                outcome,
                attempts=lead.attempts + 1,
                received_at=lead.received_at,
                on_unknown=OnUnknown(line.config.on_unknown),
                now=now,
                dice=self.dice(),
            )
            for lead, outcome in zip(leads, outcomes, strict=True)
        ]

    def _attempt(
        self,
        attempt_id: str,
        line: Line,
        started: float,
        answers: Answers,
        leads: Sequence[QueuedLead],
        decisions: Sequence[Decision],
    ) -> RecordAttempt:
        return RecordAttempt(
            attempt_id=attempt_id,
            dialer=line.config.name,
            action=answers.exchange.action,
            started_at=started,
            finished_at=self.clock.now(),
            http_status=answers.exchange.http_status,
            response=answers.exchange.response,
            results=tuple(
                LeadResult(
                    lead_id=lead.id,
                    state=decision.state,
                    outcome=decision.outcome,
                    reason_code=decision.reason_code,
                    message=decision.message,
                    dialer_lead_id=decision.dialer_lead_id,
                    dialer_list_id=decision.dialer_list_id,
                    dialer_status=decision.dialer_status,
                    next_at=decision.next_at,
                    hold_scope=self.holds.scope_of(outcome, lead),
                    possible_duplicate=decision.possible_duplicate,
                )
                for lead, decision, outcome in zip(leads, decisions, answers.outcomes, strict=True)
            ),
        )

    def _record(self, attempt: RecordAttempt) -> frozenset[str]:
        """Write the outcome down, however long the store is away: it is known here and nowhere else."""
        while True:
            try:
                return self.recorder.record(attempt)
            except StoreUnavailable as error:
                log.error("delivery.not_recorded", attempt=attempt.attempt_id, reason=error.code)
                _pause(STORE_PAUSE)

    def _react(self, line: Line, leads: Sequence[QueuedLead], outcomes: Sequence[Outcome]) -> None:
        """What the answer means for the line: its circuit, its holds."""
        if any(isinstance(outcome, ANSWERED) for outcome in outcomes):
            line.breaker.answered()
        elif any(isinstance(outcome, (Busy, NotSent, Unknown)) for outcome in outcomes):
            self._unavailable(line, outcomes[0])
        for lead, outcome in zip(leads, outcomes, strict=True):
            if isinstance(outcome, Refused) or (isinstance(outcome, Unknown) and outcome.scope is not None):
                self.holds.refused(line, lead, outcome)
            elif isinstance(outcome, (Created, Duplicate, Rejected)):
                line.proven = True
                self.holds.accepted(line, lead)

    def _unavailable(self, line: Line, outcome: Outcome) -> None:
        if isinstance(outcome, Unknown) and outcome.scope is not None:
            return
        if line.breaker.unavailable():
            log.warning("dialer.circuit_opened", dialer=line.config.name, reason=_code(outcome))
            metrics.circuit_open(line.config.name, is_open=True)
            line.proven = False

    def _tell(
        self, lead: QueuedLead, line: Line, decision: Decision, answers: Answers, *, known: bool, batch: int
    ) -> None:
        exchange = answers.exchange
        log.info(
            "delivery.attempted",
            lead=lead.id,
            dialer=line.config.name,
            action=exchange.action,
            batch=batch,
            attempt=lead.attempts + 1,
            outcome=decision.outcome,
            state=decision.state,
            reason=decision.reason_code,
            http_status=exchange.http_status,
            ms=round(exchange.seconds * 1000, 1),
            dialer_lead_id=decision.dialer_lead_id,
            applied=known,
        )
        metrics.attempted(line.config.name, decision.outcome, exchange.seconds)
        if decision.state is State.DELIVERED:
            metrics.delivered(line.config.name, lead.source, self.clock.now() - lead.received_at)
            if known:
                self.arrivals.tell(line.config.name, lead)
        if not known:
            self.waiters.watch(lead.id)
        elif decision.state is State.QUEUED:
            self._tell_retry(lead, line)
        else:
            self.waiters.wake(lead.id, _status(lead, line, decision))

    def _tell_retry(self, lead: QueuedLead, line: Line) -> None:
        """A caller goes on waiting for a retry, unless the line is closed: then nothing will come soon."""
        if line.breaker.closed:
            self.waiters.watch(lead.id)
        else:
            self.waiters.wake(lead.id, None)


def _status(lead: QueuedLead, line: Line, decision: Decision) -> LeadStatus:
    return LeadStatus(
        id=lead.id,
        source=lead.source,
        state=decision.state,
        received_at=lead.received_at,
        dialer=line.config.name,
        list_id=lead.list_id,
        reason_code=decision.reason_code,
        message=decision.message,
        dialer_lead_id=decision.dialer_lead_id,
        dialer_list_id=decision.dialer_list_id,
        dialer_status=decision.dialer_status,
        possible_duplicate=decision.possible_duplicate,
        attempts=lead.attempts + 1,
    )


def _code(outcome: Outcome) -> str:
    return getattr(outcome, "code", None) or "created"


def _pause(seconds: float) -> None:
    threading.Event().wait(seconds)
