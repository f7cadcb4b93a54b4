"""The document's sample requests, with single parameters changed or left out."""

from __future__ import annotations

import json
from typing import Any

import requests

from tests.running import EmulatorHandle

LEFT_OUT = None

SAMPLE_LEAD = {
    "source": "test",
    "action": "add_lead",
    "phone_number": "1234567890",
    "list_id": "25062018",
    "custom_fields": "Y",
    "prospects_id": "123",
    "CustomerName": "testuser",
    "MobileNo": "1234567890",
    "EnquirySource": "test",
    "EnquiryType": "tets",
    "CreateEnquiryID": "987",
    "WebEnquiryNumber": "5654",
    "LeadSubSource": "WEB",
    "LeadSource": "test",
    "LeadformURL": "google.com",
    "CustomField1": "",
    "CustomField2": "",
}
FIRST_OF_TWO = {
    "phone_number": "1111111111",
    "list_id": "25062018",
    "prospects_id": "321",
    "MobileNo": "1111111111",
}
SECOND_OF_TWO = {
    "phone_number": "2222222",
    "list_id": "25062018",
    "prospects_id": "321",
    "MobileNo": "2222222",
}
SAMPLE_BATCH = {"action": "add_multi_lead", "source": "external", "custom_fields": "Y"}
SAMPLE_CALL = {
    "source": "click_to_call",
    "agent_user": "dialer_agent_user",
    "action": "manual_dial",
    "value": "1234567890",
    "phone_code": "",
    "search": "YES",
    "preview": "NO",
    "focus": "YES",
    "prospects_id": "654dsddfd",
}
VICIDIAL_LEAD = {
    "source": "test",
    "user": "apiuser",
    "pass": "apipass",
    "function": "add_lead",
    "phone_number": "9876543211",
    "phone_code": "91",
    "list_id": "25062019",
}


def changed(sample: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {name: value for name, value in {**sample, **changes}.items() if value is not LEFT_OUT}


def add_lead(emulator: EmulatorHandle, **changes: Any) -> str:
    return post(emulator, changed(SAMPLE_LEAD, **changes)).text


def add_two(emulator: EmulatorHandle, **first_changes: Any) -> str:
    """The document's partial failures: the first lead is changed, the second has no prospects_id."""
    leads = [changed(FIRST_OF_TWO, **first_changes), changed(SECOND_OF_TWO, prospects_id=LEFT_OUT)]
    return add_batch(emulator, multi_leads=json.dumps(leads))


def add_batch(emulator: EmulatorHandle, **changes: Any) -> str:
    leads = json.dumps([FIRST_OF_TWO, SECOND_OF_TWO])
    return post(emulator, changed({**SAMPLE_BATCH, "multi_leads": leads}, **changes)).text


def call(emulator: EmulatorHandle, **changes: Any) -> str:
    return post(emulator, changed(SAMPLE_CALL, **changes)).text


def vicidial(emulator: EmulatorHandle, **changes: Any) -> str:
    return requests.post(emulator.vicidial_url, data=changed(VICIDIAL_LEAD, **changes), timeout=10).text


def post(emulator: EmulatorHandle, parameters: dict[str, Any], **options: Any) -> requests.Response:
    return requests.post(emulator.api_url, data=parameters, timeout=10, **options)


def post_with_fault(emulator: EmulatorHandle, fault: str, **changes: Any) -> requests.Response:
    return post(
        emulator,
        changed(SAMPLE_LEAD, **changes),
        headers={"X-Emulator-Fault": fault},
        allow_redirects=False,
    )


class Ticks:
    """A clock that moves when it is told to."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now
