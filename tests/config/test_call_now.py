"""`[sources.NAME.call_now]` and the consent of a source, as gateway.toml has them."""

from __future__ import annotations

import pytest

from gateway.config import parse_config
from gateway.config.doubts import config_warnings
from gateway.config.model import CallNow, SourceConfig
from tests.config.files import ENVIRON, GOOD, problems_of, spoilt

ROUTES = "[[sources.website.routes]]"
CONSENT = 'consent_text = "I agree to be called about my enquiry."'
OWN_PAGE = GOOD.replace('thanks_url = "https://www.example.com/thanks"\n', "")


def with_call_now(*lines: str, text: str = OWN_PAGE) -> str:
    table = "\n".join(["[sources.website.call_now]", *lines])
    return text.replace(ROUTES, f"{table}\n\n{ROUTES}")


def website(text: str) -> SourceConfig:
    return parse_config(text, ENVIRON).sources["website"]


def doubts(text: str) -> dict[str, str]:
    return {doubt.key: doubt.message for doubt in config_warnings(parse_config(text, ENVIRON))}


def test_without_the_table_no_call_is_offered() -> None:
    assert website(GOOD).call_now is None


def test_an_agent_is_enough_and_previews() -> None:
    assert website(with_call_now('agent_user = "agent1"')).call_now == CallNow(
        agent_user="agent1", mode="preview"
    )


def test_an_agents_screen_may_dial_at_once() -> None:
    call_now = website(with_call_now('agent_user = "6001"', 'mode = "dial"')).call_now
    assert call_now == CallNow(agent_user="6001", mode="dial")


@pytest.mark.parametrize(
    ("lines", "key", "words"),
    [
        ([], "agent_user", "is missing"),
        (['agent_user = "an agent"'], "agent_user", "user name in the dialer"),
        (['agent_user = "a!b"'], "agent_user", "user name in the dialer"),
        ([f'agent_user = "{"a" * 21}"'], "agent_user", "1 to 20"),
        (['agent_user = "agent1"', 'mode = "ring"'], "mode", "must be one of preview, dial"),
        (['agent_user = "agent1"', 'agent = "agent2"'], "agent", "did you mean agent_user?"),
    ],
)
def test_a_mistake_in_it_is_told(lines: list[str], key: str, words: str) -> None:
    problems = problems_of(with_call_now(*lines))
    assert list(problems) == [f"sources.website.call_now.{key}"]
    assert words in problems[f"sources.website.call_now.{key}"]


def test_a_button_that_nobody_ever_sees_is_doubted() -> None:
    seen = with_call_now('agent_user = "agent1"')
    unseen = with_call_now('agent_user = "agent1"', text=GOOD)

    assert "sources.website.call_now" not in doubts(seen)
    assert "thanks_url" in doubts(unseen)["sources.website.call_now"]


def test_a_consent_may_name_its_version_and_be_left_to_the_visitor() -> None:
    source = website(spoilt(CONSENT, f'{CONSENT}\nconsent_version = "2026-11"\nconsent_required = false'))
    assert (source.consent_version, source.consent_required) == ("2026-11", False)
    assert (website(GOOD).consent_version, website(GOOD).consent_required) == (None, True)
