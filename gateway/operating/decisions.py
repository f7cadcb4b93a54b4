"""USE CASE: somebody decides about one lead, as they saw it; what came of it is told as it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from gateway.config import GatewayConfig
from gateway.leads.lead import LeadStatus, State
from gateway.remaking import LeftAlone, read_again
from gateway.store import Store
from gateway.store.audit import Deed
from gateway.store.fetches import FETCH

_DIALERS_ID = re.compile(r"[0-9A-Za-z-]{1,40}", re.ASCII)
_WITH_ONE_LEAD = frozenset({State.UNCONFIRMED, State.REJECTED, State.DEAD})


class What(StrEnum):
    """What came of a decision."""

    SENT = "sent"  # back in the queue, due at once
    HASTENED = "hastened"  # it waited, and need not
    PROBED = "probed"  # what holds it is tried at once
    ASKED = "asked"  # its platform is asked at once
    READ = "read"  # read again: `lead` says what it has become
    LEFT = "left"  # read again and left as it was; `message` says why
    RESOLVED = "resolved"
    DISCARDED = "discarded"
    SUPPRESSED = "suppressed"  # its number is never called; it was stopped
    LISTED = "listed"  # its number is never called; the lead itself had gone, or was over
    WITHDRAWN = "withdrawn"
    EDITED = "edited"
    MOVED_ON = "moved_on"  # nothing was changed: the lead stands otherwise than it was seen
    BAD_ID = "bad_id"  # nothing was changed: this is no Lead ID of a dialer
    NO_REASON = "no_reason"  # nothing was changed: a reason is asked for
    GONE = "gone"  # there is no such lead


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """What was done, and the lead as it stands now."""

    what: What
    lead: LeadStatus | None = None
    message: str = ""
    leaving: int = 0  # leads of the number that were on their way already

    @property
    def done(self) -> bool:
        return self.what not in (What.MOVED_ON, What.BAD_ID, What.NO_REASON, What.GONE, What.LEFT)


@dataclass(frozen=True, kw_only=True, slots=True)
class Who:
    """On whose behalf, and from where."""

    name: str
    address: str = ""

    def did(self, action: str, lead_id: str, *, reason: str = "", **detail: str) -> Deed:
        return Deed(
            actor=self.name,
            action=action,
            subject="lead",
            subject_id=lead_id,
            reason=reason,
            detail=detail,
            address=self.address,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Decisions:
    """Decides for one person."""

    store: Store
    config: GatewayConfig
    who: Who
    now: Callable[[], float]

    def send(self, lead_id: str, *, seen: State) -> Result:
        """Now, instead of later or never: whatever that means for a lead that stands as `seen`."""
        editing, now = self.store.console.editing, self.now()
        retried = self.who.did("lead.retried", lead_id, seen=seen.value)
        if seen in _WITH_ONE_LEAD:
            return self._told(lead_id, What.SENT, done=editing.retry(lead_id, retried, seen=seen, now=now))
        if seen is State.QUEUED:
            return self._told(lead_id, What.HASTENED, done=editing.hasten(lead_id, retried, now=now))
        if seen is State.HELD:
            return self._told(lead_id, What.PROBED, done=editing.probe(lead_id, retried, now=now))
        if seen is State.QUARANTINED:
            return self._release(lead_id)
        return self._told(lead_id, What.SENT, done=False)

    def resolve(self, lead_id: str, *, dialer_lead_id: str, reason: str) -> Result:
        """Somebody has found this unconfirmed lead in the dialer."""
        dialer_lead_id = dialer_lead_id.strip()
        if dialer_lead_id and not _DIALERS_ID.fullmatch(dialer_lead_id):
            return Result(what=What.BAD_ID, lead=self.store.status(lead_id))
        deed = self.who.did("lead.resolved", lead_id, reason=reason.strip() or "Found in the dialer.")
        done = self.store.console.editing.resolve(
            lead_id, deed, dialer_lead_id=dialer_lead_id or None, now=self.now()
        )
        return self._told(lead_id, What.RESOLVED, done=done)

    def discard(self, lead_id: str, *, seen: State, reason: str) -> Result:
        """Never send it; it stays, as rejected by a person, with the reason."""
        if not reason.strip():
            return Result(what=What.NO_REASON, lead=self.store.status(lead_id))
        deed = self.who.did("lead.discarded", lead_id, reason=reason.strip())
        done = self.store.console.editing.discard(lead_id, deed, seen=seen, now=self.now())
        return self._told(lead_id, What.DISCARDED, done=done)

    def suppress(self, lead_id: str, *, reason: str) -> Result:
        """Nobody calls this number any more."""
        if not reason.strip():
            return Result(what=What.NO_REASON, lead=self.store.status(lead_id))
        deed = self.who.did("lead.number_suppressed", lead_id, reason=reason.strip())
        added = self.store.console.editing.suppress(lead_id, deed, now=self.now())
        lead = self.store.status(lead_id)
        if lead is None or added is None:
            return Result(what=What.GONE if lead is None else What.MOVED_ON, lead=lead)
        stopped = lead.state is State.SUPPRESSED
        return Result(what=What.SUPPRESSED if stopped else What.LISTED, lead=lead, leaving=added.leaving)

    def withdraw(self, lead_id: str) -> Result:
        """Take back that it is in the dialer, or that it is never to be sent."""
        deed = self.who.did("lead.withdrawn", lead_id)
        state = self.store.console.editing.withdraw(lead_id, deed, now=self.now())
        return self._told(lead_id, What.WITHDRAWN, done=state is not None)

    # -- out of quarantine -----------------------------------------------------------------------------------

    def _release(self, lead_id: str) -> Result:
        """Ask its platform, send it as it is, or read what was received by today's rules: whichever can help."""
        story, beside = self.store.story(lead_id), self.store.console.editing.beside(lead_id)
        if story is None or beside is None:
            return Result(what=What.GONE)
        editing, now = self.store.console.editing, self.now()
        released = self.who.did("lead.released", lead_id)
        if (beside.hold_scope or "").startswith(FETCH):
            return self._told(lead_id, What.ASKED, done=editing.ask_platform(lead_id, released, now=now))
        if story.phone:
            done = editing.retry(lead_id, released, seen=State.QUARANTINED, now=now)
            return self._told(lead_id, What.SENT, done=done)
        return self._read_again(lead_id)

    def _read_again(self, lead_id: str) -> Result:
        deed = self.who.did("lead.read_again", lead_id)
        found = next(read_again(self.store, self.config, [lead_id], now=self.now(), deed=deed))
        if isinstance(found, LeftAlone):
            moved_on = found.code == "remake.not_quarantined"
            what = What.MOVED_ON if moved_on else What.LEFT
            return Result(what=what, lead=self.store.status(lead_id), message=found.message)
        return self._told(lead_id, What.READ, done=True)

    def _told(self, lead_id: str, what: What, *, done: bool) -> Result:
        lead = self.store.status(lead_id)
        if lead is None:
            return Result(what=What.GONE)
        return Result(what=what if done else What.MOVED_ON, lead=lead)
