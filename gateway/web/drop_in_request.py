"""A request in the dialer's own API: its parameters, the key that came with it, and the source it is for."""

from __future__ import annotations

from dataclasses import replace

from flask import request

from gateway.config import SourceConfig
from gateway.config.drop_in_tables import KIND
from gateway.sources import elision
from gateway.sources.base import Inbound
from gateway.sources.elision import Parameters
from gateway.sources.signatures import is_in
from gateway.web import bodies
from gateway.web.context import client_address, services
from gateway.web.key_places import presented_key

__all__ = ["KIND", "read", "source_by_address"]


def read(most: int) -> tuple[Inbound, Parameters, str]:
    """The request without its secrets, all of its parameters, and the API key among them, if any."""
    # From the bytes: old programs write addresses in whatever their page was written in.
    query = tuple(elision.pairs_of(request.query_string)) if request.query_string else ()
    inbound = replace(bodies.inbound(most=most), query=query)
    parameters = elision.parameters_of(inbound)
    return elision.without_secrets(inbound), parameters, presented_key(inbound, parameters)


def source_by_address() -> SourceConfig | None:
    """The source whose `networks` hold this client: no two have the same."""
    if _is_led_by_a_website():
        return None
    sources = services().config.sources.values()
    address = client_address()
    return next((each for each in sources if each.kind == KIND and is_in(address, each.auth.networks)), None)


def _is_led_by_a_website() -> bool:
    """A page that somebody in such a network looks at must not add leads or place calls through their browser."""
    led_by = request.headers.get("Sec-Fetch-Site", "none")
    return led_by not in ("none", "same-origin") or "Origin" in request.headers
