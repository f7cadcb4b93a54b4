"""Recognises partners who sign their requests after Standard Webhooks instead of sending a key."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import g, request

from gateway import metrics
from gateway.config import SourceConfig
from gateway.sources.base import Inbound, NotAuthentic
from gateway.sources.signatures import standard_message_id, verify
from gateway.store.records import ApiKey
from gateway.web import bodies
from gateway.web.context import services

SOURCE_HEADER = "X-Gateway-Source"  # a signature does not say whose it is
SIGNED_BODY = 4 << 20  # all of a batch has to be read before anybody can tell whether it is signed
KIND, METHOD = "partner", "standard-webhooks"


@dataclass(frozen=True, kw_only=True, slots=True)
class Signer:
    """Who signed, and what stands in the place of a key."""

    source: SourceConfig
    key: ApiKey


def tries() -> bool:
    """Whether this request means to be signed."""
    return SOURCE_HEADER in request.headers


def signer() -> Signer | None:
    """The source that signed this request; None where nobody did, or the signature is wrong, old or another's."""
    if not tries():
        return None
    source = services().config.sources.get(request.headers[SOURCE_HEADER])
    if source is None or source.kind != KIND or source.auth.method != METHOD:
        return None
    inbound = bodies.inbound(most=SIGNED_BODY if request.path.endswith("/batch") else None)
    try:
        verify(source.auth, _as_signed(inbound))
    except NotAuthentic:
        metrics.signature_failed(source.name)
        return None
    if request.method == "POST":
        g.message_id = standard_message_id(inbound)  # the same on every retry
    return Signer(source=source, key=_in_place_of_a_key(source))


def _as_signed(inbound: Inbound) -> Inbound:
    """A question has no body; its path is signed, so that it answers nothing else."""
    return inbound if inbound.method == "POST" else replace(inbound, body=inbound.path.encode())


def _in_place_of_a_key(source: SourceConfig) -> ApiKey:
    return ApiKey(
        public_id=f"signed-{source.name}",
        digest="",
        source=source.name,
        mode="live",
        label="",
        created_at=0.0,
    )
