"""How everything stands at one moment: what the rules are asked about."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from gateway.alerting.finding import Finding
from gateway.config import GatewayConfig
from gateway.config.alert_table import AlertRule, AlertsConfig
from gateway.sources.registry import SOURCES
from gateway.store import Store
from gateway.store.alert_facts import Facts, Since
from gateway.store.lines import LineReport, Pause

SQLITE = "sqlite:///"


@dataclass(frozen=True, kw_only=True, slots=True)
class Disk:
    """The place of the database."""

    free: int  # bytes
    total: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Situation:
    """A value: rules ask nothing else."""

    now: float
    facts: Facts
    rules: Mapping[str, AlertRule]
    lines: tuple[LineReport, ...] = ()
    pauses: tuple[Pause, ...] = ()
    dialers: frozenset[str] = frozenset()  # those of gateway.toml
    recovering: frozenset[str] = (
        frozenset()
    )  # dialers whose trouble is not over for long: what waited goes out
    sources: frozenset[str] = frozenset()
    watched: frozenset[str] = frozenset()  # sources whose silence is an alert
    drifting: frozenset[str] = frozenset()  # sources whose changed fields are one
    pulled: frozenset[str] = frozenset()
    disk: Disk | None = None
    expiries: Mapping[str, float] = field(default_factory=dict)  # what runs out → when its day begins

    def finding(
        self,
        rule: str,
        subject: str,
        *,
        summary: str,
        next_step: str,
        leads: int | None = None,
        since: float | None = None,
    ) -> Finding:
        """What `rule` has found, as grave as the configuration says."""
        return Finding(
            rule=rule,
            subject=subject,
            severity=self.rules[rule].severity,
            summary=summary,
            next_step=next_step,
            leads=leads,
            since=since,
        )


def look(
    config: GatewayConfig,
    store: Store,
    database: Path | None,
    *,
    now: float,
    recovering: frozenset[str] = frozenset(),
) -> Situation:
    """Read the store once; raises StoreUnavailable when that is not possible."""
    rules = config.alerts.rules
    return Situation(
        now=now,
        facts=store.console.alert_facts.look(_since(rules, now), now=now),
        rules=rules,
        lines=tuple(store.console.lines.reports(now=now)),
        pauses=tuple(store.console.lines.pauses().values()),
        dialers=frozenset(config.dialers),
        recovering=recovering,
        sources=frozenset(config.sources),
        watched=frozenset(name for name, source in config.sources.items() if source.silence_alarm),
        drifting=frozenset(name for name, source in config.sources.items() if source.drift_alarm),
        pulled=_pulled(config),
        disk=disk_of(database),
        expiries=_expiries(config.alerts),
    )


def place_of(database_url: str) -> Path | None:
    """Where the database's disk can be looked at: a server's disk is its own business."""
    if not database_url.startswith(SQLITE):
        return None
    return Path(database_url.removeprefix(SQLITE)).parent


def disk_of(place: Path | None) -> Disk | None:
    with suppress(OSError):
        if place is not None:
            usage = shutil.disk_usage(place)
            return Disk(free=usage.free, total=usage.total)
    return None


def _since(rules: Mapping[str, AlertRule], now: float) -> Since:
    # One look back serves both rules about leads that went nowhere.
    aside = max(rules["rejections"].within or 0.0, rules["quarantine"].within or 0.0)
    return Since(
        aside=now - aside,
        dead=now - (rules["dead"].within or 0.0),
        changed=now - (rules["source_changed"].within or 0.0),
        given_up=now - (rules["callbacks_given_up"].within or 0.0),
        keys_until=now + (rules["expiring"].after or 0.0),
    )


def _pulled(config: GatewayConfig) -> frozenset[str]:
    pulls = {name: (SOURCES[source.kind].pull, source) for name, source in config.sources.items()}
    return frozenset(
        name for name, (pull, source) in pulls.items() if pull is not None and pull.is_on(source)
    )


def _expiries(alerts: AlertsConfig) -> dict[str, float]:
    return {
        name: datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()
        for name, day in alerts.expiries.items()
    }
