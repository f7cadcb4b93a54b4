"""What of a request is kept with its lead: enough to read it again, without the secrets that came along."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, quote_plus, urlencode

from gateway.config import SourceConfig
from gateway.leads.lead import Enquiry
from gateway.sources.base import Inbound, Kind

KEPT_HEADERS = frozenset(
    {"user-agent", "referer", "origin", "accept-language", "idempotency-key", "traceparent"}
)
KEPT_ENDINGS = ("-id", "-event", "-topic", "-timestamp")  # how platforms name their own delivery headers
SECRET_PARAMETERS = frozenset(
    {"token", "key", "api_key", "apikey", "api-key", "access_key", "access_token", "secret", "secret_key"}
    | {"google_key", "hub.verify_token", "password", "signature"}
)
REMOVED = b"[removed]"
SHORTEST_SECRET = 8  # cutting a shorter one out of a body would tear ordinary words apart


def keep(source: SourceConfig, kind: Kind, inbound: Inbound, enquiry_id: str) -> Enquiry:
    """The enquiry as it goes to the store."""
    return Enquiry(
        id=enquiry_id,
        source=source.name,
        received_at=inbound.received_at,
        method=inbound.method,
        path=inbound.path,
        query=_query(inbound, kind.secret_fields | SECRET_PARAMETERS, source.auth.secrets),
        content_type=inbound.header("content-type")[:200],
        headers=_headers(inbound.headers, source.auth.secrets),
        address=inbound.address,
        body=_body(inbound.body, source.auth.secrets),
    )


def inbound_of(enquiry: Enquiry) -> Inbound:
    """A kept enquiry as a request that can be read again."""
    return Inbound(
        method=enquiry.method,
        path=enquiry.path,
        query=tuple(parse_qsl(enquiry.query, keep_blank_values=True)),
        headers={**enquiry.headers, "content-type": enquiry.content_type},
        body=enquiry.body,
        address=enquiry.address,
        received_at=enquiry.received_at,
    )


def _query(inbound: Inbound, names: frozenset[str], secrets: Iterable[str]) -> str:
    hidden = set(filter(None, secrets))
    return urlencode(
        [pair for pair in inbound.query if pair[0].lower() not in names and pair[1] not in hidden]
    )


def _headers(headers: Mapping[str, str], secrets: Iterable[str]) -> dict[str, str]:
    hidden = set(filter(None, secrets))
    return {
        name: value[:500]
        for name, value in headers.items()
        if (name in KEPT_HEADERS or name.endswith(KEPT_ENDINGS)) and value not in hidden
    }


def _body(body: bytes, secrets: Iterable[str]) -> bytes:
    for secret in secrets:
        if len(secret) >= SHORTEST_SECRET:
            for written in _spellings(secret):
                body = body.replace(written.encode(), REMOVED)
    return body


def _spellings(secret: str) -> set[str]:
    """As it is, in a form, and in JSON, which some senders write with an escaped slash."""
    in_json = json.dumps(secret)[1:-1]
    return {secret, quote_plus(secret), in_json, in_json.replace("/", "\\/")}
