"""The way in and out, and what keeps others from it (catalogue 91, 92, 118)."""

from __future__ import annotations

import statistics
import time
import zlib
from collections.abc import Callable

import argon2
import pyotp
import pytest
from structlog.testing import capture_logs

from gateway.accounts import Role, passwords, second_factor, sessions
from gateway.web.console import throttle
from tests.console.at_the_console import AtTheConsole, signed_in, stranger
from tests.console.people_at_work import (
    OTHER,
    PASSWORD,
    come_in,
    person,
    session_cookie,
    try_to_sign_in,
)
from tests.web.gateway_under_test import Gateway

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def test_somebody_signs_in_and_is_where_they_wanted_to_be(console: Gateway) -> None:
    person(console)
    browser = stranger(console)

    answer = try_to_sign_in(browser, next="/console/leads?q=98765")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/console/leads?q=98765")
    assert "asha" in browser.get("/console/account").text


def test_a_name_is_the_same_in_upper_and_lower_case(console: Gateway) -> None:
    person(console)

    assert try_to_sign_in(stranger(console), name=" Asha ").status_code == 303


@pytest.mark.parametrize(
    ("name", "password"), [("asha", "wrong password 1"), ("nobody", PASSWORD), ("", ""), ("asha\0", "\0")]
)
def test_a_wrong_name_and_a_wrong_password_are_answered_alike(
    console: Gateway, name: str, password: str
) -> None:
    person(console)

    answer = try_to_sign_in(stranger(console), name, password)

    assert answer.status_code == 422
    assert "The name or the password is not right." in answer.text
    assert "Set-Cookie" not in answer.headers
    assert PASSWORD not in answer.text


def test_a_name_that_nobody_has_takes_as_long_as_one_that_somebody_has(console: Gateway) -> None:
    person(console)
    took: dict[str, list[float]] = {"asha": [], "nobody": []}
    for _ in range(5):
        for name, times in took.items():
            began = time.perf_counter()
            try_to_sign_in(stranger(console), name, "wrong password 1")
            times.append(time.perf_counter() - began)
            console.app.extensions["gateway.limits"]._here.storage.reset()

    assert abs(min(took["asha"]) - min(took["nobody"])) < 0.02
    assert statistics.median(took["nobody"]) > 0.01, "no password was hashed"


def test_a_disabled_account_opens_nothing(console: Gateway) -> None:
    person(console, disabled_at=console.clock.now())

    assert try_to_sign_in(stranger(console)).status_code == 422


# -- guessing ------------------------------------------------------------------------------------------------


def test_many_passwords_for_one_account_are_slowed_down(console: Gateway) -> None:
    person(console)
    with capture_logs() as logs:
        answers = [try_to_sign_in(stranger(console), password=f"guess number {n}") for n in range(7)]

    assert [answer.status_code for answer in answers] == [422] * 5 + [429] * 2
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 120
    events = [log["event"] for log in logs if log["event"].startswith("authn")]
    assert events == ["authn_login_fail"] * 5 + ["authn_login_fail_max"] * 2


def test_many_accounts_from_one_address_are_slowed_down(console: Gateway) -> None:
    browser = stranger(console)
    assert try_to_sign_in(browser, name="somebody").status_code == 422
    here = {"REMOTE_ADDR": browser.client.environ_base["REMOTE_ADDR"]}
    with console.app.test_request_context("/console/sign-in", environ_base=here):
        for n in range(29):
            throttle.attempt(f"password somebody{n}", "")

    assert try_to_sign_in(browser, name="another").status_code == 429
    assert try_to_sign_in(stranger(console), name="another").status_code == 422


def test_a_stranger_who_guesses_locks_nobody_out(console: Gateway) -> None:
    person(console)
    own = come_in(console)
    for n in range(7):
        try_to_sign_in(stranger(console), password=f"guess number {n}")
    own.client.delete_cookie("sid", domain="gateway.example")

    assert try_to_sign_in(stranger(console)).status_code == 429
    assert try_to_sign_in(own).status_code == 303


def test_a_refused_sign_in_is_in_the_audit_log_once_and_holds_no_password(console: Gateway) -> None:
    account = person(console)
    for _ in range(3):
        browser = stranger(console)
        browser.client.environ_base["REMOTE_ADDR"] = "10.9.8.7"
        try_to_sign_in(browser, password="wrong password 1").close()

    found = console.store.console.audit.of("user", account.id)
    assert [(each.deed.actor, each.deed.action, each.deed.address) for each in found] == [
        ("nobody", "session.refused", "10.9.8.7")
    ]
    assert "wrong password 1" not in str(found)


def test_a_name_that_nobody_has_is_in_no_log(console: Gateway) -> None:
    with capture_logs() as logs:
        try_to_sign_in(stranger(console), name="my-password-in-the-wrong-field")

    assert "my-password" not in str(logs)
    assert [log["user"] for log in logs if log["event"] == "authn_login_fail"] == ["unknown"]


# -- sessions ------------------------------------------------------------------------------------------------


def test_signing_in_makes_a_new_token_whatever_was_there_before(console: Gateway) -> None:
    person(console)
    browser = stranger(console)
    browser.client.set_cookie("sid", "planted", domain="gateway.example")
    try_to_sign_in(browser)
    first = session_cookie(browser)
    try_to_sign_in(browser)
    second = session_cookie(browser)

    assert len({"planted", first, second}) == 3
    old = stranger(console)
    for dead in ("planted", first):
        old.client.set_cookie("sid", dead, domain="gateway.example")
        assert old.get("/console/account").status_code == 303


def test_the_database_holds_no_token(console: Gateway) -> None:
    person(console)
    token = session_cookie(come_in(console))
    rows = console.store.read(lambda connection: connection.exec_driver_sql("SELECT * FROM sessions").all())

    assert len(token) >= 43
    assert token not in str(rows)
    assert sessions.digest_of(token) in str(rows)


def test_signing_out_ends_the_session_itself(console: Gateway) -> None:
    person(console)
    browser = come_in(console)
    token = session_cookie(browser)

    answer = browser.post("/console/sign-out")

    assert (answer.status_code, answer.headers["Clear-Site-Data"]) == (303, '"cache", "storage"')
    browser.client.set_cookie("sid", token, domain="gateway.example")
    assert browser.get("/console/account").status_code == 303


def test_signing_out_needs_our_own_page(console: Gateway) -> None:
    person(console)
    browser = come_in(console)
    browser.csrf = "0" * 64

    assert browser.post("/console/sign-out").status_code == 403
    assert browser.get("/console/account").status_code == 200


def test_a_session_ends_when_it_is_not_used(console: Gateway, viewer: AtTheConsole) -> None:
    for _ in range(3):
        console.clock.ahead += 1700
        assert viewer.get("/console/account").status_code == 200
    console.clock.ahead += 1801

    assert viewer.get("/console/account").status_code == 303


def test_a_session_ends_after_eight_hours_in_any_case(console: Gateway, viewer: AtTheConsole) -> None:
    for _ in range(17):
        console.clock.ahead += 1690
        assert viewer.get("/console/account").status_code == 200
    console.clock.ahead += 1690

    assert viewer.get("/console/account").status_code == 303


def test_how_long_a_session_lasts_is_configured(open_console_gateway: Callable[..., Gateway]) -> None:
    gateway = open_console_gateway('[console]\nidle = "5m"\nlasts = "15m"\n')
    browser = signed_in(gateway, person(gateway))
    gateway.clock.ahead += 301

    assert browser.get("/console/account").status_code == 303


def test_that_a_session_is_used_is_written_once_a_minute(console: Gateway, viewer: AtTheConsole) -> None:
    def seen() -> float:
        found = console.store.read(
            lambda connection: connection.exec_driver_sql("SELECT seen_at FROM sessions").scalar_one()
        )
        return float(found)

    before = seen()
    viewer.get("/console/account")
    assert seen() == before
    console.clock.ahead += 61
    viewer.get("/console/account")
    assert seen() > before + 60


def test_a_page_that_asks_by_itself_keeps_nobody_signed_in(console: Gateway, viewer: AtTheConsole) -> None:
    for _ in range(7):
        console.clock.ahead += 240
        assert viewer.part("/console/").status_code in (200, 204)
    console.clock.ahead += 240

    assert viewer.part("/console/").status_code == 401


def test_with_https_the_cookie_belongs_to_this_host_alone(
    open_console_gateway: Callable[..., Gateway],
) -> None:
    gateway = open_console_gateway(public_url="https://leads.example.com")
    person(gateway)
    browser = stranger(gateway)

    answer = try_to_sign_in(browser)

    cookie = next(each for each in answer.headers.getlist("Set-Cookie") if each.startswith("__Host-sid="))
    for attribute in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
        assert attribute in cookie
    assert "Domain" not in cookie
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=63072000")
    assert browser.get("/console/account").status_code == 200


def test_a_cookie_of_another_spelling_is_not_taken_for_ours(
    open_console_gateway: Callable[..., Gateway],
) -> None:
    gateway = open_console_gateway(public_url="https://leads.example.com")
    person(gateway)
    token = come_in_https(gateway)
    other = stranger(gateway)
    other.client.set_cookie("sid", token, domain="leads.example.com", secure=True)
    other.client.set_cookie("__HOST-sid", token, domain="leads.example.com", secure=True)

    assert other.get("/console/account").status_code == 303


def come_in_https(gateway: Gateway) -> str:
    browser = stranger(gateway)
    try_to_sign_in(browser)
    cookie = browser.client.get_cookie("__Host-sid", domain="leads.example.com")
    assert cookie is not None
    return cookie.value


# -- the second factor ---------------------------------------------------------------------------------------


def with_factor(gateway: Gateway) -> AtTheConsole:
    """A browser that has given the password and is asked for the code."""
    account = person(gateway)
    sealed = second_factor.seal(gateway.app.extensions["gateway.secret"], SECRET, account.id)
    gateway.store.console.users.change(account.id, {"totp_secret": sealed}, now=gateway.clock.now())
    browser = stranger(gateway)
    answer = try_to_sign_in(browser, next="/console/leads")
    assert answer.headers["Location"] == "/console/sign-in/code"
    return browser


def code(gateway: Gateway) -> str:
    return pyotp.TOTP(SECRET).at(int(gateway.clock.now()))


def test_with_a_second_factor_the_password_alone_opens_nothing(console: Gateway) -> None:
    browser = with_factor(console)

    assert browser.get("/console/account").status_code == 303
    assert "Six digits" in browser.get("/console/sign-in/code").text


def test_the_code_of_the_telephone_opens(console: Gateway) -> None:
    browser = with_factor(console)
    typed = code(console)

    answer = browser.post("/console/sign-in/code", code=f"{typed[:3]} {typed[3:]}")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/console/leads")
    assert browser.get("/console/account").status_code == 200


def test_a_code_counts_once(console: Gateway) -> None:
    browser, used = with_factor(console), code(console)
    assert browser.post("/console/sign-in/code", code=used).status_code == 303
    again = stranger(console)
    try_to_sign_in(again)

    answer = again.post("/console/sign-in/code", code=used)

    assert answer.status_code == 422
    assert "was used already" in answer.text


def test_codes_cannot_be_guessed(console: Gateway) -> None:
    browser = with_factor(console)
    right = code(console)
    wrong = str((int(right) + 1) % 1_000_000).zfill(6)

    answers = [browser.post("/console/sign-in/code", code=wrong).status_code for _ in range(6)]

    assert answers == [422] * 5 + [429]


def test_half_a_sign_in_is_over_after_five_minutes(console: Gateway) -> None:
    browser = with_factor(console)
    console.clock.ahead += 301

    answer = browser.post("/console/sign-in/code", code=code(console))

    assert (answer.status_code, answer.headers["Location"]) == (303, "/console/sign-in")
    assert browser.get("/console/account").status_code == 303


def test_half_a_sign_in_is_worth_nothing_after_the_password_was_changed(console: Gateway) -> None:
    browser = with_factor(console)
    account = console.store.console.users.named("asha")
    assert account is not None
    new = {"password_hash": passwords.hash_of(OTHER)}
    console.store.console.users.change(account.id, new, now=console.clock.now() + 1)

    browser.post("/console/sign-in/code", code=code(console))

    assert browser.get("/console/account").status_code == 303


def test_another_secret_key_makes_the_second_factor_unreadable_and_says_so(console: Gateway) -> None:
    account = person(console)
    sealed = second_factor.seal("another secret key", SECRET, account.id)
    console.store.console.users.change(account.id, {"totp_secret": sealed}, now=console.clock.now())
    browser = stranger(console)
    try_to_sign_in(browser)

    answer = browser.post("/console/sign-in/code", code=code(console))

    assert "Ask an admin to remove it" in answer.text


# -- one-time passwords and the first of all -----------------------------------------------------------------


def test_a_one_time_password_opens_one_page_until_it_is_replaced(console: Gateway) -> None:
    person(console, role=Role.ADMIN, one_time_until=console.clock.now() + 100)
    browser = come_in(console)

    assert browser.get("/console/leads").headers["Location"] == "/console/account"
    assert browser.post("/console/people", name="x1", role="admin").status_code == 403
    assert "Choose your own password" in browser.get("/console/account").text
    changed = browser.post("/console/account/password", current=PASSWORD, new=OTHER)
    assert changed.headers["Location"] == "/console/"
    assert browser.get("/console/account").status_code == 200
    assert try_to_sign_in(stranger(console), password=OTHER).headers["Location"] == "/console/"


def test_a_one_time_password_is_over_after_its_time(console: Gateway) -> None:
    person(console, one_time_until=console.clock.now() - 1)

    assert "is over" in try_to_sign_in(stranger(console)).text


def test_without_anybody_the_page_says_how_to_make_the_first(console: Gateway) -> None:
    assert "gateway users create NAME --role admin" in stranger(console).get("/console/sign-in").text
    person(console)
    assert "gateway users create" not in stranger(console).get("/console/sign-in").text


def test_an_old_hash_is_made_anew_at_the_next_sign_in(console: Gateway) -> None:
    weak = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    account = person(console, password_hash=weak)

    try_to_sign_in(stranger(console))

    now = console.store.console.users.with_id(account.id)
    assert now is not None
    assert now.password_hash != weak
    assert passwords.matches(PASSWORD, now.password_hash)


# -- where one goes afterwards -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/console//evil.example",
        "/console/../forms/x",
        "/console/%2e%2e/forms/x",
        "javascript:alert(1)",
        "/forms/website",
        "/console/sign-out",
        "/console/\r\nSet-Cookie: a=b",
        "/consolex/",
        "\t/console/",
        "/console/" + "a" * 1000,
    ],
)
def test_no_link_leads_from_our_sign_in_to_somewhere_else(shared_console: Gateway, target: str) -> None:
    name = f"asha{zlib.crc32(target.encode())}"  # each has tries of its own
    person(shared_console, name)

    assert try_to_sign_in(stranger(shared_console), name, next=target).headers["Location"] == "/console/"
    assert "evil" not in stranger(shared_console).get("/console/sign-in", query_string={"next": target}).text
