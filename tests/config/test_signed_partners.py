"""A partner's source reads API keys, unless its table says that its requests are signed."""

from __future__ import annotations

import pytest

from gateway.config import ConfigError
from gateway.config.load import parse_config

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
FILE = """
[dialers.main]
url = "http://127.0.0.1:8100/"
[sources.crm]
kind = "partner"
list_id = "25062018"
"""


def problems(more: str) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        parse_config(FILE + more, {"SECRET": SECRET, "PLAIN": "§"})
    return [f"{each.key} {each.message}" for each in raised.value.problems]


def test_a_partner_signs_with_a_list_of_secrets() -> None:
    config = parse_config(
        FILE + 'auth = "standard-webhooks"\nsecret = ["env:SECRET", "env:SECRET"]\n', {"SECRET": SECRET}
    )

    assert (config.sources["crm"].auth.method, config.sources["crm"].auth.secrets) == (
        "standard-webhooks",
        (SECRET, SECRET),
    )


def test_without_auth_it_reads_keys() -> None:
    assert parse_config(FILE, {}).sources["crm"].auth.method == "none"


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ('auth = "token"\ntoken = "env:SECRET"\n', "sources.crm.auth must be one of standard-webhooks"),
        ('auth = "standard-webhooks"\n', "sources.crm.secret is missing"),
        ('auth = "standard-webhooks"\nsecret = "env:PLAIN"\n', "sources.crm.secret must be base64"),
        ('secret = "env:SECRET"\n', "sources.crm.secret is not read for this kind"),
        ('call_agents = "a; b"\n', "sources.crm.call_agents must be an agent's user name"),
    ],
)
def test_what_does_not_fit_is_told(more: str, told: str) -> None:
    assert any(each.startswith(told) for each in problems(more))


def test_the_agents_of_a_source_are_read() -> None:
    config = parse_config(FILE + 'call_agents = "agent1, agent2"\n', {})

    assert config.sources["crm"].options["call_agents"] == "agent1 agent2"
