"""Partners use the documented names, exactly; every other one is a problem with a suggestion."""

from __future__ import annotations

import pytest

from gateway.leads.field_names import DIALER_FIELDS, MEANT, NOT_ALLOWED, STRICT_NAMES
from gateway.leads.suggest import suggest
from tests.leads.enquiries import judged, lead_of, problems_of
from tests.work import steps_of


@pytest.mark.parametrize("name", [name for name in DIALER_FIELDS if name not in NOT_ALLOWED])
def test_a_partner_may_use_the_documents_names(name):
    assert name in STRICT_NAMES


@pytest.mark.parametrize(
    "name", ["utm_source", "utm_campaign", "utm_anything", "gclid", "referrer", "landing_url"]
)
def test_a_partner_may_say_where_the_visitor_came_from(name):
    assert lead_of({name: "https://example.com/"}, strict=True).warnings == ()


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("phone", "phone_number"),
        ("phone_nubmer", "phone_number"),
        ("mobile", "mobile_no"),
        ("MobileNO", "mobile_no"),
        ("name", "customer_name"),
        ("customername", "customer_name"),
        ("enquirytipe", "enquiry_type"),
        ("leadSource", "lead_source"),
        ("url", "lead_from_url"),
        ("utmSorce", "utm_source"),
    ],
)
def test_an_unknown_name_is_a_problem_with_a_suggestion(name, meant):
    (problem,) = judged({"MobileNo": "9876543210", name: "x"}, strict=True)
    assert (problem.field, problem.code) == (name, "field.unknown")
    assert problem.message.endswith(f"Did you mean {meant}?")


def test_a_name_like_nothing_gets_no_suggestion():
    assert suggest("zzzzqqqq", MEANT) is None
    assert suggest("phone" * 20_000, MEANT) is None


@pytest.mark.parametrize("name", sorted(NOT_ALLOWED))
def test_what_configuration_decides_is_refused_from_partners(name):
    assert problems_of({"MobileNo": "9876543210", name: "1"}, strict=True) == [(name, "field.not_allowed")]


def test_a_body_full_of_unknown_names_is_refused_without_looking_for_what_each_may_mean():
    def work(names):
        return steps_of(
            lambda: judged({f"fone_numbr_{n}": n for n in range(names)}, strict=True), ignoring=ValueError
        )

    assert work(5_000) - work(2_500) < 200 * 2_500
    problems = judged({f"fone_numbr_{n}": n for n in range(5_000)}, strict=True)
    assert len(problems) <= 101
    assert problems[-1].code == "phone.required"


def test_a_partner_who_sends_one_field_twice_is_told():
    fields = {"MobileNo": "9876543210", "customer_name": "Asha", "CustomerName": "Usha"}
    assert problems_of(fields, strict=True) == [("CustomerName", "field.repeated")]
    assert (
        lead_of({"customer_name": "Asha", "CustomerName": "Asha"}, strict=True).fields["CustomerName"]
        == "Asha"
    )
    assert (
        lead_of({"customer_name": "", "CustomerName": "Asha"}, strict=True).fields["CustomerName"] == "Asha"
    )
