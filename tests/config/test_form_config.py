"""What `[sources.NAME.form]` may say, and that every slip in it is told with its key and the next step."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from gateway.config import Form, config_warnings, parse_config
from gateway.config.words import built_in
from tests.config.files import ENVIRON, GOOD, problems_of

BARE = '[sources.website.form]\nfields = ["CustomerName", "MobileNo", "EnquiryType"]\n'
KEY = "sources.website.form"


def with_form(lines: str) -> str:
    assert BARE in GOOD
    return GOOD.replace(BARE, f"{BARE}{lines}\n")


def form_of(lines: str) -> Form:
    form = parse_config(with_form(lines), ENVIRON).sources["website"].form
    assert form is not None
    return form


def test_a_form_may_say_nothing() -> None:
    form = form_of("")

    assert form == Form(fields=("CustomerName", "MobileNo", "EnquiryType"))
    assert (form.required, form.languages, form.accent) == (("MobileNo",), ("en",), None)


def test_everything_a_form_can_say() -> None:
    form = form_of("""
required = ["CustomerName"]
languages = ["en", "hi", "mr"]
accent = "#0B7A55"
logo_url = "https://www.example.com/logo.svg"

[sources.website.form.options]
EnquiryType = ["Sales", "A.M.C. & repair"]

[sources.website.form.texts.en]
title = "Book a drive"
labels.EnquiryType = "What for?"
hints = { MobileNo = "Ten digits" }
placeholders = { CustomerName = "Asha" }
options = { "A.M.C. & repair" = "Maintenance" }
problems.phone.required = "We need your number."

[sources.website.form.texts.hi]
consent = "मैं सहमत हूँ।"

[sources.website.form.texts.mr]
title = "नमस्कार"
""")

    assert form.required == ("CustomerName", "MobileNo")
    assert form.options == {"EnquiryType": ("Sales", "A.M.C. & repair")}
    assert form.languages == ("en", "hi", "mr")
    assert (form.accent, form.logo_url) == ("#0b7a55", "https://www.example.com/logo.svg")
    assert form.texts == {
        "en": {
            "form.title": "Book a drive",
            "form.labels.EnquiryType": "What for?",
            "form.hints.MobileNo": "Ten digits",
            "form.placeholders.CustomerName": "Asha",
            "form.options.A.M.C. & repair": "Maintenance",
            "problems.phone.required": "We need your number.",
        },
        "hi": {"form.consent": "मैं सहमत हूँ।"},
        "mr": {"form.title": "नमस्कार"},
    }


def test_names_of_ones_own_may_be_asked_for() -> None:
    text = GOOD.replace('"MobileNo", "EnquiryType"', '"MobileNo", "email", "city"')

    assert problems_of(text) == {}


def test_a_language_may_come_from_a_file_and_the_configuration_goes_before_it(tmp_path: Path) -> None:
    file = tmp_path / "words.toml"
    file.write_text('[mr]\ntitle = "नमस्कार"\nsend = "पाठवा"\n[mr.errors.ours]\ntitle = "क्षमस्व"\n')
    form = form_of(f'languages = ["mr"]\ntexts_file = "{file}"\ntexts.mr.title = "स्वागत"')

    assert form.texts["mr"] == {
        "form.title": "स्वागत",
        "form.send": "पाठवा",
        "errors.ours.title": "क्षमस्व",
    }


MISTAKES: Mapping[str, tuple[str, str, str]] = {
    # what the test is called: the line, the key that is named, words the message must hold
    "required of another form": ('required = ["MobilNo"]', "required", "did you mean MobileNo?"),
    "option of no field": ('options.City = ["Pune"]', "options.City", "not one of this form's fields"),
    "options of a number": ('options.MobileNo = ["1"]', "options.MobileNo", "has no options"),
    "no option": ("options.EnquiryType = []", "options.EnquiryType", "list them"),
    "option twice": ('options.EnquiryType = ["a", "a"]', "options.EnquiryType", "twice"),
    "blank option": ('options.EnquiryType = [" a"]', "options.EnquiryType", "without blanks"),
    "not a language": ('languages = ["english"]', "languages", 'such as "en"'),
    "language without words": ('languages = ["mr"]', "languages", "built-in languages are en, hi"),
    "language twice": ('languages = ["en", "en"]', "languages", "twice"),
    "words of a language not offered": ('texts.hi.title = "x"', "texts.hi", "add it to `languages`"),
    "text that nobody shows": ('texts.en.titel = "x"', "texts.en", "did you mean title?"),
    "label of no field": ('texts.en.labels.City = "x"', "texts.en", "labels.City is not a text"),
    "empty text": ('texts.en.title = ""', "texts.en", "title must be a text"),
    "number as text": ("texts.en.title = 1", "texts.en", "title must be a text"),
    "texts without a language": ('texts.title = "x"', "texts.title", "must be a table"),
    "colour by name": ('accent = "green"', "accent", '"#1d5fd0"'),
    "short colour": ('accent = "#0a5"', "accent", "six of 0-9 a-f"),
    "picture that is a script": ('logo_url = "javascript:alert(1)"', "logo_url", "http:// or https://"),
    "picture that opens the policy": ('logo_url = "https://a;script-src/x"', "logo_url", "plain host name"),
    "relative file": ('texts_file = "words.toml"', "texts_file", "absolute path"),
    "file that is not there": ('texts_file = "/no/such.toml"', "texts_file", "cannot be read"),
    "unknown key": ('colour = "#000000"', "colour", "is not a key of this table"),
}  # fmt: skip


@pytest.mark.parametrize(("line", "key", "words"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_told_with_its_key_and_the_next_step(line: str, key: str, words: str) -> None:
    problems = problems_of(with_form(line))

    assert list(problems) == [f"{KEY}.{key}"]
    assert words in problems[f"{KEY}.{key}"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"[hi\n", "is not TOML"),
        (b"\xff", "is not TOML"),
        (b"#" * 200_001, "is larger"),
        (b"hi = 1", "a table"),
    ],
    ids=["broken", "not UTF-8", "huge", "no tables"],
)
def test_a_file_that_cannot_be_used_is_told(tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "words.toml"
    file.write_bytes(content)
    problems = problems_of(with_form(f'texts_file = "{os.fspath(file)}"'))

    assert words in " ".join(problems.values())


def test_what_configuration_decides_is_not_asked_of_a_visitor() -> None:
    text = GOOD.replace('"MobileNo", "EnquiryType"', '"MobileNo", "list_id"')

    assert "never by a visitor" in problems_of(text)[f"{KEY}.fields[2]"]


def test_a_consent_in_another_language_than_the_form_is_doubted() -> None:
    def doubts(lines: str) -> list[str]:
        config = parse_config(with_form(lines), ENVIRON)
        return [each.key for each in config_warnings(config) if each.key.startswith(KEY)]

    assert doubts('languages = ["en", "hi"]') == [f"{KEY}.texts.hi"]
    assert doubts('languages = ["en", "hi"]\ntexts.hi.consent = "मैं सहमत हूँ।"') == []


def test_hindi_says_everything_english_says() -> None:
    words = built_in()

    assert set(words["hi"]) == set(words["en"])
    places = {key: set(re.findall(r"\{\w+\}", text)) for key, text in words["en"].items()}
    lost = [key for key, found in places.items() if any(place not in words["hi"][key] for place in found)]
    assert lost == []
