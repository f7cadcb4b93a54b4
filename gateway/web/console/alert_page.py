"""What the page of alerts shows, put into plain values: troubles with their way out, targets, rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from flask import url_for

from gateway.alerting.finding import lately
from gateway.alerting.post import advice
from gateway.alerting.rules import OF_A_DIALER
from gateway.config.alert_table import AlertRule, AlertsConfig
from gateway.store.alert_messages import TargetState
from gateway.store.alerts import CRITICAL, Alert
from gateway.web.console.writing import counted, span
from gateway.web.context import services

# Rule → the state of the leads that are behind it.
_STATES: Mapping[str, str] = MappingProxyType(
    {
        "login_refused": "held",
        "line_refused": "held",
        "list_refused": "held",
        "dialer_away": "queued",
        "dialer_paused": "queued",
        "backlog": "queued",
        "unconfirmed": "unconfirmed",
        "dead": "dead",
        "rejections": "rejected",
        "quarantine": "quarantined",
    }
)
_DIALER_RULES = OF_A_DIALER | {"unconfirmed", "dead"}
_TONES = {CRITICAL: "bad", "warning": "warn"}
OUT_OF_SIGHT = 40.0  # seconds after which what is still open is perhaps over already


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """A way out of the trouble."""

    text: str
    address: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Trouble:
    """One alert as people read it."""

    alert: Alert
    title: str
    tone: str
    links: tuple[Link, ...]
    fading: bool = False  # not seen at the last looks: over soon, if it stays so

    @property
    def lasted(self) -> float:
        return (self.alert.closed_at or self.alert.seen_at) - self.alert.opened_at


@dataclass(frozen=True, kw_only=True, slots=True)
class TargetRow:
    """Who is told, and how that goes; never the address."""

    number: int
    reference: str
    kind: str
    state: TargetState
    word: str
    tone: str
    advice: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleRow:
    """One rule as it is configured."""

    name: str
    title: str
    severity: str
    tone: str
    on: bool
    when: str


def trouble(alert: Alert, *, now: float) -> Trouble:
    rule = services().config.alerts.rules.get(alert.rule)
    return Trouble(
        alert=alert,
        title=rule.title if rule else alert.rule,
        tone=_TONES.get(alert.severity, "quiet"),
        links=tuple(_links(alert)),
        fading=alert.closed_at is None and now - alert.seen_at > OUT_OF_SIGHT,
    )


def targets(config: AlertsConfig, states: Mapping[str, TargetState]) -> list[TargetRow]:
    return [
        _target(number, each.reference, each.kind, states[each.reference])
        for number, each in enumerate(config.targets, start=1)
    ]


def rules(config: AlertsConfig) -> list[RuleRow]:
    """In the order in which docs/console/alerts.md explains them."""
    return [
        RuleRow(
            name=each.name,
            title=each.title,
            severity=each.severity,
            tone=_TONES[each.severity],
            on=each.on,
            when=_when(each),
        )
        for each in config.rules.values()
    ]


def _target(number: int, reference: str, kind: str, state: TargetState) -> TargetRow:
    if state.problem:
        word, tone = ("does not take it", "bad") if state.waiting else ("given up", "bad")
    elif state.waiting:
        word, tone = "on its way", "calm"
    else:
        word, tone = ("works", "good") if state.told_at else ("never used", "quiet")
    todo = advice(state.problem) if state.problem else ""
    return TargetRow(
        number=number,
        reference=reference,
        kind=kind,
        state=state,
        word=word,
        tone=tone,
        advice=todo[:1].upper() + todo[1:],
    )


def _links(alert: Alert) -> Sequence[Link]:
    config, of_a_dialer = services().config, alert.rule in _DIALER_RULES
    found: list[Link] = []
    if of_a_dialer and alert.about in config.dialers:
        address = url_for("console_dialers.show", dialer_name=alert.about)
        found.append(Link(text=f"Dialer {alert.about}", address=address))
    elif not of_a_dialer and alert.about in config.sources:
        address = url_for("console_sources.show", source_name=alert.about)
        found.append(Link(text=f"Source {alert.about}", address=address))
    if alert.rule in _STATES:
        query: dict[str, Any] = {
            "state": _STATES[alert.rule],
            "dialer" if of_a_dialer else "source": alert.about,
        }
        found.append(Link(text="These leads", address=url_for("console_leads.index", **query)))
    return found


def _when(rule: AlertRule) -> str:
    """The thresholds in words."""
    parts = []
    if rule.percent is not None and rule.name == "disk":
        parts.append(f"less than {rule.percent} % free")
    elif rule.percent is not None:
        parts.append(f"{rule.percent} % or more")
    if rule.at_least is not None:
        noun = "callback" if rule.name == "callbacks_given_up" else "lead"
        parts.append(f"{counted(rule.at_least, noun)} or more")
    if rule.within is not None:
        parts.append(f"within {lately(rule.within)}")
    if rule.after is not None:
        parts.append(f"{span(rule.after)} ahead" if rule.name == "expiring" else f"after {span(rule.after)}")
    if rule.lasts:
        parts.append(f"lasting {span(rule.lasts)}")
    return ", ".join(parts) or "at once"
