"""Programs that know only the dialer's document, moved here by changing the host: curl, and one in PHP."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.sources.elision import PATH
from tests.journeys.running_gateway import RunningGateway, running_gateway
from tests.running import EmulatorHandle, running_emulator

pytestmark = pytest.mark.journey

PROGRAM = Path(__file__).parent / "clients" / "old_integration.php"
SOURCES = """
[sources.legacy]
kind = "elision"
dialer = "main"
list_id = "25062018"

[sources.listed]
kind = "elision"
dialer = "main"
list_id = "25062018"
networks = ["127.0.0.1"]
dedupe = "off"
"""
OPTIONS = {"max_concurrency": 1, "more": SOURCES}  # one at a time, so that Lead IDs come in order
# The addresses of the document as printed, less what stands before their path.
SAMPLE_LEAD = (
    "?source=test&action=add_lead&phone_number=1234567890&list_id=25062018&custom_fields=Y&prospects_id=123"
    "&CustomerName=testuser&MobileNo=1234567890&EnquirySource=test&EnquiryType=tets&CreateEnquiryID=987"
    "&WebEnquiryNumber=5654&LeadSubSource=WEB&LeadSource=test&LeadformURL=google.com&CustomField1=&CustomField2="
)
SAMPLE_LEADS = (
    '?action=add_multi_lead&source=external&custom_fields=Y&multi_leads=[{"phone_number":"111111111",'
    '"list_id":"25062018","prospects_id":"321","CustomerName":"testuser","MobileNo":"111111111",'
    '"EnquirySource":"test","EnquiryType":"tets","CreateEnquiryID":"987","WebEnquiryNumber":"5654",'
    '"LeadSubSource":"WEB","LeadSource":"WEB","LeadformURL":"google.com","CustomField1":"mrnnumber",'
    '"CustomField2":"mrnnumber"},{"phone_number":"222222","list_id":"25062018","prospects_id":"321",'
    '"CustomerName":"testuser2","MobileNo":"222222","EnquirySource":"test2","EnquiryType":"tets2",'
    '"CreateEnquiryID":"9872","WebEnquiryNumber":"56542","LeadSubSource":"WEB2","LeadSource":"WEB2",'
    '"LeadformURL":"google.com","CustomField1":"12","CustomField2":"35"}]'
)
SAMPLE_CALL = (
    "?source=click_to_call&agent_user=dialer_agent_user&action=manual_dial&value=1234567890&phone_code="
    "&search=YES&preview=NO&focus=YES&prospects_id=654dsddfd"
)


@pytest.fixture(scope="module")
def dialer() -> Iterator[EmulatorHandle]:
    with running_emulator() as handle:
        yield handle


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory, dialer: EmulatorHandle) -> Iterator[RunningGateway]:
    folder = tmp_path_factory.mktemp("gateway")
    with running_gateway(folder, dialer.api_url, options=OPTIONS) as gateway:
        yield gateway


def run(*command: str | Path) -> Any:
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_documents_own_addresses_work_with_another_host(
    gateway: RunningGateway, dialer: EmulatorHandle
) -> None:
    dialer.reset()
    address = gateway.url + PATH

    single = run("curl", "-gsS", address + SAMPLE_LEAD)
    several = run("curl", "-gsS", address + SAMPLE_LEADS)
    call = run("curl", "-gsS", address + SAMPLE_CALL)

    assert single["data"] == {
        "Phone Number": "1234567890",
        "List ID": "25062018",
        "Lead ID": "1764",
        "Status": "NEW",
        "Prospects Id": "123",
    }
    assert [several[f"lead {number}"]["data"]["Phone Number"] for number in (1, 2)] == ["111111111", "222222"]
    assert [several[f"lead {number}"]["data"]["Lead ID"] for number in (1, 2)] == [1765, 1766]
    assert call["data"] == {"Phone Number": "1234567890", "Prospects Id": "654dsddfd"}
    assert [lead["fields"]["LeadfromURL"] for lead in dialer.leads()] == ["google.com"] * 3


def test_curl_gives_its_key_as_it_likes(gateway: RunningGateway) -> None:
    key, address = gateway.create_key("legacy"), gateway.url + PATH

    for place in (
        ("-u", f"crm:{key}"),
        ("-H", f"X-Api-Key: {key}"),
        ("-H", f"Authorization: Bearer {key}"),
        ("-d", f"key={key}"),
        ("-F", f"pass={key}"),
    ):
        answer = run("curl", "-gsS", *place, address + SAMPLE_LEAD)
        assert answer["success"] == "true", place[0]


@pytest.mark.parametrize("by", ["key", "address"])
def test_a_program_in_php_runs_unchanged(gateway: RunningGateway, dialer: EmulatorHandle, by: str) -> None:
    dialer.reset()
    key = gateway.create_key("legacy") if by == "key" else ""

    told = run("php", PROGRAM, gateway.url + PATH, key)

    assert told == {
        "several": [1764, "add_multi_lead PHONE NUMBER IS NOT VALID"],
        "get": "1765",
        "post": "1766",
        "refused": "add_lead LIST ID MINIMUM 3 DIGIT AND MAXIMUM 14 DIGIT",
        "call": "manual_dial EXTERNAL_DIAL FUNCTION SET",
        "busy": "manual_dial AGENT_USER IS NOT PAUSED",
        "no action": "PLEASE ENTER ACTION VALUE",
    }
    assert dialer.leads()[1]["fields"]["CustomerName"] == "राहुल शर्मा"


def test_gateway_send_speaks_it_too(gateway: RunningGateway, dialer: EmulatorHandle) -> None:
    sent = gateway.command("send", "legacy", "phone_number=9876543299", "CustomerName=Asha", "--json")
    sample = gateway.command("send", "legacy", "--sample", "--yes")

    assert sent.returncode == sample.returncode == 0, sent.stderr + sample.stdout
    assert json.loads(sent.stdout)["answer"]["message"] == "add_lead LEAD CREATED SUCCESSFULLY"
    assert "delivered" in sample.stdout
