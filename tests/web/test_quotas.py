"""What one key may do in a second, a minute and a day: told with every answer, kept for requests and for leads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import http_sf
import pytest
from werkzeug.test import TestResponse

from gateway.store.keys import issue
from gateway.web.limit_rules import rules_of
from tests.sources.making import make_source
from tests.web.gateway_under_test import Gateway, make_config, opened

WINDOWS = ("40 per second per key", "60 per minute per key", "100 per day per key")


@pytest.fixture
def quoted(tmp_path: Path) -> Iterator[Gateway]:
    """A gateway whose partners have a quota for each window."""
    with opened(tmp_path, make_config(key_limits=WINDOWS)) as running:
        yield running


def key_with(gateway: Gateway, *limits: str, source: str = "partner") -> str:
    """A new key with limits of its own."""
    issued = issue(source, "live", "test", expires_at=None, now=gateway.clock.now(), limits=limits)
    gateway.store.create_key(issued.key)
    return issued.text


def standings(answer: TestResponse) -> dict[str, int]:
    """What is left by each policy."""
    items = http_sf.parse(answer.headers["RateLimit"].encode(), tltype="list")
    return {name: told["r"] for name, told in items}


def batch(gateway: Gateway, rows: int, *, key: str | None = None, start: int = 0) -> TestResponse:
    leads = [{"mobile_no": str(9_870_000_000 + start + number)} for number in range(rows)]
    headers = {"Authorization": f"Bearer {key or gateway.key()}"}
    return gateway.ask("POST", "/v1/leads/batch", json=leads, headers=headers)


def test_every_window_is_told_with_what_is_left_of_it(quoted: Gateway) -> None:
    answer = quoted.lead()

    policies = http_sf.parse(answer.headers["RateLimit-Policy"].encode(), tltype="list")
    assert policies == [
        ("key-1s", {"q": 40, "w": 1}),
        ("key-60s", {"q": 60, "w": 60}),
        ("key-86400s", {"q": 100, "w": 86400}),
    ]
    assert standings(answer) == {"key-1s": 39, "key-60s": 59, "key-86400s": 99}


@pytest.mark.parametrize(
    ("limits", "policy", "least"),
    [
        (("2 per second", "50 per minute"), "key-1s", 1),
        (("50 per second", "2 per minute", "9 per day"), "key-60s", 1),
        (("50 per second", "9 per minute", "2 per day"), "key-86400s", 60),
    ],
)
def test_the_window_that_is_full_is_named_with_its_wait(
    quoted: Gateway, limits: tuple[str, ...], policy: str, least: int
) -> None:
    key = key_with(quoted, *limits)
    answers = [quoted.lead({"MobileNo": str(9_876_500_000 + n)}, key=key) for n in range(12)]

    last = next(each for each in answers if each.status_code == 429)
    assert (last.json["reason_code"], last.json["retryable"]) == ("rate.exceeded", True)
    assert last.json["violated-policies"] == [policy]
    assert standings(last) == {policy: 0}
    assert int(last.headers["Retry-After"]) >= least


def test_a_keys_own_limits_stand_in_for_its_sources(quoted: Gateway) -> None:
    answer = quoted.lead(key=key_with(quoted, "7 per minute"))

    assert standings(answer) == {"key-60s": 6}
    assert standings(quoted.lead()) == {"key-1s": 39, "key-60s": 59, "key-86400s": 99}


def test_a_key_without_limits_is_still_counted_with_its_source() -> None:
    source = make_source(kind="partner", limits=("5 per minute per key", "50 per minute"))

    assert [rule.name for rule in rules_of(source, ("none",))] == ["source-60s"]
    assert [rule.name for rule in rules_of(source, ("9 per day",))] == ["source-60s", "key-86400s"]


def test_what_a_short_limit_refuses_is_not_taken_from_the_long_ones(quoted: Gateway) -> None:
    key = key_with(quoted, "1 per minute", "50 per day")
    statuses = [quoted.lead({"MobileNo": str(9_876_500_000 + n)}, key=key).status_code for n in range(6)]

    assert statuses == [201, 429, 429, 429, 429, 429]
    counted = quoted.app.extensions["gateway.limits"]
    rule = next(each for each in rules_of(quoted.services.config.sources["partner"], ("50 per day",)))
    who = key.split("_")[2]
    assert counted.count((rule,), "partner", key=who).standings[0].remaining == 48


def test_each_row_of_a_batch_counts_against_the_day_and_the_batch_once_against_the_minute(
    quoted: Gateway,
) -> None:
    answer = batch(quoted, 30)

    assert answer.status_code == 200
    assert standings(answer) == {"key-1s": 39, "key-60s": 59, "key-86400s": 70}
    assert standings(quoted.lead())["key-86400s"] == 69


def test_a_batch_larger_than_what_is_left_is_refused_as_a_whole_and_told_what_fits(quoted: Gateway) -> None:
    assert batch(quoted, 90).status_code == 200

    refused = batch(quoted, 40, start=100)

    assert (refused.status_code, refused.json["violated-policies"]) == (429, ["key-86400s"])
    left = standings(refused)["key-86400s"]
    assert left == 9
    assert len(quoted.stored("partner")) == 90
    assert batch(quoted, left, start=200).status_code == 200


def test_two_keys_of_one_source_have_a_quota_each(quoted: Gateway) -> None:
    one, two = key_with(quoted, "1 per day"), key_with(quoted, "1 per day")

    first: list[Any] = [quoted.lead(key=each).status_code for each in (one, two)]

    assert first == [201, 200]  # the second is the same person again
    assert [quoted.lead(key=each).status_code for each in (one, two)] == [429, 429]


def test_quotas_of_the_key_and_of_its_source_are_kept_side_by_side(tmp_path: Path) -> None:
    config = make_config(key_limits=("5 per minute per key",))
    partner = replace(config.sources["partner"], limits=("5 per minute per key", "8 per minute"))
    with opened(tmp_path, replace(config, sources={**config.sources, "partner": partner})) as gateway:
        answer = gateway.lead()

        assert standings(answer) == {"key-60s": 4, "source-60s": 7}
