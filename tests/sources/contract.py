"""A working source of each webhook kind, its sample, and what its platform cannot give: for the contract tests."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gateway.config import Auth, DialerConfig, GatewayConfig, SourceConfig
from gateway.config.kinds import KINDS, OPTIONS, Access, Option
from gateway.leads.lead import Lead, Problem, Submission
from gateway.leads.make import make_lead
from gateway.sources.base import Door, Inbound, Kind
from gateway.sources.keeping import inbound_of, keep
from gateway.sources.registry import SOURCES

SECRET = "platform-secret-0123456789"
OTHER = "another-secret-9876543210"
LEAD_ID = "0001LEAD0001LEAD0001"
LIST_ID = "25062018"
CONFIG = GatewayConfig(dialers={"main": DialerConfig(name="main", url="http://dialer.example/")}, sources={})

WEBHOOKS = sorted(name for name, kind in SOURCES.items() if kind.door is Door.WEBHOOK)
PLATFORMS = [name for name in WEBHOOKS if KINDS[name] is Access.PLATFORM]

# What a platform does not give, one line each; the contract tests hold every kind to exactly this.
TIMED = frozenset({"snapchat", "calendly", "google_forms"})  # sign the time of the delivery, always
KEYED = frozenset({"google_ads", "education"})  # send their secret along and sign nothing
IDLESS = frozenset({"contact_form_7", "elementor", "unbounce"})  # have no id of a lead
FETCHED = frozenset({"meta", "linkedin"})  # send ids only; the lead is asked for later

SIGNING = [name for name in PLATFORMS if name not in KEYED]


def source_of(kind: str, *secrets: str, **changes: Any) -> SourceConfig:
    """A source of `kind`, configured as its page says, with everything that must be given."""
    method = "platform" if KINDS[kind] is Access.PLATFORM else "token"
    known: dict[str, Any] = {
        "name": kind,
        "kind": kind,
        "dialer": "main",
        "list_id": LIST_ID,
        "auth": Auth(method=method, secrets=secrets or (SECRET,)),
        "options": {option.name: _value(option) for option in OPTIONS.get(kind, ()) if _value(option)},
    }
    if kind == "generic":
        known["key"] = "id"  # its configuration says where the id stands; every other kind knows
    options = known["options"] | changes.pop("options", {})
    return SourceConfig(**(known | changes | {"options": options}))


def sample_of(source: SourceConfig, number: int = 1) -> Inbound:
    """What the platform would send to `source`."""
    sample = kind_of(source).sample
    assert sample is not None, f"{source.kind} has no sample: see gateway/sources/registry.py"
    return sample(source, number)


def kind_of(source: SourceConfig) -> Kind:
    return SOURCES[source.kind]


def read(source: SourceConfig, inbound: Inbound) -> list[Submission]:
    """The submissions in `inbound`, read as the webhook door reads them: without the secrets in the body."""
    enquiry = keep(source, kind_of(source), inbound, "ID")
    return kind_of(source).parse(source, replace(inbound, body=enquiry.body))


def kept_inbound(source: SourceConfig, inbound: Inbound) -> Inbound:
    """`inbound` as it can be read again from the store, years later."""
    return inbound_of(keep(source, kind_of(source), inbound, "ID"))


def made(source: SourceConfig, submission: Submission) -> Lead | tuple[Problem, ...]:
    return make_lead(submission, source, CONFIG, lead_id=LEAD_ID, strict=False)


def made_of(source: SourceConfig, inbound: Inbound) -> list[tuple[str | None, dict[str, str] | str]]:
    """Key and fields of each lead in `inbound`; instead of fields the code of what is wrong."""
    found: list[tuple[str | None, dict[str, str] | str]] = []
    for submission in read(source, inbound):
        lead = made(source, submission)
        found.append((submission.key, dict(lead.fields) if isinstance(lead, Lead) else lead[0].code))
    return found


def _value(option: Option) -> str:
    if option.choices:
        return option.choices[0]
    if option.secret:
        return "option-secret-0123456789" if option.required else ""
    return option.default or (option.example if option.required else "")
