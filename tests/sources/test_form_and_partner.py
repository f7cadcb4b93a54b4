"""Forms of any maker are understood; a partner's lead is taken as it was sent."""

from __future__ import annotations

import pytest

from gateway.sources import form, partner
from tests.sources.making import JSON, make_form, make_inbound, make_source

SOURCE = make_source(kind="form")


def test_reserved_names_are_not_part_of_the_enquiry() -> None:
    inbound = make_form(
        {"name": "Asha", "_subject": "x", "_next": "https://a.example/t", "submit": "Send", "csrf_token": "c",
         "g-recaptcha-response": "r", "_gotcha": "", "retURL": "", "message": "hello"}
    )  # fmt: skip

    (submission,) = form.parse(SOURCE, inbound)

    assert submission.fields == {"name": "Asha", "message": "hello"}


@pytest.mark.parametrize("name", ["_next", "_redirect", "redirect", "redirect_to", "return_url", "retURL"])
def test_every_makers_name_for_the_next_page_is_heard(name: str) -> None:
    assert form.fill(make_form({name: "https://a.example/t"})).redirect == "https://a.example/t"


@pytest.mark.parametrize("name", ["_gotcha", "bot-field", "botcheck", "_honey", "_honeypot", "honeypot"])
def test_a_field_nobody_sees_is_a_trap(name: str) -> None:
    assert form.fill(make_form({"phone": "1", name: "cheap watches"})).trapped
    assert not form.fill(make_form({"phone": "1", name: " "})).trapped


def test_a_field_named_website_is_no_trap() -> None:
    assert not form.fill(make_form({"website": "https://asha.example"})).trapped


def test_the_page_comes_from_the_form_else_from_the_browser() -> None:
    referer = {"referer": "https://a.example/"}
    named = make_inbound(b'{"_url":"https://a.example/plan"}', JSON | referer)

    assert form.parse(SOURCE, named)[0].page_url == "https://a.example/plan"
    assert form.parse(SOURCE, make_inbound(b"{}", JSON | referer))[0].page_url == "https://a.example/"


def test_a_mapping_adds_to_what_a_form_sends() -> None:
    source = make_source(kind="form", fields={"CustomField1": "message"})

    assert form.parse(source, make_form({"message": "hi"}))[0].fields == {
        "message": "hi",
        "CustomField1": "hi",
    }


def test_a_partners_values_keep_their_types() -> None:
    inbound = make_inbound(b'{"MobileNo":9876543210,"CustomerName":null,"x":{"y":[1]}}', JSON)

    (submission,) = partner.parse(make_source(kind="partner"), inbound)

    assert submission.fields == {"MobileNo": 9876543210, "CustomerName": None, "x": {"y": [1]}}
