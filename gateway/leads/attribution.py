"""Decides LeadSource and LeadSubSource: constant, explicit value, utm_source, click id, referrer, Direct."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import urlsplit

from gateway.leads.vocabulary import (
    CLICK_IDS,
    GOOGLE_SEARCH,
    MEDIUM_NAMES,
    NO_SOURCES,
    PAID_NAMES,
    REFERRERS,
    SAME_HOUSE,
    SOURCE_NAMES,
    squeeze,
)

DIRECT = "Direct"
_READ_AT_MOST = 512  # characters of a tracking value

# What an ad platform leaves when nobody filled in its template: {campaignid}, {{ad.id}}, __AD__, %%x%%.
_MACRO = re.compile(
    r"\$?\{[^{}]{0,100}\}|\{\{[^{}]{0,100}\}\}|__[A-Za-z0-9_]{1,60}__|\[[^\[\]]{1,100}\]|%%[^%]{1,100}%%",
    re.ASCII,
)
_SAYS_NOTHING = frozenset(
    {"", "(not set)", "(none)", "none", "null", "undefined", "nan", "n/a", "na", "-", "unknown"}
)
_PAID_MEDIUM = re.compile(r".{0,60}cp.{0,60}|ppc|retargeting|paid.{0,60}", re.ASCII | re.DOTALL)


@dataclass(frozen=True, kw_only=True, slots=True)
class Trail:
    """Everything that may tell where a visitor came from."""

    explicit: str = ""  # the sender's own LeadSource
    sub_source: str = ""  # the sender's own LeadSubSource, campaign, ad set or form name
    fallback: str = ""  # LeadSource where neither sender nor tracking says one: before referrer and Direct
    sub_fallback: str = ""  # likewise LeadSubSource
    tracking: Mapping[str, str] = field(default_factory=dict)  # utm_… and click ids, lower-case names
    referrer: str = ""
    own_hosts: Collection[str] = ()  # a referrer on one of these is a visitor walking about


@dataclass(frozen=True, kw_only=True, slots=True)
class Attribution:
    """Where a lead came from; not cleaned for the dialer yet."""

    lead_source: str
    lead_sub_source: str
    macro: bool = False  # a tracking value still held its placeholder


def attribute(trail: Trail, names: Mapping[str, str]) -> Attribution:
    """`names` are the configuration's aliases, asked before our own."""
    tracking = {name: value for name, value in trail.tracking.items() if says_something(value)}
    macro = len(tracking) < len(trail.tracking) and any(map(is_macro, trail.tracking.values()))
    return Attribution(
        lead_source=_lead_source(trail, tracking, names),
        lead_sub_source=_lead_sub_source(trail, tracking),
        macro=macro,
    )


def is_macro(value: str) -> bool:
    """Whether `value` is an ad platform's placeholder that was never filled in."""
    return _MACRO.fullmatch(value.strip()[:_READ_AT_MOST]) is not None


def source_name(value: str, names: Mapping[str, str]) -> str:
    """`value` in the vocabulary's words; an unknown one passes through."""
    folded = value.strip().casefold()
    return names.get(folded) or SOURCE_NAMES.get(squeeze(folded)) or value.strip()


def _lead_source(trail: Trail, tracking: Mapping[str, str], names: Mapping[str, str]) -> str:
    if says_something(trail.explicit):
        return source_name(trail.explicit, names)
    medium = tracking.get("utm_medium", "").casefold()
    source = tracking.get("utm_source") or tracking.get("mtm_source") or tracking.get("pk_source")
    if source:
        name = source_name(source[:_READ_AT_MOST], names)
        return PAID_NAMES.get(name, name) if _is_paid(medium, tracking) else name
    referrer = referrer_name(trail.referrer, trail.own_hosts) if trail.referrer else ""
    if tracking:
        clicked = next((name for click_id, name in CLICK_IDS.items() if click_id in tracking), None)
        if clicked in SAME_HOUSE and referrer in SAME_HOUSE:
            return referrer
        if told := clicked or MEDIUM_NAMES.get(squeeze(medium)):
            return told
    return trail.fallback or referrer or DIRECT


def _lead_sub_source(trail: Trail, tracking: Mapping[str, str]) -> str:
    if says_something(trail.sub_source):
        return trail.sub_source
    for name in (
        "utm_campaign",
        "mtm_campaign",
        "pk_campaign",
        "piwik_campaign",
        "gad_campaignid",
        "utm_medium",
    ):
        if name in tracking:
            return tracking[name]
    return trail.sub_fallback


def says_something(value: str) -> bool:
    """Whether `value` is more than an empty word (none, null, (not set)) or a placeholder."""
    return value.strip().casefold() not in _SAYS_NOTHING and not is_macro(value)


def _is_paid(medium: str, tracking: Mapping[str, str]) -> bool:
    return _PAID_MEDIUM.fullmatch(medium) is not None or "gclid" in tracking or "msclkid" in tracking


def referrer_name(referrer: str, own_hosts: Collection[str]) -> str:
    """The source behind a referring address; an unknown host stands for itself; empty for our own site."""
    host = host_of(referrer[:2_000])
    if not host or any(same_site(host, own) for own in own_hosts):
        return ""
    return _host_name(host)


def same_site(host: str, other: str) -> bool:
    """Whether one host is the other, or a part of it: www.example.com and example.com."""
    host, other = host.removeprefix("www."), other.removeprefix("www.")
    return host == other or host.endswith(f".{other}") or other.endswith(f".{host}")


def host_of(address: str) -> str:
    """The host of a web address or of an app (android-app://com.example), without www; empty for the rest."""
    try:
        split = urlsplit(address.strip())
        host = split.hostname or ""
    except ValueError:
        return ""
    known = split.scheme in {"http", "https", "android-app"}
    return host.removeprefix("www.") if known and host.isascii() else ""


@lru_cache(maxsize=1024)
def _host_name(host: str) -> str:
    for part in _from_longest(host):
        if part in NO_SOURCES:
            return ""
        if name := REFERRERS.get(part):
            return name
    if GOOGLE_SEARCH.fullmatch(host):
        return "Google"
    return host


def _from_longest(host: str) -> Iterator[str]:
    """`l.facebook.com`, `facebook.com`, `com`: whole labels only."""
    while host:
        yield host
        _, _, host = host.partition(".")
