"""Meta Lead Ads, on Facebook and Instagram: a signed webhook of ids, and the leads the Graph API has for them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from gateway.config import SourceConfig
from gateway.leads.field_names import place_of
from gateway.leads.lead import Submission
from gateway.leads.vocabulary import squeeze
from gateway.sources import ad_form, fetch, hub, sampling, signatures
from gateway.sources.ad_form import FilledForm, text_of
from gateway.sources.base import Inbound, Reply, Unreadable
from gateway.sources.body import read_anything
from gateway.sources.fetch import Asked, Fetch, FetchTrouble, Got, Part
from gateway.sources.pull import Answer, Question

GRAPH = "https://graph.facebook.com"
VERSION = "v26.0"
MOST_CHANGES = 1000
DASHBOARD_ID = "444444444444"  # lead and page of what the app dashboard sends as a trial
DUMMY = "test lead: dummy data for"
DUMMY_ADDRESSES = frozenset({"test@meta.com", "test@fb.com"})

ID = re.compile(r"[0-9]{5,32}", re.ASCII)
_IDS = ("form_id", "page_id", "ad_id", "adgroup_id", "created_time")
FEW_FIELDS = "id,created_time,form_id,field_data"
ALL_FIELDS = (
    f"{FEW_FIELDS},ad_id,ad_name,adset_id,adset_name,campaign_id,campaign_name,custom_disclaimer_responses,"
    "is_organic,platform"
)
_LEAD_SOURCES = {"fb": "Facebook", "ig": "Instagram"}
_FORM = "Instant form"
_PHONE_WORDS = ("phone", "mobile", "whatsapp", "contact")
_FEWEST_DIGITS = 8

# Error codes of the Graph API.
_TOKEN = frozenset({102, 190})
_PACE = frozenset({4, 17, 32, 613, *range(80000, 80015)})
_TEMPORARY = frozenset({1, 2})
_RIGHTS = frozenset({3, 10, *range(200, 300)})
_INVALID, _NOT_THERE = 100, 33  # a code and its subcode


def verify(source: SourceConfig, inbound: Inbound) -> None:
    hub.verify(source.auth.secrets, inbound)


def handshake(source: SourceConfig, inbound: Inbound) -> Reply | None:
    """Meta asks whether the address is ours; whoever does not know the word agreed upon is refused as unsigned."""
    return hub.challenge(inbound, [source.options.get("verify_token", "")])


def parse(source: SourceConfig, inbound: Inbound) -> list[Submission]:
    """Every new lead in the body; changes of other fields share it and are none of our business."""
    value = read_anything(inbound, without=frozenset())
    entries = value.get("entry") if isinstance(value, dict) else None
    if not isinstance(entries, list):
        raise Unreadable(
            "records.not_found", "The list `entry`, where Meta's leads stand, is not in the body."
        )
    changes = list(_leadgen(entries))
    if len(changes) > MOST_CHANGES:
        raise Unreadable("records.too_many", f"One request may carry at most {MOST_CHANGES} leads.")
    return [
        _submission(source, change) if isinstance(change, dict) else ad_form.not_a_form(change)
        for change in changes
    ]


def sample(source: SourceConfig, number: int) -> Inbound:
    change = {
        "leadgen_id": str(444_000_000_000 + number),
        "page_id": "153125381133",
        "form_id": "12312312312",
        "adgroup_id": "120200000000000002",
        "ad_id": "120200000000000001",
        "created_time": 1791299999,
    }
    value = {
        "object": "page",
        "entry": [
            {"id": "153125381133", "time": 1791300000, "changes": [{"field": "leadgen", "value": change}]}
        ],
    }
    inbound = sampling.posted_json(source, value)
    signed = {hub.SIGNATURE_HEADER: hub.signature(source.auth.secrets[0], inbound.body)}
    return sampling.with_headers(inbound, signed)


# -- asking the Graph API ------------------------------------------------------------------------------------


def _ask(source: SourceConfig, asked: Asked, _got: Got) -> Question:
    return _question(source, asked, ALL_FIELDS)


def _ask_less(source: SourceConfig, asked: Asked, _got: Got) -> Question:
    """Without the names of ads, which take a right of their own."""
    return _question(source, asked, FEW_FIELDS)


def _question(source: SourceConfig, asked: Asked, fields: str) -> Question:
    return graph_question(source, asked["id"], (("fields", fields),))


def graph_question(source: SourceConfig, path: str, query: tuple[tuple[str, str], ...]) -> Question:
    """Proves that whoever holds the token knows the app's secret too."""
    base = source.options.get("graph_url", GRAPH)
    version = source.options.get("graph_version", VERSION)
    token = source.options.get("access_token", "")
    return Question(
        url=f"{base}/{version}/{path}",
        query=(
            *query,
            ("access_token", token),
            ("appsecret_proof", signatures.hmac_hex(source.auth.secrets[0], token.encode())),
        ),
    )


def _read(asked: Asked, answer: Answer) -> Any:
    value = graph_object(answer)
    if text_of(value, "id") != asked["id"]:
        raise FetchTrouble("fetch.unreadable")
    return value


def graph_object(answer: Answer) -> dict[str, Any]:
    """What the Graph API tells; raises FetchTrouble for what it says instead."""
    value = fetch.object_in(answer)
    error = value.get("error")
    if isinstance(error, dict):
        raise _trouble(error, answer)
    fetch.refuse_status(answer)
    if answer.status != 200:
        raise FetchTrouble("fetch.unreadable")
    return value


def _trouble(error: Mapping[str, Any], answer: Answer) -> FetchTrouble:
    code, subcode = fetch.number_of(error, "code"), fetch.number_of(error, "error_subcode")
    if code in _TOKEN:
        return FetchTrouble("fetch.token")
    if code in _PACE or answer.status == 429:
        return FetchTrouble("fetch.busy", pause=answer.retry_after)
    if code in _TEMPORARY or answer.status >= 500:
        return FetchTrouble("fetch.failing", pause=answer.retry_after)
    if code in _RIGHTS:
        return FetchTrouble("fetch.permission", less=True)
    if code == _INVALID and subcode == _NOT_THERE:
        return FetchTrouble("fetch.gone")
    return FetchTrouble("fetch.refused", less=code == _INVALID)


def complete(source: SourceConfig, asked: Asked, got: Got) -> Submission:
    """The lead as the Graph API tells it, and the ids its webhook brought."""
    return _filled(source, asked, got["lead"])


FETCH = Fetch(
    parts=(Part(name="lead", ask=_ask, ask_less=_ask_less, read=_read),),
    complete=complete,
)


# -- reading -------------------------------------------------------------------------------------------------


def _leadgen(entries: list[Any]) -> Iterator[Any]:
    for entry in entries:
        changes = entry.get("changes") if isinstance(entry, dict) else None
        for change in changes if isinstance(changes, list) else ():
            if isinstance(change, dict) and change.get("field") == "leadgen":
                yield change.get("value")


def _submission(source: SourceConfig, change: Mapping[str, Any]) -> Submission:
    lead_id = text_of(change, "leadgen_id")
    asked = fetch.checked(
        {"id": lead_id, **{name: ad_form.first_text(change, name) for name in _IDS}}, id_pattern=ID
    )
    if isinstance(change.get("field_data"), list):  # tools that try a webhook send the answers along
        return _filled(source, asked, change)
    if lead_id == text_of(change, "page_id") == DASHBOARD_ID:
        return Submission(fields={}, key=lead_id, test=True, extra=dict(change))
    return Submission(
        fields={}, key=lead_id or None, fetch=asked, extra={} if asked else {"change": dict(change)}
    )


def _filled(source: SourceConfig, asked: Asked, lead: Mapping[str, Any]) -> Submission:
    answers = ad_form.answers_of(lead.get("field_data"), ("name",), ("values", "value"))
    told = ad_form.rest_of(lead, {"id", "leadgen_id", "field_data"})
    form = FilledForm(
        payload=lead,
        answers=_with_phone(answers),
        lead_source=_LEAD_SOURCES.get(text_of(lead, "platform"), "Facebook"),
        campaign=ad_form.first_text(lead, "campaign_name"),
        form=_FORM,
        key=asked.get("id") or text_of(lead, "leadgen_id"),
        about={**{name: text for name, text in asked.items() if name != "id"}, **told},
        test=_is_test(answers),
    )
    return ad_form.submission_of(source, form)


def _with_phone(answers: Mapping[str, Any]) -> dict[str, Any]:
    """A form may ask for the number in a question of its own: `Your WhatsApp number, please?`."""
    places = [place_of(name) for name in answers]
    if any(place is not None and place.field in ("MobileNo", "phone_number") for place in places):
        return dict(answers)
    asks = next((name for name, value in answers.items() if _asks_for_phone(name, value)), None)
    return {("phone_number" if name == asks else name): value for name, value in answers.items()}


def _asks_for_phone(name: str, value: Any) -> bool:
    digits = sum(character.isdecimal() for text in _texts(value) for character in text)
    return digits >= _FEWEST_DIGITS and any(word in squeeze(name) for word in _PHONE_WORDS)


def _is_test(answers: Mapping[str, Any]) -> bool:
    texts = [text.strip().casefold() for value in answers.values() for text in _texts(value)]
    return any(text.lstrip("<").startswith(DUMMY) or text in DUMMY_ADDRESSES for text in texts)


def _texts(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, str)]
