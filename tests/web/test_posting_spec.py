"""Every example of docs/posting-spec.md is sent to a gateway and gets the answer printed under it."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from werkzeug.test import TestResponse

from gateway.leads.field_names import STRICT_NAMES
from tests.web.gateway_under_test import TOKEN, Gateway, make_config, opened

SPEC = Path(__file__).parents[2] / "docs" / "posting-spec.md"
BLOCK = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
OPTIONS = {"-H": "headers", "-d": "data"}
KEY = "gw_live_…"


@dataclass
class Block:
    """One fenced block: its language, its attributes (run=…, answer=… status=…) and its text."""

    language: str
    attributes: dict[str, str]
    text: str


@dataclass
class Curl:
    """What a curl command line asks for."""

    url: str = ""
    headers: list[str] = field(default_factory=list)
    data: list[str] = field(default_factory=list)


def blocks() -> list[Block]:
    text = SPEC.read_text(encoding="utf-8")
    return [
        Block(language, dict(pair.split("=", 1) for pair in attributes.split()), body)
        for language, attributes, body in BLOCK.findall(text)
    ]


EXAMPLES = [block for block in blocks() if "run" in block.attributes]
ANSWERS = {block.attributes["answer"]: block for block in blocks() if "answer" in block.attributes}


def read_curl(text: str) -> Curl:
    words = iter(shlex.split(text.replace("\\\n", " ")))
    assert next(words) == "curl"
    curl = Curl()
    for word in words:
        if word in OPTIONS:
            getattr(curl, OPTIONS[word]).append(next(words))
        elif not word.startswith("-"):
            curl.url = word
        else:
            assert word in ("-sS", "-i"), f"the test does not know {word}"
    return curl


def send(gateway: Gateway, text: str, lead_id: str) -> TestResponse:
    curl = read_curl(text)
    url = urlsplit(curl.url.replace("{id}", lead_id).replace("token=…", f"token={TOKEN}"))
    headers = {}
    for line in curl.headers:
        name, _, value = line.partition(": ")
        headers[name] = value.replace(KEY, gateway.key()).replace("…", TOKEN)
    if curl.data:
        headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
    return gateway.ask(
        "POST" if curl.data else "GET",
        url.path,
        query_string=url.query,
        headers=headers,
        data="&".join(curl.data).encode(),
    )


def assert_like(printed: Any, given: Any, where: str) -> None:
    """Everything printed is there; … stands for any text."""
    if isinstance(printed, dict):
        for name, value in printed.items():
            assert name in given, f"{where}.{name}"
            assert_like(value, given[name], f"{where}.{name}")
    elif isinstance(printed, list):
        assert len(printed) == len(given), where
        for number, value in enumerate(printed):
            assert_like(value, given[number], f"{where}[{number}]")
    elif isinstance(printed, str) and "…" in printed:
        assert re.fullmatch(".+".join(map(re.escape, printed.split("…"))), given), where
    else:
        assert printed == given, where


@pytest.fixture
def spec_gateway(tmp_path: Path) -> Iterator[Gateway]:
    config = make_config(public_url="https://leads.example.com")
    portal = replace(
        config.sources["portal"], fields={"CustomerName": "contact.name", "MobileNo": "contact.phone"}
    )
    with opened(tmp_path, replace(config, sources={**config.sources, "portal": portal})) as running:
        yield running


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda block: block.attributes["run"])
def test_an_example_gets_the_answer_under_it(spec_gateway: Gateway, example: Block) -> None:
    printed = ANSWERS[example.attributes["run"]]
    known = spec_gateway.lead({"MobileNo": "9876540000"}).json["lead"]["id"]
    if example.attributes["run"] == "delivered":
        spec_gateway.dialer.script = type(spec_gateway.dialer)().script  # Lead IDs from 1764 again

    answer = send(spec_gateway, example.text, known)

    assert str(answer.status_code) == printed.attributes["status"]
    if printed.language == "json":
        assert_like(json.loads(printed.text), answer.json, "answer")
    else:
        name, _, value = printed.text.strip().partition(": ")
        assert answer.headers[name] == value


def test_every_example_has_an_answer_and_every_answer_an_example() -> None:
    assert len(EXAMPLES) >= 9
    assert {block.attributes["run"] for block in EXAMPLES} == set(ANSWERS)


def test_nothing_that_looks_like_an_example_is_left_out() -> None:
    unmarked = [
        block.text for block in blocks() if block.language in ("bash", "json") and not block.attributes
    ]

    assert unmarked == []


def test_the_form_in_the_page_works(spec_gateway: Gateway) -> None:
    (form,) = [block.text for block in blocks() if block.language == "html"]
    names = re.findall(r' name="([^"]+)"', form)
    filled = dict.fromkeys(names, "") | {"name": "Asha", "phone": "9876543210"}

    assert 'action="https://leads.example.com/forms/website"' in form
    assert spec_gateway.form(filled).status_code == 303


def test_the_field_table_lists_what_is_taken() -> None:
    section = SPEC.read_text(encoding="utf-8").partition("### Fields")[2].partition("###")[0]
    rows = [row.split("|")[1:3] for row in section.splitlines() if row.startswith("| `")]
    named = {name for row in rows for name in re.findall(r"`(\w+)`", "".join(row))}

    assert {name for name in named if name not in STRICT_NAMES} == {"utm_source", "utm_campaign", "gclid"}
    assert set(STRICT_NAMES.values()) == {STRICT_NAMES[name] for name in named if name in STRICT_NAMES}
