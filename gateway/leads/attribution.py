"""Decides LeadSource and LeadSubSource: constant, explicit value, utm_source, click id, referrer, Direct."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import urlsplit

from gateway.leads.channels import CATCH_ALL, Channel, Visit, channel_of, is_paid_medium
from gateway.leads.referrers import KNOWN, name_of_host, name_of_text, site_of
from gateway.leads.vocabulary import (
    AD_IDS,
    CLICK_IDS,
    MEDIUM_NAMES,
    PAID_NAMES,
    PAID_SPELLINGS,
    SAME_HOUSE,
    SOURCE_NAMES,
    UNPAID_CLICKS,
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
_ENDS_IN_ADS = re.compile(r"[ _.\-]ads?$", re.ASCII)
_CAMPAIGNS = ("utm_campaign", "mtm_campaign", "pk_campaign", "piwik_campaign", "gad_campaignid")


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
    channel: Channel = Channel.DIRECT
    macro: bool = False  # a tracking value still held its placeholder


@dataclass(frozen=True, kw_only=True, slots=True)
class _Origin:
    """The source that tracking parameters or the referrer name."""

    name: str = ""
    paid: bool = False

    @property
    def lead_source(self) -> str:
        return PAID_NAMES.get(self.name, self.name) if self.paid else self.name


def attribute(trail: Trail, names: Mapping[str, str]) -> Attribution:
    """`names` are the configuration's aliases, asked before our own."""
    tracking = {name: value for name, value in trail.tracking.items() if says_something(value)}
    macro = len(tracking) < len(trail.tracking) and any(map(is_macro, trail.tracking.values()))
    asked = trail.referrer and _utm_source(tracking) is None  # utm_source is believed before it
    referrer = referrer_name(trail.referrer, trail.own_hosts, names) if asked else ""
    tracked = _tracked(tracking, referrer, names) if tracking else _Origin()
    if says_something(trail.explicit):
        lead_source = source_name(trail.explicit, names)
    else:
        lead_source = tracked.lead_source or trail.fallback or referrer or DIRECT
    sent_by = _Origin(name=referrer, paid=referrer in PAID_NAMES.values())
    channel = _channel(tracked if tracked.name else sent_by, tracking)
    return Attribution(
        lead_source=lead_source,
        lead_sub_source=_lead_sub_source(trail, tracking, channel),
        channel=channel,
        macro=macro,
    )


def is_macro(value: str) -> bool:
    """Whether `value` is an ad platform's placeholder that was never filled in."""
    return _MACRO.fullmatch(value.strip()[:_READ_AT_MOST]) is not None


def source_name(value: str, names: Mapping[str, str]) -> str:
    """`value` in the vocabulary's words, also where it is a known host; an unknown one passes through."""
    folded = value.strip().casefold()
    squeezed = squeeze(folded)
    known = names.get(folded) or SOURCE_NAMES.get(squeezed) or KNOWN.names.get(squeezed)
    return known or name_of_text(folded) or value.strip()


def _tracked(tracking: Mapping[str, str], referrer: str, names: Mapping[str, str]) -> _Origin:
    """What the parameters say, believed in the order of the documentation; no name where they say nothing."""
    medium = tracking.get("utm_medium", "").strip().casefold()
    if source := _utm_source(tracking):
        source = source[:_READ_AT_MOST]
        name = source_name(source, names)
        return _Origin(name=name, paid=_is_paid_spelling(source) or _is_paid(name, medium, tracking))
    clicked = next((name for click_id, name in CLICK_IDS.items() if click_id in tracking), "")
    if clicked in SAME_HOUSE and referrer in SAME_HOUSE:
        clicked = referrer
    network = tracking.get("hsa_net", "")[:_READ_AT_MOST]
    name = clicked or (source_name(network, names) if network else "")
    name = name or MEDIUM_NAMES.get(squeeze(medium), "")
    return _Origin(name=name, paid=_is_paid(name, medium, tracking))


def _utm_source(tracking: Mapping[str, str]) -> str | None:
    return tracking.get("utm_source") or tracking.get("mtm_source") or tracking.get("pk_source")


def _is_paid_spelling(source: str) -> bool:
    folded = source.strip().casefold()
    return squeeze(folded) in PAID_SPELLINGS or _ENDS_IN_ADS.search(folded) is not None


def _is_paid(name: str, medium: str, tracking: Mapping[str, str]) -> bool:
    """By the medium, by a click id of an ad of this very source, or by the ids of an ad."""
    if is_paid_medium(medium) or name in PAID_NAMES.values() or not AD_IDS.isdisjoint(tracking):
        return True
    names = {name, PAID_NAMES.get(name, name)}
    if any(CLICK_IDS[each] in names for each in tracking if each in CLICK_IDS and each not in UNPAID_CLICKS):
        return True
    # Links that people share carry fbclid too: alone it shows no paid click, beside the id of a campaign it does.
    return not medium and name in SAME_HOUSE and "utm_id" in tracking


def _channel(origin: _Origin, tracking: Mapping[str, str]) -> Channel:
    campaign = next((tracking[name] for name in _CAMPAIGNS if name in tracking), "")
    medium = tracking.get("utm_medium", "")
    if not (origin.name or campaign or medium):
        return Channel.DIRECT
    return _channel_of(origin, medium[:_READ_AT_MOST], campaign[:_READ_AT_MOST])


@lru_cache(maxsize=2048)
def _channel_of(origin: _Origin, medium: str, campaign: str) -> Channel:
    """Remembered: the same few campaigns come again and again."""
    return channel_of(
        Visit(
            source=origin.name.casefold(),
            site=site_of(origin.name) if origin.name else None,
            medium=medium.strip().casefold(),
            campaign=campaign.casefold(),
            paid=origin.paid,
        )
    )


def _lead_sub_source(trail: Trail, tracking: Mapping[str, str], channel: Channel) -> str:
    if says_something(trail.sub_source):
        return trail.sub_source
    for name in _CAMPAIGNS:
        if name in tracking:
            return tracking[name]
    if tracking and channel not in CATCH_ALL:
        return channel.value
    if medium := tracking.get("utm_medium") or trail.sub_fallback:
        return medium
    # Who names a source itself has not said that it came this way.
    return "" if says_something(trail.explicit) or channel is Channel.DIRECT else channel.value


def says_something(value: str) -> bool:
    """Whether `value` is more than an empty word (none, null, (not set)) or a placeholder."""
    return value.strip().casefold() not in _SAYS_NOTHING and not is_macro(value)


def referrer_name(referrer: str, own_hosts: Collection[str], names: Mapping[str, str]) -> str:
    """The source behind a referring address; an unknown host stands for itself; empty for our own site."""
    referrer = referrer[:2_000]
    host = host_of(referrer)
    if not host or any(same_site(host, own) for own in own_hosts):
        return ""
    if named := names.get(host):
        return named
    name = name_of_host(host, urlsplit(referrer.strip()).path)
    return host if name is None else name


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
