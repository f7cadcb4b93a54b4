"""Our own form page: what it asks for, in whose language and words, and that nothing typed into it is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from gateway.config import Form, GatewayConfig
from gateway.config.model import Captcha, Spam
from gateway.leads.lead import State
from tests.web.gateway_under_test import SITE, Gateway, make_config, opened

CONSENT = "I agree to be called about my enquiry."
HINDI_CONSENT = "मैं सहमत हूँ कि मुझे फ़ोन किया जाए।"
FORM = Form(
    fields=("CustomerName", "MobileNo", "email", "EnquiryType", "CustomField1"),
    required=("CustomerName", "MobileNo"),
    options={"EnquiryType": ("Sales", "Service")},
    languages=("en", "hi"),
    texts={
        "en": {
            "form.title": "Book a drive",
            "form.hints.MobileNo": "Ten digits",
            "form.placeholders.email": "you@",
        },
        "hi": {"form.options.Sales": "नई गाड़ी", "form.consent": HINDI_CONSENT},
    },
    accent="#0b7a55",
    logo_url="https://cdn.example/logo.svg",
)
FILLED = {"CustomerName": "Asha Verma", "MobileNo": "98765 43210", "EnquiryType": "Service"}


class Page(HTMLParser):
    """The parts of a form page a test asks about."""

    def __init__(self, answer: TestResponse) -> None:
        super().__init__()
        self.answer = answer
        self.text = answer.text
        self.elements: list[tuple[str, dict[str, Any]]] = []
        self.feed(answer.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def control(self, name: str) -> dict[str, Any]:
        (found,) = [attrs for _, attrs in self.elements if attrs.get("name") == name]
        return found

    def all(self, tag: str) -> list[dict[str, Any]]:
        return [attrs for name, attrs in self.elements if name == tag]

    @property
    def controls(self) -> list[str]:
        """The names of what a visitor sees, in order."""
        tags = ("input", "select", "textarea")
        return [a["name"] for tag, a in self.elements if tag in tags and a.get("type") != "hidden"]

    @property
    def hidden(self) -> dict[str, str]:
        return {a["name"]: a["value"] for a in self.all("input") if a.get("type") == "hidden"}

    @property
    def policy(self) -> str:
        return self.answer.headers["Content-Security-Policy"]


def config_with(form: Form | None = FORM, **source: Any) -> GatewayConfig:
    config = make_config()
    website = replace(config.sources["website"], form=form, consent_text=CONSENT, **source)
    return replace(config, sources={**config.sources, "website": website})


def opened_page(gateway: Gateway, address: str = "/forms/website", **request: Any) -> Page:
    return Page(gateway.ask("GET", address, **request))


def sent(
    gateway: Gateway, page: Page, fields: dict[str, str], *, after: float = 10, **request: Any
) -> TestResponse:
    """What a browser posts from this page when a visitor has filled in `fields` and ticked the box."""
    gateway.clock.ahead += after
    (form,) = page.all("form")
    agreed = {"_consent": page.control("_consent")["value"]} if "_consent" in page.controls else {}
    return gateway.ask("POST", form["action"], data=page.hidden | agreed | fields, **request)


# -- what is asked -------------------------------------------------------------------------------------------


def test_the_page_asks_for_the_fields_of_its_source_in_their_order(gateway: Gateway) -> None:
    page = opened_page(gateway)

    assert page.controls == [*FORM.fields, "_gotcha", "_consent"]
    assert page.control("MobileNo") | {"id": ""} == {
        "id": "", "name": "MobileNo", "type": "tel", "inputmode": "tel", "value": "", "autocomplete": "tel",
        "required": None, "aria-describedby": "field-2-hint",
    }  # fmt: skip
    assert page.control("email")["type"] == "email"
    assert page.control("email")["placeholder"] == "you@"
    assert "required" not in page.control("email")
    assert [each["value"] for each in page.all("option")] == ["", "Sales", "Service"]
    assert "Book a drive" in page.text
    assert "Ten digits" in page.text


def test_every_field_has_its_label(gateway: Gateway) -> None:
    page = opened_page(gateway)
    seen = [page.control(name)["id"] for name in page.controls]

    assert [each["for"] for each in page.all("label")] == seen


def test_a_form_that_says_nothing_asks_for_name_and_number(tmp_path: Path) -> None:
    with opened(tmp_path, config_with(form=None)) as gateway:
        assert opened_page(gateway).controls[:2] == ["CustomerName", "MobileNo"]


def test_what_is_sent_becomes_a_lead_without_the_marks_of_the_page(gateway: Gateway) -> None:
    answer = sent(gateway, opened_page(gateway), FILLED | {"email": "asha@example.com"})

    assert answer.status_code == 303
    (lead,) = gateway.stored("website")
    story = gateway.store.story(lead.id)
    assert story is not None
    assert story.fields["CustomerName"] == "Asha Verma"
    assert story.fields["EnquiryType"] == "Service"
    assert story.fields["LeadfromURL"] == "http://gateway.example/forms/website"
    assert lead.state is not State.QUARANTINED
    kept = str(story.extra) + str(story.fields)
    assert "asha@example.com" in kept
    for mark in ("_hosted", "_started", "_language", "_consent"):
        assert mark not in kept


def test_the_campaign_in_the_pages_address_travels_with_the_lead(gateway: Gateway) -> None:
    page = opened_page(
        gateway, "/forms/website?utm_source=fb&lang=hi", headers={"Referer": "https://x.example/"}
    )
    sent(gateway, page, FILLED)

    assert page.hidden["_url"] == "http://gateway.example/forms/website?utm_source=fb"
    assert page.hidden["referrer"] == "https://x.example/"
    (lead,) = gateway.stored("website")
    story = gateway.store.story(lead.id)
    assert story is not None
    assert story.fields["LeadSource"] == "Facebook"


def test_a_robot_that_fills_in_everything_is_thanked_and_held_back(gateway: Gateway) -> None:
    page = opened_page(gateway)

    assert page.control("_gotcha")["tabindex"] == "-1"
    assert sent(gateway, page, FILLED | {"_gotcha": "x"}).status_code == 303
    (lead,) = gateway.stored("website")
    assert (lead.state, lead.reason_code) == (State.QUARANTINED, "spam.trapped")


def test_whoever_is_quicker_than_a_person_is_thanked_and_held_back(gateway: Gateway) -> None:
    assert sent(gateway, opened_page(gateway), FILLED, after=0.5).status_code == 303
    (lead,) = gateway.stored("website")
    assert (lead.state, lead.reason_code) == (State.QUARANTINED, "spam.too_quick")


# -- what is wrong -------------------------------------------------------------------------------------------


def test_everything_typed_comes_back_with_each_problem_at_its_field(gateway: Gateway) -> None:
    page = opened_page(gateway, "/forms/website?utm_source=fb")
    first = page.hidden
    typed = {"CustomerName": "", "MobileNo": "98", "EnquiryType": "Service", "CustomField1": "one\ntwo <b>"}
    again = Page(sent(gateway, page, typed))

    assert again.answer.status_code == 422
    assert again.controls == page.controls
    assert again.control("MobileNo")["value"] == "98"
    assert again.control("MobileNo")["aria-invalid"] == "true"
    assert again.control("MobileNo")["aria-describedby"] == "field-2-hint field-2-message"
    assert 'id="field-2-message">The number has too few digits' in again.text
    assert 'id="field-1-message">Please fill this in.' in again.text
    assert "one\ntwo &lt;b&gt;</textarea>" in again.text
    assert '<option value="Service" selected>' in again.text
    assert "checked" in again.control("_consent")
    assert again.hidden == first
    assert gateway.stored() == []


def test_the_first_problem_has_the_focus_and_the_summary_leads_to_each(gateway: Gateway) -> None:
    page = opened_page(gateway)
    again = Page(sent(gateway, page, {"CustomerName": "Asha", "MobileNo": "98", "_consent": ""}))

    assert [a["name"] for _, a in again.elements if "autofocus" in a] == ["MobileNo"]
    assert [each["href"] for each in again.all("a")] == ["#field-2", "#consent"]
    assert "Some things need your attention" in again.text


def test_mending_one_digit_quickly_is_no_suspicion(gateway: Gateway) -> None:
    again = Page(sent(gateway, opened_page(gateway), FILLED | {"MobileNo": "98"}))

    assert sent(gateway, again, FILLED, after=0.5).status_code == 303
    (lead,) = gateway.stored("website")
    assert lead.state is not State.QUARANTINED


def test_a_choice_that_is_not_offered_is_kept_too(gateway: Gateway) -> None:
    again = Page(sent(gateway, opened_page(gateway), {"EnquiryType": "Spares", "MobileNo": "98"}))

    assert '<option value="Spares" selected>Spares</option>' in again.text


def test_a_hidden_value_that_cannot_be_taken_does_not_trap_the_visitor(gateway: Gateway) -> None:
    page = opened_page(gateway)
    again = Page(sent(gateway, page, FILLED | {"utm_campaign": "x", "LeadSource": "a\0b"}))

    assert again.answer.status_code == 422
    assert "LeadSource" not in again.hidden
    assert again.hidden["utm_campaign"] == "x"
    assert sent(gateway, again, FILLED).status_code == 303


def test_a_file_is_refused_with_a_sentence_and_the_typing_stays(gateway: Gateway) -> None:
    page = opened_page(gateway)
    with Path(__file__).open("rb") as file:
        again = Page(gateway.form({**page.hidden, **FILLED, "cv": (file, "cv.pdf")}))

    assert again.answer.status_code == 415
    assert "Files cannot be sent with this form" in again.text
    assert again.control("CustomerName")["value"] == "Asha Verma"
    assert gateway.stored() == []


def test_whoever_comes_too_often_gets_the_form_back_as_it_was_filled(tmp_path: Path) -> None:
    with opened(tmp_path, config_with(limits=("1 per hour per ip",))) as gateway:
        page = opened_page(gateway)
        sent(gateway, page, FILLED)
        again = Page(sent(gateway, page, FILLED | {"CustomField1": "Please call soon"}))

    assert again.answer.status_code == 429
    assert re.search(r"Please wait \d+ seconds", again.text)
    assert "Please call soon</textarea>" in again.text
    assert int(again.answer.headers["Retry-After"]) > 0


# -- consent -------------------------------------------------------------------------------------------------


def test_without_the_tick_nothing_is_sent_and_the_box_says_so(gateway: Gateway) -> None:
    again = Page(sent(gateway, opened_page(gateway), FILLED | {"_consent": ""}))

    assert again.answer.status_code == 422
    assert again.control("_consent")["aria-describedby"] == "consent-message"
    assert "Please tick this box" in again.text
    assert gateway.stored() == []


def test_a_tick_is_not_asked_for_where_the_source_does_not_insist(tmp_path: Path) -> None:
    with opened(tmp_path, config_with(consent_required=False)) as gateway:
        page = opened_page(gateway)
        assert "required" not in page.control("_consent")
        assert sent(gateway, page, FILLED | {"_consent": ""}).status_code == 303
        assert consents(gateway) == [(CONSENT, "en", False)]


def test_the_text_that_was_read_is_the_text_that_is_kept(gateway: Gateway) -> None:
    sent(gateway, opened_page(gateway, "/forms/website?lang=hi"), FILLED, headers={"User-Agent": "Firefox"})

    assert consents(gateway) == [(HINDI_CONSENT, "hi", True)]
    (lead,) = gateway.stored("website")
    story = gateway.store.story(lead.id)
    assert story is not None
    (kept,) = story.consents
    assert (kept.page_url, kept.address, kept.user_agent) == (
        "http://gateway.example/forms/website", "127.0.0.1", "Firefox",
    )  # fmt: skip


def test_what_no_database_takes_is_left_out_of_the_evidence(gateway: Gateway) -> None:
    gateway.form({"phone": "9876543210", "_url": f"{SITE}/a\0b"}, headers={"User-Agent": "x" * 2000})

    (lead,) = gateway.stored("website")
    story = gateway.store.story(lead.id)
    assert story is not None
    (kept,) = story.consents
    assert (kept.page_url, len(kept.user_agent)) == (f"{SITE}/ab", 500)


def test_a_tick_under_another_text_is_asked_for_again(gateway: Gateway) -> None:
    again = Page(sent(gateway, opened_page(gateway), FILLED | {"_consent": "0123456789ab"}))

    assert "This text has changed" in again.text
    assert "checked" not in again.control("_consent")


@pytest.mark.parametrize(("value", "given"), [("yes", True), ("no", False), (None, None)])
def test_another_sites_form_may_send_its_own_tick(
    gateway: Gateway, value: str | None, given: bool | None
) -> None:
    fields = {"phone": "9876543210"} | ({"_consent": value} if value else {})

    assert gateway.form(fields).status_code == 303
    assert consents(gateway) == [(CONSENT, "en", given)]


# -- language ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "accept", "language"),
    [("", "hi-IN,hi;q=0.9,en;q=0.8", "hi"), ("?lang=hi", "en", "hi"), ("?lang=fr", "fr", "en"), ("", "", "en"),
     ("?lang=HI", "", "hi"), ("", "mr,ta;q=0.5", "en")],
)  # fmt: skip
def test_a_visitor_reads_their_language_where_the_form_speaks_it(
    gateway: Gateway, address: str, accept: str, language: str
) -> None:
    page = opened_page(gateway, f"/forms/website{address}", headers={"Accept-Language": accept})

    assert page.all("html")[0]["lang"] == language
    assert page.hidden["_language"] == language


def test_in_hindi_everything_is_hindi_but_what_goes_to_the_dialer(gateway: Gateway) -> None:
    page = opened_page(gateway, "/forms/website?lang=hi")

    assert [each["value"] for each in page.all("option")] == ["", "Sales", "Service"]
    assert ">नई गाड़ी</option>" in page.text
    assert HINDI_CONSENT in page.text
    assert ">मोबाइल नंबर</label>" in page.text
    again = Page(sent(gateway, page, FILLED | {"MobileNo": "98"}, headers={"Accept-Language": "en"}))
    assert again.all("html")[0]["lang"] == "hi"
    assert "नंबर में अंक कम हैं" in again.text
    assert "lang=hi" in sent(gateway, again, FILLED).headers["Location"]


def test_a_script_is_told_in_the_visitors_language(gateway: Gateway) -> None:
    answer = gateway.script({"phone": "98", "_language": "hi"})

    assert (answer.status_code, answer.json["errors"][0]["code"]) == (422, "phone.too_short")
    assert answer.json["errors"][0]["detail"].startswith("नंबर में अंक कम हैं")


def test_the_page_leads_to_its_other_languages_and_keeps_what_its_address_says(gateway: Gateway) -> None:
    links = opened_page(gateway, "/forms/website?utm_source=fb&_external=1&lang=en").all("a")

    assert [(link["href"], link["lang"], "aria-current" in link) for link in links] == [
        ("?utm_source=fb&_external=1&lang=en", "en", True),
        ("?utm_source=fb&_external=1&lang=hi", "hi", False),
    ]


def test_a_language_of_ones_own_says_in_english_what_it_lacks(tmp_path: Path) -> None:
    form = Form(languages=("mr",), texts={"mr": {"form.title": "आम्ही कशी मदत करू?"}})
    with opened(tmp_path, config_with(form)) as gateway:
        page = opened_page(gateway)

    assert page.all("html")[0]["lang"] == "mr"
    assert "आम्ही कशी मदत करू?" in page.text
    assert ">Mobile number</label>" in page.text


def test_a_language_that_is_written_from_the_right_is_shown_so(tmp_path: Path) -> None:
    form = Form(languages=("ur",), texts={"ur": {"form.title": "ہم آپ کی کیا مدد کر سکتے ہیں؟"}})
    with opened(tmp_path, config_with(form)) as gateway:
        assert opened_page(gateway).all("html")[0]["dir"] == "rtl"


# -- looks, frames, policy -----------------------------------------------------------------------------------


def test_colour_and_logo_come_from_the_configuration_and_nothing_else_may_be_loaded(gateway: Gateway) -> None:
    page = opened_page(gateway)

    assert "--accent: #0b7a55; --accent-text: #ffffff;" in page.text
    assert page.all("img")[0]["src"] == "https://cdn.example/logo.svg"
    assert "img-src data: https://cdn.example;" in page.policy
    assert "default-src 'none'" in page.policy
    assert "script-src" not in page.policy
    assert page.all("script") == []


def test_in_a_frame_the_page_speaks_to_the_website_around_it_and_stays_in_it(gateway: Gateway) -> None:
    page = opened_page(gateway, f"/forms/website?embed=1&page={SITE}/cars%3Futm_source=fb&lang=hi")

    assert f"frame-ancestors {SITE}" in page.policy
    assert [each["src"] for each in page.all("script")] == ["/forms/website/frame.js"]
    nonce = page.all("script")[0]["nonce"]
    assert f"script-src 'nonce-{nonce}'" in page.policy
    assert page.hidden["_url"] == f"{SITE}/cars?utm_source=fb"
    answer = sent(gateway, page, FILLED | {"_next": f"{SITE}/thanks"})
    assert answer.headers["Location"].startswith("/forms/website/thanks?t=")
    assert "embed=1" in answer.headers["Location"]
    thanks = Page(gateway.ask("GET", answer.headers["Location"]))
    assert thanks.all("script")[0]["src"] == "/forms/website/frame.js"
    (lead,) = gateway.stored("website")
    assert thanks.all("main")[0]["data-id"] == lead.id


def test_in_a_frame_no_field_takes_the_focus_by_itself(gateway: Gateway) -> None:
    again = Page(sent(gateway, opened_page(gateway, "/forms/website?embed=1"), {"MobileNo": "98"}))

    assert [a for _, a in again.elements if "autofocus" in a] == []
    assert again.all("form")[0]["action"] == "/forms/website?embed=1"


@pytest.mark.parametrize("page", ["https://evil.example/x", "javascript:alert(1)", "http://[", ""])
def test_only_a_listed_site_may_name_the_page_around_the_frame(gateway: Gateway, page: str) -> None:
    address = {"embed": "1", "page": page}
    found = opened_page(gateway, query_string=address, headers={"Referer": f"{SITE}/"})

    assert found.hidden["_url"] == f"{SITE}/"


def test_the_frames_script_is_kept_by_browsers(gateway: Gateway) -> None:
    first = gateway.ask("GET", "/forms/website/frame.js")
    again = gateway.ask("GET", "/forms/website/frame.js", headers={"If-None-Match": first.headers["ETag"]})

    assert (first.status_code, first.mimetype) == (200, "text/javascript")
    assert "max-age" in first.headers["Cache-Control"]
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    ("captcha", "script", "policy"),
    [
        (Captcha(provider="altcha"), "/forms/proof.js", "connect-src 'self'"),
        (
            Captcha(provider="turnstile", site_key="k"),
            "https://challenges.cloudflare.com/turnstile/v0/api.js",
            "frame-src https://challenges.cloudflare.com",
        ),
        (
            Captcha(provider="hcaptcha", site_key="k"),
            "https://js.hcaptcha.com/1/api.js",
            "frame-src https://hcaptcha.com https://*.hcaptcha.com",
        ),
        (
            Captcha(provider="recaptcha", site_key="k"),
            "https://www.google.com/recaptcha/api.js",
            "frame-src https://www.google.com/recaptcha/",
        ),
        (
            Captcha(provider="recaptcha", site_key="k&=", action="enquiry"),
            "https://www.google.com/recaptcha/api.js?render=k%26%3D",
            "frame-src https://www.google.com/recaptcha/",
        ),
    ],
    ids=["altcha", "turnstile", "hcaptcha", "recaptcha-2", "recaptcha-3"],
)
def test_the_page_brings_the_captcha_of_its_source(
    tmp_path: Path, captcha: Captcha, script: str, policy: str
) -> None:
    with opened(tmp_path, config_with(spam=Spam(captcha=captcha))) as gateway:
        page = opened_page(gateway)

    assert page.all("script")[0]["src"] == script
    assert policy in page.policy
    assert f"'nonce-{page.all('script')[0]['nonce']}'" in page.policy
    places = [
        a["data-sitekey"] for _, a in page.elements if "field" in a.get("class", "") and "data-sitekey" in a
    ]
    assert places == ([] if captcha.provider == "altcha" or captcha.action else ["k"])


def test_a_captchas_answer_is_not_shown_again(tmp_path: Path) -> None:
    with opened(tmp_path, config_with(spam=Spam(captcha=Captcha(provider="altcha")))) as gateway:
        page = opened_page(gateway)
        again = Page(sent(gateway, page, {"MobileNo": "98", "altcha": "spent"}))

    assert page.all("form")[0]["data-challenge"] == "/forms/website/challenge"
    assert "altcha" not in again.hidden


# -- fixtures ------------------------------------------------------------------------------------------------


def consents(gateway: Gateway) -> list[tuple[str, str, bool | None]]:
    (lead,) = gateway.stored("website")
    story = gateway.store.story(lead.id)
    assert story is not None
    return [(each.text, each.language, each.given) for each in story.consents]


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    with opened(tmp_path, config_with()) as running:
        yield running
