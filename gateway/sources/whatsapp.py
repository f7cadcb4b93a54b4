"""WhatsApp Cloud API: people who write to the business, often by the button of an ad."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from gateway.config import SourceConfig
from gateway.leads.lead import Submission
from gateway.sources import hub, sampling, strict_json
from gateway.sources.base import Inbound, Reply, Unreadable
from gateway.sources.json_parts import load_object, part, rows, text, told
from gateway.sources.questionnaire import Answer, Filled, submission_of, unreadable_row

VERIFY_TOKEN = "verify_token"  # noqa: S105  the option's name
MOST_MESSAGES = 1000
# The dashboard's test button sends these: https://developers.facebook.com/docs/whatsapp/cloud-api.
_TEST_SENDER, _TEST_NUMBER = "16315551181", "123456123"
_NO_ENQUIRIES = frozenset({"reaction", "system"})  # a thumb up, a changed number: nobody asks for anything
_NEWS = ("messages", "statuses", "errors")
_CHAT, _AD = "WhatsApp chat", "Click-to-WhatsApp ad"
_REFERRAL = ("source_id", "source_type", "headline", "body", "ctwa_clid", "media_type")
_TOLD = ("id", "timestamp", "from", "from_user_id", "type")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Message:
    """One message, who wrote it, and to which of the business's numbers."""

    message: Mapping[str, Any]
    contact: Mapping[str, Any]
    business: Mapping[str, Any]

    @property
    def number(self) -> str:
        """The sender's; empty for people who are known by a user name only."""
        return text(self.message.get("from")) or text(self.contact.get("wa_id"))

    @property
    def key(self) -> str:
        """The person at this number of the business, not the message: a conversation is one lead."""
        person = text(self.message.get("from_user_id")) or text(self.contact.get("user_id")) or self.number
        if not person:
            return text(self.message.get("id"))
        return f"{person}:{text(self.business.get('phone_number_id'))}"


def handshake(source: SourceConfig, inbound: Inbound) -> Reply | None:
    return hub.challenge(inbound, [source.options.get(VERIFY_TOKEN, "")])


def verify(source: SourceConfig, inbound: Inbound) -> None:
    hub.verify(source.auth.secrets, inbound)


def parse(source: SourceConfig, inbound: Inbound) -> list[Submission]:
    """A lead for each message; receipts and other news of the account make none."""
    body = load_object(inbound)
    if not isinstance(body.get("entry"), list):
        raise Unreadable("records.not_found", "The list `entry`, where messages stand, is not in the body.")
    found = list(_messages(body))
    if len(found) > MOST_MESSAGES:
        raise Unreadable("records.too_many", f"One request may carry at most {MOST_MESSAGES} messages.")
    return [
        _submission(source, each) if isinstance(each, _Message) else unreadable_row(each) for each in found
    ]


# -- reading -------------------------------------------------------------------------------------------------


def _messages(body: Mapping[str, Any]) -> Iterator[Any]:
    for entry in map(part, rows(body.get("entry"))):
        for change in map(part, rows(entry.get("changes"))):
            if change.get("field") == "messages":
                yield from _messages_of(part(change.get("value")))


def _messages_of(value: Mapping[str, Any]) -> Iterator[Any]:
    if not any(name in value for name in _NEWS):
        yield value  # a shape of tomorrow: kept, so that nobody's message is lost
    contacts = [part(each) for each in rows(value.get("contacts"))]
    for message in rows(value.get("messages")):
        if not isinstance(message, dict):
            yield message
        elif text(message.get("type")) not in _NO_ENQUIRIES:
            yield _Message(
                message=message, contact=_sender(message, contacts), business=part(value.get("metadata"))
            )


def _sender(message: Mapping[str, Any], contacts: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The contact that wrote this message; the only one where there is one."""
    ids = {text(message.get("from")), text(message.get("from_user_id"))} - {""}
    for contact in contacts:
        if ids & {text(contact.get("wa_id")), text(contact.get("user_id"))}:
            return contact
    return contacts[0] if len(contacts) == 1 else {}


def _submission(source: SourceConfig, received: _Message) -> Submission:
    message, referral = received.message, part(received.message.get("referral"))
    filled = Filled(
        payload={"message": message, "contact": received.contact, "metadata": received.business},
        answers=[*_answers(received), *_ad(source, referral)],
        key=text(message.get("id")),
        about={
            **told(message, *_TOLD),
            **{f"referral_{name}": value for name, value in told(referral, *_REFERRAL).items()},
            **told(received.business, "phone_number_id", "display_phone_number"),
        },
        test=received.number == _TEST_SENDER
        and text(received.business.get("phone_number_id")) == _TEST_NUMBER,
    )
    submission = submission_of(source, filled)
    return submission if source.key else replace(submission, key=received.key or None)


def _answers(received: _Message) -> Iterator[Answer]:
    """A form inside WhatsApp, or a number that was asked for, says more than the profile does."""
    message = received.message
    yield from _flow(message)
    if received.number:
        yield Answer(label="phone_number", value=_international(received.number))
    else:
        yield from _given_number(message)
    yield Answer(label="contact_name", value=text(part(received.contact.get("profile")).get("name")))
    yield Answer(label="message", value=_words(message))


def _given_number(message: Mapping[str, Any]) -> Iterator[Answer]:
    """The own number of somebody known by a user name, sent when asked for it; not the card of a friend."""
    for card in map(part, rows(message.get("contacts"))):
        if "other" in (text(card.get("origin")), text(message.get("origin"))):
            continue
        yield Answer(label="CustomerName", value=text(part(card.get("name")).get("formatted_name")))
        for phone in map(part, rows(card.get("phones"))):
            yield Answer(label="MobileNo", value=text(phone.get("phone")))


def _international(number: str) -> str:
    """WhatsApp writes the country code without its plus."""
    return f"+{number}" if number.isascii() and number.isdigit() else number


def _flow(message: Mapping[str, Any]) -> Iterator[Answer]:
    """What was filled into a form (a flow): names as its author chose them."""
    written = part(part(message.get("interactive")).get("nfm_reply")).get("response_json")
    if not isinstance(written, str):
        return
    try:
        answers = strict_json.loads(written.encode(errors="surrogatepass"))
    except Unreadable:
        yield Answer(label="response_json", value=written)
        return
    for name, value in part(answers).items():
        if name != "flow_token":
            yield Answer(label=name, value=value)


def _words(message: Mapping[str, Any]) -> str:
    """What the person wrote, tapped, or put under a picture."""
    kind = text(message.get("type"))
    content = part(message.get(kind))
    tapped = part(content.get("button_reply")) or part(content.get("list_reply"))
    found = (content.get("body"), content.get("text"), content.get("caption"), tapped.get("title"))
    return next(filter(None, map(text, found)), "")


def _ad(source: SourceConfig, referral: Mapping[str, Any]) -> Iterator[Answer]:
    """The ad somebody tapped; only the first message after it tells."""
    campaign = text(referral.get("headline")) or text(referral.get("source_id"))
    offered = {
        "LeadSource": "WhatsApp",
        "EnquirySource": _AD if referral else _CHAT,
        "LeadSubSource": campaign,
        "LeadfromURL": text(referral.get("source_url")),
    }
    for name, value in offered.items():
        if name not in source.constants:
            yield Answer(label=name, value=value)


# -- sample --------------------------------------------------------------------------------------------------


def sample(source: SourceConfig, number: int) -> Inbound:
    inbound = sampling.posted_json(source, _sample(f"91{sampling.phone(number)}", number))
    signed = {hub.SIGNATURE_HEADER: hub.signature(source.auth.secrets[0], inbound.body)}
    return replace(inbound, headers={**inbound.headers, **signed})


def _sample(sender: str, number: int) -> dict[str, Any]:
    message = {
        "from": sender,
        "from_user_id": f"IN.{13_491_208_655_302_741_918 + number}",
        "id": f"wamid.HBgM{number:024X}",
        "timestamp": "1791300000",
        "type": "text",
        "text": {"body": "Hi, I want details"},
        "referral": {
            "source_url": "https://fb.me/3cr4Wqqkv",
            "source_id": "120226305854810726",
            "source_type": "ad",
            "headline": "Chat with us",
            "body": "Diwali offer",
            "ctwa_clid": "Aff-n8ZTODiE79d22KtAwQKj9e",
        },
    }
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "912240000000", "phone_number_id": "106540352242922"},
        "contacts": [{"profile": {"name": "Asha"}, "wa_id": sender, "user_id": message["from_user_id"]}],
        "messages": [message],
    }
    change = {"field": "messages", "value": value}
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": "102290129340398", "changes": [change]}],
    }
