"""One source's leads that its platform is asked for: which is next, and what comes of each."""

from __future__ import annotations

import threading

import structlog

from gateway import metrics
from gateway.asking import Asker
from gateway.clock import Clock
from gateway.config import GatewayConfig, SourceConfig
from gateway.fetching import policy
from gateway.fetching.pace import Pace
from gateway.fetching.questions import NotTold, Questions, Told
from gateway.leads.identity import key_fingerprint, new_id
from gateway.leads.lead import State
from gateway.new_lead import key_scope
from gateway.remaking import FETCHED, completed
from gateway.sources.fetch import BLAMES, REASONS, WITHDRAWN, Blame, Fetch, reason
from gateway.store import Store
from gateway.store.fetches import PutOff, WaitingLead, Withdrawal, scope_of
from gateway.store.records import Hold
from gateway.store.remaking import Entry, Remake

log = structlog.get_logger("gateway.fetching")

LOOK = 1.0  # seconds between two looks at the store while nothing is due
LEASE = 120.0  # seconds a claimed lead is ours; each of its questions takes 25 at most
BUSY_REST = 60.0  # seconds, where a platform that is asked too often does not say how long
GAUGES = 10.0


class Desk:
    """Of one source in one process; any number of threads may call `work`."""

    def __init__(
        self,
        config: GatewayConfig,
        source: SourceConfig,
        fetch: Fetch,
        *,
        store: Store,
        clock: Clock,
        asker: Asker,
    ) -> None:
        self._config = config
        self.source = source
        self._fetch = fetch
        self._dialers = tuple(config.dialers)
        self._store = store
        self._clock = clock
        self._questions = Questions(source, fetch, asker=asker, clock=clock, secrets=config.secrets)
        self._pace = Pace(clock)
        self._lock = threading.Lock()
        self._under_way = 0
        self._look_at = 0.0
        self._gauges_at = 0.0
        self._held = False

    def open(self) -> None:
        """A process begins, perhaps because somebody has put a new token where the old one was."""
        self._store.quarantine.probe_soon(self.source.name, now=self._clock.now())

    def work(self) -> bool:
        """Ask for one lead; False when there is nothing to do now."""
        lead = self._take()
        if lead is None:
            return False
        try:
            self._handle(lead)
        finally:
            with self._lock:
                self._under_way -= 1
        return True

    # -- which is next ---------------------------------------------------------------------------------------

    def _take(self) -> WaitingLead | None:
        """One at a time: a lead that waits here, while the platform rests, would be out of the others' reach."""
        with self._lock:
            if self._under_way >= self._pace.room or self._clock.monotonic() < self._look_at:
                return None
            self._measure()
            lead = self._next()
            if lead is None:
                self._look_at = self._clock.monotonic() + LOOK
            else:
                self._under_way += 1
            return lead

    def _next(self) -> WaitingLead | None:
        now = self._clock.now()
        lease = now + LEASE
        quarantine, name = self._store.quarantine, self.source.name
        if not quarantine.anything_due(name, self._dialers, now=now):
            return None
        holds = {hold.dialer: hold for hold in quarantine.held(name, self._dialers)}
        self._held = bool(holds)
        for hold in holds.values():
            probe = hold.probe_at <= now and quarantine.take_probe(name, hold.dialer, now=now, lease=lease)
            if probe:
                return probe
        open_to = [dialer for dialer in self._dialers if dialer not in holds]
        claimed = quarantine.claim(name, open_to, now=now, lease=lease, limit=1) if open_to else []
        return claimed[0] if claimed else None

    def _measure(self) -> None:
        if self._clock.monotonic() < self._gauges_at:
            return
        self._gauges_at = self._clock.monotonic() + GAUGES
        name = self.source.name
        waiting = self._store.quarantine.waiting(name, self._dialers)
        held = bool(self._store.quarantine.held(name, self._dialers))
        metrics.fetch_waiting(name, waiting, held=held)

    # -- what comes of it ------------------------------------------------------------------------------------

    def _handle(self, lead: WaitingLead) -> None:
        began = self._clock.now()
        if lead.asked.get(WITHDRAWN):
            self._withdraw(lead, began)
            return
        answer = self._questions.about(lead.asked)
        if isinstance(answer, NotTold):
            self._not_told(lead, answer, began)
        else:
            self._told(lead, answer, began)

    def _told(self, lead: WaitingLead, told: Told, began: float) -> None:
        metrics.fetched(self.source.name, FETCHED)
        self._pace.answered()
        submission = self._fetch.complete(self.source, lead.asked, told.got)
        new = completed(self._config, self.source, submission, lead_id=lead.id, received_at=lead.received_at)
        entry = self._entry(FETCHED, began, status=told.status, response=told.kept)
        kept = self._store.quarantine.remake([Remake(lead=new, entry=entry)], now=self._clock.now())[0]
        self._let_go(lead)
        log.info(
            "lead.fetched",
            lead=lead.id,
            source=self.source.name,
            state=kept.state if kept else None,
            reason=new.reason_code if kept and kept.state is new.state else None,
            tries=lead.tries,
            seconds=round(self._clock.now() - began, 3),
        )

    def _not_told(self, lead: WaitingLead, answer: NotTold, began: float) -> None:
        metrics.fetched(self.source.name, answer.code)
        blame = BLAMES[answer.code]
        if blame in (Blame.PACE, Blame.PLATFORM):
            self._pace.rest(answer.pause or (BUSY_REST if blame is Blame.PACE else None))
        else:
            self._pace.answered()
        now = self._clock.now()
        following = policy.after(
            answer.code, tries=lead.tries, age=now - lead.received_at, pause=answer.pause
        )
        entry = self._entry(
            "failed", began, status=answer.status, response=answer.answer, code=following.code
        )
        at = None if following.after is None else now + following.after
        self._store.quarantine.put_off(PutOff(lead=lead, at=at, entry=entry, counts=following.counts))
        if blame is Blame.ACCESS:
            self._hold(lead, answer.code)
        elif blame in (Blame.LEAD, Blame.FINAL):
            self._let_go(lead)  # it answered us, so it takes our token
        self._say(lead, answer, following)

    def _withdraw(self, lead: WaitingLead, began: float) -> None:
        name = self.source.name
        done = self._store.quarantine.withdraw(
            Withdrawal(
                notice=lead,
                scope=key_scope(name),
                fingerprint=key_fingerprint(name, lead.asked["id"]),
                entry=self._entry("withdrawn", began, code="fetch.withdrawn"),
            )
        )
        if done is None or done.lead_id is None or done.stopped:
            log.info("lead.withdrawn", lead=done.lead_id if done else None, source=name)
            return
        log.warning(
            "lead.withdrawn_late",
            lead=done.lead_id,
            source=name,
            next_step="it may be in the dialer: look with `gateway leads show`, and take it out there",
        )

    def _entry(
        self,
        outcome: str,
        began: float,
        *,
        status: int | None = None,
        response: str | None = None,
        code: str = "",
    ) -> Entry:
        now = self._clock.now()
        told = reason(code) if code else None
        return Entry(
            id=new_id(now),
            action="fetch",
            outcome=outcome,
            started_at=began,
            finished_at=now,
            http_status=status,
            response=response or None,
            reason_code=told.code if told else None,
            message=told.message if told else None,
        )

    # -- our token -------------------------------------------------------------------------------------------

    def _hold(self, lead: WaitingLead, code: str) -> None:
        """Nothing more is asked: a platform that is asked again and again with a bad token may shut us out."""
        now = self._clock.now()
        with self._lock:
            known, self._held = self._held, True
        self._store.quarantine.hold(
            Hold(
                dialer=lead.dialer,
                scope=scope_of(self.source.name),
                code=code,
                message=REASONS[code],
                since=now,
                probe_at=now + policy.PROBE_AFTER,
            )
        )
        if not known:
            metrics.fetch_waiting(self.source.name, None, held=True)
            log.error("fetch.held", source=self.source.name, reason=code, next_step=REASONS[code])

    def _let_go(self, lead: WaitingLead) -> None:
        if not self._held:
            return
        with self._lock:
            self._held = False
            self._look_at = 0.0
        released = self._store.quarantine.release(self.source.name, lead.dialer, now=self._clock.now())
        metrics.fetch_waiting(self.source.name, released, held=False)
        log.info("fetch.released", source=self.source.name, leads=released)

    def _say(self, lead: WaitingLead, answer: NotTold, following: policy.Next) -> None:
        say = log.info if following.after is not None else log.warning
        say(
            "lead.not_fetched",
            lead=lead.id,
            source=self.source.name,
            reason=following.code,
            status=answer.status,
            tries=lead.tries,
            again_in=following.after,
            state=State.QUARANTINED,
        )
