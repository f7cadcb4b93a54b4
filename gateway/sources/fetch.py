"""How a platform is asked for a lead of which its webhook told only the id: pure values, without any network."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import orjson

from gateway.config import SourceConfig
from gateway.leads.lead import Problem, Submission
from gateway.sources.pull import Answer, Question

Asked = Mapping[str, str]  # what the webhook told: the lead's `id`, its form's and others
Got = Mapping[str, Any]  # each part that the platform has told, by its name
ACCESS_TOKEN = "access_token"  # noqa: S105  the option that holds it
WITHDRAWN = "withdrawn"  # in `Asked`: the person took the lead back, so there is nothing to ask for

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "fetch.busy": "The platform asks us to slow down. The lead is asked for again by itself.",
        "fetch.failing": "The platform has an error of its own. The lead is asked for again by itself.",
        "fetch.given_up": (
            "The platform was asked for this lead for a week, in vain. "
            "Mend the cause, then ask again: gateway leads retry ID."
        ),
        "fetch.gone": (
            "The platform has no such lead, or does not show it to us. Look there whether it exists and who may "
            "read it, then ask again: gateway leads retry ID."
        ),
        "fetch.id": "The platform sent an id that is none of its own. Look at what was received.",
        "fetch.permission": (
            "The platform does not let us read this lead. Give the token's owner the right to its page and form; "
            "the lead is asked for again by itself."
        ),
        "fetch.refused": (
            "The platform refuses the question. Look at its answer in the lead's history; "
            "the lead is asked for again by itself."
        ),
        "fetch.token": (
            "The platform does not take our access token. Make a new one there, put it where access_token points, "
            "and restart or reload the gateway."
        ),
        "fetch.unreachable": "The platform did not answer in time. The lead is asked for again by itself.",
        "fetch.unreadable": "The platform's answer cannot be read. The lead is asked for again by itself.",
        "fetch.version": (
            "The platform no longer serves the version we ask for. Set a newer one in the source's options, "
            "and restart or reload the gateway."
        ),
        "fetch.waiting": "Only the lead's id has come so far. The platform is asked for the rest.",
        "fetch.withdrawn": "The person took this lead back at the platform. It is not dialed.",
    }
)


class Blame(StrEnum):
    """What stands between us and a lead, and so what is put off with it."""

    LEAD = "lead"  # this lead alone
    FINAL = "final"  # this lead, and asking again will hardly help
    PACE = "pace"  # we ask too often: the source rests
    PLATFORM = "platform"  # it fails or cannot be reached: the source rests, a little longer each time
    ACCESS = "access"  # our token or version: nothing of the source is asked before an operator has acted


BLAMES: Mapping[str, Blame] = MappingProxyType(
    {
        "fetch.busy": Blame.PACE,
        "fetch.failing": Blame.PLATFORM,
        "fetch.gone": Blame.FINAL,
        "fetch.permission": Blame.LEAD,
        "fetch.refused": Blame.LEAD,
        "fetch.token": Blame.ACCESS,
        "fetch.unreachable": Blame.PLATFORM,
        "fetch.unreadable": Blame.PLATFORM,
        "fetch.version": Blame.ACCESS,
    }
)


class FetchTrouble(Exception):  # noqa: N818  reads as what it is
    """The platform did not give what was asked; `code` is one of BLAMES."""

    def __init__(self, code: str, *, pause: float | None = None, less: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.pause = pause  # seconds the platform wants to be left alone
        self.less = less  # it may give a part of it
        self.answer: Answer | None = None  # in which it was found

    @property
    def blame(self) -> Blame:
        return BLAMES[self.code]


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One question about a lead, and where a smaller one has a chance after it was refused, that one too."""

    name: str
    ask: Callable[[SourceConfig, Asked, Got], Question]
    read: Callable[[Asked, Answer], Any]  # raises FetchTrouble
    ask_less: Callable[[SourceConfig, Asked, Got], Question] | None = None
    # Under which name the answer is the same for many leads, such as their form; "" for none.
    shared: Callable[[Asked, Got], str] = lambda _asked, _got: ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Renewal:
    """How a token that has run out is replaced, where the platform lets a program do that."""

    ask: Callable[[SourceConfig], Question | None]  # None: this source has nothing to do it with
    read: Callable[[Answer], str]  # the new token; raises FetchTrouble


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetch:
    """How the leads of one kind are asked for, part by part."""

    parts: tuple[Part, ...]
    complete: Callable[[SourceConfig, Asked, Got], Submission]
    renewal: Renewal | None = None


def reason(code: str) -> Problem:
    """`code` as the one problem of a lead."""
    return Problem(field="", code=code, message=REASONS[code])


def object_in(answer: Answer) -> dict[str, Any]:
    """The JSON object of an answer; raises FetchTrouble. What a gateway in between says in HTML goes by its status."""
    try:
        value = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, dict):
        refuse_status(answer)
        raise FetchTrouble("fetch.unreadable")
    return value


def number_of(value: Mapping[str, Any], name: str) -> int:
    """A whole number, such as an error's code; -1 where there is none."""
    found = value.get(name)
    return found if isinstance(found, int) else -1


def refuse_status(answer: Answer) -> None:
    """Raise for the two statuses that mean the same everywhere."""
    if answer.status == 429:
        raise FetchTrouble("fetch.busy", pause=answer.retry_after)
    if answer.status >= 500:
        raise FetchTrouble("fetch.failing", pause=answer.retry_after)


def checked(asked: Mapping[str, Any], *, id_pattern: re.Pattern[str]) -> dict[str, str]:
    """`asked` with its texts alone; empty when its id is not one of the platform's: it becomes part of an address."""
    texts = {name: value for name, value in asked.items() if isinstance(value, str) and value}
    return texts if id_pattern.fullmatch(texts.get("id", "")) else {}
