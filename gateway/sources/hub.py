"""How webhooks of a Meta app prove themselves: the challenge of a subscription, the signature of each delivery."""

from __future__ import annotations

import re
from collections.abc import Iterable

from gateway.sources import signatures
from gateway.sources.base import Inbound, NotAuthentic, Reply

SIGNATURE_HEADER = "x-hub-signature-256"
PLAIN = "text/plain; charset=utf-8"
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{1,128}", re.ASCII)  # nothing that a browser could take for a page


def challenge(inbound: Inbound, verify_tokens: Iterable[str]) -> Reply | None:
    """The answer to `hub.challenge`; None, so that the request is refused as unsigned, where its token is wrong."""
    asked = dict(inbound.query)
    if inbound.method != "GET" or asked.get("hub.mode") != "subscribe":
        return None
    echoed = asked.get("hub.challenge", "")
    if not signatures.any_same([asked.get("hub.verify_token", "")], verify_tokens):
        return None
    return Reply(body=echoed.encode(), content_type=PLAIN) if _CHALLENGE.fullmatch(echoed) else None


def verify(secrets: Iterable[str], inbound: Inbound) -> None:
    """Over the bytes as they came: Meta signs its own escapes (\\u0906), which decoding would lose."""
    expected = [signature(secret, inbound.body) for secret in secrets if secret]
    if not inbound.body or not signatures.any_same([inbound.header(SIGNATURE_HEADER)], expected):
        raise NotAuthentic


def signature(secret: str, body: bytes) -> str:
    """https://developers.facebook.com/docs/graph-api/webhooks/getting-started#event-notifications."""
    return "sha256=" + signatures.hmac_hex(secret, body)
