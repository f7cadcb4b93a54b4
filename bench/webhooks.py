"""Deliveries of ad platforms, portals and form builders, signed as they sign them, ready to be sent."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlencode

from gateway.config import GatewayConfig, parse_config
from gateway.sources.base import Inbound
from gateway.sources.registry import SOURCES

SECRET_VARIABLE = "WEBHOOK_SECRET"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # made up, good wherever a secret is wanted
# By signature, by a key in the body, by a token in the address; JSON, form, query.
KINDS: Mapping[str, str] = {
    "google_ads": "secret",
    "tiktok": "secret",
    "typeform": "secret",
    "shopify": "secret",
    "indiamart": "token",
    "justdial": "token",
    "elementor": "token",
    "wix": "token",
}


def tables(list_id: str, limit: str) -> str:
    """The sources as they stand in gateway.toml."""
    return "".join(
        f"""
[sources.{kind}]
kind = "{kind}"
dialer = "main"
list_id = "{list_id}"
{secret} = "env:{SECRET_VARIABLE}"
limits = ["{limit}"]
"""
        for kind, secret in KINDS.items()
    )


def write_requests(path: Path, toml: str, how_many: int) -> None:
    """`how_many` deliveries, each kind in its turn, as bench/rate.c reads them."""
    config = parse_config(toml, {SECRET_VARIABLE: SECRET})
    with path.open("wb") as file:
        for request in _requests(config, how_many):
            file.write(struct.pack("<I", len(request)) + request)


def _requests(config: GatewayConfig, how_many: int) -> Iterator[bytes]:
    kinds = list(KINDS)
    for number in range(how_many):
        kind = kinds[number % len(kinds)]
        sample = SOURCES[kind].sample
        assert sample is not None, kind
        yield _as_sent(sample(config.sources[kind], number))


def _as_sent(inbound: Inbound) -> bytes:
    query = f"?{urlencode(inbound.query)}" if inbound.query else ""
    head = [f"{inbound.method} {inbound.path}{query} HTTP/1.1", "Host: 127.0.0.1"]
    head += [f"{name}: {value}" for name, value in inbound.headers.items()]
    head += [f"Content-Length: {len(inbound.body)}", "", ""]
    return "\r\n".join(head).encode() + inbound.body
