"""API keys in the console: made and shown once, replaced without a gap, ended at once, each time written down."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.console.at_the_console import AtTheConsole
from tests.web.gateway_under_test import Gateway

KEYS = "/console/sources/partner/keys"
_KEY = re.compile(r"gw_(?:live|test)_\w{8}_\w{43}_\w{6}")


def text_of(answer: TestResponse) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def make(admin: AtTheConsole, **fields: str) -> str:
    answer = admin.post(KEYS, **{"label": "Acme", "mode": "live", **fields})
    assert answer.status_code == 200, text_of(answer)
    return str(_KEY.findall(answer.text)[0])


def id_of(key: str) -> str:
    return key.split("_")[2]


def works(console: Gateway, key: str, **request: Any) -> int:
    return console.lead({"MobileNo": "9876543210"}, key=key, **request).status_code


def test_a_new_key_is_shown_once_and_works_at_once(
    console: Gateway, admin: AtTheConsole, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = admin.post(KEYS, label="Acme", mode="live")
    key = _KEY.findall(answer.text)[0]

    assert answer.headers["Cache-Control"] == "no-store"
    assert "Location" not in answer.headers
    assert key not in str(answer.headers)
    assert key not in admin.get(KEYS).text
    assert f"gw_live_{id_of(key)}_…" in admin.get(KEYS).text
    assert works(console, key) == 201
    assert key not in capsys.readouterr().out


def test_a_key_is_written_down_with_who_made_it_and_never_with_what_it_is(
    console: Gateway, admin: AtTheConsole
) -> None:
    key = make(admin, expires="90d", networks="192.0.2.0/24\n", limits="5 per second")

    deed = console.store.console.audit.of("key", id_of(key))[0].deed

    assert (deed.actor, deed.action, deed.detail["source"], deed.detail["mode"]) == (
        "ada",
        "key.created",
        "partner",
        "live",
    )
    assert key not in str(deed)
    kept = console.store.find_key(id_of(key))
    assert kept is not None
    assert (kept.networks, kept.limits, kept.label) == (("192.0.2.0/24",), ("5 per second",), "Acme")
    assert kept.expires_at == pytest.approx(kept.created_at + 90 * 86400)


def test_a_key_is_kept_to_its_addresses(console: Gateway, admin: AtTheConsole) -> None:
    key = make(admin, networks="192.0.2.0/24")

    assert works(console, key) == 403
    assert works(console, key, environ_base={"REMOTE_ADDR": "192.0.2.7"}) == 201


def test_a_test_key_reaches_no_dialer(console: Gateway, admin: AtTheConsole) -> None:
    assert works(console, make(admin, mode="test")) in (200, 201, 202)
    assert console.dialer.requests == []


def test_an_order_with_mistakes_names_all_of_them_and_makes_nothing(
    console: Gateway, admin: AtTheConsole
) -> None:
    answer = admin.post(
        KEYS, label=" ", mode="both", expires="soon", networks="192.0.2.7\nhere", limits="5 per minute per ip"
    )

    text = text_of(answer)
    assert answer.status_code == 422
    for message in (
        "Say whose key it is",
        "Choose live or test.",
        "Line 2 must be an address or a network",
        "Line 1 counts this key: write it without",
    ):
        assert message in text
    assert 'value="soon"' in answer.text
    assert console.store.list_keys() == []


def test_a_successor_works_now_and_the_old_key_until_its_end(console: Gateway, admin: AtTheConsole) -> None:
    old = make(admin, limits="500 per minute")

    answer = admin.post(f"{KEYS}/{id_of(old)}/rotate", overlap="3600.0")

    new = _KEY.findall(answer.text)[0]
    assert new != old
    assert "goes on until" in text_of(answer)
    assert (works(console, old), works(console, new)) == (201, 200)
    successor = console.store.find_key(id_of(new))
    assert successor is not None
    assert (successor.label, successor.limits, successor.expires_at) == ("Acme", ("500 per minute",), None)
    console.clock.ahead += 3700
    assert works(console, old) == 401
    assert works(console, new) == 201
    deed = console.store.console.audit.of("key", id_of(old))[-1].deed
    assert (deed.action, deed.detail["new"]) == ("key.rotated", id_of(new))


def test_a_successor_at_once_ends_the_old_key(console: Gateway, admin: AtTheConsole) -> None:
    old = make(admin)

    admin.post(f"{KEYS}/{id_of(old)}/rotate", overlap="0.0")
    console.clock.ahead += 2

    assert works(console, old) == 401


def test_a_key_that_ends_sooner_is_not_made_to_last(console: Gateway, admin: AtTheConsole) -> None:
    old = make(admin, expires="1h")

    admin.post(f"{KEYS}/{id_of(old)}/rotate", overlap="604800.0")

    kept = console.store.find_key(id_of(old))
    assert kept is not None
    assert kept.expires_at == pytest.approx(kept.created_at + 3600)


def test_a_key_that_has_ended_has_no_successor(console: Gateway, admin: AtTheConsole) -> None:
    old = make(admin)
    admin.post(f"{KEYS}/{id_of(old)}/revoke", reason="lost")

    answer = admin.post(f"{KEYS}/{id_of(old)}/rotate", overlap="0.0")

    assert "That key has ended already" in admin.follow(answer).text
    assert len(console.store.list_keys()) == 1


@pytest.mark.parametrize("overlap", ["", "5", "nan", "-1", "x"])
def test_only_the_offered_overlaps_are_taken(admin: AtTheConsole, overlap: str) -> None:
    old = make(admin)

    assert admin.post(f"{KEYS}/{id_of(old)}/rotate", overlap=overlap).status_code == 400


def test_an_ended_key_is_refused_within_a_second_everywhere(console: Gateway, admin: AtTheConsole) -> None:
    key = make(admin)
    assert works(console, key) == 201  # it is believed for a second from now on

    answer = admin.post(f"{KEYS}/{id_of(key)}/revoke", reason="left in a public repository")
    console.clock.ahead += 1.1

    assert works(console, key) == 401
    page = text_of(admin.follow(answer))
    assert f"The key {id_of(key)} is ended." in page
    assert "1 key that ended" in page
    deed = console.store.console.audit.of("key", id_of(key))[-1].deed
    assert (deed.action, deed.reason) == ("key.revoked", "left in a public repository")


def test_no_key_ends_without_a_reason(console: Gateway, admin: AtTheConsole) -> None:
    key = make(admin)

    answer = admin.post(f"{KEYS}/{id_of(key)}/revoke", reason="  ")

    assert answer.status_code == 422
    assert "Say why: it stands in the audit log." in text_of(answer)
    assert works(console, key) == 201


def test_a_key_of_another_source_is_not_reached_from_here(console: Gateway, admin: AtTheConsole) -> None:
    public_id, _ = console.store.issue_key("crm", "live", "another's")

    assert admin.post(f"{KEYS}/{public_id}/rotate", overlap="0.0").status_code == 404
    answer = admin.post(f"{KEYS}/{public_id}/revoke", reason="x")
    assert "There is no such key to end." in admin.follow(answer).text
    kept = console.store.find_key(public_id)
    assert kept is not None
    assert kept.revoked_at is None


@pytest.mark.parametrize("path", [KEYS, f"{KEYS}/abcd1234/rotate", f"{KEYS}/abcd1234/revoke"])
def test_operators_make_and_end_no_keys(console: Gateway, operator: AtTheConsole, path: str) -> None:
    assert operator.post(path, label="x", mode="live", reason="x", overlap="0.0").status_code == 403
    assert console.store.list_keys() == []


def test_a_source_without_keys_has_no_page_for_them(admin: AtTheConsole) -> None:
    assert admin.get("/console/sources/website/keys").status_code == 404
    assert "/keys" not in admin.get("/console/sources/website").text
