"""Who may pass into the console, from where, and for how long."""

from __future__ import annotations

from flask import Response

from gateway.web.console.said import say
from tests.console.at_the_console import AtTheConsole, stranger
from tests.web.gateway_under_test import Gateway


def test_whoever_has_not_signed_in_is_led_to_the_sign_in_and_back(console: Gateway) -> None:
    answer = stranger(console).get("/console/leads?q=98765")

    assert answer.status_code == 303
    assert answer.headers["Location"] == "/console/sign-in?next=/console/leads?q%3D98765"


def test_the_short_address_leads_to_the_overview(viewer: AtTheConsole) -> None:
    assert viewer.get("/console").headers["Location"] == "/console/"
    assert viewer.get("/console/").status_code == 200


def test_a_script_that_has_not_signed_in_is_told(console: Gateway) -> None:
    answer = stranger(console).part("/console/leads")

    assert answer.status_code == 401
    assert answer.get_json()["reason_code"] == "console.signed_out"


def test_an_address_that_does_not_exist_answers_with_a_page(viewer: AtTheConsole) -> None:
    answer = viewer.get("/console/nothing")

    assert answer.status_code == 404
    assert "<h1>Not found</h1>" in answer.text
    assert "vera" in answer.text
    assert viewer.csrf in answer.text, "signing out does not work from here"


def test_what_was_said_stands_on_the_next_page_and_on_no_other(
    console: Gateway, viewer: AtTheConsole
) -> None:
    with console.app.test_request_context("/console/"):
        response = say(Response(), "Done, and done well.")
    _, _, cookie = response.headers["Set-Cookie"].partition("said=")
    viewer.client.set_cookie("said", cookie.partition(";")[0], domain="gateway.example", path="/console")

    assert "Done, and done well." in viewer.get("/console/account").text
    assert "Done, and done well." not in viewer.get("/console/account").text
