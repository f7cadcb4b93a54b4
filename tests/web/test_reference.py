"""/docs as it is served: whole without a script, from our own files alone, and nobody else may load anything."""

from __future__ import annotations

import re

import pytest
from werkzeug.test import TestResponse

from gateway.leads.lead import State
from gateway.rehearsal import CALLS, LEADS
from gateway.web.openapi.document import document
from gateway.web.openapi.guide import guide
from gateway.web.openapi.replies import codes_of_partners
from gateway.web.reference_pages import page_of
from tests.web.gateway_under_test import Gateway


@pytest.fixture
def docs(gateway: Gateway) -> TestResponse:
    return gateway.ask("GET", "/docs")


def test_it_tells_everything_without_a_script(docs: TestResponse) -> None:
    text = docs.get_data(as_text=True)

    assert docs.status_code == 200
    for section in guide("http://gateway.example"):
        assert f'<section id="{section.id}"' in text
    for path in ("/v1/leads", "/v1/leads/batch", "/v1/calls", "/webhooks/{source}", "/forms/{source}"):
        assert f"<code>{path}</code>" in text
    for word in (*codes_of_partners(), *LEADS, *CALLS, *(f"lead.{state}" for state in State if state.final)):
        assert word in text


def test_it_loads_nothing_from_anywhere(docs: TestResponse) -> None:
    text, policy = docs.get_data(as_text=True), docs.headers["Content-Security-Policy"]

    assert re.findall(r'\b(?:src|srcset|action|formaction)="', text) == []
    assert re.findall(r"@import|url\(", text) == []
    assert set(re.findall(r'<link[^>]*href="([^"]*)"', text)) == {"data:,"}
    assert "default-src 'none'" in policy
    assert "connect-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert len(re.findall(r'<(?:script|style) nonce="', text)) == len(
        re.findall(r"<(?:script|style)\b", text)
    )
    assert re.findall(r'\sstyle="', text) == []


def test_every_link_within_it_leads_somewhere(docs: TestResponse) -> None:
    text = docs.get_data(as_text=True)
    ids = re.findall(r'\sid="([^"]+)"', text)

    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', text)) <= set(ids)


def test_it_is_small_enough_for_a_telephone(docs: TestResponse) -> None:
    assert len(docs.data) < 250_000


def test_a_callback_is_shown_and_cannot_be_tried(docs: TestResponse) -> None:
    page = page_of(document("http://gateway.example"))
    callbacks = [each for section in page.sections for each in section.operations if each.callback]
    text = docs.get_data(as_text=True)

    assert len(callbacks) == len([state for state in State if state.final])
    for each in callbacks:
        assert f'<article id="{each.id}"' in text
        assert f'id="{each.id}-body"' not in text
        assert '"webhook-id"' not in each.body
        assert each.path in each.body
    assert text.count('aria-label="Message lead.') == len(callbacks)
