"""Reads the [alerts] table: what is an alert, from when on, and who is told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from gateway.config.table import Table, did_you_mean

WARNING, CRITICAL = "warning", "critical"
SEVERITIES = (WARNING, CRITICAL)
MOST_TARGETS = 20
_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86400.0
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]{1,30}://\S+", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertRule:
    """What one rule asks; a threshold that is None is none of its."""

    name: str
    title: str  # for people who look at the rules
    severity: str = WARNING
    on: bool = True
    lasts: float = 0.0  # seconds a trouble must last before anybody is told
    calm: float = 60.0  # seconds without it after which it is over
    after: float | None = None  # seconds: how old, how long, or how far ahead
    within: float | None = None  # seconds looked back
    percent: int | None = None
    at_least: int | None = None  # leads


DEFAULTS: Mapping[str, AlertRule] = {
    each.name: each
    for each in (
        AlertRule(
            name="dialer_away",
            title="A dialer does not answer",
            severity=CRITICAL,
            lasts=60.0,
            calm=120.0,
        ),
        AlertRule(name="login_refused", title="A dialer refuses our login", severity=CRITICAL),
        AlertRule(name="line_refused", title="A dialer refuses all leads", severity=CRITICAL),
        AlertRule(name="list_refused", title="A dialer refuses a list", severity=CRITICAL),
        AlertRule(name="dialer_paused", title="A dialer is paused", after=_HOUR),
        AlertRule(
            name="backlog",
            title="Leads wait for a dialer",
            severity=CRITICAL,
            lasts=30.0,
            after=5 * _MINUTE,
        ),
        AlertRule(name="unconfirmed", title="Leads need a decision", lasts=10 * _MINUTE, at_least=1),
        AlertRule(name="dead", title="Leads are dead", within=_DAY, at_least=1),
        AlertRule(name="source_silent", title="A source brings no leads"),
        AlertRule(name="source_changed", title="A source has changed its fields", within=_DAY),
        AlertRule(
            name="rejections",
            title="A dialer rejects many leads of a source",
            lasts=_MINUTE,
            calm=5 * _MINUTE,
            within=_HOUR,
            percent=30,
            at_least=10,
        ),
        AlertRule(
            name="quarantine",
            title="Many enquiries of a source are quarantined",
            lasts=_MINUTE,
            calm=5 * _MINUTE,
            within=_HOUR,
            percent=50,
            at_least=10,
        ),
        AlertRule(name="token_refused", title="A platform refuses our token", severity=CRITICAL),
        AlertRule(name="not_pulled", title="A platform is not pulled", after=2 * _HOUR),
        AlertRule(name="expiring", title="A key or token runs out", after=7 * _DAY),
        AlertRule(name="callbacks_given_up", title="A source was not told", within=_DAY, at_least=1),
        AlertRule(name="disk", title="The disk is nearly full", severity=CRITICAL, lasts=_MINUTE, percent=10),
        AlertRule(name="store_away", title="The database is away", severity=CRITICAL, lasts=_MINUTE),
    )
}


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertTarget:
    """One place where alerts go."""

    reference: str  # env:NAME or file:/path, by which it is known everywhere
    url: str = field(repr=False)

    @property
    def kind(self) -> str:
        """What it is, without what is secret of it: slack, mailtos, json."""
        return self.url.partition("://")[0].lower()


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertsConfig:
    """The whole table."""

    targets: tuple[AlertTarget, ...] = ()
    min_severity: str = WARNING
    reminder: float = 4 * _HOUR  # seconds; 0: nobody is reminded
    rules: Mapping[str, AlertRule] = field(default_factory=lambda: dict(DEFAULTS))
    expiries: Mapping[str, str] = field(default_factory=dict)  # what runs out → its day, as 2026-12-31


def read_alerts(root: Table) -> AlertsConfig:
    """Without the table every rule is on, and nobody is told but the console, the log and /metrics."""
    table = root.table("alerts")
    if table is None:
        return AlertsConfig()
    config = AlertsConfig(
        targets=_targets(table),
        min_severity=table.choice("min_severity", WARNING, SEVERITIES),
        reminder=table.seconds("reminder", 4 * _HOUR, 0.0, 7 * _DAY),
        rules=_rules(table),
        expiries=_expiries(table),
    )
    table.refuse_the_rest()
    return config


def _targets(table: Table) -> tuple[AlertTarget, ...]:
    references = table.texts("notify")
    if len(references) > MOST_TARGETS or len(set(references)) < len(references):
        table.problem("notify", f"must name each address once, {MOST_TARGETS} at most")
        return ()
    found = []
    for place, reference in enumerate(references):
        name = f"notify[{place}]" if len(references) > 1 else "notify"
        url = table.findings.secret(table.key(name), reference)
        if url and not _ADDRESS.fullmatch(url):
            table.problem(
                name,
                "must lead to one address such as slack://…, mailtos://…, tgram://… or json://…:"
                " docs/console/alerts.md shows one of each",
            )
        elif url:
            found.append(AlertTarget(reference=reference, url=url))
    return tuple(found)


def _rules(table: Table) -> dict[str, AlertRule]:
    rules = dict(DEFAULTS)
    tables = table.table("rules") or Table({}, table.key("rules"), table.findings)
    for name in tables.names():
        if name not in DEFAULTS:
            tables.problem(name, f"is not a rule{did_you_mean(name, DEFAULTS)}")
        elif (each := tables.table(name)) is not None:
            rules[name] = _rule(each, DEFAULTS[name])
    return rules


def _rule(table: Table, usual: AlertRule) -> AlertRule:
    rule = replace(
        usual,
        on=table.flag("on", default=usual.on),
        severity=table.choice("severity", usual.severity, SEVERITIES),
        lasts=table.seconds("lasts", usual.lasts, 0.0, _DAY),
    )
    if usual.after is not None:
        rule = replace(rule, after=table.seconds("after", usual.after, 1.0, 90 * _DAY))
    if usual.within is not None:
        rule = replace(rule, within=table.seconds("within", usual.within, _MINUTE, 7 * _DAY))
    if usual.percent is not None:
        rule = replace(rule, percent=table.whole("percent", usual.percent, 1, 100))
    if usual.at_least is not None:
        rule = replace(rule, at_least=table.whole("at_least", usual.at_least, 1, 1_000_000))
    table.refuse_the_rest()
    return rule


def _expiries(table: Table) -> dict[str, str]:
    days = table.table("expires") or Table({}, table.key("expires"), table.findings)
    found = {}
    for name, day in days.content().items():
        try:
            found[name] = date.fromisoformat(str(day)).isoformat()
        except ValueError:
            days.problem(name, 'must be the day on which it runs out, such as "2026-12-31"')
    return found
