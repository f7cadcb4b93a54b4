"""99acres: every enquiry of a batch is acknowledged by its id, in the format it came in."""

from __future__ import annotations

from urllib.parse import quote_plus
from xml.etree.ElementTree import fromstring

import orjson
import pytest

from gateway.leads.lead import State
from gateway.sources.base import Inbound, Reply, Unreadable
from tests.sources.contract import kind_of, read, source_of
from tests.sources.making import FORM, JSON, make_form, make_inbound, make_multipart, text_part
from tests.sources.portals import status

SOURCE = source_of("99acres")
XML = {"content-type": "text/xml"}
ONE = "<Xml><Qry><QryId>7</QryId><Name>Asha &amp; Ravi</Name><Phone>+91-9876543210</Phone></Qry></Xml>"


def answer(inbound: Inbound, *states: State) -> Reply:
    reply = kind_of(SOURCE).reply
    assert reply is not None
    return reply(SOURCE, inbound, [status(state) for state in states])


def acknowledged(inbound: Inbound, *states: State) -> list[tuple[str | None, str | None]]:
    """The id and the status of every acknowledgement, as an XML reader finds them."""
    reply = answer(inbound, *states)
    assert (reply.status, reply.content_type) == (200, "application/xml; charset=utf-8")
    return [(each.findtext("QryId"), each.findtext("status")) for each in fromstring(reply.body)]


def posted(xml: str) -> Inbound:
    return make_inbound(xml.encode(), XML)


def test_every_enquiry_is_acknowledged_also_one_that_cannot_become_a_lead() -> None:
    batch = posted(
        "<Xml><Qry><QryId>1</QryId><Phone>9876543210</Phone></Qry><Qry><QryID>2</QryID></Qry>"
        "<Qry><QryId/></Qry><Qry/></Xml>"
    )

    assert acknowledged(batch, State.QUEUED, State.QUARANTINED, State.QUARANTINED, State.QUARANTINED) == [
        ("1", "Y"), ("2", "Y"), ("", "Y"), ("", "Y")
    ]  # fmt: skip


def test_an_id_cannot_break_the_answer() -> None:
    batch = posted("<Xml><Qry><QryId><![CDATA[7</QryId><status>N]]></QryId></Qry></Xml>")

    assert acknowledged(batch, State.QUARANTINED) == [("7</QryId><status>N", "Y")]


@pytest.mark.parametrize("body", ["<Xml><Qry>", "<!DOCTYPE x><Xml/>", "", "no xml", "<Xml/>"])
def test_what_cannot_be_read_acknowledges_no_id(body: str) -> None:
    inbound = posted(body)

    assert answer(inbound, State.QUARANTINED).status == 200
    assert b"<status>" not in answer(inbound, State.QUARANTINED).body


def test_more_than_a_request_may_carry_is_kept_whole_and_acknowledged_whole() -> None:
    batch = posted("<Xml>" + "".join(f"<Qry><QryId>{n}</QryId></Qry>" for n in range(1001)) + "</Xml>")

    with pytest.raises(Unreadable) as caught:
        read(SOURCE, batch)

    assert caught.value.code == "records.too_many"
    assert len(acknowledged(batch, State.QUARANTINED)) == 1001


def test_json_is_answered_in_json() -> None:
    inbound = make_inbound(orjson.dumps({"Name": "Asha", "ContactNo": "91-9876543210"}), JSON)

    reply = answer(inbound, State.QUEUED)

    assert reply.content_type == "application/json"
    assert orjson.loads(reply.body) == {
        "outcome": "success", "leads": [{"id": "0001LEAD0001LEAD0001", "status": "queued"}]
    }  # fmt: skip


DECLARED = '<?xml version="1.0" encoding="UTF-16"?>' + ONE


@pytest.mark.parametrize(
    "inbound",
    [
        posted(ONE),
        posted("\n\ufeff" + ONE),
        make_inbound(ONE.encode(), JSON),
        make_form({"xml": DECLARED}),
        make_form({"XML": " " + DECLARED, "other": "1"}),
        make_inbound(f"xml={ONE}".encode(), FORM),
        make_multipart(text_part("xml", DECLARED)),
        make_inbound(f"xml={quote_plus(ONE)}".encode(), {"content-type": "text/plain"}),
    ],
    ids=[
        "raw",
        "byte order mark",
        "wrong type",
        "form",
        "capitals",
        "open",
        "multipart",
        "untyped",
    ],
)
def test_the_xml_is_found_wherever_it_stands(inbound: Inbound) -> None:
    (submission,) = read(SOURCE, inbound)

    assert submission.fields["CustomerName"] == "Asha & Ravi"
    assert submission.fields["MobileNo"] == "+91-9876543210"
    assert submission.key == "7"
    assert acknowledged(inbound, State.QUEUED) == [("7", "Y")]


@pytest.mark.parametrize("xml", ["<Xml/>", "<Xml></Xml>", '<Xml ActionStatus="true"/>'])
def test_an_empty_batch_is_no_lead(xml: str) -> None:
    assert read(SOURCE, posted(xml)) == []


@pytest.mark.parametrize("body", [ONE, f"xml={ONE}"])
def test_a_compressed_body_is_not_looked_into(body: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read(SOURCE, make_inbound(body.encode(), XML | {"content-encoding": "gzip"}))

    assert caught.value.code == "body.encoded"


def test_an_enquiry_that_is_only_text_is_kept_alone() -> None:
    first, second = read(SOURCE, posted("<Xml><Qry>call me</Qry><Qry><Phone>9876543210</Phone></Qry></Xml>"))

    assert (first.fields, first.extra) == ({}, {"row": "call me"})
    assert second.fields["MobileNo"] == "9876543210"


def test_constants_of_the_address_belong_to_every_enquiry() -> None:
    inbound = make_inbound(ONE.encode(), XML, query=(("branch", "Pune"), ("Name", "not this one")))

    (submission,) = read(SOURCE, inbound)

    assert submission.fields["branch"] == "Pune"
    assert submission.fields["CustomerName"] == "Asha & Ravi"
