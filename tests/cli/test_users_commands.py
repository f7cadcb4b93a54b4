"""`gateway users`: people are let in, kept out, and helped, and the audit log knows."""

from __future__ import annotations

import json
from typing import Any

from gateway.accounts import passwords
from gateway.store.users import Account
from tests.cli.conftest import CommandLine


def account(line: CommandLine, name: str) -> Account:
    store = line.store()
    found = store.console.users.named(name)
    store.close()
    assert found is not None
    return found


def made(line: CommandLine, name: str, *more: str) -> dict[str, Any]:
    done = line.run("users", "create", name, "--json", *more)
    assert done.exit_code == 0, done.output
    return dict(json.loads(done.stdout))


def test_a_new_person_gets_a_password_that_stands_alone_on_standard_output(migrated: CommandLine) -> None:
    done = migrated.run("users", "create", "Ada", "--role", "admin")

    assert done.exit_code == 0
    ada = account(migrated, "ada")
    assert ada.role == "admin"
    assert ada.one_time_until is not None
    assert passwords.matches(done.stdout.strip(), ada.password_hash)
    assert "only time" in done.stderr


def test_a_name_is_taken_once_and_has_a_shape(migrated: CommandLine) -> None:
    made(migrated, "ada")

    again = migrated.run("users", "create", "ADA")
    assert again.exit_code == 1
    assert "gateway users password ada" in again.stderr.replace("\n       ", " ")
    assert migrated.run("users", "create", "two words").exit_code == 2


def test_people_are_listed_without_what_lets_them_in(migrated: CommandLine) -> None:
    assert "gateway users create NAME --role admin" in migrated.run("users", "list").stdout
    password = made(migrated, "ada", "--role", "admin")["password"]

    listed = migrated.run("users", "list", "--json").stdout

    assert [(each["name"], each["role"], each["second_factor"]) for each in json.loads(listed)] == [
        ("ada", "admin", False)
    ]
    assert password not in listed
    assert "argon2" not in listed
    assert "one-time password" in migrated.run("users", "list").stdout


def test_somebody_is_kept_out_and_let_in_again(migrated: CommandLine) -> None:
    made(migrated, "ravi")

    assert migrated.run("users", "disable", "ravi").exit_code == 0
    assert account(migrated, "ravi").disabled_at is not None
    assert "disabled" in migrated.run("users", "list").stdout
    assert migrated.run("users", "enable", "ravi").exit_code == 0
    assert account(migrated, "ravi").disabled_at is None


def test_the_last_admin_stays(migrated: CommandLine) -> None:
    made(migrated, "ada", "--role", "admin")

    for words in (("disable", "ada"), ("role", "ada", "viewer")):
        refused = migrated.run("users", *words)
        assert refused.exit_code == 1
        assert "gateway users role NAME admin" in refused.stderr
    assert account(migrated, "ada").role == "admin"


def test_a_role_is_changed(migrated: CommandLine) -> None:
    made(migrated, "ravi")

    assert "ravi is an operator now" in migrated.run("users", "role", "ravi", "operator").stdout
    assert account(migrated, "ravi").role == "operator"
    assert migrated.run("users", "role", "ravi", "owner").exit_code == 2


def test_a_lost_password_and_a_lost_telephone_are_replaced(migrated: CommandLine) -> None:
    old = made(migrated, "ravi")["password"]
    store = migrated.store()
    store.console.users.change(account(migrated, "ravi").id, {"totp_secret": b"sealed"}, now=1.0)
    store.close()

    done = migrated.run("users", "password", "ravi", "--remove-second-factor")

    ravi = account(migrated, "ravi")
    assert passwords.matches(done.stdout.strip(), ravi.password_hash)
    assert not passwords.matches(old, ravi.password_hash)
    assert ravi.totp_secret is None


def test_sessions_are_listed_and_ended(migrated: CommandLine) -> None:
    made(migrated, "ravi")
    assert "not signed in anywhere" in migrated.run("users", "sessions", "ravi").stdout

    assert json.loads(migrated.run("users", "sessions", "ravi", "--json").stdout) == []
    assert "0 sessions ended" in migrated.run("users", "sessions", "ravi", "--revoke").stdout


def test_somebody_who_does_not_exist_is_told(migrated: CommandLine) -> None:
    for words in (("disable",), ("enable",), ("password",), ("sessions",)):
        done = migrated.run("users", *words, "nobody")
        assert done.exit_code == 1
        assert "gateway users list" in done.stderr


def test_what_is_done_here_stands_in_the_audit_log(migrated: CommandLine) -> None:
    made(migrated, "ravi")
    migrated.run("users", "role", "ravi", "operator")
    migrated.run("users", "password", "ravi")
    migrated.run("users", "disable", "ravi")

    store = migrated.store()
    found = store.console.audit.of("user", account(migrated, "ravi").id)
    store.close()
    assert [entry.deed.action for entry in found] == [
        "user.created",
        "user.role_changed",
        "user.password_reset",
        "user.disabled",
    ]
    assert {entry.deed.actor for entry in found} == {"command line"}
