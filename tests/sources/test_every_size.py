"""A delivery as large as the door lets in costs every kind what it weighs: nobody may keep a worker busy with one."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest

from gateway.sources.base import Inbound, Unreadable
from tests.sources.contract import WEBHOOKS, made, read, sample_of, source_of

BYTES = 400_000
PATIENCE = 1.5  # seconds of this process's time; what grows with the square of the size needs many more


@pytest.mark.parametrize("name", WEBHOOKS)
@pytest.mark.parametrize("how", ["the_same_again_and_again", "names_without_end"])
def test_a_large_delivery_takes_no_longer_than_it_must(name: str, how: str) -> None:
    source = source_of(name)
    inbound = swollen(sample_of(source), how)
    began = time.process_time()

    with suppress(Unreadable):
        for submission in read(source, inbound)[:10]:
            made(source, submission)

    assert time.process_time() - began < PATIENCE


def swollen(inbound: Inbound, how: str) -> Inbound:
    try:
        value = orjson.loads(inbound.body)
    except orjson.JSONDecodeError:
        return replace(inbound, body=swollen_form(inbound.body, how)) if b"=" in inbound.body else inbound
    if how == "names_without_end" and isinstance(value, dict):
        return replace(inbound, body=orjson.dumps(value | named_without_end()))
    return replace(inbound, body=orjson.dumps(repeated(value)))


def repeated(value: Any) -> Any:
    """Every array of a delivery, with its items again and again."""
    if isinstance(value, dict):
        return {name: repeated(inner) for name, inner in value.items()}
    if isinstance(value, list) and value:
        return value * (BYTES // len(orjson.dumps(value)) + 1)
    return value


def swollen_form(body: bytes, how: str) -> bytes:
    if how == "names_without_end":
        return body + b"&" + urlencode(named_without_end()).encode()
    return b"&".join([body] * (BYTES // len(body) + 1))


def named_without_end() -> dict[str, str]:
    return {f"field {number}": "x" * 20 for number in range(BYTES // 40)}
