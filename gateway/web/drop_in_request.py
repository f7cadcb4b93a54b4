"""A request in the dialer's own API: its parameters, the key that came with it, and the source it is for."""

from __future__ import annotations

import ipaddress
from dataclasses import replace
from functools import lru_cache

from flask import request

from gateway.config import SourceConfig
from gateway.config.drop_in_tables import KIND
from gateway.sources import elision
from gateway.sources.base import Inbound
from gateway.sources.elision import Parameters
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
    sources = services().config.sources.values()
    return next((each for each in sources if each.kind == KIND and _is_in(each.auth.networks)), None)


def _is_in(networks: tuple[str, ...]) -> bool:
    try:
        address = ipaddress.ip_address(client_address())
    except ValueError:  # a socket without an address
        return False
    return any(address in network for network in _networks(networks))


@lru_cache(maxsize=64)
def _networks(networks: tuple[str, ...]) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.ip_network(network) for network in networks)
