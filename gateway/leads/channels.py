"""Sorts visits into channels, by Google Analytics' default rules and a few kinds of sites of our own.

The order is Google's (https://support.google.com/analytics/answer/9756891): the first rule that fits counts, so
google with the medium cpm is Paid Search and not Display. AI assistants and portals are in none of Google's lists.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from gateway.leads.referrers import Site


class Channel(StrEnum):
    """By which kind of road a visitor came, in Google's words."""

    DIRECT = "Direct"
    CROSS_NETWORK = "Cross-network"
    PAID_SHOPPING = "Paid Shopping"
    PAID_SEARCH = "Paid Search"
    PAID_SOCIAL = "Paid Social"
    PAID_VIDEO = "Paid Video"
    DISPLAY = "Display"
    PAID_OTHER = "Paid Other"
    ORGANIC_SHOPPING = "Organic Shopping"
    ORGANIC_SOCIAL = "Organic Social"
    ORGANIC_VIDEO = "Organic Video"
    AI_ASSISTANTS = "AI Assistants"
    ORGANIC_SEARCH = "Organic Search"
    EMAIL = "Email"
    AFFILIATES = "Affiliates"
    AUDIO = "Audio"
    SMS = "SMS"
    MOBILE_PUSH = "Mobile Push"
    PORTALS = "Portals"
    REFERRAL = "Referral"


# These say only that nothing better is known.
CATCH_ALL = frozenset({Channel.DIRECT, Channel.REFERRAL})

_PAID_MEDIUM = re.compile(r"(?:ppc|retargeting|paid.*|.*cp.*)", re.ASCII | re.DOTALL)
_SHOP_CAMPAIGN = re.compile(r"(?:[^a-df-z]|^)shop|shopping", re.ASCII)
_MAIL = re.compile(r"e[-_ ]?mail|newsletter", re.ASCII)
_PUSH = re.compile(r"push$|mobile|notification", re.ASCII)
_DISPLAY = frozenset({"display", "banner", "expandable", "interstitial", "cpm"})
_SOCIAL = frozenset({"social", "social-network", "social-media", "sm", "social network", "social media"})
_TEXTS = frozenset({"sms", "rcs"})
_READ_AT_MOST = 512


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """What is known about where a visitor came from; texts are case-folded."""

    source: str = ""  # the name of the source, or what utm_source said
    site: Site | None = None
    medium: str = ""
    campaign: str = ""
    paid: bool = False  # a click id or the spelling of the source shows that the click was paid for


def is_paid_medium(medium: str) -> bool:
    """Whether utm_medium, case-folded, speaks of a paid click: cpc, ppc, paid_social, …"""
    return _PAID_MEDIUM.fullmatch(medium[:_READ_AT_MOST]) is not None


def channel_of(visit: Visit) -> Channel:
    """The first channel whose rule fits."""
    return next((channel for channel, fits in _RULES if fits(visit)), Channel.DIRECT)


def _paid(visit: Visit) -> bool:
    return visit.paid or is_paid_medium(visit.medium)


def _shops(visit: Visit) -> bool:
    campaign = visit.campaign[:_READ_AT_MOST]
    return visit.site is Site.SHOPPING or _SHOP_CAMPAIGN.search(campaign) is not None


def _by_mail(visit: Visit) -> bool:
    told = (visit.source[:_READ_AT_MOST], visit.medium[:_READ_AT_MOST])
    return visit.site is Site.MAIL or any(map(_MAIL.search, told))


def _by_push(visit: Visit) -> bool:
    return visit.source == "firebase" or _PUSH.search(visit.medium[:_READ_AT_MOST]) is not None


_RULES: tuple[tuple[Channel, Callable[[Visit], bool]], ...] = (
    (Channel.CROSS_NETWORK, lambda visit: "cross-network" in visit.campaign),
    (Channel.PAID_SHOPPING, lambda visit: _shops(visit) and _paid(visit)),
    (Channel.PAID_SEARCH, lambda visit: visit.site is Site.SEARCH and _paid(visit)),
    (Channel.PAID_SOCIAL, lambda visit: visit.site is Site.SOCIAL and _paid(visit)),
    (Channel.PAID_VIDEO, lambda visit: visit.site is Site.VIDEO and _paid(visit)),
    (Channel.DISPLAY, lambda visit: visit.medium in _DISPLAY or visit.site is Site.DISPLAY),
    (Channel.PAID_OTHER, _paid),
    (Channel.ORGANIC_SHOPPING, _shops),
    (Channel.ORGANIC_SOCIAL, lambda visit: visit.site is Site.SOCIAL or visit.medium in _SOCIAL),
    (Channel.ORGANIC_VIDEO, lambda visit: visit.site is Site.VIDEO or "video" in visit.medium),
    (Channel.AI_ASSISTANTS, lambda visit: visit.site is Site.AI),
    (Channel.ORGANIC_SEARCH, lambda visit: visit.site is Site.SEARCH or visit.medium == "organic"),
    (Channel.EMAIL, _by_mail),
    (Channel.AFFILIATES, lambda visit: visit.medium == "affiliate" or visit.source == "affiliate"),
    (Channel.AUDIO, lambda visit: visit.medium == "audio"),
    (Channel.SMS, lambda visit: bool(_TEXTS & {visit.source, visit.medium})),
    (Channel.MOBILE_PUSH, _by_push),
    (Channel.PORTALS, lambda visit: visit.site is Site.PORTAL),
    (Channel.REFERRAL, lambda visit: visit.source not in {"", "direct"} or bool(visit.medium)),
)
