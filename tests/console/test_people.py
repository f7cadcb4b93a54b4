"""An admin looks after people."""

from __future__ import annotations

import re

import pytest
from werkzeug.test import TestResponse

from gateway.accounts import Role, second_factor
from gateway.store.users import Account
from tests.console.at_the_console import AtTheConsole, add_account, signed_in, stranger
from tests.console.people_at_work import PASSWORD, come_in, person, try_to_sign_in
from tests.web.gateway_under_test import Gateway


def shown_password(answer: TestResponse) -> str:
    found = re.search(r"<code>([a-z0-9-]{23})</code>", answer.text)
    assert found is not None, answer.text
    return found[1]


def again(gateway: Gateway, account: Account) -> Account:
    found = gateway.store.console.users.with_id(account.id)
    assert found is not None
    return found


def test_an_admin_adds_a_person_whose_password_is_shown_once(console: Gateway, admin: AtTheConsole) -> None:
    answer = admin.post("/console/people", name="Ravi.K", role="operator")

    password = shown_password(answer)
    assert answer.status_code == 200
    assert password not in admin.get("/console/people").text
    account = console.store.console.users.named("ravi.k")
    assert account is not None
    assert account.role == "operator"
    assert try_to_sign_in(stranger(console), "ravi.k", password).status_code == 303
    (entry,) = console.store.console.audit.of("user", account.id)
    assert (entry.deed.actor, entry.deed.action) == ("ada", "user.created")
    assert password not in str(entry)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("ada", "Somebody has this name already."),
        ("ADA", "Somebody has this name already."),
        ("a", "A name has 2 to 64"),
        ("two words", "A name has"),
        ("gateway", "A name has"),
        ("<script>", "A name has"),
        ("x" * 65, "A name has"),
        ("", "A name has"),
    ],
)
def test_a_name_that_cannot_be_is_refused(admin: AtTheConsole, name: str, said: str) -> None:
    answer = admin.post("/console/people", name=name, role="viewer")

    assert answer.status_code == 422
    assert said in answer.text
    assert "<script>alert" not in answer.text


def test_a_role_that_does_not_exist_is_refused(admin: AtTheConsole) -> None:
    assert admin.post("/console/people", name="ravi", role="owner").status_code == 400


def test_another_role_counts_at_once_and_needs_another_sign_in(console: Gateway, admin: AtTheConsole) -> None:
    account = add_account(console, "ravi", Role.OPERATOR)
    ravi = signed_in(console, account)

    answer = admin.post(f"/console/people/{account.id}/role", role="viewer")

    assert "ravi is a viewer now" in admin.follow(answer).text
    assert ravi.get("/console/account").status_code == 303
    assert signed_in(console, again(console, account)).get("/console/audit").status_code == 403


def test_whoever_is_disabled_is_out_at_once(console: Gateway, admin: AtTheConsole) -> None:
    account = person(console, "ravi")
    ravi = come_in(console, "ravi")

    admin.post(f"/console/people/{account.id}/disable")

    assert ravi.get("/console/account").status_code == 303
    assert try_to_sign_in(ravi, "ravi").status_code == 422
    admin.post(f"/console/people/{account.id}/enable")
    assert try_to_sign_in(ravi, "ravi").status_code == 303


@pytest.mark.parametrize(("path", "fields"), [("disable", {}), ("role", {"role": "viewer"})])
def test_the_last_admin_stays_one(
    console: Gateway, admin: AtTheConsole, path: str, fields: dict[str, str]
) -> None:
    me = console.store.console.users.named("ada")
    assert me is not None

    answer = admin.post(f"/console/people/{me.id}/{path}", **fields)

    assert "This is the last admin" in admin.follow(answer).text
    assert again(console, me).role == "admin"
    assert again(console, me).disabled_at is None
    assert [entry.deed.action for entry in console.store.console.audit.of("user", me.id)] == []


def test_an_admin_may_go_when_there_is_another(console: Gateway, admin: AtTheConsole) -> None:
    other = add_account(console, "otto", Role.ADMIN)
    me = console.store.console.users.named("ada")
    assert me is not None

    answer = admin.post(f"/console/people/{me.id}/role", role="viewer")

    assert answer.headers["Location"] == "/console/sign-in"
    assert admin.get("/console/account").status_code == 303
    again_admin = signed_in(console, other)
    assert (
        "This is the last admin"
        in again_admin.follow(again_admin.post(f"/console/people/{other.id}/disable")).text
    )


def test_a_lost_password_is_replaced_and_the_old_one_is_dead(console: Gateway, admin: AtTheConsole) -> None:
    account = person(console, "ravi")
    ravi = come_in(console, "ravi")

    password = shown_password(admin.post(f"/console/people/{account.id}/password"))

    assert ravi.get("/console/account").status_code == 303
    assert try_to_sign_in(ravi, "ravi", PASSWORD).status_code == 422
    assert try_to_sign_in(ravi, "ravi", password).status_code == 303
    assert ravi.get("/console/leads").headers["Location"] == "/console/account"


def test_a_new_password_does_not_get_around_the_second_factor(console: Gateway, admin: AtTheConsole) -> None:
    account = person(console, "ravi", totp_secret=second_factor.seal("key", "JBSWY3DPEHPK3PXP", "ravi"))

    password = shown_password(admin.post(f"/console/people/{account.id}/password"))

    answer = try_to_sign_in(stranger(console), "ravi", password)
    assert answer.headers["Location"] == "/console/sign-in/code"


def test_an_admin_removes_the_second_factor_of_a_lost_telephone(
    console: Gateway, admin: AtTheConsole
) -> None:
    account = person(console, "ravi", totp_secret=b"unreadable")

    answer = admin.post(f"/console/people/{account.id}/second-factor/remove")

    assert "with the password alone" in admin.follow(answer).text
    assert again(console, account).totp_secret is None
    assert try_to_sign_in(stranger(console), "ravi").headers["Location"] == "/console/"


def test_an_admin_signs_somebody_out_everywhere(console: Gateway, admin: AtTheConsole) -> None:
    account = add_account(console, "ravi")
    ravi = signed_in(console, account)

    admin.post(f"/console/people/{account.id}/sessions/end")

    assert ravi.get("/console/account").status_code == 303


def test_the_list_says_how_each_person_signs_in(console: Gateway, admin: AtTheConsole) -> None:
    add_account(console, "ravi", one_time_until=console.clock.now() + 1000)
    add_account(console, "otto", subject="issuer|1")
    add_account(console, "gone", disabled_at=console.clock.now())

    page = admin.get("/console/people").text

    for text in ("one-time password", "company sign-in", "disabled", "Last seen"):
        assert text in page


def test_somebody_who_does_not_exist_is_not_found(admin: AtTheConsole) -> None:
    assert admin.get("/console/people/nobody").status_code == 404
    assert admin.post("/console/people/nobody/disable").status_code == 404
