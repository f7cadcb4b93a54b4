"""Ids sort by time and fit the dialer; fingerprints tell the same person and the same message."""

from __future__ import annotations

import re

from gateway.leads.identity import key_fingerprint, new_id, phone_fingerprint
from gateway.leads.phone import PhoneRules, read_phone

NOW = 1_795_514_061.5


def test_an_id_is_what_the_dialer_keeps_whole():
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{20}", new_id(NOW))


def test_ids_sort_by_time():
    moments = [NOW + step / 100 for step in range(200)]
    ids = [new_id(moment) for moment in moments]
    assert ids == sorted(ids)


def test_an_id_is_made_of_time_and_chance_alone():
    assert new_id(1_577_836_800.0, bytes) == "0" * 20
    assert new_id(1_577_836_801.0, lambda count: b"\xff" * count) == "000000Z8" + "Z" * 12
    assert new_id(0.0, bytes) == "0" * 20  # a machine whose clock was never set
    assert new_id(4_000_000_000.0) != new_id(4_000_000_000.0)


def test_ids_of_one_moment_differ():
    assert len({new_id(NOW) for _ in range(10_000)}) == 10_000


def test_every_spelling_of_a_number_is_one_person():
    spellings = ["9876543210", "+91 98765-43210", "09876543210", "९८७६५४३२१०"]
    assert (
        len({phone_fingerprint("source:a", read_phone(text, PhoneRules()).digits) for text in spellings}) == 1
    )


def test_scopes_and_sources_do_not_mix():
    fingerprints = {
        phone_fingerprint("source:a", "9876543210"),
        phone_fingerprint("source:b", "9876543210"),
        phone_fingerprint("source:a", "9876543211"),
        key_fingerprint("a", "9876543210"),
        key_fingerprint("source:a", "9876543210"),
        key_fingerprint("a", "bc"),
        key_fingerprint("ab", "c"),
    }
    assert len(fingerprints) == 7
    assert all(re.fullmatch(r"[0-9a-f]{64}", fingerprint) for fingerprint in fingerprints)


def test_keys_of_any_length_and_kind_have_a_fingerprint():
    assert key_fingerprint("a", "x" * 1000) != key_fingerprint("a", "x" * 1001)
    assert key_fingerprint("a", "\ud800") == key_fingerprint("a", "\ud800")
