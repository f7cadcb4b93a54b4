"""Each source's alarms can be switched off, each by itself."""

from __future__ import annotations

import pytest

from gateway.config import ConfigError, parse_config

DIALER = '[dialers.main]\nurl = "http://127.0.0.1:8100/"\n\n'
SOURCE = '[sources.website]\nkind = "form"\nlist_id = "25062018"\n'


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", (True, True)),
        ("silence_alarm = false", (False, True)),
        ("drift_alarm = false", (True, False)),
    ],
)
def test_an_alarm_rings_unless_it_is_switched_off(line: str, expected: tuple[bool, bool]) -> None:
    source = parse_config(f"{DIALER}{SOURCE}{line}\n", {}).sources["website"]

    assert (source.silence_alarm, source.drift_alarm) == expected


def test_an_alarm_is_switched_by_true_or_false() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config(f'{DIALER}{SOURCE}silence_alarm = "off"\n', {})

    assert [problem.key for problem in caught.value.problems] == ["sources.website.silence_alarm"]
