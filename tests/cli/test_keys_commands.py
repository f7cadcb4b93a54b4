"""`gateway keys`: a key is shown once, works, and can be ended."""

from __future__ import annotations

import json

from gateway.store.keys import parse_key
from tests.cli.conftest import CommandLine


def test_a_new_key_stands_alone_on_standard_output(migrated: CommandLine) -> None:
    done = migrated.run("keys", "create", "partner", "--label", "Acme")
    assert done.exit_code == 0
    assert parse_key(done.stdout.strip()) is not None
    assert "only time" in done.stderr


def test_keys_are_listed_without_what_makes_them_work(migrated: CommandLine) -> None:
    made = json.loads(migrated.run("keys", "create", "partner", "--test", "--json").stdout)
    listed = migrated.run("keys", "list", "--json").stdout
    assert json.loads(listed)[0]["mode"] == "test"
    assert made["key"] not in listed
    assert "digest" not in listed


def test_a_revoked_key_is_shown_as_revoked(migrated: CommandLine) -> None:
    made = json.loads(migrated.run("keys", "create", "partner", "--json").stdout)
    assert migrated.run("keys", "revoke", made["id"]).exit_code == 0
    assert "revoked" in migrated.run("keys", "list").stdout
    again = migrated.run("keys", "revoke", made["id"])
    assert again.exit_code == 1
    assert "keys list" in again.stderr


def test_a_source_that_reads_no_keys_is_told_before_one_is_made(migrated: CommandLine) -> None:
    done = migrated.run("keys", "create", "website")
    assert done.exit_code == 1
    assert "choose one of partner" in done.stderr
    assert json.loads(migrated.run("keys", "list", "--json").stdout) == []


def test_a_key_may_expire(migrated: CommandLine) -> None:
    migrated.run("keys", "create", "partner", "--expires", "90d")
    assert json.loads(migrated.run("keys", "list", "--json").stdout)[0]["expires_at"] is not None
    assert migrated.run("keys", "create", "partner", "--expires", "soon").exit_code == 2


def test_a_key_may_be_bound_to_addresses(migrated: CommandLine) -> None:
    migrated.run("keys", "create", "partner", "--address", "192.0.2.7", "--address", "2001:db8::/32")

    assert json.loads(migrated.run("keys", "list", "--json").stdout)[0]["networks"] == [
        "192.0.2.7/32",
        "2001:db8::/32",
    ]
    assert "192.0.2.7/32" in migrated.run("keys", "list").stdout.replace("\n", "")
    wrong = migrated.run("keys", "create", "partner", "--address", "office")
    assert wrong.exit_code == 2
    assert "office" not in wrong.stderr


def test_a_key_may_have_quotas_of_its_own(migrated: CommandLine) -> None:
    made = migrated.run(
        "keys", "create", "partner", "--limit", "5 per second", "--limit", "1000 per day", "--json"
    )

    assert json.loads(made.stdout)["limits"] == ["5 per second", "1000 per day"]
    assert json.loads(migrated.run("keys", "list", "--json").stdout)[0]["limits"] == [
        "5 per second",
        "1000 per day",
    ]
    for text in ("often", "5 per second per ip"):
        wrong = migrated.run("keys", "create", "partner", "--limit", text)
        assert wrong.exit_code == 2
        assert text not in wrong.stderr
