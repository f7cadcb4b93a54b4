"""Reads what `POST /v1/calls` was sent: whom to call, through whom and how, or every problem at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from gateway.config import GatewayConfig, SourceConfig
from gateway.leads import reasons
from gateway.leads.extra import safe_name
from gateway.leads.lead import Problem
from gateway.leads.phone import PhoneRules, read_phone
from gateway.leads.reasons import FieldError
from gateway.leads.schema import scalar_text
from gateway.leads.suggest import suggest
from gateway.leads.vocabulary import squeeze

T = TypeVar("T")

# Beside the codes of a lead's fields; docs/reason-codes.md lists them.
PROBLEMS: Mapping[str, str] = {
    "call.agent": "Name the agent's dialer user: 1 to 20 letters, digits, and . _ -",
    "call.agent_missing": "Say in agent_user which agent's screen is to dial.",
    "call.flag": "Send true or false, or YES or NO as the dialer's document has it.",
    "call.phone_code": "Send the country's code as 1 to 4 digits, without + or zeros before it.",
    "call.number": "With a phone_code, send the number itself as 6 to 16 digits.",
    "call.reference": "Send letters, digits and -, no more than the dialer keeps (20 unless it is configured to 36).",
    "call.source": "Say what asks for the call in 2 to 20 letters, digits, and . _ -",
    "call.action": "Leave action out, or send manual_dial.",
    "call.number_or_lead": "Send either a number (value) or the id of a stored lead (lead_id), and not both.",
}
NUMBER_NAMES = ("value", "number", "mobile_no", "phone_number")
FIELDS = (
    *NUMBER_NAMES,
    "lead_id",
    "agent_user",
    "search",
    "preview",
    "focus",
    "phone_code",
    "prospects_id",
    "source",
    "action",
)
_MEANT = {squeeze(name): name for name in FIELDS}
WORD = re.compile(r"[0-9A-Za-z_.-]{1,20}", re.ASCII)
REFERENCE = re.compile(r"[0-9A-Za-z-]{1,36}", re.ASCII)
PHONE_CODE = re.compile(r"[1-9][0-9]{0,3}", re.ASCII)
DIGITS = re.compile(r"[0-9]{6,16}", re.ASCII)
LEAD_ID = re.compile(r"[0-9A-Z]{20}", re.ASCII)
_FLAGS = {
    "true": True,
    "yes": True,
    "y": True,
    "1": True,
    "false": False,
    "no": False,
    "n": False,
    "0": False,
}
_MOST_PROBLEMS = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class CallRequest:
    """What is asked for; either `phone` or `lead_id` says whom to call."""

    agent_user: str
    phone: str = ""
    lead_id: str = ""
    search: bool = True
    preview: bool = False
    focus: bool = True
    phone_code: str = ""
    prospects_id: str = ""
    origin: str = ""  # the document's `source`: what asked for the call


@dataclass(slots=True)
class _Reader:
    """The fields that are read, and what is wrong with them."""

    fields: Mapping[str, Any]
    problems: list[Problem] = field(default_factory=list)

    def text(self, name: str) -> str:
        value = self.fields.get(name)
        if value is None:
            return ""
        try:
            return scalar_text(value).strip()
        except FieldError as error:
            self.problems.append(reasons.problem(name, error.code))
            return ""

    def matching(self, name: str, pattern: re.Pattern[str], code: str) -> str:
        text = self.text(name)
        if text and not pattern.fullmatch(text):
            self.add(name, code)
            return ""
        return text

    def flag(self, name: str, *, default: bool) -> bool:
        value = self.fields.get(name)
        if isinstance(value, bool):
            return value
        text = self.text(name).lower()
        if text and text not in _FLAGS:
            self.add(name, "call.flag")
        return _FLAGS.get(text, default)

    def add(self, name: str, code: str) -> None:
        self.problems.append(Problem(field=name, code=code, message=PROBLEMS[code]))


def read_call(
    fields: Mapping[str, Any], source: SourceConfig, config: GatewayConfig
) -> CallRequest | tuple[Problem, ...]:
    """The call, or all its problems; none of them repeats a value."""
    reader = _Reader(fields)
    _refuse_unknown(reader)
    if reader.text("action") not in ("", "manual_dial"):
        reader.add("action", "call.action")
    agent = reader.matching("agent_user", WORD, "call.agent")
    if not agent and not any(problem.field == "agent_user" for problem in reader.problems):
        reader.add("agent_user", "call.agent_missing")
    origin = reader.matching("source", WORD, "call.source")
    if len(origin) == 1:
        reader.add("source", "call.source")
    code = reader.matching("phone_code", PHONE_CODE, "call.phone_code")
    lead_id, phone = _whom(reader, code, _rules(source, config))
    request = CallRequest(
        agent_user=agent,
        phone=phone,
        lead_id=lead_id,
        search=reader.flag("search", default=True),
        preview=reader.flag("preview", default=False),
        focus=reader.flag("focus", default=True),
        phone_code=code,
        prospects_id=_reference(reader, source, config),
        origin=origin,
    )
    return tuple(reader.problems) or request


def _refuse_unknown(reader: _Reader) -> None:
    for name in list(reader.fields)[:_MOST_PROBLEMS]:
        if name not in FIELDS:
            meant = suggest(squeeze(name), _MEANT)
            hint = f"Did you mean {meant}?" if meant else ""
            reader.problems.append(reasons.problem(safe_name(name), "field.unknown", hint))
    if len(reader.fields) > _MOST_PROBLEMS:
        reader.problems.append(reasons.problem("", "field.unknown"))


def _whom(reader: _Reader, code: str, rules: PhoneRules) -> tuple[str, str]:
    """The lead's id or the digits to dial."""
    names = [name for name in NUMBER_NAMES if reader.text(name)]
    lead_id = reader.text("lead_id")
    if len(names) + bool(lead_id) > 1:
        reader.add(names[-1], "call.number_or_lead")
    elif lead_id:
        # Anything may be sent; what can be no id is a lead that does not exist.
        return (lead_id if LEAD_ID.fullmatch(lead_id) else "-"), ""
    elif not names:
        reader.problems.append(reasons.problem("value", "phone.required"))
    else:
        return "", _digits(reader, names[0], code, rules)
    return "", ""


def _digits(reader: _Reader, name: str, code: str, rules: PhoneRules) -> str:
    text = reader.text(name)
    if code and not DIGITS.fullmatch(text):
        reader.add(name, "call.number")
        return ""
    return _checked(reader, name, lambda: _dialed(text, code, rules))


def _dialed(text: str, code: str, rules: PhoneRules) -> str:
    if not code:
        return read_phone(text, rules).digits
    read_phone(f"+{code}{text}", rules)  # the dialer puts both together again
    return text


def _checked(reader: _Reader, name: str, read: Callable[[], str]) -> str:
    try:
        return read()
    except FieldError as error:
        reader.problems.append(reasons.problem(name, error.code))
        return ""


def _reference(reader: _Reader, source: SourceConfig, config: GatewayConfig) -> str:
    text = reader.matching("prospects_id", REFERENCE, "call.reference")
    dialer = config.dialers.get(source.dialer)
    if dialer is not None and len(text) > dialer.prospects_id_max:
        reader.add("prospects_id", "call.reference")
    return text


def _rules(source: SourceConfig, config: GatewayConfig) -> PhoneRules:
    return PhoneRules(
        region=source.region or config.region, check=source.phone_check, countries=tuple(source.countries)
    )
