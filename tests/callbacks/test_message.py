"""What a message says and how it proves that it is ours."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from gateway.callbacks import message
from gateway.callbacks.policy import ATTEMPTS, PAUSES, judge
from gateway.callbacks.post import Answered, Unanswered
from gateway.clock import SystemClock
from gateway.config import SourceConfig
from gateway.leads.lead import State
from gateway.store.callbacks import Callback, Standing
from tests.callbacks.receiver import SECRET

NEW_SECRET = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo="
SOURCE = SourceConfig(name="partner", kind="partner", dialer="main", list_id="25062018")
CALLBACK = Callback(
    id="CALLBACK000000000001",
    source="partner",
    lead_id="LEAD0000000000000001",
    state=State.DELIVERED,
    happened_at=1_795_000_000.25,
    facts={
        "reason_code": None,
        "message": None,
        "duplicate_of": None,
        "possible_duplicate": False,
        "test": False,
        "received_at": 1_794_999_990.0,
        "dialer": "main",
        "list_id": "25062018",
        "prospects_id": "LEAD0000000000000001",
        "dialer_lead_id": "1764",
        "dialer_list_id": None,
        "dialer_status": "NEW",
    },
)


def told(callback: Callback = CALLBACK, source: SourceConfig = SOURCE) -> Any:
    return orjson.loads(message.body(callback, source, public_url="https://leads.example.com"))


def with_facts(**facts: Any) -> Callback:
    return replace(CALLBACK, facts={**CALLBACK.facts, **facts})


def test_a_message_says_what_became_of_the_lead() -> None:
    assert told() == {
        "type": "lead.delivered",
        "timestamp": "2026-11-18T11:06:40.250Z",
        "data": {
            "outcome": "success",
            "reason_code": None,
            "message": None,
            "retryable": False,
            "lead": {
                "id": "LEAD0000000000000001",
                "status": "delivered",
                "source": "partner",
                "received_at": "2026-11-18T11:06:30Z",
                "prospects_id": "LEAD0000000000000001",
            },
            "dialer": {"name": "main", "lead_id": "1764", "list_id": "25062018", "status": "NEW"},
            "status_url": "https://leads.example.com/v1/leads/LEAD0000000000000001",
        },
    }


@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        (State.REJECTED, "failure"),
        (State.DEAD, "failure"),
        (State.SUPPRESSED, "failure"),
        (State.DUPLICATE, "success"),
        (State.QUARANTINED, "success"),
        (State.TEST, "success"),
    ],
)
def test_each_end_has_its_type_and_outcome(state: State, outcome: str) -> None:
    said = told(replace(CALLBACK, state=state))

    assert (said["type"], said["data"]["outcome"]) == (f"lead.{state}", outcome)


def test_marks_are_there_only_where_they_are_true() -> None:
    lead = told(with_facts(duplicate_of="FIRST", possible_duplicate=True, test=True))["data"]["lead"]

    assert (lead["duplicate_of"], lead["possible_duplicate"], lead["test"]) == ("FIRST", True, True)


def test_only_whoever_has_a_key_is_told_where_to_ask() -> None:
    assert "status_url" not in told(source=replace(SOURCE, kind="generic"))["data"]


def test_a_long_message_stays_far_below_what_receivers_take() -> None:
    longest = with_facts(message="x" * 1000, reason_code="y" * 60, prospects_id="z" * 36)

    assert len(message.body(longest, SOURCE, public_url="https://leads.example.com")) < 20_000


@pytest.mark.parametrize("secret", [SECRET, NEW_SECRET])
def test_while_a_secret_is_replaced_both_prove_it(secret: str) -> None:
    content = message.body(CALLBACK, SOURCE, public_url="")
    headers = message.headers(CALLBACK.id, content, (SECRET, NEW_SECRET), now=SystemClock().now())

    assert Webhook(secret).verify(content, headers)["type"] == "lead.delivered"
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(content + b" ", headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(content, headers | {"webhook-id": "other"})


def test_another_secret_proves_nothing() -> None:
    content = message.body(CALLBACK, SOURCE, public_url="")
    headers = message.headers(CALLBACK.id, content, (SECRET,), now=SystemClock().now())

    with pytest.raises(WebhookVerificationError):
        Webhook(NEW_SECRET).verify(content, headers)


# -- what an attempt means -----------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_every_2xx_is_enough(status: int) -> None:
    assert judge(Answered(status=status), attempts=1, now=0, dice=0.5).standing is Standing.SENT


@pytest.mark.parametrize("status", [199, 301, 400, 401, 404, 429, 500, 503])
def test_anything_else_is_tried_again(status: int) -> None:
    judgement = judge(Answered(status=status), attempts=1, now=100, dice=0.5)

    assert (judgement.standing, judgement.next_at) == (Standing.WAITING, 100 + PAUSES[0])


def test_no_answer_is_tried_again() -> None:
    judgement = judge(Unanswered(problem="tls"), attempts=2, now=100, dice=0.5)

    assert (judgement.next_at, judgement.problem, judgement.http_status) == (100 + PAUSES[1], "tls", None)


def test_the_pauses_are_spread_by_a_tenth_and_last_three_days() -> None:
    times = [judge(Answered(status=500), attempts=2, now=0, dice=dice).next_at for dice in (0.0, 1.0)]

    assert times == pytest.approx([270, 330])
    assert 3 * 86400 < sum(PAUSES) < 4 * 86400


def test_the_last_attempt_is_the_last() -> None:
    assert judge(Answered(status=500), attempts=ATTEMPTS - 1, now=0, dice=0).standing is Standing.WAITING
    assert judge(Answered(status=500), attempts=ATTEMPTS, now=0, dice=0).standing is Standing.GIVEN_UP
