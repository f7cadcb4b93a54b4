"""LinkedIn Lead Gen Forms: a signed webhook of ids, and the answers, joined with their questions, that it asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from gateway.config import SourceConfig
from gateway.leads.lead import Submission
from gateway.sources import ad_form, fetch, sampling, signatures
from gateway.sources.ad_form import FilledForm, text_of
from gateway.sources.base import Inbound, NotAuthentic, Reply
from gateway.sources.fetch import Asked, Fetch, FetchTrouble, Got, Part, Renewal
from gateway.sources.pull import Answer, Question

API = "https://api.linkedin.com"
LOGIN = "https://www.linkedin.com"
VERSION = "202606"
LEAD_SOURCE = "LinkedIn"
SIGNATURE = "x-li-signature"
SIGNED_PREFIX = "hmacsha256="
DELETED = "DELETED"

# Only what LinkedIn really asks: a text of a stranger's choice, signed, would be a webhook signed for the stranger.
_CHALLENGE = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_RESPONSE = re.compile(r"urn:li:leadGenFormResponse:(\S{1,100})", re.ASCII)
_ID = re.compile(r"[0-9A-Za-z_-]{6,100}", re.ASCII)
_FORM = re.compile(r"urn:li:leadGenForm:([0-9]{1,20}),\s?([0-9]{1,10})\)", re.ASCII)
_DEAD_TOKENS = frozenset({65600, 65601, 65602, 65603, 65604, 65605})
_TAKEN = frozenset({"id", "formResponse", "testLead"})


def verify(source: SourceConfig, inbound: Inbound) -> None:
    """The digest is over the body with a prefix; it is taken without one, too, as some of their tools write it."""
    signed = (SIGNED_PREFIX.encode() + inbound.body, inbound.body)
    expected = [
        signatures.hmac_hex(secret, message) for secret in source.auth.secrets if secret for message in signed
    ]
    given = inbound.header(SIGNATURE).removeprefix(SIGNED_PREFIX)
    if not inbound.body or not signatures.any_same([given], expected):
        raise NotAuthentic


def handshake(source: SourceConfig, inbound: Inbound) -> Reply | None:
    """Asked every two hours; three wrong or late answers block the webhook."""
    challenge = dict(inbound.query).get("challengeCode") or _challenge_in(inbound)
    if not _CHALLENGE.fullmatch(challenge):
        return None
    response = signatures.hmac_hex(source.auth.secrets[0], challenge.encode())
    return Reply(body=orjson.dumps({"challengeCode": challenge, "challengeResponse": response}))


def parse(_source: SourceConfig, inbound: Inbound) -> list[Submission]:
    return [
        _submission(event) if isinstance(event, dict) else ad_form.not_a_form(event)
        for event in ad_form.rows_of(inbound)
    ]


def sample(source: SourceConfig, number: int) -> Inbound:
    value = {
        "type": "LEAD_ACTION",
        "leadGenFormResponse": f"urn:li:leadGenFormResponse:249592fc-d272-44ba-a7db-c2bdce579507-{number}",
        "leadGenForm": "urn:li:versionedLeadGenForm:(urn:li:leadGenForm:7234246,1)",
        "owner": {"sponsoredAccount": "urn:li:sponsoredAccount:1234567"},
        "associatedEntity": {"sponsoredCreative": "urn:li:sponsoredCreative:241257736"},
        "leadType": "SPONSORED",
        "leadAction": "CREATED",
        "occurredAt": 1791300000000,
    }
    inbound = sampling.posted_json(source, value)
    message = SIGNED_PREFIX.encode() + inbound.body
    return sampling.with_headers(inbound, {SIGNATURE: signatures.hmac_hex(source.auth.secrets[0], message)})


# -- asking LinkedIn -----------------------------------------------------------------------------------------


def _ask_lead(source: SourceConfig, asked: Asked, _got: Got) -> Question:
    return question(source, f"leadFormResponses/{asked['id']}")


def _ask_form(source: SourceConfig, asked: Asked, got: Got) -> Question:
    """The answers name their questions by number alone."""
    return question(source, f"leadForms/{_form_of(asked, got)[0]}")


def _shared_form(asked: Asked, got: Got) -> str:
    return " ".join(_form_of(asked, got))


def _form_of(asked: Asked, got: Got) -> tuple[str, str]:
    """Number and version of the form; raises FetchTrouble where neither webhook nor lead name it."""
    if asked.get("form"):
        return asked["form"], asked.get("form_version", "")
    found = _FORM.search(text_of(got["lead"], "versionedLeadGenFormUrn"))
    if found is None:
        raise FetchTrouble("fetch.unreadable")
    return found[1], found[2]


def question(source: SourceConfig, path: str) -> Question:
    """One GET of `path` below /rest, with our token."""
    return Question(
        url=f"{source.options.get('api_url', API)}/rest/{path}",
        headers={
            "Authorization": f"Bearer {source.options.get('access_token', '')}",
            "LinkedIn-Version": source.options.get("api_version", VERSION),
            "X-Restli-Protocol-Version": "2.0.0",
        },
    )


def _read_lead(asked: Asked, answer: Answer) -> Any:
    value = _read(asked, answer)
    if text_of(value, "id") != asked["id"]:
        raise FetchTrouble("fetch.unreadable")
    return value


def _read(_asked: Asked, answer: Answer) -> Any:
    return response_object(answer)


def response_object(answer: Answer) -> dict[str, Any]:
    """The object of an answer of LinkedIn's; raises FetchTrouble."""
    if answer.status == 426:
        raise FetchTrouble("fetch.version")
    if answer.status in (403, 404):
        raise FetchTrouble("fetch.permission" if answer.status == 403 else "fetch.gone")
    fetch.refuse_status(answer)
    value = fetch.object_in(answer)
    if answer.status == 401:
        raise FetchTrouble("fetch.token" if _is_about_the_token(value) else "fetch.permission")
    if answer.status != 200:
        raise FetchTrouble("fetch.refused" if answer.status == 400 else "fetch.unreadable")
    return value


def _is_about_the_token(error: Mapping[str, Any]) -> bool:
    """401 is also said of a member who may not see the form."""
    words = f"{text_of(error, 'code')} {text_of(error, 'message')}".casefold()
    return fetch.number_of(error, "serviceErrorCode") in _DEAD_TOKENS or "token" in words


def complete(source: SourceConfig, asked: Asked, got: Got) -> Submission:
    """Each answer under the name of its question."""
    lead, form = got["lead"], got["form"]
    name = text_of(form, "name")
    filled = FilledForm(
        payload={**lead, "form": form},
        answers=dict(_answers(lead, form)),
        lead_source=LEAD_SOURCE,
        campaign=name,  # the campaign itself is only a number here
        form=name or "Lead gen form",
        key=asked["id"],
        about={
            **{key: text for key, text in asked.items() if key != "id"},
            **ad_form.rest_of(lead, _TAKEN),
            **(
                {"consents": consents}
                if (consents := _inside(lead, "formResponse").get("consentResponses"))
                else {}
            ),
        },
        test=lead.get("testLead") is True,
    )
    return ad_form.submission_of(source, filled)


def _ask_token(source: SourceConfig) -> Question | None:
    """Apps that LinkedIn has allowed to do so replace their tokens themselves, for a year."""
    refresh_token, client_id = source.options.get("refresh_token"), source.options.get("client_id")
    if not refresh_token or not client_id:
        return None
    return Question(
        url=f"{source.options.get('api_url', LOGIN)}/oauth/v2/accessToken",
        form={
            "grant_type": "refresh_token",
            "refresh_token": refresh_token,
            "client_id": client_id,
            "client_secret": source.auth.secrets[0],
        },
    )


def _read_token(answer: Answer) -> str:
    token = text_of(fetch.object_in(answer), fetch.ACCESS_TOKEN)
    fetch.refuse_status(answer)
    if answer.status != 200 or not token:
        raise FetchTrouble("fetch.token")
    return token


FETCH = Fetch(
    parts=(
        Part(name="lead", ask=_ask_lead, read=_read_lead),
        Part(name="form", ask=_ask_form, read=_read, shared=_shared_form),
    ),
    complete=complete,
    renewal=Renewal(ask=_ask_token, read=_read_token),
)


# -- reading -------------------------------------------------------------------------------------------------


def _challenge_in(inbound: Inbound) -> str:
    if b"challengeCode" not in inbound.body[:200]:
        return ""
    try:
        value = orjson.loads(inbound.body)
    except orjson.JSONDecodeError:
        return ""
    return text_of(value, "challengeCode") if isinstance(value, dict) else ""


def _submission(event: Mapping[str, Any]) -> Submission:
    found = _RESPONSE.fullmatch(text_of(event, "leadGenFormResponse"))
    lead_id = found[1] if found else ""
    form = _FORM.search(text_of(event, "leadGenForm"))
    withdrawn = text_of(event, "leadAction").upper() == DELETED
    asked = fetch.checked(
        {
            "id": lead_id,
            "form": form[1] if form else "",
            "form_version": form[2] if form else "",
            "lead_type": text_of(event, "leadType"),
            "occurred_at": text_of(event, "occurredAt"),
            fetch.WITHDRAWN: "yes" if withdrawn else "",
        },
        id_pattern=_ID,
    )
    return Submission(
        fields={},
        # The same lead comes once as new and once as withdrawn, and either may be repeated.
        key=(f"{lead_id} {DELETED}" if withdrawn else lead_id) or None,
        fetch=asked,
        extra={} if asked else {"event": dict(event)},
    )


def _answers(lead: Mapping[str, Any], form: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    questions = {
        text_of(each, "questionId"): each for each in _objects(_inside(form, "content").get("questions"))
    }
    for answer in _objects(_inside(lead, "formResponse").get("answers")):
        number = text_of(answer, "questionId")
        question = questions.get(number, {})
        yield _name_of(question) or f"question {number}", _text_of(_inside(answer, "answerDetails"), question)


def _name_of(question: Mapping[str, Any]) -> str:
    """LinkedIn's own name for what it asks itself, else the question as people read it."""
    known = text_of(question, "predefinedField").lower()
    return known or _localized(question.get("question")) or text_of(question, "name")


def _text_of(details: Mapping[str, Any], question: Mapping[str, Any]) -> str:
    written = text_of(_inside(details, "textQuestionAnswer"), "answer")
    chosen = _inside(details, "multipleChoiceAnswer").get("options")
    if written or not isinstance(chosen, list):
        return written
    asked = _inside(_inside(question, "questionDetails"), "multipleChoiceQuestionDetails")
    options = {text_of(each, "id"): _localized(each.get("text")) for each in _objects(asked.get("options"))}
    return ", ".join(options.get(str(each)) or str(each) for each in chosen)


def _localized(text: Any) -> str:
    """A text in the first of its languages."""
    if not isinstance(text, dict):
        return text if isinstance(text, str) else ""
    texts = text.get("localized")
    return (
        next((each for each in texts.values() if isinstance(each, str)), "")
        if isinstance(texts, dict)
        else ""
    )


def _inside(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = value.get(name)
    return found if isinstance(found, dict) else {}


def _objects(values: Any) -> list[Mapping[str, Any]]:
    return [each for each in values if isinstance(each, dict)] if isinstance(values, list) else []
