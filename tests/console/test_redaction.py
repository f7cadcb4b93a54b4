"""What is hidden of a lead until an operator asks: numbers in any spelling, addresses, and secrets for good."""

from __future__ import annotations

import pytest

from gateway.web.console.redaction import Veil

PHONE = "9876543210"
VEIL = Veil(
    shown=False, phone=PHONE, secrets=frozenset({"s3cret-of-the-portal"}), plain=frozenset({"2506201800"})
)
OPEN = Veil(shown=True, phone=PHONE, secrets=VEIL.secrets)


@pytest.mark.parametrize(
    "written",
    [
        "9876543210",
        "+91 98765 43210",
        "+91-98765-43210",
        "(98765) 43210",
        "98765/43210",
        "9.8.7.6.5.4.3.2.1.0",
        "९८७६५४३२१०",
        "tel:9876543210",
        "%2B919876543210",
        "9876543210abc",
    ],
)
def test_a_number_is_hidden_however_it_is_written(written: str) -> None:
    hidden = VEIL.text(f"Call {written} today")

    assert "987" not in hidden
    assert "९८७" not in hidden
    assert hidden.startswith("Call ")
    assert hidden.endswith("today")
    assert OPEN.text(f"Call {written} today") == f"Call {written} today"


def test_other_peoples_numbers_are_hidden_too() -> None:
    assert VEIL.text("or 022 2265 4321") == "or •••••••4321"


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-23T10:00:00.123",
        "2026-11-23 10:00",
        "123e4567-e89b-12d3-a456-426614174000",
        "list 2506201800",
        "6AS2GK8W49GZHY8K4ESR",
        "Rs. 4,50,000 for 40 seats",
        "127.0.0.1",
    ],
)
def test_what_is_no_number_stays(written: str) -> None:
    assert VEIL.text(written) == written


def test_addresses_are_hidden_but_for_their_host() -> None:
    assert VEIL.text("asha.verma@example.com, b%40example.org") == "a•••@example.com, b•••%40example.org"


def test_secrets_stay_hidden_from_everybody() -> None:
    for veil in (VEIL, OPEN):
        assert veil.text("?k=s3cret-of-the-portal&x=1") == "?k=[hidden]&x=1"
        assert veil.field("body", {"token": "abc", "a": {"Password": "p"}}) == {
            "token": "[hidden]",
            "a": {"Password": "[hidden]"},
        }


def test_a_field_is_hidden_by_its_name_whatever_it_holds() -> None:
    hidden = VEIL.field("lead", {"mobile": "98765", "phones": [9876543210], "n": 7, "ok": True, "none": None})

    assert hidden == {"mobile": "•8765", "phones": ["••••••3210"], "n": 7, "ok": True, "none": None}
    assert VEIL.field("Phone Number", "[removed]") == "[removed]"


def test_a_number_that_a_spreadsheet_made_a_fraction_is_hidden_too() -> None:
    sent = {
        "mobile": 9876543210.0,
        "note": 9876543210.0,
        "other": 9811111111.5,
        "share": 0.25,
        "pin": 411001.0,
    }

    hidden = VEIL.field("lead", sent)

    assert hidden == {
        "mobile": "••••••3210",
        "note": "••••••3210",
        "other": "••••••1111.5",
        "share": 0.25,
        "pin": 411001.0,
    }
    assert OPEN.field("lead", sent) == sent


def test_the_number_is_hidden_behind_a_long_text_too() -> None:
    long = "9 " * 20_000 + "a@" * 20_000 + "1-" * 20_000

    assert PHONE not in VEIL.text(f"{long} {PHONE}")
