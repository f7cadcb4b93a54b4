"""Takes a request apart for a source: the raw body within its limit, the query, the headers, the time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from flask import Response, request
from gunicorn.http.errors import ParseException

from gateway.sources.base import Inbound, Reply
from gateway.web.context import client_address, services
from gateway.web.errors import Refusal

MOST_QUERY_FIELDS = 200


def inbound(*, most: int | None = None) -> Inbound:
    """This request as a source sees it; a body beyond `most` bytes (else the setting) is a 413."""
    if most is not None:
        request.max_content_length = most
    return Inbound(
        method=request.method,
        path=request.path,
        query=_query(),
        headers=_headers(request.environ),
        body=_whole_body(),
        address=client_address(),
        received_at=services().clock.now(),
    )


def _headers(environ: Mapping[str, Any]) -> dict[str, str]:
    """Straight from WSGI: every request needs them all, and a tidy view of them costs twice as much."""
    found = {
        key[5:].replace("_", "-").lower(): value for key, value in environ.items() if key.startswith("HTTP_")
    }
    if content_type := environ.get("CONTENT_TYPE"):
        found["content-type"] = content_type
    return found


def _whole_body() -> bytes:
    """The body, all of it: a server that ends the stream itself hands out a cut-off body without a word."""
    try:
        body = request.get_data()
    except ParseException:  # a chunked body is read here, and only here it turns out to be none
        raise Refusal("request.invalid", detail="The chunks of the body are broken. Send it again.") from None
    announced, most = request.content_length, request.max_content_length
    if announced is None and most is not None and len(body) >= most:
        raise Refusal("body.too_large")
    if announced is not None and len(body) != announced:
        raise Refusal("body.cut_off")
    return body


def _query() -> tuple[tuple[str, str], ...]:
    text = request.query_string.decode("ascii", "replace")
    if not text:
        return ()
    try:
        return tuple(parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_QUERY_FIELDS))
    except ValueError:
        raise Refusal("request.invalid", detail="The address has too many parameters.") from None


def response(reply: Reply) -> Response:
    """A source's own words as an HTTP answer."""
    found = Response(reply.body, reply.status, content_type=reply.content_type)
    found.headers.extend(reply.headers)
    return found
