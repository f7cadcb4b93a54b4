"""How single values are written in gateway.toml: durations, limits, lists, addresses, expressions."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

import jmespath
import limits
import phonenumbers
from jmespath.exceptions import JMESPathError

_DURATION = re.compile(r"(\d{1,6})\s?(ms|s|m|h|d)")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_LIMIT = re.compile(r"(?P<rate>.+?)(?: per (?P<who>ip|key|source))?")
_ORIGIN_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.\-]*[a-z0-9])?|\[[0-9a-f:]+\]")
SUPPORTED_REGIONS = frozenset(phonenumbers.SUPPORTED_REGIONS)


class ValueProblemError(ValueError):
    """A value that cannot be used; its text says what would be right."""


def duration(value: object) -> float:
    """Seconds of "10m", "30s", "24h", or of a plain number of seconds."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0:
        return float(value)
    found = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if not found:
        raise ValueProblemError(
            'must be a duration such as "30s", "10m", "24h", "7d", or a number of seconds'
        )
    return int(found[1]) * _UNITS[found[2]]


def limit(value: str) -> str:
    """A rate such as "5 per minute per ip", or "none"; the last two words choose who is counted."""
    if value.strip().lower() == "none":
        return "none"
    found = _LIMIT.fullmatch(" ".join(value.split()))
    try:
        limits.parse(found["rate"] if found else "")
    except ValueError as error:
        raise ValueProblemError(
            'must read like "5 per minute", "5 per minute per ip" or "1000 per hour per key", or be "none"'
        ) from error
    return " ".join(value.split())


def agent(value: str) -> str:
    if not re.fullmatch(r"[0-9A-Za-z_.-]{1,20}", value, re.ASCII):
        raise ValueProblemError(
            "must be an agent's user name in the dialer: 1 to 20 letters, digits, and . _ -"
        )
    return value


def agents(value: str) -> str:
    """One or more agents, with blanks between them."""
    return " ".join(agent(each) for each in value.replace(",", " ").split())


def list_id(value: object) -> str:
    """A list of the dialer: digits, kept as text."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not re.fullmatch(r"[0-9]{3,14}", text):
        raise ValueProblemError('must be the dialer\'s list number, 3 to 12 digits, such as "25062018"')
    return text


def dialer_source(value: str) -> str:
    if not re.fullmatch(r"[0-9A-Za-z]{2,20}", value):
        raise ValueProblemError(
            "must be 2 to 20 letters and digits: the dialer refuses or cuts anything else"
        )
    return value


def region(value: str) -> str:
    if value not in SUPPORTED_REGIONS:
        raise ValueProblemError('must be a country\'s two capital letters, such as "IN"')
    return value


def http_url(value: str) -> str:
    parts = _split(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueProblemError("must be a whole address that begins with http:// or https://")
    if parts.username is not None or parts.password is not None:
        raise ValueProblemError("must not hold a user or password: put them in `user` and `password`")
    if parts.fragment:
        raise ValueProblemError("must not hold a #fragment")
    return value


def loopback_url(value: str) -> str:
    """The address of a stand-in on this machine: what goes to a platform goes to no other host."""
    host = _split(http_url(value)).hostname or ""
    try:
        here = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        here = False
    if not here:
        raise ValueProblemError("is for trials with a stand-in on this machine: leave it out")
    return value.rstrip("/")


def graph_version(value: str) -> str:
    if not re.fullmatch(r"v[0-9]{1,3}\.[0-9]{1,2}", value):
        raise ValueProblemError('must be a version of the Graph API such as "v26.0"')
    return value


def page_ids(value: str) -> str:
    """Numbers that become part of a platform's address."""
    if not re.fullmatch(r"[0-9]{5,32}(?:, ?[0-9]{5,32}){0,99}", value):
        raise ValueProblemError('must be the number of a page such as "153125381133", or several with commas')
    return value


def linkedin_owners(value: str) -> str:
    """Ad accounts and pages whose leads LinkedIn lists."""
    one = r"urn:li:(?:sponsoredAccount|organization):[0-9]{1,20}"
    if not re.fullmatch(rf"{one}(?:, ?{one}){{0,19}}", value):
        raise ValueProblemError(
            'must be an ad account or a page such as "urn:li:sponsoredAccount:123", or several with commas'
        )
    return value


def year_and_month(value: str) -> str:
    if not re.fullmatch(r"20[0-9]{2}(?:0[1-9]|1[0-2])", value):
        raise ValueProblemError('must be a year and a month such as "202606"')
    return value


def base_url(value: str) -> str:
    url = http_url(value)
    if _split(url).query:
        raise ValueProblemError("must not hold a ?query: it is the beginning of every address of the gateway")
    return url.rstrip("/")


def origin(value: str) -> str:
    """Scheme, host and port, exactly as a browser sends them."""
    parts = _split(value)
    host = parts.netloc.rpartition(":")[0] if parts.port is not None else parts.netloc
    if parts.scheme not in ("http", "https") or not _ORIGIN_HOST.fullmatch(host):
        raise ValueProblemError(
            'must be an exact origin such as "https://www.example.com": lower case, no path, no wildcard'
        )
    exact = f"{parts.scheme}://{parts.netloc}"
    if value != exact:
        raise ValueProblemError(f'must be an origin without a path: write "{exact}"')
    default = {"http": 80, "https": 443}[parts.scheme]
    if parts.port == default:
        raise ValueProblemError(f'browsers leave out the usual port: write "{parts.scheme}://{host}"')
    return value


def network(value: str) -> str:
    try:
        return str(ipaddress.ip_network(value, strict=False))
    except ValueError as error:
        raise ValueProblemError('must be an address or a network such as "192.0.2.0/24"') from error


def expression(value: str) -> str:
    """A JMESPath, compiled once here so that a slip is found before the first enquiry."""
    try:
        jmespath.compile(value)
    except (JMESPathError, RecursionError) as error:
        where = getattr(error, "lex_position", None)
        place = f" near character {where + 1}" if isinstance(where, int) else ""
        raise ValueProblemError(f"is not a JMESPath expression{place}: try it at jmespath.org") from error
    return value


def standard_webhooks_secret(value: str) -> str:
    try:
        text = value.removeprefix("whsec_").rstrip("=")
        key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueProblemError(
            "must be base64, usually written whsec_…: copy it again from the sender"
        ) from error
    if not key:
        raise ValueProblemError("is empty after whsec_: copy it again from the sender")
    return value


def _split(value: str) -> SplitResult:
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError as error:
        raise ValueProblemError("is not an address that can be read: check brackets and port") from error
    return parts


def pem_public_key(value: str) -> str:
    """A PEM text that says it holds a public key; whether it is a good one is seen when it is used."""
    if not re.search(r"-----BEGIN (RSA )?PUBLIC KEY-----.+-----END (RSA )?PUBLIC KEY-----", value, re.DOTALL):
        raise ValueProblemError("must hold a public key in PEM, with its BEGIN and END lines")
    return value
