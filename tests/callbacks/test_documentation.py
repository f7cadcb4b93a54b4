"""What docs/callbacks.md shows is what happens, and its samples work as they stand."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from gateway.callbacks import message
from gateway.callbacks.policy import ATTEMPTS, PAUSES
from gateway.config import parse_config
from gateway.leads.lead import State
from tests.callbacks.receiver import SECRET
from tests.callbacks.test_message import CALLBACK, SOURCE, with_facts
from tests.callbacks.test_message import NEW_SECRET as OTHER_SECRET

PAGE = (Path(__file__).parents[2] / "docs" / "callbacks.md").read_text()
SAMPLES = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def shape(value: Any) -> Any:
    return {name: shape(each) for name, each in value.items()} if isinstance(value, dict) else type(value)


def test_the_message_has_the_members_that_are_shown() -> None:
    shown = json.loads(PAGE.split("v8rc=\n\n")[1].split("```")[0])
    sent = json.loads(message.body(with_facts(), SOURCE, public_url="https://leads.example.com"))

    assert shape(shown) == shape(sent)


def test_every_end_has_its_row() -> None:
    rows = set(re.findall(r"^\| `lead\.(\w+)` \|", PAGE, re.MULTILINE))

    assert rows == {state.value for state in State if state.final}


def test_the_pauses_are_those_that_are_made() -> None:
    units = {"s": 1, "min": 60, "h": 3600}
    (line,) = re.findall(r"5 s, [^.]*24 h", PAGE)
    told = [int(number) * units[unit] for number, unit in re.findall(r"(\d+) (s|min|h)", line)]

    assert told == list(PAUSES)
    assert ATTEMPTS == 10


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_receiver_in_python_works_as_shown(sample: str) -> None:
    names: dict[str, Any] = {}
    exec(sample, names)
    content = message.body(CALLBACK, SOURCE, public_url="")
    headers = message.headers(CALLBACK.id, content, (SECRET,), now=time.time())
    late = message.headers(CALLBACK.id, content, (SECRET,), now=time.time() - 301)

    assert names["take"](headers, content, SECRET)["type"] == "lead.delivered"
    assert names["take"](headers, content + b" ", SECRET) is None
    assert names["take"](late, content, SECRET) is None


CASES = {
    "genuine": (lambda content: content, 0, "lead.delivered"),
    "changed": (lambda content: content.replace(b"1764", b"1765"), 0, "refused"),
    "late": (lambda content: content, -301, "refused"),
}
# Each reads headers, body in base64 and secret as JSON, and says the type of what it took.
PROGRAMS = {
    "php": (
        ["php", "-r"],
        (
            "$told = json_decode(stream_get_contents(STDIN), true);"
            "$message = take($told['headers'], base64_decode($told['body']), $told['secret']);"
            "echo $message['type'] ?? 'refused';"
        ),
    ),
    "js": (
        ["node", "-e"],
        (
            "const told = JSON.parse(require('node:fs').readFileSync(0));"
            "const message = take(told.headers, Buffer.from(told.body, 'base64'), told.secret);"
            "process.stdout.write(message ? message.type : 'refused');"
        ),
    ),
}


@pytest.mark.parametrize("language", PROGRAMS)
@pytest.mark.parametrize("case", CASES)
def test_a_receiver_in_another_language_works_as_shown(language: str, case: str) -> None:
    (sample,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    (command, main), (change, ahead, expected) = PROGRAMS[language], CASES[case]
    content = message.body(CALLBACK, SOURCE, public_url="")
    headers = message.headers(CALLBACK.id, content, (OTHER_SECRET, SECRET), now=time.time() + ahead)
    told = {"headers": headers, "body": base64.b64encode(change(content)).decode(), "secret": SECRET}

    done = subprocess.run(
        [*command, sample.removeprefix("<?php") + main],
        input=json.dumps(told),
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )

    assert done.stdout == expected


@pytest.mark.parametrize("table", re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL))
def test_a_configuration_is_accepted_as_shown(table: str) -> None:
    dialer = '[dialers.main]\nurl = "https://dialer.example/main.php"\n'
    environ = {"PARTNER_CALLBACK_SECRET": SECRET, "HOOK_SECRET": SECRET}

    assert parse_config(dialer + table, environ).sources["partner"].callback
