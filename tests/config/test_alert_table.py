"""[alerts]: who is told and from when on; every slip is named by its key."""

from __future__ import annotations

import pytest

from gateway.config import ConfigError, parse_config
from gateway.config.alert_table import DEFAULTS, AlertsConfig

BASE = """
[dialers.main]
url = "http://dialer.example/"
[sources.website]
kind = "form"
dialer = "main"
list_id = "25062018"
"""
ENVIRON = {
    "SLACK": "slack://token-a/token-b/token-c",
    "HOOK": "hooks.example.com/path",
    "MAIL": "mailtos://u:p@h/",
}


def alerts(text: str) -> AlertsConfig:
    return parse_config(f"{BASE}\n{text}", ENVIRON).alerts


def problems(text: str) -> dict[str, str]:
    with pytest.raises(ConfigError) as caught:
        alerts(text)
    return {each.key: each.message for each in caught.value.problems}


def test_without_the_table_every_rule_is_on_and_nobody_is_told() -> None:
    config = alerts("")

    assert config == AlertsConfig()
    assert config.rules == DEFAULTS
    assert all(rule.on for rule in config.rules.values())


def test_the_whole_table() -> None:
    config = alerts(
        """
        [alerts]
        notify = ["env:SLACK", "env:MAIL"]
        min_severity = "critical"
        reminder = "2h"
        [alerts.rules.backlog]
        after = "10m"
        lasts = "1m"
        severity = "warning"
        [alerts.rules.rejections]
        percent = 10
        at_least = 3
        within = "30m"
        [alerts.rules.source_changed]
        on = false
        [alerts.expires]
        "The page's token" = "2026-12-31"
        Certificate = 2027-01-31
        """
    )

    assert [(each.reference, each.kind) for each in config.targets] == [
        ("env:SLACK", "slack"),
        ("env:MAIL", "mailtos"),
    ]
    assert (config.min_severity, config.reminder) == ("critical", 7200.0)
    assert (config.rules["backlog"].after, config.rules["backlog"].lasts) == (600.0, 60.0)
    rejections = config.rules["rejections"]
    assert (rejections.percent, rejections.at_least, rejections.within) == (10, 3, 1800.0)
    assert not config.rules["source_changed"].on
    assert config.expiries == {"The page's token": "2026-12-31", "Certificate": "2027-01-31"}


def test_an_address_is_a_secret_and_is_hidden_everywhere() -> None:
    config = parse_config(f'{BASE}\n[alerts]\nnotify = "env:SLACK"', ENVIRON)

    assert ENVIRON["SLACK"] in config.secrets
    assert "token-b" not in repr(config)
    assert config.raw["alerts"] == {"notify": "env:SLACK"}


@pytest.mark.parametrize(
    ("text", "key", "says"),
    [
        ('notify = ["slack://a/b/c"]', "alerts.notify", "must not stand in this file"),
        ('notify = ["env:NOT_SET", "env:MAIL"]', "alerts.notify[0]", "is not set"),
        ('notify = "env:HOOK"', "alerts.notify", "must lead to one address"),
        ('notify = ["env:MAIL", "env:MAIL"]', "alerts.notify", "each address once"),
        ('reminder = "soon"', "alerts.reminder", "must be a duration"),
        ('min_severity = "all"', "alerts.min_severity", "must be one of warning, critical"),
        ('[alerts.rules.backlogg]\nafter = "5m"', "alerts.rules.backlogg", "did you mean backlog?"),
        ('[alerts.rules.disk]\nafter = "5m"', "alerts.rules.disk.after", "is not a key of this table"),
        ("[alerts.rules.disk]\npercent = 101", "alerts.rules.disk.percent", "from 1 to 100"),
        ('[alerts.rules.backlog]\nafter = "91d"', "alerts.rules.backlog.after", "must be between"),
        ('[alerts.expires]\ntoken = "2026-02-31"', "alerts.expires.token", "must be the day"),
        ("quiet = true", "alerts.quiet", "is not a key of this table"),
    ],
)
def test_a_slip_is_named(text: str, key: str, says: str) -> None:
    found = problems(f"[alerts]\n{text}")

    assert list(found) == [key]
    assert says in found[key]
    assert "token-a" not in found[key]
