"""Many leads in one request: each row has its own outcome, none spoils another, and all are kept in one commit."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from gateway.dialer.outcome import Rejected
from gateway.store.claiming import ANSWER_WITHIN
from tests.delivery.scripted import ScriptedDialer
from tests.servers import PostgresServer
from tests.web.gateway_under_test import Gateway, opened

KEY = {"Idempotency-Key": "8e03978e-40d5-43e8-bc93-6894a57f9324"}
WAITING = {"Prefer": "wait=10"}


@pytest.fixture(params=["sqlite", "postgresql"])
def both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Gateway]:
    """A gateway, once over SQLite and once over PostgreSQL."""
    more = {}
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        more["database_url"] = server.new_database()
    with opened(tmp_path, **more) as running:
        yield running


def batch(gateway: Gateway, rows: Any, **request: Any) -> TestResponse:
    headers = {"Authorization": f"Bearer {gateway.key()}", **request.pop("headers", {})}
    if "data" not in request:
        request["json"] = rows
    return gateway.ask("POST", "/v1/leads/batch", headers=headers, **request)


def row(number: int, **more: Any) -> dict[str, Any]:
    return {"mobile_no": str(9_876_500_000 + number), **more}


def statuses(answer: TestResponse) -> list[int]:
    return [each["status"] for each in answer.json["results"]]


def test_each_row_is_answered_as_if_it_had_come_alone(both: Gateway) -> None:
    alone = both.lead(row(0))
    answer = batch(both, [row(1), row(2)], headers=WAITING)

    assert answer.status_code == 200
    assert answer.headers["Preference-Applied"] == "wait=10"
    assert answer.json | {"results": None} == {
        "outcome": "success",
        "reason_code": None,
        "retryable": False,
        "rows": 2,
        "counts": {"success": 2, "failure": 0, "error": 0},
        "results": None,
    }
    assert statuses(answer) == [201, 201]
    for each in answer.json["results"]:
        body = each["body"]
        assert body.keys() == alone.json.keys()
        assert body["lead"]["status"] == "delivered"
        asked = both.ask("GET", body["status_url"], headers={"Authorization": f"Bearer {both.key()}"})
        assert asked.json["dialer"] == body["dialer"]
    lead_ids = [each["body"]["dialer"]["lead_id"] for each in answer.json["results"]]
    assert len(set(lead_ids)) == 2


def test_a_bad_row_fails_alone_and_names_its_problems(both: Gateway) -> None:
    rows = [row(1), {"mobile_no": "12ab", "nickname": "secret"}, 7, row(2), {}]
    answer = batch(both, rows, headers=WAITING)

    assert statuses(answer) == [201, 422, 422, 201, 422]
    assert answer.json["counts"] == {"success": 2, "failure": 3, "error": 0}
    problem = answer.json["results"][1]["body"]
    assert {each["field"] for each in problem["errors"]} == {"mobile_no", "nickname"}
    assert answer.json["results"][2]["body"]["reason_code"] == "body.not_an_object"
    assert b"secret" not in answer.data
    assert len(both.stored()) == 2


@pytest.mark.parametrize(
    "bad",
    [
        '{"mobile_no": "9876500009", "mobile_no": "9876500008"}',
        '{"mobile_no": 98765000091234567890123}',
        '{"mobile_no": NaN}',
        '{"mobile_no": "\\ud800"}',
        "[" * 40 + "]" * 40,
    ],
)
def test_a_row_that_cannot_be_read_spoils_no_other(gateway: Gateway, bad: str) -> None:
    text = f'[{{"mobile_no": "9876500001"}}, {bad} ,\n{{"mobile_no": "9876500002"}}]'
    answer = batch(gateway, None, data=text.encode(), content_type="application/json", headers=WAITING)

    told = statuses(answer)
    assert (told[0], told[2]) == (201, 201)
    assert told[1] in (400, 422)


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        (b'{"mobile_no": "9876500001"}', "application/json", 422, "batch.not_a_list"),
        (b"[]", "application/json", 422, "batch.empty"),
        (b"[{}", "application/json", 400, "body.not_json"),
        (b"[{}] x", "application/json", 400, "body.not_json"),
        (b"[{} {}]", "application/json", 400, "body.not_json"),
        (b"", "application/json", 400, "body.not_json"),
        (b"[\xff]", "application/json", 400, "body.not_utf8"),
        (b"[" * 100_000, "application/json", 400, "body.too_deep"),
        (b"[]", "text/csv", 415, "body.media_type"),
        (b"[" + b"{}," * 1000 + b"{}]", "application/json", 413, "records.too_many"),
    ],
)
def test_what_is_no_batch_is_refused_as_a_whole(
    gateway: Gateway, body: bytes, content_type: str, status: int, code: str
) -> None:
    answer = batch(gateway, None, data=body, content_type=content_type)

    assert (answer.status_code, answer.json["reason_code"]) == (status, code)
    assert gateway.stored() == []


def test_a_body_beyond_the_limit_is_refused(gateway: Gateway) -> None:
    answer = batch(gateway, None, data=b" " * ((4 << 20) + 1), content_type="application/json")

    assert (answer.status_code, answer.json["reason_code"]) == (413, "body.too_large")


def test_the_same_person_twice_in_one_batch_is_one_lead_in_the_dialer(both: Gateway) -> None:
    answer = batch(both, [row(1), row(1)], headers=WAITING)

    first, second = (each["body"] for each in answer.json["results"])
    assert statuses(answer) == [201, 200]
    assert second["lead"]["duplicate_of"] == first["lead"]["id"]
    assert second["dialer"]["lead_id"] == first["dialer"]["lead_id"]
    assert both.dialer.sent == ["9876500001"]


def test_a_lead_the_dialer_refuses_and_one_it_takes_are_told_apart(tmp_path: Path) -> None:
    dialer = ScriptedDialer()
    takes = dialer.script
    dialer.script = lambda lead: (
        Rejected(code="phone.invalid", message="No.") if lead["phone_number"].endswith("2") else takes(lead)
    )
    with opened(tmp_path, dialer=dialer) as gateway:
        answer = batch(gateway, [row(1), row(2)], headers=WAITING)

        assert statuses(answer) == [201, 422]
        assert answer.json["results"][1]["body"]["lead"]["status"] == "rejected"


def test_without_a_wish_to_wait_the_answer_comes_when_all_is_kept(tmp_path: Path) -> None:
    dialer = ScriptedDialer()
    dialer.gate.clear()
    with opened(tmp_path, dialer=dialer) as gateway:
        answer = batch(gateway, [row(number) for number in range(30)])

        assert set(statuses(answer)) == {202}
        assert len(gateway.stored()) == 30
        dialer.gate.set()


def test_the_wait_ends_for_all_rows_together(tmp_path: Path) -> None:
    dialer = ScriptedDialer()
    dialer.gate.clear()
    with opened(tmp_path, dialer=dialer) as gateway:
        began = time.monotonic()
        answer = batch(gateway, [row(number) for number in range(30)], headers={"Prefer": "wait=1"})

        assert 0.9 < time.monotonic() - began < 3
        assert {each["body"]["lead"]["status"] for each in answer.json["results"]} <= {"queued", "sending"}
        dialer.gate.set()


def test_a_thousand_rows_are_kept_in_one_commit_and_leave_in_groups(both: Gateway) -> None:
    both.dialer.seconds = 0.02
    commits: list[float] = []
    transact = both.store.batches.accept
    both.store.batches.accept = lambda batch: (commits.append(len(batch.rows)), transact(batch))[1]  # type: ignore[method-assign]

    began = time.monotonic()
    answer = batch(both, [row(number) for number in range(1000)])
    acknowledged = time.monotonic() - began

    assert commits == [1000]
    assert set(statuses(answer)) == {202}
    assert acknowledged < 4  # a tenth of it on a machine that does nothing else
    while len(both.dialer.sent) < 1000 and time.monotonic() < began + 30:
        time.sleep(0.02)
    assert len(both.dialer.sent) == len(set(both.dialer.sent)) == 1000
    assert len(both.dialer.requests) < 200
    assert "add_multi_lead" in both.dialer.actions


def test_the_same_key_and_batch_get_the_first_answer_byte_for_byte(both: Gateway) -> None:
    rows = [row(1), {"mobile_no": "1"}, row(2)]
    first, second = (batch(both, rows, headers=KEY | WAITING) for _ in range(2))

    assert first.data == second.data
    assert (first.headers.get("Idempotent-Replayed"), second.headers["Idempotent-Replayed"]) == (None, "true")
    assert len(both.stored()) == 2


def test_the_same_key_for_another_batch_is_refused(both: Gateway) -> None:
    batch(both, [row(1)], headers=KEY)
    answer = batch(both, [row(1), row(2)], headers=KEY)

    assert (answer.status_code, answer.json["reason_code"]) == (422, "idempotency.reused")
    assert len(both.stored()) == 1


def test_a_batch_of_which_nothing_was_kept_uses_up_no_key(gateway: Gateway) -> None:
    bad = batch(gateway, [{"mobile_no": "1"}], headers=KEY)
    good = batch(gateway, [row(1)], headers=KEY)

    assert (statuses(bad), statuses(good)) == ([422], [202])


def test_many_at_once_with_one_key_are_one_batch(both: Gateway) -> None:
    both.key()
    with ThreadPoolExecutor(12) as threads:
        answers = list(threads.map(lambda _: batch(both, [row(1), row(2)], headers=KEY), range(12)))

    assert {each.status_code for each in answers} <= {200, 409}
    assert sum("Idempotent-Replayed" not in each.headers for each in answers if each.status_code == 200) == 1
    assert len(both.stored()) == 2


def test_a_row_may_have_a_key_of_its_own(both: Gateway) -> None:
    first = batch(both, [row(1, idempotency_key="a"), row(2)], headers=WAITING)
    again = batch(both, [row(3), row(1, idempotency_key="a")], headers=WAITING)

    before, after = first.json["results"][0], again.json["results"][1]
    assert after == {"status": 201, "replayed": True, "body": before["body"]}
    assert len(both.stored()) == 3


def test_a_row_with_the_key_of_another_lead_is_refused_alone(both: Gateway) -> None:
    batch(both, [row(1, idempotency_key="a")])
    answer = batch(both, [row(2, idempotency_key="a"), row(3)])

    assert statuses(answer) == [422, 202]
    assert answer.json["results"][0]["body"]["reason_code"] == "idempotency.reused"


def test_a_key_that_stands_twice_in_one_batch_is_one_lead(both: Gateway) -> None:
    answer = batch(both, [row(1, idempotency_key="a"), row(1, idempotency_key="a")], headers=WAITING)

    first, second = answer.json["results"]
    assert second == {**first, "replayed": True}
    assert len(both.stored()) == 1


@pytest.mark.parametrize("key", ["", "x" * 256, "ü", 7, None])
def test_a_malformed_key_of_a_row_is_a_problem_of_that_row(gateway: Gateway, key: Any) -> None:
    answer = batch(gateway, [row(1, idempotency_key=key), row(2)])

    assert statuses(answer) == [422, 202]
    assert answer.json["results"][0]["body"]["errors"][0]["field"] == "idempotency_key"


def test_a_batch_whose_process_died_before_it_answered_is_told_by_its_leads(both: Gateway) -> None:
    rows = [row(1), {"mobile_no": "1"}, row(2)]
    first = batch(both, rows, headers=KEY | WAITING)
    both.store.write(
        lambda each: each.run("UPDATE idempotency SET status = NULL, headers = NULL, body = NULL")
    )

    too_soon = batch(both, rows, headers=KEY)
    both.clock.ahead = ANSWER_WITHIN + 1
    recalled = batch(both, rows, headers=KEY)
    again = batch(both, rows, headers=KEY)

    assert (too_soon.status_code, too_soon.json["reason_code"]) == (409, "idempotency.running")
    assert statuses(recalled) == statuses(first) == [201, 422, 201]
    assert recalled.headers["Idempotent-Replayed"] == "true"
    assert [each["body"].get("dialer") for each in recalled.json["results"]] == [
        each["body"].get("dialer") for each in first.json["results"]
    ]
    assert recalled.data == again.data
    assert len(both.stored()) == 2


def test_rows_of_a_test_key_are_never_dialed(gateway: Gateway) -> None:
    headers = {"Authorization": f"Bearer {gateway.key(mode='test')}"}
    answer = batch(gateway, [row(1), row(2)], headers=headers)

    assert {each["body"]["lead"]["status"] for each in answer.json["results"]} == {"test"}
    assert gateway.dialer.sent == []


def test_each_row_is_kept_as_it_was_sent(gateway: Gateway) -> None:
    text = '[ {"mobile_no": "9876500001",  "customer_name": "आशा"}, {"mobile_no": "9876500002"} ]'
    answer = batch(gateway, None, data=text.encode(), content_type="application/json")

    story = gateway.store.story(answer.json["results"][0]["body"]["lead"]["id"])
    assert story is not None
    assert story.enquiry is not None
    assert story.enquiry.body.decode() == '{"mobile_no": "9876500001",  "customer_name": "आशा"}'
    assert gateway.store.verify() == []


def test_other_callers_go_on_while_a_batch_waits(tmp_path: Path) -> None:
    dialer = ScriptedDialer(seconds=0.01)
    with opened(tmp_path, dialer=dialer) as gateway:
        gateway.key()
        waiting = threading.Thread(
            target=batch, args=(gateway, [row(number) for number in range(300)]), kwargs={"headers": WAITING}
        )
        waiting.start()
        answer = gateway.lead({"mobile_no": "9812345678"})
        waiting.join()

        assert answer.status_code == 201


def test_a_batch_that_is_not_kept_is_a_503_and_nothing_of_it_is_there(tmp_path: Path) -> None:
    with opened(tmp_path) as gateway:
        gateway.key()
        gateway.lead(row(9))
        gateway.store.write(lambda each: each.run("ALTER TABLE enquiries RENAME TO gone"))
        answer = batch(gateway, [row(1)])
        gateway.store.write(lambda each: each.run("ALTER TABLE gone RENAME TO enquiries"))

        assert answer.status_code >= 500
        assert len(gateway.stored()) == 1
        assert json.loads(answer.data)["outcome"] == "error"
