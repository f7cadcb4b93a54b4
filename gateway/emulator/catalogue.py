"""Every fault the emulator knows: its name, its argument, what it does, and whether the lead is created."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class FaultError(ValueError):
    """The fault asked for does not exist or its argument cannot be read; the text says what would do."""


class Creates(StrEnum):
    """Whether a good request leaves its lead in the list all the same."""

    YES = "yes"
    NO = "no"
    ASKED = "with :created"


@dataclass(frozen=True, kw_only=True, slots=True)
class Argument:
    """What may stand after the colon."""

    word: str
    pattern: str
    expects: str
    default: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FaultKind:
    """One entry of the catalogue."""

    name: str
    creates: Creates
    meaning: str
    argument: Argument | None = None

    @property
    def written(self) -> str:
        """How the fault is asked for, for people."""
        return f"{self.name}[:{self.argument.word}]" if self.argument else self.name


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """A fault asked for: its kind and the checked argument."""

    kind: FaultKind
    argument: str

    @property
    def amount(self) -> float:
        return float(self.argument)

    def __str__(self) -> str:
        return f"{self.kind.name}:{self.argument}" if self.argument else self.kind.name


def _seconds(default: str) -> Argument:
    return Argument(
        word="SECONDS",
        pattern=r"[0-9]{1,4}(\.[0-9]{1,3})?",
        expects="a number of seconds up to 9999, as 2 or 0.5",
        default=default,
    )


def _number(word: str, default: str) -> Argument:
    return Argument(word=word, pattern="[0-9]{1,3}", expects="a whole number up to 999", default=default)


def _text(word: str, default: str) -> Argument:
    return Argument(
        word=word, pattern="[ -~]{1,200}", expects="at most 200 printable ASCII characters", default=default
    )


def _one_of(*choices: str, default: str) -> Argument:
    return Argument(
        word="|".join(choices),
        pattern="|".join(("", *choices) if not default else choices),
        expects=" or ".join(choices),
        default=default,
    )


def _kind(name: str, creates: Creates, meaning: str, argument: Argument | None = None) -> FaultKind:
    return FaultKind(name=name, creates=creates, meaning=meaning, argument=argument)


_YES, _NO, _ASKED = Creates.YES, Creates.NO, Creates.ASKED
_STATUS = Argument(
    word="STATUS", pattern="[2-5][0-9]{2}", expects="an HTTP status, 200 to 599", default="404"
)
_CREATED = _one_of("created", default="")

_KINDS = (
    _kind("slow", _YES, "Answers as usual, but so much later.", _seconds("5")),
    _kind("hang", _NO, "Takes the request and never answers; at last the connection ends.", _seconds("60")),
    _kind("refuse", _NO, "The connection is reset at once."),
    _kind("drop_after_accept", _NO, "The request is read whole, then the connection is closed."),
    _kind("500", _NO, "HTTP 500 with an empty body."),
    _kind("502", _NO, "HTTP 502 with a proxy's page."),
    _kind("503", _NO, "HTTP 503 with a proxy's page and a Retry-After.", _text("RETRY-AFTER", "5")),
    _kind("504", _YES, "HTTP 504 with a proxy's page; the script behind the proxy had run."),
    _kind("429", _NO, "HTTP 429 with a proxy's page and a Retry-After.", _text("RETRY-AFTER", "5")),
    _kind("status", _NO, "Any other HTTP status with an empty body.", _STATUS),
    _kind("garbage", _ASKED, "HTTP 200 with bytes that are no text.", _CREATED),
    _kind("html", _ASKED, "HTTP 200 with a web page.", _CREATED),
    _kind("empty", _ASKED, "HTTP 200 with nothing in it.", _CREATED),
    _kind("huge", _NO, "HTTP 200 with so many megabytes of blanks.", _number("MEGABYTES", "8")),
    _kind(
        "gzip_bomb",
        _NO,
        "HTTP 200, gzip: a small body that unpacks to so many megabytes.",
        _number("MEGABYTES", "64"),
    ),
    _kind("deep_json", _NO, "HTTP 200 with JSON nested a hundred thousand deep."),
    _kind("unknown_message", _NO, "A well-formed refusal in words no document holds."),
    _kind("created_then_hang", _YES, "Created, but no answer ever comes.", _seconds("60")),
    _kind("created_then_close", _YES, "Created; the connection is reset before any byte of the answer."),
    _kind(
        "created_but_500",
        _YES,
        "Created; HTTP 500 with the success as its body, or with an empty one.",
        _one_of("body", "empty", default="body"),
    ),
    _kind("truncated", _YES, "Half the answer under a Content-Length larger than the body, then closed."),
    _kind("drip", _YES, "The answer byte by byte, so many seconds apart.", _seconds("1")),
    _kind(
        "missing_lead",
        _YES,
        "add_multi_lead only: the answer of this lead is left out.",
        _number("NUMBER", "1"),
    ),
    _kind(
        "boolean_success",
        _YES,
        "Success as a JSON boolean, under the key success or under status.",
        _one_of("success", "status", default="success"),
    ),
    _kind("lockout", _NO, "The API user is locked for 15 minutes."),
    _kind("login_refused", _NO, "User or password is wrong."),
    _kind("mysql_down", _NO, "HTTP 200 with the database's connection error."),
    _kind("redirect", _NO, "HTTP 302 to another address.", _text("ADDRESS", "/elsewhere")),
)

CATALOGUE = MappingProxyType({kind.name: kind for kind in _KINDS})


def parse_fault(text: str) -> Fault:
    """`name` or `name:argument`."""
    name, _, given = text.strip().partition(":")
    kind = CATALOGUE.get(name)
    if kind is None:
        raise FaultError(f"There is no such fault. Ask for one of: {', '.join(CATALOGUE)}.")
    if kind.argument is None:
        if given:
            raise FaultError(f"{kind.name} takes no argument.")
        return Fault(kind=kind, argument="")
    argument = given.strip() or kind.argument.default
    if not re.fullmatch(kind.argument.pattern, argument):
        raise FaultError(f"The argument of {kind.name} is {kind.argument.expects}.")
    return Fault(kind=kind, argument=argument)
