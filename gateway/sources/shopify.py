"""Shopify: a customer, an abandoned checkout or an order of a shop, as its webhooks send them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urljoin

from gateway.config import SourceConfig
from gateway.leads.landing_url import clean_url
from gateway.leads.lead import Submission
from gateway.sources import sampling, signatures
from gateway.sources.base import Inbound, NotAuthentic
from gateway.sources.json_parts import load_object, part, text, told
from gateway.sources.platform_source import named_after
from gateway.sources.questionnaire import Answer, Filled, submission_of

SIGNATURE_HEADER = "x-shopify-hmac-sha256"
TOPIC_HEADER = "x-shopify-topic"
TEST_HEADER = "x-shopify-test"
SITE_URL = "site_url"  # the option that makes an address of the path an order names
_ANY_SITE = "https://shop.invalid"  # for reading the campaign in a path
# Nobody enquires in these; the first three are the requests of privacy law, whose data is not to be kept.
_NO_ENQUIRIES = frozenset(
    {"customers/redact", "customers/data_request", "shop/redact"}
    | {"customers/delete", "customers/disable", "app/uninstalled", "orders/delete", "checkouts/delete"}
)
_FORM_NAMES = {"customers": "Customer", "checkouts": "Abandoned checkout", "orders": "Order"}
_ADDRESSES = ("default_address", "shipping_address", "billing_address")
_ANSWERED = ("email", "note", "tags")
_TOLD = ("created_at", "name", "total_price", "currency", "abandoned_checkout_url", "source_name")


def verify(source: SourceConfig, inbound: Inbound) -> None:
    expected = [signatures.hmac_base64(secret, inbound.body) for secret in source.auth.secrets if secret]
    if not signatures.any_same([inbound.header(SIGNATURE_HEADER)], expected):
        raise NotAuthentic


def parse(source: SourceConfig, inbound: Inbound) -> list[Submission]:
    topic = inbound.header(TOPIC_HEADER).lower()
    if topic in _NO_ENQUIRIES:
        return []
    body = load_object(inbound)
    resource = topic.partition("/")[0] or "customers"
    if resource == "checkouts" and body.get("completed_at"):
        return []  # bought: nothing was abandoned
    site, landing = source.options.get(SITE_URL, ""), _landing(body)
    filled = Filled(
        payload=body,
        answers=list(_answers(body)),
        key=text(body.get("id")),
        form_name=_FORM_NAMES.get(resource, resource),
        page_url=urljoin(site, landing) if site and landing else "",
        about=told(body, *_TOLD),
        test=inbound.header(TEST_HEADER).lower() == "true" or body.get("test") is True,
    )
    submission = replace(submission_of(source, filled), referrer=text(body.get("referring_site")))
    if submission.key and not source.key:  # ids of customers and of orders may be the same
        submission = replace(submission, key=f"{resource}:{submission.key}")
    return [named_after(source, submission, "Shopify")]


def sample(source: SourceConfig, number: int) -> Inbound:
    customer = {
        "id": 7_210_000_000_000 + number,
        "first_name": "Asha",
        "last_name": "Verma",
        "email": "asha@example.com",
        "phone": f"+91{sampling.phone(number)}",
        "note": None,
        "tags": "newsletter",
        "created_at": "2026-10-06T14:19:12+05:30",
        "default_address": {"city": "Pune", "zip": "411001", "country_code": "IN", "phone": None},
    }
    headers = {
        TOPIC_HEADER: "customers/create",
        "x-shopify-shop-domain": "sample.myshopify.com",
        "x-shopify-webhook-id": f"b54557e4-bdd9-4b37-8a5f-{number:012x}",
    }
    inbound = sampling.posted_json(source, customer, headers)
    signed = {SIGNATURE_HEADER: signatures.hmac_base64(source.auth.secrets[0], inbound.body)}
    return replace(inbound, headers={**inbound.headers, **signed})


def _answers(body: Mapping[str, Any]) -> Iterator[Answer]:
    """Who it is: what stands at the top counts before the customer, and that before the addresses."""
    customer = part(body.get("customer"))
    addresses = [part(people.get(name)) for people in (body, customer) for name in _ADDRESSES]
    people = [body, customer, *addresses]
    yield Answer(label="phone_number", value=_first(people, "phone"))
    yield Answer(label="first_name", value=_first(people, "first_name"))
    yield Answer(label="last_name", value=_first(people, "last_name"))
    yield Answer(label="city", value=_first(addresses, "city"))
    yield Answer(label="zip", value=_first(addresses, "zip"))
    for name, value in clean_url(urljoin(_ANY_SITE, _landing(body))).parameters.items():
        yield Answer(label=name, value=value)
    for name in _ANSWERED:
        yield Answer(label="message" if name == "note" else name, value=_first([body, customer], name))


def _first(people: list[Mapping[str, Any]], name: str) -> str:
    return next(filter(None, (text(each.get(name)) for each in people)), "")


def _landing(body: Mapping[str, Any]) -> str:
    """The path where the visitor came in; `//host/path` would be an address of somebody else."""
    landing = text(body.get("landing_site"))
    return landing if landing.startswith("/") and not landing.startswith("//") else ""
