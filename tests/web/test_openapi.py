"""/openapi.json is valid, complete, and says of each operation what the code can really answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import orjson
import pytest
import schemathesis

from gateway.dialer import messages
from gateway.leads.lead import State
from gateway.leads.reasons import PROBLEMS
from gateway.rehearsal import CALLS, LEADS
from gateway.web.call_requests import PROBLEMS as CALL_PROBLEMS
from gateway.web.openapi.document import document
from gateway.web.openapi.lead_operations import OF_A_ROW
from gateway.web.openapi.replies import codes_of_partners
from gateway.web.reasons import REASONS
from tests.web.gateway_under_test import Gateway
from tests.web.reachable_codes import codes_from

DOCUMENT: dict[str, Any] = orjson.loads(orjson.dumps(document("https://leads.example.com")))
HTTP = ("get", "post", "put", "patch", "delete")
WEB = "gateway.web."
KEYED = (f"{WEB}guards:holder_of_a_key", f"{WEB}headers:begin")
# Where each operation begins. What a table of all kinds leads to, and a refusal of another layer, is named here.
BEGINS = {
    "createLead": (*KEYED, f"{WEB}partner_api:create", "gateway.sources.partner:parse"),
    "createLeads": (*KEYED, f"{WEB}partner_api:create_many"),
    "showLead": (*KEYED, f"{WEB}partner_api:show"),
    "placeCall": (*KEYED, f"{WEB}partner_api:call"),
    "webhookGet": (f"{WEB}guards:the_source_itself", f"{WEB}headers:begin", f"{WEB}webhooks:receive"),
    "webhookPost": (f"{WEB}guards:the_source_itself", f"{WEB}headers:begin", f"{WEB}webhooks:receive"),
    "submitForm": (f"{WEB}guards:a_visitor", f"{WEB}headers:begin", f"{WEB}forms:submit"),
}
ANYWHERE = {"storage.full", "storage.error", "storage.locked", "gateway.error"}
NOT_PROVEN = {"auth.refused"}  # raised as NotAuthentic by the kind of a webhook's source
OF_A_FORM = {"body.multipart", "body.file"}  # a batch is JSON, and read as the same fields
OF_A_STATE = {"lead.rejected", "lead.suppressed", "lead.dead"}  # asked later they stand in a 200


def operations(*, where: str = "paths") -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in DOCUMENT[where].items():
        for method in HTTP:
            if method in item:
                yield path, method, item[method]


OPERATIONS = {each["operationId"]: each for _, _, each in operations()}


def followed(node: Any) -> Any:
    while "$ref" in node:
        found: Any = DOCUMENT
        for step in node["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        node = found
    return node


def problem_codes(operation: dict[str, Any]) -> set[str]:
    return {
        code
        for answer in operation["responses"].values()
        for code in answer.get("content", {}).get("application/problem+json", {}).get("examples", {})
    }


def test_it_is_an_openapi_3_1_document() -> None:
    assert DOCUMENT["openapi"].startswith("3.1.")
    schemathesis.openapi.from_dict(orjson.loads(orjson.dumps(DOCUMENT))).validate()


@pytest.mark.parametrize("name", sorted(DOCUMENT["components"]["schemas"]))
def test_a_schema_is_a_schema(name: str) -> None:
    jsonschema_rs.meta.validate(DOCUMENT["components"]["schemas"][name])


def test_every_reference_leads_somewhere() -> None:
    for target in set(re.findall(rb'"\$ref":"(#/[^"]+)"', orjson.dumps(DOCUMENT))):
        followed({"$ref": target.decode()})


@pytest.mark.parametrize("where", ["paths", "webhooks"])
def test_every_example_is_what_its_schema_says(where: str) -> None:
    checked = 0
    for path, _, operation in operations(where=where):
        contents = [operation.get("requestBody", {}), *operation["responses"].values()]
        for media in (each for content in contents for each in content.get("content", {}).values()):
            if media["schema"].get("type") == "string":
                continue  # the dialer's answers are told as text
            schema = {"components": DOCUMENT["components"], **media["schema"]}
            validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
            values = [followed(each)["value"] for each in media.get("examples", {}).values()]
            for value in [*values, *([media["example"]] if "example" in media else [])]:
                assert validator.is_valid(value), (
                    path,
                    value,
                    [str(e) for e in validator.iter_errors(value)],
                )
                checked += 1
    assert checked >= 7


def test_every_answer_and_every_body_has_an_example() -> None:
    for path, method, operation in operations():
        contents = [operation.get("requestBody", {}), *operation["responses"].values()]
        for media in (each for content in contents for each in content.get("content", {}).values()):
            assert media.get("examples") or "example" in media, (path, method)


def test_every_route_of_v1_is_documented_and_nothing_else(gateway: Gateway) -> None:
    rules = gateway.app.url_map.iter_rules()
    real = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in rules
        for method in rule.methods or ()
        if method.lower() in HTTP
    }
    told = {(path.replace("{source}", "{source_name}"), method) for path, method, _ in operations()}

    assert {each for each in real if each[0].startswith("/v1/")} == {
        each for each in told if each[0].startswith("/v1/")
    }
    assert told <= real


@pytest.mark.parametrize("name", sorted(BEGINS))
def test_an_operation_tells_the_codes_that_its_code_can_give(name: str) -> None:
    told = problem_codes(OPERATIONS[name])
    can = codes_from(*BEGINS[name]) | ANYWHERE
    if name.startswith("webhook"):
        can |= NOT_PROVEN
    if name == "showLead":
        can -= OF_A_STATE
    if name == "createLeads":
        alone = set(OF_A_ROW)
        assert alone <= can
        assert all(code in OPERATIONS[name]["description"] for code in alone)
        told |= alone
        can -= OF_A_FORM

    assert told == can


def test_every_code_that_a_partner_can_meet_is_in_it() -> None:
    met = set(codes_of_partners())

    assert set(DOCUMENT["components"]["examples"]) == met
    assert {code for code in REASONS if not code.startswith("console.")} - met == {"gateway.unguarded"}
    assert all(f"`{code}`" in DOCUMENT["info"]["description"] for code in met)


def test_every_code_of_a_field_and_of_the_dialer_is_in_it() -> None:
    for code in (*PROBLEMS, *CALL_PROBLEMS, *messages.REASONS):
        assert f"| `{code}` |" in DOCUMENT["info"]["description"], code


def test_the_numbers_of_a_test_key_are_told() -> None:
    for number in (*LEADS, *CALLS):
        assert f"| `{number}` |" in DOCUMENT["info"]["description"]


def test_each_end_of_a_lead_is_a_callback() -> None:
    assert set(DOCUMENT["webhooks"]) == {f"lead.{state}" for state in State if state.final}


def test_a_partner_may_prove_itself_in_three_ways() -> None:
    schemes = set(DOCUMENT["components"]["securitySchemes"])
    for path, _, operation in operations():
        ways = operation["security"]
        assert {name for way in ways for name in way} <= schemes
        if path.startswith("/v1/"):
            assert [set(way) for way in ways] == [
                {"bearer"},
                {"apiKey"},
                {"signedSource", "signedId", "signedTime", "signature"},
            ]


def test_the_headers_that_count_are_told() -> None:
    created = OPERATIONS["createLead"]["responses"]
    assert {"Location", "Idempotent-Replayed", "Preference-Applied", "RateLimit", "RateLimit-Policy"} <= set(
        created["201"]["headers"]
    )
    assert {"Retry-After", "RateLimit"} <= set(created["429"]["headers"])
    assert "Retry-After" in created["503"]["headers"]
    assert {"$ref": "#/components/parameters/Prefer"} in OPERATIONS["createLeads"]["parameters"]
    for name in ("createLead", "createLeads", "placeCall"):
        assert {"$ref": "#/components/parameters/Idempotency-Key"} in OPERATIONS[name]["parameters"]


# -- as it is served -----------------------------------------------------------------------------------------


def test_it_is_served_for_this_gateway_and_asked_for_again_costs_nothing(gateway: Gateway) -> None:
    first = gateway.ask("GET", "/openapi.json")
    again = gateway.ask("GET", "/openapi.json", headers={"If-None-Match": first.headers["ETag"]})

    assert first.content_type == "application/json"
    assert first.json["servers"] == [{"url": "http://gateway.example"}]
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert "max-age=300" in first.headers["Cache-Control"]
    assert (again.status_code, again.data) == (304, b"")


def test_it_names_no_address_but_examples_and_standards(gateway: Gateway) -> None:
    body = gateway.ask("GET", "/openapi.json").get_data(as_text=True)
    hosts = set(re.findall(r"https?://([\w.-]+)", body))

    assert hosts <= {
        "gateway.example",
        "leads.example.com",
        "www.example.com",
        "json-schema.org",
        "iana.org",
        "www.standardwebhooks.com",
    }
    assert len(body) < 250_000
