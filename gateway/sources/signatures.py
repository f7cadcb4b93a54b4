"""Proves that a request comes from its source: tokens, body HMACs, Basic, Standard Webhooks, networks."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import ipaddress
from collections.abc import Callable, Iterable
from functools import lru_cache

from gateway.config import Auth
from gateway.sources.base import Inbound, NotAuthentic

TOLERANCE = 300.0  # seconds a signed time may differ from ours
TOKEN_PARAMETER = "token"  # noqa: S105  a name, not a secret
TOKEN_HEADER = "x-gateway-token"  # noqa: S105  a name, not a secret


def verify(auth: Auth, inbound: Inbound) -> None:
    """Raise NotAuthentic unless `inbound` satisfies `auth`; always over the raw bytes, before any parsing."""
    challenge = 'Basic realm="leads", charset="UTF-8"' if auth.method == "basic" else ""
    if not _METHODS.get(auth.method, _by_nobody)(auth, inbound):
        raise NotAuthentic(challenge=challenge)


def problems_of(auth: Auth) -> list[str]:
    """What is wrong with an `auth` setting before any request arrives, in sentences."""
    found = []
    if auth.method not in _METHODS:
        return [f"auth must be one of {', '.join(_METHODS)}"]
    if auth.method not in ("none", "ip") and not any(auth.secrets):
        found.append(f"auth = {auth.method} needs a secret that is not empty")
    if auth.method == "basic" and not auth.user:
        found.append("auth = basic needs a user")
    if auth.method == "hmac" and auth.signature_encoding not in _ENCODERS:
        found.append("signature_encoding must be hex or base64")
    if auth.method == "standard-webhooks" and not all(map(_standard_key, filter(None, auth.secrets))):
        found.append("a Standard Webhooks secret is base64, with or without the prefix whsec_")
    if auth.method == "ip" and not auth.networks:
        found.append("auth = ip needs networks")
    return found


def same(given: str, expected: str) -> bool:
    """Equal, in a time that tells nothing; as bytes, because text outside ASCII cannot be compared."""
    return hmac.compare_digest(given.encode(errors="replace"), expected.encode())


def any_same(given: Iterable[str], expected: Iterable[str]) -> bool:
    """Whether one of `given` is one of `expected`; all are compared, and nothing equals an empty secret."""
    wanted = [each for each in expected if each]
    found = False
    for each in given:
        for secret in wanted:
            found |= same(each, secret)
    return found


def is_fresh(timestamp: str, now: float) -> bool:
    """Whether a signed time, in whole seconds, is close enough to ours to be no replay."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    return abs(int(timestamp) - now) <= TOLERANCE


def hmac_hex(secret: str, message: bytes) -> str:
    """HMAC-SHA256 in lower-case hex, as most platforms write it."""
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def hmac_base64(secret: str, message: bytes) -> str:
    """HMAC-SHA256 in base64, as Typeform, Tally and Shopify write it."""
    return _base64(hmac.new(secret.encode(), message, hashlib.sha256).digest())


def hmac_signature(auth: Auth, secret: str, body: bytes) -> str:
    """The header value a sender of `auth` puts on `body`; also for integrators' own tests."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return auth.signature_prefix + _ENCODERS[auth.signature_encoding](digest)


def standard_signature(secret: str, message_id: str, timestamp: str, body: bytes) -> str:
    """The `webhook-signature` of one message, after standardwebhooks.com 1.0.0."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + _base64(hmac.new(_standard_key(secret), signed, hashlib.sha256).digest())


def _by_nobody(_auth: Auth, _inbound: Inbound) -> bool:
    return False


def _by_nothing(_auth: Auth, _inbound: Inbound) -> bool:
    return True


def _by_token(auth: Auth, inbound: Inbound) -> bool:
    in_query = [value for name, value in inbound.query if name == TOKEN_PARAMETER]
    bearer = inbound.header("authorization").removeprefix("Bearer ")
    return any_same([*in_query, inbound.header(TOKEN_HEADER), bearer], auth.secrets)


def _by_hmac(auth: Auth, inbound: Inbound) -> bool:
    expected = [hmac_signature(auth, secret, inbound.body) for secret in auth.secrets if secret]
    return any_same([inbound.header(auth.signature_header)], expected)


def _by_basic(auth: Auth, inbound: Inbound) -> bool:
    scheme, _, encoded = inbound.header("authorization").partition(" ")
    if scheme.lower() != "basic" or not auth.user:
        return False
    try:
        given = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, ValueError):  # ValueError: not ASCII, or not UTF-8 inside
        return False
    return any_same([given], [f"{auth.user}:{secret}" for secret in auth.secrets if secret])


def _by_standard_webhooks(auth: Auth, inbound: Inbound) -> bool:
    message_id, timestamp, signatures = (
        _standard_header(inbound, name) for name in ("id", "timestamp", "signature")
    )
    if not message_id or not is_fresh(timestamp, inbound.received_at):
        return False
    expected = [
        standard_signature(secret, message_id, timestamp, inbound.body)
        for secret in auth.secrets
        if secret and _standard_key(secret)
    ]
    return any_same(signatures.split(" "), expected)


def _by_network(auth: Auth, inbound: Inbound) -> bool:
    try:
        address = ipaddress.ip_address(inbound.address)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return any(address in network for network in _networks(auth.networks))


def standard_message_id(inbound: Inbound) -> str:
    """The sender's id of a Standard Webhooks message: the same on every retry."""
    return _standard_header(inbound, "id")


def _standard_header(inbound: Inbound, name: str) -> str:
    return inbound.header(f"webhook-{name}") or inbound.header(f"svix-{name}")


def _standard_key(secret: str) -> bytes:
    text = secret.removeprefix("whsec_").rstrip("=")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""


@lru_cache(maxsize=64)
def _networks(networks: tuple[str, ...]) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.ip_network(network, strict=False) for network in networks)


def _base64(digest: bytes) -> str:
    return base64.b64encode(digest).decode()


_ENCODERS: dict[str, Callable[[bytes], str]] = {"hex": bytes.hex, "base64": _base64}

_METHODS: dict[str, Callable[[Auth, Inbound], bool]] = {
    "none": _by_nothing,
    "token": _by_token,
    "hmac": _by_hmac,
    "basic": _by_basic,
    "standard-webhooks": _by_standard_webhooks,
    "ip": _by_network,
}
