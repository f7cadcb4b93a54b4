"""People and their sessions, on both engines: what is ended is ended everywhere, and one admin always stays."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from gateway.store import Store
from gateway.store.audit import Deed
from gateway.store.sessions import Session
from gateway.store.users import Account, LastAdmin

NOW = 1_800_000_000.0


def account(name: str, role: str = "viewer", **more: Any) -> Account:
    known: dict[str, Any] = {"id": f"id-{name}", "created_at": NOW, "changed_at": NOW}
    return Account(name=name, role=role, **(known | more))


def session(digest: str, user: str = "ada", **more: Any) -> Session:
    known: dict[str, Any] = {"created_at": NOW, "seen_at": NOW, "expires_at": NOW + 1000}
    return Session(digest=digest, user_id=f"id-{user}", address="::1", user_agent="x", **(known | more))


def deed(action: str) -> Deed:
    return Deed(actor="ada", action=action, subject="user", subject_id="id-ada")


def test_an_account_comes_back_as_it_was(store: Store) -> None:
    ada = account("ada", "admin", password_hash="h", totp_secret=b"\0\xff", subject="issuer 1")

    assert store.console.users.is_empty()
    assert store.console.users.add(ada, deed("user.created"), now=NOW)

    users = store.console.users
    assert [users.named("ada"), users.with_id("id-ada"), users.with_subject("issuer 1")] == [ada] * 3
    assert users.everybody() == [ada]
    assert not users.is_empty()
    assert users.named("nobody") is None


@pytest.mark.parametrize("more", [{"id": "other"}, {"name": "eve", "id": "other", "subject": "issuer 1"}])
def test_a_name_and_a_subject_belong_to_one_account(store: Store, more: dict[str, Any]) -> None:
    store.console.users.add(account("ada", subject="issuer 1"), now=NOW)
    fields = {"name": "ada"} | more

    assert not store.console.users.add(account(fields.pop("name"), **fields), deed("user.created"), now=NOW)
    assert store.console.audit.latest() == []


def test_a_change_ends_the_sessions_and_stands_in_the_audit_log(store: Store) -> None:
    store.console.users.add(account("ada"), now=NOW)
    for digest in ("one", "two", "three"):
        store.console.sessions.add(session(digest))

    changed = store.console.users.change(
        "id-ada", {"password_hash": "new"}, deed("user.password_changed"), now=NOW + 1, keep_session="two"
    )

    assert changed
    left = [digest for digest in ("one", "two", "three") if store.console.sessions.find(digest)]
    assert left == ["two"]
    found = store.console.users.named("ada")
    assert found is not None
    assert (found.password_hash, found.changed_at) == ("new", NOW + 1)
    assert [entry.deed.action for entry in store.console.audit.latest()] == ["user.password_changed"]


def test_a_change_of_nobody_changes_nothing(store: Store) -> None:
    assert not store.console.users.change("nobody", {"role": "admin"}, deed("user.role_changed"), now=NOW)
    assert store.console.audit.latest() == []


def test_a_column_that_is_no_one_s_business_is_not_changed(store: Store) -> None:
    with pytest.raises(ValueError, match="not changed here"):
        store.console.users.change("id-ada", {"id": "other"}, now=NOW)


@pytest.mark.parametrize("values", [{"role": "viewer"}, {"disabled_at": NOW}])
def test_the_last_admin_stays_and_nothing_is_written(store: Store, values: dict[str, Any]) -> None:
    store.console.users.add(account("ada", "admin"), now=NOW)
    store.console.users.add(account("gone", "admin", disabled_at=NOW), now=NOW)
    store.console.sessions.add(session("one"))

    with pytest.raises(LastAdmin):
        store.console.users.change("id-ada", values, deed("user.changed"), now=NOW)

    found = store.console.users.named("ada")
    assert found is not None
    assert (found.role, found.disabled_at) == ("admin", None)
    assert store.console.sessions.find("one") is not None
    assert store.console.audit.latest() == []


def test_two_admins_who_remove_each_other_leave_one(url: str, open_store: Callable[[str], Store]) -> None:
    stores = [open_store(url), open_store(url)]
    for name in ("ada", "eve"):
        stores[0].console.users.add(account(name, "admin"), now=NOW)
    refused: list[str] = []
    together = threading.Barrier(2)

    def remove(store: Store, name: str) -> None:
        together.wait()
        try:
            store.console.users.change(f"id-{name}", {"disabled_at": NOW}, now=NOW)
        except LastAdmin:
            refused.append(name)

    threads = [
        threading.Thread(target=remove, args=pair) for pair in zip(stores, ("ada", "eve"), strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(refused) == 1
    assert [each.name for each in stores[0].console.users.everybody() if each.disabled_at is None] == refused


def test_a_session_that_is_ended_in_one_process_is_dead_in_the_other(
    url: str, open_store: Callable[[str], Store]
) -> None:
    one, other = open_store(url), open_store(url)
    one.console.users.add(account("ada"), now=NOW)
    one.console.sessions.add(session("digest"), deed("session.started"))
    found = other.console.sessions.find("digest")
    assert found is not None
    assert (found[0], found[1].name, found[1].seen_at) == (session("digest"), "ada", NOW)

    assert one.console.sessions.end("digest", deed("session.ended"), now=NOW)

    assert other.console.sessions.find("digest") is None
    assert not other.console.sessions.end("digest", deed("session.ended"), now=NOW)
    assert len(one.console.audit.latest()) == 2


def test_sessions_that_are_over_leave_with_the_next_sign_in(store: Store) -> None:
    store.console.users.add(account("ada"), now=NOW)
    store.console.sessions.add(session("old", expires_at=NOW + 10))
    store.console.sessions.add(session("new", created_at=NOW + 10, seen_at=NOW + 10))

    assert store.console.sessions.find("old") is None
    assert store.console.sessions.find("new") is not None


def test_only_sessions_that_are_good_are_listed_the_last_used_first(store: Store) -> None:
    store.console.users.add(account("ada"), now=NOW)
    for digest, seen in (("idle", NOW - 500), ("first", NOW - 50), ("second", NOW - 90)):
        store.console.sessions.add(session(digest, seen_at=seen))
    store.console.sessions.add(session("over", expires_at=NOW + 1))
    store.console.sessions.touch("second", now=NOW + 5)

    found = store.console.sessions.of("id-ada", now=NOW + 5, idle=100)

    assert [each.digest for each in found] == ["second", "first"]


def test_a_code_is_used_once_whoever_comes_first(url: str, open_store: Callable[[str], Store]) -> None:
    one, other = open_store(url), open_store(url)
    one.console.users.add(account("ada"), now=NOW)

    assert [each.console.users.use_step("id-ada", 7) for each in (one, other)] == [True, False]
    assert not one.console.users.use_step("id-ada", 6)
    assert other.console.users.use_step("id-ada", 8)


def test_a_newer_hash_replaces_only_the_one_it_was_made_for(store: Store) -> None:
    store.console.users.add(account("ada", password_hash="old"), now=NOW)

    store.console.users.rehash("id-ada", "another", "wrong")
    store.console.users.rehash("id-ada", "old", "new")

    found = store.console.users.named("ada")
    assert found is not None
    assert (found.password_hash, found.changed_at) == ("new", NOW)
