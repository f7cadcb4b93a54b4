"""docs/forms.md says what the program does: its configuration, its form and its names are tried."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.config import load_config
from gateway.config.words import built_in
from gateway.sources.form import TRAPS, fill, is_reserved
from gateway.web.snippets import Style
from tests.sources.making import make_form
from tests.web.gateway_under_test import opened
from tests.web.test_snippets import Markup

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "forms.md").read_text(encoding="utf-8")
SCRIPT = (ROOT / "templates" / "forms" / "embed.js").read_text(encoding="utf-8")
DIALER = '[dialers.main]\nurl = "http://127.0.0.1:8100/"\n'


def block(language: str) -> str:
    """The first block of code in this language."""
    found = re.search(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def rows(heading: str) -> list[tuple[str, str]]:
    """The first two cells of the table below a heading."""
    part = PAGE.split(f"### {heading}\n")[1]
    return re.findall(r"^\| (`.+?) \| (.+?) \|$", part.split("\n#")[0], re.MULTILINE)


def names_of(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


RESERVED = [(name, meaning) for cell, meaning in rows("Reserved names") for name in names_of(cell)]


def test_the_five_minutes_end_with_a_lead_that_holds_what_was_typed(tmp_path: Path) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text(DIALER + block("toml"))
    config = load_config(file, {})
    form = Markup(block("html"))
    assert form.action.endswith("/forms/website")
    typed = dict.fromkeys(form.controls, "") | {"name": "Asha", "phone": "9876543210", "message": "After six"}

    with opened(tmp_path, replace(config, public_url="https://leads.example.com")) as gateway:
        answer = gateway.form(typed | {"_consent": "yes"}, headers={"Origin": "https://www.example.com"})
        (lead,) = gateway.stored("website")
        story = gateway.store.story(lead.id)

    assert answer.status_code == 303
    assert story is not None
    assert story.fields["CustomField1"] == "After six"
    assert story.consents[0].given is True


@pytest.mark.parametrize(("name", "_meaning"), RESERVED)
def test_a_reserved_name_is_never_part_of_a_lead(name: str, _meaning: str) -> None:
    assert is_reserved(name)
    assert fill(make_form({name: "x", "phone": "1"})).fields == {"phone": "1"}


def meant(words: str) -> list[str]:
    """The names whose meaning begins with these words."""
    return next(names_of(cell) for cell, meaning in rows("Reserved names") if meaning.startswith(words))


def test_the_names_with_a_meaning_have_it() -> None:
    address = "https://a.example/x"

    assert len(RESERVED) > 50
    assert set(meant("people never see them")) == TRAPS
    for name in meant("the page to go to"):
        assert fill(make_form({name: address})).redirect == address
    for name in meant("the page of the form"):
        assert fill(make_form({name: address})).page_url == address


def test_every_way_of_the_command_is_named() -> None:
    for style in Style:
        assert style.value in PAGE


def test_what_the_page_says_of_embed_js_is_in_embed_js() -> None:
    texts = {key.removeprefix("embed.") for key in built_in()["en"] if key.startswith("embed.")}
    words = set(re.findall(r"`data-(\w+)`", PAGE)) | {"redirect"}

    assert words - texts == {"redirect"}
    for name in (".lead-message", ".lead-status"):
        assert f'"{name[1:]}"' in SCRIPT
    assert set(re.findall(r"`(lead:\w+)`", PAGE)) == {"lead:success"}
    assert {"success", "error"} == set(re.findall(r'fire\(\w+, "(\w+)"', SCRIPT))


def test_the_configuration_of_the_page_is_toml() -> None:
    assert tomllib.loads(block("toml"))["sources"]["website"]["kind"] == "form"
