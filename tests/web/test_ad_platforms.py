"""Tests that ad platforms let people send, batches with a bad row, and leads in another language, to the end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from werkzeug.test import TestResponse

from gateway.leads.lead import State
from gateway.sources.signatures import hmac_hex
from tests.sources.contract import CONFIG, SECRET, source_of
from tests.web.gateway_under_test import UNLIMITED, Gateway, opened

PAYLOADS = Path(__file__).parents[1] / "payloads"


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    kinds = ("google_ads", "tiktok")
    sources = {kind: source_of(kind, limits=UNLIMITED) for kind in kinds}
    with opened(tmp_path, replace(CONFIG, sources=sources)) as running:
        yield running


def post(gateway: Gateway, kind: str, body: bytes) -> TestResponse:
    headers = {"Content-Type": "application/json", "X-Open-Signature": hmac_hex(SECRET, body)}
    return gateway.ask("POST", f"/webhooks/{kind}", data=body, headers=headers)


def recorded(kind: str, case: str) -> bytes:
    return (PAYLOADS / kind / f"{case}.json").read_bytes()


@pytest.mark.parametrize(
    ("kind", "case"),
    [("google_ads", "test_data"), ("google_ads", "test_data_of_old"), ("tiktok", "a_test_lead")],
)
def test_a_platforms_test_is_thanked_for_kept_and_never_dialed(
    gateway: Gateway, kind: str, case: str
) -> None:
    answer = post(gateway, kind, recorded(kind, case))

    assert answer.status_code == 200
    assert [lead.state for lead in gateway.stored(kind)] == [State.TEST]
    assert gateway.dialer.sent == []


def test_a_test_does_not_make_the_real_lead_after_it_a_duplicate(gateway: Gateway) -> None:
    body = orjson.loads(recorded("google_ads", "normal"))

    post(gateway, "google_ads", orjson.dumps({**body, "is_test": True}))
    post(gateway, "google_ads", orjson.dumps(body))

    newest, first = gateway.stored("google_ads")
    assert first.state is State.TEST
    assert newest.state not in {State.DUPLICATE, State.TEST}


def test_a_wrong_key_shows_in_google_ads_and_leaves_nothing(gateway: Gateway) -> None:
    body = orjson.loads(recorded("google_ads", "test_data"))

    answer = post(gateway, "google_ads", orjson.dumps({**body, "google_key": "typed wrongly"}))

    assert answer.status_code == 401
    assert gateway.stored() == []


def test_what_google_sends_and_nobody_can_read_is_kept_and_thanked_for(gateway: Gateway) -> None:
    """Google would not send it again, and a person can mend it here."""
    body = b'{"google_key": "%b", "lead_id": "L-1", "user_column_data": [{"a": 1, "a": 2}]}' % SECRET.encode()

    answer = post(gateway, "google_ads", body)

    assert (answer.status_code, answer.data) == (200, b"{}")
    (lead,) = gateway.stored("google_ads")
    assert (lead.state, lead.reason_code) == (State.QUARANTINED, "field.duplicate")
    story = gateway.store.story(lead.id)
    assert story is not None
    assert story.enquiry is not None
    assert story.enquiry.body == body.replace(SECRET.encode(), b"[removed]")


def test_one_bad_row_of_a_batch_is_quarantined_alone(gateway: Gateway) -> None:
    answer = post(gateway, "tiktok", recorded("tiktok", "many"))

    states = [lead["status"] for lead in answer.json["leads"]]
    assert answer.status_code == 200
    assert states == ["queued", "quarantined", "quarantined", "queued"]
