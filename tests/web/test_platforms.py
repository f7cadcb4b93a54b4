"""A realistic delivery of every kind through the real door: the platform's own answer, and a lead on disk.

What a platform wants to hear stands in `tests/payloads/<kind>/answer.json`, where it is not our own JSON:
`{"status": 200, "content_type": "text/plain", "body": "RECEIVED"}`, for the sample with the number 1.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import pytest
from werkzeug.test import TestResponse

from gateway.config import SourceConfig
from gateway.leads.lead import State
from gateway.sources.base import Inbound
from gateway.sources.registry import SOURCES
from tests.sources.contract import CONFIG, FETCHED, OTHER, WEBHOOKS, kind_of, sample_of, source_of
from tests.web.gateway_under_test import UNLIMITED, Gateway, opened

PAYLOADS = Path(__file__).parents[1] / "payloads"
ON_ITS_WAY = {State.QUEUED, State.SENDING, State.DELIVERED}


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """One gateway with a source of every kind under its kind's name, and another for each test that counts leads."""
    kinds = {
        f"{name}-{part}": source_of(name, name=f"{name}-{part}", limits=UNLIMITED, dedupe=0)
        for name in WEBHOOKS
        for part in ("answer", "again", "refused")
    }
    with opened(tmp_path_factory.mktemp("platforms"), replace(CONFIG, sources=kinds)) as running:
        yield running


def source_in(gateway: Gateway, name: str) -> SourceConfig:
    return gateway.services.config.sources[name]


def deliver(gateway: Gateway, inbound: Inbound) -> TestResponse:
    return gateway.ask(
        inbound.method,
        inbound.path,
        data=inbound.body,
        headers=dict(inbound.headers),
        query_string=urlencode(inbound.query),
        environ_overrides={"REMOTE_ADDR": inbound.address or "192.0.2.1"},
    )


def told(answer: TestResponse) -> tuple[int, str, str]:
    return answer.status_code, answer.mimetype, answer.get_data(as_text=True)


@pytest.mark.parametrize("kind", WEBHOOKS)
def test_a_platform_hears_its_own_words_and_its_lead_is_on_disk(gateway: Gateway, kind: str) -> None:
    source = source_in(gateway, f"{kind}-answer")

    answer = deliver(gateway, sample_of(source))

    leads = gateway.stored(source.name)
    words = words_of(kind)
    if words is None:
        assert told(answer)[:2] == (200, "application/json")
        assert answer.json["outcome"] == "success"
        assert {each["id"] for each in answer.json["leads"]} == {lead.id for lead in leads}
    else:
        assert told(answer) == words
    assert leads
    assert {lead.state for lead in leads} <= ({State.QUARANTINED} if kind in FETCHED else ON_ITS_WAY)


@pytest.mark.parametrize("kind", WEBHOOKS)
def test_words_of_its_own_are_written_down_for_every_kind_that_has_some(kind: str) -> None:
    has_words = SOURCES[kind].acknowledge is not None or SOURCES[kind].reply is not None

    assert has_words == (words_of(kind) is not None), f"tests/payloads/{kind}/answer.json"


@pytest.mark.parametrize("kind", WEBHOOKS)
def test_what_a_platform_sends_again_is_thanked_for_again_and_kept_as_a_duplicate(
    gateway: Gateway, kind: str
) -> None:
    """A platform that hears no to a second delivery would send a third."""
    source = source_in(gateway, f"{kind}-again")
    inbound = sample_of(source)

    first, again = deliver(gateway, inbound), deliver(gateway, inbound)

    assert (again.status_code, again.mimetype) == (first.status_code, first.mimetype)
    assert again.status_code == 200
    keyed = all(submission.key for submission in kind_of(source).parse(source, inbound))
    states = [lead.state for lead in gateway.stored(source.name)]
    assert states.count(State.DUPLICATE) == (len(states) // 2 if keyed else 0)


@pytest.mark.parametrize("kind", WEBHOOKS)
def test_who_does_not_prove_itself_is_refused_and_leaves_nothing(gateway: Gateway, kind: str) -> None:
    source = source_in(gateway, f"{kind}-refused")
    stranger = replace(source, auth=replace(source.auth, secrets=(OTHER,)))

    # Each from an address of its own: too many who prove nothing from one address are not even heard.
    address = f"198.51.100.{WEBHOOKS.index(kind) + 1}"

    answer = deliver(gateway, replace(sample_of(stranger), address=address))

    assert answer.status_code == 401
    assert gateway.stored(source.name) == []


@pytest.mark.parametrize("kind", WEBHOOKS)
def test_a_delivery_beyond_all_measure_is_refused_and_leaves_nothing(gateway: Gateway, kind: str) -> None:
    source = source_in(gateway, f"{kind}-refused")
    inbound = replace(sample_of(source), method="POST", body=b" " * (SOURCES[kind].most_bytes + 1))

    answer = deliver(gateway, inbound)

    assert answer.status_code == 413
    assert gateway.stored(source.name) == []


@pytest.mark.parametrize("kind", WEBHOOKS)
def test_the_address_is_alive(gateway: Gateway, kind: str) -> None:
    assert gateway.ask("HEAD", f"/webhooks/{kind}-answer").status_code == 200


def words_of(kind: str) -> tuple[int, str, str] | None:
    """What the platform wants to hear; None where our own JSON will do."""
    path = PAYLOADS / kind / "answer.json"
    if not path.exists():
        return None
    answer = json.loads(path.read_text())
    return answer["status"], answer["content_type"], answer["body"]
