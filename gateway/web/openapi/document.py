"""The whole OpenAPI document: what the API is, its doors, and how callers prove themselves."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from gateway.settings import program_version
from gateway.web.openapi import call_operation, callback_messages, lead_operations, other_doors
from gateway.web.openapi.answer_schemas import schemas
from gateway.web.openapi.guide import guide
from gateway.web.openapi.replies import examples, headers
from gateway.web.prose import markdown
from gateway.web.signed_partners import SOURCE_HEADER

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_ABOUT = (
    "Takes a lead, keeps it safely, puts it into the call centre's dialer and answers with the dialer's own Lead ID. "
    "A lead is on disk before you get a 2xx. Every error is a problem document with a stable reason_code. "
    "Decide by the HTTP status, outcome and reason_code; the sentences are for people and may change."
)
_TAGS = {
    lead_operations.TAG: "Send leads with an API key, and ask what became of them.",
    call_operation.TAG: "Have an agent call a number, or a lead you sent.",
    callback_messages.TAG: "Messages the gateway posts to the callback_url of your source when a lead ends.",
    other_doors.DROP_IN: "For programs that speak the dialer's own API: only the host name changes.",
    other_doors.WEBHOOKS: "For platforms, portals and automations that send in their own words.",
    other_doors.FORMS: "For forms on websites, with or without a script.",
}


@lru_cache(maxsize=8)
def document(public_url: str) -> dict[str, Any]:
    """The document of a gateway that is reached at this address; shared, so not to be changed."""
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": DIALECT,
        "info": {
            "title": "Lead Gateway",
            "version": program_version(),
            "summary": "Leads in, the dialer's Lead IDs out.",
            "description": f"{_ABOUT}\n\n{markdown(guide(public_url.rstrip('/')))}",
        },
        "servers": [{"url": public_url.rstrip("/")}],
        "tags": [{"name": name, "description": description} for name, description in _TAGS.items()],
        "paths": lead_operations.paths()
        | call_operation.paths(lead_operations.SECURITY)
        | other_doors.paths(),
        "webhooks": callback_messages.webhooks(),
        "components": {
            "schemas": schemas() | call_operation.schemas() | callback_messages.schemas(),
            "parameters": lead_operations.parameters() | callback_messages.parameters(),
            "headers": headers(),
            "examples": examples(),
            "securitySchemes": _security_schemes(),
        },
    }


def _security_schemes() -> dict[str, Any]:
    def key(name: str, place: str, description: str) -> dict[str, str]:
        return {"type": "apiKey", "in": place, "name": name, "description": description}

    return {
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "description": "Your API key: gw_live_… for real leads, gw_test_… for leads that are never dialed.",
        },
        "apiKey": key("X-Api-Key", "header", "The same API key in a header of its own."),
        "signedSource": key(SOURCE_HEADER, "header", "Signed instead of a key: the name of your source."),
        "signedId": key("webhook-id", "header", "The id of this request, kept when it is sent again."),
        "signedTime": key(
            "webhook-timestamp", "header", "When it was signed, in seconds; five minutes are good."
        ),
        "signature": key(
            "webhook-signature",
            "header",
            "v1, and the base64 of HMAC-SHA256 over id.timestamp.body (of a GET its path): standardwebhooks.com.",
        ),
        "basic": {"type": "http", "scheme": "basic", "description": "The agreed name and password."},
        "keyParameter": key("key", "query", "An API key as a parameter, for the drop-in alone."),
        "webhookToken": key("X-Gateway-Token", "header", "The agreed token of a webhook."),
        "tokenParameter": key("token", "query", "The same token in the address."),
        "webhookSignature": key(
            "X-Hub-Signature-256",
            "header",
            "The HMAC-SHA256 of the raw body, or as agreed: Standard Webhooks, Stripe.",
        ),
    }
