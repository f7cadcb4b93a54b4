"""IndiaMART: an enquiry as it happens, and every five minutes whatever that may have missed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from gateway.config import SourceConfig
from gateway.leads.lead import LeadStatus, Submission
from gateway.sources import pull, sampling
from gateway.sources.base import Inbound, Reply
from gateway.sources.html_text import plain_text
from gateway.sources.indian_time import date_and_time
from gateway.sources.portal import (
    SECRET_FIELDS,
    Row,
    read_rows,
    submission,
    submissions,
    verify,
    without_secrets,
)

__all__ = ["PULL", "SECRET_FIELDS", "acknowledge", "parse", "sample", "verify"]

LEAD_SOURCE = "IndiaMART"
RESPONSE = "RESPONSE"
URL = "https://mapi.indiamart.com"
PATH = "/wservce/crm/crmListing/v2/"
BLOCKED_FOR = 16 * pull.MINUTE  # a key that asks too often is locked out for about fifteen minutes

TYPES: Mapping[str, str] = MappingProxyType(
    {
        "W": "Direct enquiry",
        "B": "Buy lead",
        "BL": "Buy lead",
        "P": "Call",
        "WA": "WhatsApp",
        "BIZ": "Catalogue view",
        "V": "Catalogue view",
    }
)
CATALOGUE_VIEWS = frozenset({"BIZ", "V"})  # somebody looked at a catalogue and asked nothing
KEEP = "keep"
NO_NUMBER = "0"  # what stands in an empty number now and then
NUMBERS = (
    *("sendermobile", "mob", "sendermobilealt", "mobilealt"),
    *("senderphone", "phone", "senderphonealt", "phonealt"),
)


def parse(source: SourceConfig, inbound: Inbound) -> list[Submission]:
    """`RESPONSE` holds one enquiry when it is pushed and a list when it is pulled; either also comes bare."""
    rows = [inner for row in read_rows(without_secrets(source, inbound)) for inner in _unwrapped(row)]
    return submissions(rows, lambda row: _submission(source, row))


def acknowledge(_source: SourceConfig, _leads: Sequence[LeadStatus]) -> Reply:
    """Anything but 200 for two days, and IndiaMART ends the push."""
    return Reply(body=b'{"CODE":200,"STATUS":"SUCCESS"}')


def sample(source: SourceConfig, number: int) -> Inbound:
    lead = {
        "UNIQUE_QUERY_ID": f"29988{number:05d}",
        "QUERY_TYPE": "W",
        "QUERY_TIME": "2026-10-06 11:17:14",
        "SENDER_NAME": "Asha Verma",
        "SENDER_MOBILE": f"+91-{sampling.phone(number)}",
        "SENDER_MOBILE_ALT": "",
        "SENDER_EMAIL": "asha@example.com",
        "SENDER_COMPANY": "Verma Traders",
        "SENDER_ADDRESS": "Pune, Maharashtra, 411001",
        "SENDER_CITY": "Pune",
        "SENDER_STATE": "Maharashtra",
        "SENDER_PINCODE": "411001",
        "SENDER_COUNTRY_ISO": "IN",
        "SUBJECT": "Requirement for Gate Valve",
        "QUERY_PRODUCT_NAME": "Gate Valve",
        "QUERY_MCAT_NAME": "Industrial Valves",
        "QUERY_MESSAGE": "I want to buy Gate Valve.<br> Quantity :   6<br>",
    }
    value = {"CODE": 200, "STATUS": "SUCCESS", RESPONSE: lead}
    return sampling.proven(source, sampling.posted_json(source, value))


def _unwrapped(row: Any) -> list[Any]:
    if not isinstance(row, dict) or RESPONSE not in row:
        return [row]
    inner = row[RESPONSE]
    return inner if isinstance(inner, list) else [inner]


def _submission(source: SourceConfig, row: Row) -> Submission:
    """Names of the first version of the API stand second."""
    lead_id = row.take("uniquequeryid", "queryid")
    kind = row.look("querytype", "qtype").upper()
    number, _ = row.take_number(source, *NUMBERS)
    subject, product = row.look("subject"), row.look("queryproductname", "productname")
    fields = {
        "CustomerName": row.take("sendername") or row.look("sendercompany", "glusrusrcompanyname"),
        "MobileNo": "" if number == NO_NUMBER else number,
        "LeadSource": LEAD_SOURCE,
        "LeadSubSource": row.look("querymcatname"),
        "EnquiryType": TYPES.get(kind, kind),
        "WebEnquiryNumber": lead_id,
        "CustomField1": product or subject,
        "CustomField2": plain_text(row.look("querymessage", "enqmessage")),
    }
    looked = kind in CATALOGUE_VIEWS and source.options.get("catalogue_views") == KEEP
    return submission(source, row, fields, key=lead_id or None, test=looked)


# -- asking --------------------------------------------------------------------------------------------------


def _ask(source: SourceConfig, window: pull.Window, _page: str, _now: float) -> pull.Question:
    query = (
        ("glusr_crm_key", source.options["pull_key"]),
        ("start_time", date_and_time(window.start)),
        ("end_time", date_and_time(window.end)),
    )
    return pull.Question(url=source.options.get("pull_url", URL) + PATH, query=query)


def _read(_source: SourceConfig, _page: str, answer: pull.Answer) -> pull.Page:
    """What matters stands in `CODE`; the status of HTTP says the same or nothing."""
    if answer.status != 200:
        pull.refuse_trouble(answer, resting=BLOCKED_FOR)
    value = pull.value_of(answer)
    code = str(value.get("CODE")) if isinstance(value, dict) else ""
    if code == "204":
        return pull.Page(rows=())
    if code == "429":
        raise pull.too_many(BLOCKED_FOR)
    if code in ("401", "403"):
        raise pull.wrong_key()
    if code != "200":
        raise pull.unreadable()
    rows = _unwrapped(value)
    if RESPONSE not in value:
        raise pull.unreadable()
    total = value.get("TOTAL_RECORDS")
    return pull.Page(rows=rows, cut=isinstance(total, int) and total > len(rows))


PULL = pull.Pull(
    needs=("pull_key",),
    every=10 * pull.MINUTE,
    pace=5 * pull.MINUTE + 5,  # one question in five minutes, and their clock is not ours
    longest=7 * pull.DAY - pull.MINUTE,
    shortest=pull.MINUTE,
    overlap=5 * pull.MINUTE,
    ask=_ask,
    read=_read,
)
