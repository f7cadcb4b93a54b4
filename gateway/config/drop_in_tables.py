"""Reads what only the kind `elision` has: the lists its senders may choose, and networks that name one source."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from itertools import combinations

from gateway.config.model import SourceConfig
from gateway.config.table import Table
from gateway.config.values import list_id

KIND = "elision"


def read_lists(table: Table, kind: str) -> tuple[str, ...]:
    """At any other kind a sender chooses no list, and the key is one that nobody knows."""
    return table.texts("lists", list_id) if kind == KIND else ()


def usual_phone_check(kind: str) -> str:
    """Whoever speaks the dialer's own API may send whatever its document takes."""
    return "digits" if kind == KIND else SourceConfig(name="", kind="", dialer="", list_id="").phone_check


def refuse_shared_networks(root: Table, sources: Mapping[str, SourceConfig]) -> None:
    """All of this kind have one address, so a sender without a key must be known by its own."""
    drop_ins = [source for source in sources.values() if source.kind == KIND]
    for one, other in combinations(drop_ins, 2):
        if _overlap(one.auth.networks, other.auth.networks):
            root.problem(
                f"sources.{other.name}.networks",
                f"shares an address with sources.{one.name}: whose lead it is could not be told. Use API keys there",
            )


def drop_in_doubts(source: SourceConfig, *, behind_a_proxy: bool) -> Iterator[str]:
    """What is wrong with networks that let in more than anybody means to."""
    for text in source.auth.networks:
        network = ipaddress.ip_network(text)
        if network.prefixlen == 0:
            yield f"holds {text}: whoever finds the address can add leads and place calls without a key"
        elif network.is_loopback and behind_a_proxy:
            yield (
                f"holds {text}, this machine: if a proxy runs here, whoever comes through it needs no key "
                "unless trusted_proxies is right"
            )


def _overlap(some: tuple[str, ...], others: tuple[str, ...]) -> bool:
    networks = [
        [ipaddress.ip_network(each) for each in names if _is_network(each)] for names in (some, others)
    ]
    return any(
        one.version == other.version and one.overlaps(other) for one in networks[0] for other in networks[1]
    )


def _is_network(text: str) -> bool:
    """What is none has been told already."""
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True
