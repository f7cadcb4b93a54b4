"""An enquiry as people read it, and as a terminal sends it again."""

from __future__ import annotations

import shlex
from dataclasses import replace

import pytest

from gateway.config import Auth, DialerConfig, GatewayConfig, SourceConfig
from gateway.leads.lead import Enquiry
from gateway.web.console.received import LAID_OUT, LONGEST_COMMAND, SHOWN, body_of, command_of
from gateway.web.console.redaction import Veil

SHOWN_TO_ALL = Veil(shown=True)
ENQUIRY = Enquiry(
    id="E",
    source="portal",
    received_at=0.0,
    method="POST",
    path="/webhooks/portal",
    query="a=1",
    content_type="application/json",
    headers={"user-agent": "portal/1", "idempotency-key": "k", "x-delivery-id": "$(reboot)"},
    address="192.0.2.1",
    body=b'{"name": "Asha\'s \\"shop\\" `id` $HOME", "phone": "9876543210", "s": "[removed]"}',
)


def config(method: str = "token") -> GatewayConfig:
    source = SourceConfig(
        name="portal",
        kind="generic",
        dialer="main",
        list_id="1",
        auth=Auth(method=method, secrets=("secret-1",)),
    )
    return GatewayConfig(
        dialers={"main": DialerConfig(name="main", url="http://dialer.example/")},
        sources={"portal": source},
        public_url="https://leads.example.com",
    )


def test_a_shell_takes_the_command_as_the_request_was() -> None:
    command = command_of(ENQUIRY, config(), frozenset())

    words = shlex.split(command.text.replace("\\\n", ""))
    assert words[:4] == ["curl", "-i", "-X", "POST"]
    assert words[-1] == "https://leads.example.com/webhooks/portal?a=1"
    assert "x-delivery-id: $(reboot)" in words
    assert "X-Gateway-Token: THE-TOKEN-OF-THIS-SOURCE" in words
    assert words[words.index("--data-raw") + 1] == ENQUIRY.body.decode().replace(
        "[removed]", "THE-SECRET-OF-THIS-SOURCE"
    )
    assert "idempotency-key" not in command.text
    assert not command.signed


def test_a_signature_cannot_be_made_again() -> None:
    assert command_of(ENQUIRY, config("hmac"), frozenset()).signed


def test_a_secret_never_stands_in_the_command() -> None:
    told = replace(ENQUIRY, body=b'{"k": "secret-0123456789"}')

    assert "secret-0123456789" not in command_of(told, config(), frozenset({"secret-0123456789"})).text


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"method": "IMPORT", "path": "leads.csv"}, "imported or fetched"),
        ({"method": "PULL"}, "imported or fetched"),
        ({"body": b"x" * (LONGEST_COMMAND + 1)}, "too long"),
        ({"body": b"\xff\xfe"}, "no text"),
        ({"body": b"a\0b"}, "no text"),
        ({"body": b"a\x03\nreboot\n"}, "control characters"),
        ({"body": "a\x9b".encode()}, "control characters"),
        ({"headers": {"x-delivery-id": "1\x1b[201~\nreboot"}}, "control characters"),
        ({"content_type": "text/plain\x03"}, "control characters"),
    ],
)
def test_what_no_terminal_can_send_says_why(changed: dict[str, object], why: str) -> None:
    command = command_of(replace(ENQUIRY, **changed), config(), frozenset())  # type: ignore[arg-type]

    assert command.text == ""
    assert why in command.why_not


def test_lines_and_tabs_of_a_body_are_no_harm() -> None:
    body = b'{\r\n\t"phone": "9876543210"\r\n}'

    words = shlex.split(
        command_of(replace(ENQUIRY, body=body), config(), frozenset()).text.replace("\\\n", "")
    )

    assert words[words.index("--data-raw") + 1] == body.decode()


def test_bodies_are_laid_out_for_reading() -> None:
    form = replace(ENQUIRY, content_type="application/x-www-form-urlencoded", body=b"name=A+b&city=Pune&x=")

    assert body_of(form, SHOWN_TO_ALL).text == "name = A b\ncity = Pune\nx = "
    assert body_of(ENQUIRY, SHOWN_TO_ALL).text.startswith('{\n  "name": "Asha')


@pytest.mark.parametrize(
    "body", [b"{broken", b"\xff\xfe", b"[" * 5000, b"", b"plain words", b"{" * LAID_OUT + b"}"]
)
def test_any_body_can_be_looked_at(body: bytes) -> None:
    shown = body_of(replace(ENQUIRY, body=body), SHOWN_TO_ALL)

    assert shown.size == len(body)
    assert len(shown.text) <= SHOWN
