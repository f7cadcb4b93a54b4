"""A partner sends one lead and gets its Lead ID, or an honest word about where it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gateway.dialer.outcome import Busy, Created, Outcome, Refused, Rejected, Scope, Unknown
from tests.delivery.scripted import ScriptedDialer
from tests.web.gateway_under_test import Gateway, make_config, opened


def answering(outcome: Outcome) -> ScriptedDialer:
    return ScriptedDialer(script=lambda _: outcome)


def test_a_lead_is_answered_with_the_dialers_lead_id(gateway: Gateway) -> None:
    answer = gateway.lead({"MobileNo": "9876543210", "CustomerName": "Asha Verma"})

    lead_id = answer.json["lead"]["id"]
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"http://gateway.example/v1/leads/{lead_id}"
    assert answer.json["lead"].keys() == {"id", "status", "source", "received_at"}
    assert answer.json | {"lead": None} == {
        "outcome": "success",
        "reason_code": None,
        "retryable": False,
        "lead": None,
        "dialer": {"name": "main", "lead_id": "1764", "list_id": "25062018", "status": "NEW"},
        "warnings": [],
        "status_url": f"http://gateway.example/v1/leads/{lead_id}",
    }
    assert gateway.dialer.sent == ["9876543210"]


def test_form_fields_are_as_good_as_json(gateway: Gateway) -> None:
    answer = gateway.lead(data={"MobileNo": "9876543210", "CustomerName": "आशा"})

    assert answer.status_code == 201


def test_what_was_cleaned_is_told(gateway: Gateway) -> None:
    answer = gateway.lead({"MobileNo": "9876543210", "CustomerName": "Asha <b>"})

    assert answer.status_code == 201
    assert [each["field"] for each in answer.json["warnings"]] == ["CustomerName"]


def test_the_same_person_again_gets_the_first_lead_id(gateway: Gateway) -> None:
    first, second = gateway.lead(), gateway.lead({"MobileNo": "+91 98765 43210"})

    assert second.status_code == 200
    assert second.json["lead"]["status"] == second.json["reason_code"] == "duplicate"
    assert second.json["lead"]["duplicate_of"] == first.json["lead"]["id"]
    assert second.json["lead"]["id"] != first.json["lead"]["id"]
    assert second.json["dialer"]["lead_id"] == first.json["dialer"]["lead_id"]
    assert gateway.dialer.sent == ["9876543210"]


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (Refused(code="list.not_found", message="The list does not exist.", scope=Scope.LIST), "held"),
        (Unknown(code="dialer.timeout", message="No answer."), "unconfirmed"),
        (Busy(code="dialer.busy", message="Later."), "queued"),
    ],
)
def test_a_kept_lead_is_202_whatever_the_dialer_says(tmp_path: Path, outcome: Outcome, status: str) -> None:
    with opened(tmp_path, make_config(wait=1), dialer=answering(outcome)) as gateway:
        answer = gateway.lead()

        assert answer.status_code == 202
        assert answer.json["lead"]["status"] == status
        assert (answer.json["outcome"], answer.json["retryable"]) == ("success", False)
        assert answer.headers["Location"] == answer.json["status_url"]


def test_a_lead_the_dialer_refuses_for_good_is_a_problem_and_kept(tmp_path: Path) -> None:
    refusal = Rejected(code="dialer.invalid_phone", message="The dialer takes no such number.")
    with opened(tmp_path, dialer=answering(refusal)) as gateway:
        answer = gateway.lead()

        assert answer.status_code == 422
        assert answer.content_type == "application/problem+json"
        assert answer.json["outcome"] == "failure"
        assert answer.json["reason_code"] == "dialer.invalid_phone"
        assert answer.json["lead"]["status"] == "rejected"
        assert len(gateway.stored("partner")) == 1


def test_a_suppressed_number_is_refused_and_never_dialed(gateway: Gateway) -> None:
    gateway.store.suppress("9876543210", now=gateway.clock.now())

    answer = gateway.lead()

    assert (answer.status_code, answer.json["lead"]["status"]) == (422, "suppressed")
    assert gateway.dialer.sent == []


def test_a_test_key_never_dials(gateway: Gateway) -> None:
    answer = gateway.lead(key=gateway.key(mode="test"))

    assert (answer.status_code, answer.json["lead"]["status"]) == (200, "test")
    assert gateway.dialer.sent == []


def test_every_problem_is_named_at_once_and_no_value_comes_back(gateway: Gateway) -> None:
    answer = gateway.lead({"MobileNo": "12ab-secret", "nickname": "hidden-value", "list_id": "314159265358"})

    assert answer.status_code == 422
    assert {each["field"] for each in answer.json["errors"]} == {"MobileNo", "nickname", "list_id"}
    assert {each["pointer"] for each in answer.json["errors"]} == {"#/MobileNo", "#/nickname", "#/list_id"}
    for value in (b"secret", b"hidden-value", b"314159265358"):
        assert value not in answer.data
    assert gateway.stored() == []


@pytest.mark.parametrize("field", ["state", "tenant_id", "is_admin", "created_at", "id", "source", "action"])
def test_a_partner_cannot_set_what_is_not_its_own(gateway: Gateway, field: str) -> None:
    answer = gateway.lead({"MobileNo": "9876543210", field: "1"})

    assert answer.status_code == 422
    assert [each["field"] for each in answer.json["errors"]] == [field]


def test_the_query_is_never_read_for_fields(gateway: Gateway) -> None:
    answer = gateway.lead({}, query_string={"MobileNo": "9876543210"})

    assert (answer.status_code, answer.json["reason_code"]) == (422, "phone.required")


# -- how long to wait ----------------------------------------------------------------------------------------


def test_a_caller_that_will_not_wait_is_answered_at_once(tmp_path: Path) -> None:
    dialer = ScriptedDialer()
    dialer.gate.clear()  # it does not answer before the caller has its own answer
    with opened(tmp_path, dialer=dialer) as gateway:
        answer = gateway.lead(headers={"Prefer": "wait=0"})
        dialer.gate.set()

        assert (answer.status_code, answer.json["lead"]["status"]) == (202, "queued")
        assert answer.headers["Preference-Applied"] == "wait=0"


@pytest.mark.parametrize(
    ("prefer", "applied"),
    [
        ("wait=7", "wait=7"),
        ("respond-async, wait=3", "wait=3"),
        ("WAIT=3; x=y", "wait=3"),
        ("wait=300", "wait=25"),
        ("wait=-1", None),
        ("wait=abc", None),
        ("wait", None),
        ("return=minimal", None),
        ("wait=²", None),
    ],
)
def test_the_preference_is_bounded_and_a_strange_one_ignored(
    gateway: Gateway, prefer: str, applied: str | None
) -> None:
    answer = gateway.lead(headers={"Prefer": prefer})

    assert answer.status_code == 201
    assert answer.headers.get("Preference-Applied") == applied


# -- asking later --------------------------------------------------------------------------------------------


def test_a_lead_can_be_asked_about_later(tmp_path: Path) -> None:
    with opened(tmp_path, dialer=ScriptedDialer(seconds=0.1)) as gateway:
        first = gateway.lead(headers={"Prefer": "wait=0"})
        second = gateway.lead({"MobileNo": "9876543211"}, headers={"Prefer": "wait=5"})

        assert second.status_code == 201
        later = ask_about(gateway, first.json["lead"]["id"])

        assert later.status_code == 200
        assert later.json["lead"]["status"] == "delivered"
        assert later.json["dialer"]["lead_id"] == "1764"
        assert later.json["status_url"] == first.json["status_url"]


def ask_about(gateway: Gateway, lead_id: str, source: str = "partner", **headers: str) -> Any:
    bearer = {"Authorization": f"Bearer {gateway.key(source)}"}
    return gateway.ask("GET", f"/v1/leads/{lead_id}", headers=bearer | headers)


def test_anothers_lead_does_not_exist(gateway: Gateway) -> None:
    lead_id = gateway.lead().json["lead"]["id"]

    theirs, none = ask_about(gateway, lead_id, "rival"), ask_about(gateway, "0" * 20)

    assert theirs.status_code == none.status_code == 404
    assert theirs.json["reason_code"] == none.json["reason_code"] == "lead.not_found"


# -- keys ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer gw_live_x"},
        {"Authorization": "Basic Z3c6eA=="},
        {"Authorization": "Bearer gw_live_ABCDEFGH_" + "a" * 43 + "_000000"},
        {"X-Api-Key": "é"},
    ],
)
def test_without_a_key_nobody_gets_in(gateway: Gateway, headers: dict[str, str]) -> None:
    answer = gateway.ask("POST", "/v1/leads", json={"MobileNo": "9876543210"}, headers=headers)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="leads"'
    assert answer.json["outcome"] == "error"
    assert gateway.stored() == []


def test_the_key_may_stand_in_its_own_header(gateway: Gateway) -> None:
    answer = gateway.ask(
        "POST", "/v1/leads", json={"MobileNo": "9876543210"}, headers={"X-Api-Key": gateway.key()}
    )

    assert answer.status_code == 201


@pytest.mark.parametrize("name", ["api_key", "token", "KEY", "whatever"])
def test_a_key_in_the_address_is_refused(gateway: Gateway, name: str) -> None:
    answer = gateway.lead(query_string={name: gateway.key()})

    assert (answer.status_code, answer.json["reason_code"]) == (400, "auth.key_in_query")


def test_a_revoked_key_ends_within_a_second(gateway: Gateway) -> None:
    assert gateway.lead().status_code == 201
    public_id = gateway.key().split("_")[2]

    gateway.store.revoke_key(public_id, now=gateway.clock.now())
    gateway.clock.ahead += 1.01

    assert gateway.lead({"MobileNo": "9876543211"}).status_code == 401


def test_the_use_of_a_key_is_noted_after_the_answer(gateway: Gateway) -> None:
    gateway.lead().close()

    (key,) = gateway.store.list_keys()
    assert key.last_used_at is not None


def test_two_keys_of_one_source_overlap(gateway: Gateway) -> None:
    _, new = gateway.store.issue_key("partner", "live", "new")

    assert gateway.lead().status_code == 201
    assert gateway.lead({"MobileNo": "9876543211"}, key=new).status_code == 201


def test_an_expired_key_is_refused(gateway: Gateway) -> None:
    _, text = gateway.store.issue_key("partner", "live", "short", expires_at=gateway.clock.now() + 60)
    gateway.clock.ahead += 61

    assert gateway.lead(key=text).status_code == 401


def test_a_key_whose_source_is_gone_is_told_so(gateway: Gateway) -> None:
    _, text = gateway.store.issue_key("no-such-source", "live", "old")

    assert gateway.lead(key=text).json["reason_code"] == "auth.source_gone"


def test_the_stores_own_lead_id_is_text(tmp_path: Path) -> None:
    with opened(tmp_path, dialer=answering(Created(lead_id="9007199254740993"))) as gateway:
        assert gateway.lead().json["dialer"]["lead_id"] == "9007199254740993"
