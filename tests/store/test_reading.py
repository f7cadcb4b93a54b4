"""Looking: pages that do not shift, searches that find nothing else, keys that are kept as digests."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.leads.lead import State
from gateway.store import Store
from gateway.store.keys import issue, parse_key, same_digest
from gateway.store.reading import Search
from tests.fakes import FakeClock
from tests.store.making import NOW, keep


def test_pages_show_every_lead_once_while_new_ones_arrive(store: Store) -> None:
    leads = [keep(store) for _ in range(7)]
    pages = []
    after = None
    while True:
        page = store.find(Search(), after=after, limit=3)
        pages.append([each.id for each in page.leads])
        keep(store)
        after = page.after
        if after is None:
            break

    newest_first = [lead.id for lead in reversed(leads)]
    assert pages == [newest_first[:3], newest_first[3:6], newest_first[6:]]


def test_the_last_page_is_known_as_the_last(store: Store) -> None:
    for _ in range(3):
        keep(store)

    assert store.find(Search(), limit=3).after is None


@pytest.mark.parametrize(
    "search",
    [
        {"states": (State.HELD,)},
        {"source": "portal"},
        {"dialer": "second"},
        {"phone": "9800000000"},
        {"since": NOW + 10},
    ],
)
def test_a_search_finds_what_was_asked_for_and_nothing_else(store: Store, search: dict[str, Any]) -> None:
    wanted = keep(
        store,
        state=State.HELD,
        source="portal",
        dialer="second",
        phone="9800000000",
        received_at=NOW + 10,
        hold_scope="login",
    )
    keep(store)

    found = store.find(Search(**search))

    assert [each.id for each in found.leads] == [wanted.id]


def test_the_end_of_a_search_in_time_is_left_out(store: Store) -> None:
    early = keep(store)
    keep(store, received_at=NOW + 10)

    assert [each.id for each in store.find(Search(until=NOW + 10)).leads] == [early.id]


def test_an_unknown_lead_has_no_status_and_no_story(store: Store) -> None:
    keep(store)

    assert store.status("unknown") is None
    assert store.story("unknown") is None
    assert store.statuses([]) == {}


# -- API keys ------------------------------------------------------------------------------------------------


def test_a_key_is_found_by_its_public_id_and_only_as_a_digest(store: Store, clock: FakeClock) -> None:
    public_id, text = store.issue_key("partner", "live", "their server", NOW + 100)
    store.issue_key("other", "test", "another")

    parsed, key = parse_key(text), store.find_key(public_id)

    assert parsed is not None
    assert key is not None
    assert parsed.public_id == public_id
    assert same_digest(parsed.digest, key.digest)
    assert (key.source, key.mode, key.label) == ("partner", "live", "their server")
    assert text not in repr(key)
    assert (key.usable(NOW + 99), key.usable(NOW + 100)) == (True, False)
    assert {each.source for each in store.list_keys()} == {"partner", "other"}


def test_a_revoked_key_is_not_usable_and_another_stays(store: Store) -> None:
    public_id, _ = store.issue_key("partner", "live", "one")
    other, _ = store.issue_key("partner", "live", "two")

    assert store.revoke_key(public_id, now=NOW) is True
    assert store.revoke_key(public_id, now=NOW + 1) is False
    store.touch_key(other, now=NOW + 5)

    keys = {key.public_id: key for key in store.list_keys()}
    assert (keys[public_id].usable(NOW), keys[public_id].revoked_at) == (False, NOW)
    assert (keys[other].usable(NOW), keys[other].last_used_at) == (True, NOW + 5)
    assert store.find_key("unknown1") is None


def test_a_key_with_a_typing_error_is_refused_without_the_database() -> None:
    text = issue("partner", "live", "", expires_at=None, now=NOW, random_bytes=bytes).text

    assert text == f"gw_live_00000000_{'0' * 43}_{text[-6:]}"
    assert parse_key(text) is not None
    for wrong in (
        text[:-1] + ("0" if text[-1] != "0" else "1"),
        text.replace("0", "1", 1),
        text + "0",
        f" {text}",
        text.replace("live", "real"),
        "",
    ):
        assert parse_key(wrong) is None


def test_a_key_of_an_unknown_mode_is_not_issued() -> None:
    with pytest.raises(ValueError, match="live or test"):
        issue("partner", "real", "", expires_at=None, now=NOW)
