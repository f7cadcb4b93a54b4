"""Log lines: one JSON object per event, with the request's id, without personal data and without secrets."""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
import time
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO, cast

import orjson
import structlog
from structlog.contextvars import merge_contextvars
from structlog.typing import EventDict, Processor, WrappedLogger

KEPT_DIGITS = 4
HIDDEN = "[hidden]"
SECRET_AT_LEAST = 6  # characters; hiding every "1" would destroy the lines

# Fields that we set ourselves and that cannot hold what a visitor typed: they are written as they are.
PLAIN_FIELDS = frozenset(
    {"level", "time", "request_id", "lead", "leads", "source", "state", "dialer", "duplicate_of", "attempt"}
    | {"attempts", "list_id", "dialer_lead_id", "dialer_list_id", "reason", "outcome", "scope", "next_step"}
    | {
        "warnings",
        "status",
        "method",
        "route",
        "seconds",
        "owner",
        "queued",
        "unconfirmed",
        "released",
        "pid",
    }
    | {"worker", "signal", "version", "logger"}
    | {"rule", "about", "summary", "severity", "target"}  # of alerts, whose words are ours
)
# Fields that hold a person's data whatever it looks like.
PERSONAL_FIELDS = frozenset(
    {
        "phone",
        "mobile",
        "phone_number",
        "mobileno",
        "email",
        "e_mail",
        "customername",
        "customer_name",
        "address",
    }
)

_PHONE = re.compile(r"(?<!\d)(?!\d{4}-\d\d-\d\d)(?:\+?\d(?:[ ()\-]{0,2}\d){8,18}|\d{8,})")
_EMAIL = re.compile(r"([\w.+\-]{1,64})@([\w\-]{1,63}(?:\.[\w\-]{1,63}){1,8})")
_KEY = re.compile(r"gw_(?:live|test)_[0-9A-Za-z_]+")
_OURS = re.compile(r"[a-z_]+(?:\.[a-z_]+)+")  # an event's name, e.g. lead.captured


# -- masking -------------------------------------------------------------------------------------------------


def mask_phone(value: str) -> str:
    """`xxxxxx3210`: enough to recognise a number one knows, and no more; always ASCII."""
    digits = [str(unicodedata.decimal(char)) for char in value if unicodedata.decimal(char, None) is not None]
    kept = digits[-KEPT_DIGITS:] if len(digits) > KEPT_DIGITS + 2 else []
    return "x" * (len(digits) - len(kept)) + "".join(kept)


def mask_email(value: str) -> str:
    """`r…@example.com`: the domain helps to find a fault, the person does not."""
    local, _, domain = value.rpartition("@")
    return f"{local[:1]}…@{domain}"


def mask_text(value: str) -> str:
    """Any text with its phone numbers, e-mail addresses and API keys masked."""
    if "gw_" in value:
        value = _KEY.sub(HIDDEN, value)
    if "@" in value:
        value = _EMAIL.sub(lambda found: mask_email(found.group()), value)
    return _PHONE.sub(lambda found: mask_phone(found.group()), value)


class Masking:
    """The processor that masks; it knows the configured secrets by value."""

    def __init__(self) -> None:
        self._secrets: re.Pattern[str] | None = None

    def hide(self, secrets: Iterable[str]) -> None:
        """From now on these values never appear; replaces what was hidden before."""
        long_enough = sorted(
            {each for each in secrets if len(each) >= SECRET_AT_LEAST}, key=len, reverse=True
        )
        self._secrets = re.compile("|".join(map(re.escape, long_enough))) if long_enough else None

    def text(self, value: str) -> str:
        if self._secrets is not None:
            value = self._secrets.sub(HIDDEN, value)
        return mask_text(value)

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        for key, value in event.items():
            if value is None or key in PLAIN_FIELDS or isinstance(value, (bool, int, float)):
                continue
            if key == "event" and isinstance(value, str) and _OURS.fullmatch(value):
                continue
            event[key] = self._field(key, value)
        return event

    def _field(self, key: str, value: Any) -> Any:
        if key.lower() in PERSONAL_FIELDS:
            return (mask_phone(value) if isinstance(value, str) else "") or HIDDEN
        match value:
            case None | bool() | int() | float():
                return value
            case bytes():
                return self.text(value.decode("utf-8", "replace"))
            case Mapping():
                return {str(name): self._field(str(name), each) for name, each in value.items()}
            case list() | tuple() | set() | frozenset():
                return [self._field(key, each) for each in value]
            case _:
                return self.text(str(value))


# -- writing -------------------------------------------------------------------------------------------------


class Lines:
    """Writes one line at once; when nobody can take it, the line is counted and the request goes on."""

    def __init__(self) -> None:
        self.stream: BinaryIO | None = None  # None: wherever standard error goes now
        self.lost = 0
        self._lock = threading.Lock()

    def write(self, line: bytes | str) -> None:
        data = line if isinstance(line, bytes) else line.encode("utf-8", "backslashreplace")
        try:
            with self._lock:
                stream = self.stream or sys.stderr.buffer
                stream.write(data + b"\n")
                stream.flush()
        except (OSError, ValueError):  # the disk is full, or the reader of our output is gone
            self.lost += 1

    debug = info = warning = warn = error = critical = exception = fatal = msg = log = write


def _add_level_and_time(_logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    now = time.time()
    whole = int(now)
    stamp = _Second.text if whole == _Second.at else _Second.next(whole)
    head = {"time": f"{stamp}.{int((now - whole) * 1000):03d}Z", "level": _LEVELS.get(method, method)}
    return {**head, "event": event.pop("event", ""), **event}


class _Second:
    """The text of the current second: formatting a date is the dearest part of a line."""

    at = -1
    text = ""

    @classmethod
    def next(cls, whole: int) -> str:
        text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(whole))
        cls.at, cls.text = whole, text
        return text


_LEVELS = {"warn": "warning", "exception": "error", "fatal": "critical"}


def _as_json(_logger: WrappedLogger, _method: str, event: EventDict) -> bytes:
    try:
        return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS)
    except TypeError:  # half a surrogate pair, which no UTF-8 can hold
        return json.dumps(event, default=str, skipkeys=True).encode()


def _without_control_characters(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """A terminal obeys escape sequences, so a visitor's text must not carry any."""
    for key, value in event.items():
        if isinstance(value, str) and key != "exception" and not value.isprintable():
            event[key] = value.encode("unicode_escape").decode()
    return event


lines = Lines()
masking = Masking()


def configure(
    *, level: str = "info", style: str = "json", secrets: Iterable[str] = (), for_good: bool = False
) -> None:
    """Send our lines and those of every library the same way; `style` is json or console.

    `for_good`: loggers are put together once, at their first line; another `configure` would not reach them.
    """
    masking.hide(secrets)
    chain: list[Processor] = [merge_contextvars, structlog.processors.format_exc_info, masking]
    if style == "console":
        chain += [
            structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False, key="timestamp"),
            structlog.processors.add_log_level,
            _without_control_characters,
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=24),
        ]
    else:
        chain += [_add_level_and_time, _as_json]
    structlog.configure(
        processors=chain,
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_names: lines,
        cache_logger_on_first_use=for_good,
    )
    _take_over_stdlib(level)


class _Forward(logging.Handler):
    """What a library logs becomes a line like ours."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            message = record.getMessage()
        except (TypeError, ValueError):  # a library's format string and its arguments differ
            message = str(record.msg)
        log = structlog.get_logger(record.name)
        method = record.levelname.lower()
        write = getattr(log, method if method in ("debug", "info", "warning", "error") else "error")
        write(message, logger=record.name, exc_info=record.exc_info)


def _take_over_stdlib(level: str) -> None:
    root = logging.getLogger()
    root.handlers[:] = [_Forward()]
    root.setLevel(level.upper())
    for name in ("urllib3", "sqlalchemy.engine", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)


def bind(**fields: object) -> None:
    """Fields, such as request_id, of every line this request or thread writes from now on."""
    structlog.contextvars.bind_contextvars(**fields)


def unbind_all() -> None:
    structlog.contextvars.clear_contextvars()


def current_request_id() -> str:
    """The id under which this request's lines stand; empty outside a request."""
    return cast("str", structlog.contextvars.get_contextvars().get("request_id", ""))
