"""Which words a page uses: the source's own, those of its language, or English; and colours that can be read."""

from __future__ import annotations

import colorsys

import pytest

from gateway.config import Form, SourceConfig
from gateway.leads import reasons
from gateway.leads.lead import Problem
from gateway.web.colours import BLACK, WHITE, text_on
from gateway.web.form_inputs import told
from gateway.web.wording import name_of, words_in

OF_PARTNERS = {"field.not_allowed", "field.repeated", "field.unknown"}  # forms are read liberally


def source_with(texts: dict[str, dict[str, str]]) -> SourceConfig:
    form = Form(languages=("en", "hi"), texts=texts)
    return SourceConfig(name="website", kind="form", dialer="main", list_id="123", form=form)


def test_a_sources_own_text_goes_before_ours_and_english_comes_last() -> None:
    source = source_with({"hi": {"form.title": "हमारा शीर्षक"}, "en": {"form.send": "Go"}})
    hindi, english = words_in(source, "hi"), words_in(source, "en")

    assert hindi.text("form.title") == "हमारा शीर्षक"
    assert hindi.text("form.send") == "भेजें"
    assert english.text("form.send") == "Go"
    assert words_in(source, "mr").text("form.send") == "Send"


def test_a_regions_language_speaks_that_language() -> None:
    assert words_in(None, "hi-IN").text("form.send") == "भेजें"


def test_a_language_is_called_by_its_own_name_or_by_its_tag() -> None:
    source = source_with({"mr": {"form.language_name": "मराठी"}, "ta": {"form.send": "அனுப்பு"}})

    names = [name_of(source, language) for language in ("en", "hi", "hi-IN", "mr", "ta")]
    assert names == ["English", "हिन्दी", "हिन्दी", "मराठी", "ta"]


def test_only_places_that_are_given_are_filled() -> None:
    source = source_with({"en": {"form.title": "{0} {open} {seconds} %s }{"}})

    assert words_in(source, "en").text("form.title", seconds=5) == "{0} {open} 5 %s }{"


def test_a_text_that_nobody_wrote_is_a_slip_and_one_that_may_be_missing_is_asked_for() -> None:
    words = words_in(None, "en")

    assert words.find("form.placeholders.MobileNo") is None
    with pytest.raises(KeyError):
        words.text("form.titel")


@pytest.mark.parametrize("language", ["en", "hi"])
def test_every_problem_of_a_form_is_told_to_a_visitor_in_words_of_their_own(language: str) -> None:
    words = words_in(None, language)
    unsaid = [
        code
        for code in reasons.PROBLEMS
        if code not in OF_PARTNERS
        and told(words, Problem(field="", code=code, message="not translated")) == "not translated"
    ]

    assert unsaid == []


def test_a_problem_without_words_is_told_in_the_programs() -> None:
    problem = Problem(field="", code="made.up", message="Something is wrong.")

    assert told(words_in(None, "hi"), problem) == "Something is wrong."


@pytest.mark.parametrize("hue", range(0, 360, 15))
@pytest.mark.parametrize("lightness", [0.05, 0.3, 0.45, 0.5, 0.55, 0.9])
def test_the_text_on_any_colour_can_be_read(hue: int, lightness: float) -> None:
    channels = colorsys.hls_to_rgb(hue / 360, lightness, 1)
    colour = "#" + "".join(f"{round(channel * 255):02x}" for channel in channels)

    assert contrast(colour, text_on(colour)) >= 4.5


def test_black_is_on_yellow_and_white_on_navy() -> None:
    assert (text_on("#ffd400"), text_on("#001a66")) == (BLACK, WHITE)


def contrast(one: str, other: str) -> float:
    """After https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio, written again for the test."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)
