"""What samples are made of: people who do not exist, a number each, and the proof a source asks for."""

from __future__ import annotations

import base64
import time
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import orjson

from gateway.config import Auth, SourceConfig
from gateway.sources import signatures
from gateway.sources.base import Inbound

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


def phone(number: int) -> str:
    """A valid Indian mobile number; another one for each number below a hundred thousand."""
    return f"98765{number % 100_000:05d}"


def posted(
    source: SourceConfig, body: bytes, *, content_type: str = JSON, headers: Mapping[str, str] | None = None
) -> Inbound:
    """A POST to the address of `source`, now."""
    return Inbound(
        method="POST",
        path=f"/webhooks/{source.name}",
        headers={"content-type": content_type, **(headers or {})},
        body=body,
        received_at=time.time(),
    )


def posted_json(source: SourceConfig, value: Any, headers: Mapping[str, str] | None = None) -> Inbound:
    return posted(source, orjson.dumps(value), headers=headers)


def posted_form(source: SourceConfig, fields: Mapping[str, str]) -> Inbound:
    return posted(source, urlencode(fields).encode(), content_type=FORM)


def with_headers(inbound: Inbound, headers: Mapping[str, str]) -> Inbound:
    """`inbound` with these headers too, such as the signature of its body; names in lower case."""
    return replace(inbound, headers={**inbound.headers, **headers})


def proven(source: SourceConfig, inbound: Inbound) -> Inbound:
    """`inbound` with what the `auth` of its source asks for; the token stands in the address, where senders put it."""
    if source.auth.method == "token" and source.auth.secrets:
        token = (signatures.TOKEN_PARAMETER, source.auth.secrets[0])
        return replace(inbound, query=(*inbound.query, token))
    return with_headers(inbound, proof(source.auth, inbound.body))


def proof(auth: Auth, body: bytes) -> dict[str, str]:
    """The headers by which a sender of `auth` proves itself; none where it cannot, such as by its address."""
    if auth.method in ("none", "ip", "platform") or not auth.secrets:
        return {}
    secret = auth.secrets[0]
    if auth.method == "token":
        return {signatures.TOKEN_HEADER: secret}
    if auth.method == "hmac":
        return {auth.signature_header.lower(): signatures.hmac_signature(auth, secret, body)}
    if auth.method == "basic":
        return {"authorization": "Basic " + base64.b64encode(f"{auth.user}:{secret}".encode()).decode()}
    timestamp = str(int(time.time()))
    if auth.method == "stripe":
        signature = signatures.timed_signature(secret, timestamp, body)
        return {auth.signature_header.lower(): f"t={timestamp},v1={signature}"}
    message_id = f"msg_{uuid.uuid4().hex}"
    signature = signatures.standard_signature(secret, message_id, timestamp, body)
    return {"webhook-id": message_id, "webhook-timestamp": timestamp, "webhook-signature": signature}
