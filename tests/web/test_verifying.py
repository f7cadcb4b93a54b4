"""The code that /docs shows for checking a callback is run in its own language, on true and on false messages."""

from __future__ import annotations

import json
import runpy
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.callbacks import message
from gateway.leads.lead import State
from gateway.web.openapi.callback_messages import example_message
from gateway.web.templates import place_of
from tests.web.test_samples import STANDARD

FOLDER = place_of("samples") / "verify"
BODY = json.dumps(example_message(State.DELIVERED)).encode()
PHP = """require $argv[1]; $asked = json_decode(stream_get_contents(STDIN), true);
echo json_encode(take($asked['headers'], $asked['body'], $asked['secret']));"""
NODE = """const fs = require("node:fs"); const asked = JSON.parse(fs.readFileSync(0, "utf8"));
const take = new Function("require", fs.readFileSync(process.argv[1], "utf8") + "; return take;")(require);
console.log(JSON.stringify(take(asked.headers, Buffer.from(asked.body), asked.secret)));"""


def by_python(headers: dict[str, str], body: bytes) -> Any:
    return runpy.run_path(str(FOLDER / "callback.py"))["take"](headers, body, STANDARD)


def by_program(*command: str) -> Callable[[dict[str, str], bytes], Any]:
    def take(headers: dict[str, str], body: bytes) -> Any:
        asked = json.dumps({"headers": headers, "body": body.decode(), "secret": STANDARD})
        done = subprocess.run(command, input=asked, capture_output=True, text=True, timeout=20, check=True)
        return json.loads(done.stdout)

    return take


TAKES = {
    "python": by_python,
    "php": by_program("php", "-r", PHP, "--", str(FOLDER / "callback.php")),
    "node": by_program("node", "-e", NODE, str(FOLDER / "callback.cjs")),
}


def signed(*, age: float = 0.0, secrets: tuple[str, ...] = (STANDARD,)) -> dict[str, str]:
    return message.headers("msg_1", BODY, secrets, now=time.time() - age)


@pytest.mark.parametrize("language", sorted(TAKES))
def test_a_callback_is_taken_and_a_false_one_is_not(language: str) -> None:
    take = TAKES[language]
    other = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"

    assert take(signed(), BODY) == json.loads(BODY)
    assert take(signed(secrets=(other, STANDARD)), BODY) == json.loads(BODY)
    assert take(signed(secrets=(other,)), BODY) is None
    assert take(signed(), BODY + b" ") is None
    assert take(signed(age=400), BODY) is None


def test_every_language_that_is_shown_is_run() -> None:
    assert {path.suffix for path in Path(FOLDER).iterdir()} == {".py", ".php", ".cjs"}
