"""WhatsApp through the real door: Meta's question, conversations, and people without a number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from gateway.sources import hub
from tests.sources.contract import CONFIG, SECRET, source_of
from tests.web.gateway_under_test import UNLIMITED, Gateway, opened

WORD = "option-secret-0123456789"  # what source_of gives as the verify_token
CARD = {"name": {"formatted_name": "Asha Verma"}, "phones": [{"phone": "+91 98765 43210"}]}


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    sources = {"whatsapp": source_of("whatsapp", limits=UNLIMITED)}
    with opened(tmp_path, replace(CONFIG, sources=sources)) as running:
        yield running


def told(gateway: Gateway, *messages: dict[str, Any]) -> list[str]:
    """What became of each message."""
    value = {"metadata": {"phone_number_id": "106540352242922"}, "messages": messages}
    body = orjson.dumps({"entry": [{"changes": [{"field": "messages", "value": value}]}]})
    headers = {hub.SIGNATURE_HEADER: hub.signature(SECRET, body), "Content-Type": "application/json"}
    answer = gateway.ask("POST", "/webhooks/whatsapp", data=body, headers=headers)
    assert answer.status_code == 200
    return [lead["status"] for lead in answer.json["leads"]]


def text(message_id: str, **sender: str) -> dict[str, Any]:
    return {"id": message_id, "type": "text", "text": {"body": "Hi"}, **sender}


def asked(gateway: Gateway, word: str) -> tuple[int, bytes]:
    query = {"hub.mode": "subscribe", "hub.verify_token": word, "hub.challenge": "1158201444"}
    answer = gateway.ask("GET", "/webhooks/whatsapp", query_string=query)
    return answer.status_code, answer.data


def test_meta_gets_its_challenge_back(gateway: Gateway) -> None:
    assert asked(gateway, WORD) == (200, b"1158201444")


def test_who_does_not_know_the_word_is_refused(gateway: Gateway) -> None:
    status, body = asked(gateway, "another")

    assert status == 401
    assert b"1158201444" not in body


def test_a_conversation_makes_one_call(gateway: Gateway) -> None:
    sender = {"from": "919876543210", "from_user_id": "IN.1"}

    assert told(gateway, text("wamid.1", **sender)) == ["queued"]
    gateway.clock.ahead = 86400.0  # a day later: no window of the number holds any more
    assert told(gateway, text("wamid.2", **sender)) == ["duplicate"]
    assert told(gateway, text("wamid.3", from_user_id="IN.1")) == ["quarantined"]


def test_somebody_without_a_number_becomes_a_lead_with_the_message_that_brings_it(gateway: Gateway) -> None:
    person = {"from_user_id": "IN.1"}
    given = {"id": "wamid.2", "type": "contacts", "contacts": [CARD], **person}

    assert told(gateway, text("wamid.1", **person)) == ["quarantined"]
    assert told(gateway, given) == ["queued"]
    assert told(gateway, given) == ["duplicate"]


def test_receipts_and_thumbs_are_acknowledged_and_nothing_is_kept(gateway: Gateway) -> None:
    thumb = {"id": "wamid.1", "from": "919876543210", "type": "reaction", "reaction": {"emoji": "👍"}}

    assert told(gateway, thumb) == []
    assert told(gateway) == []
    assert gateway.stored() == []
