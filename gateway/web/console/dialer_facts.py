"""A dialer as pages show it: how its line stands in one word, and what there is to say about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from gateway.config import DialerConfig, OnUnknown
from gateway.operating.overview import DialerLook, Standing
from gateway.store.holds import LIST
from gateway.store.lines import Closed, LineReport, Pause
from gateway.store.records import Hold
from gateway.web.console.trouble_words import held_words
from gateway.web.console.writing import span

_WORDS: Mapping[Standing, tuple[str, str]] = {
    Standing.OPEN: ("open", "good"),
    Standing.PAUSED: ("paused", "warn"),
    Standing.HELD: ("refuses us", "bad"),
    Standing.AWAY: ("does not answer", "bad"),
    Standing.STALLED: ("stalled", "bad"),
    Standing.NOBODY: ("no process", "bad"),
}
_CLOSED: Mapping[Closed | None, tuple[str, str]] = {
    None: ("open", "good"),
    Closed.PAUSED: ("paused", "warn"),
    Closed.HELD: ("held", "bad"),
    Closed.AWAY: ("does not answer", "bad"),
    Closed.STALLED: ("stalled", "bad"),
}
_OUTCOMES = {
    "created": "created",
    "duplicate": "already there",
    "rejected": "lead rejected",
    "refused": "refused us",
    "busy": "said “later”",
    "not_sent": "could not be reached",
    "unknown": "no usable answer",
}
POLICIES: Mapping[OnUnknown, str] = {
    OnUnknown.HOLD: (
        'A lead that was sent without a usable answer is parked (on_unknown = "hold"): the dialer most often has it.'
        " A person looks there and says so, or sends it again."
    ),
    OnUnknown.RESEND: (
        'A lead that was sent without a usable answer is sent again by itself (on_unknown = "resend"), and marked as'
        " a possible duplicate."
    ),
    OnUnknown.LOOKUP: (
        'A lead that was sent without a usable answer is looked up in the dialer by itself (on_unknown = "lookup").'
        " What stands here has not been looked up yet, or the dialer could not be asked."
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """One dialer in short."""

    name: str
    word: str
    tone: str
    pause: Pause | None
    queued: int
    oldest_at: float | None
    held: int
    unconfirmed: int
    under_way: int
    most_at_once: int
    rate: str
    average: str
    last_answer_at: float | None  # to the second
    last_outcome: str
    opens_at: float | None
    processes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldBack:
    """One hold, in words."""

    scope: str
    title: str
    words: str
    code: str
    since: float
    probe_at: float
    leads: int
    is_login: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Process:
    """The line of one process."""

    name: str
    word: str
    tone: str
    report: LineReport


def card(dialer: DialerLook) -> Card:
    """One dialer in short; moments to the second, so that a card stays the same while nothing happens."""
    word, tone = _WORDS[dialer.standing]
    config = dialer.config
    last = dialer.last_answer_at
    return Card(
        name=dialer.name,
        word=word,
        tone=tone,
        pause=dialer.pause,
        queued=dialer.queued,
        oldest_at=dialer.oldest_at,
        held=sum(dialer.held.values()),
        unconfirmed=dialer.unconfirmed,
        under_way=dialer.under_way,
        most_at_once=config.max_concurrency,
        rate=f"{dialer.rate:.1f} requests a second, {_cap(config)}",
        average=span(round(dialer.average, 2)) if dialer.average else "-",
        last_answer_at=None if last is None else float(round(last)),
        last_outcome=outcome_words(dialer.last_outcome),
        opens_at=None if dialer.opens_at is None else 2.0 * round(dialer.opens_at / 2),
        processes=len(dialer.reports),
    )


def held_back(dialer: DialerLook) -> tuple[HeldBack, ...]:
    """What is held at this dialer and why, in words."""
    return tuple(_held(dialer, hold) for hold in dialer.holds)


def processes(dialer: DialerLook) -> tuple[Process, ...]:
    """Its line in each process that delivers."""
    found = []
    for report in dialer.reports:
        word, tone = _CLOSED[report.reason]
        machine, _, rest = report.owner.partition(":")
        name = f"process {rest.partition(':')[0]} on {machine.partition('/')[0][:8]}"
        found.append(Process(name=name, word=word, tone=tone, report=report))
    return tuple(found)


def outcome_words(outcome: str | None) -> str:
    """What came of a request, for people."""
    return _OUTCOMES.get(outcome or "", outcome or "-")


def settings_of(dialer: DialerConfig, raw: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """The configuration as it is; of what is secret, only whether it is set."""
    secret = ", ".join(sorted({*dialer.parameters, *dialer.headers})) or "none"
    return (
        ("Address", _address(dialer.url)),
        ("Dialect", dialer.dialect),
        ("Method", dialer.method),
        ("Secrets that are set", secret),
        ("User", _user(raw)),
        ("Its source parameter", dialer.source),
        ("Requests at once", str(dialer.max_concurrency)),
        ("Requests a second", _cap(dialer)),
        (
            "Waits for it",
            f"{span(dialer.connect_timeout)} to connect, {span(dialer.timeout)} for the whole request",
        ),
        (
            "Leads in one request",
            f"{dialer.batch}, up to {dialer.batch_max}" if dialer.batch != "never" else "never",
        ),
        ("Without a usable answer", str(dialer.on_unknown)),
    )


def user_of(raw: Mapping[str, object]) -> str:
    """Which user the dialer refuses, as gateway.toml names it."""
    return _user(raw)


def home_of(url: str) -> str:
    """The first page of the machine behind an address; the stand-in dialer has one."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/"


def _held(dialer: DialerLook, hold: Hold) -> HeldBack:
    if hold.scope == "login":
        title = "The login is refused"
    elif hold.scope == "line":
        title = "Every lead is refused"
    elif hold.scope.startswith(LIST):
        title = f"List {hold.scope.removeprefix(LIST)}"
    else:
        title = f"The platform of {hold.scope.partition(':')[2]}"
    return HeldBack(
        scope=hold.scope,
        title=title,
        words=hold.message or held_words(hold.code),
        code=hold.code,
        since=hold.since,
        probe_at=hold.probe_at,
        leads=dialer.held.get(hold.scope, 0),
        is_login=hold.scope == "login",
    )


def _cap(dialer: DialerConfig) -> str:
    return f"{dialer.max_per_second} at most" if dialer.max_per_second else "without a cap"


def _address(url: str) -> str:
    """Without a login or a query, which may be secret."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}" + ("?…" if parts.query else "")


def _user(raw: Mapping[str, object]) -> str:
    user = raw.get("user")
    if not isinstance(user, str) or not user:
        return "not set"
    return user if user.startswith(("env:", "file:")) else "set in gateway.toml"
