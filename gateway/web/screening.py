"""Asks every spam check about one filled form and gathers what they say into a verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import limits
import structlog

from gateway import metrics
from gateway.config import SourceConfig
from gateway.config.spam_tables import ALTCHA, NONE
from gateway.leads.lead import Lead
from gateway.leads.make import make_lead
from gateway.leads.verdict import CLEAN, Verdict
from gateway.sources.base import Inbound
from gateway.sources.form import Filled, message_of, submission_of
from gateway.spam import fill_time, proof_of_work, reasons, rules, siteverify
from gateway.spam.answers import Answer, Passed, Refused, Unverified
from gateway.web import cors
from gateway.web.context import secret_key, services

log = structlog.get_logger("gateway.spam")

NUMBERS = 3  # that send the same text within an hour
ALTCHA_FIELDS = ("altcha",)
FREE_FIELDS = ("CustomField1", "CustomField2")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Form:
    """What the checks look at."""

    source: SourceConfig
    inbound: Inbound
    typed: Mapping[str, Any]  # names in lower case
    message: str
    lead: Lead  # what the enquiry would become
    hosted: bool

    def text(self, *names: str) -> str:
        """The first of these fields that is filled."""
        values = (self.typed.get(name) for name in names)
        return next((value.strip() for value in values if isinstance(value, str) and value.strip()), "")


def screen(source: SourceConfig, inbound: Inbound, filled: Filled, *, hosted: bool) -> Verdict:
    """What speaks against a person at the other end; `hosted`: it is our own page that was sent.

    An enquiry that cannot be a lead is not judged: its sender mends it and sends it again, with the same proof.
    """
    if filled.trapped or rules.is_trapped(filled.typed, source.spam.honeypots):
        return _verdict(source, ["spam.trapped"], None)
    lead = make_lead(submission_of(source, filled), source, services().config, lead_id="", strict=False)
    if not isinstance(lead, Lead):
        return CLEAN
    typed = {name.strip().lower(): value for name, value in filled.typed.items()}
    message = message_of(filled.fields)
    form = _Form(source=source, inbound=inbound, typed=typed, message=message, lead=lead, hosted=hosted)
    codes = [code for check in _CHECKS if (code := check(form)) is not None]
    answer = _captcha(form)
    if isinstance(answer, Refused):
        codes.append(answer.code)
    return _verdict(source, codes, answer)


def _verdict(source: SourceConfig, codes: list[str], answer: Answer | None) -> Verdict:
    if codes:
        metrics.suspected(source.name, codes[0])
        log.info("lead.suspected", source=source.name, reason=codes[0], reasons=codes)
    notes = (reasons.note("captcha.unverified"),) if isinstance(answer, Unverified) else ()
    return Verdict(problems=tuple(map(reasons.problem, codes)), notes=notes)


# -- what costs nothing --------------------------------------------------------------------------------------


def _origin(form: _Form) -> str | None:
    """The guard has refused browsers on other websites; what comes here only says that it is on one."""
    return "spam.origin" if cors.is_foreign(form.source) else None


def _fill_time(form: _Form) -> str | None:
    source, shortest = form.source, form.source.spam.min_seconds
    if shortest <= 0:
        return None
    mark = form.text(fill_time.FIELD)
    opened = fill_time.read(secret_key(), source.name, mark) if mark else None
    if opened is None and not form.hosted:
        return None  # only our own page carries a mark
    return fill_time.judge(opened, now=form.inbound.received_at, min_seconds=shortest)


def _name(form: _Form) -> str | None:
    if not form.source.spam.links_in_names:
        return None
    return "spam.link_in_name" if rules.has_link(form.lead.fields.get("CustomerName", "")) else None


# -- what asks the store -------------------------------------------------------------------------------------


def _number(form: _Form) -> str | None:
    rate = form.source.spam.per_number
    if rate is None:
        return None
    item = limits.parse(rate)
    since = form.inbound.received_at - item.get_expiry()
    before = services().store.spam.enquiries(
        form.source.name, form.lead.phone, since=since, at_most=item.amount
    )
    return "spam.number_again" if before >= item.amount else None


def _text(form: _Form) -> str | None:
    source = form.source
    text = rules.folded_text([form.message, *_free_texts(form)]) if source.spam.repeated_texts else ""
    if not text:
        return None
    numbers = services().store.spam.see_text(
        source.name, rules.text_fingerprint(text), phone=form.lead.phone, now=form.inbound.received_at
    )
    return "spam.text_again" if numbers >= NUMBERS else None


def _free_texts(form: _Form) -> list[str]:
    """What else a visitor may have written: neither a constant nor a choice, which many people share."""
    source, fields = form.source, form.lead.fields
    choices = source.form.options if source.form else {}
    return [
        fields[name]
        for name in FREE_FIELDS
        if name in fields and name not in source.constants and fields[name] not in choices.get(name, ())
    ]


_CHECKS = (_origin, _fill_time, _name, _number, _text)  # in the order the reasons are told


# -- captcha -------------------------------------------------------------------------------------------------


def _captcha(form: _Form) -> Answer | None:
    """None: there is nothing to say, since the form has no captcha or carries none and need not."""
    captcha = form.source.spam.captcha
    if captcha.provider == NONE:
        return None
    fields = ALTCHA_FIELDS if captcha.provider == ALTCHA else siteverify.SERVICES[captcha.provider].fields
    token = form.text(*fields)
    if not token:
        return Refused(code="captcha.missing") if captcha.require else None
    answer = _checked(form, token)
    if isinstance(answer, Unverified):
        log.error(
            "captcha.unverified",
            source=form.source.name,
            provider=captcha.provider,
            reason=answer.why,
            detail=answer.detail,
            next_step=_next_step(answer),
        )
    metrics.captcha_checked(form.source.name, type(answer).__name__.lower())
    return answer


def _checked(form: _Form, token: str) -> Answer:
    """The answer of the proof itself, then whether it was used before: a proof is good for one number."""
    marks, source, phone = services().store.spam, form.source, form.lead.phone
    now = form.inbound.received_at
    if source.spam.captcha.provider == ALTCHA:
        answer = proof_of_work.check(secret_key(), source.name, token, now=now)
    elif marks.is_holder(source.name, token, phone=phone, now=now):
        return Passed(proof=token, expires_at=now)  # the form sent again; the service would call it spent
    else:
        answer = siteverify.check(source.spam.captcha, token, now=now)
    if not isinstance(answer, Passed):
        return answer
    fresh = marks.spend(source.name, answer.proof, phone=phone, expires_at=answer.expires_at)
    return answer if fresh else Refused(code="captcha.spent")


def _next_step(answer: Unverified) -> str:
    if answer.why == "configuration":
        return "check secret and site_key of [captcha] against the service; enquiries are accepted unchecked"
    return "check the way to the captcha service; enquiries are accepted unchecked meanwhile"
