"""Where a client of the dialer's own API can put an API key: header, Basic, or one of its parameters."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping

from gateway.sources.base import Inbound
from gateway.sources.elision import KEY_PARAMETERS
from gateway.web.api_keys import PREFIXES


def presented_key(inbound: Inbound, parameters: Mapping[str, str]) -> str:
    """The first that looks like a key; whatever else stands there was meant for the dialer."""
    return next((text for text in _places(inbound, parameters) if text.startswith(PREFIXES)), "")


def _places(inbound: Inbound, parameters: Mapping[str, str]) -> Iterator[str]:
    yield inbound.header("x-api-key").strip()
    scheme, _, credentials = inbound.header("authorization").partition(" ")
    if scheme.lower() == "bearer":
        yield credentials.strip()
    if scheme.lower() == "basic":
        # Some clients can only give a password, others only a user.
        yield from reversed(_decoded(credentials.strip()).partition(":"))
    for name in KEY_PARAMETERS:
        yield parameters.get(name, "").strip()


def _decoded(credentials: str) -> str:
    try:
        return base64.b64decode(credentials, validate=True).decode()
    except (binascii.Error, ValueError):  # not ASCII, or not UTF-8 inside
        return ""
