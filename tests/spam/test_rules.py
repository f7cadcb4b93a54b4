"""What can be seen in the enquiry itself: hidden fields, addresses in names, and which texts are the same."""

from __future__ import annotations

import pytest

from gateway.spam import rules


@pytest.mark.parametrize("name", ["company_fax", "Company Fax", "company-fax"])
def test_a_filled_field_that_people_never_see_is_a_trap(name: str) -> None:
    assert rules.is_trapped({name: "x"}, ["company_fax"])


@pytest.mark.parametrize("value", ["", "  ", "false", False, None])
def test_an_untouched_one_is_none(value: object) -> None:
    assert not rules.is_trapped({"company_fax": value, "website": "https://acme.example"}, ["company_fax"])


def test_a_form_without_traps_traps_nobody() -> None:
    assert not rules.is_trapped({"website": "https://acme.example", "": "x"}, [])


@pytest.mark.parametrize(
    "name",
    [
        "https://win.example",
        "Win now http://win.example/x",
        "hxxps://win.example",
        "http:// win.example",
        "www.win.example",
        "Prize: WWW.WIN.EXAMPLE",
        "bit.ly/3xYz",
        "t.me/prize",
        "win-now.xyz/prize now",
        "[url=win.example]Prize[/url]",
        "go.win.top/a",
        "a href win",
        "ｈｔｔｐｓ：／／ｗｉｎ.example",
    ],
)
def test_an_address_in_a_name_is_found(name: str) -> None:
    assert rules.has_link(name)


@pytest.mark.parametrize(
    "name",
    [
        "Asha Verma",
        "Mr.Kumar",
        "A.P.J. Abdul Kalam",
        "S.K.Gupta",
        "Dr.Rao M.D.",
        "K.V.Rao/Hyderabad",
        "Ravi s/o Mohan",
        "D/o. Lakshmi",
        "Booking.com",
        "M/s Sharma & Sons",
        "C.S.Rao/M.Rao",
        "N/A",
        "आशा वर्मा",
        "",
    ],
)
def test_a_persons_or_a_companys_name_is_none(name: str) -> None:
    assert not rules.has_link(name)


def test_a_text_is_the_same_however_it_is_spaced_and_written() -> None:
    one = rules.folded_text(["Earn  MONEY from home, today!"])
    other = rules.folded_text(["earn money\nfrom home — today", "hello"])

    assert one == other != ""
    assert rules.text_fingerprint(one) == rules.text_fingerprint(other)


def test_two_words_that_differ_in_a_vowel_sign_are_two() -> None:
    assert rules.folded_text(["मुझे इस योजना की जानकारी चाहिए"]) != rules.folded_text(
        ["मुझे इस योजना का जानकारी चाहिए"]
    )


@pytest.mark.parametrize("text", ["", "Please call me", "Call me!!! ............"])
def test_what_many_people_write_is_too_short_to_tell_anything(text: str) -> None:
    assert rules.folded_text([text]) == ""


def test_no_text_is_no_text() -> None:
    assert rules.folded_text([]) == ""
