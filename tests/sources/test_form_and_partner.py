"""Forms of any maker are understood; a partner's lead is taken as it was sent."""

from __future__ import annotations

import pytest

from gateway.config.model import Spam
from gateway.sources import form, partner
from tests.sources.making import JSON, make_form, make_inbound, make_source

SOURCE = make_source(kind="form")


def test_reserved_names_are_not_part_of_the_enquiry() -> None:
    inbound = make_form(
        {"name": "Asha", "_subject": "x", "_next": "https://a.example/t", "submit": "Send", "csrf_token": "c",
         "g-recaptcha-response": "r", "_gotcha": "", "retURL": "", "message": "hello", "_started": "t",
         "_hosted": "1", "_language": "hi", "_host_nonce": "n", "_replyto": "a@a.example", "form-name": "contact",
         "bot-field": "", "access_key": "k", "subject": "New enquiry", "from_name": "Site", "altcha": "p",
         "h-captcha-response": "h", "cf-turnstile-response": "c", "frc-captcha-response": "f", "form_id": "9",
         "recaptcha_response": "v", "MAX_FILE_SIZE": "1", "_wpcf7": "12", "_wpnonce": "n", "utf8": "✓",
         "authenticity_token": "a", "oid": "00D", "post_id": "7", "queried_id": "7", "referer_title": "Home",
         "_email.from": "x", "_spamCheck": "", "replyto": "a@a.example", "ccemail": "b", "webhook": "w"}
    )  # fmt: skip

    (submission,) = form.parse(SOURCE, inbound)

    assert submission.fields == {"name": "Asha", "message": "hello"}


@pytest.mark.parametrize(
    "name", ["_next", "_redirect", "_redirectTo", "redirect", "redirect_to", "return_url", "retURL"]
)
def test_every_makers_name_for_the_next_page_is_heard(name: str) -> None:
    assert form.fill(make_form({name: "https://a.example/t"})).redirect == "https://a.example/t"


@pytest.mark.parametrize(
    "name", ["_gotcha", "bot-field", "botcheck", "_honey", "_honeypot", "_hp", "honeypot"]
)
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


@pytest.mark.parametrize("value", ["false", "null", '""', '" "', '"false"'])
def test_an_unchecked_box_sent_by_a_script_is_no_trap(value: str) -> None:
    assert not form.fill(make_inbound(b'{"botcheck":%s}' % value.encode(), JSON)).trapped
    assert form.fill(make_inbound(b'{"botcheck":true}', JSON)).trapped


def test_a_subject_is_part_of_the_enquiry_unless_it_is_that_of_a_mail() -> None:
    assert form.parse(SOURCE, make_form({"subject": "A quote"}))[0].fields == {"subject": "A quote"}
    assert form.parse(SOURCE, make_form({"subject": "New lead", "form-name": "contact"}))[0].fields == {}


def test_without_a_referer_the_page_is_at_least_its_origin() -> None:
    origin = {"origin": "https://a.example"}

    assert form.parse(SOURCE, make_inbound(b"{}", JSON | origin))[0].page_url == "https://a.example"
    assert form.parse(SOURCE, make_inbound(b"{}", JSON | {"origin": "null"}))[0].page_url == ""


def test_the_path_that_wordpress_names_is_completed_by_the_browser() -> None:
    body = b'{"_wp_http_referer":"/contact/"}'
    found = form.parse(SOURCE, make_inbound(body, JSON | {"origin": "https://a.example"}))[0]

    assert found.page_url == "https://a.example/contact/"
    assert form.parse(SOURCE, make_inbound(body, JSON))[0].page_url == ""
    elsewhere = make_inbound(b'{"_url":"//evil.example/"}', JSON | {"referer": "https://a.example/x"})
    assert form.parse(SOURCE, elsewhere)[0].page_url == "https://a.example/x"


@pytest.mark.parametrize("referer", ["http://[", "http://[::g]/", "//", "\x00", "http://ex\u2100mple/"])
def test_a_hostile_referer_is_no_page_and_no_error(referer: str) -> None:
    inbound = make_inbound(b'{"_wp_http_referer":"/contact/"}', JSON | {"referer": referer})

    assert form.parse(SOURCE, inbound)[0].page_url in ("", referer)


def test_fields_that_people_never_see_at_this_source_are_no_part_of_the_enquiry() -> None:
    source = make_source(kind="form", spam=Spam(honeypots=("fax-number",)))

    assert form.parse(source, make_form({"phone": "1", "Fax_Number": "2"}))[0].fields == {"phone": "1"}


@pytest.mark.parametrize(
    "name", ["your-message", "comments", "form_fields[message]", "textarea-1", "Requirement"]
)
def test_a_mapping_finds_the_message_whatever_the_form_calls_it(name: str) -> None:
    source = make_source(kind="form", fields={"CustomField1": "message", "CustomField2": "email"})

    (found,) = form.parse(source, make_form({name: "Call me after six", "your-email": "asha@a.example"}))

    assert found.fields["CustomField1"] == "Call me after six"
    assert found.fields["CustomField2"] == "asha@a.example"


def test_of_two_messages_the_one_with_the_plain_name_is_mapped() -> None:
    source = make_source(kind="form", fields={"CustomField1": "message"})

    (found,) = form.parse(source, make_form({"comments": "first", "message": "second"}))

    assert found.fields["CustomField1"] == "second"


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
