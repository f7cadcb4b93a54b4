"""What a dialer's answer means for one lead or one call: values, never exceptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Scope(StrEnum):
    """How much of the line a refusal stops."""

    LOGIN = "login"  # the whole line, and fifteen minutes of quiet: ten failures lock the dialer's API user
    LINE = "line"  # the whole line: permission, source, action, URL
    LIST = "list"  # only leads for the same list_id


@dataclass(frozen=True, kw_only=True, slots=True)
class Created:
    """The dialer has the lead."""

    lead_id: str | None  # text: the dialer writes it as string or number
    list_id: str | None = None
    status: str | None = None
    code: str | None = None  # set when created but degraded, e.g. custom_fields.not_added
    message: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Duplicate:
    """The dialer already had it; `lead_id` is the existing one where the dialer names it."""

    lead_id: str | None
    code: str = "dialer.duplicate"
    message: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rejected:
    """The dialer refuses this lead for good; nothing was created."""

    code: str
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """The dialer refuses us (login, permission, list, request); nothing was created, the lead is held."""

    code: str
    message: str
    scope: Scope


@dataclass(frozen=True, kw_only=True, slots=True)
class Busy:
    """Nothing was created, the dialer says later; `retry_after` in seconds where it says when."""

    code: str
    message: str
    retry_after: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class NotSent:
    """No byte of the request reached the dialer: safe to send again."""

    code: str
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Unknown:
    """Sent, no usable answer: the dialer may have it."""

    code: str
    message: str
    scope: Scope | None = None  # set when every further lead would end alike, e.g. a list without its form
    resend: bool = True  # False where the lead was most probably created: never sent again by itself


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    """Click to Call: the dialer told the agent's screen to dial."""

    phone: str | None = None
    prospects_id: str | None = None
    message: str = ""


Outcome = Created | Duplicate | Rejected | Refused | Busy | NotSent | Unknown
CallOutcome = Placed | Rejected | Refused | Busy | NotSent | Unknown


@dataclass(frozen=True, kw_only=True, slots=True)
class Exchange:
    """One request to the dialer as it may be kept: no password, no SQL, no personal data in `response`."""

    action: str  # add_lead | add_multi_lead | manual_dial
    http_status: int | None  # None when no answer came
    response: str  # redacted, at most 2,000 characters
    seconds: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """The outcome of a call about one lead, and the exchange behind it."""

    outcome: Outcome
    exchange: Exchange


@dataclass(frozen=True, kw_only=True, slots=True)
class Answers:
    """One outcome per lead sent, in the order sent, and the exchange behind them."""

    outcomes: tuple[Outcome, ...]
    exchange: Exchange


@dataclass(frozen=True, kw_only=True, slots=True)
class CallAnswer:
    """The outcome of a Click to Call, and the exchange behind it."""

    outcome: CallOutcome
    exchange: Exchange


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """A Click to Call as the document has it (section 3)."""

    agent_user: str
    value: str  # digits to dial
    search: bool = True
    preview: bool = False
    focus: bool = True
    phone_code: str = ""
    prospects_id: str = ""
    seconds: float = 8.0  # for the whole of it; more is not waited


# A lead as the dialer's parameters: phone_number, list_id, prospects_id, CustomerName, …
Fields = Mapping[str, str]


class LookUpError(OSError):
    """The dialer could not be asked, so nothing is known about the lead."""


class Dialer(Protocol):
    """A dialer as delivery sees it; made by `dialer.open_dialer(config)`."""

    name: str

    def add_lead(self, lead: Fields) -> Answer:
        """Send one lead; never raises for anything the dialer or the network does."""

    def add_multi_lead(self, leads: Sequence[Fields]) -> Answers:
        """Send several in one request; the caller has asked `fitting` first."""

    def fitting(self, leads: Sequence[Fields]) -> int:
        """How many of `leads`, from the first on, one request can carry (at least 1)."""

    def manual_dial(self, call: Call) -> CallAnswer:
        """Ask for a call now; one attempt, eight seconds in all."""

    def look_up(self, lead: Fields) -> Created | None:
        """The lead as the dialer has it; None when it has not. Raises LookUpError when nobody can tell."""

    @property
    def can_look_up(self) -> bool:
        """Whether this dialect has a look-up at all."""

    def close(self) -> None:
        """Close idle connections."""
