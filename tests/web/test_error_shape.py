"""Every error of every route is one problem document (RFC 9457) with the same members."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from werkzeug.test import TestResponse

from gateway.store import StoreUnavailable, Trouble
from gateway.web.reasons import REASONS
from tests.web.gateway_under_test import Gateway

MEMBERS = {"type", "title", "status", "detail", "instance", "outcome", "reason_code", "retryable"}
PERSONAL = "9876500000"


def assert_is_a_problem(answer: TestResponse, status: int) -> Any:
    document = answer.json
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert document.keys() >= MEMBERS
    assert document["status"] == status
    assert document["instance"] == f"urn:uuid:{answer.headers['X-Request-Id']}"
    assert document["outcome"] in ("failure", "error")
    assert isinstance(document["retryable"], bool)
    assert document["retryable"] is (status in (409, 429, 500, 503))
    assert document["title"]
    assert document["detail"].endswith((".", "later", "-", ":"))
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert PERSONAL not in answer.text
    for problem in document.get("errors", ()):
        assert problem.keys() == {"detail", "pointer", "field", "code"}
    return document


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/nothing/here", 404),
        ("GET", "/v1", 404),
        ("GET", "/.git/config", 404),
        ("GET", "/.env", 404),
        ("GET", "/debug", 404),
        ("GET", "//v1/leads", 404),
        ("GET", "/v1/%2e%2e/metrics", 404),
        ("POST", "/v1/leads/", 404),
        ("POST", "/V1/LEADS", 404),
        ("POST", "/v1/leads;x=1", 404),
        ("POST", "/webhooks/nobody", 404),
        ("POST", "/v1/leads", 401),
        ("GET", "/v1/leads/ABC", 401),
        ("POST", "/webhooks/portal", 401),
        ("POST", "/webhooks/signed", 401),
        ("GET", "/v1/leads", 405),
        ("PUT", "/v1/leads", 405),
        ("TRACE", "/v1/leads", 405),
        ("CONNECT", "/v1/leads", 405),
        ("DELETE", "/webhooks/portal", 405),
        ("PATCH", "/webhooks/portal", 405),
        ("POST", "/livez", 405),
    ],
)
def test_every_path_answers_in_one_shape(gateway: Gateway, method: str, path: str, status: int) -> None:
    answer = gateway.ask(method, path, json={"phone": PERSONAL})

    assert_is_a_problem(answer, status)
    assert ("Allow" in answer.headers) is (status == 405)
    assert gateway.stored() == []


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("POST", "/forms/nobody", 404), ("PUT", "/forms/website", 405), ("POST", "/forms/portal", 404)],
)
def test_a_script_at_a_form_gets_the_same_shape(
    gateway: Gateway, method: str, path: str, status: int
) -> None:
    assert_is_a_problem(gateway.ask(method, path, headers={"Accept": "application/json"}), status)


@pytest.mark.parametrize(
    ("body", "status"), [(b"{", 400), (b"[]", 422), (b'{"MobileNo":"98765-00000-x"}', 422)]
)
def test_a_bad_lead_has_the_same_shape(gateway: Gateway, body: bytes, status: int) -> None:
    headers = {"Content-Type": "application/json"}

    assert_is_a_problem(gateway.lead(data=body, headers=headers), status)
    assert_is_a_problem(
        gateway.ask("POST", "/forms/website", data=body, headers=headers),
        status if status == 400 or body == b"[]" else 422,
    )


def test_the_method_cannot_be_changed_by_a_header_or_a_field(gateway: Gateway) -> None:
    headers = {"X-HTTP-Method-Override": "POST", "X-Method-Override": "POST"}

    assert_is_a_problem(gateway.ask("PUT", "/v1/leads?_method=POST", headers=headers), 405)


def test_a_bug_is_a_500_without_its_secrets_and_the_next_request_works(gateway: Gateway) -> None:
    class Broken:
        def record(self, operation: Any) -> Any:
            raise ValueError(f"a bug about {PERSONAL}")

    gateway.app.extensions["gateway"] = replace(gateway.services, recorder=Broken())
    problem = assert_is_a_problem(gateway.lead(), 500)
    gateway.app.extensions["gateway"] = gateway.services

    assert problem["reason_code"] == "gateway.error"
    assert gateway.lead().status_code == 201


@pytest.mark.parametrize("trouble", list(Trouble))
def test_a_store_that_is_away_is_a_503_with_a_time(gateway: Gateway, trouble: Trouble) -> None:
    class Away:
        def record(self, operation: Any) -> Any:
            raise StoreUnavailable(trouble, "The store is away.", retry_after=7)

    gateway.app.extensions["gateway"] = replace(gateway.services, recorder=Away())
    for answer in (gateway.lead(), gateway.webhook(), gateway.script({"phone": "9876543210"})):
        problem = assert_is_a_problem(answer, 503)
        assert problem["type"].endswith("#temporary-reduced-capacity")
        assert problem["reason_code"] == trouble
        assert answer.headers["Retry-After"] == "7"
    page = gateway.form({"phone": "9876543210"})
    assert (page.status_code, page.mimetype, page.headers["Retry-After"]) == (503, "text/html", "7")
    assert "could not keep your enquiry" in page.text
    assert 'value="9876543210"' in page.text


def test_a_request_without_a_host_is_refused(gateway: Gateway) -> None:
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/livez",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "QUERY_STRING": "",
    }
    found: list[str] = []
    base = {"wsgi.url_scheme": "http", "SERVER_NAME": "x", "SERVER_PORT": "80", "wsgi.input": None}

    body = b"".join(gateway.app(environ | base, lambda status, headers: found.append(status)))  # type: ignore[arg-type, func-returns-value]

    assert found == ["400 BAD REQUEST"]
    assert b"host.missing" in body


def test_every_reason_tells_the_next_step() -> None:
    for code, reason in REASONS.items():
        assert reason.sentence.endswith((".", "-")), code
        assert reason.status in (400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500, 502, 503, 504), code
