"""The Postman collection of a source: its structure, and each of its requests replayed against the running gateway."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from gateway.config import SourceConfig
from gateway.rehearsal import LEADS
from gateway.sources.signatures import standard_signature
from gateway.web.submission.postman import SCHEMA, collection_of
from tests.web.gateway_under_test import Gateway, opened
from tests.web.test_samples import AUTHS, SECRET, SOURCES, STANDARD, configured

CONFIG = configured("https://leads.example.com")
COLLECTIONS: dict[str, dict[str, Any]] = {
    name: json.loads(json.dumps(collection_of(CONFIG.sources[name], CONFIG))) for name in SOURCES
}
REQUESTS = [(name, item) for name, found in COLLECTIONS.items() for item in found["item"]]
SECRETS = {"standard-webhooks": STANDARD, "signed-partner": STANDARD}


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with opened(tmp_path_factory.mktemp("postman"), CONFIG) as running:
        yield running


def values(gateway: Gateway, name: str, collection: dict[str, Any], body: str) -> dict[str, str]:
    """What the variables hold when a request is sent, as Postman's own script computes it."""
    source: SourceConfig = CONFIG.sources[name]
    known = {each["key"]: each["value"] for each in collection["variable"]}
    if "key" in known:
        known["key"] = gateway.key(name, "test")
    secret, now = SECRETS.get(name, SECRET), str(int(time.time()))
    encoded = hmac.new(secret.encode(), body.encode(), hashlib.sha256).digest()
    signature = (
        encoded.hex() if source.auth.signature_encoding == "hex" else base64.b64encode(encoded).decode()
    )
    signed = {
        "secret": secret,
        "basic": base64.b64encode(f"{source.auth.user}:{secret}".encode()).decode(),
        "id": "msg_1",
        "now": now,
        "signature": source.auth.signature_prefix + signature,
    }
    if source.auth.method == "stripe":
        digest = hmac.new(secret.encode(), f"{now}.{body}".encode(), hashlib.sha256).hexdigest()
        signed["signature"] = f"t={now},v1={digest}"
    if source.auth.method == "standard-webhooks":
        signed["signature"] = standard_signature(secret, "msg_1", now, body.encode())
    return known | signed


def filled(text: str, known: dict[str, str]) -> str:
    return re.sub(r"\{\{(\w+)\}\}", lambda found: known[found[1]], text)


def sent(gateway: Gateway, name: str, item: dict[str, Any]) -> int:
    request, collection = item["request"], COLLECTIONS[name]
    body = request.get("body", {"mode": "none"})
    raw = body.get("raw", "")
    known = values(gateway, name, collection, raw)
    headers = {filled(each["key"], known): filled(each["value"], known) for each in request["header"]}
    if request.get("auth", collection["auth"])["type"] == "bearer":
        headers["Authorization"] = f"Bearer {known['key']}"
    if body["mode"] == "urlencoded":
        raw = urlencode([(each["key"], filled(each["value"], known)) for each in body["urlencoded"]])
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    url = urlsplit(filled(request["url"]["raw"], known))
    assert f"{url.scheme}://{url.netloc}" == CONFIG.public_url
    return gateway.ask(request["method"], url.path, headers=headers, data=raw.encode()).status_code


@pytest.mark.parametrize(
    ("name", "item"), REQUESTS, ids=[f"{name}-{item['name']}" for name, item in REQUESTS]
)
def test_a_request_gets_the_status_it_expects(gateway: Gateway, name: str, item: dict[str, Any]) -> None:
    (script,) = [event["script"]["exec"] for event in item["event"] if event["listen"] == "test"]
    expected = int(re.findall(r"have\.status\((\d+)\)", script[0])[0])

    assert sent(gateway, name, item) == expected


@pytest.mark.parametrize("name", SOURCES)
def test_a_collection_is_one_of_version_2_1(name: str) -> None:
    collection = COLLECTIONS[name]

    assert collection["info"]["schema"] == SCHEMA
    assert collection["info"]["name"]
    assert {each["key"] for each in collection["variable"]} in ({"base", "key"}, {"base", "secret"})
    for item in collection["item"]:
        request = item["request"]
        assert request["method"] in ("GET", "POST")
        assert request["url"]["raw"] == "{{base}}/" + "/".join(request["url"]["path"])
        assert all(set(header) == {"key", "value"} for header in request["header"])
        if "body" in request:
            assert request["body"]["mode"] in ("raw", "urlencoded")
    assert len({item["name"] for item in collection["item"]}) == len(collection["item"])


@pytest.mark.parametrize("name", SOURCES)
def test_a_collection_holds_no_secret(name: str) -> None:
    text = json.dumps(COLLECTIONS[name])

    assert SECRET not in text
    assert STANDARD not in text
    assert all(not each["value"] for each in COLLECTIONS[name]["variable"] if each["key"] != "base")


def test_a_partners_collection_has_a_request_for_every_number() -> None:
    text = json.dumps(COLLECTIONS["partner"])

    assert [number for number in LEADS if number not in text] == []


def test_what_signs_is_computed_before_each_request() -> None:
    signing = [name for name in AUTHS if name not in ("token", "ip")]

    for name in (*signing, "signed-partner"):
        (event,) = COLLECTIONS[name]["event"]
        assert event["listen"] == "prerequest"
        assert not re.search(r"\{(?:encoding|prefix)\}", "".join(event["script"]["exec"]))
    assert COLLECTIONS["partner"]["event"] == COLLECTIONS["token"]["event"] == []


def test_a_platform_and_a_form_have_none() -> None:
    for kind in ("meta", "form"):
        source = SourceConfig(name="x", kind=kind, dialer="main", list_id="25062018")
        assert collection_of(source, CONFIG) is None
