"""A captcha service is asked once, briefly; what it says of a visitor counts, its own troubles cost nobody a call."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from gateway.config.model import Captcha
from gateway.spam import siteverify
from gateway.spam.answers import Answer, Passed, Refused, Unverified
from tests.spam.captcha_service import SECRET, CaptchaService, running_captcha_service

NOW = 1_795_000_000.0
PROVIDERS = sorted(siteverify.SERVICES)


@pytest.fixture
def service() -> Iterator[CaptchaService]:
    with running_captcha_service() as running:
        yield running


def captcha_at(service: CaptchaService, provider: str = "turnstile") -> Captcha:
    return Captcha(provider=provider, site_key="site-key", secrets=(SECRET,), verify_url=service.url)


def ask(captcha: Captcha, token: str = "good", *, patience: float = 3.0) -> Answer:
    return siteverify.check(captcha, token, now=NOW, patience=patience)


# -- what a visitor did --------------------------------------------------------------------------------------


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_solved_captcha_passes(service: CaptchaService, provider: str) -> None:
    answer = ask(captcha_at(service, provider))

    assert isinstance(answer, Passed)
    assert (answer.proof, answer.expires_at > NOW) == ("good", True)


def test_the_service_learns_the_answer_and_nothing_of_the_visitor(service: CaptchaService) -> None:
    ask(captcha_at(service, "turnstile"))
    ask(captcha_at(service, "hcaptcha"), "good-2")

    assert service.asked == [
        {"secret": SECRET, "response": "good"},
        {"secret": SECRET, "response": "good-2", "sitekey": "site-key"},
    ]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_made_up_answer_fails(service: CaptchaService, provider: str) -> None:
    assert ask(captcha_at(service, provider), "made-up") == Refused(code="captcha.failed")


@pytest.mark.parametrize("token", ["good" * 2000, "gööd"])
def test_what_no_service_ever_gave_is_not_sent_to_one(service: CaptchaService, token: str) -> None:
    assert ask(captcha_at(service), token) == Refused(code="captcha.failed")
    assert service.asked == []


def test_an_answer_is_good_once(service: CaptchaService) -> None:
    ask(captcha_at(service))

    assert ask(captcha_at(service)) == Refused(code="captcha.spent")


@pytest.mark.parametrize(
    "code", ["already-seen-response", "invalid-or-already-seen-response", "expired-input-response"]
)
def test_hcaptcha_says_in_its_own_words_that_an_answer_is_spent(service: CaptchaService, code: str) -> None:
    service.codes = (code,)

    assert ask(captcha_at(service, "hcaptcha")) == Refused(code="captcha.spent")


def test_a_refusal_without_a_reason_is_a_refusal(service: CaptchaService) -> None:
    service.extra = {"success": False}

    assert ask(captcha_at(service)) == Refused(code="captcha.failed")


@pytest.mark.parametrize(
    ("score", "expected"), [(0.9, Passed), (0.5, Passed), (0.3, Refused), (0, Refused), (None, Passed)]
)
def test_version_3_of_recaptcha_gives_a_score(
    service: CaptchaService, score: float | None, expected: type[Answer]
) -> None:
    service.extra = {} if score is None else {"score": score, "action": "enquiry"}
    answer = ask(captcha_at(service, "recaptcha"))

    assert isinstance(answer, expected)
    assert not isinstance(answer, Refused) or answer.code == "captcha.score"


def test_the_score_of_hcaptcha_counts_the_other_way_round_and_is_left_alone(service: CaptchaService) -> None:
    service.extra = {"score": 0.0}

    assert isinstance(ask(captcha_at(service, "hcaptcha")), Passed)


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"hostname": "www.example.com", "action": "enquiry"}, Passed),
        ({"hostname": "WWW.Example.com", "action": "enquiry"}, Passed),
        ({"hostname": "evil.example", "action": "enquiry"}, Refused),
        ({"hostname": "www.example.com", "action": "login"}, Refused),
        ({"hostname": "www.example.com"}, Refused),
        ({"action": "enquiry"}, Refused),
    ],
)
def test_an_answer_for_another_site_or_action_is_none_for_us(
    service: CaptchaService, members: dict[str, str], expected: type[Answer]
) -> None:
    service.extra = dict(members)
    captcha = replace(captcha_at(service), hostnames=("www.example.com",), action="enquiry")
    answer = ask(captcha)

    assert isinstance(answer, expected)
    assert not isinstance(answer, Refused) or answer.code == "captcha.elsewhere"


# -- troubles that are not the visitor's ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ("500", "status"),
        ("redirect", "status"),
        ("garbage", "unreadable"),
        ("not_json", "unreadable"),
        ("endless", "unreadable"),
        ("closed", "unreachable"),
    ],
)
def test_a_service_that_fails_says_nothing_about_the_visitor(
    service: CaptchaService, fault: str, why: str
) -> None:
    service.fault = fault
    answer = ask(captcha_at(service))

    assert isinstance(answer, Unverified)
    assert answer.why == why
    assert len(service.asked) == 1


@pytest.mark.parametrize("fault", ["silent", "drip"])
def test_nobody_waits_longer_than_the_patience_there_is(service: CaptchaService, fault: str) -> None:
    service.fault = fault
    began = time.monotonic()
    answer = ask(captcha_at(service), patience=0.3)

    assert answer == Unverified(why="timeout")
    assert time.monotonic() - began < 5


def test_a_service_that_is_not_there_is_no_reason_either(service: CaptchaService) -> None:
    captcha = replace(captcha_at(service), verify_url="http://127.0.0.1:9/siteverify")

    assert isinstance(ask(captcha), Unverified)


@pytest.mark.parametrize(
    "code",
    ["invalid-input-secret", "missing-input-secret", "invalid-keys", "sitekey-secret-mismatch", "bad-request",
     "internal-error", "not-using-dummy-passcode", "a-code-of-next-year"],
)  # fmt: skip
def test_a_slip_of_ours_or_a_word_nobody_knows_is_not_the_visitors_fault(
    service: CaptchaService, code: str
) -> None:
    service.codes = (code,)

    assert ask(captcha_at(service)) == Unverified(why="configuration", detail=code)


def test_the_visitors_fault_counts_even_beside_another(service: CaptchaService) -> None:
    service.codes = ("bad-request", "invalid-input-response")

    assert ask(captcha_at(service)) == Refused(code="captcha.failed")


def test_without_any_secret_nobody_is_asked(service: CaptchaService) -> None:
    answer = ask(replace(captcha_at(service), secrets=()))

    assert isinstance(answer, Unverified)
    assert service.asked == []


def test_while_the_secret_is_changed_the_one_the_service_knows_counts(service: CaptchaService) -> None:
    rotating = replace(captcha_at(service), secrets=("the-new-one", SECRET))

    assert isinstance(ask(rotating), Passed)
    assert ask(rotating, "made-up") == Refused(code="captcha.failed")


def test_places_are_given_back_whatever_happens(service: CaptchaService) -> None:
    service.fault = "closed"
    answers = [ask(captcha_at(service)) for _ in range(siteverify.MOST_AT_ONCE + 1)]

    assert {answer.why for answer in answers if isinstance(answer, Unverified)} == {"unreachable"}
