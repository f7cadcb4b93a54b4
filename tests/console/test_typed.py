"""What somebody types to find a lead is read as it was meant."""

from __future__ import annotations

import pytest

from gateway.operating.typed import By, readings

ASHA = "9876543210"


def first(typed: str) -> tuple[By, object] | None:
    found = readings(typed, "IN")
    if not found:
        return None
    (name,) = found[0].wanted.names
    return found[0].by, getattr(found[0].wanted, name)


@pytest.mark.parametrize(
    "typed",
    [
        "9876543210",
        "98765 43210",
        "98765-43210",
        "(98765) 43210",
        "+91-98765-43210",
        "+91 98765 43210",
        "0091 98765 43210",
        "09876543210",
        "919876543210",
        "९८७६५ ४३२१०",
        " 98765\t43210 ",
        "Mob: 98765 43210",
    ],
)
def test_a_phone_number_is_one_number_however_it_is_typed(typed: str) -> None:
    assert first(typed) == (By.PHONE, ASHA)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("+1 650 253 0000", (By.PHONE, "16502530000")),
        ("1800 123 4567", (By.PHONE, "18001234567")),
        ("1764", (By.DIALERS_ID, "1764")),
        ("••••••3210", (By.ENDING, "3210")),
        ("*3210", (By.ENDING, "3210")),
        ("…43 210", (By.ENDING, "43210")),
        ("xxxxxx3210", (By.ENDING, "3210")),
        ("6a7yyxg0000000000001", (By.ID, "6A7YYXG0000000000001")),
        ("6A7YYXG00", (By.ID, "6A7YYXG00")),
        ("CRM-0042", (By.REFERENCE, "CRM-0042")),
        ("Asha Verma", (By.NAME, "Asha Verma")),
        ("आशा", (By.NAME, "आशा")),
        ("asha@example.com", (By.TEXT, "asha@example.com")),
        ("'; DROP TABLE leads; --", (By.NAME, "'; DROP TABLE leads; --")),
        ("", None),
        ("  ", None),
        ("%", None),
        ("a", None),
        ("\x00\x07", None),
    ],
)
def test_the_most_telling_reading_comes_first(typed: str, meant: tuple[By, object] | None) -> None:
    assert first(typed) == meant


def test_four_digits_may_be_a_lead_id_or_the_end_of_a_number() -> None:
    assert [each.by for each in readings("3210", "IN")][:2] == [By.DIALERS_ID, By.ENDING]


def test_nobody_waits_for_a_slow_look_when_a_number_was_typed() -> None:
    assert [each.by for each in readings("98765 43210", "IN") if not each.only_if_asked] == [By.PHONE]
    assert [(each.by, each.wanted.text) for each in readings("98765 43210", "IN") if each.only_if_asked] == [
        (By.TEXT, ASHA)
    ]


def test_a_text_is_looked_for_as_it_is_written() -> None:
    found = {each.by: each.wanted for each in readings("सेक्टर ४२", "IN")}
    assert found[By.TEXT].text == "सेक्टर ४२"
    assert found[By.NAME].name == "सेक्टर ४२"
    assert readings("Cafe\u0301 Roy", "IN")[0].wanted.name == "Caf\u00e9 Roy"


def test_a_long_text_is_cut_before_anything_looks_at_it() -> None:
    (name, _text) = readings("a" * 100_000, "IN")
    assert len(name.wanted.name or "") == 100
