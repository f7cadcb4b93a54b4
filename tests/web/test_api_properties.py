"""Whatever a client sends to any documented operation, the answer is one that the document tells; never a 5xx."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, BaseSchema, Case, GenerationMode, Response
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi import checks

from gateway.config import Auth, SourceConfig
from gateway.rehearsal import CALLS, LEADS
from tests.web.gateway_under_test import TOKEN, UNLIMITED, Gateway, make_config, opened

CHECKS = (
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
)
EXAMPLES = 15  # per operation, way of making them, and key
PROMISED = ("X-Request-Id", "X-Content-Type-Options", "Cache-Control", "Content-Security-Policy")
Door = Callable[[Case], dict[str, str]]


@dataclass(frozen=True, kw_only=True)
class World:
    """A gateway with a source for each door, and its description as schemathesis reads it."""

    gateway: Gateway
    schema: BaseSchema

    def operation(self, name: str) -> APIOperation[Any, Any, Any]:
        return self.schema.find_operation_by_id(name)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    config = make_config(wait=1.0)
    drop_in = SourceConfig(
        name="crm",
        kind="elision",
        wait=1.0,
        dialer="main",
        list_id="25062018",
        limits=UNLIMITED,
        auth=Auth(method="keys"),
    )
    config = replace(config, sources={**config.sources, "crm": drop_in})
    with opened(tmp_path_factory.mktemp("properties"), config) as gateway:
        reads = SchemathesisConfig()
        reads.projects.default.generation.update(with_security_parameters=False)
        yield World(
            gateway=gateway,
            schema=schemathesis.openapi.from_wsgi("/openapi.json", gateway.app, config=reads),
        )


def sent(world: World, case: Case, headers: dict[str, str]) -> Response:
    """The answer, which is one of those that are told."""
    response = case.call(headers=headers)
    case.validate_response(response, checks=list(CHECKS), headers=headers)
    assert response.status_code < 500 or is_told_to_fail(case), response.text
    for name in PROMISED:
        assert response.headers.get(name.lower()), name
    return response


def is_told_to_fail(case: Case) -> bool:
    """A test key's number may stand for a 5xx; a random one hardly ever does."""
    return any(number in str(case.body) for number in (*LEADS, *CALLS))


def try_all(world: World, name: str, mode: GenerationMode, door: Door, examples: int = EXAMPLES) -> None:
    operation = world.operation(name)

    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def answered(case: Case) -> None:
        sent(world, case, door(case))

    answered()


MODES = pytest.mark.parametrize(
    "mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["fit", "unfit"]
)


@MODES
@pytest.mark.parametrize("key", ["live", "test"])
@pytest.mark.parametrize("name", ["createLead", "createLeads", "placeCall", "showLead"])
def test_a_partner_gets_an_answer_that_is_told(
    world: World, name: str, key: str, mode: GenerationMode
) -> None:
    def door(_case: Case) -> dict[str, str]:
        return {"Authorization": f"Bearer {world.gateway.key(mode=key)}"}

    try_all(world, name, mode, door)


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("webhookGet", GenerationMode.POSITIVE),  # nothing in it can be unfit
        ("webhookPost", GenerationMode.POSITIVE),
        ("webhookPost", GenerationMode.NEGATIVE),
    ],
)
def test_a_webhook_gets_an_answer_that_is_told(world: World, name: str, mode: GenerationMode) -> None:
    def door(case: Case) -> dict[str, str]:
        case.path_parameters["source"] = "portal"
        return {"X-Gateway-Token": TOKEN}

    try_all(world, name, mode, door)


@MODES
def test_a_form_gets_an_answer_that_is_told(world: World, mode: GenerationMode) -> None:
    def door(case: Case) -> dict[str, str]:
        case.path_parameters["source"] = "website"
        return {"X-Requested-With": "XMLHttpRequest"}  # a browser gets a page

    try_all(world, "submitForm", mode, door)


@MODES
@pytest.mark.parametrize("name", ["dialerApiGet", "dialerApiPost"])
def test_a_client_of_the_dialers_own_api_gets_an_answer_that_is_told(
    world: World, name: str, mode: GenerationMode
) -> None:
    def door(_case: Case) -> dict[str, str]:
        return {"X-Api-Key": world.gateway.key("crm")}

    # Of thirty texts hardly one can be unfit: looking for it is what takes the time.
    try_all(world, name, mode, door, examples=EXAMPLES if mode is GenerationMode.POSITIVE else 4)


@pytest.mark.parametrize("name", ["createLead", "createLeads", "showLead", "placeCall", "dialerApiPost"])
def test_a_stranger_gets_an_answer_that_is_told(world: World, name: str) -> None:
    try_all(world, name, GenerationMode.POSITIVE, lambda _: {}, examples=3)


@pytest.mark.parametrize("number", [*LEADS, *CALLS])
@pytest.mark.parametrize("name", ["createLead", "placeCall"])
def test_every_number_of_a_test_key_gets_an_answer_that_is_told(world: World, name: str, number: str) -> None:
    fields = {"createLead": {"mobile_no": number}, "placeCall": {"agent_user": "agent1", "value": number}}
    case = world.operation(name).Case(body=fields[name], media_type="application/json")

    sent(world, case, {"Authorization": f"Bearer {world.gateway.key(mode='test')}"})


KINDS = ["application/json", "text/plain", "", "x", "multipart/form-data"]


@settings(max_examples=30, derandomize=True, database=None, deadline=None, phases=(Phase.generate,))
@given(
    body=st.binary(max_size=200),
    kind=st.sampled_from(KINDS),
)
@pytest.mark.parametrize("name", ["createLead", "createLeads", "placeCall"])
def test_bytes_of_any_kind_get_an_answer_that_is_told(
    world: World, name: str, body: bytes, kind: str
) -> None:
    operation = world.operation(name)
    headers = {"Authorization": f"Bearer {world.gateway.key()}", "Content-Type": kind}
    given_back = world.gateway.ask("POST", operation.path, data=body, headers=headers)

    assert str(given_back.status_code) in operation.responses.status_codes, given_back.data
    assert given_back.status_code < 500
