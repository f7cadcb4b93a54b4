"""The dialer's address is never open: a key in one of its places, or an address of the list."""

from __future__ import annotations

import base64
import time
from pathlib import Path
from typing import Any

import pytest

from gateway.config import config_warnings, parse_config
from gateway.sources.elision import PATH
from tests.config.files import problems_of
from tests.drop_in.world import HERE, World, call, lead, legacy_config, opened, rows, with_networks
from tests.running import EmulatorHandle

LOGIN_INCORRECT = '{"success":"false","message":"Login incorrect, please try again"}'
FORWARDED = {"X-Forwarded-For": "203.0.113.9"}
SOURCE = '[dialers.main]\nurl = "http://dialer.example/"\n\n[sources.legacy]\nkind = "elision"\nlist_id = "25062018"\n'


def basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("place", ["key", "api_key", "pass"])
def test_a_key_may_be_a_parameter(world: World, place: str, method: str) -> None:
    answer = world.bare({**lead(), place: world.key()}, method=method)

    assert '"Lead ID":"1764"' in answer.text


def test_a_key_may_be_a_header_or_either_half_of_basic(world: World) -> None:
    key = world.key()

    for headers in (
        {"X-Api-Key": key},
        {"Authorization": f"Bearer {key}"},
        basic("crm", key),
        basic(key, ""),
    ):
        assert '"success":"true"' in world.bare(lead(), headers=headers).text, headers.keys()


def test_a_login_meant_for_the_dialer_does_not_stand_in_the_way_of_a_key(world: World) -> None:
    old_login = {"user": "apiuser", "pass": "apipass"}

    assert '"success":"true"' in world.ask({**lead(), **old_login}).text
    assert world.bare({**lead(), **old_login}).text == LOGIN_INCORRECT


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Basic !!!"},
        {"Authorization": "Basic /w=="},
        {"Authorization": "Bearer"},
        basic("gw_live_no", "gw_live_no"),
        {"X-Api-Key": "gw_test_"},
    ],
)
def test_whoever_proves_nothing_gets_nothing(world: World, headers: dict[str, str]) -> None:
    for request in (lead(), rows(), call()):
        assert world.bare(request, headers=headers).text == LOGIN_INCORRECT
    assert world.stored() == []
    assert world.dialer.requests().total == 0


def test_a_key_that_was_ended_or_is_over_lets_nobody_in(world: World) -> None:
    store = world.services.store
    ended, text = store.issue_key("legacy", "live", "ended")
    store.revoke_key(ended, now=time.time())
    _, over = store.issue_key("legacy", "live", "over", time.time() - 1)

    assert {world.ask(lead(), key=key).text for key in (text, over)} == {LOGIN_INCORRECT}


def test_a_key_may_be_bound_to_addresses(world: World) -> None:
    store = world.services.store
    _, here = store.issue_key("legacy", "live", "here", None, ("127.0.0.0/8",))
    _, elsewhere = store.issue_key("legacy", "live", "elsewhere", None, ("192.0.2.0/24",))

    assert '"success":"true"' in world.ask(lead(), key=here).text
    assert world.ask(lead(), key=elsewhere).text == LOGIN_INCORRECT


def test_a_key_of_another_door_may_not_add_leads(world: World) -> None:
    key = world.key("partner")

    for action in ("add_lead", "add_multi_lead"):
        answer = world.ask({**lead(), "action": action}, key=key)
        assert answer.text == (
            f'{{"success":"false","message":"{action} USER DOES NOT HAVE PERMISSION TO ADD LEADS TO THE SYSTEM"}}'
        )
    assert world.stored() == []


def test_guessing_keys_ends_with_a_429_that_an_old_client_can_read(world: World) -> None:
    answers = [world.ask(lead(), key=f"gw_live_{number}") for number in range(31)]

    assert {answer.status_code for answer in answers[:30]} == {200}
    assert answers[30].status_code == 429
    assert answers[30].text == '{"success":"false","message":"add_lead TOO MANY REQUESTS"}'
    assert int(answers[30].headers["Retry-After"]) > 0


def test_an_address_of_the_list_needs_no_key(tmp_path: Path, emulator: EmulatorHandle) -> None:
    emulator.reset()
    config = with_networks(
        legacy_config(emulator.api_url), "203.0.113.0/24", "2001:db8::/32", trusted_proxies=1
    )

    with opened(tmp_path, emulator, config) as world:
        for address in ("203.0.113.9", "2001:db8::7", "::ffff:203.0.113.9"):
            answer = world.bare(lead(), headers={"X-Forwarded-For": address})
            assert '"success":"true"' in answer.text, address
        for address in ("203.0.114.9", "2001:db9::7", "", "unknown"):
            answer = world.bare(lead(), headers={"X-Forwarded-For": address})
            assert answer.text == LOGIN_INCORRECT, address
        assert world.ask(lead(), key="gw_live_wrong", headers=FORWARDED).text == LOGIN_INCORRECT


def test_nobody_gives_themselves_an_address(tmp_path: Path, emulator: EmulatorHandle) -> None:
    config = with_networks(legacy_config(emulator.api_url), "203.0.113.0/24")

    with opened(tmp_path, emulator, config) as world:
        assert world.bare(lead(), headers=FORWARDED).text == LOGIN_INCORRECT


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}],
)
def test_a_website_cannot_use_the_address_of_who_looks_at_it(
    tmp_path: Path, emulator: EmulatorHandle, headers: dict[str, str]
) -> None:
    emulator.reset()
    config = with_networks(legacy_config(emulator.api_url), "127.0.0.0/8")

    with opened(tmp_path, emulator, config) as world:
        for method in ("GET", "POST"):
            assert world.bare(call(), method=method, headers=headers).text == LOGIN_INCORRECT
        assert '"success":"true"' in world.bare(call(), headers={"Sec-Fetch-Site": "none"}).text
        assert '"success":"true"' in world.ask(call(), headers=headers).text
        assert len(emulator.calls()) == 2


def test_a_loopback_address_is_no_exception(world: World) -> None:
    assert world.bare(lead(), environ_base={"REMOTE_ADDR": HERE}).text == LOGIN_INCORRECT


def test_that_a_key_was_used_is_noted(world: World) -> None:
    world.ask(lead()).close()

    (key,) = world.services.store.list_keys()
    assert key.last_used_at is not None


def test_head_makes_no_lead(world: World) -> None:
    asked = world.app.test_client().head(PATH, query_string={**lead(), "key": world.key()})

    assert (asked.status_code, asked.text, world.stored()) == (200, "", [])


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_not_the_dialers(world: World, method: str) -> None:
    assert world.bare(lead(), method=method).status_code == 405


# -- the configuration ---------------------------------------------------------------------------------------


def test_a_few_lines_switch_it_on() -> None:
    source = parse_config(SOURCE, {}).sources["legacy"]

    assert (source.auth.method, source.auth.networks, source.lists) == ("keys", (), ())
    assert (source.phone_check, source.options) == (
        "digits",
        {"when_pending": "error", "unknown_fields": "refuse"},
    )


def test_lists_and_networks_are_read() -> None:
    lines = 'lists = ["25062019", "25062020"]\nnetworks = ["203.0.113.7/24"]\nphone_check = "valid"\n'
    source = parse_config(SOURCE + lines, {}).sources["legacy"]

    assert source.lists == ("25062019", "25062020")
    assert source.auth.networks == ("203.0.113.0/24",)
    assert source.phone_check == "valid"


@pytest.mark.parametrize(
    ("lines", "key", "told"),
    [
        ('lists = ["12"]', "lists", "list number"),
        ('lists = "x"', "lists", "list number"),
        ('networks = ["nowhere"]', "networks", "an address or a network"),
        ('token = "env:TOKEN"', "token", "gateway keys create"),
        ('auth = "none"', "auth", "gateway keys create"),
        ('when_pending = "later"', "when_pending", "error, success"),
        ('unknown_fields = "drop"', "unknown_fields", "refuse, keep"),
    ],
)
def test_what_cannot_be_used_is_named(lines: str, key: str, told: str) -> None:
    assert told in problems_of(SOURCE + lines + "\n")[f"sources.legacy.{key}"]


def test_lists_are_of_this_kind_alone() -> None:
    partner = SOURCE.replace('"elision"', '"partner"')

    assert "is not a key" in problems_of(partner + 'lists = ["25062018"]\n')["sources.legacy.lists"]


@pytest.mark.parametrize(
    ("first", "second", "shared"),
    [
        ("203.0.113.0/24", "203.0.113.9", True),
        ("2001:db8::/32", "2001:db8:1::/48", True),
        ("203.0.113.0/24", "203.0.114.0/24", False),
        ("0.0.0.0/0", "::/0", False),
    ],
)
def test_no_address_belongs_to_two_sources(first: str, second: str, shared: bool) -> None:
    other = f'[sources.other]\nkind = "elision"\nlist_id = "25062018"\nnetworks = ["{second}"]\n'
    found: dict[str, Any] = problems_of(f'{SOURCE}networks = ["{first}"]\n\n{other}')

    assert ("sources.other.networks" in found) is shared


@pytest.mark.parametrize(
    ("lines", "key", "told"),
    [
        ('networks = ["0.0.0.0/0"]', "networks", "without a key"),
        ('networks = ["127.0.0.1"]', "networks", "trusted_proxies"),
        ('networks = ["203.0.113.9"]', "networks", ""),
        ('lists = ["25062018", "1234567890123"]', "lists[1]", "12 in one place"),
    ],
)
def test_what_is_seldom_meant_is_told(lines: str, key: str, told: str) -> None:
    text = f'[gateway]\npublic_url = "http://leads.example.com"\n{SOURCE}{lines}\n'
    found = {each.key: each.message for each in config_warnings(parse_config(text, {}))}

    assert told in found.get(f"sources.legacy.{key}", "")
    assert (f"sources.legacy.{key}" in found) is bool(told)
