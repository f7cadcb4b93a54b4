"""The rules about dialers, and about the leads that wait for them."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.alerting.finding import Finding, counted, lately, span, waits
from gateway.alerting.situation import Situation
from gateway.leads.lead import State
from gateway.store.lines import Closed
from gateway.store.records import Hold

LOGIN, LINE, LIST = "login", "line", "list:"
LATELY = 60.0  # seconds
_OUT = (State.QUEUED, State.HELD)
_NO_ANSWER = (Closed.AWAY, Closed.STALLED)


def dialer_away(situation: Situation) -> Iterator[Finding]:
    """Some process gets no answer, and none gets any."""
    for dialer in sorted(_away(situation)):
        leads = _leads(situation, dialer)
        yield situation.finding(
            "dialer_away",
            dialer,
            leads=leads,
            summary=f"Dialer {dialer} does not answer. {waits(leads)}",
            next_step="Look at the dialer's server and the network to it. The gateway tries again and again; when it"
            " answers, everything goes out by itself, fresh leads first.",
        )


def login_refused(situation: Situation) -> Iterator[Finding]:
    for hold in _holds(situation, LOGIN):
        leads = _behind(situation, hold)
        yield situation.finding(
            "login_refused",
            hold.dialer,
            leads=leads,
            since=hold.since,
            summary=f"Dialer {hold.dialer} refuses our login ({hold.code}). {waits(leads)}",
            next_step="Ask its administrator whether the user, its password or its permissions changed. Put the new"
            " password where gateway.toml points and restart, then release the hold. One lead is tried every 15"
            " minutes; more would lock the user.",
        )


def line_refused(situation: Situation) -> Iterator[Finding]:
    for hold in _holds(situation, LINE):
        leads = _behind(situation, hold)
        yield situation.finding(
            "line_refused",
            hold.dialer,
            leads=leads,
            since=hold.since,
            summary=f"Dialer {hold.dialer} refuses every lead ({hold.code}). {waits(leads)}",
            next_step="The reason code says what it wants. Mend that at the dialer, then release the hold.",
        )


def list_refused(situation: Situation) -> Iterator[Finding]:
    for hold in _holds(situation, LIST):
        leads, number = _behind(situation, hold), hold.scope.removeprefix(LIST)
        yield situation.finding(
            "list_refused",
            f"{hold.dialer}/{number}",
            leads=leads,
            since=hold.since,
            summary=f"Dialer {hold.dialer} refuses list {number} ({hold.code}). {waits(leads)}",
            next_step="Create the list or its custom form in the dialer, or correct list_id in gateway.toml; then"
            " release the hold.",
        )


def dialer_paused(situation: Situation) -> Iterator[Finding]:
    """Somebody stopped it, and perhaps forgot."""
    after = situation.rules["dialer_paused"].after or 0.0
    for pause in situation.pauses:
        if pause.dialer in situation.dialers and situation.now - pause.since >= after:
            leads = _leads(situation, pause.dialer)
            yield situation.finding(
                "dialer_paused",
                pause.dialer,
                leads=leads,
                since=pause.since,
                summary=f"Dialer {pause.dialer} was paused {span(situation.now - pause.since)} ago."
                f" {waits(leads)}",
                next_step="Resume it when the cause of the pause is over; the audit log says who paused it and why.",
            )


def backlog(situation: Situation) -> Iterator[Finding]:
    """Leads wait for longer than they should, and no other rule says why, or has said so just now."""
    after = situation.rules["backlog"].after or 0.0
    facts = situation.facts
    explained = situation.recovering | _away(situation) | {pause.dialer for pause in situation.pauses}
    explained |= {hold.dialer for hold in facts.holds if hold.scope in (LOGIN, LINE)}
    for dialer in sorted({each.dialer for each in facts.waiting if each.state is State.QUEUED}):
        queued = [each for each in facts.waiting if each.dialer == dialer and each.state is State.QUEUED]
        waited = situation.now - min(each.oldest for each in queued)
        if waited < after or (dialer in explained and dialer in situation.dialers):
            continue
        known = dialer in situation.dialers
        leads = sum(each.leads for each in queued)
        yield situation.finding(
            "backlog",
            dialer,
            leads=leads,
            summary=f"The oldest lead for dialer {dialer} has waited {span(waited)}. {waits(leads)}",
            next_step="Traffic is above the caps, or no process sends: raise max_concurrency or max_per_second"
            " carefully, or start a `gateway worker`."
            if known
            else "This dialer is no longer in gateway.toml: put its table back, and its leads go out.",
        )


def unconfirmed(situation: Situation) -> Iterator[Finding]:
    least = situation.rules["unconfirmed"].at_least or 1
    for dialer in sorted({each.dialer for each in situation.facts.waiting}):
        leads = sum(
            each.leads
            for each in situation.facts.waiting
            if each.dialer == dialer and each.state is State.UNCONFIRMED
        )
        if leads >= least:
            yield situation.finding(
                "unconfirmed",
                dialer,
                leads=leads,
                summary=f"{counted(leads)} {'was' if leads == 1 else 'were'} sent to dialer {dialer} without a"
                " usable answer: it may have them, or not.",
                next_step="Search each number in the dialer, then say for each lead whether it is there or should be"
                " sent again.",
            )


def dead(situation: Situation) -> Iterator[Finding]:
    rule = situation.rules["dead"]
    for dialer, leads in sorted(situation.facts.dead.items()):
        if leads >= (rule.at_least or 1):
            yield situation.finding(
                "dead",
                dialer,
                leads=leads,
                summary=f"{counted(leads)} for dialer {dialer} {'was' if leads == 1 else 'were'} given up within"
                f" {lately(rule.within or 0.0)}, after seven days of trying.",
                next_step="Look at the attempts of one of them, mend the cause, then send them all again.",
            )


def _away(situation: Situation) -> set[str]:
    """A line that is open proves nothing, unless the dialer has answered it lately: perhaps it had no lead to send."""
    closed = {line.dialer for line in situation.lines if not line.is_open and line.reason in _NO_ANSWER}
    answered = {
        line.dialer
        for line in situation.lines
        if line.is_open and (line.last_answer_at or 0.0) >= situation.now - LATELY
    }
    return (closed - answered) & situation.dialers


def _holds(situation: Situation, scope: str) -> list[Hold]:
    return [
        hold
        for hold in situation.facts.holds
        if hold.scope == scope or (scope.endswith(":") and hold.scope.startswith(scope))
    ]


def _leads(situation: Situation, dialer: str) -> int:
    return sum(each.leads for each in situation.facts.waiting if each.dialer == dialer and each.state in _OUT)


def _behind(situation: Situation, hold: Hold) -> int:
    return sum(
        each.leads
        for each in situation.facts.waiting
        if each.dialer == hold.dialer and each.state is State.HELD and each.hold_scope == hold.scope
    )
