"""Builds the request a sender of a source would make: its address, its body and its proof of who it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson

from gateway.config import SourceConfig
from gateway.config.kinds import KINDS, Access
from gateway.sources import elision, sampling
from gateway.sources.base import Inbound
from gateway.sources.body import URLENCODED
from gateway.sources.registry import SOURCES

AGENT = "gateway-send"
SAMPLE_NAME = "Asha Verma"


class CannotPost(Exception):  # noqa: N818  reads as what it is
    """No such request can be made; `next_step` says what can be done instead."""

    def __init__(self, message: str, *, next_step: str) -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """One request, ready to be sent."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    method: str = "POST"
    query: tuple[tuple[str, str], ...] = ()


def build_post(source: SourceConfig, fields: Mapping[str, str], *, wait: float, key: str) -> Post:
    """`key` is the API key, for the kinds that read one."""
    headers = {
        "content-type": "application/json",
        "accept": "application/json",
        "prefer": f"wait={wait:g}",
        "user-agent": AGENT,
    }
    if source.kind == "partner":
        body = orjson.dumps(fields)
        return Post(path="/v1/leads", headers=headers | {"authorization": f"Bearer {key}"}, body=body)
    if source.kind == "elision":
        return _as_to_the_dialer(source, fields, headers | {"x-api-key": key})
    if source.kind == "form":
        if source.allowed_origins:
            headers["origin"] = source.allowed_origins[0]
        return Post(path=f"/forms/{source.name}", headers=headers, body=orjson.dumps(fields))
    if KINDS[source.kind] is Access.PLATFORM:
        raise CannotPost(
            f"{source.name} takes only what its platform sends, in the platform's own words.",
            next_step=f"gateway send {source.name} --sample",
        )
    _refuse_addresses_only(source)
    body = orjson.dumps(nested(fields))
    proof = sampling.proof(source.auth, body)
    return Post(path=f"/webhooks/{source.name}", headers=headers | proof, body=body)


def build_sample(
    source: SourceConfig, number: int, *, wait: float, key: str, from_anywhere: bool = False
) -> Post:
    """What the platform of `source` would send, or a visitor, or a partner; another person for each number.

    `from_anywhere`: whoever sends it can choose the address it seems to come from.
    """
    sample = SOURCES[source.kind].sample
    if sample is None:
        person = {"CustomerName": SAMPLE_NAME, "MobileNo": sampling.phone(number)}
        return build_post(source, person, wait=wait, key=key)
    if not from_anywhere:
        _refuse_addresses_only(source)
    inbound = sample(source, number)
    if source.kind == "generic":
        _refuse_unfollowed(source, inbound)
    return Post(
        method=inbound.method,
        path=inbound.path,
        query=inbound.query,
        headers={"user-agent": AGENT, **inbound.headers},
        body=inbound.body,
    )


def _as_to_the_dialer(source: SourceConfig, fields: Mapping[str, str], headers: Mapping[str, str]) -> Post:
    """An add_lead as its document has it; what is left out is as usual."""
    number = {"phone_number": fields["MobileNo"]} if "MobileNo" in fields else {}
    usual = {"action": "add_lead", "source": "gatewaysend", "custom_fields": "Y", "list_id": source.list_id}
    body = urlencode({**usual, **number, **fields}).encode()
    return Post(path=elision.PATH, headers={**headers, "content-type": URLENCODED}, body=body)


def nested(fields: Mapping[str, str]) -> dict[str, Any]:
    """`contact.phone=…` becomes {"contact": {"phone": …}}, as portals send it."""
    made: dict[str, Any] = {}
    for name, value in fields.items():
        *parents, last = name.split(".")
        place = made
        for parent in parents:
            inner = place.setdefault(parent, {})
            if not isinstance(inner, dict):
                raise CannotPost(
                    f"{parent} cannot be a value and hold {last} too.", next_step="name each field once."
                )
            place = inner
        place[last] = value
    return made


def _refuse_unfollowed(source: SourceConfig, inbound: Inbound) -> None:
    """A mapping that searches or computes cannot always be followed backwards."""
    read = SOURCES[source.kind].parse(source, inbound)
    if source.fields and not any({"MobileNo", "phone_number"} & each.fields.keys() for each in read):
        raise CannotPost(
            f"no sample can be made up that the mapping of {source.name} would find a number in.",
            next_step="post a delivery of this sender with curl.",
        )


def _refuse_addresses_only(source: SourceConfig) -> None:
    if source.auth.method == "ip":
        raise CannotPost(
            f"{source.name} lets in only {', '.join(source.auth.networks)}.",
            next_step="send from one of these addresses, with curl.",
        )
