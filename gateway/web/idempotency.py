"""The Idempotency-Key: read to the letter, tied to one exact request, and its first answer sent again."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import structlog
from flask import g

from gateway.capture import Services, save_answer
from gateway.sources.base import Inbound
from gateway.store import StoreUnavailable
from gateway.store.operations import SaveAnswer
from gateway.store.records import IdempotencyClaim, Replayed
from gateway.web.answers import Answer
from gateway.web.errors import Refusal

log = structlog.get_logger("gateway.web")

# A structured-field String; many clients send the bare value instead, so that is taken too.
_QUOTED = re.compile(r'"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\]){1,255})"', re.ASCII)
_BARE = re.compile(r"[A-Za-z0-9._:-]{1,255}", re.ASCII)
_ESCAPED = re.compile(r"\\(.)")


def claim_of(inbound: Inbound, *, owner: str, route: str) -> IdempotencyClaim | None:
    """The claim this request makes; None without the header, a Refusal when the header is malformed."""
    # The id of a signed message is signed; a header beside it could make a new request of an old one.
    value = g.get("message_id") or inbound.headers.get("idempotency-key")
    if value is None:
        return None
    return IdempotencyClaim(
        owner=owner, route=route, key=_key(value), fingerprint=_fingerprint(inbound, route)
    )


def row_claim(key: str, fields: Mapping[str, Any], *, owner: str, route: str) -> IdempotencyClaim:
    """The claim of one row of a batch; a Refusal when its key is malformed."""
    text = orjson.dumps(fields, option=orjson.OPT_SORT_KEYS)
    fingerprint = hashlib.sha256(route.encode() + b"\0" + text).hexdigest()
    return IdempotencyClaim(owner=owner, route=route, key=_key(key), fingerprint=fingerprint)


def replayed(first: Replayed) -> Answer:
    """The first answer, byte for byte, marked as such."""
    headers = dict(first.headers)
    content_type = headers.pop("Content-Type", "application/json")
    headers["Idempotent-Replayed"] = "true"
    return Answer(status=first.status, body=first.body, content_type=content_type, headers=headers)


def kept_answer(claim: IdempotencyClaim, answer: Answer, lead_id: str | None) -> SaveAnswer:
    """An answer as it is kept for its replay."""
    headers = {**answer.headers, "Content-Type": answer.content_type}
    return SaveAnswer(claim=claim, status=answer.status, headers=headers, body=answer.body, lead_id=lead_id)


def remember_all(services: Services, answers: Sequence[SaveAnswer]) -> None:
    """Keep the answers of a batch together; its leads are on disk already, as for `remember`."""
    if not answers:
        return
    try:
        services.store.batches.answer(answers)
    except StoreUnavailable as error:
        log.warning("idempotency.answers_not_kept", answers=len(answers), reason=error.code)


def remember(services: Services, claim: IdempotencyClaim, answer: Answer, lead_id: str) -> None:
    """Keep the first answer. The lead is on disk already, so a failure here must not turn into an error."""
    headers = {**answer.headers, "Content-Type": answer.content_type}
    try:
        save_answer(services, claim, status=answer.status, headers=headers, body=answer.body, lead_id=lead_id)
    except StoreUnavailable as error:
        log.warning("idempotency.answer_not_kept", lead=lead_id, reason=error.code)


def running() -> Refusal:
    return Refusal("idempotency.running", headers={"Retry-After": "1"})


def _key(value: str) -> str:
    if quoted := _QUOTED.fullmatch(value):
        return _ESCAPED.sub(r"\1", quoted[1])
    if _BARE.fullmatch(value):
        return value
    raise Refusal("idempotency.invalid")


def _fingerprint(inbound: Inbound, route: str) -> str:
    parts = (inbound.method.encode(), route.encode(), inbound.header("content-type").encode(), inbound.body)
    return hashlib.sha256(b"\0".join(parts)).hexdigest()
