"""Housing.com: builders and brokers ask for their leads; some accounts have them pushed too."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

from gateway.config import SourceConfig
from gateway.leads.lead import LeadStatus, Submission
from gateway.sources import pull, sampling
from gateway.sources.base import Inbound, Reply
from gateway.sources.indian_time import date
from gateway.sources.portal import (
    SECRET_FIELDS,
    Row,
    fingerprint,
    listed,
    read_rows,
    submission,
    submissions,
    verify,
    with_country,
    without_secrets,
)

__all__ = ["PULL", "SECRET_FIELDS", "acknowledge", "parse", "sample", "signature", "verify"]

LEAD_SOURCE = "Housing.com"
URL = "https://pahal.housing.com"
PATH = "/api/v0/get-{account}-leads"
MOST_ROWS = 1000
NUMBERS = ("leadphone", "mobilenumber", "mobile", "phone", "phonenumber")
RESTING = 15 * pull.MINUTE
# What stands in front of the API turns away programs that do not look like a browser.
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36"


def parse(source: SourceConfig, inbound: Inbound) -> list[Submission]:
    return submissions(
        read_rows(without_secrets(source, inbound)), lambda row: _submission(source, row, inbound.received_at)
    )


def acknowledge(_source: SourceConfig, _leads: Sequence[LeadStatus]) -> Reply:
    return Reply(body=b'{"status":"success"}')


def sample(source: SourceConfig, number: int) -> Inbound:
    lead = {
        "name": "Asha Verma",
        "mobile_number": sampling.phone(number),
        "email": "asha@example.com",
        "project_name": "Green Acres",
    }
    return sampling.proven(source, sampling.posted_json(source, lead))


def signature(key: str, current_time: str) -> str:
    """The `hash` of a question: it signs nothing but the time it is asked at."""
    return hmac.new(key.encode(), current_time.encode(), hashlib.sha256).hexdigest()


def _submission(source: SourceConfig, row: Row, received_at: float) -> Submission:
    written, _ = row.take_number(source, *NUMBERS)
    number = with_country(source, written, row.look("countrycode"))
    project, apartments = row.look("projectname"), row.look("apartmentnames")
    place = (row.look("localityname", "locality"), row.look("cityname", "city"))
    about = project or row.look("flatid", "projectid")
    fields = {
        "CustomerName": row.take("leadname", "name", "customername"),
        "MobileNo": number,
        "LeadSource": LEAD_SOURCE,
        "LeadSubSource": row.look("categorytype"),
        "EnquiryType": row.look("servicetype"),
        "CustomField1": project or row.look("pgname") or apartments,
        "CustomField2": listed(apartments if project else "", *place),
    }
    return submission(
        source, row, fields, key=_key(source, number, about, _day(row.look("leaddate"), received_at))
    )


def _key(source: SourceConfig, number: str, about: str, day: str) -> str | None:
    """Housing.com gives no id. A push tells neither the moment nor the flat, so a person's day with one project
    is what both can agree on; a second enquiry of that day is kept as a duplicate."""
    return fingerprint(source, number, about, day)


def _day(filed_at: str, received_at: float) -> str:
    seconds = (
        float(filed_at) if filed_at.isascii() and filed_at.isdigit() and len(filed_at) <= 11 else received_at
    )
    return date(seconds)


# -- asking --------------------------------------------------------------------------------------------------


def _ask(source: SourceConfig, window: pull.Window, _page: str, now: float) -> pull.Question:
    current_time = str(int(now))
    query = (
        ("start_date", str(int(window.start))),
        ("end_date", str(int(window.end))),
        ("current_time", current_time),
        ("hash", signature(source.options["encryption_key"], current_time)),
        ("id", source.options["profile_id"]),
        ("per_page", str(MOST_ROWS)),
    )
    path = PATH.format(account=source.options.get("account", "builder"))
    url = source.options.get("pull_url", URL) + path
    return pull.Question(url=url, query=query, headers={"User-Agent": BROWSER})


def _read(_source: SourceConfig, _page: str, answer: pull.Answer) -> pull.Page:
    pull.refuse_trouble(answer, resting=RESTING)
    value = pull.value_of(answer)
    rows = value.get("data") if isinstance(value, dict) and "apiErrors" not in value else None
    if not isinstance(rows, list):
        raise pull.unreadable()
    return pull.Page(rows=rows, cut=len(rows) >= MOST_ROWS)


PULL = pull.Pull(
    needs=("profile_id", "encryption_key"),
    every=10 * pull.MINUTE,
    pace=2.0,
    longest=2 * pull.DAY - pull.MINUTE,
    shortest=pull.MINUTE,
    overlap=15 * pull.MINUTE,
    ask=_ask,
    read=_read,
    own_ids=False,
)
