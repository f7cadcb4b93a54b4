"""From a partner's lead to his callback_url: the same facts as the answer he could ask for, proved and in time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook

from gateway.callbacks import Teller
from gateway.config import Callback, GatewayConfig
from gateway.dialer.outcome import Rejected
from tests.callbacks.receiver import LOOPBACK, SECRET, Receiver, receiving
from tests.delivery.scripted import ScriptedDialer
from tests.web.gateway_under_test import Gateway, make_config, opened


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def config_with(receiver: Receiver, *sources: str) -> GatewayConfig:
    callback = Callback(url=receiver.url, secrets=(SECRET,), networks=LOOPBACK)
    config = make_config()
    told = {name: replace(config.sources[name], callback=callback) for name in sources}
    return replace(config, sources={**config.sources, **told})


@contextmanager
def telling(folder: Path, receiver: Receiver, *sources: str, **more: Any) -> Iterator[Gateway]:
    with opened(folder, config_with(receiver, *sources), **more) as gateway:
        (teller,) = (part for part in gateway.services.background if isinstance(part, Teller))
        teller.start()
        yield gateway
        teller.stop(5)


def asked(gateway: Gateway, lead_id: str) -> Any:
    headers = {"Authorization": f"Bearer {gateway.key()}"}
    return gateway.ask("GET", f"/v1/leads/{lead_id}", headers=headers).get_json()


def test_a_delivered_lead_is_told_with_the_facts_of_the_answer(tmp_path: Path, receiver: Receiver) -> None:
    with telling(tmp_path, receiver, "partner") as gateway:
        answered = gateway.lead().get_json()
        (came,) = receiver.wait_for(1)
        shown = asked(gateway, answered["lead"]["id"])

    said = Webhook(SECRET).verify(came.body, came.headers)
    data = said["data"]
    assert said["type"] == "lead.delivered"
    assert data["dialer"] == shown["dialer"] == answered["dialer"]
    assert data["lead"] == shown["lead"] | {"prospects_id": data["lead"]["prospects_id"]}
    for member in ("outcome", "reason_code", "retryable", "status_url"):
        assert data[member] == shown[member]
    assert "9876543210" not in came.body.decode()


def test_a_lead_that_the_dialer_refuses_is_told(tmp_path: Path, receiver: Receiver) -> None:
    dialer = ScriptedDialer(script=lambda _: Rejected(code="lead.invalid", message="It is not wanted."))
    with telling(tmp_path, receiver, "partner", dialer=dialer) as gateway:
        answered = gateway.lead()
        (came,) = receiver.wait_for(1)

    assert answered.status_code == 422
    assert came.message["type"] == "lead.rejected"
    assert came.message["data"]["outcome"] == "failure"
    assert came.message["data"]["reason_code"] == answered.get_json()["reason_code"]


def test_a_repetition_is_told_with_the_first_ones_lead_id(tmp_path: Path, receiver: Receiver) -> None:
    with telling(tmp_path, receiver, "partner") as gateway:
        first = gateway.lead().get_json()
        gateway.lead()
        told = {each.message["type"]: each.message["data"] for each in receiver.wait_for(2)}

    assert told["lead.duplicate"]["lead"]["duplicate_of"] == first["lead"]["id"]
    assert told["lead.duplicate"]["dialer"]["lead_id"] == first["dialer"]["lead_id"]


@pytest.mark.parametrize(
    ("number", "type_", "reason"),
    [
        ("9999900201", "lead.delivered", None),
        ("9999900202", "lead.delivered", None),
        ("9999900203", "lead.test", None),
        ("9999900205", "lead.duplicate", "duplicate"),
        ("9999900421", "lead.rejected", "phone.invalid"),
        ("9999900423", "lead.dead", "dialer.unreachable"),
    ],
)
def test_a_number_that_stands_for_an_outcome_brings_its_message(
    tmp_path: Path, receiver: Receiver, number: str, type_: str, reason: str | None
) -> None:
    with telling(tmp_path, receiver, "partner") as gateway:
        gateway.lead({"MobileNo": number}, key=gateway.key(mode="test"))
        (came,) = receiver.wait_for(1)

    assert (came.message["type"], came.message["data"]["reason_code"]) == (type_, reason)
    assert came.message["data"]["lead"]["test"] is True


def test_a_test_key_brings_a_test_message(tmp_path: Path, receiver: Receiver) -> None:
    with telling(tmp_path, receiver, "partner") as gateway:
        gateway.lead(key=gateway.key(mode="test"))
        (came,) = receiver.wait_for(1)

    assert came.message["data"]["lead"]["test"] is True


def test_the_leads_of_others_are_nobodys_business(tmp_path: Path, receiver: Receiver) -> None:
    with telling(tmp_path, receiver, "partner") as gateway:
        gateway.lead({"MobileNo": "9876500001"}, key=gateway.key("rival"))
        gateway.webhook({"phone": "9876500002"})
        gateway.lead({"MobileNo": "9876500003"})
        receiver.wait_for(1)

    assert [each.message["data"]["lead"]["source"] for each in receiver.came] == ["partner"]


def test_a_webhook_or_a_form_may_be_told_too(tmp_path: Path, receiver: Receiver) -> None:
    with telling(tmp_path, receiver, "portal", "website") as gateway:
        gateway.webhook({"phone": "9876500002"})
        gateway.webhook({"phone": "12"})
        gateway.script({"MobileNo": "9876500003"})
        receiver.wait_for(3)

    kinds = sorted((each["data"]["lead"]["source"], each["type"]) for each in receiver.messages())
    assert kinds == [
        ("portal", "lead.delivered"),
        ("portal", "lead.quarantined"),
        ("website", "lead.delivered"),
    ]


def test_each_lead_of_a_batch_is_told(tmp_path: Path, receiver: Receiver) -> None:
    rows = [{"mobile_no": f"98765000{number:02d}"} for number in range(5)] + [{"mobile_no": "12"}]
    with telling(tmp_path, receiver, "partner") as gateway:
        headers = {"Authorization": f"Bearer {gateway.key()}"}
        answered = gateway.ask("POST", "/v1/leads/batch", json=rows, headers=headers)
        receiver.wait_for(5)

    assert answered.status_code < 300
    assert [each["type"] for each in receiver.messages()] == ["lead.delivered"] * 5
