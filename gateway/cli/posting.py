"""Builds the request a sender of a source would make: its address, its body and its proof of who it is."""

from __future__ import annotations

import base64
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from gateway.cli.failure import Failure
from gateway.config import Auth, SourceConfig
from gateway.sources import signatures


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """One request, ready to be sent."""

    path: str
    headers: Mapping[str, str]
    body: bytes


def build_post(source: SourceConfig, fields: Mapping[str, str], *, wait: float, key: str) -> Post:
    """`key` is the API key, for the kinds that read one."""
    headers = {
        "Content-Type": "application/json",
        "Accept": "application/json",
        "Prefer": f"wait={wait:g}",
        "User-Agent": "gateway-send",
    }
    if source.kind == "partner":
        body = orjson.dumps(fields)
        return Post(path="/v1/leads", headers=headers | {"Authorization": f"Bearer {key}"}, body=body)
    if source.kind == "form":
        if source.allowed_origins:
            headers["Origin"] = source.allowed_origins[0]
        return Post(path=f"/forms/{source.name}", headers=headers, body=orjson.dumps(fields))
    if source.auth.method == "ip":
        raise Failure(
            f"{source.name} lets in only {', '.join(source.auth.networks)}.",
            next_step="send from one of these addresses, with curl.",
        )
    body = orjson.dumps(nested(fields))
    return Post(path=f"/webhooks/{source.name}", headers=headers | _proof(source.auth, body), body=body)


def nested(fields: Mapping[str, str]) -> dict[str, Any]:
    """`contact.phone=…` becomes {"contact": {"phone": …}}, as portals send it."""
    made: dict[str, Any] = {}
    for name, value in fields.items():
        *parents, last = name.split(".")
        place = made
        for parent in parents:
            inner = place.setdefault(parent, {})
            if not isinstance(inner, dict):
                raise Failure(
                    f"{parent} cannot be a value and hold {last} too.", next_step="name each field once."
                )
            place = inner
        place[last] = value
    return made


def _proof(auth: Auth, body: bytes) -> dict[str, str]:
    if auth.method == "none":
        return {}
    secret = auth.secrets[0]
    if auth.method == "token":
        return {signatures.TOKEN_HEADER: secret}
    if auth.method == "hmac":
        return {auth.signature_header: signatures.hmac_signature(auth, secret, body)}
    if auth.method == "basic":
        return {"Authorization": "Basic " + base64.b64encode(f"{auth.user}:{secret}".encode()).decode()}
    message_id, timestamp = f"msg_{uuid.uuid4().hex}", str(int(time.time()))
    signature = signatures.standard_signature(secret, message_id, timestamp, body)
    return {"webhook-id": message_id, "webhook-timestamp": timestamp, "webhook-signature": signature}
