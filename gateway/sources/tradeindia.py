"""TradeIndia: its enquiries are asked for by day and page; some accounts have them pushed too."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from gateway.config import SourceConfig
from gateway.leads.lead import LeadStatus, Submission
from gateway.leads.vocabulary import squeeze
from gateway.sources import pull, sampling
from gateway.sources.base import Inbound, Reply
from gateway.sources.html_text import plain_text
from gateway.sources.indian_time import date
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

LEAD_SOURCE = "TradeIndia"
URL = "https://www.tradeindia.com"
PATH = "/utils/my_inquiry.html"
ROWS_OF_A_PAGE = 100
MOST_PAGES = 100  # of one window; ten thousand enquiries in two days are a fault
NUMBERS = ("sendermobile", "senderothermobiles", "senderphone")
RESTING = 15 * pull.MINUTE
MOST_BRACKETS = 50  # looked at before an answer is given up
_DECODER = json.JSONDecoder()


def parse(source: SourceConfig, inbound: Inbound) -> list[Submission]:
    return submissions(read_rows(without_secrets(source, inbound)), lambda row: _submission(source, row))


def acknowledge(_source: SourceConfig, _leads: Sequence[LeadStatus]) -> Reply:
    return Reply(body=b'{"status":"success"}')


def sample(source: SourceConfig, number: int) -> Inbound:
    lead = {
        "rfi_id": f"77{number:07d}",
        "sender_name": "Asha Verma",
        "sender_mobile": f"+91{sampling.phone(number)}",
        "sender_email": "asha@example.com",
        "sender_co": "Verma Traders",
        "sender_city": "Pune",
        "sender_state": "Maharashtra",
        "sender_country": "India",
        "subject": "Enquiry for Gate Valve",
        "message": "<p>Please quote for 6 pieces.</p>",
        "product_name": "Gate Valve",
        "quantity": "6",
        "inquiry_type": "Direct",
        "generated_date": "06 October 2026",
        "generated_time": "11:17",
    }
    return sampling.proven(source, sampling.posted_json(source, lead))


def _submission(source: SourceConfig, row: Row) -> Submission:
    lead_id = row.take("rfiid")
    # A number may be wrapped in HTML, or several may stand in one field.
    number, _ = Row(
        {name: plain_text(text) if isinstance(text, str) else text for name, text in row.values.items()}
    ).take_number(source, *NUMBERS)
    told = row.look("source")
    fields = {
        "CustomerName": row.take("sendername") or row.look("senderco", "sendercompany"),
        "MobileNo": number,
        "LeadSource": LEAD_SOURCE,
        "LeadSubSource": "" if squeeze(told) == squeeze(LEAD_SOURCE) else told,
        "EnquiryType": row.take("inquirytype", "enquirytype"),
        "WebEnquiryNumber": lead_id,
        "CustomField1": row.look("productname", "subject"),
        "CustomField2": plain_text(row.look("message")),
    }
    return submission(source, row, fields, key=lead_id or None)


# -- asking --------------------------------------------------------------------------------------------------


def _ask(source: SourceConfig, window: pull.Window, page: str, _now: float) -> pull.Question:
    """Whole days are all that can be asked for; what is known already is left out later."""
    query = (
        ("userid", source.options["user_id"]),
        ("profile_id", source.options["profile_id"]),
        ("key", source.options["pull_key"]),
        ("from_date", date(window.start)),
        ("to_date", date(window.end)),
        ("limit", str(ROWS_OF_A_PAGE)),
        ("page_no", page or "1"),
    )
    return pull.Question(url=source.options.get("pull_url", URL) + PATH, query=query)


def _read(_source: SourceConfig, page: str, answer: pull.Answer) -> pull.Page:
    pull.refuse_trouble(answer, resting=RESTING)
    rows = _last_array(answer.body.decode("utf-8-sig", errors="replace").rstrip())
    if rows is None:
        raise pull.unreadable()
    number = int(page or "1")
    more = len(rows) >= ROWS_OF_A_PAGE
    if more and number >= MOST_PAGES:
        return pull.Page(rows=rows, cut=True)
    return pull.Page(rows=rows, next_page=str(number + 1) if more else None)


def _last_array(text: str) -> list[Any] | None:
    """The array the answer ends with; notices of the server may stand in front of it. None for a page of HTML."""
    at = -1
    for _ in range(MOST_BRACKETS):
        at = text.find("[", at + 1)
        if at < 0:
            return None
        try:
            value, end = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            continue
        if end == len(text) and isinstance(value, list):
            return value
    return None


PULL = pull.Pull(
    needs=("user_id", "profile_id", "pull_key"),
    every=10 * pull.MINUTE,
    pace=2.0,
    longest=2 * pull.DAY,
    shortest=pull.DAY,
    overlap=15 * pull.MINUTE,
    ask=_ask,
    read=_read,
)
