"""Knows who sends visitors: the source behind a host, and what kind of site it is."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType

from gateway.leads.vocabulary import squeeze


class Site(StrEnum):
    """What kind of site visitors come from; decides the channel."""

    SEARCH = "search"
    SOCIAL = "social"
    VIDEO = "video"
    SHOPPING = "shopping"
    AI = "ai"
    MAIL = "mail"
    DISPLAY = "display"
    PORTAL = "portal"


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """The tables of referrers.toml, turned round for looking up."""

    hosts: Mapping[str, str]  # host, or host/first part of the path → name
    names: Mapping[str, str]  # squeezed → as written here
    sites: Mapping[str, Site]  # squeezed name → kind of site


# A visitor comes back from these in the middle of a visit: they send nobody.
NO_SOURCES = frozenset(
    {
        "localhost",
        "accounts.google.com",
        "login.microsoftonline.com",
        "login.live.com",
        "appleid.apple.com",
        "checkout.stripe.com",
        "paypal.com",
        "razorpay.com",
        "payu.in",
        "paytm.com",
        "paytm.in",
        "ccavenue.com",
        "phonepe.com",
        "cashfree.com",
        "instamojo.com",
        "billdesk.com",
    }
)
# Sources whose kind of site no host tells.
_OTHER_SITES: Mapping[str, Site] = MappingProxyType({"Google Ads": Site.SEARCH, "Microsoft Ads": Site.SEARCH})
_ANY_COUNTRY = re.compile(r"(.+?)\.(?:com|[a-z]{2}|com?\.[a-z]{2})", re.ASCII)
_HOST_SHAPED = re.compile(r"[a-z0-9][a-z0-9.-]{0,251}\.[a-z]{2,24}", re.ASCII)


def name_of_host(host: str, path: str = "") -> str | None:
    """The source behind `host`, which is lower-case and has no www; empty: it sends nobody; None: not known."""
    first = path.lstrip("/").partition("/")[0].lower()
    if first and first in _FIRST_PARTS and (name := _of_path(host, first)):
        return name
    return _of_host(host)


def name_of_text(text: str) -> str | None:
    """As `name_of_host`, for what senders write where a name is due: `chatgpt.com`, `m.facebook.com`."""
    text = text.removeprefix("www.")
    return _of_host(text) if _HOST_SHAPED.fullmatch(text) else None


def site_of(name: str) -> Site | None:
    """What kind of site the source called `name` is."""
    return KNOWN.sites.get(squeeze(name))


@lru_cache(maxsize=1024)
def _of_host(host: str) -> str | None:
    if name := KNOWN.hosts.get(_without_country(host)):  # before yahoo.com answers for mail.yahoo.com
        return name
    for part in _from_longest(host):
        if part in NO_SOURCES:
            return ""
        if name := KNOWN.hosts.get(part):
            return name
    return None


def _of_path(host: str, first: str) -> str | None:
    own = (f"{part}/{first}" for part in _from_longest(host))
    return next(filter(None, map(KNOWN.hosts.get, (f"{_without_country(host)}/{first}", *own))), None)


def _without_country(host: str) -> str:
    found = _ANY_COUNTRY.fullmatch(host)
    return f"{found[1]}.{{}}" if found else host


def _from_longest(host: str) -> Iterator[str]:
    """`l.facebook.com`, `facebook.com`, `com`: whole labels only."""
    while host:
        yield host
        _, _, host = host.partition(".")


def _read() -> Known:
    tables = tomllib.loads((files("gateway.leads") / "referrers.toml").read_text("utf-8"))
    hosts: dict[str, str] = {}
    names: dict[str, str] = {}
    sites = {squeeze(name): site for name, site in _OTHER_SITES.items()}
    for kind, sources in tables.items():
        for name, its_hosts in sources.items():
            names[squeeze(name)] = name
            sites.setdefault(squeeze(name), Site(kind))
            hosts.update(dict.fromkeys(its_hosts, name))
    return Known(hosts=MappingProxyType(hosts), names=MappingProxyType(names), sites=MappingProxyType(sites))


KNOWN = _read()
_FIRST_PARTS = frozenset(host.partition("/")[2] for host in KNOWN.hosts if "/" in host)
