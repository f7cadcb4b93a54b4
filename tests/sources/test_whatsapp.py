"""Meta's challenge, and conversations that are one lead each."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from gateway.sources import hub, whatsapp
from gateway.sources.base import Inbound, NotAuthentic
from tests.sources.contract import SECRET, read, source_of
from tests.sources.making import JSON, make_inbound

WORD = "option-secret-0123456789"  # what the source of these tests has as its verify_token


def asked(
    *, token: str = WORD, challenge: str = "1158201444", mode: str = "subscribe", method: str = "GET"
) -> Inbound:
    query = (("hub.mode", mode), ("hub.verify_token", token), ("hub.challenge", challenge))
    return make_inbound(method=method, query=query)


def received(message: dict[str, Any], number: str = "106540352242922") -> Inbound:
    value = {"metadata": {"phone_number_id": number}, "messages": [message]}
    return make_inbound(orjson.dumps({"entry": [{"changes": [{"field": "messages", "value": value}]}]}), JSON)


def key_of(inbound: Inbound) -> str | None:
    (submission,) = read(source_of("whatsapp"), inbound)
    return submission.key


def test_whoever_knows_the_word_gets_the_challenge_back() -> None:
    reply = whatsapp.handshake(source_of("whatsapp"), asked())

    assert reply is not None
    assert (reply.status, reply.body, reply.content_type) == (200, b"1158201444", "text/plain; charset=utf-8")


@pytest.mark.parametrize(
    "question",
    [
        asked(token="another"),
        asked(token=""),
        asked(token="é"),
        asked(challenge="<script>alert(1)</script>"),
        asked(challenge=""),
        asked(challenge="a" * 129),
        asked(mode="unsubscribe"),
        asked(method="POST"),
        make_inbound(method="GET"),
    ],
    ids=["word", "no_word", "odd_word", "page", "nothing", "long", "mode", "post", "bare"],
)
def test_anybody_else_is_refused_as_unsigned(question: Inbound) -> None:
    source = source_of("whatsapp")

    assert whatsapp.handshake(source, question) is None
    with pytest.raises(NotAuthentic):
        whatsapp.verify(source, question)


def test_a_source_without_a_word_answers_no_challenge() -> None:
    assert whatsapp.handshake(source_of("whatsapp", options={"verify_token": ""}), asked(token="")) is None


def test_the_signature_is_over_the_bytes_as_they_came() -> None:
    escaped, plain = b'{"n":"\\u0906"}', '{"n":"आ"}'.encode()
    header = {hub.SIGNATURE_HEADER: hub.signature(SECRET, escaped)}

    whatsapp.verify(source_of("whatsapp"), make_inbound(escaped, header))
    with pytest.raises(NotAuthentic):
        whatsapp.verify(source_of("whatsapp"), make_inbound(plain, header))


def test_a_conversation_is_one_lead() -> None:
    first = {"id": "wamid.1", "from": "919876543210", "type": "text", "text": {"body": "Hi"}}

    assert key_of(received(first)) == key_of(received({**first, "id": "wamid.2"}))
    assert key_of(received(first)) != key_of(received({**first, "from": "919876543211"}))
    assert key_of(received(first)) != key_of(received(first, number="another"))


def test_a_person_who_takes_a_user_name_stays_the_same_person() -> None:
    with_number = {"id": "wamid.1", "from": "919876543210", "from_user_id": "IN.1", "type": "text"}
    without = {"id": "wamid.2", "from_user_id": "IN.1", "type": "text"}

    assert key_of(received(with_number)) == key_of(received(without))


def test_a_form_of_whatsapp_that_cannot_be_read_is_kept_as_it_is() -> None:
    reply = {"type": "nfm_reply", "nfm_reply": {"response_json": '{"a": '}}
    message = {"id": "wamid.1", "from": "919876543210", "type": "interactive", "interactive": reply}

    (submission,) = read(source_of("whatsapp"), received(message))

    assert submission.fields["response_json"] == '{"a": '


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"type": "text", "text": {"body": "Hi"}}, "Hi"),
        ({"type": "button", "button": {"text": "Yes", "payload": "p"}}, "Yes"),
        ({"type": "image", "image": {"caption": "This one", "id": "5"}}, "This one"),
        ({"type": "interactive", "interactive": {"list_reply": {"title": "SUV", "id": "1"}}}, "SUV"),
        ({"type": "unsupported", "errors": [{"code": 131051}]}, None),
        ({"type": ["text"], "text": "Hi"}, None),
    ],
)
def test_what_was_written_or_tapped_is_the_message(content: dict[str, Any], expected: str | None) -> None:
    (submission,) = read(
        source_of("whatsapp"), received({"id": "wamid.1", "from": "919876543210", **content})
    )

    assert submission.fields.get("CustomField1") == expected
