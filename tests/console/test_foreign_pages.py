"""What a page of somebody else cannot do with a browser that has signed in (catalogue 93, 94, 117, 122)."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

import pytest
from structlog.testing import capture_logs

from gateway.accounts import Role
from gateway.store import StoreUnavailable
from gateway.store.errors import Trouble
from gateway.web.console import rights
from tests.console.at_the_console import AtTheConsole, signed_in, stranger
from tests.console.people_at_work import PASSWORD, come_in, person, session_cookie, try_to_sign_in
from tests.web.gateway_under_test import Gateway

END = "/console/account/sessions/end"  # any address that changes something
OURS = "http://gateway.example"


def post(browser: AtTheConsole, headers: dict[str, str], **fields: str) -> int:
    data = {"csrf": browser.csrf, **fields}
    return browser.open("POST", END, data=data, headers=headers).status_code


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://gateway.example.evil.example"},
        {"Origin": "ftp://gateway.example"},
        {"Origin": OURS, "Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
    ],
)
def test_another_page_changes_nothing_even_with_our_token(
    shared_viewer: AtTheConsole, headers: dict[str, str]
) -> None:
    assert post(shared_viewer, headers) == 403


@pytest.mark.parametrize(
    "headers",
    [{}, {"Origin": OURS, "Sec-Fetch-Site": "same-origin"}, {"Origin": OURS}, {"Sec-Fetch-Site": "none"}],
)
def test_our_own_page_does(shared_viewer: AtTheConsole, headers: dict[str, str]) -> None:
    assert post(shared_viewer, headers) == 303


def test_a_gateway_that_is_reached_by_another_name_takes_its_own_pages(
    console: Gateway, viewer: AtTheConsole
) -> None:
    answer = viewer.client.post(
        END,
        base_url="http://10.0.0.5:8000",
        data={"csrf": viewer.csrf},
        headers={"Origin": "http://10.0.0.5:8000", "Cookie": f"sid={session_cookie(viewer)}"},
    )

    assert answer.status_code == 303


def test_without_the_token_of_this_very_session_nothing_is_changed(
    console: Gateway, viewer: AtTheConsole, operator: AtTheConsole
) -> None:
    for csrf in ("", "0" * 64, operator.csrf, viewer.csrf[:-1], "ü"):
        viewer_csrf, viewer.csrf = viewer.csrf, csrf
        assert post(viewer, {}) == 403, csrf
        viewer.csrf = viewer_csrf


def test_the_token_may_come_in_a_header(viewer: AtTheConsole) -> None:
    answer = viewer.open("POST", END, data={"session": "x"}, headers={"X-CSRF-Token": viewer.csrf})

    assert answer.status_code == 303


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "application/octet-stream", "x/y"])
def test_a_form_that_only_looks_like_one_is_refused(shared_viewer: AtTheConsole, content_type: str) -> None:
    answer = shared_viewer.open(
        "POST",
        END,
        data=json.dumps({"csrf": shared_viewer.csrf}),
        content_type=content_type,
        headers={"X-CSRF-Token": shared_viewer.csrf},
    )

    assert answer.status_code == 415


def test_looking_at_an_address_that_changes_something_is_not_allowed(viewer: AtTheConsole) -> None:
    answer = viewer.get(END)

    assert (answer.status_code, answer.headers["Allow"]) == (405, "OPTIONS, POST")


def test_another_page_cannot_sign_somebody_in_as_somebody_else(console: Gateway) -> None:
    person(console)
    browser = stranger(console)
    browser.headers["Origin"] = "https://evil.example"

    answer = try_to_sign_in(browser)

    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers


# -- frames and headers --------------------------------------------------------------------------------------

PAGES = ("/console/", "/console/account", "/console/people", "/console/audit", "/console/nothing")


def test_no_page_can_be_put_into_a_frame_or_kept(console: Gateway, admin: AtTheConsole) -> None:
    answers = {path: admin.get(path) for path in PAGES}
    answers["/console/sign-in"] = stranger(console).get("/console/sign-in")
    for path, answer in answers.items():
        headers = answer.headers
        policy = headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy, path
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Referrer-Policy"] == "same-origin"


def test_errors_are_pages_for_people_and_problems_for_scripts(viewer: AtTheConsole) -> None:
    page, part = viewer.get("/console/people"), viewer.part("/console/people")

    assert page.content_type == "text/html; charset=utf-8"
    assert "Your role does not allow this" in page.text
    assert "vera" in page.text
    assert part.content_type == "application/problem+json"
    assert part.get_json()["reason_code"] == "console.role"


def test_an_error_before_the_sign_in_shows_no_menu(console: Gateway) -> None:
    answer = stranger(console).get("/console/nothing")

    assert answer.status_code == 404
    assert "Not found" in answer.text
    assert "Sign out" not in answer.text


# -- other spellings of an address ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "//console/leads",
        "/console//leads",
        "/console/../console/leads",
        "/console/%2e%2e/console/leads",
        "/console/./leads",
        "/console/leads/",
        "/console/leads;x=1",
        "/CONSOLE/leads",
        "/Console/leads",
        "/console/leads%00",
        "/console%2fleads",
        "/console/leads%20",
        "/console/leads.",
        "/console\\leads",
        "/forms/../console/leads",
        "/console/assets/../leads",
        "/console/assets/x/../../leads",
        "/console/sign-in/../leads",
        "/console/sign-in/..%2fleads",
    ],
)
def test_no_other_spelling_gets_around_the_sign_in(shared_console: Gateway, path: str) -> None:
    # Not through the client's own idea of a path: as it would come over the wire.
    environ: dict[str, Any] = {"PATH_INFO": _unquoted(path), "RAW_URI": path, "REQUEST_URI": path}
    answer = stranger(shared_console).client.get("/", environ_overrides=environ, base_url=OURS)

    assert answer.status_code in (303, 404)
    if answer.status_code == 303:
        assert answer.headers["Location"].startswith("/console/sign-in")
    assert "Find a lead" not in answer.text


def _unquoted(path: str) -> str:
    return unquote(path, "latin-1")


# -- secrets -------------------------------------------------------------------------------------------------


def test_no_password_token_or_secret_is_in_a_log_a_page_or_an_address(console: Gateway) -> None:
    person(console)
    with capture_logs() as logs:
        browser = come_in(console)
        pages = [browser.get(path) for path in PAGES]
        pages.append(browser.post("/console/account/password", current=PASSWORD, new="short"))
        pages.append(try_to_sign_in(stranger(console), password=PASSWORD + "x"))
    secret = console.app.extensions["gateway.secret"]
    told = str(logs) + "".join(f"{page.headers}{page.text}" for page in pages)

    for hidden in (PASSWORD, session_cookie(browser), secret):
        assert hidden not in told


@pytest.mark.parametrize(
    "path", ["/console/.git/config", "/console/.env", "/console/debug", "/console/assets/"]
)
def test_nothing_of_the_program_lies_open(shared_console: Gateway, path: str) -> None:
    assert stranger(shared_console).get(path).status_code == 404


def test_a_bug_shows_a_number_and_nothing_else(console: Gateway) -> None:
    @rights.needs(Role.VIEWER)
    def broken() -> str:
        raise RuntimeError("secret-in-a-traceback")

    console.app.view_functions["console_account.show"] = broken

    answer = signed_in(console, person(console)).get("/console/account")

    assert answer.status_code == 500
    assert "Something went wrong here" in answer.text
    assert answer.headers["X-Request-Id"] in answer.text
    assert "traceback" not in answer.text.lower()


def test_a_database_that_is_away_is_told_to_people(console: Gateway, viewer: AtTheConsole) -> None:
    @rights.needs(Role.VIEWER)
    def away() -> str:
        raise StoreUnavailable(Trouble.ERROR, "gone")

    console.app.view_functions["console_account.show"] = away

    answer = viewer.get("/console/account")

    assert answer.status_code == 503
    assert "The database cannot be reached" in answer.text
    assert "enquiry" not in answer.text
    assert int(answer.headers["Retry-After"]) >= 1
