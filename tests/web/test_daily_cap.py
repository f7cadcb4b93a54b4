"""A daily cap at every door: programs with keys are refused, of visitors and platforms nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.leads.lead import State
from tests.servers import PostgresServer
from tests.web.gateway_under_test import Gateway, make_config, opened

DAY = 86400


@pytest.fixture(params=["sqlite", "postgresql"])
def capped(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Gateway]:
    """A gateway whose sources may bring two leads a day."""
    more = {}
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        more["database_url"] = server.new_database()
    config = make_config()
    sources = {name: replace(each, daily_cap=2) for name, each in config.sources.items()}
    with opened(tmp_path, replace(config, sources=sources), **more) as running:
        # Noon, so that no midnight comes between two requests of a test.
        running.clock.ahead = DAY / 2 - running.clock.now() % DAY
        yield running


def numbers(first: int, leads: int) -> list[str]:
    return [str(9_876_500_000 + first + each) for each in range(leads)]


def test_a_partner_is_refused_until_midnight_and_nothing_is_kept(capped: Gateway) -> None:
    answers = [capped.lead({"MobileNo": number}) for number in numbers(0, 3)]

    last = answers[-1]
    assert [each.status_code for each in answers] == [201, 201, 429]
    assert last.content_type == "application/problem+json"
    assert (last.json["reason_code"], last.json["outcome"], last.json["retryable"]) == (
        "cap.daily",
        "error",
        True,
    )
    assert last.json["violated-policies"] == ["daily-cap"]
    assert int(last.headers["Retry-After"]) == pytest.approx(DAY / 2, abs=60)
    assert len(capped.stored("partner")) == 2


def test_the_next_day_the_same_request_is_a_new_one(capped: Gateway) -> None:
    for number in numbers(0, 2):
        capped.lead({"MobileNo": number})
    late = {"fields": {"MobileNo": "9876543999"}, "headers": {"Idempotency-Key": '"order-17"'}}
    assert capped.lead(**late).status_code == 429

    capped.clock.ahead += DAY

    answer = capped.lead(**late)
    assert (answer.status_code, "Idempotent-Replayed" in answer.headers) == (201, False)


def test_a_repeated_request_is_answered_as_before_when_the_cap_is_reached(capped: Gateway) -> None:
    first = {"fields": {"MobileNo": "9876543999"}, "headers": {"Idempotency-Key": '"order-17"'}}
    lead_id = capped.lead(**first).json["lead"]["id"]
    capped.lead({"MobileNo": "9876500001"})

    again = capped.lead(**first)

    assert (again.status_code, again.json["lead"]["id"]) == (201, lead_id)
    assert capped.lead({"MobileNo": "9876543999"}).json["lead"]["status"] == "duplicate"


def test_each_row_of_a_batch_has_its_answer(capped: Gateway) -> None:
    rows = [{"mobile_no": number} for number in numbers(0, 4)]

    answer = capped.ask(
        "POST", "/v1/leads/batch", json=rows, headers={"Authorization": f"Bearer {capped.key()}"}
    )

    assert answer.json["counts"] == {"success": 2, "failure": 0, "error": 2}
    assert [each["status"] for each in answer.json["results"]] == [202, 202, 429, 429]
    assert answer.json["results"][3]["body"]["reason_code"] == "cap.daily"


def test_leads_of_test_keys_do_not_count(capped: Gateway) -> None:
    test = [capped.lead({"MobileNo": n}, key=capped.key(mode="test")) for n in numbers(0, 4)]
    live = [capped.lead({"MobileNo": n}) for n in numbers(10, 3)]

    assert [each.status_code for each in test] == [200] * 4
    assert [each.status_code for each in live] == [201, 201, 429]


def test_a_platforms_lead_beyond_the_cap_is_acknowledged_and_kept(capped: Gateway) -> None:
    answers = [capped.webhook({"phone": number}) for number in numbers(0, 3)]

    assert [each.status_code for each in answers] == [200] * 3
    last = capped.stored("portal")[0]
    assert (last.state, last.reason_code) == (State.QUARANTINED, "cap.daily")


def test_a_visitor_beyond_the_cap_learns_nothing_of_it_and_an_operator_sends_the_enquiry(
    capped: Gateway,
) -> None:
    answers = [capped.script({"phone": number}, "landing") for number in numbers(0, 3)]

    assert answers[2].status_code == 202
    assert answers[2].json["lead"]["status"] == "queued"
    assert "cap" not in answers[2].get_data(as_text=True)
    last = capped.stored("landing")[0]
    assert (last.state, last.reason_code) == (State.QUARANTINED, "cap.daily")

    assert capped.store.retry([last.id], now=capped.clock.now()) == {last.id}


def test_many_at_once_are_never_one_too_many(capped: Gateway) -> None:
    key = capped.key()
    with ThreadPoolExecutor(8) as threads:
        statuses = list(
            threads.map(lambda n: capped.lead({"MobileNo": n}, key=key).status_code, numbers(0, 16))
        )

    assert sorted(statuses) == [201] * 2 + [429] * 14
