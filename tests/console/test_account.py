"""One's own password, second factor and sessions (catalogue 92)."""

from __future__ import annotations

import re

import pyotp
import pytest

from gateway.accounts import passwords
from tests.console.at_the_console import AtTheConsole, signed_in, stranger
from tests.console.people_at_work import (
    OTHER,
    PASSWORD,
    come_in,
    learn,
    person,
    session_cookie,
    try_to_sign_in,
)
from tests.web.gateway_under_test import Gateway


def actions(gateway: Gateway, actor: str) -> list[str]:
    return [entry.deed.action for entry in reversed(gateway.store.console.audit.latest(actor=actor))]


def test_another_password_ends_every_session_and_gives_this_browser_a_new_one(console: Gateway) -> None:
    person(console)
    here, there = come_in(console), come_in(console)
    before = session_cookie(here)

    answer = here.post("/console/account/password", current=PASSWORD, new=OTHER)

    assert "signed out everywhere else" in here.follow(answer).text
    assert session_cookie(here) != before
    assert there.get("/console/account").status_code == 303
    old = stranger(console)
    old.client.set_cookie("sid", before, domain="gateway.example")
    assert old.get("/console/account").status_code == 303
    assert try_to_sign_in(stranger(console)).status_code == 422
    assert try_to_sign_in(stranger(console), password=OTHER).status_code == 303
    assert "user.password_changed" in actions(console, "asha")


@pytest.mark.parametrize(
    ("current", "new", "said"),
    [
        ("not my password", OTHER, "This is not your password."),
        (PASSWORD, "short", "at least 12 characters"),
        (PASSWORD, "Password@2026!", "tried first by whoever guesses"),
        (PASSWORD, "q1w2e3r4t5y6", "tried first by whoever guesses"),
        (PASSWORD, "asha walks far away", "Leave your own name out of it."),
        (PASSWORD, "x" * 1025, "at most 1024"),
        (PASSWORD, PASSWORD, "This is the password you have."),
    ],
)
def test_a_password_that_is_no_good_is_refused_with_the_reason(
    console: Gateway, current: str, new: str, said: str
) -> None:
    person(console)
    browser = come_in(console)

    answer = browser.post("/console/account/password", current=current, new=new)

    assert answer.status_code == 422
    assert said in answer.text
    assert new not in answer.text
    assert try_to_sign_in(stranger(console)).status_code == 303


@pytest.mark.parametrize(
    "password",
    ["correct horse is taken", "আমার সোনার বাংলা গান", "मेरा भारत महान देश", "Zx9!kfPq2rTm", "monsoon parade " * 10],
)
def test_any_characters_make_a_good_password(password: str) -> None:
    assert passwords.problem_of(password, "asha") == ""


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "P@$$w0rd2026",
        "1qaz2wsx3edc",
        "aaaaaaaaaaaaaaaa",
        "123456789012",
        "Ganesh@123456",
        "qwertyuiop123",
        "correct horse battery staple",
        "leadgateway2026",
    ],
)
def test_what_is_tried_first_makes_none(password: str) -> None:
    assert "tried first" in passwords.problem_of(password, "asha")


def test_a_password_is_the_same_however_its_characters_are_composed() -> None:
    assert passwords.matches("cafe\u0301 gravel eleven", passwords.hash_of("caf\u00e9 gravel eleven"))


def test_one_time_passwords_are_random_and_good() -> None:
    made = {passwords.one_time() for _ in range(50)}

    assert len(made) == 50
    assert all(passwords.problem_of(each, "asha") == "" for each in made)


# -- the second factor ---------------------------------------------------------------------------------------


def set_up(browser: AtTheConsole, current: str = PASSWORD, wrong: bool = False) -> tuple[str, str]:
    """Open the page, point a telephone at it, and type its code; the secret and what was said."""
    page = browser.get("/console/account/second-factor").text
    secret = re.search(r"<code>([A-Z2-7 ]{32,})</code>", page)
    ticket = re.search(r'name="ticket" value="([^"]+)"', page)
    assert secret is not None
    assert ticket is not None
    key = secret[1].replace(" ", "")
    code = "000000" if wrong else pyotp.TOTP(key).at(int(browser.gateway.clock.now()))
    answer = browser.post("/console/account/second-factor", ticket=ticket[1], code=code, current=current)
    return key, answer.text if answer.status_code != 303 else browser.follow(answer).text


def test_a_second_factor_is_set_up_with_a_code_that_proves_it(console: Gateway) -> None:
    person(console)
    browser, other = come_in(console), come_in(console)

    secret, said = set_up(browser)

    assert "a code from your telephone" in said
    assert other.get("/console/account").status_code == 303
    answer = try_to_sign_in(stranger(console))
    assert answer.headers["Location"] == "/console/sign-in/code"
    assert "user.second_factor_added" in actions(console, "asha")
    rows = console.store.read(lambda connection: connection.exec_driver_sql("SELECT * FROM users").all())
    assert secret not in str(rows), "the secret is stored as it is"


def test_the_picture_holds_the_same_secret_as_the_text(console: Gateway) -> None:
    person(console)
    page = come_in(console).get("/console/account/second-factor").text

    assert 'src="data:image/svg+xml' in page
    assert "otpauth:" not in page


def test_without_the_right_code_or_password_nothing_is_set_up(console: Gateway) -> None:
    person(console)
    browser = come_in(console)

    assert "not the code of this moment" in set_up(browser, wrong=True)[1]
    assert "This is not your password." in set_up(browser, current="wrong password 1")[1]
    account = console.store.console.users.named("asha")
    assert account is not None
    assert account.totp_secret is None


def test_a_secret_of_another_page_or_of_long_ago_is_not_taken(console: Gateway) -> None:
    person(console)
    browser = come_in(console)
    page = browser.get("/console/account/second-factor").text
    ticket = re.search(r'name="ticket" value="([^"]+)"', page)
    assert ticket is not None
    console.clock.ahead += 901

    for each in (ticket[1], "", "AAAA", "ü"):
        answer = browser.post("/console/account/second-factor", ticket=each, code="123456", current=PASSWORD)
        assert answer.headers["Location"] == "/console/account/second-factor"


def test_the_second_factor_is_removed_with_the_password(console: Gateway) -> None:
    person(console)
    browser = come_in(console)
    set_up(browser)
    learn(browser)

    assert browser.post("/console/account/second-factor/remove", current="no").status_code == 422
    answer = browser.post("/console/account/second-factor/remove", current=PASSWORD)

    assert "The second factor is removed." in browser.follow(answer).text
    assert try_to_sign_in(stranger(console)).headers["Location"] == "/console/"


def test_whoever_signs_in_elsewhere_has_no_password_here(console: Gateway) -> None:
    browser = signed_in(console, person(console, password_hash=None, subject="issuer|1"))

    assert "looked after there" in browser.get("/console/account").text
    assert browser.get("/console/account/second-factor").status_code == 303
    assert browser.post("/console/account/password", current="", new=OTHER).status_code == 422


# -- sessions ------------------------------------------------------------------------------------------------


def test_one_sees_and_ends_ones_own_sessions(console: Gateway) -> None:
    person(console)
    here, there = come_in(console), come_in(console)
    there.headers["User-Agent"] = "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0"
    page = here.get("/console/account").text
    marks = re.findall(r'name="session" value="([0-9a-f]{16})"', page)

    assert page.count("this browser") == 1
    assert len(marks) == 1
    answer = here.post("/console/account/sessions/end", session=marks[0])
    assert "signed out there" in here.follow(answer).text
    assert there.get("/console/account").status_code == 303
    assert here.get("/console/account").status_code == 200


def test_one_signs_out_everywhere_else_at_once(console: Gateway) -> None:
    person(console)
    here, others = come_in(console), [come_in(console) for _ in range(2)]

    here.post("/console/account/sessions/end")

    assert [each.get("/console/account").status_code for each in others] == [303, 303]
    assert here.get("/console/account").status_code == 200


def test_nobody_ends_the_session_of_somebody_else(console: Gateway, viewer: AtTheConsole) -> None:
    person(console)
    browser = come_in(console)
    row = console.store.read(
        lambda connection: connection.exec_driver_sql(
            "SELECT digest FROM sessions JOIN users ON users.id = user_id WHERE name = 'vera'"
        ).scalar_one()
    )

    browser.post("/console/account/sessions/end", session=row[:16])

    assert viewer.get("/console/account").status_code == 200
