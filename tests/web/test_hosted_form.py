"""Our own form page: what it asks for, what becomes of it, and that nothing typed into it is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.leads.lead import State
from tests.web.form_page import FILLED, FORM, Page, config_with, opened_page, sent
from tests.web.gateway_under_test import Gateway, opened


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    with opened(tmp_path, config_with()) as running:
        yield running


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


def test_a_browser_may_keep_the_empty_page_but_none_that_was_filled_in(gateway: Gateway) -> None:
    page = opened_page(gateway)

    assert page.answer.headers["Cache-Control"] == "private, no-cache"
    assert sent(gateway, page, {"MobileNo": "98"}).headers["Cache-Control"] == "no-store"


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
    assert "Your enquiry has not been sent yet</h1>" in again.text
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
