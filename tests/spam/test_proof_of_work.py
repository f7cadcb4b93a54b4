"""Work that a browser did, in time and for this form, is told from work that nobody did."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from typing import Any

import altcha
import pytest

from gateway.spam import proof_of_work
from gateway.spam.answers import Answer, Passed, Refused

KEY = "a secret for tests"
COST = 10  # iterations: the work of a test


def work(source: str = "website", *, now: float | None = None, key: str = KEY) -> dict[str, Any]:
    return proof_of_work.challenge(key, source, cost=COST, now=now or time.time())


def solved(challenge: dict[str, Any]) -> dict[str, Any]:
    """What a browser posts, before it is written as base64."""
    solution = altcha.solve_challenge(altcha.Challenge.from_dict(challenge))
    assert solution is not None
    return {"challenge": challenge, "solution": solution.to_dict()}


def written(payload: Any) -> str:
    return base64.b64encode(json.dumps(payload).encode()).decode()


def check(answer: str, source: str = "website", *, now: float | None = None) -> Answer:
    return proof_of_work.check(KEY, source, answer, now=now or time.time())


def test_work_that_was_done_passes_until_its_time_is_over() -> None:
    challenge = work()
    answer = check(written(solved(challenge)))

    assert answer == Passed(proof=challenge["signature"], expires_at=challenge["parameters"]["expiresAt"])


def test_work_is_what_browsers_and_the_widget_read() -> None:
    now = time.time()
    parameters = work(now=now)["parameters"]

    assert parameters["algorithm"] == "PBKDF2/SHA-256"
    assert (parameters["cost"], parameters["keyLength"], parameters["keyPrefix"]) == (COST, 32, "00")
    assert parameters["expiresAt"] == int(now + proof_of_work.LIFETIME)
    assert work()["parameters"]["nonce"] != parameters["nonce"]


def test_the_work_is_that_of_the_published_example() -> None:
    """Solved by another program: what we give out must be what browsers derive."""
    challenge = work()
    challenge["parameters"] |= {
        "nonce": "855be9fd74d6f0f54092d6b4041fd571",
        "salt": "218bc7fe6389be5eccaa9d01e488892d",
    }

    solution = solved(challenge)["solution"]
    assert solution["counter"] == 112
    assert solution["derivedKey"] == "00ab910d96ea2616f41c76418f956050b276d0d419a14f931a9daaf09c1a04cc"


def test_work_of_another_form_is_none_for_this_one() -> None:
    assert check(written(solved(work("landing")))) == Refused(code="captcha.elsewhere")


def test_work_that_comes_too_late_is_spent() -> None:
    old = written(solved(work(now=time.time() - proof_of_work.LIFETIME - 1)))

    assert check(old) == Refused(code="captcha.spent")


def test_the_gateways_own_clock_decides_what_is_late() -> None:
    answer = written(solved(work()))

    assert check(answer, now=time.time() + proof_of_work.LIFETIME + 1) == Refused(code="captcha.spent")


def own_key(payload: dict[str, Any]) -> None:
    payload["challenge"] = work(key="another secret")


def less_work(payload: dict[str, Any]) -> None:
    payload["challenge"]["parameters"]["keyPrefix"] = ""


def later(payload: dict[str, Any]) -> None:
    payload["challenge"]["parameters"]["expiresAt"] += 3600


def another_form(payload: dict[str, Any]) -> None:
    payload["challenge"]["parameters"]["data"] = {"source": "landing"}


def any_counter(payload: dict[str, Any]) -> None:
    """No work: some counter with the key that really belongs to it, which the library took before 2.1."""
    parameters = altcha.Challenge.from_dict(payload["challenge"]).parameters
    salt, nonce = bytes.fromhex(parameters.salt), bytes.fromhex(parameters.nonce)
    for counter in range(1000):
        key = altcha.derive_key_pbkdf2(parameters, salt, nonce + counter.to_bytes(4, "big"))
        if key[0] != 0:
            payload["solution"] = {"counter": counter, "derivedKey": key.hex()}
            return


def wrong_key(payload: dict[str, Any]) -> None:
    payload["solution"]["derivedKey"] = "00" * 32


def no_solution(payload: dict[str, Any]) -> None:
    del payload["solution"]


def strange_solution(payload: dict[str, Any]) -> None:
    payload["solution"] = {"counter": "112", "derivedKey": 7}


def strange_signature(payload: dict[str, Any]) -> None:
    payload["challenge"]["signature"] = ["x"]


def no_signature(payload: dict[str, Any]) -> None:
    payload["challenge"]["signature"] = ""


def strange_time(payload: dict[str, Any]) -> None:
    payload["challenge"]["parameters"]["expiresAt"] = True


@pytest.mark.parametrize(
    "spoil",
    [own_key, less_work, later, another_form, any_counter, wrong_key, no_solution, strange_solution,
     strange_signature, no_signature, strange_time],
)  # fmt: skip
def test_work_that_was_not_done_or_was_not_given_by_us_fails(spoil: Callable[[dict[str, Any]], None]) -> None:
    payload = solved(work())
    spoil(payload)

    assert check(written(payload)) == Refused(code="captcha.failed")


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "x",
        "!!!!",
        "é",
        written([]),
        written({}),
        written({"challenge": []}),
        written({"challenge": {"parameters": [], "signature": "x"}}),
        written(
            {
                "challenge": {
                    "signature": "x",
                    "parameters": {"expiresAt": 1e999, "data": {"source": "website"}},
                }
            }
        ),
        base64.b64encode(b"[" * 5000).decode(),
        base64.b64encode(b"\xff\xfe{").decode(),
        base64.b64encode(b'{"challenge": {"parameters": {"expiresAt": ' + b"9" * 5000 + b"}}}").decode(),
        "A" * 1_000_000,
    ],
)
def test_garbage_fails_and_breaks_nothing(answer: str) -> None:
    assert check(answer) == Refused(code="captcha.failed")
