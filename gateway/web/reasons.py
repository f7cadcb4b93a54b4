"""Every reason an HTTP answer can give beside a field's code: its status, title and sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Reason:
    """What a code means to an HTTP client."""

    status: int
    title: str
    sentence: str
    retryable: bool = False

    @property
    def outcome(self) -> str:
        """`failure`: what was sent is at fault and can be mended; `error`: everything else."""
        return "failure" if self.status in (400, 415, 422) else "error"


REASONS: Mapping[str, Reason] = MappingProxyType(
    {
        # who is asking
        "auth.required": Reason(
            401,
            "An API key is needed",
            "Send your API key as Authorization: Bearer <key> or in X-Api-Key.",
        ),
        "auth.refused": Reason(
            401,
            "Not accepted",
            "The key, token or signature is not accepted. Check that it is the current one, sent unchanged.",
        ),
        "auth.key_in_query": Reason(
            400,
            "The API key must not stand in the address",
            "Addresses end up in logs. Send the key in a header, and replace this one.",
        ),
        "auth.address": Reason(
            403,
            "Not from this address",
            "The key is good but may not be used from here. Ask the gateway's operator to add your address.",
        ),
        "auth.source_gone": Reason(
            403,
            "This key's source is switched off",
            "The source this key belongs to is no longer configured. Ask the gateway's operator.",
        ),
        "access.refused": Reason(403, "Not allowed", "This address is not open to you."),
        "console.signed_out": Reason(
            401, "Not signed in", "Sign in to the console at /console/sign-in, then load the page again."
        ),
        "console.role": Reason(
            403, "Your role does not allow this", "Ask an admin of the console to do it, or for another role."
        ),
        "console.csrf": Reason(
            403,
            "This page is too old",
            "Nothing was changed. Go back, load the page again, and do it once more.",
        ),
        "console.foreign_page": Reason(
            403,
            "Not from our own page",
            "Nothing was changed: what was sent comes from a page of another website. Use the console's own page.",
        ),
        "console.password_first": Reason(
            403,
            "Choose a password first",
            "Your password was given to you. Choose your own under /console/account.",
        ),
        "console.throttled": Reason(
            429,
            "Too many attempts",
            "Wait for Retry-After seconds, then sign in again. Nobody is locked out for good.",
            retryable=True,
        ),
        "origin.not_allowed": Reason(
            403,
            "This website may not post here",
            "The page's origin is not in this form's allowed_origins. Ask the gateway's operator to add it.",
        ),
        # what was asked
        "route.not_found": Reason(404, "Not found", "There is nothing at this address. Check the path."),
        "lead.not_found": Reason(404, "No such lead", "No lead of this source has this id."),
        "method.not_allowed": Reason(
            405, "Method not allowed", "This address does not take this method; Allow lists those it takes."
        ),
        "request.invalid": Reason(
            400, "The request is broken", "The request cannot be read. Check how it is built."
        ),
        "host.missing": Reason(400, "The Host header is missing", "HTTP/1.1 needs a Host header. Send one."),
        # what was sent
        "body.too_large": Reason(413, "The body is too large", "The body is larger than this address takes."),
        "body.cut_off": Reason(
            400,
            "The body is cut off",
            "Fewer bytes came than Content-Length says. Send it again as a whole.",
            retryable=True,
        ),
        "body.too_many_fields": Reason(413, "Too many fields", "The form has too many fields."),
        "body.encoded": Reason(415, "Compressed body", "Send the body without Content-Encoding."),
        "body.charset": Reason(415, "Wrong character set", "Send the body in UTF-8."),
        "body.media_type": Reason(
            415, "Wrong content type", "Send application/json or application/x-www-form-urlencoded."
        ),
        "body.file": Reason(415, "Files are not taken", "Send the form without its file fields."),
        "body.not_utf8": Reason(400, "Not UTF-8", "The body is not UTF-8. Send it in UTF-8."),
        "body.not_json": Reason(400, "Not JSON", "The body is not JSON."),
        "body.too_deep": Reason(400, "Nested too deep", "The body is nested too deep. Send it flatter."),
        "body.number": Reason(
            400, "Unusable number", "A number is too long, too large or no number. Send it as text."
        ),
        "body.multipart": Reason(
            400, "Broken form", "The multipart form is broken or cut off. Send it again."
        ),
        "body.xml": Reason(400, "Unusable XML", "The body is not plain, well-formed XML."),
        "body.unknown": Reason(400, "Unknown body", "The body is neither JSON nor a form nor XML."),
        "body.surrogate": Reason(
            422, "Half a character", "A text holds half a character. Send whole characters."
        ),
        "body.not_an_object": Reason(422, "Not one lead", "Send one JSON object with the lead's fields."),
        "batch.not_a_list": Reason(
            422, "Not a list of leads", "Send a JSON array: one object with a lead's fields for each row."
        ),
        "batch.empty": Reason(422, "No leads", "The array is empty. Send at least one lead."),
        "field.duplicate": Reason(
            422, "A field stands twice", "A field was sent more than once. Send it once."
        ),
        "records.not_found": Reason(
            422, "No leads found", "The place where the leads should stand is empty."
        ),
        "records.not_an_object": Reason(422, "Not a lead", "Each lead must be an object with named fields."),
        "records.too_many": Reason(413, "Too many leads", "One request carries too many leads. Send fewer."),
        "lead.invalid": Reason(
            422, "The lead is not valid", "Mend each field under errors and send it again."
        ),
        "lead.rejected": Reason(
            422,
            "The dialer refuses this lead",
            "The lead is kept but the dialer refuses it. Do not send it again; an operator can mend it.",
        ),
        "lead.suppressed": Reason(
            422,
            "This number must not be called",
            "The person has opted out. The lead is kept and never dialed.",
        ),
        "lead.dead": Reason(
            422, "The dialer could not be reached", "The lead is kept; an operator can send it on."
        ),
        # a call
        "call.invalid": Reason(
            422, "The call is not valid", "Mend each field under errors and ask again. Nothing was dialed."
        ),
        "call.agent_not_yours": Reason(
            403,
            "This agent is not yours to call with",
            "The source's call_agents does not name this agent. Ask the gateway's operator to add it.",
        ),
        "call.lead_without_number": Reason(
            422, "The lead has no number", "The lead cannot be called as it is. Send a number in its place."
        ),
        "call.no_dialer": Reason(
            409,
            "The lead's dialer is gone",
            "The dialer that has the lead is no longer configured. Send a number in its place.",
        ),
        "agent.not_logged_in": Reason(
            409,
            "The agent is not logged in",
            "The agent is not logged in to the dialer. Ask the agent to log in, then call again.",
        ),
        "agent.not_paused": Reason(
            409,
            "The agent is not paused",
            "The agent is not paused. The agent has to pause before a call can be placed.",
        ),
        "agent.not_allowed": Reason(
            403,
            "The agent may not place calls",
            "The agent may not place manual calls. Allow it in the dialer's user settings.",
        ),
        "agent.already_queued": Reason(
            409,
            "The number waits already",
            "The number already waits in this agent's manual dial queue. Nothing more to do.",
        ),
        "call.number_refused": Reason(
            422,
            "The dialer does not take this number",
            "Correct the number and ask again. Nothing was dialed.",
        ),
        "call.refused": Reason(
            502, "The dialer refuses this call", "Nothing was dialed. Tell the operator the call's id."
        ),
        "call.dialer_refuses": Reason(
            502,
            "The dialer refuses the gateway",
            "Nothing was dialed. The operator has to mend it: tell the call's id.",
        ),
        "call.dialer_paused": Reason(
            503,
            "The dialer is paused",
            "Nothing was dialed. Ask again when the gateway's operator has resumed the dialer.",
        ),
        "call.busy": Reason(
            503,
            "The dialer has no room for this call",
            "Nothing was dialed. Ask again after Retry-After seconds.",
            retryable=True,
        ),
        "call.not_sent": Reason(
            503,
            "The dialer cannot be reached",
            "Nothing was dialed. Ask again after Retry-After seconds.",
            retryable=True,
        ),
        "call.unknown": Reason(
            504,
            "Nobody knows whether it rings",
            "The dialer gave no clear answer. Look at the agent's screen before you ask again.",
        ),
        "call.repeated": Reason(
            409, "Called a moment ago", "This number was called a moment ago, or may have been. Wait."
        ),
        "call.suppressed": Reason(
            422, "This number must not be called", "The person has opted out. Nothing was dialed."
        ),
        # the same request again
        "idempotency.invalid": Reason(
            400,
            "The Idempotency-Key is not valid",
            "Send one key of 1 to 255 characters: a quoted string, or letters, digits and . _ : -",
        ),
        "idempotency.running": Reason(
            409,
            "The first request with this key still runs",
            "Wait a moment and send the same request again: the first one's answer will come.",
            retryable=True,
        ),
        "idempotency.reused": Reason(
            422,
            "This Idempotency-Key belongs to another request",
            "The key was used with another body. Use a new key for a new lead.",
        ),
        # how much, and how we are
        "cap.daily": Reason(
            429,
            "Enough leads for today",
            "This source has brought all the leads it may bring today. Nothing of this one was kept. Send it again"
            " after midnight UTC, or ask the gateway's operator for a higher daily_cap.",
            retryable=True,
        ),
        "rate.exceeded": Reason(
            429,
            "Too many requests",
            "Slow down: wait for Retry-After seconds, then send it again.",
            retryable=True,
        ),
        "storage.full": Reason(
            503,
            "The enquiry was not kept",
            "The gateway's disk is full. Send the same request again after Retry-After.",
            retryable=True,
        ),
        "storage.error": Reason(
            503,
            "The enquiry may not have been kept",
            "The gateway's storage failed. Send the same request again after Retry-After.",
            retryable=True,
        ),
        "storage.locked": Reason(
            503,
            "The enquiry was not kept",
            "The gateway's storage is busy. Send the same request again after Retry-After.",
            retryable=True,
        ),
        "gateway.error": Reason(
            500,
            "Something went wrong here",
            "The fault is the gateway's. Send the same request again later; tell the operator the instance.",
            retryable=True,
        ),
        "gateway.unguarded": Reason(
            500, "This address is not ready", "It has no access rule yet, so it stays closed."
        ),
    }
)
