"""Makes LeadfromURL of the page an enquiry came from: http or https, no secrets, no tracking, cut to fit."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import SplitResult, quote, unquote, urlsplit

import idna

from gateway.leads.vocabulary import TRACKING_PARAMETERS, TRACKING_PREFIXES

LONGEST = 200  # characters, by the dialer's document
_READ_AT_MOST = 8_000
_PARAMETERS_AT_MOST = 100

_SECRETS = """
    access_token api_key apikey auth code email e_mail emailid jwt key mail mobile mobileno name otp pass
    passwd password phone phone_number phonenumber pin pwd secret session sessionid sid sig signature tel
    token user username
"""
_SECRET_PARAMETERS = frozenset(_SECRETS.split())
_SCHEMELESS = re.compile(r"(?://)?([^\s/?#@:]{1,253}\.[^\s/?#@:.]{2,63})(?::\d{1,5})?(?:[/?#].*)?", re.DOTALL)
_ASCII_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?\.?", re.ASCII)
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})", re.ASCII)
_DEFAULT_PORTS: Mapping[str, int] = MappingProxyType({"http": 80, "https": 443})
# What else a path and a query may hold stands for itself; + is a space to the dialer, and ; # " end its SQL.
_PATH_SAFE = "/%:@!$&'()*,=~-._"
_QUERY_SAFE = "/?%:@!$'()*,=~-._"


@dataclass(frozen=True, kw_only=True, slots=True)
class LandingUrl:
    """The cleaned address, and what its query said about where the visitor came from."""

    url: str = ""
    host: str = ""
    codes: tuple[str, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)  # tracking ones, lower-case names, decoded


_DROPPED = LandingUrl(codes=("url.dropped",))


def clean_url(value: str) -> LandingUrl:
    """Never fails: what is not a web address comes back empty, with `url.dropped`."""
    text = _INVISIBLE.sub("", value[:_READ_AT_MOST]).strip()
    if not text:
        return LandingUrl()
    scheme, split = _split(text)
    if split is None:
        return _DROPPED
    host = _host(split)
    if not host:
        return _DROPPED
    base = f"{scheme}://{host}{_port(split)}" if scheme else f"{host}{_port(split)}"
    kept, tracking = _sort_parameters(split.query)
    path = _encoded(split.path, _PATH_SAFE)
    if len(base) > LONGEST:
        return _DROPPED
    url, cut = _fit(base, path, kept)
    return LandingUrl(url=url, host=host, codes=("url.cut",) if cut else (), parameters=tracking)


def _split(text: str) -> tuple[str, SplitResult | None]:
    """The scheme as it will be sent and the parts; an address without a scheme (google.com) keeps none."""
    schemeless = _SCHEMELESS.fullmatch(text) is not None
    try:
        split = urlsplit(f"http://{text.removeprefix('//')}" if schemeless else text)
    except ValueError:  # brackets that are no IPv6 address, a host that changes under NFKC
        return "", None
    if schemeless:
        return "", split
    return (split.scheme, split) if split.scheme in _DEFAULT_PORTS else ("", None)


def _host(split: SplitResult) -> str:
    """Lower-case ASCII, without user and password; empty when it is no host."""
    host = (split.hostname or "")[:254]
    if ":" in host:
        return f"[{host}]" if _is_ipv6(host) else ""
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True, std3_rules=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            return ""
    return host if _ASCII_HOST.fullmatch(host) and ".." not in host else ""


def _is_ipv6(host: str) -> bool:
    try:
        ipaddress.IPv6Address(host)
    except ValueError:
        return False
    return "%" not in host


def _port(split: SplitResult) -> str:
    try:
        port = split.port
    except ValueError:
        return ""
    return "" if port is None or port == _DEFAULT_PORTS.get(split.scheme) else f":{port}"


def _sort_parameters(query: str) -> tuple[list[str], dict[str, str]]:
    """Parameters to send, as written and in order, and the tracking ones, the first value of each."""
    kept: list[str] = []
    tracking: dict[str, str] = {}
    for pair in query.split("&")[:_PARAMETERS_AT_MOST] if query else ():
        raw_name, _, raw_value = pair.partition("=")
        name = unquote(raw_name).lower()
        if name in TRACKING_PARAMETERS or name.startswith(TRACKING_PREFIXES):
            value = unquote(raw_value.replace("+", " ")).replace("\0", "").strip()
            if value:
                tracking.setdefault(name, value)
        elif pair and name not in _SECRET_PARAMETERS:
            kept.append(_encoded(pair.replace("+", "%20"), _QUERY_SAFE))
    return kept, tracking


def _encoded(text: str, safe: str) -> str:
    return quote(_LONE_PERCENT.sub("%25", text), safe=safe, errors="replace")


def _fit(base: str, path: str, parameters: Iterable[str]) -> tuple[str, bool]:
    """At most 200 characters, cut between parameters, else between the parts of the path."""
    url = base + path
    if len(url) > LONGEST:
        return url[: url.rindex("/", len(base), LONGEST + 1)], True
    separator = "?"
    for parameter in parameters:
        if len(url) + 1 + len(parameter) > LONGEST:
            return url, True
        url += separator + parameter
        separator = "&"
    return url, False
