"""`gateway demo` and `gateway send`: a newcomer's first minute, as real processes."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.running_gateway import free_port

PROGRAM = [sys.executable, "-m", "gateway"]
READY = "Ctrl-C stops everything."


@dataclass
class Demo:
    """A demo that is ready, and what it printed until then."""

    process: subprocess.Popen[str]
    folder: Path
    port: int
    printed: str

    def environ(self) -> dict[str, str]:
        kept = self.folder / "kept"
        return {
            **environment(),
            "GATEWAY_DATABASE_URL": f"sqlite:///{kept}/gateway.db",
            "GATEWAY_CONFIG": f"{kept}/gateway.toml",
            "GATEWAY_PORT": str(self.port),
            "PORTAL_TOKEN": (kept / "portal_token").read_text().strip(),
        }

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [*PROGRAM, *words]
        return subprocess.run(
            command,
            env=self.environ(),
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


@pytest.mark.journey
def test_each_printed_curl_makes_a_lead(demo: Demo) -> None:
    commands = re.findall(r"^  (curl .*?)\n\n", demo.printed, re.MULTILINE | re.DOTALL)
    answers = [post(command) for command in commands]
    assert [answer["outcome"] for answer in answers] == ["success", "success"]


@pytest.mark.journey
def test_the_form_of_its_website_makes_a_lead(demo: Demo) -> None:
    site = re.search(r"a website +(http://\S+)", demo.printed)
    assert site is not None
    page = fetched(site[1])
    action = re.search(r'<form action="([^"]+)"', page)
    assert action is not None
    assert action[1] == f"http://127.0.0.1:{demo.port}/forms/website"

    thanks = fetched(action[1], data=b"name=Asha+Verma&phone=9855555555", headers={"Referer": site[1]})

    (lead,) = json.loads(demo.run("leads", "list", "--phone", "9855555555", "--json").stdout)["leads"]
    assert lead["id"][-6:] in thanks
    shown = json.loads(demo.run("leads", "show", lead["id"], "--json").stdout)
    assert site[1].rstrip("/") in json.dumps(shown)


@pytest.mark.journey
def test_the_code_to_copy_is_shown(demo: Demo) -> None:
    page = re.search(r"code to copy +(http://\S+)", demo.printed)
    assert page is not None
    assert f"http://127.0.0.1:{demo.port}/forms/website/embed.js" in fetched(page[1])


@pytest.mark.journey
@pytest.mark.parametrize(
    "words",
    [
        ("partner", "mobile_no=9811111111", "customer_name=Asha Verma"),
        ("website", "MobileNo=9822222222"),
        ("portal", "contact.phone=9833333333", "contact.first=Asha", "contact.last=Verma"),
    ],
    ids=lambda words: words[0],
)
def test_a_lead_is_sent_through_each_door_and_its_number_shown(demo: Demo, words: tuple[str, ...]) -> None:
    done = demo.run("send", *words)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^dialer +main, Lead ID \d+$", done.stdout, re.MULTILINE)


@pytest.mark.journey
def test_a_bad_lead_is_told_field_by_field(demo: Demo) -> None:
    done = demo.run("send", "partner", "mobil_no=98")
    assert done.returncode == 1
    assert "mobile_no" in done.stdout
    assert json.loads(demo.run("keys", "list", "--json").stdout)[0]["revoked_at"] is not None


@pytest.mark.journey
def test_ctrl_c_stops_all_of_it_and_the_leads_stay(tmp_path: Path) -> None:
    demo = started(tmp_path)
    assert demo.run("send", "website", "MobileNo=9844444444").returncode == 0
    demo.process.send_signal(signal.SIGINT)
    rest, _ = demo.process.communicate(timeout=60)
    assert demo.process.returncode == 0
    assert "Stopped." in rest
    assert demo.run("send", "website", "MobileNo=9844444444").returncode == 3
    assert len(json.loads(demo.run("leads", "list", "--json").stdout)["leads"]) == 1


# -- running -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    running = started(tmp_path_factory.mktemp("demo"))
    yield running
    running.process.send_signal(signal.SIGINT)
    running.process.communicate(timeout=60)


def environment() -> dict[str, str]:
    mine = {name: value for name, value in os.environ.items() if not name.startswith("GATEWAY_")}
    return {**mine, "PYTHONPATH": str(Path(__file__).parents[2]), "COLUMNS": "80"}


def started(folder: Path) -> Demo:
    port = free_port()
    ports = ["--port", str(port), "--dialer-port", str(free_port()), "--site-port", str(free_port())]
    process = subprocess.Popen(
        [*PROGRAM, "demo", *ports, "--directory", "kept", "--empty"],
        env=environment(),
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    printed = ""
    for line in process.stdout:
        printed += line
        if READY in line:
            return Demo(process=process, folder=folder, port=port, printed=printed)
    raise AssertionError(f"the demo ended before it was ready:\n{printed}")


def fetched(url: str, **request: Any) -> str:
    with urllib.request.urlopen(urllib.request.Request(url, **request), timeout=20) as answer:
        return str(answer.read().decode())


def post(command: str) -> dict[str, str]:
    """What the pasted curl would do."""
    words = shlex.split(command.replace("\\\n", " "))
    url = next(word for word in words if word.startswith("http://"))
    headers = dict(words[i + 1].split(": ", 1) for i, word in enumerate(words) if word == "-H")
    body = words[words.index("-d") + 1].encode()
    request = urllib.request.Request(url, data=body, headers=headers)
    with urllib.request.urlopen(request, timeout=20) as answer:
        found = json.loads(answer.read())
    assert isinstance(found, dict)
    return found
