"""In whose language our own form page speaks, and which text a visitor agreed to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.config import Form
from tests.web.form_page import (
    CONSENT,
    FILLED,
    HINDI_CONSENT,
    Page,
    config_with,
    consents,
    opened_page,
    sent,
)
from tests.web.gateway_under_test import SITE, Gateway, opened


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    with opened(tmp_path, config_with()) as running:
        yield running


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
