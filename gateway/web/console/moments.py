"""What happened to a lead, one moment each: received, made, sent aside, tried, called, told, decided."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.dialer.form import Form
from gateway.leads.lead import State
from gateway.store.callbacks import KeptCallback, Standing
from gateway.store.records import Attempt, CallEntry
from gateway.web.console import arrival, lead_deeds, received
from gateway.web.console.delays import BESIDE_ATTEMPTS, is_attempt
from gateway.web.console.known import Known
from gateway.web.console.timeline import Detail, Moment
from gateway.web.console.writing import span

_OUTCOMES = {  # title, tone
    "created": ("The dialer took it", "good"),
    "duplicate": ("The dialer already had it", "good"),
    "rejected": ("The dialer refuses this lead", "bad"),
    "refused": ("The dialer refuses us", "bad"),
    "busy": ("The dialer asks to come back later", "warn"),
    "not_sent": ("Not sent: the dialer was not reached", "warn"),
    "unknown": ("Sent, but no usable answer came", "warn"),
    "fetched": ("Its platform told the rest", "good"),
}
_CALLS = {
    "asked": ("no answer yet", "calm"),
    "placed": ("placed", "good"),
    "test": ("a test: nobody was called", ""),
}


def moments_of(known: Known) -> list[Moment]:
    """In no order."""
    story = known.story
    return [
        *arrival.moments(known),
        *_attempts(known),
        *(_call(known, each) for each in story.calls),
        *(_callback(each) for each in known.told),
        *lead_deeds.moments(known.log, _entries(known), known.veil),
        *lead_deeds.of_dialer(known.beside.dialer_deeds),
    ]


# -- what the dialer said ------------------------------------------------------------------------------------


def _entries(known: Known) -> dict[float, Attempt]:
    """What a person did stands twice: as a deed, and as an entry of the lead with the values."""
    return {each.started_at: each for each in known.story.attempts if each.action in BESIDE_ATTEMPTS}


def _attempts(known: Known) -> Iterator[Moment]:
    decided = {entry.at for entry in known.log}
    for each in known.story.attempts:
        if is_attempt(each) or each.action == "fetch":
            yield _attempt(known, each)
        elif each.started_at not in decided:  # by the command line, or before there was an audit log
            yield lead_deeds.undeclared(each, known.veil)


def _attempt(known: Known, attempt: Attempt) -> Moment:
    title, tone = _OUTCOMES.get(attempt.outcome, (attempt.outcome.replace("_", " "), ""))
    lead = known.story.lead
    if attempt.outcome in ("created", "duplicate") and lead.dialer_lead_id:
        title = f"{title}: Lead ID {lead.dialer_lead_id}"
    http = f", HTTP {attempt.http_status}" if attempt.http_status is not None else ""
    lines = [f"{attempt.action} to {attempt.dialer}{http}"] if is_attempt(attempt) else []
    if attempt.message:
        lines.append(attempt.message)
    details = []
    if is_attempt(attempt):
        details.append(Detail(summary="The request, as it was sent", pairs=_request(known, attempt)))
    if attempt.response:
        answer = received.answer_of(attempt.response, known.veil)
        details.append(Detail(summary="The answer", text=answer, copy=True))
    return Moment(
        at=attempt.started_at,
        until=attempt.finished_at,
        title=title,
        tone=tone,
        lines=lines,
        details=details,
        kind="attempt",
    )


def _request(known: Known, attempt: Attempt) -> list[tuple[str, str]]:
    # What was corrected after this attempt was not sent with it.
    fields = lead_deeds.as_of(known.story, attempt.finished_at).fields
    dialer = known.config.dialers.get(attempt.dialer)
    head = [("action", attempt.action)]
    if dialer is not None and dialer.dialect == "elision":
        fields = Form(dialer, "").lead(fields)
        head = [("source", dialer.source), *head, ("custom_fields", "Y")]
    return [*head, *received.texts(known.veil.pairs(fields))]


# -- calls and callbacks -------------------------------------------------------------------------------------


def _call(known: Known, call: CallEntry) -> Moment:
    told, tone = _CALLS.get(call.outcome, (call.outcome.replace("_", " "), "warn"))
    lines = [f"Asked for by {call.asked_by}: {call.mode} by agent {call.agent_user} at {call.dialer}."]
    if call.message:
        lines.append(call.message)
    details = [Detail(summary="The answer", text=known.veil.text(call.response))] if call.response else []
    return Moment(
        at=call.asked_at,
        until=call.finished_at,
        title=f"Click to Call: {told}",
        tone=tone,
        lines=lines,
        details=details,
        kind="call",
    )


def _callback(kept: KeptCallback) -> Moment:
    callback = kept.callback
    tries = f"{callback.attempts} {'try' if callback.attempts == 1 else 'tries'}"
    http = f", HTTP {kept.http_status}" if kept.http_status is not None else ""
    title, tone = {
        Standing.SENT: (f"Its source was told: {callback.state}", "good"),
        Standing.WAITING: (f"Its source is to be told: {callback.state}", "calm"),
        Standing.GIVEN_UP: (f"Its source could not be told: {callback.state}", "bad"),
    }[kept.standing]
    lines = [
        f"{tries}{http}"
        + (f": {kept.problem}" if kept.problem and kept.standing is not Standing.SENT else "")
    ]
    late = kept.last_at - callback.happened_at if kept.last_at is not None else 0.0
    if kept.standing is Standing.SENT and late >= 1.0:
        lines.append(f"{span(late)} after it happened.")
    return Moment(at=callback.happened_at, title=title, tone=tone, lines=lines, order=1, kind="callback")


def now_of(known: Known, now: float) -> Moment | None:
    """Where a lead stands that has not come to its end."""
    state = known.story.lead.state
    if known.beside.finished_at is not None and state is not State.DEAD:
        return None
    return Moment(at=now, title=f"Now: {state}", tone="calm", order=9, kind="now")
