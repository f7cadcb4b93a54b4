"""The answer to bytes that are no HTTP request: a problem document too, made before there is any request."""

from __future__ import annotations

import uuid
from http import HTTPStatus

import orjson

from gateway.web.reasons import REASONS

_SENTENCES = {
    414: "The address is too long. Send the fields in the body.",
    417: "Only Expect: 100-continue is understood. Send the request without this header.",
    431: "The headers are too large or too many. Send fewer.",
    501: "Only chunked is understood as Transfer-Encoding. Send the body without another.",
}


def answer(status: int, request_id: uuid.UUID) -> bytes:
    """The whole answer, from its status line on; the connection ends with it."""
    code = "gateway.error" if status == 500 else "request.invalid"
    reason = REASONS[code]
    document = {
        "type": f"urn:lead-gateway:problem:{code}",
        "title": reason.title,
        "status": status,
        "detail": _SENTENCES.get(status, reason.sentence),
        "instance": f"urn:uuid:{request_id}",
        "outcome": reason.outcome,
        "reason_code": code,
        "retryable": reason.retryable,
    }
    body = orjson.dumps(document)
    headers = {
        "Server": "gateway",
        "Connection": "close",
        "Content-Type": "application/problem+json",
        "Content-Length": len(body),
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "X-Request-Id": request_id,
    }
    lines = [
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
        *(f"{name}: {headers[name]}" for name in headers),
    ]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body
