"""Every example of docs/drop-in.md gets the answer printed under it; its sentences are those of the program."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from gateway.click_to_call import Called
from gateway.config import parse_config
from gateway.config.kinds import OPTIONS
from gateway.rehearsal import CALLS, LEADS
from gateway.sources import elision_rules
from gateway.web import drop_in_answers
from tests.drop_in.world import World, call, opened
from tests.running import EmulatorHandle
from tests.web.test_posting_spec import read_curl

PAGE = (Path(__file__).parents[2] / "docs" / "drop-in.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r"^```bash run=(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))
ANSWERS = dict(re.findall(r"^```json answer=(\w+)\n(.*?)\n```$", PAGE, re.MULTILINE | re.DOTALL))
CHANGES: Mapping[str, Mapping[str, str]] = {"pending_success": {"when_pending": "success"}}
ADDRESS = "https://leads.example.com/elision-dialer/elision-api/main.php"


@pytest.fixture
def documented(tmp_path: Path, emulator: EmulatorHandle, request: pytest.FixtureRequest) -> Iterator[World]:
    emulator.reset()
    with opened(tmp_path, emulator, options=CHANGES.get(request.param, {})) as world:
        yield world


@pytest.mark.parametrize(
    ("documented", "name"), [(name, name) for name in EXAMPLES], indirect=["documented"], ids=list(EXAMPLES)
)
def test_an_example_gets_the_answer_under_it(documented: World, name: str) -> None:
    curl = read_curl(EXAMPLES[name].replace("gw_live_…", documented.key()))
    headers = dict(line.split(": ", 1) for line in curl.headers)
    assert curl.url == ADDRESS

    answer = documented.bare(
        "&".join(curl.data).encode(), headers=headers, content_type="application/x-www-form-urlencoded"
    )

    printed = ".+".join(map(re.escape, ANSWERS[name].split("…")))
    assert re.fullmatch(printed, answer.text), answer.text


def test_every_example_has_an_answer() -> None:
    assert set(EXAMPLES) == set(ANSWERS)
    assert len(EXAMPLES) == 6
    assert PAGE.count("```bash") == len(EXAMPLES)


def test_every_sentence_of_the_program_is_on_the_page() -> None:
    sentences = {
        value
        for module in (elision_rules, drop_in_answers)
        for name, value in vars(module).items()
        if name.isupper() and isinstance(value, str) and " " in value and "/" not in value
    }
    assert len(sentences) > 20
    known = " ".join(PAGE.replace("… ", "").split())
    for sentence in sentences - {elision_rules.PHONE_LENGTH, drop_in_answers.CONTENT_TYPE}:
        # The page shortens a sentence's beginning to … where it stands beside its sister.
        words = sentence.split()
        assert any(" ".join(words[at:]) in known for at in range(min(3, len(words)))), sentence


def test_every_option_of_the_kind_is_on_the_page() -> None:
    assert [each.name for each in OPTIONS["elision"] if f"{each.name}" not in PAGE] == []
    assert {"9999900201", "9999900202", "9999900203", "9999900421"} <= set(LEADS)
    assert "9999900302" in CALLS


def test_the_lines_of_configuration_work_as_they_stand() -> None:
    (block,) = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    config = parse_config(f'[dialers.main]\nurl = "http://dialer.example/"\n\n{block}', {})

    assert config.sources["crm"].lists == ("25062020",)
    assert config.sources["crm"].dedupe == 600


@pytest.mark.parametrize("called", [called for called in Called if called is not Called.PLACED])
def test_what_becomes_of_a_call_is_told_for_every_end(called: Called) -> None:
    result = drop_in_answers.CallResult(id="", called=called, reason_code=None, message="")

    told = drop_in_answers.call_answer(call(), result)

    assert told["success"] == "false"
    assert str(told["message"]).startswith("manual_dial ")
