"""Gives one message to one target, in a process of its own that is ended when it takes too long."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import orjson

from gateway.alerting.letters import Letter
from gateway.config.alert_table import AlertTarget

PATIENCE = 30.0  # seconds for the whole sending
LATE, BROKEN = "timeout", "broken"
# What the process needs of our environment: no secret of the gateway is among it.
_PASSED_ON = (
    *("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "PYTHONPATH"),
    *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
)
_ADVICE: Mapping[str, str] = {
    "timeout": "it does not answer in time: check that this machine may reach it, and its port",
    "unreachable": "it cannot be reached: check host and port, and this machine's way out",
    "unknown_host": "its host name is not known: check its spelling, and this machine's DNS",
    "tls": "its certificate is not trusted: give the CA in SSL_CERT_FILE, or correct the host name",
    "login": "it refuses the login: check user and password in the address",
    "unreadable": "the address is not one that is known: docs/console/alerts.md shows one of each kind",
    "broken": "the sending process failed: run `gateway alerts test` on this machine and look at its log",
    "refused": "it did not take the message: check channel, chat or recipient in the address",
}
_STATUS_ADVICE: Mapping[str, str] = {
    "401": "it refuses the token (401): make a new one and put it where gateway.toml points",
    "403": "it refuses us (403): the token may not write there; invite the bot, or make a new token",
    "404": "there is nothing at that address (404): the webhook was removed, or the address is cut short",
    "410": "there is nothing at that address any more (410): make a new webhook",
    "429": "it is asked too often (429): it is tried again later",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """What came of it."""

    taken: bool
    problem: str = ""  # a word of ours: timeout, unreachable, status_404, …


class Sender(Protocol):
    """Whoever can give a message to a target."""

    def send(self, target: AlertTarget, letter: Letter) -> Sent:
        """Within seconds, without raising for what the target does."""

    def stop(self) -> None:
        """End what is under way."""


class ProcessSender:
    """Starts a process for each message; there are few."""

    def __init__(self, *, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._running: subprocess.Popen[bytes] | None = None

    def send(self, target: AlertTarget, letter: Letter) -> Sent:
        message = {
            "url": target.url,
            "title": letter.title,
            "body": letter.body,
            "severity": letter.severity,
        }
        try:
            return self._answer(orjson.dumps(message))
        except OSError:
            return Sent(taken=False, problem=BROKEN)

    def stop(self) -> None:
        running = self._running
        if running is not None and running.poll() is None:
            running.kill()

    def _answer(self, message: bytes) -> Sent:
        with subprocess.Popen(
            [sys.executable, "-m", "gateway.alerting.send"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            start_new_session=True,  # a signal to our group is none to it
        ) as process:
            self._running = process
            try:
                said, _ = process.communicate(message, timeout=self._patience)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
                return Sent(taken=False, problem=LATE)
            finally:
                self._running = None
        try:
            answer = orjson.loads(said)
        except orjson.JSONDecodeError:
            return Sent(taken=False, problem=BROKEN)
        return Sent(taken=answer["taken"] is True, problem=answer.get("problem", ""))


def advice(problem: str) -> str:
    """What to do about a target that takes nothing."""
    if problem.startswith("status_"):
        status = problem.removeprefix("status_")
        return _STATUS_ADVICE.get(status, f"it answers {status}: look at the service's own status page")
    return _ADVICE.get(problem, _ADVICE["refused"])


def _environment() -> dict[str, str]:
    passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    ours = str(Path(__file__).resolve().parents[2])  # the place this program was started from
    passed["PYTHONPATH"] = os.pathsep.join(filter(None, (ours, passed.get("PYTHONPATH"))))
    return passed
