"""Text survives in every script, and nothing of it can break the dialer's SQL or its agents' screens."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.leads.reasons import FieldError
from gateway.leads.text import clean_text

BREAKS_THE_DIALER = set('\\";#<>+')


@pytest.mark.parametrize(
    "name",
    [
        "Asha Verma",
        "O'Brien",
        "José Müller",
        "राहुल शर्मा",
        "क्ष्म्या ज़फ़र",
        "தமிழ்ச்செல்வி",
        "ಶ್ರೀನಿವಾಸ",
        "অনির্বাণ মুখোপাধ্যায়",
        "ગુજરાતી",
        "ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ",
        "మల్లికార్జున",
        "ଓଡ଼ିଆ",
        "محمد علی خان",
        "李小龙",
        "བསྒྲུབས",
        "A & B (Pune), 50% / month = ok?",
        "a|b `c` $d {e} [f] ~g ^h !",
    ],
)
def test_names_of_every_script_survive(name):
    name = unicodedata.normalize("NFC", name)
    assert clean_text(name, 100).text == name
    assert clean_text(name, 100).codes == ()


@pytest.mark.parametrize(
    "word",
    [
        "क्\u200dष",  # half form
        "र्\u200dय",  # eyelash ra
        "അവന്\u200d",  # old chillu, at the end of the word
        "श्री\u200cमान",
        "می\u200cخواهم",
    ],
)
def test_joiners_stay_where_they_shape_letters(word):
    assert clean_text(word, 100).text == word


@pytest.mark.parametrize(
    ("value", "text", "codes"),
    [
        ("  Asha \t Verma\r\n ", "Asha Verma", ()),
        ("Asha\u00a0Verma\u3000Rao\u2028x", "Asha Verma Rao x", ()),
        ("Jose\u0301", "José", ()),
        ('Dwayne "Rock" Johnson', "Dwayne Rock Johnson", ("text.cleaned",)),
        ("a;b#c", "abc", ("text.cleaned",)),
        ("C:\\new\\table\\", "C:newtable", ("text.cleaned",)),
        ("<script>alert(1)</script>", "scriptalert(1)/script", ("text.cleaned",)),
        ("Asha 😀 K", "Asha K", ("text.cleaned",)),
        ("🇮🇳", "", ("text.emptied",)),
        ("C++ Dev", "C Dev", ("text.plus",)),
        ("\u202eahsA\u202c", "ahsA", ("text.cleaned",)),
        ("A\u200bsha\ufeff", "Asha", ("text.cleaned",)),
        ("As\u200dha", "Asha", ("text.cleaned",)),
        ("\u200dअ", "अ", ("text.cleaned",)),
        ("क\u200d\u200dष", "क\u200dष", ("text.cleaned",)),
        ("\u3164\u115f", "", ("text.emptied",)),
        ("As\x07ha\x1b[31m", "Asha[31m", ("text.cleaned",)),
        ("a\u037eb", "ab", ("text.cleaned",)),  # the Greek question mark is a semicolon in NFC
        ("❤\ufe0f", "❤", ("text.cleaned",)),
        ("=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0", ()),  # for the spreadsheet export to guard
        ("   ", "", ()),
        ("", "", ()),
    ],
)
def test_what_the_dialer_cannot_take_goes_and_is_told(value, text, codes):
    cleaned = clean_text(value, 100)
    assert (cleaned.text, cleaned.codes) == (text, codes)


@pytest.mark.parametrize("value", ["a\x00b", "\ud800", "Asha \udfff", "x" * 3000 + "\x00"])
def test_what_is_not_text_is_refused(value):
    with pytest.raises(FieldError) as refusal:
        clean_text(value, 100)
    assert refusal.value.code == "text.invalid"


def test_length_counts_characters_not_bytes():
    name = "अ" * 100
    assert clean_text(name, 100).text == name
    assert clean_text(name + "अ", 100).text == name
    assert clean_text(name + "अ", 100).codes == ("text.cut",)


def test_a_cut_never_parts_a_letter_from_its_vowel_sign():
    cut = clean_text("a" * 99 + "कि", 100).text
    assert cut == "a" * 99
    assert clean_text("a" * 98 + "कि", 100).text == "a" * 98 + "कि"


def test_a_cut_leaves_no_blank_at_the_end():
    assert clean_text("a" * 99 + " bcd", 100).text == "a" * 99


def test_a_flood_of_accents_is_a_few_accents():
    zalgo = "a" + "\u0316" * 500_000
    started = time.perf_counter()
    cleaned = clean_text(zalgo, 100)
    assert time.perf_counter() - started < 0.05
    assert len(cleaned.text) <= 6
    assert "text.cut" in cleaned.codes


def test_a_ligature_that_stands_for_eighteen_letters_stays_one_character():
    assert clean_text("\ufdfa", 100).text == "\ufdfa"


HARD_TEXT = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from("\\\";#<>+\t\n\r\x0b\u037e\u200c\u200d\u202e\u0300\u093f\u0b95\u2028\ufeff😀'!"),
    ),
    max_size=300,
)


@given(value=HARD_TEXT, limit=st.sampled_from([1, 20, 100, 200]))
@example(value="<\u0338", limit=100)
@example(value="\u037e\u1fef", limit=100)
def test_no_text_can_break_the_dialers_sql(value, limit):
    try:
        text = clean_text(value, limit).text
    except FieldError:
        assert "\x00" in value
        return
    assert len(text) <= limit
    assert not BREAKS_THE_DIALER & set(text)
    assert all(unicodedata.category(char) not in {"Cc", "Cs", "Cn", "Co", "Zl", "Zp"} for char in text)
    assert all(char <= "\uffff" for char in text)
    assert text == " ".join(text.split())
    assert text == unicodedata.normalize("NFC", text)


@given(HARD_TEXT)
def test_cleaning_twice_changes_nothing_more(value):
    try:
        once = clean_text(value, 100).text
    except FieldError:
        return
    assert clean_text(once, 100).text == once
