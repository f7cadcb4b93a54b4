"""The VICIdial dialect: adding a lead and looking it up again, in the words of the dialer's ancestor."""

from __future__ import annotations

import pytest
import requests

from tests.emulator.asking import VICIDIAL_LEAD, vicidial
from tests.running import EmulatorHandle

SUCCESS = "SUCCESS: add_lead LEAD HAS BEEN ADDED - "


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({}, SUCCESS + "9876543211|25062019|1764|5.5|apiuser\n"),
        ({"phone_code": ""}, SUCCESS + "9876543211|25062019|1764|-5|apiuser\n"),
        ({"phone_number": "98765x43210"}, SUCCESS + "9876543210|25062019|1764|5.5|apiuser\n"),
        ({"phone_number": "+91 98765-43210"}, SUCCESS + "919876543210|25062019|1764|5.5|apiuser\n"),
        ({"list_id": "liopk"}, SUCCESS + "9876543211|999|1764|5.5|apiuser\n"),
        ({"list_id": "12"}, SUCCESS + "9876543211|999|1764|5.5|apiuser\n"),
        ({"list_id": "55555555"}, SUCCESS + "9876543211|55555555|1764|5.5|apiuser\n"),
        (
            {"list_id": "55555555", "list_exists_check": "Y"},
            "ERROR: add_lead NOT A DEFINED LIST ID, LIST EXISTS CHECK ENABLED - 9876543211|55555555\n",
        ),
        (
            {"list_id": "25062018", "custom_fields": "Y", "CustomerName": "Asha"},
            SUCCESS
            + "9876543211|25062018|1764|5.5|apiuser\n"
            + "NOTICE: add_lead CUSTOM FIELDS VALUES ADDED - 9876543211|1764|25062018|1\n",
        ),
        (
            {"custom_fields": "Y"},
            SUCCESS
            + "9876543211|25062019|1764|5.5|apiuser\n"
            + "NOTICE: add_lead CUSTOM FIELDS NOT ADDED, NO CUSTOM FIELDS DEFINED FOR THIS LIST"
            + " - 9876543211|1764|25062019\n",
        ),
        (
            {"add_to_hopper": "Y"},
            SUCCESS
            + "9876543211|25062019|1764|5.5|apiuser\n"
            + "NOTICE: add_lead ADDED TO HOPPER - 9876543211|1764|1|apiuser\n",
        ),
        ({"phone_number": "98765"}, "ERROR: add_lead INVALID PHONE NUMBER LENGTH - 98765|apiuser\n"),
        ({"phone_number": "९८७६५४३२१०"}, "ERROR: add_lead INVALID PHONE NUMBER LENGTH - |apiuser\n"),
        ({"source": "____"}, "ERROR: Invalid Source - \nERROR: Invalid Source: ||\n"),
        ({"function": "dance"}, "ERROR: NO FUNCTION SPECIFIED\n"),
        (
            {"user": "viewonly", "pass": "viewpass"},
            "ERROR: add_lead USER DOES NOT HAVE PERMISSION TO ADD LEADS TO THE SYSTEM: |viewonly|0|\n",
        ),
    ],
)
def test_add_lead_answers_in_each_case(
    emulator: EmulatorHandle, changes: dict[str, str], answer: str
) -> None:
    assert vicidial(emulator, **changes) == answer


def test_a_failed_login_answers_with_the_password_and_then_locks(emulator: EmulatorHandle) -> None:
    emulator.set(require_login=True)

    answers = [vicidial(emulator, **{"pass": "wrong"}) for _ in range(10)]
    assert answers == ["ERROR: Login incorrect, please try again: |apiuser|wrong|BAD|\n"] * 10
    assert vicidial(emulator) == "ERROR: Too many login attempts, try again in 15 minutes: |apiuser|LOCK|\n"


def test_duplicates_are_looked_for_only_when_asked(emulator: EmulatorHandle) -> None:
    vicidial(emulator, list_id="25062018")

    assert vicidial(emulator, list_id="25062018").startswith("SUCCESS")
    assert vicidial(emulator, list_id="25062018", duplicate_check="DUPLIST") == (
        "ERROR: add_lead DUPLICATE PHONE NUMBER IN LIST - 9876543211|25062018|1764\n"
    )
    assert vicidial(emulator, list_id="777001", duplicate_check="DUPSYS") == (
        "ERROR: add_lead DUPLICATE PHONE NUMBER IN SYSTEM - 9876543211|777001|1764|25062018\n"
    )
    assert vicidial(emulator, list_id="777001", duplicate_check="DUPLIST").startswith("SUCCESS")


def test_lead_search_names_the_newest_first(emulator: EmulatorHandle) -> None:
    vicidial(emulator)
    vicidial(emulator, phone_number="9000000001")
    vicidial(emulator)

    assert vicidial(emulator, function="lead_search") == "9876543211|2|1766-1764\n"
    assert vicidial(emulator, function="lead_search", phone_number="9000000001,9876543211") == (
        "9000000001|1|1765\n9876543211|2|1766-1764\n"
    )
    assert vicidial(emulator, function="lead_search", phone_number="9000000009") == (
        "ERROR: lead_search NO MATCHES FOUND IN THE SYSTEM: |apiuser|||9000000009\n"
    )


def test_a_lead_is_found_by_its_reference(emulator: EmulatorHandle) -> None:
    vicidial(emulator, list_id="25062018", vendor_lead_code="PID-42")
    asked = {
        "function": "update_lead",
        "phone_number": None,
        "list_id": None,
        "search_method": "VENDOR_LEAD_CODE",
        "no_update": "Y",
    }

    assert vicidial(emulator, **asked, vendor_lead_code="PID-42") == (
        "NOTICE: update_lead LEADS FOUND IN THE SYSTEM: |apiuser|1764|PID-42||25062018|25062018\n"
    )
    assert vicidial(emulator, **asked, vendor_lead_code="NOPE-1") == (
        "NOTICE: update_lead NO MATCHES FOUND IN THE SYSTEM: |apiuser||NOPE-1|\n"
    )


def test_a_search_can_be_kept_to_one_list(emulator: EmulatorHandle) -> None:
    vicidial(emulator, list_id="25062018", vendor_lead_code="PID-42")
    asked = {
        "function": "update_lead",
        "phone_number": None,
        "search_method": "VENDOR_LEAD_CODE",
        "search_location": "LIST",
        "no_update": "Y",
        "vendor_lead_code": "PID-42",
    }

    assert "LEADS FOUND" in vicidial(emulator, **asked, list_id="25062018")
    assert "NO MATCHES" in vicidial(emulator, **asked, list_id="25062020")


def test_a_long_reference_is_found_only_by_its_first_twenty_characters(emulator: EmulatorHandle) -> None:
    vicidial(emulator, vendor_lead_code="123e4567-e89b-12d3-a456-426614174000")

    asked = {"function": "update_lead", "search_method": "VENDOR_LEAD_CODE", "no_update": "Y"}
    assert "NO MATCHES" in vicidial(
        emulator, **asked, vendor_lead_code="123e4567-e89b-12d3-a456-426614174000"
    )
    assert "|1764|" in vicidial(emulator, **asked, vendor_lead_code="123e4567-e89b-12d3-a")


def test_the_answers_forbid_caching(emulator: EmulatorHandle, http: requests.Session) -> None:
    answer = http.get(emulator.vicidial_url, params=VICIDIAL_LEAD, timeout=10)

    assert answer.headers["Cache-Control"] == "no-cache, must-revalidate"
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
