"""Education portals: a student as a form or JSON with the secret inside; the answer is the word they bill by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

import orjson

from gateway.config import SourceConfig
from gateway.leads.lead import LeadStatus, State, Submission
from gateway.sources import portal, sampling, signatures
from gateway.sources.base import Inbound, NotAuthentic, Reply, Unreadable
from gateway.sources.body import read_anything
from gateway.sources.portal import Row

LEAD_SOURCE = "Education portal"
SUCCESS, FAIL, DUPLICATE = "Success", "Fail", "Duplicate"
# The names they send the secret by, squeezed: in the body, else in the address.
_SECRET_NAMES = frozenset({"secretkey", "secret", "apikey", "accesskey", "authkey", "token"})
SECRET_FIELDS = portal.SECRET_FIELDS | {
    "secret_key", "secretkey", "secret", "access_key", "accesskey", "auth_key", "authkey"
}  # fmt: skip
_ATTRIBUTE, _VALUE = "Attribute", "Value"  # LeadSquared writes a lead as a list of such pairs
_OWN_FIELD = "mx_"  # how LeadSquared marks fields that an institute has added


def verify(source: SourceConfig, inbound: Inbound) -> None:
    """The secret stands in the body, in a header or in the address: one of them is enough."""
    if not signatures.any_same(_presented(inbound), source.auth.secrets):
        raise NotAuthentic


def parse(source: SourceConfig, inbound: Inbound) -> list[Submission]:
    asked = portal.without_secrets(source, inbound, SECRET_FIELDS)
    rows = [portal.beside_address(_without_secrets(row), asked) for row in _rows(asked)]
    return portal.submissions(rows, lambda row: _submission(source, row))


def acknowledge(_source: SourceConfig, leads: Sequence[LeadStatus]) -> Reply:
    """One word for the request; of several leads, each gets its own besides."""
    told = [_told(lead) for lead in leads] or [
        {"status": FAIL, "message": "There is no lead in the request."}
    ]
    if len(told) == 1:
        return Reply(body=orjson.dumps(told[0]))
    words = {each["status"] for each in told}
    word = next(word for word in (FAIL, SUCCESS, DUPLICATE) if word in words)
    return Reply(body=orjson.dumps({"status": word, "leads": told}))


def sample(source: SourceConfig, number: int) -> Inbound:
    return sampling.posted_form(
        source,
        {
            "name": "Asha Verma",
            "email": "asha@example.com",
            "mobile": sampling.phone(number),
            "city": "Jaipur",
            "state": "Rajasthan",
            "course": "MBA",
            "source": "Shiksha",
            "secret_key": source.auth.secrets[0],
        },
    )


def _submission(source: SourceConfig, row: Row) -> Submission:
    lead_id = row.take("leadid", "prospectid")
    written, _ = row.take_number(source, "mobile", "phone", "mobileno", "phonenumber", "contactno")
    number = portal.with_country(source, written, row.look("countrydialcode", "countrycode", "isd"))
    course = row.look("course", "courseinterested", "coursename", "program", "programme")
    fields = {
        "CustomerName": row.take("name", "studentname", "fullname"),
        "MobileNo": number,
        "LeadSource": row.take("source", "publisher", "leadsource") or LEAD_SOURCE,
        "LeadSubSource": row.take("campaign", "campaignname")
        or row.look("collegename", "college", "institute"),
        "EnquiryType": course,
        "WebEnquiryNumber": lead_id,
        "CustomField1": portal.listed(row.look("city", "cityname"), row.look("state", "statename")),
        "CustomField2": row.take("message", "query", "remarks", "comments"),
    }
    return portal.submission(source, row, fields, key=lead_id or portal.fingerprint(source, number, course))


def _told(lead: LeadStatus) -> dict[str, str]:
    if lead.state is State.DUPLICATE:
        return {"status": DUPLICATE}
    if lead.state in (State.QUARANTINED, State.SUPPRESSED):
        return {"status": FAIL, "message": lead.message or "This number must not be called."}
    return {"status": SUCCESS}


# -- rows and the secret among them --------------------------------------------------------------------------


def _rows(inbound: Inbound) -> list[Any]:
    """Each student as sent, the secret included; raises Unreadable."""
    value = read_anything(inbound, without=frozenset())
    if _is_of_pairs(value):
        return [_joined(value)]
    return [_joined(row) if _is_of_pairs(row) else row for row in portal.unwrapped(value)]


def _is_of_pairs(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(item, dict) and _ATTRIBUTE in item for item in value)
    )


def _joined(pairs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {str(pair[_ATTRIBUTE]).removeprefix(_OWN_FIELD): pair.get(_VALUE) for pair in pairs}


def _without_secrets(row: Any) -> Any:
    if not isinstance(row, dict):
        return row
    return {name: value for name, value in row.items() if portal.spelled(name) not in _SECRET_NAMES}


def _presented(inbound: Inbound) -> list[str]:
    """Every value that may be the secret."""
    in_query = [value for name, value in inbound.query if portal.spelled(name) in _SECRET_NAMES]
    bearer = inbound.header("authorization").removeprefix("Bearer ")
    headers = [inbound.header(signatures.KEY_HEADER), inbound.header(signatures.TOKEN_HEADER), bearer]
    with suppress(Unreadable):
        return [*headers, *in_query, *_secrets_of(_rows(inbound))]
    return [*headers, *in_query]


def _secrets_of(rows: Sequence[Any]) -> Iterator[str]:
    for row in rows:
        for name, value in row.items() if isinstance(row, dict) else ():
            if portal.spelled(name) in _SECRET_NAMES and isinstance(value, str):
                yield value
