"""A Postman collection of one source: a request for each branch of its answers, with the key as a variable."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import orjson

from gateway import rehearsal
from gateway.config import GatewayConfig, SourceConfig
from gateway.sources.base import Door
from gateway.sources.registry import SOURCES
from gateway.web.openapi import test_numbers
from gateway.web.openapi.lead_fields import example_lead
from gateway.web.submission.sending import Proof, Sending, sending_of

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
JSON = "application/json"
_KEY_BEARER = {"type": "bearer", "bearer": [{"key": "token", "value": "{{key}}", "type": "string"}]}
_NO_AUTH = {"type": "noauth"}
# What is signed, and over what; computed by Postman before it sends.
_SIGNING: Mapping[Proof, str] = {
    Proof.HMAC: "const signature = CryptoJS.HmacSHA256(body, secret).toString(CryptoJS.enc.{encoding});\n"
    "pm.variables.set('signature', {prefix} + signature);",
    Proof.STRIPE: "const now = Math.floor(Date.now() / 1000).toString();\n"
    "const signature = CryptoJS.HmacSHA256(now + '.' + body, secret).toString(CryptoJS.enc.Hex);\n"
    "pm.variables.set('signature', 't=' + now + ',v1=' + signature);",
    Proof.STANDARD: "const key = CryptoJS.enc.Base64.parse(secret.replace(/^whsec_/, ''));\n"
    "const now = Math.floor(Date.now() / 1000).toString();\n"
    "const id = pm.variables.replaceIn('{{$guid}}');\n"
    "const signature = CryptoJS.HmacSHA256(id + '.' + now + '.' + body, key).toString(CryptoJS.enc.Base64);\n"
    "pm.variables.set('id', id);\npm.variables.set('now', now);\npm.variables.set('signature', 'v1,' + signature);",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Branch:
    """One request, and the status that it gets with a test key."""

    name: str
    body: Any
    status: int
    path: str = "/v1/leads"
    method: str = "POST"
    headers: Mapping[str, str] | None = None
    anonymous: bool = False


def collection_of(source: SourceConfig, config: GatewayConfig) -> dict[str, Any] | None:
    """None where a platform sends in its own words, or a browser does: there is nothing to try by hand."""
    sending = sending_of(source, config.public_url)
    if sending is None:
        return None
    base = config.public_url.rstrip("/")
    partner = SOURCES[source.kind].door is Door.PARTNER
    branches = tuple(_of_a_partner() if partner else _of_another(sending))
    if partner and sending.proof is not Proof.KEY:
        branches = branches[:1]  # test numbers belong to test keys; a signed lead is a real one
    return {
        "info": {
            "_postman_id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{base}/{source.name}")),
            "name": f"Leads for {source.name}",
            "description": "Set the variable key (or secret) first. With a gw_test_ key nobody is called.",
            "schema": SCHEMA,
        },
        "auth": _KEY_BEARER if sending.proof is Proof.KEY else _NO_AUTH,
        "variable": [
            {"key": "base", "value": base, "type": "string"},
            {"key": _variable(sending), "value": "", "type": "string"},
        ],
        "event": _signing(sending),
        "item": [_item(each, sending) for each in branches],
    }


def _of_a_partner() -> Iterator[_Branch]:
    lead = example_lead() | {"mobile_no": "9999900201"}
    yield _Branch(name="A lead", body=lead, status=201)
    for number, each in rehearsal.LEADS.items():
        if each.name != "delivered":
            name = each.refusal or each.name
            yield _Branch(
                name=f"{name}: {number}",
                body=lead | {"mobile_no": number},
                status=test_numbers.lead_status(each),
            )
    yield _Branch(name="An invalid number", body=lead | {"mobile_no": "98765"}, status=422)
    yield _Branch(name="A misspelt field", body=lead | {"cutomer_name": "Asha"}, status=422)
    yield _Branch(
        name="A malformed Idempotency-Key", body=lead, status=400, headers={"Idempotency-Key": "a key"}
    )
    yield _Branch(name="Without a key", body=lead, status=401, anonymous=True)
    yield _Branch(
        name="Many leads", body=[lead, lead | {"mobile_no": "98765"}], status=200, path="/v1/leads/batch"
    )
    yield _Branch(name="A lead that is not there", body=None, status=404, path="/v1/leads/0", method="GET")
    call = {"agent_user": "agent1", "value": "9999900201"}
    yield _Branch(name="A call", body=call, status=200, path="/v1/calls")
    yield _Branch(
        name="The agent is not paused", body=call | {"value": "9999900302"}, status=409, path="/v1/calls"
    )


def _of_another(sending: Sending) -> Iterator[_Branch]:
    path = urlsplit(sending.url).path
    yield _Branch(name="A lead", body=sending.value, status=200, path=path)
    if sending.proof not in (Proof.NONE, Proof.KEY_PARAMETER):
        yield _Branch(name="Without proof", body=sending.value, status=401, path=path, anonymous=True)


def _item(branch: _Branch, sending: Sending) -> dict[str, Any]:
    is_json = sending.is_json
    headers = [] if branch.anonymous else _proofs(sending)
    headers += [{"key": name, "value": value} for name, value in (branch.headers or {}).items()]
    request: dict[str, Any] = {
        "method": branch.method,
        "header": headers,
        "url": {
            "raw": f"{{{{base}}}}{branch.path}",
            "host": ["{{base}}"],
            "path": branch.path.strip("/").split("/"),
        },
    }
    if branch.anonymous:
        request["auth"] = _NO_AUTH
    if branch.body is not None and is_json:
        request["header"] = [{"key": "Content-Type", "value": JSON}, *headers]
        raw = orjson.dumps(branch.body, option=orjson.OPT_INDENT_2).decode()
        request["body"] = {"mode": "raw", "raw": raw, "options": {"raw": {"language": "json"}}}
    elif branch.body is not None:
        fields = dict(branch.body) | ({"key": "{{key}}"} if sending.proof is Proof.KEY_PARAMETER else {})
        pairs = [{"key": name, "value": str(value), "type": "text"} for name, value in fields.items()]
        request["body"] = {"mode": "urlencoded", "urlencoded": pairs}
    check = f"pm.test('{branch.status}', () => pm.response.to.have.status({branch.status}));"
    return {
        "name": branch.name,
        "request": request,
        "event": [{"listen": "test", "script": {"type": "text/javascript", "exec": [check]}}],
        "response": [],
    }


def _proofs(sending: Sending) -> list[dict[str, str]]:
    def header(name: str, value: str) -> dict[str, str]:
        return {"key": name, "value": value}

    found = []
    match sending.proof:
        case Proof.TOKEN:
            found = [header("X-Gateway-Token", "{{secret}}")]
        case Proof.HMAC | Proof.STRIPE:
            found = [header(sending.signature_header, "{{signature}}")]
        case Proof.BASIC:
            found = [header("Authorization", "Basic {{basic}}")]
        case Proof.STANDARD:
            names = ("id", "timestamp", "signature")
            found = [header(f"webhook-{name}", f"{{{{{_OF_A_MESSAGE[name]}}}}}") for name in names]
    if sending.source_header:
        found.append(header("X-Gateway-Source", sending.source_header))
    return found


_OF_A_MESSAGE = {"id": "id", "timestamp": "now", "signature": "signature"}


def _variable(sending: Sending) -> str:
    return "key" if sending.proof in (Proof.KEY, Proof.KEY_PARAMETER) else "secret"


def _signing(sending: Sending) -> list[dict[str, Any]]:
    """Before each request: what its proof is computed from."""
    if sending.proof is Proof.BASIC:
        user = orjson.dumps(f"{sending.user}:").decode()
        lines = f"pm.variables.set('basic', btoa({user} + pm.variables.get('secret')));"
    elif sending.proof in _SIGNING:
        encoding = {"hex": "Hex", "base64": "Base64"}[sending.signature_encoding]
        prefix = orjson.dumps(sending.signature_prefix).decode()
        lines = (
            "const secret = pm.variables.get('secret');\n"
            "const body = pm.variables.replaceIn(pm.request.body ? pm.request.body.raw : '');\n"
            + _SIGNING[sending.proof].replace("{encoding}", encoding).replace("{prefix}", prefix)
        )
    else:
        return []
    return [{"listen": "prerequest", "script": {"type": "text/javascript", "exec": lines.split("\n")}}]
