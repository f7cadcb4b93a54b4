"""The shape of the configuration: dialers, sources, routes, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from gateway.config.alert_table import AlertsConfig
from gateway.config.console_table import ConsoleConfig


class OnUnknown(StrEnum):
    """What to do with a lead that was sent without a usable answer."""

    HOLD = "hold"  # park it; an operator decides
    RESEND = "resend"  # send again and mark it a possible duplicate
    LOOKUP = "lookup"  # ask the dialer; vicidial only


class Batching(StrEnum):
    """When waiting leads may share one add_multi_lead."""

    NEVER = "never"
    BACKLOG = "backlog"  # only leads that had to wait for a sender
    ALWAYS = "always"  # even a single lead goes through add_multi_lead


@dataclass(frozen=True, kw_only=True, slots=True)
class DialerConfig:
    """One `[dialers.NAME]` table, secrets already read from env: or file:."""

    name: str
    url: str
    dialect: str = "elision"  # elision | vicidial
    method: str = "POST"
    parameters: Mapping[str, str] = field(default_factory=dict, repr=False)  # sent each time: user, pass
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    source: str = "gateway"
    url_field: str = "LeadfromURL"  # LeadfromURL | LeadformURL | both
    multi_action: str = "add_multi_lead"  # the document's table says add_lead, its messages add_multi_lead
    send_empty: bool = False  # the document's samples send CustomField1= empty
    prospects_id_max: int = 20  # 36 only after the vendor has confirmed it
    connect_timeout: float = 3.0
    timeout: float = 30.0  # seconds, total, wall clock
    keep_alive: float = 4.0  # seconds an idle connection is used again; Apache closes it after 5
    max_concurrency: int = 4
    max_per_second: int = 10  # requests; 0 means no cap
    batch: Batching = Batching.BACKLOG
    batch_max: int = 20
    on_unknown: OnUnknown = OnUnknown.HOLD
    max_waiting: int = 1000  # callers that may wait at once; beyond it the answer is 202 at once


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """First match wins: every field in `when` equals (case-folded) what the lead has."""

    when: Mapping[str, tuple[str, ...]]
    list_id: str | None = None
    dialer: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Auth:
    """How a webhook source proves itself; secrets are lists, so that they rotate."""

    method: str = "none"  # token | hmac | … | ip | none, as access.py reads them; platform; keys
    secrets: tuple[str, ...] = field(default=(), repr=False)
    user: str = ""
    signature_header: str = "X-Hub-Signature-256"
    signature_prefix: str = "sha256="
    signature_encoding: str = "hex"  # hex | base64
    networks: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """What the hosted form asks for, in which words and colours."""

    fields: tuple[str, ...] = ("CustomerName", "MobileNo")
    required: tuple[str, ...] = ("MobileNo",)
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # field → choices of a select
    languages: tuple[str, ...] = ("en",)  # BCP 47; the first where the visitor asks for none of them
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # language → key → words of its own
    accent: str | None = None  # #rrggbb
    logo_url: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Captcha:
    """Which proof of being a person a form asks for."""

    provider: str = "none"  # none | altcha | turnstile | hcaptcha | recaptcha
    site_key: str = ""
    secrets: tuple[str, ...] = field(default=(), repr=False)
    require: bool = False  # True: an enquiry without any proof is suspicious
    min_score: float = 0.5  # recaptcha v3
    action: str | None = None
    hostnames: tuple[str, ...] = ()
    verify_url: str | None = None
    cost: int = 5000  # altcha: iterations of one try


@dataclass(frozen=True, kw_only=True, slots=True)
class Spam:
    """What makes an enquiry suspicious at one source."""

    honeypots: tuple[str, ...] = ()  # more names of fields that people never see
    min_seconds: float = 2.0  # a form filled quicker than this was not filled by a person; 0 turns it off
    per_number: str | None = "5 per day"
    links_in_names: bool = True
    repeated_texts: bool = True
    captcha: Captcha = field(default_factory=Captcha)


@dataclass(frozen=True, kw_only=True, slots=True)
class CallNow:
    """The agent whose dialer session calls a visitor who asks for it on the thank-you page."""

    agent_user: str
    mode: str = "preview"  # preview | dial


@dataclass(frozen=True, kw_only=True, slots=True)
class Callback:
    """Where a source is told what became of its leads, and how it knows that it is us."""

    url: str = field(repr=False)  # a partner may keep a token in it
    secrets: tuple[str, ...] = field(repr=False)  # of Standard Webhooks; each signs, while one is replaced
    networks: tuple[str, ...] = ()  # not public, and allowed all the same


@dataclass(frozen=True, kw_only=True, slots=True)
class CallOnArrival:
    """The agent who calls each lead of the source as soon as the dialer has it."""

    agent_user: str
    mode: str = "preview"  # preview | dial
    within: float = 600.0  # seconds after the enquiry; later than this nobody is called


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceConfig:
    """One `[sources.NAME]` table."""

    name: str
    kind: str  # form | partner | generic | …
    dialer: str
    list_id: str
    constants: Mapping[str, str] = field(default_factory=dict)  # dialer field → value, e.g. LeadSource
    trust: tuple[str, ...] = ()  # fields where an incoming value wins over the constant
    wait: float = 5.0
    dedupe: float = 600.0  # seconds; 0 turns it off
    dedupe_group: str | None = None  # sources with one group share a window
    limits: tuple[str, ...] = ()
    daily_cap: int = 0  # leads a day, UTC; 0: any number
    routes: tuple[Route, ...] = ()
    phone_check: str = "possible"  # valid | possible | digits
    region: str | None = None  # overrides [gateway] region
    countries: tuple[str, ...] = ()  # regions whose numbers are taken, e.g. ("IN",); empty: any
    auth: Auth = field(default_factory=Auth)
    lists: tuple[str, ...] = ()  # besides list_id, the lists a sender of kind elision may choose
    options: Mapping[str, str] = field(
        default_factory=dict, repr=False
    )  # of its kind alone; secrets among them
    fields: Mapping[str, str] = field(default_factory=dict)  # dialer field → JMESPath
    records: str | None = None  # JMESPath to the list of leads inside one body
    key: str | None = None  # JMESPath to the sender's own lead id
    allowed_origins: tuple[str, ...] = ()
    allowed_redirects: tuple[str, ...] = ()
    thanks_url: str | None = None
    consent_text: str | None = None
    consent_version: str | None = None
    consent_required: bool = True  # on the hosted form
    form: Form | None = None
    spam: Spam = field(default_factory=Spam)
    call_now: CallNow | None = None
    call_on_arrival: CallOnArrival | None = None
    callback: Callback | None = None
    silence_alarm: bool = True  # tell when it brings no lead for three times its usual gap
    drift_alarm: bool = True  # tell when fields of its deliveries come, go or change

    @property
    def dedupe_scope(self) -> str:
        """The name under which this source's windows are counted."""
        return f"group:{self.dedupe_group}" if self.dedupe_group else f"source:{self.name}"


@dataclass(frozen=True, kw_only=True, slots=True)
class GatewayConfig:
    """The whole of gateway.toml."""

    dialers: Mapping[str, DialerConfig]
    sources: Mapping[str, SourceConfig]
    public_url: str = "http://127.0.0.1:8000"
    region: str = "IN"
    trusted_proxies: int = 0
    lead_sources: Mapping[str, str] = field(default_factory=dict)  # alias (case-folded) → name, asked first
    console: ConsoleConfig = field(default_factory=ConsoleConfig)
    alerts: AlertsConfig = field(default_factory=AlertsConfig)
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)  # as written: references, no secrets
    secrets: frozenset[str] = field(default=frozenset(), repr=False)  # every value that must never be shown
