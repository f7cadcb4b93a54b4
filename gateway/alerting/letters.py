"""Writes what people are told: everything that is new in one look is one message, in plain text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from gateway.alerting.finding import counted, span
from gateway.alerting.inert import inert
from gateway.leads.lead import State
from gateway.store.alert_messages import MessageRow
from gateway.store.alerts import CRITICAL, Alert

GOOD = "good"
MOST = 20  # troubles that one message describes; the page has them all
Became = Mapping[State, int]

_WAITING = (State.QUEUED, State.HELD)
_LEFT = (
    (State.UNCONFIRMED, "unconfirmed"),
    (State.REJECTED, "rejected"),
    (State.DEAD, "given up"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """One message, whoever gets it."""

    severity: str  # warning | critical | good
    title: str
    body: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Writer:
    """Knows from where it writes, and in which zone its readers live."""

    public_url: str
    zone: str

    def letter(
        self,
        *,
        begun: Sequence[Alert],
        reminded: Sequence[Alert],
        over: Sequence[Alert],
        became: Callable[[Alert], Became | None],
        now: float,
    ) -> Letter | None:
        """None where there is nothing to say. `became` tells what the leads behind an ended trouble are now."""
        parts = [
            *(_Part(each.severity, inert(each.summary), self._there(each, now)) for each in begun),
            *(
                _Part(each.severity, f"Still so: {inert(each.summary)}", self._there(each, now))
                for each in reminded
            ),
            *(_Part(GOOD, _over(each), self._gone(each, became(each))) for each in over),
        ]
        if not parts:
            return None
        severities = [each.severity for each in parts]
        severity = next((each for each in (CRITICAL, "warning") if each in severities), GOOD)
        more = f" (and {len(parts) - 1} more)" if len(parts) > 1 else ""
        rest = [f"And {len(parts) - MOST} more: {self._address()}"] if len(parts) > MOST else []
        shown = sorted(parts, key=lambda each: (CRITICAL, "warning", GOOD).index(each.severity))
        return Letter(
            severity=severity,
            title=f"{_HEADS[severity]}: {_first_sentence(shown[0].headline)}{more}",
            body="\n\n".join([*(f"{each.headline}\n{each.text}" for each in shown[:MOST]), *rest]),
        )

    def trial(self, *, by: str, now: float) -> Letter:
        """What `gateway alerts test` sends."""
        return Letter(
            severity=GOOD,
            title="Test: alerts of Lead Gateway come through",
            body=f"Sent by {inert(by)} at {self._time(now)}. Nothing is wrong; alerts look like this and come here."
            f"\n{self._address()}",
        )

    def plain(self, severity: str, headline: str, text: str) -> Letter:
        """About the gateway itself."""
        return Letter(
            severity=severity,
            title=f"{_HEADS[severity]}: {_first_sentence(headline)}",
            body=f"{headline}\n{text}\n{self._address()}",
        )

    def _there(self, alert: Alert, now: float) -> str:
        again = " It comes and goes: you hear of it again when it has been quiet for half an hour."
        lines = [
            f"{alert.severity.upper()} since {self._time(alert.opened_at)} ({span(now - alert.opened_at)})."
            + (again if alert.times > 1 else ""),
            f"What to do: {_harmless(alert.next_step)}",
            f"{self._address()}#alert-{alert.id}",
        ]
        return "\n".join(lines)

    def _gone(self, alert: Alert, became: Became | None) -> str:
        return "\n".join(
            each for each in (_aftermath(alert, became), f"{self._address()}#alert-{alert.id}") if each
        )

    def _address(self) -> str:
        return f"{self.public_url.rstrip('/')}/console/alerts"

    def _time(self, moment: float) -> str:
        local = datetime.fromtimestamp(moment, ZoneInfo(self.zone))
        return f"{local.day} {local:%b, %H:%M %Z}"


def joined(messages: Sequence[MessageRow]) -> Letter:
    """Several messages that wait for one target go out as one, the oldest first."""
    if len(messages) == 1:
        (only,) = messages
        return Letter(severity=only.severity, title=only.title, body=only.body)
    last = messages[-1]
    return Letter(
        severity=last.severity,
        title=f"{last.title} (and {len(messages) - 1} earlier)",
        body="\n\n----\n\n".join(f"{each.title}\n\n{each.body}" for each in messages),
    )


@dataclass(frozen=True, slots=True)
class _Part:
    severity: str
    headline: str
    text: str


_HEADS = {CRITICAL: "CRITICAL", "warning": "Warning", GOOD: "Over"}


def _over(alert: Alert) -> str:
    assert alert.closed_at is not None  # noqa: S101 - only what has ended is told as over
    return f"{_first_sentence(inert(alert.summary)).rstrip('.')}: over after {span(alert.closed_at - alert.opened_at)}."


def _aftermath(alert: Alert, became: Became | None) -> str:
    """What became of the leads behind it."""
    if not alert.peak or became is None:
        return ""
    most = f"{counted(alert.peak).capitalize()} waited at most"
    waiting = sum(became.get(state, 0) for state in _WAITING)
    left = [f"{became[state]:,} {word}" for state, word in _LEFT if became.get(state)]
    if waiting:
        left.insert(0, f"{waiting:,} still on their way")
    if left:
        done = f"{became.get(State.DELIVERED, 0):,} delivered"
        return f"{most}. Of those that came meanwhile: {', '.join([done, *left])}."
    return f"{most}; {'all are delivered' if became.get(State.DELIVERED) else 'none waits any more'}."


def _first_sentence(text: str) -> str:
    head, dot, _ = text.partition(". ")
    return head + (dot.strip() if dot else "")


def _harmless(text: str) -> str:
    """Our own words, with names from gateway.toml in them: commands stay readable."""
    return " ".join(text.replace("<", "‹").replace(">", "›").replace("@", "(at)").split())  # noqa: RUF001
