"""Our own form page among others: its policy, its colours, in a frame, and with the captcha of its source."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.config.model import Captcha, Spam
from tests.web.form_page import FILLED, Page, config_with, opened_page, sent
from tests.web.gateway_under_test import SITE, Gateway, opened


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    with opened(tmp_path, config_with()) as running:
        yield running


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

    ours = [] if captcha.provider == "altcha" else ["/forms/website/captcha.js"]
    assert [each["src"] for each in page.all("script")] == [script, *ours]
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
