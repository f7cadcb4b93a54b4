"""Proves that a request comes from its source: tokens, HMACs of the body, Basic, Standard Webhooks, networks."""

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
KEY_HEADER = "x-api-key"  # what senders call it that let nobody choose the name


def verify(auth: Auth, inbound: Inbound) -> None:
    """Raise NotAuthentic unless `inbound` satisfies `auth`; always over the raw bytes, before any parsing."""
    challenge = 'Basic realm="leads", charset="UTF-8"' if auth.method == "basic" else ""
    if auth.method in _SIGNING and not inbound.body.strip():
        raise NotAuthentic  # the address would be read instead, and nobody has signed that
    if not _METHODS.get(auth.method, _by_nobody)(auth, inbound):
        raise NotAuthentic(challenge=challenge)


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


def timed_signature(secret: str, timestamp: str, body: bytes) -> str:
    """The signature of a body and the time it was sent, as Stripe, Calendly, WPForms and Snapchat make it."""
    return hmac_hex(secret, timestamp.encode(errors="replace") + b"." + body)


def is_timed(header: str, inbound: Inbound, secrets: Iterable[str], *, mark: str = "v1") -> bool:
    """Whether `t=<seconds>,<mark>=<hex>` signs this body; there may be several, while a secret is changed."""
    parts = [part.strip().partition("=") for part in header.split(",")]
    timestamp = next((value for name, _, value in parts if name == "t"), "")
    if not is_fresh(timestamp, inbound.received_at):
        return False
    given = [value for name, _, value in parts if name == mark]
    return any_same(given, [timed_signature(secret, timestamp, inbound.body) for secret in secrets if secret])


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
    in_headers = [inbound.header(TOKEN_HEADER), inbound.header(KEY_HEADER), bearer]
    return any_same([*in_query, *in_headers], auth.secrets)


def _by_hmac(auth: Auth, inbound: Inbound) -> bool:
    expected = [hmac_signature(auth, secret, inbound.body) for secret in auth.secrets if secret]
    return any_same([inbound.header(auth.signature_header)], expected)


def _by_stripe(auth: Auth, inbound: Inbound) -> bool:
    return is_timed(inbound.header(auth.signature_header), inbound, auth.secrets)


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
    return is_in(inbound.address, auth.networks)


def is_in(text: str, networks: tuple[str, ...]) -> bool:
    """Whether an address is in one of the networks; an IPv4 address inside IPv6 counts as what it is."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return any(address in network for network in _networks(networks))


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
    "stripe": _by_stripe,
    "basic": _by_basic,
    "standard-webhooks": _by_standard_webhooks,
    "ip": _by_network,
}
_SIGNING = frozenset({"hmac", "stripe", "standard-webhooks"})
