"""How every kind of webhook must insist on its proof: over the raw bytes, with any current secret, in time."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.config import Auth, SourceConfig
from gateway.sources.base import Inbound, NotAuthentic
from tests.sources.contract import (
    KEYED,
    OTHER,
    PLATFORMS,
    SECRET,
    SIGNING,
    TIMED,
    WEBHOOKS,
    kind_of,
    sample_of,
    source_of,
)
from tests.sources.making import make_inbound

METHODS = ["token", "hmac", "basic", "standard-webhooks", "ip"]
HOUR = 3600.0
NONSENSE = ["", "é", "sha256=", "sha256=é", "t=,v1=", "t=1,v1=é", "a" * 9000, "0" * 64, " ", ",", "="]


def is_authentic(source: SourceConfig, inbound: Inbound) -> bool:
    try:
        kind_of(source).verify(source, inbound)
    except NotAuthentic:
        return False
    return True


@pytest.mark.parametrize("name", WEBHOOKS)
def test_another_secret_proves_nothing(name: str) -> None:
    assert not is_authentic(source_of(name, OTHER), sample_of(source_of(name, SECRET)))


@pytest.mark.parametrize("name", WEBHOOKS)
def test_while_a_secret_is_changed_the_old_and_the_new_one_count(name: str) -> None:
    changing = source_of(name, OTHER, SECRET)

    assert is_authentic(changing, sample_of(source_of(name, SECRET)))
    assert is_authentic(changing, sample_of(source_of(name, OTHER)))
    assert not is_authentic(source_of(name, OTHER), sample_of(source_of(name, SECRET)))


@pytest.mark.parametrize("name", WEBHOOKS)
def test_an_empty_secret_lets_nobody_in(name: str) -> None:
    """Not even a sender who signs with it."""
    empty = source_of(name, "")

    assert not is_authentic(empty, sample_of(empty))
    assert not is_authentic(replace(empty, auth=replace(empty.auth, secrets=())), sample_of(empty))


@pytest.mark.parametrize("name", WEBHOOKS)
def test_a_delivery_without_its_proof_is_refused(name: str) -> None:
    source = source_of(name)
    inbound = sample_of(source)
    bare = replace(inbound, headers={"content-type": inbound.header("content-type")}, query=())
    if name in KEYED:
        bare = replace(bare, body=bare.body.replace(SECRET.encode(), b""))

    assert not is_authentic(source, bare)
    assert not is_authentic(source, make_inbound(b"{}"))
    assert not is_authentic(source, make_inbound(b""))


@pytest.mark.parametrize("name", WEBHOOKS)
@pytest.mark.parametrize("nonsense", NONSENSE, ids=lambda text: f"{text[:9]!a}")
def test_a_proof_that_is_not_even_readable_is_refused(name: str, nonsense: str) -> None:
    source = source_of(name)
    inbound = sample_of(source)
    spoilt = replace(
        inbound,
        headers={
            header: value if header == "content-type" else nonsense
            for header, value in inbound.headers.items()
        },
        query=tuple((parameter, nonsense) for parameter, _ in inbound.query),
        body=inbound.body.replace(SECRET.encode(), nonsense.encode()),
    )

    assert not is_authentic(source, spoilt)


@pytest.mark.parametrize("name", SIGNING)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_one_other_byte_in_the_body_breaks_a_signature(name: str, data: st.DataObject) -> None:
    source = source_of(name)
    inbound = sample_of(source)
    at = data.draw(st.integers(0, len(inbound.body) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != inbound.body[at]))
    body = inbound.body[:at] + bytes([other]) + inbound.body[at + 1 :]

    assert not is_authentic(source, replace(inbound, body=body))
    assert not is_authentic(source, replace(inbound, body=inbound.body + b" "))


@pytest.mark.parametrize("name", WEBHOOKS)
@pytest.mark.parametrize("late", [HOUR, -HOUR])
def test_an_old_delivery_played_again_is_refused_where_its_time_is_signed(name: str, late: float) -> None:
    source = source_of(name)
    inbound = sample_of(source)
    replayed = replace(inbound, received_at=inbound.received_at + late)

    assert is_authentic(source, replayed) == (name not in TIMED)


@pytest.mark.parametrize("name", [name for name in WEBHOOKS if name not in PLATFORMS])
@pytest.mark.parametrize("method", METHODS)
def test_a_webhook_without_the_proof_that_its_source_asks_for_is_refused(name: str, method: str) -> None:
    auth = Auth(
        method=method,
        secrets=("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",),
        user="u",
        networks=("192.0.2.0/24",),
    )

    assert not is_authentic(source_of(name, auth=auth), make_inbound(b"{}"))
