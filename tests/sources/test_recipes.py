"""Each recipe of the page for generic senders: its request passes its configuration and becomes its lead."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import orjson
import pytest

from gateway.config import GatewayConfig, SourceConfig, parse_config
from gateway.leads.lead import Lead
from gateway.leads.make import make_lead
from gateway.sources import generic, signatures
from gateway.sources.base import Inbound, NotAuthentic
from tests.sources.contract import LEAD_ID
from tests.sources.making import NOW

PAGE = (Path(__file__).parents[2] / "docs" / "sources" / "generic.md").read_text()
RECIPES = PAGE.partition("## Recipes")[2].partition("\n## ")[0]
DIALER = '[dialers.main]\nurl = "http://dialer.example/"\n\n'
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # good wherever a secret is wanted
OTHER = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
GIVEN_ANYWAY = {"phone_number", "prospects_id", "list_id"}


@dataclass(frozen=True, kw_only=True)
class Recipe:
    title: str
    configuration: str
    request: str
    lead: dict[str, str]

    def config(self) -> GatewayConfig:
        return parse_config(
            DIALER + self.configuration, dict.fromkeys(secrets_in(self.configuration), SECRET)
        )

    def source(self) -> SourceConfig:
        (source,) = self.config().sources.values()
        return source

    def inbound(self, secret: str) -> Inbound:
        """The request as it stands in the page, with `secret` in the place of its name."""
        text = self.request
        for name in secrets_in(self.configuration):
            text = text.replace(f"${name}", secret)
        head, _, body = text.partition("\n\n")
        line, *lines = head.splitlines()
        method, address = line.split(" ")
        path, _, query = address.partition("?")
        headers = {name.lower(): value for name, value in (each.split(": ", 1) for each in lines)}
        return Inbound(
            method=method,
            path=path,
            query=tuple(parse_qsl(query)),
            headers=proven(headers, body.strip().encode(), secret),
            body=body.strip().encode(),
            received_at=NOW,
        )


def proven(headers: dict[str, str], body: bytes, secret: str) -> dict[str, str]:
    """What a sender works out itself: the base64 of Basic, and the signature of Standard Webhooks."""
    scheme, _, credentials = headers.get("authorization", "").partition(" ")
    if scheme == "Basic":
        headers["authorization"] = f"Basic {base64.b64encode(credentials.encode()).decode()}"
    if "webhook-id" in headers:
        headers["webhook-timestamp"] = str(int(NOW))
        headers["webhook-signature"] = signatures.standard_signature(
            secret, headers["webhook-id"], headers["webhook-timestamp"], body
        )
    return headers


def secrets_in(configuration: str) -> list[str]:
    return re.findall(r"env:(\w+)", configuration)


def recipes() -> list[Recipe]:
    found = []
    for section in RECIPES.split("\n### ")[1:]:
        blocks: dict[str, list[str]] = {}
        for language, text in re.findall(r"^```(\w+)\n(.*?)^```", section, re.MULTILINE | re.DOTALL):
            blocks.setdefault(language, []).append(text)
        (configuration,), (request,), (lead,) = blocks["toml"], blocks["http"], blocks["json"]
        title = section.partition("\n")[0]
        found.append(
            Recipe(title=title, configuration=configuration, request=request, lead=orjson.loads(lead))
        )
    return found


ALL = recipes()
each_recipe = pytest.mark.parametrize("recipe", ALL, ids=lambda recipe: recipe.title)


@each_recipe
def test_a_recipe_becomes_the_lead_it_shows(recipe: Recipe) -> None:
    source = recipe.source()

    (submission,) = generic.parse(source, recipe.inbound(SECRET))

    lead = make_lead(submission, source, recipe.config(), lead_id=LEAD_ID, strict=False)
    assert isinstance(lead, Lead), lead
    assert {name: text for name, text in lead.fields.items() if name not in GIVEN_ANYWAY} == recipe.lead
    assert submission.extra == {}, "an expression of the mapping failed"


@each_recipe
def test_the_request_of_a_recipe_proves_its_sender(recipe: Recipe) -> None:
    generic.verify(recipe.source(), recipe.inbound(SECRET))

    with pytest.raises(NotAuthentic):
        generic.verify(recipe.source(), recipe.inbound(OTHER))


@each_recipe
def test_a_recipe_sent_twice_is_one_lead(recipe: Recipe) -> None:
    first, again = (generic.parse(recipe.source(), recipe.inbound(SECRET))[0].key for _ in range(2))

    assert first
    assert first == again


@each_recipe
def test_a_recipe_posts_to_its_own_source(recipe: Recipe) -> None:
    assert recipe.inbound(SECRET).path == f"/webhooks/{recipe.source().name}"


@pytest.mark.parametrize("wrapped", [True, False])
def test_zapier_may_wrap_its_request_in_an_array_or_not(*, wrapped: bool) -> None:
    (recipe,) = (each for each in ALL if each.title == "Zapier")
    inbound = recipe.inbound(SECRET)
    rows: Any = orjson.loads(inbound.body)

    body = orjson.dumps(rows if wrapped else rows[0])

    (submission,) = generic.parse(recipe.source(), Inbound(method="POST", path=inbound.path, body=body))
    assert submission.key == "rec_0017"


def test_every_sender_that_was_promised_has_a_recipe() -> None:
    titles = " ".join(recipe.title for recipe in ALL)

    for name in ("Sulekha", "CarDekho", "Zapier", "Make", "n8n", "Pabbly", "LeadsBridge"):
        assert name in titles
