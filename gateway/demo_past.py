"""Two weeks of leads for the demo, in every state, so that there is something to look at before the first one comes.

They are written through the store's own operations, one after the other as if it had been so; no dialer is asked.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from gateway import demo_answers as said
from gateway import demo_people
from gateway.config import GatewayConfig
from gateway.delivery import Admission
from gateway.demo_people import KNOWN, Somebody
from gateway.leads.consent import Consent
from gateway.leads.identity import new_id
from gateway.leads.lead import Enquiry, Lead, State, Submission
from gateway.leads.make import make_lead
from gateway.leads.verdict import CLEAN, Verdict
from gateway.new_lead import new_lead, quarantined
from gateway.sources.base import Inbound
from gateway.sources.keeping import keep
from gateway.sources.registry import SOURCES
from gateway.spam import reasons as spam
from gateway.store import Store
from gateway.store.operations import Accept, LeadResult, MarkSending, RecordAttempt
from gateway.store.records import Hold, NewLead

DAYS = 15  # what is usual at an hour is known after two weeks
DAY = 86400.0
TOGETHER = 200  # leads of one transaction
OWNER = "before the demo"
DIALER = "main"
MISSING_LIST = (
    "25062031"  # what the portal's commercial enquiries are sent to, and the stand-in dialer does not have
)
FIRST_LEAD_ID = 101201  # none that the stand-in dialer, which begins low, will give again
_SEED = 20261124
# Leads begun in each hour of a working day; people enquire after breakfast, at noon, and in the evening.
_HOURS = (1, 0, 0, 0, 0, 1, 3, 6, 10, 16, 21, 22, 18, 15, 14, 15, 17, 19, 21, 18, 13, 9, 5, 2)
_SUNDAY = 0.45
_OUTAGE = (timedelta(days=-1), timedelta(hours=11, minutes=2), timedelta(minutes=14))
_WEEK_OF_TRYING = "It was tried for seven days."


@dataclass(frozen=True, kw_only=True, slots=True)
class _Event:
    """One enquiry, and what is to become of it."""

    inbound: Inbound
    source: str
    fate: str = "delivered"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Attempt:
    """One request to the dialer; without a response there was no answer."""

    at: float
    took: float
    result: LeadResult
    response: str = ""
    id: str = field(default_factory=lambda: new_id(time.time()))

    @property
    def mark(self) -> MarkSending:
        return MarkSending(
            dialer=DIALER, owner=OWNER, attempt_id=self.id, lead_ids=(self.result.lead_id,), now=self.at
        )

    @property
    def record(self) -> RecordAttempt:
        return RecordAttempt(
            attempt_id=self.id,
            dialer=DIALER,
            action="add_lead",
            started_at=self.at,
            finished_at=self.at + self.took,
            http_status=200 if self.response else None,
            response=self.response,
            results=(self.result,),
        )


def fill(store: Store, config: GatewayConfig, *, now: float) -> int:
    """Write the weeks that end now into an empty store; how many leads those are."""
    past = _Past(store, config, now)
    events = sorted(past.events(), key=lambda event: event.inbound.received_at)
    for start in range(0, len(events), TOGETHER):
        past.live(events[start : start + TOGETHER])
    past.hold()
    return len(events)


class _Past:
    """The time that goes by while it is written."""

    def __init__(self, store: Store, config: GatewayConfig, now: float) -> None:
        self._store = store
        self._config = config
        self._now = now
        self._chance = Random(_SEED)  # noqa: S311  nothing is secret about it
        self._zone = ZoneInfo(config.console.time_zone)
        self._lead_id = FIRST_LEAD_ID
        midnight = datetime.fromtimestamp(now, self._zone).replace(hour=0, minute=0, second=0, microsecond=0)
        self._midnight = midnight
        day, begin, length = _OUTAGE
        self._outage = ((midnight + day + begin).timestamp(), (midnight + day + begin + length).timestamp())
        self._held_since: float | None = None

    # -- what comes ------------------------------------------------------------------------------------------

    def events(self) -> Iterator[_Event]:
        for back in range(DAYS, -1, -1):
            yield from self._day(self._midnight - timedelta(days=back))
        yield from self._known_person()
        yield from self._oddities()

    def _day(self, midnight: datetime) -> Iterator[_Event]:
        share = _SUNDAY if midnight.weekday() == 6 else 1.0
        for hour, usual in enumerate(_HOURS):
            for _ in range(round(usual * share * self._chance.uniform(0.7, 1.3))):
                at = (midnight + timedelta(hours=hour, seconds=self._chance.uniform(0, 3600))).timestamp()
                if at < self._now - 30:
                    yield from self._somebody(at)

    def _somebody(self, at: float) -> Iterator[_Event]:
        person, chance = demo_people.somebody(self._chance), self._chance
        door = chance.choices(("website", "portal", "partner"), (60, 25, 15))[0]
        fate = chance.choices(("delivered", "rejected"), (985, 15))[0]
        if door == "website":
            yield _Event(inbound=demo_people.form_post(person, chance, at), source=door, fate=fate)
            if chance.random() < 0.05:  # pressed twice
                again = demo_people.form_post(person, chance, at + chance.uniform(5, 200))
                if again.received_at < self._now:
                    yield _Event(inbound=again, source=door)
        elif door == "portal":
            yield _Event(inbound=self._portal(person, at), source=door, fate=fate)
        else:
            yield _Event(inbound=demo_people.partner_post(person, chance, at), source=door, fate=fate)

    def _portal(self, person: Somebody, at: float) -> Inbound:
        """Now and then somebody hides the number; a person at the console mends that, or throws it away."""
        hidden = self._chance.random() < 0.02
        return demo_people.portal_post(person, self._chance, at, phone="98765XXXXX" if hidden else "")

    def _known_person(self) -> Iterator[_Event]:
        """Came while the dialer was away."""
        name, phone = KNOWN
        person = Somebody(name=name, phone=phone, city="Pune")
        inbound = demo_people.form_post(person, self._chance, self._outage[0] + 95.0, kind="Sales")
        yield _Event(inbound=inbound, source="website")

    def _oddities(self) -> Iterator[_Event]:
        """One or more of every state that an ordinary day does not bring."""
        chance, hour = self._chance, 3600.0
        plan = (
            [("website", "unconfirmed", 5.2 * hour)] * 2
            + [("partner", "unconfirmed", 30 * hour)]
            + [("website", "spam", 50 * hour), ("website", "spam", 9 * hour), ("website", "spam", 2.5 * hour)]
            + [("partner", "test", 80 * hour), ("portal", "test", 26 * hour)]
            + [("website", "suppressed", 44 * hour)]
            + [("partner", "dead", 7.4 * 24 * hour)]
            + [("portal", "held", (2 + 0.11 * number) * hour) for number in range(18)]
        )
        for source, fate, before in plan:
            at = self._now - before - chance.uniform(0, 300)
            person = demo_people.somebody(chance)
            if source == "portal":
                interest = "Commercial" if fate == "held" else ""
                inbound = demo_people.portal_post(person, chance, at, interest=interest)
            elif source == "partner":
                inbound = demo_people.partner_post(person, chance, at)
            else:
                inbound = demo_people.form_post(person, chance, at, kind="Sales")
            yield _Event(inbound=inbound, source=source, fate=fate)

    # -- what becomes of it ----------------------------------------------------------------------------------

    def live(self, events: Sequence[_Event]) -> None:
        """Keep these, then let happen to each what is to happen; few transactions, as a slow disk waits for each."""
        news = [self._made(event) for event in events]
        accepted = self._store.transact(
            [
                Accept(enquiry=self._enquiry(event), leads=(new,))
                for event, new in zip(events, news, strict=True)
            ]
        )
        stories = [
            self._attempts(new, event.fate)
            for event, new, kept in zip(events, news, accepted, strict=True)
            if kept.leads[0].state is State.QUEUED
        ]
        self._write([story[0] for story in stories if len(story) == 1])
        for story in stories:
            if len(story) > 1:
                self._write_one_by_one(story)

    def _made(self, event: _Event) -> NewLead:
        source, at = self._config.sources[event.source], event.inbound.received_at
        (submission,) = SOURCES[source.kind].parse(source, event.inbound)
        lead_id = new_id(at)
        made = make_lead(submission, source, self._config, lead_id=lead_id, strict=False)
        if not isinstance(made, Lead):
            return quarantined(source, submission, made, lead_id=lead_id, received_at=at)
        new = self._new(event, submission, made)
        if event.fate == "suppressed":
            self._store.suppress(new.phone, now=at - DAY)
        if event.fate != "held":
            return new
        if self._held_since is not None:
            return _held_at_once(new)
        self._held_since = at + 1.0
        return new

    def _enquiry(self, event: _Event) -> Enquiry:
        source = self._config.sources[event.source]
        return keep(source, SOURCES[source.kind], event.inbound, new_id(event.inbound.received_at))

    def _new(self, event: _Event, submission: Submission, lead: Lead) -> NewLead:
        source, at = self._config.sources[event.source], event.inbound.received_at
        verdict = Verdict(problems=(spam.problem("spam.link_in_name"),)) if event.fate == "spam" else CLEAN
        return new_lead(
            _Before(),
            source,
            submission,
            lead,
            received_at=at,
            test=event.fate == "test",
            verdict=verdict,
            consent=self._consent(event) if event.source == "website" else None,
        )

    def _consent(self, event: _Event) -> Consent:
        source = self._config.sources[event.source]
        return Consent(
            text=source.consent_text or "",
            version=source.consent_version or "",
            language="en",
            given=True,
            page_url=event.inbound.headers["referer"],
            address=event.inbound.address,
            user_agent=event.inbound.headers["user-agent"],
            at=event.inbound.received_at,
        )

    def _attempts(self, new: NewLead, fate: str) -> list[_Attempt]:
        """Attempt after attempt, until the lead is where it is to be."""
        story, at = [], new.received_at + 0.02
        for pause in (5.0, 15.0, 45.0, 120.0, 240.0, 480.0):
            if fate == "dead" or not self._outage[0] <= at < self._outage[1]:
                break
            story.append(_Attempt(at=at, took=3.0, result=said.unreachable(new, at + 3.0 + pause)))
            at += 3.0 + pause
        if fate == "dead":
            return _given_up(new, at)
        took = min(9.0, self._chance.lognormvariate(-0.9, 0.55))
        if fate == "unconfirmed":
            return [*story, _Attempt(at=at, took=30.0, result=said.unconfirmed(new))]
        if fate == "held":
            response = said.answer("add_lead LIST ID NOT FOUND IN SYSTEM")
            return [*story, _Attempt(at=at, took=took, result=said.held(new), response=response)]
        if fate == "rejected":
            response = said.answer("add_lead INVALID PHONE NUMBER")
            return [*story, _Attempt(at=at, took=took, result=said.rejected(new), response=response)]
        self._lead_id += self._chance.randrange(1, 4)
        created, response = said.created(new, self._lead_id), said.success(new, self._lead_id)
        return [*story, _Attempt(at=at, took=took, result=created, response=response)]

    def _write_one_by_one(self, story: Sequence[_Attempt]) -> None:
        for number, attempt in enumerate(story):
            if number:
                self._store.claim_due(DIALER, owner=OWNER, limit=1, now=attempt.at)
            self._write([attempt])

    def _write(self, attempts: Sequence[_Attempt]) -> None:
        self._store.transact([attempt.mark for attempt in attempts])
        self._store.transact([attempt.record for attempt in attempts])

    def hold(self) -> None:
        """The list that is not there is still not there."""
        if self._held_since is not None:
            self._store.hold(
                Hold(
                    dialer=DIALER,
                    scope=f"list:{MISSING_LIST}",
                    code="list.not_found",
                    message=said.NO_LIST,
                    since=self._held_since,
                    probe_at=self._now + 600.0,
                )
            )


class _Before:
    """Every lead belongs to a process that is long gone."""

    def admit(self, _dialer: str, _list_id: str, _source: str) -> Admission:
        return Admission(owner=OWNER, state=State.QUEUED)


def _given_up(new: NewLead, at: float) -> list[_Attempt]:
    """Once a day here, for seven days; then nothing more is tried."""
    story = [
        _Attempt(at=at + day * DAY, took=3.0, result=said.unreachable(new, at + (day + 1) * DAY))
        for day in range(7)
    ]
    end = replace(
        story[-1].result, state=State.DEAD, message=f"{said.UNREACHABLE} {_WEEK_OF_TRYING}", next_at=None
    )
    return [*story, _Attempt(at=at + 7 * DAY, took=3.0, result=end)]


def _held_at_once(new: NewLead) -> NewLead:
    """As everything for that list after the first that was refused."""
    held = said.held(new)
    return replace(
        new,
        state=State.HELD,
        owner=None,
        hold_scope=held.hold_scope,
        reason_code=held.reason_code,
        message=held.message,
    )
