"""What lead portals have in common: keys in any place, rows in any wrapping, numbers in any spelling."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from gateway.leads.lead import Submission
from gateway.sources import portal
from gateway.sources.base import Inbound, Unreadable
from gateway.sources.portal import Row
from tests.sources.contract import OTHER, SECRET, read, source_of
from tests.sources.making import JSON, make_auth, make_inbound
from tests.sources.portals import is_let_in

KINDS = ["99acres", "justdial", "magicbricks"]
SOURCE = source_of("magicbricks")


def asked(*query: tuple[str, str], **headers: str) -> Inbound:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return make_inbound(method="GET", query=query, headers=named)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "place",
    [
        asked(("token", SECRET)),
        asked(("api_key", SECRET)),
        asked(("API_KEY", SECRET)),
        asked(x_api_key=SECRET),
        asked(x_gateway_token=SECRET),
        asked(authorization=f"Bearer {SECRET}"),
    ],
    ids=["token", "api_key", "capitals", "x-api-key", "x-gateway-token", "bearer"],
)
def test_a_portal_may_put_its_key_where_it_can(kind: str, place: Inbound) -> None:
    assert is_let_in(source_of(kind), place)
    assert not is_let_in(source_of(kind, OTHER), place)
    assert not is_let_in(source_of(kind, ""), place)


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_is_no_substitute_for_another_proof(kind: str) -> None:
    source = source_of(kind, auth=make_auth("hmac", SECRET))

    assert not is_let_in(source, asked(("api_key", SECRET), x_api_key=SECRET))


@pytest.mark.parametrize("kind", KINDS)
def test_no_key_in_the_address_becomes_part_of_a_lead(kind: str) -> None:
    query = (
        ("Api_Key", SECRET), ("token", SECRET), ("note", SECRET), ("X-Api-Key", "of last year"),
        ("mobile", "9876543210"), ("x", "1"),
    )  # fmt: skip

    (submission,) = read(source_of(kind), asked(*query))

    assert SECRET not in str(submission)
    assert "of last year" not in str(submission)
    assert submission.fields["x"] == "1"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("wrapper", ["leads", "data", "Records"])
def test_rows_may_stand_in_an_object_which_belongs_to_each_of_them(kind: str, wrapper: str) -> None:
    body = {
        "city": "Pune",
        wrapper: [{"mobile": "9876543210"}, {"mobile": "9876543211", "city": "Mumbai"}, 7],
    }

    first, second, third = read(source_of(kind), make_inbound(orjson.dumps(body), JSON))

    assert (first.fields["MobileNo"], first.fields["city"]) == ("9876543210", "Pune")
    assert (second.fields["MobileNo"], second.fields["city"]) == ("9876543211", "Mumbai")
    assert third == Submission(fields={}, extra={"row": 7})


@pytest.mark.parametrize("kind", KINDS)
def test_more_rows_than_a_request_may_carry_are_kept_as_one_body(kind: str) -> None:
    rows = [{"mobile": "9876543210"}] * (portal.MOST_ROWS + 1)

    with pytest.raises(Unreadable) as caught:
        read(source_of(kind), make_inbound(orjson.dumps(rows), JSON))

    assert caught.value.code == "records.too_many"


@pytest.mark.parametrize(
    ("numbers", "found"),
    [
        ({"mobile": "9876543210", "phone": "022-22355342"}, "9876543210"),
        ({"mobile": "", "phone": "022-22355342"}, "022-22355342"),
        ({"mobile": "0", "phone": "022-22355342"}, "022-22355342"),
        ({"mobile": "98765xxxxx", "phone": "022-22355342"}, "022-22355342"),
        ({"mobile": "12", "phone": "34"}, "12"),
        ({"mobile": "null", "phone": "12"}, "12"),
        ({"phone": None, "mobile": 9876543210}, "9876543210"),
        ({}, ""),
    ],
)
def test_the_first_number_that_can_be_dialed_counts(numbers: dict[str, Any], found: str) -> None:
    assert Row(numbers).take_number(SOURCE, "mobile", "phone")[0] == found


@pytest.mark.parametrize(
    ("text", "code", "written"),
    [
        ("501234567", "971", "+971 501234567"),
        ("501234567", "+971", "+971 501234567"),
        ("971501234567", "971", "+971501234567"),
        ("9876543210", "91", "+91 9876543210"),
        ("+919876543210", "1", "+919876543210"),
        ("9876543210", "", "9876543210"),
        ("9876543210", "IN", "9876543210"),
        ("98", "91", "98"),
        ("Mob: 9876543210", "91", "Mob: 9876543210"),
        ("Mob: 9876543210", "1", "+1 Mob: 9876543210"),
        ("", "91", ""),
    ],
)
def test_a_country_code_in_a_field_of_its_own_belongs_to_the_number(
    text: str, code: str, written: str
) -> None:
    assert portal.with_country(SOURCE, text, code) == written


def test_a_foreign_number_is_never_read_as_one_of_ours() -> None:
    source = source_of("magicbricks", countries=("IN",))

    assert portal.with_country(source, "9876543210", "1") == "+1 9876543210"


def test_names_of_any_length_are_compared_without_being_remembered_whole() -> None:
    assert len(portal.spelled("a" * 1_000_000)) <= 100
    assert Row({"Contact No": "1", "a" * 1_000_000: "2"}).look("contactno") == "1"


def test_an_enquiry_without_an_id_is_known_by_its_number_and_what_it_is_about() -> None:
    once = portal.fingerprint(SOURCE, "9876543210", "MBA", "2026-10-06")

    assert once == portal.fingerprint(SOURCE, "+91 98765-43210", " mba ", "2026-10-06")
    assert once != portal.fingerprint(SOURCE, "9876543210", "MBA", "2026-10-07")
    assert once != portal.fingerprint(SOURCE, "9876543211", "MBA", "2026-10-06")
    assert "9876543210" not in str(once)


@pytest.mark.parametrize(("number", "parts"), [("", ("MBA",)), ("9876543210", ("MBA", ""))])
def test_too_little_to_tell_two_enquiries_apart_is_no_id(number: str, parts: tuple[str, ...]) -> None:
    assert portal.fingerprint(SOURCE, number, *parts) is None


def test_a_second_value_for_a_filled_field_is_kept_and_does_not_compete() -> None:
    row = Row({"id": "7", "LeadSource": "theirs", "x": "1"})

    made = portal.submission(SOURCE, row, {"WebEnquiryNumber": "L1", "LeadSource": "Ours"}, key="L1")

    assert made.fields == {"x": "1", "WebEnquiryNumber": "L1", "LeadSource": "Ours"}
    assert made.extra == {"id": "7", "LeadSource": "theirs"}


def test_a_mapping_and_a_key_of_the_source_win_and_a_mapping_that_fails_is_noted() -> None:
    source = source_of("magicbricks", fields={"LeadSource": "a.b", "CustomField1": "a"}, key="a.id")
    row = Row({"a": {"b": "mapped", "id": "K"}})

    made = portal.submission(source, row, {"LeadSource": "ours", "CustomField1": "kept"}, key="L1")

    assert (made.fields["LeadSource"], made.fields["CustomField1"]) == ("mapped", "kept")
    assert made.key == "K"
    assert made.extra == {"mapping": {"CustomField1": "mapping.not_scalar"}}
