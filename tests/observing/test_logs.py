"""A log line is one JSON object without personal data and secrets, and never stops a request."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from gateway import logs


class Lines(io.BytesIO):
    """What was written, line by line."""

    def read_all(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]

    def last(self) -> dict[str, Any]:
        return self.read_all()[-1]


class Broken(io.RawIOBase):
    """A disk that is full."""

    def writable(self) -> bool:
        return True

    def write(self, _data: object) -> int:
        raise OSError(28, "No space left on device")


def test_a_stage_is_one_json_line_with_its_fields(lines: Lines) -> None:
    log.info("lead.captured", lead="6ARCZ80S9H62JYN8SFCG", source="website")
    line = lines.last()
    assert (line["event"], line["lead"], line["source"]) == (
        "lead.captured",
        "6ARCZ80S9H62JYN8SFCG",
        "website",
    )
    assert line["level"] == "info"
    assert line["time"].endswith("Z")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("call 9876543210 now", "call xxxxxx3210 now"),
        ("+91 98765 43210", "xxxxxxxx3210"),
        ("(098765) 43-210", "(xxxxxxx3210"),
        ("९८७६५४३२१०", "xxxxxx3210"),
        ("write to asha.verma@example.com", "write to a…@example.com"),
        ("at 2026-11-24 on 127.0.0.1:8000", "at 2026-11-24 on 127.0.0.1:8000"),
        ("line 120 of 300", "line 120 of 300"),
        ("the key gw_live_AbCdEfGh_0123456789abcdefghij_0aB1cD.", "the key [hidden]."),
    ],
)
def test_numbers_and_addresses_are_masked_wherever_they_stand(lines: Lines, text: str, expected: str) -> None:
    log.warning("dialer.said", answer=text, nested={"deep": [text]})
    assert lines.last()["answer"] == expected
    assert lines.last()["nested"] == {"deep": [expected]}


def test_a_field_that_is_a_number_by_name_is_masked_whatever_it_holds(lines: Lines) -> None:
    log.info("lead.seen", phone="12345", MobileNo="9876543210", email="no-at-sign")
    line = lines.last()
    assert (line["phone"], line["MobileNo"], line["email"]) == ("xxxxx", "xxxxxx3210", "[hidden]")


def test_configured_secrets_are_hidden_by_value(lines: Lines) -> None:
    log.error("dialer.failed", error="refused pass=dialer-password-1 for user")
    assert lines.last()["error"] == "refused pass=[hidden] for user"


def test_a_visitor_cannot_write_a_line_of_his_own(lines: Lines) -> None:
    log.info("lead.seen", note='x\n{"event": "forged"}\r\x1b[31m')
    assert len(lines.getvalue().splitlines()) == 1


def test_what_no_encoding_can_hold_is_still_logged(lines: Lines) -> None:
    log.info("lead.seen", note="\ud800", thing=object())
    assert lines.last()["event"] == "lead.seen"


def test_every_line_of_a_request_carries_its_id(lines: Lines) -> None:
    logs.bind(request_id="abc-1")
    log.info("lead.captured")
    logs.unbind_all()
    log.info("lead.captured")
    first, second = lines.read_all()
    assert first["request_id"] == "abc-1"
    assert "request_id" not in second


def test_libraries_log_the_same_way(lines: Lines) -> None:
    logging.getLogger("gunicorn.error").warning("worker %s of 9876543210", 7)
    assert lines.last()["event"] == "worker 7 of xxxxxx3210"
    assert lines.last()["logger"] == "gunicorn.error"


def test_an_exception_is_one_line_without_the_visitors_number(lines: Lines) -> None:
    try:
        int("9876543210x")
    except ValueError:
        log.exception("sweeper.failed")
    assert "ValueError" in lines.last()["exception"]
    assert "9876543210" not in lines.last()["exception"]


def test_a_full_disk_does_not_stop_a_request(lines: Lines) -> None:
    before = logs.lines.lost
    logs.lines.stream = io.BufferedWriter(Broken(), buffer_size=1)
    log.info("lead.captured")
    logs.lines.stream = lines
    assert logs.lines.lost == before + 1


def test_the_console_style_shows_no_escape_sequences(lines: Lines) -> None:
    logs.configure(style="console")
    log.info("lead.seen", note="x\x1b[2Jy")
    assert b"\x1b[2J" not in lines.getvalue()


# -- fixtures ------------------------------------------------------------------------------------------------

log = structlog.get_logger("gateway.tests")


@pytest.fixture
def lines() -> Iterator[Lines]:
    written = Lines()
    before = logging.getLogger().handlers[:], logging.getLogger().level
    logs.configure(secrets=["dialer-password-1"])
    logs.lines.stream = written
    yield written
    logs.lines.stream = None
    logs.unbind_all()
    structlog.reset_defaults()
    logging.getLogger().handlers[:], _ = before
    logging.getLogger().setLevel(before[1])
