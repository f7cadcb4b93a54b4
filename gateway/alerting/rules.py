"""Every rule by its name, which is stable: it stands in gateway.toml, in /metrics and in people's filters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from gateway.alerting import dialer_rules, house_rules, source_rules
from gateway.alerting.finding import Finding
from gateway.alerting.situation import Situation

Rule = Callable[[Situation], Iterator[Finding]]

RULES: Mapping[str, Rule] = {
    rule.__name__: rule
    for rule in (
        dialer_rules.dialer_away,
        dialer_rules.login_refused,
        dialer_rules.line_refused,
        dialer_rules.list_refused,
        dialer_rules.dialer_paused,
        dialer_rules.backlog,
        dialer_rules.unconfirmed,
        dialer_rules.dead,
        source_rules.source_silent,
        source_rules.source_changed,
        source_rules.rejections,
        source_rules.quarantine,
        source_rules.token_refused,
        source_rules.not_pulled,
        house_rules.expiring,
        source_rules.callbacks_given_up,
        house_rules.disk,
    )
}
STORE_AWAY = "store_away"  # judged where the store is asked: whoever cannot reach it has no situation
STOPS_A_DIALER = frozenset({"dialer_away", "login_refused", "line_refused", "list_refused", "dialer_paused"})
OF_A_DIALER = STOPS_A_DIALER | {"backlog"}  # behind these leads wait, and go out when it is over


def judge(situation: Situation) -> list[Finding]:
    """What is wrong, by the rules that are on."""
    return [
        finding for name, rule in RULES.items() if situation.rules[name].on for finding in rule(situation)
    ]
