"""Says whether an address of the network belongs to everybody: none of ours may be reached through a partner's name."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_UNICAST = ipaddress.IPv6Network("2000::/3")
# What `is_global` takes for public: addresses that carry another address inside, and examples in documents.
_NOT_PUBLIC: tuple[Network, ...] = (
    ipaddress.IPv4Network("192.88.99.0/24"),  # relays of 6to4
    ipaddress.IPv6Network("64:ff9b::/96"),  # NAT64
    ipaddress.IPv6Network("2001::/23"),  # Teredo and other protocols
    ipaddress.IPv6Network("2002::/16"),  # 6to4
    ipaddress.IPv6Network("3fff::/20"),  # documents
)


def is_public(address: Address) -> bool:
    """Not private, loopback, link-local, shared by a carrier, multicast, reserved, or a cloak for one of those."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address not in _UNICAST:
            return False
    if address.is_multicast or address.is_reserved or not address.is_global:
        return False
    return not any(address in network for network in _NOT_PUBLIC if network.version == address.version)


def is_allowed(text: str, networks: Iterable[str]) -> bool:
    """Whether a callback may go to this address: a public one, or one of `networks`, which a person has named."""
    try:
        address: Address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    named = (ipaddress.ip_network(network, strict=False) for network in networks)
    return is_public(address) or any(address in network for network in named)


def written_address(host: str) -> str | None:
    """The address a host is, however it is written (2130706433 and 0177.1 are 127.0.0.1 too); None for a name."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except (socket.gaierror, UnicodeError):
        return None
    return str(found[0][4][0])
