"""MagicBricks: an enquiry in the query of a GET or as JSON, in the words of several contracts; it reads a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gateway.config import SourceConfig
from gateway.leads.lead import LeadStatus, State, Submission
from gateway.sources import portal, sampling
from gateway.sources.base import Inbound, Reply
from gateway.sources.portal import Row

LEAD_SOURCE = "MagicBricks"
TAKEN = "Success: Lead punched in the CRM"
DUPLICATE = "Failure: Lead already exist"
FAILED = "Failed to Push Lead: {}"
_KEY_PARAMETER = "api_key"


def verify(source: SourceConfig, inbound: Inbound) -> None:
    portal.verify(source, inbound)


def parse(source: SourceConfig, inbound: Inbound) -> list[Submission]:
    asked = portal.without_secrets(source, inbound)
    return portal.submissions(portal.read_rows(asked), lambda row: _submission(source, row))


def acknowledge(_source: SourceConfig, leads: Sequence[LeadStatus]) -> Reply:
    """200 whatever came of it: the portal would not mend it by resending, and its staff read the sentence."""
    body = "\n".join(map(_sentence, leads)) or FAILED.format("There is no lead in the request.")
    return Reply(body=body.encode(), content_type="text/plain; charset=utf-8")


def sample(source: SourceConfig, number: int) -> Inbound:
    query = {
        "mobile": sampling.phone(number),
        "name": "Asha Verma",
        "email": "asha@example.com",
        "msg": "I am interested in this property.",
        "project": "Green Acres",
        "City": "Pune",
        "isd": "91",
        "dt": "2026-10-06",
        "time": "11:12:13",
        "source": "MagicBricks",
        "sub_user": "sales@example.com",
        "listing_id": f"{70000000 + number}",
    }
    asked = replace(sampling.posted(source, b""), method="GET", headers={}, query=tuple(query.items()))
    if source.auth.method != "token":
        return sampling.proven(source, asked)
    return replace(asked, query=((_KEY_PARAMETER, source.auth.secrets[0]), *asked.query))


def _submission(source: SourceConfig, row: Row) -> Submission:
    lead_id = row.take("leadid", "requirementid")
    written, _ = row.take_number(
        source, "mobile", "contactno", "phone", "responderphone", "mobileno", "respondermobile"
    )
    number = portal.with_country(source, written, row.look("isd", "countrycode"))
    project = row.look("project", "projectname")
    listing = row.look("listingid", "propertyid")
    received = portal.listed(row.look("dt", "submitteddate", "date"), row.look("time"))
    place = [row.look("locality", "localityname"), row.look("city", "cityname")]
    fields = {
        "CustomerName": row.take("name", "buyername", "respondername"),
        "MobileNo": number,
        "LeadSource": LEAD_SOURCE,
        "LeadSubSource": project,
        "WebEnquiryNumber": lead_id,
        "LeadfromURL": row.take("listingurl", "propertyurl", "url"),
        "CustomField1": portal.listed(project, *place, row.look("budget")),
        "CustomField2": row.take("msg", "message", "remark", "remarks"),
    }
    return portal.submission(
        source, row, fields, key=lead_id or portal.fingerprint(source, number, listing or project, received)
    )


def _sentence(lead: LeadStatus) -> str:
    if lead.state is State.DUPLICATE:
        return DUPLICATE
    if lead.state is State.QUARANTINED:
        return FAILED.format(lead.message)
    return TAKEN
