"""Everything a dialer is known to say, what each message means, and the sentence a person reads for it."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from gateway.dialer.outcome import Busy, Created, Duplicate, Outcome, Refused, Rejected, Scope, Unknown


class Kind(StrEnum):
    """Which outcome a message stands for."""

    CREATED = "created"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"
    REFUSED = "refused"
    BUSY = "busy"
    UNKNOWN = "unknown"
    PLACED = "placed"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one message means; `code` is a key of REASONS, empty where nothing needs saying."""

    kind: Kind
    code: str = ""
    scope: Scope | None = None


REASONS: Mapping[str, str] = MappingProxyType(
    {
        # The dialer refuses this lead or this call.
        "phone.required": "The dialer got no phone number. Add one to the lead and send it again.",
        "phone.invalid": "The dialer does not take this phone number. Correct it and send it again.",
        "phone.length": "The dialer takes 6 to 16 digits. Correct the phone number and send it again.",
        "phone.do_not_call": "The number is on the dialer's do-not-call list. It stays undialed.",
        "lead.not_added": (
            "The dialer's database refused the values. Simplify the lead's text and send it again."
        ),
        "request.too_long": (
            "The lead does not fit the dialer's limit for one request. "
            'Set method = "POST" for this dialer, or shorten the lead.'
        ),
        "request.refused": (
            "The dialer's web server refused this request. Look for a filter in front of the dialer, "
            "then send the lead again."
        ),
        "agent.not_logged_in": (
            "The agent is not logged in to the dialer. Ask the agent to log in, then call again."
        ),
        "agent.not_paused": "The agent is not paused. The agent has to pause before a call can be placed.",
        "agent.not_allowed": "The agent may not place manual calls. Allow it in the dialer's user settings.",
        "agent.already_queued": (
            "The number already waits in this agent's manual dial queue. Nothing more to do."
        ),
        # The dialer refuses us: the line stands still until this is mended.
        "login.incorrect": (
            "The dialer refuses our login. Correct user and password in gateway.toml. "
            "Ten wrong tries lock the dialer's API user."
        ),
        "login.locked": (
            "The dialer has locked our API user for 15 minutes after too many wrong logins. "
            "Correct the password, then wait."
        ),
        "login.http_refused": (
            "The dialer's web server refuses us (401 or 403). Check the login, and whether the "
            "gateway's address is on the dialer's allow list."
        ),
        "permission.denied": (
            "The dialer's API user has no permission for this. Give it the right to add and modify leads."
        ),
        "source.required": "The dialer got no source. Set source for this dialer in gateway.toml.",
        "source.too_short": "The dialer wants a source of two characters or more. Change it in gateway.toml.",
        "action.required": "The dialer saw no action. Check url and method of this dialer in gateway.toml.",
        "action.invalid": (
            "The dialer does not know this action. Check its url and multi_action in gateway.toml."
        ),
        "list.required": "The dialer got no list id. Set list_id for the source in gateway.toml.",
        "list.length": "The dialer takes list ids of 3 to 14 digits. Correct list_id in gateway.toml.",
        "list.not_found": "The dialer has no such list. Create it there, or correct list_id in gateway.toml.",
        "list.not_allowed": "The dialer's API user may not use this list. Allow it there, or change list_id.",
        "custom_fields.required": (
            "The dialer found no custom form for this list, or custom fields switched off. "
            "Give the list its custom form in the dialer."
        ),
        "dialer.redirect": (
            "The dialer's address redirects elsewhere; redirects are not followed. "
            "Put the final url in gateway.toml."
        ),
        "dialer.not_found": "There is nothing at the dialer's url (404 or 410). Correct url in gateway.toml.",
        "dialer.method_refused": (
            "The dialer's web server refuses this method (405). Change method in gateway.toml."
        ),
        # Later.
        "dialer.busy": "The dialer asks us to come back later. The lead is sent again by itself.",
        "dialer.database_down": "The dialer cannot reach its database. The lead is sent again by itself.",
        "dialer.multi_refused": (
            "The dialer did not take several leads at once. They are sent again one by one."
        ),
        # Not a byte of the request left.
        "dialer.dns": "The dialer's host name cannot be resolved. Check url in gateway.toml and the DNS.",
        "dialer.unreachable": (
            "The dialer cannot be reached. Check that it runs and that no firewall is between."
        ),
        "dialer.connect_timeout": (
            "The dialer did not accept a connection in time. Check the network and its load."
        ),
        "dialer.tls": (
            "No trusted TLS connection to the dialer. Renew or correct its certificate, "
            "or trust its authority with SSL_CERT_FILE."
        ),
        # Sent, and no usable answer.
        "dialer.timeout": "The dialer did not answer in time. It may have the lead: look there first.",
        "dialer.connection_lost": (
            "The connection broke after the request was sent. The dialer may have the lead: look there first."
        ),
        "dialer.incomplete": "The dialer's answer was cut off. It may have the lead: look there first.",
        "dialer.too_large": (
            "The dialer's answer was far too long to be one. It may have the lead: look there first."
        ),
        "dialer.server_error": (
            "The dialer answered with a server error. It may have the lead: look there and at its error log."
        ),
        "dialer.empty": "The dialer answered nothing. It may have the lead: look there and at its error log.",
        "dialer.unreadable": (
            "The dialer's answer is not one of its own. It may have the lead: look there, and check its url."
        ),
        "dialer.unknown_message": "The dialer said something new. It may have the lead: look there first.",
        "dialer.contradiction": (
            "The dialer's answer says yes and no at once. It may have the lead: look there first."
        ),
        "dialer.missing_answer": (
            "The dialer answered, but not for this lead of the batch. It may have the lead: look there first."
        ),
        # Created, and yet something to look at.
        "custom_fields.not_added": (
            "The dialer has the lead, or most probably has it, without its custom fields. "
            "Give the list a custom form, then add the fields there."
        ),
        "dialer.phone_mismatch": (
            "The dialer created the lead but named another phone number than the one sent. "
            "Compare both there."
        ),
        "dialer.no_lead_id": (
            "The dialer says it created the lead, but did not give a Lead ID. Find it by phone."
        ),
        "dialer.duplicate": "The dialer already had this lead; it was not added a second time.",
    }
)

PLACED = Meaning(Kind.PLACED)
_CUSTOM_FIELDS_NOT_ADDED = Meaning(Kind.UNKNOWN, "custom_fields.not_added", Scope.LIST)
_MULTI_REFUSED = Meaning(Kind.BUSY, "dialer.multi_refused")
_PHONE_LENGTH = Meaning(Kind.REJECTED, "phone.length")
_PHONE_INVALID = Meaning(Kind.REJECTED, "phone.invalid")
_PHONE_REQUIRED = Meaning(Kind.REJECTED, "phone.required")
_DO_NOT_CALL = Meaning(Kind.REJECTED, "phone.do_not_call")
_NO_PERMISSION = Meaning(Kind.REFUSED, "permission.denied", Scope.LINE)
_NO_ACTION = Meaning(Kind.REFUSED, "action.required", Scope.LINE)
_NO_SOURCE = Meaning(Kind.REFUSED, "source.required", Scope.LINE)
_NO_LOGIN = Meaning(Kind.REFUSED, "login.incorrect", Scope.LOGIN)
_NO_LIST = Meaning(Kind.REFUSED, "list.not_found", Scope.LIST)
_NOT_LOGGED_IN = Meaning(Kind.REJECTED, "agent.not_logged_in")

# The text as `normalise` leaves it, without what a dialer appends after " - ", ":" or "|".
_MESSAGES: Mapping[str, Meaning] = MappingProxyType(
    {
        "LEAD CREATED SUCCESSFULLY": Meaning(Kind.CREATED),
        "RECORD(S) CREATED": Meaning(Kind.CREATED),
        "LEAD HAS BEEN ADDED": Meaning(Kind.CREATED),
        "PHONE NUMBER MUST HAVE MINIMUM 6 DIGIT AND MAXIMUM 16 DIGIT": _PHONE_LENGTH,
        "PHONE NUMBER MINIMUM 6 DIGIT AND MAXIMUM 16 DIGIT": _PHONE_LENGTH,
        "INVALID PHONE NUMBER LENGTH": _PHONE_LENGTH,
        "PHONE NUMBER IS REQUIRED": _PHONE_REQUIRED,
        "PHONE NUMBER IS NOT VALID": _PHONE_INVALID,
        "PHONE NUMBER IN DNC": _DO_NOT_CALL,
        "PHONE NUMBER IN CAMPAIGN DNC": _DO_NOT_CALL,
        "LEAD HAS NOT BEEN ADDED": Meaning(Kind.REJECTED, "lead.not_added"),
        "SOURCE IS REQUIRED": _NO_SOURCE,
        "INVALID SOURCE": _NO_SOURCE,
        "PLEASE ENTER TWO DIGIT SOURCE VALUE": Meaning(Kind.REFUSED, "source.too_short", Scope.LINE),
        "PLEASE ENTER ACTION VALUE": _NO_ACTION,
        "NO FUNCTION SPECIFIED": _NO_ACTION,
        "ENTERED ACTION IS NOT VALID": Meaning(Kind.REFUSED, "action.invalid", Scope.LINE),
        "USER DOES NOT HAVE PERMISSION TO ADD LEADS TO THE SYSTEM": _NO_PERMISSION,
        "USER DOES NOT HAVE PERMISSION TO USE THIS FUNCTION": _NO_PERMISSION,
        "LOGIN INCORRECT, PLEASE TRY AGAIN": _NO_LOGIN,
        "INVALID USERNAME/PASSWORD": _NO_LOGIN,
        "LIST ID IS REQUIRED": Meaning(Kind.REFUSED, "list.required", Scope.LIST),
        "LIST ID MINIMUM 3 DIGIT AND MAXIMUM 14 DIGIT": Meaning(Kind.REFUSED, "list.length", Scope.LIST),
        "LIST ID NOT FOUND IN SYSTEM": _NO_LIST,
        "NOT A DEFINED LIST ID, LIST EXISTS CHECK ENABLED": _NO_LIST,
        "NOT AN ALLOWED LIST ID": Meaning(Kind.REFUSED, "list.not_allowed", Scope.LIST),
        # We always send custom_fields=Y, so what is left as the cause is the list: only that list stops.
        "CUSTOM_FIELDS IS REQUIRED AND MUST HAVE SET TO Y": Meaning(
            Kind.REFUSED, "custom_fields.required", Scope.LIST
        ),
        # The dialer's ancestor prints these after the insert: the lead is most probably there.
        "CUSTOM FIELDS NOT ADDED, NO CUSTOM FIELDS DEFINED FOR THIS LIST": _CUSTOM_FIELDS_NOT_ADDED,
        "CUSTOM FIELDS NOT ADDED, NO FIELDS TO UPDATE DEFINED": _CUSTOM_FIELDS_NOT_ADDED,
        "PLEASE CHECK YOUR JSON SYNTAX": _MULTI_REFUSED,
        "MULTI_LEAD IS REQUIRED FIELDS": _MULTI_REFUSED,
        "MYSQL CONNECT ERROR": Meaning(Kind.BUSY, "dialer.database_down"),
        "EXTERNAL_DIAL FUNCTION SET": PLACED,
        "AGENT_USER IS NOT LOGGED IN": _NOT_LOGGED_IN,
        "AGENT_USER IS NOT PAUSED": Meaning(Kind.REJECTED, "agent.not_paused"),
        "AGENT_USER IS NOT ALLOWED TO PLACE MANUAL DIAL CALLS": Meaning(Kind.REJECTED, "agent.not_allowed"),
        "PHONE_NUMBER IS ALREADY IN THIS AGENTS MANUAL DIAL QUEUE": Meaning(
            Kind.REJECTED, "agent.already_queued"
        ),
        "VALUE IS NOT VALID": _PHONE_INVALID,
        "EXTERNAL_DIAL NOT VALID": _PHONE_INVALID,
        "VALUE IS REQUIRED": _PHONE_REQUIRED,
    }
)

_PATTERNS: tuple[tuple[re.Pattern[str], Meaning], ...] = (
    (re.compile(r"LIST ID .{0,60}DOES NOT EXISTS?"), _NO_LIST),
    (
        re.compile(r"TOO MANY LOGIN ATTEMPTS, TRY AGAIN IN \d+ MINUTES"),
        Meaning(Kind.REFUSED, "login.locked", Scope.LOGIN),
    ),
    (re.compile(r"DUPLICATE (?:PHONE|TITLE|NAME)\b.{0,80}"), Meaning(Kind.DUPLICATE, "dialer.duplicate")),
)

_PREFIX = re.compile(
    r"(?:(?:ERROR|NOTICE|SUCCESS): ?)?"
    r"(?:(?:ADD_LEAD|ADD_MULTI_LEAD|MANUAL_DIAL|AUTH)[: ] ?)?"
)
_SUFFIX = re.compile(r" -(?: |$)|[:|]")
_LONGEST = 500


def normalise(message: str) -> str:
    """The message as the table has it: capitals, single spaces, no action before it, no escapes."""
    text = html.unescape(message[:_LONGEST]).replace("\\_", "_").replace("\\/", "/")
    text = " ".join(text.split()).upper()
    return text[_prefix_length(text) :].rstrip(" .!")


def meaning_of(message: str) -> Meaning | None:
    """What the dialer means by `message`; None when nobody knows."""
    text = normalise(message)
    return _find(text) or _find(_SUFFIX.split(text, maxsplit=1)[0].rstrip(" .!"))


def outcome_of(meaning: Meaning) -> Outcome:
    """The outcome a message stands for when nothing else was said."""
    code, sentence = meaning.code, REASONS.get(meaning.code, "")
    outcome: Outcome
    match meaning.kind:
        case Kind.CREATED:
            outcome = Created(lead_id=None, code="dialer.no_lead_id", message=REASONS["dialer.no_lead_id"])
        case Kind.DUPLICATE:
            outcome = Duplicate(lead_id=None, message=sentence)
        case Kind.REJECTED:
            outcome = Rejected(code=code, message=sentence)
        case Kind.REFUSED:
            outcome = Refused(code=code, message=sentence, scope=meaning.scope or Scope.LINE)
        case Kind.BUSY:
            outcome = Busy(code=code, message=sentence)
        case Kind.UNKNOWN:
            outcome = Unknown(code=code, message=sentence, scope=meaning.scope, resend=False)
        case Kind.PLACED:
            outcome = Unknown(code="dialer.contradiction", message=REASONS["dialer.contradiction"])
    return outcome


def _prefix_length(text: str) -> int:
    match = _PREFIX.match(text)
    return match.end() if match else 0


def _find(text: str) -> Meaning | None:
    meaning = _MESSAGES.get(text)
    if meaning is not None:
        return meaning
    return next((found for pattern, found in _PATTERNS if pattern.fullmatch(text)), None)
