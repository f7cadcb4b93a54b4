"""Who may use the partner API: keys that are bound to addresses, that expire or are rotated; and signed requests."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook
from werkzeug.test import TestResponse

from gateway.config import Auth
from tests.servers import PostgresServer
from tests.web.gateway_under_test import Gateway, make_config, opened

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OLD_SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
LEAD = {"mobile_no": "9876543210"}


@pytest.fixture(params=["sqlite", "postgresql"])
def both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Gateway]:
    """A gateway behind one proxy, once over SQLite and once over PostgreSQL."""
    more = {}
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        more["database_url"] = server.new_database()
    with opened(tmp_path, make_config(trusted_proxies=1), **more) as running:
        yield running


@pytest.fixture
def signing(tmp_path: Path) -> Iterator[Gateway]:
    """A gateway with a partner who signs, with two secrets while one of them is changed."""
    config = make_config()
    auth = Auth(method="standard-webhooks", secrets=(SECRET, OLD_SECRET))
    partner = replace(config.sources["partner"], auth=auth)
    with opened(tmp_path, replace(config, sources={**config.sources, "partner": partner})) as running:
        yield running


def signed(
    gateway: Gateway,
    fields: Any = LEAD,
    *,
    path: str = "/v1/leads",
    method: str = "POST",
    message: str = "msg_1",
    secret: str = SECRET,
    source: str = "partner",
    age: float = 0.0,
    over: str | None = None,
    **headers: str,
) -> TestResponse:
    """A request as the public library signs it; `over` is what is signed, if it is not what is sent."""
    body = json.dumps(fields) if method == "POST" else ""
    at = datetime.fromtimestamp(time.time() - age, UTC)
    text = over if over is not None else body if method == "POST" else path
    return gateway.ask(
        method,
        path,
        data=body,
        content_type="application/json",
        headers={
            "X-Gateway-Source": source,
            "webhook-id": message,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(secret).sign(message, at, text),
            **headers,
        },
    )


def test_a_key_works_only_from_its_addresses(both: Gateway) -> None:
    _, key = both.store.issue_key("partner", "live", "office", None, ("192.0.2.0/24", "2001:db8::/32"))

    def comes_from(address: str) -> TestResponse:
        return both.lead(key=key, headers={"X-Forwarded-For": address})

    assert comes_from("192.0.2.77").status_code == 201
    assert comes_from("2001:db8::5").status_code in (200, 201)
    assert comes_from("::ffff:192.0.2.9").status_code in (200, 201)
    for elsewhere in ("192.0.3.1", "2001:db9::1", "nonsense"):
        answer = comes_from(elsewhere)
        assert (answer.status_code, answer.json["reason_code"]) == (403, "auth.address")
    assert comes_from("198.51.100.1, 192.0.2.1").status_code in (200, 201)  # only the nearest hop is believed
    assert comes_from("192.0.2.1, 198.51.100.1").status_code == 403


def test_two_keys_of_a_source_work_side_by_side_until_one_is_ended(both: Gateway) -> None:
    old_id, old = both.store.issue_key("partner", "live", "old")
    _, new = both.store.issue_key("partner", "live", "new")
    assert {both.lead(key=each).status_code for each in (old, new)} <= {200, 201}

    both.store.revoke_key(old_id, now=both.clock.now())
    both.clock.ahead = 1.1

    assert both.lead(key=old).status_code == 401
    assert both.lead(key=new).status_code == 200


def test_a_key_ends_at_its_hour(both: Gateway) -> None:
    _, key = both.store.issue_key("partner", "live", "short", both.clock.now() + 60)
    assert both.lead(key=key).status_code == 201
    both.clock.ahead = 61

    assert both.lead(key=key).status_code == 401


def test_when_a_key_was_used_last_is_noted_and_its_addresses_are_kept(both: Gateway) -> None:
    public_id, key = both.store.issue_key("partner", "live", "office", None, ("127.0.0.0/8",))
    both.lead(key=key).close()

    (kept,) = [each for each in both.store.list_keys() if each.public_id == public_id]
    assert kept.last_used_at == pytest.approx(both.clock.now(), abs=30)
    assert kept.networks == ("127.0.0.0/8",)


def test_a_key_used_from_elsewhere_does_not_count_as_used(both: Gateway) -> None:
    public_id, key = both.store.issue_key("partner", "live", "office", None, ("192.0.2.0/24",))
    both.lead(key=key).close()

    assert [each.last_used_at for each in both.store.list_keys() if each.public_id == public_id] == [None]


def test_a_signed_lead_needs_no_key(signing: Gateway) -> None:
    answer = signed(signing)

    assert (answer.status_code, answer.json["lead"]["source"]) == (201, "partner")


@pytest.mark.parametrize("path", ["/v1/leads/batch", "/v1/calls"])
def test_every_address_of_the_api_takes_a_signature(signing: Gateway, path: str) -> None:
    fields = [LEAD] if path.endswith("batch") else {"agent_user": "agent1", "value": "9876543210"}

    assert signed(signing, fields, path=path).status_code == 200


def test_a_large_batch_is_checked_as_a_whole(signing: Gateway) -> None:
    rows = [{"mobile_no": str(9_876_500_000 + number), "customer_name": "A" * 90} for number in range(900)]

    assert signed(signing, rows, path="/v1/leads/batch").json["counts"]["success"] == 900


def test_a_question_signs_its_path(signing: Gateway) -> None:
    lead_id = signed(signing).json["lead"]["id"]
    path = f"/v1/leads/{lead_id}"

    assert signed(signing, path=path, method="GET", message="msg_2").status_code == 200
    assert signed(signing, path=path, method="GET", message="msg_3", over="").status_code == 401
    assert signed(signing, path=path, method="GET", message="msg_4", over="/v1/leads/X").status_code == 401


def test_while_a_secret_is_changed_the_old_one_counts_too(signing: Gateway) -> None:
    assert signed(signing, secret=OLD_SECRET).status_code == 201


@pytest.mark.parametrize(
    "wrong",
    [
        {"secret": "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
        {"over": "{}"},
        {"age": 400},
        {"age": -400},
        {"source": "rival"},
        {"source": "portal"},
        {"source": "nobody"},
        {"webhook-signature": "v1,"},
        {"webhook-signature": ""},
        {"webhook-id": ""},
        {"webhook-timestamp": "soon"},
    ],
)
def test_what_is_not_rightly_signed_is_refused_and_nothing_is_kept(
    signing: Gateway, wrong: dict[str, Any]
) -> None:
    answer = signed(signing, **wrong)

    assert (answer.status_code, answer.json["reason_code"]) == (401, "auth.refused")
    assert signing.stored() == []


def test_a_message_that_comes_again_is_answered_as_the_first_time(signing: Gateway) -> None:
    first = signed(signing)
    again = signed(signing, age=5)
    captured = signed(signing, **{"Idempotency-Key": "another"})

    assert first.data == again.data == captured.data
    assert captured.headers["Idempotent-Replayed"] == "true"
    assert len(signing.stored()) == 1


def test_the_id_of_another_message_is_refused(signing: Gateway) -> None:
    signed(signing)

    assert signed(signing, {"mobile_no": "9876543211"}).json["reason_code"] == "idempotency.reused"


def test_a_key_of_the_same_source_still_works_for_tests(signing: Gateway) -> None:
    answer = signing.lead(key=signing.key(mode="test"))

    assert answer.json["lead"]["status"] == "test"


def test_a_source_that_signs_sees_only_its_own_leads(signing: Gateway) -> None:
    theirs = signing.lead(key=signing.key("rival")).json["lead"]["id"]

    assert signed(signing, path=f"/v1/leads/{theirs}", method="GET").status_code == 404
