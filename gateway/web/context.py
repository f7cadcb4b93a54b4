"""What a request's handlers share: the running parts, the request's own id, and who is really asking."""

from __future__ import annotations

import ipaddress
import random
import uuid
from functools import lru_cache
from typing import cast

from flask import current_app, g, request

from gateway.capture import Services


def services() -> Services:
    """The parts this process runs on."""
    return cast("Services", current_app.extensions["gateway"])


def secret_key() -> str:
    """What signs our tokens: the same in every process that was given one."""
    return str(current_app.extensions["gateway.secret"])


def correlation_id() -> str:
    """This request's own id: in every error, every log line and X-Request-Id."""
    if "request_id" not in g:
        # It names a request and opens nothing, so it need not cost a system call.
        g.request_id = str(uuid.UUID(int=random.getrandbits(128), version=4))
    return cast("str", g.request_id)


def client_address() -> str:
    """The address of whoever sends, behind the configured number of proxies and no others."""
    if "address" not in g:
        hops = services().config.trusted_proxies
        g.address = address_behind(
            request.remote_addr or "", request.headers.get("X-Forwarded-For", ""), hops
        )
    return cast("str", g.address)


def address_behind(peer: str, forwarded_for: str, hops: int) -> str:
    """Each trusted hop appends the address it saw: ours stands `hops` from the right, the rest is hearsay."""
    entries = [entry.strip() for entry in forwarded_for.split(",")] if hops and forwarded_for else []
    if not entries:
        return _parsed(peer) or peer
    chosen = entries[-hops] if len(entries) >= hops else entries[0]
    return _parsed(chosen) or _parsed(peer) or peer


@lru_cache(maxsize=4096)
def address_key(address: str) -> str:
    """Whom a limit counts: one IPv4 address, or the /64 that one IPv6 customer is given."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    return str(ipaddress.ip_network((int(parsed) >> 64 << 64, 64)))


@lru_cache(maxsize=4096)
def _parsed(text: str) -> str:
    """The address without port, brackets or zone, an IPv4-mapped one as IPv4; empty when it is no address."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)
