"""Turns what came back from a dialer into outcomes: the body first, the status where that is mute."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from gateway.dialer.http_status import by_status, multi_refused, not_sent
from gateway.dialer.messages import PLACED, REASONS, Kind, Meaning, meaning_of, outcome_of
from gateway.dialer.outcome import (
    Busy,
    CallOutcome,
    Created,
    Duplicate,
    Fields,
    NotSent,
    Outcome,
    Placed,
    Refused,
    Unknown,
)
from gateway.dialer.reading import Reading, Said, read
from gateway.dialer.transport import Failure, Reply

Redact = Callable[[str], str]

_SHOWN = 200  # characters of a message that nobody knows

# The id is taken only with the separator behind it, so that a cut answer gives no half of one.
_ADDED = re.compile(r"LEAD HAS BEEN ADDED - ([^|\r\n]*)\|([^|\r\n]*)\|(\d{1,20})\|")
_ADDED_SOMEHOW = re.compile(r"SUCCESS:\s*add_lead LEAD HAS BEEN ADDED", re.IGNORECASE)
_DUPLICATE_OF = re.compile(r"DUPLICATE [^|\r\n]* - [^|\r\n]*\|[^|\r\n]*\|(\d{1,20})")
_ERROR = re.compile(r"^ERROR:[^\r\n]*", re.MULTILINE)
_DIALED = re.compile(r"SUCCESS:\s*external_dial function set", re.IGNORECASE)


def read_lead(result: Reply | Failure, lead: Fields, redact: Redact) -> Outcome:
    """The outcome of one add_lead."""
    if isinstance(result, Failure):
        return _failed(result)
    reading = read(result.body)
    said = reading.whole or reading.leads.get(1)
    outcome = _from_body(reading, said, lead, redact)
    return _settled(outcome, result, several=False)


def read_leads(result: Reply | Failure, leads: Sequence[Fields], redact: Redact) -> tuple[Outcome, ...]:
    """One outcome per lead of an add_multi_lead, in the order sent.

    A refusal of the request itself becomes Busy with `dialer.multi_refused`: nothing was created, and
    delivery sends the same leads one by one.
    """
    if isinstance(result, Failure):
        return (_failed(result),) * len(leads)
    reading = read(result.body)
    if reading.leads:
        return _by_number(reading, leads, result, redact)
    if len(leads) == 1:
        alone = _from_body(reading, reading.whole, leads[0], redact)
        return (_for_several(_settled(alone, result, several=True), attributable=True),)
    overall = _settled(_from_body(reading, reading.whole, {}, redact), result, several=True)
    return (_for_several(overall, attributable=False),) * len(leads)


def read_call(result: Reply | Failure, redact: Redact) -> CallOutcome:
    """The outcome of a Click to Call; a text nobody knows is shown as it came, redacted."""
    if isinstance(result, Failure):
        return _failed(result)
    reading = read(result.body)
    said = reading.whole
    # The dialer's ancestor writes an ERROR line about something else before its success.
    if _DIALED.search(reading.text):
        return Placed()
    meaning = meaning_of(said.message) if said else None
    if said and (said.flag is True or (said.flag is None and meaning is PLACED)):
        if meaning not in (None, PLACED):
            return _unknown("dialer.contradiction")
        return Placed(phone=said.data.get("phonenumber"), prospects_id=said.data.get("prospectsid"))
    outcome = outcome_of(meaning) if meaning else _from_lines(reading.text)
    if outcome is None and said and (said.flag is False or said.message):
        outcome = _new_message(said.message, redact)
    outcome = outcome or _new_error(reading.text, redact)
    settled = _settled(outcome, result, several=False)
    return _unknown("dialer.contradiction") if isinstance(settled, (Created, Duplicate)) else settled


# -- the body -----------------------------------------------------------------------------------------------


def _from_body(reading: Reading, said: Said | None, lead: Fields, redact: Redact) -> Outcome | None:
    """What the body says about this lead; None where it is no answer of a dialer."""
    outcome = _judge(said, lead, redact) if said else None
    if outcome is None or (isinstance(outcome, Unknown) and outcome.code == "dialer.unknown_message"):
        return _from_text(reading.text, lead) or outcome or _new_error(reading.text, redact)
    return outcome


def _judge(said: Said, lead: Fields, redact: Redact) -> Outcome | None:
    meaning = meaning_of(said.message)
    kind = meaning.kind if meaning else None
    if meaning and kind is Kind.DUPLICATE:
        return Duplicate(lead_id=said.lead_id, message=REASONS[meaning.code])
    refuses = kind not in (None, Kind.CREATED, Kind.UNKNOWN)
    says_yes = said.flag is True or (said.flag is None and kind is Kind.CREATED)
    if refuses and (says_yes or said.lead_id):
        return _unknown("dialer.contradiction", resend=False)
    if says_yes or said.lead_id:
        return _created(said, lead, meaning)
    if kind is Kind.CREATED:
        return _unknown("dialer.contradiction", resend=False)
    if meaning:
        return outcome_of(meaning)
    # Without a flag it may be anybody's JSON, a proxy's for instance: then the HTTP status decides.
    return _new_message(said.message, redact) if said.flag is False else None


def _created(said: Said, lead: Fields, meaning: Meaning | None) -> Created:
    code = ""
    if _differs(said.data.get("phonenumber", ""), lead):
        code = "dialer.phone_mismatch"
    elif meaning and meaning.code:
        code = meaning.code
    elif said.lead_id is None:
        code = "dialer.no_lead_id"
    return Created(
        lead_id=said.lead_id,
        list_id=said.data.get("listid") or None,
        status=said.data.get("status") or None,
        code=code or None,
        message=REASONS[code] if code else "",
    )


def _differs(echoed: str, lead: Fields) -> bool:
    sent = lead.get("phone_number", "")
    return bool(echoed and sent) and "".join(filter(str.isdecimal, echoed)) != sent


def _from_text(text: str, lead: Fields) -> Outcome | None:
    """Lines of text, as the dialer's ancestor answers: every line counts, in whatever order."""
    added = _ADDED.search(text)
    if added or _ADDED_SOMEHOW.search(text):
        phone, list_id, lead_id = added.groups() if added else ("", "", "")
        data = {"phonenumber": phone.strip(), "listid": list_id.strip(), "leadid": lead_id}
        notice = "custom_fields.not_added" if "CUSTOM FIELDS NOT ADDED" in text.upper() else ""
        return _created(Said(flag=True, data=data), lead, Meaning(Kind.UNKNOWN, notice))
    duplicate = _DUPLICATE_OF.search(text)
    if duplicate:
        return Duplicate(lead_id=duplicate[1], message=REASONS["dialer.duplicate"])
    return _from_lines(text)


def _from_lines(text: str) -> Outcome | None:
    """The first line with a meaning that decides something."""
    for line in text.splitlines()[:50]:
        meaning = meaning_of(line) if line.strip() else None
        if meaning and meaning.kind is not Kind.PLACED:
            return outcome_of(meaning)
    return None


# -- several leads in one request ---------------------------------------------------------------------------


def _by_number(
    reading: Reading, leads: Sequence[Fields], result: Reply, redact: Redact
) -> tuple[Outcome, ...]:
    # A number we did not send means that the dialer counts differently: then no answer can be told apart.
    if any(number not in range(1, len(leads) + 1) for number in reading.leads):
        return (_unknown("dialer.missing_answer"),) * len(leads)
    missing = _unknown(result.cut or "dialer.missing_answer")
    outcomes = []
    for number, lead in enumerate(leads, start=1):
        said = reading.leads.get(number)
        outcome = _judge(said, lead, redact) if said else None
        outcomes.append(_trusted(outcome, result) if outcome else missing)
    return tuple(outcomes)


def _for_several(outcome: Outcome, *, attributable: bool) -> Outcome:
    """What one answer for all leads means for each of them."""
    if isinstance(outcome, Refused) and outcome.code.startswith("action."):
        return multi_refused()  # a dialer without this action may still take single leads
    if attributable or isinstance(outcome, (Refused, Busy, Unknown, NotSent)):
        return outcome
    return _unknown("dialer.missing_answer")  # a word about one lead, and no telling which


# -- the HTTP status ----------------------------------------------------------------------------------------


def _settled(outcome: Outcome | None, reply: Reply, *, several: bool) -> Outcome:
    """The body's outcome, or what is left to think without one."""
    if outcome is not None:
        return _trusted(outcome, reply)
    # A whole web page on 404 says as much as a short one.
    if reply.cut and not (reply.cut == "dialer.too_large" and 300 <= reply.status < 500):
        return _unknown(reply.cut)
    return by_status(reply, several=several)


def _trusted(outcome: Outcome, reply: Reply) -> Outcome:
    """Of an answer that is not whole only a success is believed: what is missing may be one."""
    if not reply.cut or isinstance(outcome, (Created, Duplicate, Unknown)):
        return outcome
    return _unknown(reply.cut)


def _failed(failure: Failure) -> NotSent | Unknown:
    return _unknown(failure.code) if failure.sent else not_sent(failure.code)


def _unknown(code: str, *, resend: bool = True) -> Unknown:
    return Unknown(code=code, message=REASONS[code], resend=resend)


def _new_error(text: str, redact: Redact) -> Unknown | None:
    """A line that the dialer's ancestor marks as an error, in words nobody knows."""
    error = _ERROR.search(text)
    return _new_message(error[0], redact) if error else None


def _new_message(message: str, redact: Redact) -> Unknown:
    sentence = REASONS["dialer.unknown_message"]
    shown = redact(" ".join(message.split()))[:_SHOWN]
    return Unknown(
        code="dialer.unknown_message", message=f'{sentence} It said: "{shown}"' if shown else sentence
    )
