"""Where a lead is, why it is late or stuck, and what happens next: the sentences a manager asks for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import url_for

from gateway.config import OnUnknown
from gateway.leads.lead import State
from gateway.store.deciding import DISCARDED
from gateway.store.fetches import FETCH
from gateway.web.console.delays import LATE, Stretch, because, is_attempt
from gateway.web.console.known import Known
from gateway.web.console.sentence import At, Sentence, To, sentence
from gateway.web.console.writing import counted, span

SPAM = ("spam.", "captcha.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """The answer at the top of the page."""

    where: Sentence
    why: str = ""
    next: Sentence = ()
    tone: str = "quiet"  # good, warn, bad, calm or quiet


def standing_of(known: Known, spent: list[Stretch], now: float) -> Standing:
    """By its state; each says where, why and what next."""
    return _BY_STATE[known.story.lead.state](known, spent, now)


def is_spam(known: Known) -> bool:
    """Whether it stands aside because it looks like spam."""
    return (known.story.lead.reason_code or "").startswith(SPAM)


def waits_for_platform(known: Known) -> bool:
    return (known.beside.hold_scope or "").startswith(FETCH)


def _delivered(known: Known, spent: list[Stretch], _now: float) -> Standing:
    lead, finished = known.story.lead, known.beside.finished_at
    named = f" as Lead ID {lead.dialer_lead_id}" if lead.dialer_lead_id else ", without a Lead ID"
    listed = lead.dialer_list_id or lead.list_id
    where = sentence("In the dialer since {}{}, list {}.", At(finished), named, listed)
    if lead.reason_code == "resolved":
        where = sentence(
            "In the dialer{}, list {}: {} at {}.", named, listed, _who_resolved(known), At(finished)
        )
    took = (finished or lead.received_at) - lead.received_at
    next_: Sentence = ()
    if lead.reason_code and lead.message and lead.reason_code != "resolved":
        next_ = sentence("{}", lead.message)
    if lead.possible_duplicate:
        next_ = (*next_, " It may be there twice: it was sent again after an unclear answer.")
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
            where=sentence(
                "Not in the dialer yet: {} paused {} at {}.", pause.actor, lead.dialer, At(pause.since)
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
        return Standing(where=sentence("On its way: {} gets it in a moment.", lead.dialer), tone="calm")
    if not attempts:
        return Standing(
            where=sentence("Not in the dialer yet: it waits for its turn at {}.", lead.dialer),
            tone="calm",
        )
    due = lead.next_at is None or lead.next_at <= now
    return Standing(
        where=sentence("Not in the dialer yet, after {}.", counted(attempts, "attempt")),
        why=lead.message or _last_message(known),
        next=sentence("It is tried again now.") if due else sentence("Next attempt at {}.", At(lead.next_at)),
        tone="warn",
    )


def _last_message(known: Known) -> str:
    return next((each.message for each in reversed(known.story.attempts) if each.message), "")


def _sending(known: Known, _spent: list[Stretch], _now: float) -> Standing:
    return Standing(where=sentence("Being sent to {} right now.", known.story.lead.dialer), tone="calm")


def _behind_hold(known: Known) -> Standing:
    lead, hold = known.story.lead, known.beside.hold
    if hold is None:
        return Standing(
            where=sentence("Held: {} refused us.", lead.dialer),
            why=lead.message or "",
            next=sentence("The cause is gone: it goes back into the queue within a minute."),
            tone="warn",
        )
    what = f"leads for list {hold.scope[5:]}" if hold.scope.startswith("list:") else "everything"
    probe = "Mend that first. One lead is tried by itself at {}; once it is taken, all others follow."
    return Standing(
        where=sentence("Not in the dialer: {} refuses {} since {}.", lead.dialer, what, At(hold.since)),
        why=hold.message,
        next=sentence(probe, At(hold.probe_at)),
        tone="warn",
    )


def _held(known: Known, _spent: list[Stretch], _now: float) -> Standing:
    return _behind_hold(known)


def _unconfirmed(known: Known, _spent: list[Stretch], _now: float) -> Standing:
    lead = known.story.lead
    sent = next((each for each in reversed(known.story.attempts) if is_attempt(each)), None)
    next_ = sentence("Look for the number in the dialer: say “It is in the dialer”, or send it again.")
    if lead.next_at is not None and _on_unknown(known) is OnUnknown.LOOKUP:
        next_ = sentence("The dialer is asked for it at {}.", At(lead.next_at))
    elif lead.next_at is not None and _on_unknown(known) is OnUnknown.RESEND:
        next_ = sentence("It is sent again by itself at {}.", At(lead.next_at))
    return Standing(
        where=sentence(
            "It may be in the dialer: it was sent{}{}, and no usable answer came.",
            " at " if sent is not None else None,
            At(sent.started_at) if sent is not None else None,
        ),
        why=lead.message or "",
        next=next_,
        tone="warn",
    )


def _on_unknown(known: Known) -> OnUnknown:
    dialer = known.config.dialers.get(known.story.lead.dialer or "")
    return OnUnknown.HOLD if dialer is None else dialer.on_unknown


def _quarantined(known: Known, _spent: list[Stretch], _now: float) -> Standing:
    lead = known.story.lead
    if waits_for_platform(known):
        next_ = sentence("{} is asked for the rest at {}.", lead.source, At(lead.next_at))
        where = sentence("Not a lead yet: {} has told no more than its id.", lead.source)
        return Standing(where=where, why=lead.message or "", next=next_, tone="warn")
    if is_spam(known):
        next_ = sentence("Look at what was sent: send it as it is, or discard it.")
        return Standing(
            where=sentence("Set aside: it looks like spam."), why=lead.message or "", next=next_, tone="warn"
        )
    if known.story.phone:
        next_ = sentence("Send it as it is, or discard it.")
        return Standing(
            where=sentence("Set aside, and not sent."), why=lead.message or "", next=next_, tone="warn"
        )
    next_ = sentence(
        "Correct its values and send it, or mend the mapping of {} and read it again.", lead.source
    )
    where = sentence("Set aside: no lead could be made of it.")
    return Standing(where=where, why=lead.message or "", next=next_, tone="warn")


def _rejected(known: Known, _spent: list[Stretch], _now: float) -> Standing:
    lead, finished = known.story.lead, known.beside.finished_at
    if lead.reason_code == DISCARDED:
        entry = next((each for each in reversed(known.log) if each.deed.action == "lead.discarded"), None)
        who = f" by {entry.deed.actor}" if entry is not None else ""
        where = sentence("Not sent: discarded{} at {}.", who, At(finished))
        return Standing(where=where, why=known.veil.text(lead.message or ""), tone="bad")
    where = sentence("Not in the dialer: it refused this lead at {}.", At(finished))
    next_ = sentence("Correct it and send it again; by itself nothing more happens.")
    return Standing(where=where, why=lead.message or "", next=next_, tone="bad")


def _duplicate(known: Known, _spent: list[Stretch], _now: float) -> Standing:
    first = known.beside.first
    if first is None:
        return Standing(where=sentence("Not sent: it repeats another enquiry."))
    earlier = span(max(0.0, known.story.lead.received_at - first.received_at))
    where = sentence("Not sent: the same person had enquired {} before.", earlier)
    named = f", Lead ID {first.dialer_lead_id}" if first.dialer_lead_id else ""
    told = f"The first enquiry counts: it is {first.state}{named}."
    return Standing(where=where, next=_link("console_lead.show", told, lead_id=first.id))


def _suppressed(known: Known, _spent: list[Stretch], _now: float) -> Standing:
    why = known.story.lead.message or (
        "The number is on the do-not-call list." if known.beside.suppressed else ""
    )
    where = sentence("Not sent: this number must not be called.")
    return Standing(where=where, why=why, next=_link("console_suppressions.index", "The do-not-call list"))


def _test(_known: Known, _spent: list[Stretch], _now: float) -> Standing:
    return Standing(where=sentence("A test: it is kept and never dialed."))


def _dead(known: Known, _spent: list[Stretch], _now: float) -> Standing:
    lead = known.story.lead
    attempts = sum(1 for each in known.story.attempts if is_attempt(each))
    where = sentence("Given up at {}, after {}.", At(known.beside.finished_at), counted(attempts, "attempt"))
    next_ = sentence("Send it again once {} works.", lead.dialer)
    return Standing(where=where, why=lead.message or "", next=next_, tone="bad")


def _link(endpoint: str, text: str, **values: Any) -> Sentence:
    return (To(text, url_for(endpoint, **values)),)


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
