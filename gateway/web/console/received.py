"""What a sender sent, as it may be shown: the body laid out for reading, and the request as a curl command."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from gateway.config import GatewayConfig
from gateway.leads.lead import Enquiry
from gateway.sources.body import is_json
from gateway.sources.keeping import REMOVED
from gateway.web.console.redaction import Veil

SHOWN = 20_000  # characters of a body
LAID_OUT = 256 * 1024  # bytes; a larger body is shown as it came
LONGEST_COMMAND = 16 * 1024  # bytes of a body in a curl command; a shell takes little more
_FORM = "application/x-www-form-urlencoded"
# A terminal obeys them in what is pasted, inside quotation marks too: the rest would be typed as a command of its own.
_OBEYED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_DOORS = ("/forms/", "/webhooks/", "/v1/", "/elision-dialer/")
_SECRETS = {
    "/webhooks/": ("X-Gateway-Token", "THE-TOKEN-OF-THIS-SOURCE"),
    "/v1/": ("Authorization", "Bearer A-KEY-OF-THIS-SOURCE"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Body:
    """A body to look at."""

    text: str
    size: int
    cut: int  # characters that are not shown


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """The request for a terminal, or why it cannot be one."""

    text: str = ""
    why_not: str = ""
    signed: bool = False  # its signature cannot be made again: the gateway will refuse it as it stands


def body_of(enquiry: Enquiry, veil: Veil) -> Body:
    """JSON indented, a form as lines, anything else as it came."""
    text = _laid_out(enquiry, veil)
    if text is None:
        text = veil.text(enquiry.body[: 4 * SHOWN].decode("utf-8", "replace"))
    return Body(text=text[:SHOWN], size=len(enquiry.body), cut=max(0, len(text) - SHOWN))


def _laid_out(enquiry: Enquiry, veil: Veil) -> str | None:
    media_type = enquiry.content_type.partition(";")[0].strip().lower()
    if len(enquiry.body) > LAID_OUT:
        return None
    text = enquiry.body.decode("utf-8", "replace")
    if media_type == _FORM:
        pairs = veil.pairs(parse_qsl(text, keep_blank_values=True))
        return "\n".join(f"{name} = {value}" for name, value in pairs)
    if not is_json(media_type) and not text.lstrip().startswith(("{", "[")):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return indented(veil.field("", value))


def indented(value: Any) -> str:
    """Any JSON as people read it."""
    return json.dumps(value, ensure_ascii=False, indent=2, default=str)


def answer_of(text: str, veil: Veil) -> str:
    """What a dialer or a platform answered: JSON indented, anything else as it came."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return veil.text(text)
    return indented(veil.field("", value)) if isinstance(value, (dict, list)) else veil.text(text)


def texts(pairs: Iterable[tuple[str, object]]) -> list[tuple[str, str]]:
    """Pairs whose values are text."""
    return [(name, value if isinstance(value, str) else indented(value)) for name, value in pairs]


def query_of(enquiry: Enquiry, veil: Veil) -> list[tuple[str, Any]]:
    """The parameters of its address."""
    return veil.pairs(parse_qsl(enquiry.query, keep_blank_values=True))


def headers_of(enquiry: Enquiry, veil: Veil) -> list[tuple[str, Any]]:
    """Those that were kept; content-type first."""
    kept: Mapping[str, str] = enquiry.headers
    first = {"content-type": enquiry.content_type} if enquiry.content_type else {}
    return veil.pairs({**first, **kept})


def command_of(enquiry: Enquiry, config: GatewayConfig, secrets: frozenset[str]) -> Command:
    """The request through the gateway's own door; where a secret stood, a word that says which to put there."""
    if enquiry.method not in ("GET", "POST") or not enquiry.path.startswith(_DOORS):
        return Command(why_not="It did not come as a request of its own: it was imported or fetched.")
    if len(enquiry.body) > LONGEST_COMMAND:
        return Command(why_not="Its body is too long for a command line.")
    try:
        body = enquiry.body.decode()
    except UnicodeDecodeError:
        return Command(why_not="Its body is no text.")
    if "\0" in body:
        return Command(why_not="Its body is no text.")
    source = config.sources.get(enquiry.source)
    parts = ["-X", enquiry.method]
    for name, value in _headers(enquiry):
        parts += ["-H", f"{name}: {value}"]
    if body:
        parts += ["--data-raw", body.replace(REMOVED.decode(), "THE-SECRET-OF-THIS-SOURCE")]
    query = f"?{enquiry.query}" if enquiry.query else ""
    parts.append(f"{config.public_url}{enquiry.path}{query}")
    for secret in secrets:
        parts = [part.replace(secret, "THE-SECRET-OF-THIS-SOURCE") for part in parts]
    if any(map(_OBEYED.search, parts)):
        return Command(why_not="It holds control characters, which a terminal would obey.")
    signed = source is not None and source.auth.method not in ("none", "token", "keys", "ip")
    return Command(text=_lines(parts), signed=signed)


def _headers(enquiry: Enquiry) -> list[tuple[str, str]]:
    found = [("Content-Type", enquiry.content_type)] if enquiry.content_type else []
    # With the key of the first request the gateway would only repeat its first answer.
    skipped = {"idempotency-key", "user-agent"}
    found += [(name, value) for name, value in enquiry.headers.items() if name.lower() not in skipped]
    found += [secret for door, secret in _SECRETS.items() if enquiry.path.startswith(door)]
    return found


def _lines(parts: list[str]) -> str:
    """One option a line, each quoted so that a shell takes it as it is."""
    lines, waiting = ["curl -i"], ""
    for part in map(shlex.quote, parts):
        if part in ("-H", "--data-raw", "-X"):
            waiting = f"{part} "
        else:
            lines.append(waiting + part)
            waiting = ""
    return " \\\n  ".join(lines)
