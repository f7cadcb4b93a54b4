"""Lead portals through the front door: what became of a lead decides the words they hear."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from werkzeug.test import TestResponse

from gateway.config import Route
from gateway.leads.lead import State
from tests.sources.contract import CONFIG, SECRET, source_of
from tests.web.gateway_under_test import UNLIMITED, Gateway, opened

PUNE = Route(when={"parentid": ("PUNE.1",)}, list_id="25062020")
PORTALS = [
    source_of("99acres", limits=UNLIMITED),
    source_of("education", limits=UNLIMITED),
    source_of("justdial", limits=UNLIMITED, options={"on_dnd": "suppress"}, routes=(PUNE,)),
    source_of("magicbricks", limits=UNLIMITED),
]


@pytest.fixture
def portals(tmp_path: Path) -> Iterator[Gateway]:
    config = replace(CONFIG, sources={source.name: source for source in PORTALS})
    with opened(tmp_path, config, deliver=False) as gateway:
        yield gateway


def justdial(gateway: Gateway, **fields: str) -> str:
    answer = gateway.ask("GET", "/webhooks/justdial", query_string={"token": SECRET, **fields})
    assert (answer.status_code, answer.get_data(as_text=True)) == (200, "RECEIVED")
    return str(gateway.stored("justdial")[0].state)


def word(answer: TestResponse) -> str:
    told: Any = answer.json
    return str(told["status"])


def education(gateway: Gateway, **fields: str) -> str:
    answer = gateway.ask("POST", "/webhooks/education", data={"secret_key": SECRET, **fields})
    assert answer.status_code == 200
    return word(answer)


def magicbricks(gateway: Gateway, **fields: str) -> str:
    answer = gateway.ask("GET", "/webhooks/magicbricks", query_string={"api_key": SECRET, **fields})
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def acres(gateway: Gateway, rows: str) -> TestResponse:
    return gateway.ask("POST", f"/webhooks/99acres?token={SECRET}", data=f"<Xml>{rows}</Xml>")


def test_a_number_on_the_register_is_kept_and_never_dialed(portals: Gateway) -> None:
    assert justdial(portals, leadid="1", mobile="9876543210", dncmobile="1") == State.SUPPRESSED

    (lead,) = portals.stored("justdial")
    assert lead.reason_code == "suppressed"
    assert not portals.store.is_suppressed("9876543210")


def test_a_resent_enquiry_of_a_number_on_the_register_is_one_lead(portals: Gateway) -> None:
    justdial(portals, leadid="1", mobile="9876543210", dncmobile="1")

    assert justdial(portals, leadid="1", mobile="9876543210", dncmobile="1") == State.DUPLICATE


def test_once_the_number_is_off_the_register_its_next_enquiry_is_dialed(portals: Gateway) -> None:
    justdial(portals, leadid="1", mobile="9876543210", dncmobile="1")

    assert justdial(portals, leadid="2", mobile="9876543210", dncmobile="0") == State.QUEUED


def test_a_test_of_a_portal_is_never_dialed_even_with_a_mark(portals: Gateway) -> None:
    assert justdial(portals, leadid="1", leadtype="Test", mobile="9876543210", dncmobile="1") == State.TEST


def test_a_contract_with_justdial_may_choose_the_list(portals: Gateway) -> None:
    justdial(portals, leadid="1", mobile="9876543210", parentid="PUNE.1")
    justdial(portals, leadid="2", mobile="9876543211", parentid="OTHER.1")

    assert [lead.list_id for lead in portals.stored("justdial")] == ["25062018", "25062020"]


def test_a_publisher_hears_the_word_it_bills_by(portals: Gateway) -> None:
    assert education(portals, mobile="9876543210", course="MBA") == "Success"
    assert education(portals, mobile="+919876543210", course="mba") == "Duplicate"
    assert education(portals, mobile="98765", course="MBA") == "Fail"


def test_a_publisher_hears_fail_where_the_person_has_opted_out(portals: Gateway) -> None:
    portals.store.suppress("9876543210", now=0.0)

    assert education(portals, mobile="9876543210", course="MBA") == "Fail"


def test_a_body_that_cannot_be_read_is_a_failure_that_is_kept(portals: Gateway) -> None:
    answer = portals.ask("POST", f"/webhooks/education?secret_key={SECRET}", data=b"{")

    assert (answer.status_code, word(answer)) == (200, "Fail")
    assert [lead.state for lead in portals.stored("education")] == [State.QUARANTINED]


def test_magicbricks_reads_what_became_of_the_lead(portals: Gateway) -> None:
    assert magicbricks(portals, mobile="9876543210", project="A") == "Success: Lead punched in the CRM"
    assert magicbricks(portals, mobile="9876543210", project="A") == "Failure: Lead already exist"
    assert magicbricks(portals, mobile="98765xxxxx").startswith(
        "Failed to Push Lead: Part of the phone number"
    )


def test_one_bad_enquiry_of_a_batch_does_not_hold_up_the_others(portals: Gateway) -> None:
    answer = acres(
        portals,
        "<Qry><QryId>1</QryId><Phone>9876543210</Phone></Qry><Qry><QryId>2</QryId></Qry>"
        "<Qry><QryId>3</QryId><Phone>9876543212</Phone></Qry>",
    )

    assert [each.findtext("QryId") for each in fromstring(answer.data)] == ["1", "2", "3"]
    states = sorted(lead.state for lead in portals.stored("99acres"))
    assert states == [State.QUARANTINED, State.QUEUED, State.QUEUED]


def test_an_address_with_nothing_but_its_key_is_a_probe(portals: Gateway) -> None:
    for name, key in (
        ("magicbricks", "api_key"),
        ("magicbricks", "API_KEY"),
        ("justdial", "token"),
        ("99acres", "token"),
    ):
        assert portals.ask("GET", f"/webhooks/{name}?{key}={SECRET}").status_code == 200
        assert portals.stored(name) == []
