"""Where a lead is, why it is late or stuck, and what happens next: the sentences a manager asks for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from flask import url_for
from markupsafe import Markup

from gateway.leads.lead import State
from gateway.store.deciding import DISCARDED
from gateway.store.fetches import FETCH
from gateway.web.console.delays import LATE, Stretch, because, is_attempt
from gateway.web.console.known import Known
from gateway.web.console.writing import counted, span, when, zone
from gateway.web.context import services

SPAM = ("spam.", "captcha.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """The answer at the top of the page."""

    where: Markup
    why: str = ""
    next: Markup = field(default_factory=Markup)
    tone: str = "quiet"  # good, warn, bad, calm or quiet


def standing_of(known: Known, spent: list[Stretch], now: float) -> Standing:
    """By its state; each says where, why and what next."""
    return _BY_STATE[known.story.lead.state](known, spent, now)


def is_spam(known: Known) -> bool:
    """Whether it stands aside because it looks like spam."""
    return (known.story.lead.reason_code or "").startswith(SPAM)


def waits_for_platform(known: Known) -> bool:
    return (known.beside.hold_scope or "").startswith(FETCH)


def _at(seconds: float | None) -> Markup:
    """The clock alone where it is today, else with its date."""
    now = services().clock.now()
    today = seconds is not None and _day(seconds) == _day(now)
    return when(seconds, "clock" if today else "full")


def _day(seconds: float) -> date:
    return datetime.fromtimestamp(seconds, zone()).date()


def _delivered(known: Known, spent: list[Stretch], _now: float) -> Standing:
    lead, finished = known.story.lead, known.beside.finished_at
    named = f" as Lead ID {lead.dialer_lead_id}" if lead.dialer_lead_id else ", without a Lead ID"
    listed = lead.dialer_list_id or lead.list_id
    where = Markup("In the dialer since {}{}, list {}.").format(_at(finished), named, listed)
    if lead.reason_code == "resolved":
        where = Markup("In the dialer{}, list {}: {} at {}.").format(
            named, listed, _who_resolved(known), _at(finished)
        )
    took = (finished or lead.received_at) - lead.received_at
    next_ = Markup("")
    if lead.reason_code and lead.message and lead.reason_code != "resolved":
        next_ = Markup("{}").format(lead.message)
    if lead.possible_duplicate:
        next_ = Markup("{} {}").format(
            next_, "It may be there twice: it was sent again after an unclear answer."
        )
    return Standing(where=where, why=_took(known, spent, took), next=next_, tone="good")


def _who_resolved(known: Known) -> str:
    entry = next((each for each in reversed(known.log) if each.deed.action == "lead.resolved"), None)
    return "somebody found it there" if entry is None else f"{entry.deed.actor} found it there"


def _took(known: Known, spent: list[Stretch], seconds: float) -> str:
    if seconds < LATE:
        return f"It took {span(seconds)}."
    attempts = sum(1 for each in known.story.attempts if is_attempt(each))
    return f"It took {span(seconds)} because {because(spent, attempts)}."


def _queued(known: Known, _spent: list[Stretch], now: float) -> Standing:
    lead, beside = known.story.lead, known.beside
    if beside.pause is not None:
        pause = beside.pause
        return Standing(
            where=Markup("Not in the dialer yet: {} paused {} at {}.").format(
                pause.actor, lead.dialer, _at(pause.since)
            ),
            why=known.veil.text(pause.reason),
            next=_link(
                "console_dialers.show", f"It goes out when {lead.dialer} is resumed.", dialer_name=lead.dialer
            ),
            tone="warn",
        )
    if beside.hold is not None:
        return _behind_hold(known)
    attempts = sum(1 for each in known.story.attempts if is_attempt(each))
    if beside.taken:
        return Standing(where=Markup("On its way: {} gets it in a moment.").format(lead.dialer), tone="calm")
    if not attempts:
        return Standing(
            where=Markup("Not in the dialer yet: it waits for its turn at {}.").format(lead.dialer),
            tone="calm",
        )
    due = lead.next_at is None or lead.next_at <= now
    return Standing(
        where=Markup("Not in the dialer yet, after {}.").format(counted(attempts, "attempt")),
        why=lead.message or _last_message(known),
        next=Markup("It is tried again now.")
        if due
        else Markup("Next attempt at {}.").format(_at(lead.next_at)),
        tone="warn",
    )


def _last_message(known: Known) -> str:
    return next((each.message for each in reversed(known.story.attempts) if each.message), "")


def _sending(known: Known, _spent: list[Stretch], _now: float) -> Standing:
    return Standing(where=Markup("Being sent to {} right now.").format(known.story.lead.dialer), tone="calm")


def _behind_hold(known: Known) -> Standing:
    lead, hold = known.story.lead, known.beside.hold
    if hold is None:
        return Standing(
            where=Markup("Held: {} refused us.").format(lead.dialer),
            why=lead.message or "",
            next=Markup("The cause is gone: it goes back into the queue within a minute."),
            tone="warn",
        )
    what = f"leads for list {hold.scope[5:]}" if hold.scope.startswith("list:") else "everything"
    probe = Markup("Mend that first. One lead is tried by itself at {}; once it is taken, all others follow.")
    return Standing(
        where=Markup("Not in the dialer: {} refuses {} since {}.").format(lead.dialer, what, _at(hold.since)),
        why=hold.message,
        next=probe.format(_at(hold.probe_at)),
        tone="warn",
    )


def _held(known: Known, _spent: list[Stretch], _now: float) -> Standing:
    return _behind_hold(known)


def _unconfirmed(known: Known, _spent: list[Stretch], _now: float) -> Standing:
    lead = known.story.lead
    sent = next((each for each in reversed(known.story.attempts) if is_attempt(each)), None)
    when = Markup(" at {}").format(_at(sent.started_at)) if sent is not None else Markup("")
    next_ = Markup("Look for the number in the dialer: say “It is in the dialer”, or send it again.")
    if lead.next_at is not None:
        next_ = Markup("The dialer is asked for it at {}.").format(_at(lead.next_at))
    return Standing(
        where=Markup("It may be in the dialer: it was sent{}, and no usable answer came.").format(when),
        why=lead.message or "",
        next=next_,
        tone="warn",
    )


def _quarantined(known: Known, _spent: list[Stretch], _now: float) -> Standing:
    lead = known.story.lead
    if waits_for_platform(known):
        next_ = Markup("{} is asked for the rest at {}.").format(lead.source, _at(lead.next_at))
        where = Markup("Not a lead yet: {} has told no more than its id.").format(lead.source)
        return Standing(where=where, why=lead.message or "", next=next_, tone="warn")
    if is_spam(known):
        next_ = Markup("Look at what was sent: send it as it is, or discard it.")
        return Standing(
            where=Markup("Set aside: it looks like spam."), why=lead.message or "", next=next_, tone="warn"
        )
    if known.story.phone:
        next_ = Markup("Send it as it is, or discard it.")
        return Standing(
            where=Markup("Set aside, and not sent."), why=lead.message or "", next=next_, tone="warn"
        )
    next_ = Markup("Correct its values and send it, or mend the mapping of {} and read it again.").format(
        lead.source
    )
    where = Markup("Set aside: no lead could be made of it.")
    return Standing(where=where, why=lead.message or "", next=next_, tone="warn")


def _rejected(known: Known, _spent: list[Stretch], _now: float) -> Standing:
    lead, finished = known.story.lead, known.beside.finished_at
    if lead.reason_code == DISCARDED:
        entry = next((each for each in reversed(known.log) if each.deed.action == "lead.discarded"), None)
        who = f" by {entry.deed.actor}" if entry is not None else ""
        where = Markup("Not sent: discarded{} at {}.").format(who, _at(finished))
        return Standing(where=where, why=known.veil.text(lead.message or ""), tone="bad")
    where = Markup("Not in the dialer: it refused this lead at {}.").format(_at(finished))
    next_ = Markup("Correct it and send it again; by itself nothing more happens.")
    return Standing(where=where, why=lead.message or "", next=next_, tone="bad")


def _duplicate(known: Known, _spent: list[Stretch], _now: float) -> Standing:
    first = known.beside.first
    if first is None:
        return Standing(where=Markup("Not sent: it repeats another enquiry."))
    earlier = span(max(0.0, known.story.lead.received_at - first.received_at))
    where = Markup("Not sent: the same person had enquired {} before.").format(earlier)
    named = f", Lead ID {first.dialer_lead_id}" if first.dialer_lead_id else ""
    told = f"The first enquiry counts: it is {first.state}{named}."
    return Standing(where=where, next=_link("console_lead.show", told, lead_id=first.id))


def _suppressed(known: Known, _spent: list[Stretch], _now: float) -> Standing:
    why = known.story.lead.message or (
        "The number is on the do-not-call list." if known.beside.suppressed else ""
    )
    where = Markup("Not sent: this number must not be called.")
    return Standing(where=where, why=why, next=_link("console_suppressions.index", "The do-not-call list"))


def _test(_known: Known, _spent: list[Stretch], _now: float) -> Standing:
    return Standing(where=Markup("A test: it is kept and never dialed."))


def _dead(known: Known, _spent: list[Stretch], _now: float) -> Standing:
    lead = known.story.lead
    attempts = sum(1 for each in known.story.attempts if is_attempt(each))
    where = Markup("Given up at {}, after {}.").format(
        _at(known.beside.finished_at), counted(attempts, "attempt")
    )
    next_ = Markup("Send it again once {} works.").format(lead.dialer)
    return Standing(where=where, why=lead.message or "", next=next_, tone="bad")


def _link(endpoint: str, text: str, **values: Any) -> Markup:
    return Markup('<a href="{}">{}</a>').format(url_for(endpoint, **values), text)


_BY_STATE: dict[State, Callable[[Known, list[Stretch], float], Standing]] = {
    State.DELIVERED: _delivered,
    State.QUEUED: _queued,
    State.SENDING: _sending,
    State.HELD: _held,
    State.UNCONFIRMED: _unconfirmed,
    State.QUARANTINED: _quarantined,
    State.REJECTED: _rejected,
    State.DUPLICATE: _duplicate,
    State.SUPPRESSED: _suppressed,
    State.TEST: _test,
    State.DEAD: _dead,
}
