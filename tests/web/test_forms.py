"""Any HTML form on any site: a person reads pages, a script reads JSON, a robot is none the wiser."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from gateway.leads.lead import State
from tests.delivery.scripted import ScriptedDialer
from tests.web.gateway_under_test import SITE, Gateway, make_config, opened

GOOD = {"name": "Asha Verma", "phone": "9876543210"}


# -- the page ------------------------------------------------------------------------------------------------


def test_the_page_asks_for_what_its_source_wants_and_what_is_sent_from_it_arrives(gateway: Gateway) -> None:
    page = gateway.ask("GET", "/forms/website")
    fields = dict(re.findall(r'<(?:input|textarea)[^>]* name="(\w+)"[^>]*? value="([^"]*)"', page.text))
    gateway.clock.ahead += 10
    answer = gateway.form(fields | {"CustomerName": "Asha", "MobileNo": "9876543210"})

    assert (page.status_code, [*fields][-3:]) == (200, ["CustomerName", "MobileNo", "_gotcha"])
    assert answer.status_code == 303
    (lead,) = gateway.stored("website")
    assert lead.state in (State.QUEUED, State.SENDING, State.DELIVERED)


def test_there_is_no_page_for_a_source_that_is_no_form(gateway: Gateway) -> None:
    assert gateway.ask("GET", "/forms/partner").status_code == 404


# -- a person ------------------------------------------------------------------------------------------------


def test_a_visitor_goes_to_our_thank_you_page(gateway: Gateway) -> None:
    answer = gateway.form(GOOD)

    assert answer.status_code == 303
    page = gateway.ask("GET", answer.headers["Location"])
    assert (page.status_code, page.mimetype) == (200, "text/html")
    (lead,) = gateway.stored("website")
    assert lead.id[-6:] in page.text
    assert lead.id not in answer.headers["Location"]
    assert "Asha" not in page.text


def test_a_visitor_never_waits_for_the_dialer(tmp_path: Path) -> None:
    dialer = ScriptedDialer()
    dialer.gate.clear()
    with opened(tmp_path, dialer=dialer) as gateway:
        assert gateway.form(GOOD).status_code == 303
        dialer.gate.set()


def test_a_source_may_have_its_own_thank_you_page(gateway: Gateway) -> None:
    assert gateway.form(GOOD, "landing").headers["Location"] == "https://landing.example/done"


@pytest.mark.parametrize("name", ["_next", "redirect", "retURL"])
def test_a_form_may_name_a_page_of_its_own_site(gateway: Gateway, name: str) -> None:
    answer = gateway.form(GOOD | {name: f"{SITE}/danke?x=1"})

    assert answer.headers["Location"] == f"{SITE}/danke?x=1"


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "WyJ4Il0.aaaaaa.bbbb"])
def test_an_old_or_foreign_token_still_says_thank_you(gateway: Gateway, token: str) -> None:
    page = gateway.ask("GET", "/forms/website/thanks", query_string={"t": token})

    assert page.status_code == 200
    assert "Thank you" in page.text
    assert "reference" not in page.text.partition("<main>")[2]


def test_the_token_of_one_form_says_nothing_at_another(gateway: Gateway) -> None:
    token = gateway.form(GOOD).headers["Location"].partition("?")[2]

    assert "your reference" not in gateway.ask("GET", f"/forms/landing/thanks?{token}").text


def test_a_double_click_is_one_lead_and_both_see_the_thanks(gateway: Gateway) -> None:
    first, second = gateway.form(GOOD), gateway.form(GOOD)

    assert (first.status_code, second.status_code) == (303, 303)
    assert [lead.state for lead in gateway.stored("website")].count(State.DUPLICATE) == 1
    assert gateway.dialer.sent in ([], ["9876543210"])


def test_what_is_wrong_is_shown_at_its_field_and_the_typing_stays(gateway: Gateway) -> None:
    answer = gateway.form(
        {
            "your-name": 'Asha "<b>"',
            "phone": "98",
            "message": "line one\nline two",
            "utm_source": "x",
            "_next": "/t",
        }
    )

    page = answer.text
    assert (answer.status_code, answer.mimetype) == (422, "text/html")
    (phone,) = re.findall(r'<input [^>]*name="phone"[^>]*>', page)
    for part in ('type="tel"', 'inputmode="tel"', 'value="98"', 'autocomplete="tel"', 'aria-invalid="true"'):
        assert part in phone
    assert 'value="Asha &#34;&lt;b&gt;&#34;"' in page
    assert "line one\nline two</textarea>" in page
    assert '<input type="hidden" name="utm_source" value="x">' in page
    assert '<input type="hidden" name="_next" value="/t">' in page
    assert 'action="/forms/website"' in page
    assert gateway.stored() == []


def test_the_page_posts_again_what_was_typed(gateway: Gateway) -> None:
    page = gateway.form({"name": "Asha & Co", "phone": "98", "city": "पुणे"}).text
    again = {name: unescape(value) for name, value in re.findall(r'name="([^"]+)"[^>]*value="([^"]*)"', page)}

    assert again == {"name": "Asha & Co", "phone": "98", "city": "पुणे"}
    answer = gateway.form(again | {"phone": "9876543210"}, headers={"Origin": "http://gateway.example"})
    assert answer.status_code == 303


def test_a_field_the_form_forgot_is_asked_for(gateway: Gateway) -> None:
    page = gateway.form({"name": "Asha"}).text

    assert re.search(r'<input id="field-1" name="(MobileNo|phone_number)" type="tel" value=""', page)


@pytest.mark.parametrize("name", ["phone", "your-phone", "tel-123", "form_fields[mobile]", "phone_number"])
def test_an_empty_number_is_asked_for_in_the_forms_own_field(gateway: Gateway, name: str) -> None:
    page = gateway.form({"name": "Asha", name: " "}).text
    answer = gateway.script({"name": "Asha", name: ""})

    (field,) = re.findall(r'<input [^>]*type="tel"[^>]*>', page)
    assert f'name="{name}"' in field
    assert 'aria-invalid="true"' in field
    assert [each["field"] for each in answer.json["errors"]] == [name]


@pytest.mark.parametrize(
    "value", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{7*7}}", "${7*7}"]
)
def test_nothing_typed_comes_alive_on_the_page(gateway: Gateway, value: str) -> None:
    page = gateway.form({"name": value, value: value, "phone": "98"})

    assert value not in page.text or value in ("{{7*7}}", "${7*7}")
    assert "49" not in page.text.partition("<main>")[2]
    assert "script-src" not in page.headers["Content-Security-Policy"]
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_the_page_may_lead_where_the_source_leads(gateway: Gateway) -> None:
    policy = gateway.form({"phone": "98"}, "landing").headers["Content-Security-Policy"]

    assert "form-action 'self' https://landing.example" in policy
    assert "frame-ancestors 'none'" in policy
    nonce = re.search(r"nonce-([\w-]+)", policy)
    assert nonce is not None


def test_a_problem_outside_the_fields_is_a_page_too(gateway: Gateway) -> None:
    answer = gateway.ask("POST", "/forms/website", data=b"x", headers={"Content-Type": "application/pdf"})

    assert (answer.status_code, answer.mimetype) == (415, "text/html")
    assert answer.headers["X-Request-Id"] in answer.text


# -- a script ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"Accept": "application/json"},
        {"X-Requested-With": "XMLHttpRequest"},
        {"Accept": "application/json, */*;q=0.1"},
    ],
)
def test_a_script_gets_json(gateway: Gateway, headers: dict[str, str]) -> None:
    answer = gateway.form(GOOD, headers=headers)

    assert (answer.status_code, answer.mimetype) == (201, "application/json")
    assert answer.json["dialer"]["lead_id"] == "1764"
    assert "status_url" not in answer.json
    assert "Location" not in answer.headers


def test_json_in_is_json_out(gateway: Gateway) -> None:
    good = gateway.ask("POST", "/forms/website", json=GOOD)
    bad = gateway.ask("POST", "/forms/website", json={"phone": "98"})

    assert good.status_code == 201
    assert (bad.status_code, bad.mimetype) == (422, "application/problem+json")
    assert [each["field"] for each in bad.json["errors"]] == ["phone"]


def test_a_script_may_say_how_long_it_waits(tmp_path: Path) -> None:
    with opened(tmp_path, dialer=ScriptedDialer(seconds=0.3)) as gateway:
        assert gateway.script(GOOD, headers={"Prefer": "wait=0"}).status_code == 202


# -- other sites ---------------------------------------------------------------------------------------------


def preflight(gateway: Gateway, origin: str, source: str = "website") -> dict[str, str]:
    asking = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    answer = gateway.ask("OPTIONS", f"/forms/{source}", headers=asking)
    assert answer.status_code == 204
    assert "Origin" in answer.headers["Vary"]
    return dict(answer.headers)


def test_an_allowed_site_may_ask_and_read(gateway: Gateway) -> None:
    allowed = preflight(gateway, SITE)

    assert allowed["Access-Control-Allow-Origin"] == SITE
    assert allowed["Access-Control-Allow-Methods"] == "POST"
    assert "content-type" in allowed["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in allowed
    answer = gateway.script(GOOD, headers={"Origin": SITE})
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (201, SITE)
    assert (
        gateway.script({"phone": "9"}, headers={"Origin": SITE}).headers["Access-Control-Allow-Origin"]
        == SITE
    )


@pytest.mark.parametrize(
    "origin",
    ["null", "https://evil.example", f"{SITE}.evil.example", f"{SITE}:8443", "http://www.example.com",
     "https://WWW.EXAMPLE.COM", "https://example.com", f"{SITE}/", ""],
)  # fmt: skip
def test_any_other_site_may_not(gateway: Gateway, origin: str) -> None:
    assert "Access-Control-Allow-Origin" not in preflight(gateway, origin)
    answer = gateway.script(GOOD, headers={"Origin": origin, "Sec-Fetch-Site": "cross-site"})

    assert (answer.status_code, answer.json["reason_code"]) == (403, "origin.not_allowed")
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert gateway.stored() == []


def test_our_own_page_and_programs_without_an_origin_may_post(gateway: Gateway) -> None:
    assert gateway.form(GOOD).status_code == 303
    assert gateway.form(GOOD, headers={"Origin": "http://gateway.example"}).status_code == 303
    own = {"Origin": "http://other.name", "Sec-Fetch-Site": "same-origin"}
    assert gateway.form(GOOD, headers=own).status_code == 303


def test_a_form_without_listed_sites_takes_posts_from_all_and_lets_none_read(gateway: Gateway) -> None:
    answer = gateway.script(GOOD, "landing", headers={"Origin": "https://any.example"})

    assert answer.status_code == 201
    assert "Access-Control-Allow-Origin" not in answer.headers


# -- robots --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("trap", ["_gotcha", "bot-field", "honeypot"])
def test_a_robot_is_thanked_kept_and_never_dialed(gateway: Gateway, trap: str) -> None:
    answer = gateway.form(GOOD | {trap: "http://spam.example"})

    assert answer.status_code == 303
    (lead,) = gateway.stored("website")
    assert (lead.state, lead.reason_code) == (State.QUARANTINED, "spam.trapped")
    assert gateway.dialer.sent == []


def test_a_robot_that_reads_json_gets_a_2xx(gateway: Gateway) -> None:
    assert gateway.script(GOOD | {"_gotcha": "x"}).status_code == 202


@pytest.mark.parametrize("name", ["nobody", "portal", "partner"])
def test_only_forms_have_this_door(gateway: Gateway, name: str) -> None:
    assert gateway.form(GOOD, name).status_code == 404


def test_https_is_asked_for_where_the_gateway_is_reached_by_it(tmp_path: Path) -> None:
    with opened(tmp_path, make_config(public_url="https://leads.example")) as gateway:
        assert "max-age=63072000" in gateway.form(GOOD).headers["Strict-Transport-Security"]
