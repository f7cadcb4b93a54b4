"""99acres: enquiries as an XML batch, each acknowledged by its id, or as JSON under the names of their export."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

import orjson

from gateway.config import SourceConfig
from gateway.leads.lead import LeadStatus, Submission
from gateway.sources import portal, sampling, xml_body
from gateway.sources.base import Inbound, Reply, Unreadable
from gateway.sources.body import read_anything, refuse_encoded
from gateway.sources.portal import Row

LEAD_SOURCE = "99acres"
_TEXT = "#text"  # of an element that has attributes too
_XML_FIELD = "xml"
_ROWS = ("qry", "resp")  # what they push, and what their export calls the same
_IDS = ("qryid", "queryid", "leadid", "tblid")
_BETWEEN_PARTS = "|"  # project, locality and city in one value
_OPEN_FORM = b"xml=<"  # a form field whose value nobody has encoded
_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")


def verify(source: SourceConfig, inbound: Inbound) -> None:
    portal.verify(source, inbound)


def parse(source: SourceConfig, inbound: Inbound) -> list[Submission]:
    asked = portal.without_secrets(source, inbound)
    document = _document(asked)
    if document is None:
        rows = portal.read_rows(asked)
    else:
        rows = [portal.beside_address(row, asked) for row in _rows(document)]
    return portal.submissions(rows, lambda row: _submission(source, row))


def reply(_source: SourceConfig, inbound: Inbound, leads: Sequence[LeadStatus]) -> Reply:
    """Everything is on disk, so every id is acknowledged: also one that cannot become a lead yet."""
    try:
        document = _document(inbound)
        rows = [] if document is None else _rows(document)
    except Unreadable:
        return _in_xml([])
    if document is None:
        told = [{"id": lead.id, "status": lead.state} for lead in leads]
        return Reply(body=orjson.dumps({"outcome": "success", "leads": told}))
    return _in_xml([Row(row).look(*_IDS) if isinstance(row, dict) else "" for row in rows])


def sample(source: SourceConfig, number: int) -> Inbound:
    body = f"""<?xml version="1.0"?><Xml>
 <Qry><QryId>99{number:07d}</QryId><QryType>L</QryType><CmpctLabl>3 BHK Flat in Baner</CmpctLabl>
  <QryInfo>I am interested in this property.</QryInfo><RcvdOn>2026-10-06 11:12:13</RcvdOn><ProdType>P</ProdType>
  <ProdId>A12345678</ProdId><Project>Green Acres</Project>
  <Name>Asha Verma</Name><Email>asha@example.com</Email><Phone>+91-{sampling.phone(number)}</Phone></Qry>
</Xml>"""
    posted = sampling.posted(source, body.encode(), content_type="text/xml")
    return sampling.proven(source, posted)


def _submission(source: SourceConfig, row: Row) -> Submission:
    lead_id = row.take(*_IDS)
    number, _ = row.take_number(source, "phone", "contactno", "mobile", "mobileno")
    project = row.look("project", "projectname", "projname")
    wanted = portal.listed(*row.look("interestedin", "cmpctlabl").split(_BETWEEN_PARTS))
    received, product = row.look("rcvdon", "receiveddate"), row.look("prodid", "productcode")
    fields = {
        "CustomerName": row.take("name"),
        "MobileNo": number,
        "LeadSource": LEAD_SOURCE,
        "LeadSubSource": project or wanted.partition(", ")[0],
        "EnquiryType": row.look("responsetype", "type", "qrytype", "restype"),
        "WebEnquiryNumber": lead_id,
        "LeadfromURL": row.take("listingurl", "url"),
        "CustomField1": wanted or project,
        "CustomField2": row.take("qryinfo", "query"),
    }
    return portal.submission(
        source, row, fields, key=lead_id or portal.fingerprint(source, number, received, product)
    )


# -- xml -----------------------------------------------------------------------------------------------------


def _document(inbound: Inbound) -> dict[str, Any] | None:
    """The XML of the request, as its body or as a field of a form; None where there is none."""
    body = inbound.body.strip()
    if body.startswith(_OPEN_FORM):
        refuse_encoded(inbound)
        return xml_body.loads(body.removeprefix(_OPEN_FORM[:-1]))
    value = read_anything(inbound, without=frozenset())
    if not isinstance(value, dict):
        return None
    if body.removeprefix(b"\xef\xbb\xbf")[:1] == b"<":
        return value
    text = next((text for name, text in value.items() if name.lower() == _XML_FIELD), None)
    if not isinstance(text, str) or not text.lstrip().startswith("<"):
        return None
    # The form has been decoded: what the declaration says about an encoding is not true any more.
    return xml_body.loads(_DECLARATION.sub("", text, count=1).encode(errors="replace"))


def _rows(document: Mapping[str, Any]) -> list[Any]:
    """The enquiries inside the one root element, whatever it is called; none in an empty one."""
    root = next(iter(document.values()))
    if not isinstance(root, dict):
        return []
    found = [item for name, item in root.items() if portal.spelled(name) in _ROWS]
    rows = [row for item in found for row in (item if isinstance(item, list) else [item])]
    if rows:
        return [_flat(row) if isinstance(row, dict) else row for row in rows]
    if any(not name.startswith("@") for name in root):
        return [_flat(root)]  # one enquiry without an envelope
    return []


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """One level of names; what an element says in attributes stands beside what it holds."""
    found: dict[str, Any] = {}
    for name, value in row.items():
        if not isinstance(value, dict):
            found.setdefault(name.removeprefix("@"), value)
        elif _TEXT in value:
            found.setdefault(name, value[_TEXT])
        else:
            for inner, text in _flat(value).items():
                found.setdefault(inner, text)
    return found


def _in_xml(ids: Sequence[str]) -> Reply:
    told = "".join(f"<QryResp><QryId>{escape(each)}</QryId><status>Y</status></QryResp>" for each in ids)
    body = f'<?xml version="1.0" encoding="utf-8"?><xml>{told}</xml>'
    return Reply(body=body.encode(), content_type="application/xml; charset=utf-8")
