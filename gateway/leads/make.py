"""Makes a lead of a submission, or names every problem at once: the door between senders and the gateway."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from marshmallow import ValidationError

from gateway.config import GatewayConfig, SourceConfig
from gateway.leads import reasons
from gateway.leads.attribution import Trail, attribute, host_of, says_something
from gateway.leads.channels import Channel
from gateway.leads.field_names import DIALER_FIELDS, REFERRER, TEXT_LIMITS
from gateway.leads.landing_url import LandingUrl, clean_url
from gateway.leads.lead import Lead, Note, Problem, Submission
from gateway.leads.phone import Phone, PhoneRules
from gateway.leads.reading import Reading, Sent, read_liberally, read_strictly
from gateway.leads.routing import route
from gateway.leads.schema import lead_schema_of, scalar_text
from gateway.leads.text import clean_text

_REFERENCE = re.compile(r"[0-9A-Za-z-]+", re.ASCII)
_REFERENCE_AT_MOST = 20  # characters the dialer keeps of a prospects_id
_PHONE_FIELDS = ("phone_number", "MobileNo")  # in the order they are dialed
_ATTRIBUTED = ("LeadSource", "LeadSubSource")  # worked out, not only copied
_PLAIN_TEXTS = tuple(name for name in TEXT_LIMITS if name not in _ATTRIBUTED)
_FIXABLE = frozenset(DIALER_FIELDS) - {"list_id", *_ATTRIBUTED}  # constants that stand in as if sent
_OTHER_PHONE = "other_phone"  # where a second number of a field is kept

Values = Mapping[str, Any]  # what the schema made of the fields: CleanText, Phone or LandingUrl


@dataclass(slots=True)
class _Draft:
    """A lead while it is made."""

    reading: Reading
    values: Values
    notes: list[Note]
    fields: dict[str, str] = field(default_factory=dict)

    def put(self, name: str, text: str, codes: tuple[str, ...] = ()) -> None:
        """An empty value is not sent, but why it is empty is told."""
        self.note(name, codes)
        if text:
            self.fields[name] = text

    def note(self, name: str, codes: tuple[str, ...]) -> None:
        if codes:
            self.notes.extend(reasons.note(name, code) for code in codes)


def make_lead(
    submission: Submission, source: SourceConfig, config: GatewayConfig, *, lead_id: str, strict: bool
) -> Lead | tuple[Problem, ...]:
    """A clean lead, or all its problems; `strict` takes documented names only. Never raises."""
    reading = read_strictly(submission.fields) if strict else read_liberally(submission.fields)
    referrer = reading.take(REFERRER) or submission.referrer
    _apply_constants(reading, source)
    values, problems = _judge(reading, phone_rules(source, config), strict=strict)
    if problems:
        return problems

    draft = _Draft(reading, values, notes=list(reading.notes))
    phone = _put_phones(draft)
    for name in _PLAIN_TEXTS:
        if name in values:
            draft.put(name, values[name].text, values[name].codes)
    landing = _put_landing(draft, submission.page_url)
    _put_attribution(draft, source, _trail(draft, source, config, landing, referrer), config.lead_sources)
    for name, value in submission.extra.items():
        reading.extra.keep(name, value)
    destination = route(source, draft.fields, reading.extra.as_dict(), chosen=submission.list_id)
    draft.put("list_id", destination.list_id)
    _put_reference(draft, lead_id, _longest_reference(config, destination.dialer))
    return Lead(
        id=lead_id,
        source=source.name,
        dialer=destination.dialer,
        list_id=destination.list_id,
        phone=phone,
        fields={name: draft.fields[name] for name in DIALER_FIELDS if name in draft.fields},
        warnings=tuple(draft.notes),
        extra=reading.extra.as_dict(),
        test=submission.test,
    )


def _apply_constants(reading: Reading, source: SourceConfig) -> None:
    """The source's own values replace what was sent, but for the fields whose senders it trusts."""
    for name, constant in source.constants.items():
        sent = reading.sent.get(name)
        if sent is not None and (name not in source.trust or _is_no_answer(name, sent.value)):
            del reading.sent[name]
            if sent.value != constant:
                reading.extra.keep(sent.name, sent.value)
                reading.notes.append(reasons.note(name, "field.fixed"))
        if name in _FIXABLE:
            reading.sent.setdefault(name, Sent(name, constant))


def _is_no_answer(name: str, value: object) -> bool:
    """Whether a trusted sender's LeadSource is only a placeholder, so that the constant counts after all."""
    return name in _ATTRIBUTED and isinstance(value, str) and not says_something(value)


def phone_rules(source: SourceConfig, config: GatewayConfig) -> PhoneRules:
    """How the numbers of this source are read."""
    return PhoneRules(
        region=source.region or config.region, check=source.phone_check, countries=tuple(source.countries)
    )


def _judge(reading: Reading, rules: PhoneRules, *, strict: bool) -> tuple[Values, tuple[Problem, ...]]:
    """Values by field, and every problem: names first, then values in the order they were sent."""
    codes: dict[str, str] = {}
    try:
        sent_values = {name: sent.value for name, sent in reading.sent.items()}
        loaded = lead_schema_of(rules, frozenset(sent_values)).load(sent_values)
    except ValidationError as error:
        loaded = error.valid_data
        messages = cast("dict[str, list[str]]", error.messages)
        codes = {name: found[0] for name, found in messages.items()}
    values = cast("dict[str, Any]", loaded)
    if codes and not strict:
        _spare_second_phone(reading, values, codes)
    problems = [
        reasons.problem(sent.name, codes[name]) for name, sent in reading.sent.items() if name in codes
    ]
    if not any(name in reading.sent for name in _PHONE_FIELDS):
        problems.append(reasons.problem("MobileNo", "phone.required"))
    return values, (*reading.problems, *problems)


def _spare_second_phone(reading: Reading, values: Values, codes: dict[str, str]) -> None:
    """One good number is enough to call somebody: a bad one beside it is set aside."""
    for bad, good in (_PHONE_FIELDS, _PHONE_FIELDS[::-1]):
        if bad in codes and good in values:
            del codes[bad]
            sent = reading.sent.pop(bad)
            reading.extra.keep(sent.name, sent.value)
            reading.notes.append(reasons.note(bad, "phone.not_used"))


def _put_phones(draft: _Draft) -> str:
    """phone_number is dialed where both were sent; MobileNo is whichever is a mobile, its own first."""
    given: dict[str, Phone] = {name: draft.values[name] for name in _PHONE_FIELDS if name in draft.values}
    dialed = next(iter(given.values()))
    mobiles = [phone.mobile for phone in reversed(given.values()) if phone.mobile]
    draft.put("phone_number", dialed.digits)
    draft.put("MobileNo", mobiles[0] if mobiles else "")
    noted: set[str] = set()
    for name, phone in given.items():
        if phone.digits not in noted:
            draft.note(name, phone.codes)
        noted.add(phone.digits)
        if phone.other:
            draft.reading.extra.keep(_OTHER_PHONE, phone.other)
        if phone.digits not in (dialed.digits, draft.fields.get("MobileNo")):
            draft.reading.extra.keep(name, phone.digits)
    return dialed.digits


def _put_landing(draft: _Draft, page_url: str) -> LandingUrl:
    """The page named in the fields, else the one the browser named."""
    sent: LandingUrl = draft.values.get("LeadfromURL") or LandingUrl()
    landing = sent if sent.url else clean_url(page_url)
    codes = sent.codes if sent.url or not landing.url else (*sent.codes, *landing.codes)
    draft.put("LeadfromURL", landing.url, codes)
    return landing


def _trail(
    draft: _Draft, source: SourceConfig, config: GatewayConfig, landing: LandingUrl, referrer: str
) -> Trail:
    """What tells where the visitor came from; fields count before the landing page's parameters."""
    tracking = dict(landing.parameters)
    for name, value in draft.reading.tracking.items():
        if name not in tracking or says_something(value):
            tracking[name] = value
    explicit, sub_source = (draft.values.get(name) for name in _ATTRIBUTED)
    return Trail(
        explicit=explicit.text if explicit else "",
        sub_source=sub_source.text if sub_source else "",
        fallback=source.constants.get("LeadSource", ""),
        sub_fallback=source.constants.get("LeadSubSource", ""),
        tracking=tracking,
        referrer=referrer,
        own_hosts=_own_hosts(source, config, landing) if referrer else (),
    )


def _own_hosts(source: SourceConfig, config: GatewayConfig, landing: LandingUrl) -> list[str]:
    addresses = (config.public_url, source.thanks_url or "", *source.allowed_origins)
    return [host for host in (landing.host, *map(host_of, addresses)) if host]


def _put_attribution(draft: _Draft, source: SourceConfig, trail: Trail, names: Mapping[str, str]) -> None:
    found = attribute(trail, names)
    for name, guess in zip(_ATTRIBUTED, (found.lead_source, found.lead_sub_source), strict=True):
        fixed = source.constants.get(name, "") if name not in source.trust else ""
        text, codes = _cleaned(fixed or guess, TEXT_LIMITS[name])
        sent = draft.values.get(name)
        draft.put(name, text, sent.codes if sent is not None else codes)
    if found.macro:
        draft.note("LeadSource", ("attribution.macro",))
    if found.channel is not Channel.DIRECT:
        draft.reading.extra.keep("channel", found.channel.value)


def _cleaned(value: str, limit: int) -> tuple[str, tuple[str, ...]]:
    """A value from an address or a header; what is not even text says nothing."""
    try:
        clean = clean_text(value, limit)
    except reasons.FieldError:
        return "", ()
    return clean.text, clean.codes


def _put_reference(draft: _Draft, lead_id: str, longest: int) -> None:
    """The caller's reference if the dialer can hold it, else ours; what it can hold is narrower than text."""
    sent = draft.reading.sent.get("prospects_id")
    reference = scalar_text(sent.value).strip() if sent is not None else ""
    if sent is None or (len(reference) <= longest and _REFERENCE.fullmatch(reference)):
        draft.put("prospects_id", reference or lead_id)
        return
    draft.put("prospects_id", lead_id, ("prospects_id.replaced",))
    draft.reading.extra.keep(sent.name, sent.value)


def _longest_reference(config: GatewayConfig, dialer: str) -> int:
    known = config.dialers.get(dialer)
    return known.prospects_id_max if known is not None else _REFERENCE_AT_MOST
