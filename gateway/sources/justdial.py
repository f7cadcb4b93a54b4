"""JustDial: an enquiry in the query of a GET, or as JSON or a form; the answer is one word."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from gateway.config import SourceConfig
from gateway.leads.lead import LeadStatus, Submission
from gateway.sources import portal, sampling, signatures
from gateway.sources.base import Inbound, Reply, Unreadable
from gateway.sources.portal import Row

LEAD_SOURCE = "JustDial"
RECEIVED = "RECEIVED"
USER, PASSWORD = "user", "pass"  # what JustDial calls the constants it can be asked to append
SECRET_FIELDS = portal.SECRET_FIELDS | {USER, PASSWORD}
SUPPRESS = "suppress"
DO_NOT_CALL = "do_not_call"  # the mark of a lead, whatever becomes of it
ON_THE_REGISTER = "Number is on the do-not-call register"


def verify(source: SourceConfig, inbound: Inbound) -> None:
    """A token in the address, or a name and a password among the fields; whatever else `auth` says."""
    wanted = [f"{source.auth.user}:{secret}" for secret in source.auth.secrets if secret and source.auth.user]
    if source.auth.method == "basic" and signatures.any_same(_credentials(inbound), wanted):
        return
    portal.verify(source, inbound)


def parse(source: SourceConfig, inbound: Inbound) -> list[Submission]:
    asked = portal.without_secrets(source, inbound, SECRET_FIELDS)
    rows = [_without_credentials(row) for row in portal.read_rows(asked)]
    return portal.submissions(rows, lambda row: _submission(source, row))


def acknowledge(source: SourceConfig, _leads: Sequence[LeadStatus]) -> Reply:
    word = source.options.get("answer", RECEIVED)
    return Reply(body=word.encode(), content_type="text/plain; charset=utf-8")


def sample(source: SourceConfig, number: int) -> Inbound:
    query = {
        "leadid": f"JDSAMPLE{number}",
        "leadtype": "category",
        "prefix": "Ms",
        "name": "Asha Verma",
        "mobile": sampling.phone(number),
        "phone": "",
        "email": "asha@example.com",
        "date": "2026-10-06",
        "category": "Generator Dealers",
        "city": "Mumbai",
        "area": "Ghatkopar West",
        "brancharea": "Apollo Bunder",
        "dncmobile": "0",
        "dncphone": "0",
        "company": "Example Power",
        "pincode": "400086",
        "time": "13:10:11",
        "branchpin": "400001",
        "parentid": "PXX22.XX22.150705230454.M4B1",
    }
    asked = replace(sampling.posted(source, b""), method="GET", headers={}, query=tuple(query.items()))
    return sampling.proven(source, asked)


def _submission(source: SourceConfig, row: Row) -> Submission:
    lead_id, lead_type, category = row.take("leadid"), row.take("leadtype"), row.take("category")
    number, name = row.take_number(source, "mobile", "phone")
    registered = _is_yes(row.look("dncphone" if name == "phone" else "dncmobile"))
    place = [row.look(part) for part in ("area", "city", "pincode")]
    fields = {
        "CustomerName": " ".join(filter(None, (row.look("prefix"), row.take("name", "customername")))),
        "MobileNo": number,
        "LeadSource": LEAD_SOURCE,
        "LeadSubSource": category,
        "EnquiryType": lead_type,
        "WebEnquiryNumber": lead_id,
        "CustomField1": portal.listed(*place),
        "CustomField2": ON_THE_REGISTER if registered else "",
    }
    return portal.submission(
        source,
        row,
        fields,
        key=lead_id or portal.fingerprint(source, number, category, row.look("date"), row.look("time")),
        marks={DO_NOT_CALL: "registered"} if registered else {},
        test=lead_type.casefold() == "test",
        do_not_call=registered and source.options.get("on_dnd") == SUPPRESS,
    )


def _credentials(inbound: Inbound) -> list[str]:
    with suppress(Unreadable):
        rows = portal.read_rows(inbound)
        return [f"{row.get(USER)}:{row.get(PASSWORD)}" for row in rows if isinstance(row, dict)]
    return []


def _without_credentials(row: Any) -> Any:
    if not isinstance(row, dict):
        return row
    return {name: value for name, value in row.items() if name not in (USER, PASSWORD)}


def _is_yes(text: str) -> bool:
    return text.casefold() in {"1", "1.0", "y", "yes", "true"}
