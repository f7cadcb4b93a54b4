"""Limits count whom they should, cannot be talked out of it, and never stand in the way of a lead."""

from __future__ import annotations

import time
from pathlib import Path

import http_sf
import pytest
from werkzeug.test import TestResponse

from gateway.web.context import address_behind, address_key
from gateway.web.errors import QUOTA_EXCEEDED
from gateway.web.limit_rules import Per, read_rule, rules_of
from tests.sources.making import make_source
from tests.web.gateway_under_test import Gateway, make_config, opened
from tests.web.redis_server import redis_server

THREE = ("3 per hour per ip",)


def post(gateway: Gateway, number: int, peer: str = "198.51.100.7", **headers: str) -> TestResponse:
    fields = {"phone": str(9_876_543_000 + number)}
    return gateway.script(fields, "landing", headers=headers, environ_overrides={"REMOTE_ADDR": peer})


def statuses(gateway: Gateway, peers: list[str], **headers: str) -> list[int]:
    return [post(gateway, number, peer, **headers).status_code for number, peer in enumerate(peers)]


def test_one_too_many_is_told_when_to_come_back(limited: Gateway) -> None:
    answers = [post(limited, number) for number in range(4)]

    last = answers[-1]
    assert [each.status_code for each in answers] == [201, 201, 201, 429]
    assert last.content_type == "application/problem+json"
    assert (last.json["type"], last.json["violated-policies"]) == (QUOTA_EXCEEDED, ["ip-3600s"])
    assert (last.json["outcome"], last.json["retryable"]) == ("error", True)
    assert last.headers["Cache-Control"] == "no-store"
    policy = http_sf.parse(last.headers["RateLimit-Policy"].encode(), tltype="list")
    standing = http_sf.parse(last.headers["RateLimit"].encode(), tltype="list")
    assert policy == [("ip-3600s", {"q": 3, "w": 3600})]
    assert standing[0][0] == "ip-3600s"
    assert standing[0][1]["r"] == 0
    assert int(last.headers["Retry-After"]) >= standing[0][1]["t"] >= 1
    assert len(limited.stored()) == 3


def test_what_is_left_is_told_with_every_answer(limited: Gateway) -> None:
    left = [
        http_sf.parse(post(limited, n).headers["RateLimit"].encode(), tltype="list")[0][1]["r"]
        for n in range(3)
    ]

    assert left == [2, 1, 0]
    assert "X-RateLimit-Limit" not in post(limited, 9).headers


def test_a_person_sees_a_page(limited: Gateway) -> None:
    for number in range(3):
        post(limited, number, "127.0.0.1")

    page = limited.form({"phone": "9876543210"}, "landing")

    assert (page.status_code, page.mimetype) == (429, "text/html")
    assert int(page.headers["Retry-After"]) >= 1


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Forwarded-For": "203.0.113.{}"},
        {"X-Forwarded-For": "203.0.113.{}, 203.0.113.9"},
        {"Forwarded": "for=203.0.113.{}"},
        {"X-Real-Ip": "203.0.113.{}"},
        {"Client-Ip": "203.0.113.{}"},
    ],
)
def test_without_a_proxy_no_header_gets_past_the_limit(limited: Gateway, headers: dict[str, str]) -> None:
    found = [
        post(limited, n, **{name: value.format(n) for name, value in headers.items()}).status_code
        for n in range(4)
    ]

    assert found == [201, 201, 201, 429]


def test_behind_a_proxy_the_address_it_appended_counts(tmp_path: Path) -> None:
    with opened(tmp_path, make_config(limits=THREE, trusted_proxies=1)) as gateway:
        spoofed = [
            post(gateway, n, "10.0.0.1", **{"X-Forwarded-For": f"203.0.113.{n}, 198.51.100.7"}).status_code
            for n in range(4)
        ]
        other = post(gateway, 9, "10.0.0.1", **{"X-Forwarded-For": "198.51.100.8"}).status_code

        assert spoofed == [201, 201, 201, 429]
        assert other == 201


def test_one_ipv6_customer_is_one_client(limited: Gateway) -> None:
    one = [f"2001:db8:1:2::{n:x}" for n in range(1, 5)]

    assert statuses(limited, one) == [201, 201, 201, 429]
    assert post(limited, 9, "2001:db8:1:3::1").status_code == 201


def test_an_ipv4_address_in_ipv6_clothes_is_the_same_client(limited: Gateway) -> None:
    assert (
        statuses(limited, ["198.51.100.7", "::ffff:198.51.100.7", "198.51.100.7", "::ffff:c633:6407"])[-1]
        == 429
    )


def test_a_partners_key_is_counted_wherever_it_comes_from(limited: Gateway) -> None:
    found = [
        limited.lead(
            {"MobileNo": str(9_876_543_000 + n)}, environ_overrides={"REMOTE_ADDR": f"198.51.100.{n}"}
        )
        for n in range(4)
    ]

    assert [each.status_code for each in found] == [201, 201, 201, 429]
    assert limited.lead(key=limited.key("rival")).status_code == 201


def test_whoever_does_not_prove_himself_uses_up_nobodys_limit(limited: Gateway) -> None:
    for _ in range(5):
        assert limited.ask("POST", "/webhooks/signed", json={}).status_code == 401

    assert limited.webhook(source="portal").status_code == 200


def test_guessing_is_slowed_down_by_address_and_the_right_key_still_works(gateway: Gateway) -> None:
    guesses = [gateway.ask("POST", "/v1/leads", json={}).status_code for _ in range(31)]

    assert guesses == [401] * 30 + [429]
    assert gateway.ask("POST", "/webhooks/portal", json={}).status_code == 429
    assert gateway.lead().status_code == 201


# -- the shared storage --------------------------------------------------------------------------------------


def test_processes_that_share_a_redis_share_a_limit(tmp_path: Path) -> None:
    with (
        redis_server(tmp_path) as redis,
        opened(tmp_path, make_config(limits=THREE), ratelimit_url=redis.url) as one,
        opened(tmp_path, make_config(limits=THREE), ratelimit_url=redis.url) as two,
    ):
        found = [post(each, n).status_code for n, each in enumerate([one, two, one, two])]

    assert found == [201, 201, 201, 429]


def test_without_its_redis_a_process_counts_alone_and_loses_no_time(tmp_path: Path) -> None:
    with opened(tmp_path, make_config(limits=THREE), ratelimit_url="redis://127.0.0.1:1/0") as gateway:
        started = time.monotonic()
        found = statuses(gateway, ["198.51.100.7"] * 4)

        assert found == [201, 201, 201, 429]
        assert time.monotonic() - started < 5


def test_a_redis_that_dies_on_the_way_is_not_missed(tmp_path: Path) -> None:
    with (
        redis_server(tmp_path) as redis,
        opened(tmp_path, make_config(limits=THREE), ratelimit_url=redis.url) as gateway,
    ):
        before = statuses(gateway, ["198.51.100.7"] * 2)
        redis.kill()
        after = [post(gateway, 5 + n).status_code for n in range(4)]

    assert before == [201, 201]
    assert after == [201, 201, 201, 429]


# -- reading rules and addresses -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "amount", "seconds", "per"),
    [
        ("5 per minute per ip", 5, 60, Per.IP),
        ("200 per minute", 200, 60, Per.SOURCE),
        ("100 per 15 minutes per key", 100, 900, Per.KEY),
        ("10/second", 10, 1, Per.SOURCE),
        ("1000 per day per source", 1000, 86400, Per.SOURCE),
    ],
)
def test_limits_read_as_they_are_said(text: str, amount: int, seconds: int, per: Per) -> None:
    rule = read_rule(text)

    assert (rule.item.amount, rule.item.get_expiry(), rule.per) == (amount, seconds, per)


@pytest.mark.parametrize(
    "text", ["", "many", "0 per minute", "5 per fortnight", "5 per minute per cookie", "-1/day"]
)
def test_a_limit_that_cannot_be_read_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="a limit reads"):
        read_rule(text)


def test_every_kind_has_a_sensible_default() -> None:
    assert [rule.name for rule in rules_of(make_source(kind="form"))] == ["ip-60s", "source-60s"]
    assert [rule.per for rule in rules_of(make_source(kind="partner"))] == [Per.KEY]
    assert [rule.per for rule in rules_of(make_source(kind="anything"))] == [Per.SOURCE]
    assert rules_of(make_source(limits=("none",))) == ()


@pytest.mark.parametrize(
    ("peer", "forwarded", "hops", "address"),
    [
        ("10.0.0.1", "", 1, "10.0.0.1"),
        ("10.0.0.1", "1.2.3.4", 0, "10.0.0.1"),
        ("10.0.0.1", "1.2.3.4", 1, "1.2.3.4"),
        ("10.0.0.1", "6.6.6.6, 1.2.3.4", 1, "1.2.3.4"),
        ("10.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.2", 2, "1.2.3.4"),
        ("10.0.0.1", "1.2.3.4", 2, "1.2.3.4"),
        ("10.0.0.1", "6.6.6.6, 1.2.3.4:4711", 1, "1.2.3.4"),
        ("10.0.0.1", "[2001:db8::17]:4711", 1, "2001:db8::17"),
        ("10.0.0.1", "fe80::1%eth0", 1, "fe80::1"),
        ("10.0.0.1", "::ffff:1.2.3.4", 1, "1.2.3.4"),
        ("10.0.0.1", "unknown", 1, "10.0.0.1"),
        ("10.0.0.1", "1.2.3.4,", 1, "10.0.0.1"),
        ("10.0.0.1", "<script>", 1, "10.0.0.1"),
        ("", "", 0, ""),
    ],
)
def test_the_client_is_the_one_our_own_proxy_saw(peer: str, forwarded: str, hops: int, address: str) -> None:
    assert address_behind(peer, forwarded, hops) == address


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("", "unknown"),
        ("localhost", "unknown"),
    ],
)
def test_an_address_is_counted_as_its_customer(address: str, key: str) -> None:
    assert address_key(address) == key
