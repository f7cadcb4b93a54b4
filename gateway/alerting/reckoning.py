"""Holds what is found against what is known: what begins, goes on, comes back and ends, and what is to be told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from gateway.alerting.finding import Finding
from gateway.config.alert_table import DEFAULTS, SEVERITIES, AlertRule, AlertsConfig
from gateway.store.alerts import Alert

GAP = 45.0  # seconds a trouble may be out of sight before anybody was told: it comes and goes
FLAPPING = 1800.0  # seconds after its end in which its return is the same trouble that comes and goes


@dataclass(frozen=True, kw_only=True, slots=True)
class Reckoning:
    """What one look changes; `begun` to `reminded` say what people are told."""

    kept: tuple[Alert, ...] = ()  # every alert that is to be written, as it is now
    dropped: tuple[Alert, ...] = ()  # passed before anybody was told
    raised: tuple[Alert, ...] = ()  # since this look on it is an alert
    closed: tuple[Alert, ...] = ()
    begun: tuple[Alert, ...] = ()  # to be told
    reminded: tuple[Alert, ...] = ()
    over: tuple[Alert, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What was known before."""

    standing: Sequence[Alert]
    closed: Sequence[Alert]  # within the time of flapping, the latest last
    awake_since: float  # nobody looked before this


def reckon(
    known: Known, findings: Sequence[Finding], config: AlertsConfig, *, now: float, new_id: Callable[[], str]
) -> Reckoning:
    """`config.targets` decide whether anything is told at all."""
    before = {(each.rule, each.subject): each for each in known.standing}
    found = {(each.rule, each.subject): each for each in findings}
    recent = {(each.rule, each.subject): each for each in known.closed}
    seen = [
        _raised(
            _seen(before.get(place), recent.get(place), finding, now=now, new_id=new_id),
            config.rules,
            now=now,
        )
        for place, finding in found.items()
    ]
    unseen = [_unseen(each, config.rules, known.awake_since, now) for each in known.standing]
    quiet = [each for each, place in zip(unseen, before, strict=True) if place not in found]
    dropped = [each for each in quiet if each.raised_at is None and each.closed_at is not None]
    closed = [each for each in quiet if each.raised_at is not None and each.closed_at is not None]
    told = _Telling(config, now)
    open_now = [told.first(each) for each in seen]
    closed = [told.last(each) for each in closed]
    raised_before = {each.id for each in known.standing if each.raised_at is not None}
    return Reckoning(
        kept=(*open_now, *closed),
        dropped=tuple(dropped),
        raised=tuple(
            each for each in open_now if each.raised_at is not None and each.id not in raised_before
        ),
        closed=tuple(closed),
        begun=tuple(told.begun),
        reminded=tuple(told.reminded),
        over=tuple(told.over),
    )


class _Telling:
    """Decides who hears of what, and marks it."""

    def __init__(self, config: AlertsConfig, now: float) -> None:
        self._config = config
        self._now = now
        self.begun: list[Alert] = []
        self.reminded: list[Alert] = []
        self.over: list[Alert] = []

    def first(self, alert: Alert) -> Alert:
        """A trouble that is there."""
        if alert.raised_at is None or not self._is_wanted(alert):
            return alert
        if alert.told_at is None:
            told = replace(alert, told_at=self._now)
            self.begun.append(told)
            return told
        due = self._config.reminder and self._now - alert.told_at >= self._config.reminder
        if due and alert.seen_by is None:
            told = replace(alert, told_at=self._now)
            self.reminded.append(told)
            return told
        return alert

    def last(self, alert: Alert) -> Alert:
        """A trouble that has ended: whoever heard of it hears that too."""
        rule = self._config.rules.get(alert.rule)
        if alert.told_at is None or not self._config.targets or rule is None or not rule.on:
            return alert
        told = replace(alert, recovery_told_at=self._now)
        self.over.append(told)
        return told

    def _is_wanted(self, alert: Alert) -> bool:
        least = SEVERITIES.index(self._config.min_severity)
        return bool(self._config.targets) and SEVERITIES.index(alert.severity) >= least


def _seen(
    known: Alert | None, recent: Alert | None, finding: Finding, *, now: float, new_id: Callable[[], str]
) -> Alert:
    if known is not None:
        peak = max((each for each in (known.peak, finding.leads) if each is not None), default=None)
        return replace(
            known,
            severity=finding.severity,
            seen_at=now,
            leads=finding.leads,
            peak=peak,
            summary=finding.summary,
            next_step=finding.next_step,
        )
    began = now if finding.since is None else min(now, finding.since)
    return Alert(
        id=new_id(),
        rule=finding.rule,
        subject=finding.subject,
        severity=finding.severity,
        opened_at=began,
        seen_at=now,
        times=recent.times + 1 if recent is not None and recent.raised_at is not None else 1,
        leads=finding.leads,
        peak=finding.leads,
        summary=finding.summary,
        next_step=finding.next_step,
    )


def _raised(alert: Alert, rules: Mapping[str, AlertRule], *, now: float) -> Alert:
    if alert.raised_at is None and now - alert.opened_at >= rules[alert.rule].lasts:
        return replace(alert, raised_at=now)
    return alert


def _unseen(alert: Alert, rules: Mapping[str, AlertRule], awake_since: float, now: float) -> Alert:
    """Out of sight; over only after it has stayed so, while somebody looked."""
    rule = rules.get(alert.rule, DEFAULTS.get(alert.rule))
    if rule is None or not rule.on:
        return replace(alert, closed_at=now)
    quiet = now - max(alert.seen_at, awake_since)
    lasting = rule.calm if alert.times == 1 else max(rule.calm, FLAPPING)
    needed = GAP if alert.raised_at is None else lasting
    return replace(alert, closed_at=max(alert.seen_at, alert.opened_at)) if quiet >= needed else alert
