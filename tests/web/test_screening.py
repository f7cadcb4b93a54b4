"""Programs are held back, and no person is: every check at the form door, and what it remembers."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import altcha
import pytest
import structlog

from gateway import metrics
from gateway.config import Form
from gateway.config.model import Captcha, Spam
from gateway.leads.lead import State
from gateway.leads.verdict import CLEAN, Verdict
from gateway.sources.form import fill
from gateway.spam import fill_time
from gateway.web import bodies
from gateway.web.screening import screen
from tests.spam.captcha_service import SECRET, CaptchaService, running_captcha_service
from tests.web.gateway_under_test import SITE, Gateway, make_config, opened

ASHA, RAVI, MEENA, OTHER = "9876543210", "9876543211", "9876543212", "9876543213"
KEY = "a secret for tests"  # of the gateways below
LONG = "Earn money from home, five thousand a day, write to me now"
DAY = 86400.0


@pytest.fixture
def service() -> Iterator[CaptchaService]:
    with running_captcha_service() as running:
        yield running


def form_gateway(directory: Path, spam: Spam | None = None, **source: Any) -> Any:
    """A gateway whose form `website` has these checks."""
    config = make_config()
    website = replace(config.sources["website"], spam=spam or Spam(), **source)
    return opened(directory, replace(config, sources={**config.sources, "website": website}))


def screened(
    gateway: Gateway,
    phone: str = ASHA,
    *,
    hosted: bool = False,
    headers: dict[str, str] | None = None,
    source: str = "website",
    **fields: str,
) -> Verdict:
    """What the checks say of one post; nothing is kept as a lead."""
    data = {"name": "Asha Verma", "phone": phone, **fields}
    with gateway.app.test_request_context(f"/forms/{source}", method="POST", data=data, headers=headers):
        inbound = bodies.inbound()
        return screen(gateway.services.config.sources[source], inbound, fill(inbound), hosted=hosted)


def codes(verdict: Verdict) -> list[str]:
    assert all(problem.message.endswith(".") for problem in verdict.problems)
    return [problem.code for problem in verdict.problems]


def opened_ago(gateway: Gateway, seconds: float, source: str = "website") -> str:
    return fill_time.make(KEY, source, now=gateway.clock.now() - seconds)


# -- people --------------------------------------------------------------------------------------------------


def test_a_person_is_not_held_back(gateway: Gateway) -> None:
    assert screened(gateway, message="Please tell me about your plans for senior citizens") == CLEAN


def test_what_cannot_be_a_lead_is_not_judged(gateway: Gateway) -> None:
    assert screened(gateway, "98", hosted=True, headers={"Origin": "https://evil.example"}) == CLEAN


# -- hidden fields and names ---------------------------------------------------------------------------------


@pytest.mark.parametrize("trap", ["_gotcha", "company_fax", "Company-Fax"])
def test_a_field_that_people_never_see_is_a_trap(tmp_path: Path, trap: str) -> None:
    with form_gateway(tmp_path, Spam(honeypots=("company_fax",))) as gateway:
        assert codes(screened(gateway, **{trap: "x"})) == ["spam.trapped"]
        assert screened(gateway, **{trap: " "}) == CLEAN


def test_a_trap_catches_even_what_cannot_be_a_lead(gateway: Gateway) -> None:
    assert codes(screened(gateway, "98", _gotcha="x")) == ["spam.trapped"]


@pytest.mark.parametrize("field", ["name", "first_name", "your-name"])
def test_a_web_address_is_no_name(gateway: Gateway, field: str) -> None:
    assert codes(screened(gateway, **{"name": "", field: "Prize https://win.example"})) == [
        "spam.link_in_name"
    ]


def test_the_check_of_names_can_be_turned_off(tmp_path: Path) -> None:
    with form_gateway(tmp_path, Spam(links_in_names=False)) as gateway:
        assert screened(gateway, name="www.acme.example") == CLEAN


# -- how long it took ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0.5, ["spam.too_quick"]), (30, []), (6 * DAY, []), (8 * DAY, ["spam.too_old"])],
)
def test_our_page_takes_a_person_some_seconds(gateway: Gateway, seconds: float, expected: list[str]) -> None:
    verdict = screened(gateway, hosted=True, _started=opened_ago(gateway, seconds))

    assert codes(verdict) == expected


@pytest.mark.parametrize("mark", ["", "made-up", "WyJ3ZWJzaXRlIiwxXQ.AAAA"])
def test_our_page_without_our_mark_was_never_opened(gateway: Gateway, mark: str) -> None:
    assert codes(screened(gateway, hosted=True, _started=mark)) == ["spam.not_opened"]


def test_a_mark_of_another_form_does_not_count(gateway: Gateway) -> None:
    mark = opened_ago(gateway, 30, source="landing")

    assert codes(screened(gateway, hosted=True, _started=mark)) == ["spam.not_opened"]


def test_other_peoples_pages_carry_no_mark_and_need_none(gateway: Gateway) -> None:
    assert screened(gateway) == CLEAN
    assert screened(gateway, _started="a field of their own") == CLEAN
    assert codes(screened(gateway, _started=opened_ago(gateway, 0.5))) == ["spam.too_quick"]


def test_the_time_to_fill_in_is_the_forms_own(tmp_path: Path) -> None:
    with form_gateway(tmp_path, Spam(min_seconds=10)) as gateway:
        assert codes(screened(gateway, hosted=True, _started=opened_ago(gateway, 5))) == ["spam.too_quick"]


def test_the_time_to_fill_in_can_be_turned_off(tmp_path: Path) -> None:
    with form_gateway(tmp_path, Spam(min_seconds=0)) as gateway:
        assert screened(gateway, hosted=True) == CLEAN


# -- where it came from --------------------------------------------------------------------------------------


@pytest.mark.parametrize("origin", ["https://evil.example", "null", f"{SITE}:8443"])
def test_a_program_that_says_it_is_on_another_website_is_held_back(gateway: Gateway, origin: str) -> None:
    assert codes(screened(gateway, headers={"Origin": origin})) == ["spam.origin"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": SITE},
        {"Origin": "http://gateway.example"},
        {"Origin": "http://other.name", "Sec-Fetch-Site": "same-origin"},
    ],
)
def test_the_forms_own_pages_are_not(gateway: Gateway, headers: dict[str, str]) -> None:
    assert screened(gateway, headers=headers) == CLEAN


def test_a_form_that_lists_no_websites_takes_all(gateway: Gateway) -> None:
    assert screened(gateway, source="landing", headers={"Origin": "https://any.example"}) == CLEAN


# -- one number, one text ------------------------------------------------------------------------------------


def test_a_number_that_comes_too_often_is_held_back(tmp_path: Path) -> None:
    with form_gateway(tmp_path, Spam(per_number="2 per day"), dedupe=0) as gateway:
        for spelling in (ASHA, "+91 98765 43210"):
            assert screened(gateway, spelling) == CLEAN
            gateway.form({"phone": spelling})

        assert codes(screened(gateway)) == ["spam.number_again"]
        assert screened(gateway, RAVI) == CLEAN
        gateway.clock.ahead += DAY + 1
        assert screened(gateway) == CLEAN


def test_a_double_click_does_not_make_a_number_come_often(tmp_path: Path) -> None:
    with form_gateway(tmp_path, Spam(per_number="2 per day")) as gateway:
        for _ in range(5):
            gateway.form({"phone": ASHA})

        assert screened(gateway) == CLEAN


def test_numbers_need_not_be_counted(tmp_path: Path) -> None:
    with form_gateway(tmp_path, Spam(per_number=None), dedupe=0) as gateway:
        for _ in range(8):
            gateway.form({"phone": ASHA})

        assert screened(gateway) == CLEAN


@pytest.mark.parametrize("field", ["message", "your-message", "CustomField1", "form_fields[message]"])
def test_a_text_that_comes_with_the_third_number_is_held_back(gateway: Gateway, field: str) -> None:
    said = [codes(screened(gateway, phone, **{field: LONG})) for phone in (ASHA, ASHA, RAVI, MEENA, OTHER)]

    assert said == [[], [], [], ["spam.text_again"], ["spam.text_again"]]


def test_a_text_is_the_same_with_other_spaces_and_capitals(gateway: Gateway) -> None:
    for phone, text in ((ASHA, LONG), (RAVI, LONG.upper())):
        assert screened(gateway, phone, message=text) == CLEAN

    assert codes(screened(gateway, MEENA, message=LONG.replace(" ", "  "))) == ["spam.text_again"]


def test_an_hour_later_a_text_is_new(gateway: Gateway) -> None:
    for phone in (ASHA, RAVI):
        screened(gateway, phone, message=LONG)
    gateway.clock.ahead += 3601

    assert screened(gateway, MEENA, message=LONG) == CLEAN


@pytest.mark.parametrize("text", ["Please call me", "Price?", ""])
def test_many_people_write_the_same_few_words(gateway: Gateway, text: str) -> None:
    for phone in (ASHA, RAVI, MEENA, OTHER):
        assert screened(gateway, phone, message=text) == CLEAN


def test_a_choice_or_a_constant_is_no_text_of_a_visitor(tmp_path: Path) -> None:
    choice = "A mutual fund plan for retirement"
    form = Form(fields=("MobileNo", "CustomField1"), options={"CustomField1": (choice,)})
    constants = {"CustomField2": "Campaign of the autumn, second wave"}
    with form_gateway(tmp_path, form=form, constants=constants) as gateway:
        for phone in (ASHA, RAVI, MEENA, OTHER):
            assert screened(gateway, phone, CustomField1=choice) == CLEAN


def test_texts_need_not_be_compared(tmp_path: Path) -> None:
    with form_gateway(tmp_path, Spam(repeated_texts=False)) as gateway:
        for phone in (ASHA, RAVI, MEENA, OTHER):
            assert screened(gateway, phone, message=LONG) == CLEAN


def test_every_reason_is_listed_in_order(tmp_path: Path) -> None:
    spam = Spam(captcha=Captcha(provider="altcha", cost=10, require=True))
    with form_gateway(tmp_path, spam) as gateway:
        verdict = screened(
            gateway, name="http://win.example", hosted=True, headers={"Origin": "https://evil.example"}
        )

    assert codes(verdict) == ["spam.origin", "spam.not_opened", "spam.link_in_name", "captcha.missing"]


# -- proof of work -------------------------------------------------------------------------------------------


@pytest.fixture
def working(tmp_path: Path) -> Iterator[Gateway]:
    """Its form gives work to browsers, and takes forms without."""
    spam = Spam(captcha=Captcha(provider="altcha", cost=10), per_number=None)
    with form_gateway(tmp_path, spam) as running:
        yield running


def ask_for_work(gateway: Gateway, **headers: str) -> Any:
    return gateway.ask("GET", "/forms/website/challenge", headers=headers)


def do_work(challenge: dict[str, Any]) -> str:
    """What a browser posts for it."""
    solution = altcha.solve_challenge(altcha.Challenge.from_dict(challenge))
    assert solution is not None
    return base64.b64encode(
        json.dumps({"challenge": challenge, "solution": solution.to_dict()}).encode()
    ).decode()


def test_work_that_a_browser_did_passes(working: Gateway) -> None:
    assert screened(working, altcha=do_work(ask_for_work(working).json)) == CLEAN


def test_a_proof_is_good_for_one_number_and_a_second_click(working: Gateway) -> None:
    proof = do_work(ask_for_work(working).json)

    assert screened(working, ASHA, altcha=proof) == CLEAN
    assert screened(working, "+91-9876543210", altcha=proof) == CLEAN
    assert codes(screened(working, RAVI, altcha=proof)) == ["captcha.spent"]


def test_mending_the_number_does_not_cost_the_proof(working: Gateway) -> None:
    proof = do_work(ask_for_work(working).json)

    assert screened(working, "98765", altcha=proof) == CLEAN  # refused elsewhere, and shown again
    assert screened(working, ASHA, altcha=proof) == CLEAN


def test_a_made_up_proof_is_held_back(working: Gateway) -> None:
    assert codes(screened(working, altcha="made-up")) == ["captcha.failed"]


@pytest.mark.parametrize(("require", "expected"), [(False, []), (True, ["captcha.missing"])])
def test_a_form_without_a_proof_is_held_back_only_where_one_is_required(
    tmp_path: Path, require: bool, expected: list[str]
) -> None:
    spam = Spam(captcha=Captcha(provider="altcha", cost=10, require=require))
    with form_gateway(tmp_path, spam) as gateway:
        assert codes(screened(gateway)) == expected
        assert codes(screened(gateway, altcha="  ")) == expected


def test_only_pages_of_listed_websites_read_the_work(working: Gateway) -> None:
    ours, theirs = ask_for_work(working, Origin=SITE), ask_for_work(working, Origin="https://evil.example")

    assert (ours.status_code, ours.mimetype) == (200, "application/json")
    assert ours.headers["Access-Control-Allow-Origin"] == SITE
    assert ours.headers["Cache-Control"] == "no-store"
    assert "Origin" in ours.headers["Vary"]
    assert "Access-Control-Allow-Origin" not in theirs.headers
    assert ours.json["parameters"]["nonce"] != theirs.json["parameters"]["nonce"]


@pytest.mark.parametrize("source", ["landing", "partner", "portal", "nobody"])
def test_only_forms_with_altcha_give_work(working: Gateway, source: str) -> None:
    assert working.ask("GET", f"/forms/{source}/challenge").status_code == 404


# -- captcha services ----------------------------------------------------------------------------------------


def asking(service: CaptchaService, **changes: Any) -> Spam:
    captcha = Captcha(provider="turnstile", site_key="k", secrets=(SECRET,), verify_url=service.url)
    return Spam(captcha=replace(captcha, **changes), per_number=None)


TOKEN = "cf-turnstile-response"


def test_a_solved_captcha_passes_and_a_second_click_asks_nobody(
    tmp_path: Path, service: CaptchaService
) -> None:
    with form_gateway(tmp_path, asking(service)) as gateway:
        assert screened(gateway, **{TOKEN: "good"}) == CLEAN
        assert screened(gateway, **{TOKEN: "good"}) == CLEAN
        assert len(service.asked) == 1
        assert codes(screened(gateway, RAVI, **{TOKEN: "good"})) == ["captcha.spent"]


@pytest.mark.parametrize(
    ("provider", "field"),
    [
        ("turnstile", "cf-turnstile-response"),
        ("hcaptcha", "h-captcha-response"),
        ("hcaptcha", "g-recaptcha-response"),
        ("recaptcha", "g-recaptcha-response"),
        ("recaptcha", "recaptcha_token"),
        ("recaptcha", "recaptcha_response"),
    ],
)
def test_the_answer_is_found_where_each_service_puts_it(
    tmp_path: Path, service: CaptchaService, provider: str, field: str
) -> None:
    with form_gateway(tmp_path, asking(service, provider=provider)) as gateway:
        assert codes(screened(gateway, **{field: "made-up"})) == ["captcha.failed"]


@pytest.mark.parametrize("fault", ["500", "garbage", "closed"])
def test_a_service_that_fails_costs_nobody_a_call(
    tmp_path: Path, service: CaptchaService, fault: str
) -> None:
    service.fault = fault
    with form_gateway(tmp_path, asking(service)) as gateway, structlog.testing.capture_logs() as lines:
        verdict = screened(gateway, **{TOKEN: "good"})

    assert codes(verdict) == []
    assert [note.code for note in verdict.notes] == ["captcha.unverified"]
    (line,) = [line for line in lines if line["event"] == "captcha.unverified"]
    assert (line["log_level"], line["source"], line["provider"]) == ("error", "website", "turnstile")
    assert "good" not in str(line)


def test_a_wrong_secret_of_ours_costs_nobody_a_call_and_is_counted(
    tmp_path: Path, service: CaptchaService
) -> None:
    counted = metrics.CAPTCHA_CHECKS.labels("website", "unverified")
    before = counted._value.get()
    spam = asking(service, secrets=("an old one",), require=True)
    with form_gateway(tmp_path, spam) as gateway, structlog.testing.capture_logs() as lines:
        verdict = screened(gateway, **{TOKEN: "good"})

    assert [note.code for note in verdict.notes] == ["captcha.unverified"]
    assert "check secret and site_key" in lines[-1]["next_step"]
    assert "an old one" not in str(lines)
    assert counted._value.get() == before + 1


def test_a_service_that_fails_does_not_clear_other_doubts(tmp_path: Path, service: CaptchaService) -> None:
    service.fault = "500"
    with form_gateway(tmp_path, asking(service)) as gateway:
        verdict = screened(gateway, name="http://win.example", **{TOKEN: "good"})

    assert codes(verdict) == ["spam.link_in_name"]
    assert [note.code for note in verdict.notes] == ["captcha.unverified"]


def test_once_the_service_is_back_the_same_answer_is_asked_about_again(
    tmp_path: Path, service: CaptchaService
) -> None:
    service.fault = "not_json"
    with form_gateway(tmp_path, asking(service)) as gateway:
        screened(gateway, **{TOKEN: "bad"})
        service.fault = ""

        assert codes(screened(gateway, **{TOKEN: "bad"})) == ["captcha.failed"]


# -- the whole way -------------------------------------------------------------------------------------------


def test_a_suspicious_lead_is_kept_whole_and_thanked(tmp_path: Path) -> None:
    spam = Spam(captcha=Captcha(provider="altcha", cost=10, require=True))
    with form_gateway(tmp_path, spam) as gateway:
        answer = gateway.form({"name": "http://win.example", "phone": ASHA})
        (lead,) = gateway.stored("website")
        story = gateway.store.story(lead.id)

    assert answer.status_code == 303
    assert (lead.state, lead.reason_code) == (State.QUARANTINED, "spam.link_in_name")
    assert [problem.code for problem in story.problems] == ["spam.link_in_name", "captcha.missing"]
    assert gateway.dialer.sent == []


def test_an_unchecked_lead_is_sent_and_marked(tmp_path: Path, service: CaptchaService) -> None:
    service.fault = "500"
    with form_gateway(tmp_path, asking(service)) as gateway:
        answer = gateway.script({"phone": ASHA, TOKEN: "good"})

        (lead,) = gateway.stored("website")

    assert answer.status_code == 201
    assert [note.code for note in lead.warnings] == ["captcha.unverified"]
    assert "captcha" not in answer.text  # whoever sends it need not know
