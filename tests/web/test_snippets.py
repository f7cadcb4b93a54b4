"""Code to copy: what each way sends makes a lead, through the command line and the install page too."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from gateway.config import Form, GatewayConfig, SourceConfig
from gateway.config.model import Captcha, Spam
from gateway.store.records import Story
from gateway.web.snippets import Style, remarks, snippet, snippets
from tests.web.gateway_under_test import Gateway, make_config, opened

URL = "https://leads.example.com"
FORM_URL = f"{URL}/forms/website"
SOURCE = SourceConfig(
    name="website",
    kind="form",
    dialer="main",
    list_id="25062018",
    allowed_origins=("https://www.example.com",),
    consent_text='I agree to <be> "called" & {mailed}.',
    form=Form(
        fields=("CustomerName", "MobileNo", "EnquiryType", "message"),
        required=("CustomerName", "MobileNo"),
        options={"EnquiryType": ("Sales & more", "Service")},
    ),
    fields={"CustomField1": "message"},
)


def config_of(source: SourceConfig = SOURCE) -> GatewayConfig:
    config = make_config(public_url=URL)
    return replace(config, sources={**config.sources, source.name: source})


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Gateway]:
    """A gateway with the form above, as `gateway demo` runs it."""
    with opened(tmp_path, config_of(), demo=True) as running:
        yield running


class Markup(HTMLParser):
    """The form of a page: where it posts to, and its controls in their order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.action, self.controls, self.options = "", {}, []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "form":
            self.action = found.get("action") or ""
        if tag in ("input", "select", "textarea"):
            self.controls[found["name"]] = found
        if tag == "option":
            self.options.append(found.get("value"))


def code(style: Style, source: SourceConfig = SOURCE) -> str:
    return snippet(source, URL, style).code


def story_of(gateway: Gateway) -> Story:
    """The one lead there is."""
    (lead,) = gateway.stored("website")
    story = gateway.store.story(lead.id)
    assert story is not None
    return story


def test_the_plain_form_makes_a_lead_with_everything_in_it(demo: Gateway) -> None:
    form = Markup(code(Style.HTML))
    typed = dict.fromkeys(form.controls, "") | {"name": "Asha Verma", "phone": "98765 43210"}
    typed |= {"enquiry_type": "Service", "message": "After six", "_consent": "yes"}

    answer = demo.form(typed)

    assert form.action == FORM_URL
    assert answer.status_code == 303
    story = story_of(demo)
    assert story.phone == "9876543210"
    assert story.fields["CustomField1"] == "After six"
    assert story.fields["EnquiryType"] == "Service"
    assert story.consents[0].given is True


def test_the_plain_form_helps_browsers_and_people() -> None:
    controls = Markup(code(Style.HTML)).controls

    assert list(controls) == ["name", "phone", "enquiry_type", "message", "_consent", "_gotcha"]
    assert controls["phone"]["type"] == "tel"
    assert controls["phone"]["autocomplete"] == "tel"
    assert "required" in controls["phone"]
    assert "required" not in controls["message"]
    assert controls["_gotcha"]["tabindex"] == "-1"


def test_a_program_that_fills_in_the_hidden_field_is_set_aside(demo: Gateway) -> None:
    answer = demo.form({"name": "x", "phone": "9876543210", "_gotcha": "buy"})

    assert answer.status_code == 303
    assert [lead.state for lead in demo.stored("website")] == ["quarantined"]


def test_curl_makes_a_lead(demo: Gateway) -> None:
    words = shlex.split(code(Style.CURL).replace("\\\n", " "))
    sent = [words[place + 1] for place, word in enumerate(words) if word == "--data-urlencode"]
    headers = dict(words[place + 1].split(": ", 1) for place, word in enumerate(words) if word == "-H")

    answer = demo.form(dict(text.split("=", 1) for text in sent), headers=headers)

    assert words[2] == FORM_URL
    assert answer.status_code == 201
    assert answer.json["dialer"]["lead_id"]


def test_what_contact_form_7_sends_makes_a_lead_and_does_not_wait_for_the_dialer(demo: Gateway) -> None:
    text = code(Style.CONTACT_FORM_7)
    headers = {"Accept": "application/json", "Prefer": "wait=0"}
    sent = {"your-name": "Asha Verma", "tel-927": "9876543210", "your-email": "asha@example.com",
            "your-message": "After six", "menu-1": "a, b", "_url": "https://www.example.com/contact/"}  # fmt: skip

    answer = demo.form(sent, headers=headers)

    assert f"wp_remote_post('{FORM_URL}'" in text
    for name, value in headers.items():
        assert f"'{name}' => '{value}'" in text
    assert answer.status_code in (201, 202)
    story = story_of(demo)
    assert story.fields["CustomerName"] == "Asha Verma"
    assert story.fields["CustomField1"] == "After six"
    assert story.fields["LeadfromURL"] == "https://www.example.com/contact/"


def test_what_elementor_sends_makes_a_lead(demo: Gateway) -> None:
    text = code(Style.ELEMENTOR)
    labels = re.search(r"understood: (.*)\.", text)
    sent = {"Date": "November 24, 2026", "Time": "10:00 am", "Page URL": "https://www.example.com/a/",
            "User Agent": "Mozilla/5.0", "Remote IP": "203.0.113.7", "Powered by": "Elementor",
            "form_id": "5a1b2c3", "form_name": "Contact"}  # fmt: skip
    assert labels is not None
    values = dict(zip(labels[1].split(", "), ("Asha", "9876543210", "Service", "After six"), strict=True))

    answer = demo.form({**values, **sent})

    assert FORM_URL in text
    assert answer.status_code == 303
    story = story_of(demo)
    fields = story.fields
    assert (fields["CustomerName"], fields["EnquiryType"], fields["CustomField1"]) == (
        "Asha",
        "Service",
        "After six",
    )
    assert fields["LeadfromURL"] == "https://www.example.com/a/"


@pytest.mark.parametrize("style", list(Style))
def test_a_text_of_the_configuration_is_never_markup_or_code(style: Style) -> None:
    text = code(style)

    assert "<be>" not in text.replace('{"I agree to <be> \\"called\\" & {mailed}."}', "")
    assert "@{" not in text


def test_a_source_without_a_hosted_form_asks_for_the_usual() -> None:
    plain = replace(SOURCE, form=None, consent_text=None)

    assert list(Markup(code(Style.HTML, plain)).controls) == ["name", "phone", "message", "_gotcha"]


def test_what_a_developer_would_wonder_about_is_told_before() -> None:
    assert remarks(SOURCE) == ()
    (origins,) = remarks(replace(SOURCE, allowed_origins=()))
    assert "allowed_origins" in origins
    strict = replace(SOURCE, spam=Spam(captcha=Captcha(provider="altcha", require=True)))
    (proof,) = remarks(strict)
    assert "embed.js" in proof


@pytest.mark.parametrize(
    ("provider", "place"),
    [("turnstile", "cf-turnstile"), ("hcaptcha", "h-captcha"), ("recaptcha", "g-recaptcha")],
)
def test_the_place_of_a_captcha_service_stands_in_the_form(provider: str, place: str) -> None:
    captcha = Captcha(provider=provider, site_key="0x4AAA", secrets=("s",), require=True)
    source = replace(SOURCE, spam=Spam(captcha=captcha))

    for style in (Style.HTML, Style.EMBED, Style.FETCH):
        assert f'<div class="{place}" data-sitekey="0x4AAA"></div>' in code(style, source)
    (proof,) = remarks(source)
    assert provider in proof


def test_a_captcha_that_the_page_must_ask_itself_is_told() -> None:
    captcha = Captcha(provider="recaptcha", site_key="6Le", secrets=("s",), action="enquiry")
    source = replace(SOURCE, spam=Spam(captcha=captcha))

    assert "g-recaptcha" not in code(Style.HTML, source)
    (proof,) = remarks(source)
    assert "g-recaptcha-response" in proof
    assert "enquiry" in proof


def test_the_install_page_shows_every_way_with_this_sources_address(demo: Gateway) -> None:
    page = demo.ask("GET", "/forms/website/install")

    assert page.status_code == 200
    for each in snippets(SOURCE, URL):
        assert f'id="{each.style}"' in page.text
        assert each.title in page.text
    assert page.text.count(FORM_URL) >= len(Style)
    assert "<be>" not in page.text
    assert "script-src" not in page.headers["Content-Security-Policy"]


def test_outside_a_demo_there_is_no_install_page(gateway: Gateway) -> None:
    page, nothing = (gateway.ask("GET", f"/forms/website/{name}") for name in ("install", "no-such-page"))

    assert page.status_code == nothing.status_code == 404
    number = re.compile(r"[0-9a-f-]{36}|nonce-?=?\"?[\w-]+")
    assert number.sub("", page.text) == number.sub("", nothing.text)


def test_only_forms_have_an_install_page(demo: Gateway) -> None:
    assert demo.ask("GET", "/forms/partner/install").status_code == 404
