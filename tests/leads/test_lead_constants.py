"""What a source fixes, whom it trusts, and whose reference goes to the dialer."""

from __future__ import annotations

import pytest

from gateway.config import DialerConfig, GatewayConfig
from tests.leads.enquiries import LEAD_ID, a_source, lead_of, warnings_of


def test_a_constant_replaces_what_was_sent_and_says_so():
    source = a_source(constants={"EnquiryType": "Sales", "LeadSource": "Website"})
    lead = lead_of({"EnquiryType": "Service", "lead_source": "fb"}, source=source)
    assert (lead.fields["EnquiryType"], lead.fields["LeadSource"]) == ("Sales", "Website")
    assert lead.extra == {"EnquiryType": "Service", "lead_source": "fb"}
    assert warnings_of(lead) == [("EnquiryType", "field.fixed"), ("LeadSource", "field.fixed")]


def test_a_constant_stands_in_for_what_was_not_sent():
    source = a_source(constants={"EnquiryType": "Sales", "LeadSource": "fb", "LeadSubSource": "Form 1"})
    lead = lead_of({"utm_source": "ig", "utm_campaign": "Diwali"}, source=source)
    assert lead.fields["EnquiryType"] == "Sales"
    assert lead.fields["LeadSource"] == "fb"  # exactly as configured
    assert lead.fields["LeadSubSource"] == "Form 1"
    assert lead.warnings == ()


def test_a_trusted_senders_value_wins_over_the_constant():
    source = a_source(
        constants={"EnquiryType": "Sales", "LeadSource": "Website"}, trust=("EnquiryType", "LeadSource")
    )
    lead = lead_of({"EnquiryType": "Service", "LeadSource": "fb"}, source=source)
    assert (lead.fields["EnquiryType"], lead.fields["LeadSource"]) == ("Service", "Facebook")
    assert lead_of({"utm_source": "ig"}, source=source).fields["LeadSource"] == "Instagram"
    assert lead_of({"LeadSource": "{{source}}"}, source=source).fields["LeadSource"] == "Website"
    assert lead_of({}, source=source).fields["EnquiryType"] == "Sales"
    assert lead_of({}, source=source, referrer="https://www.bing.com/").fields["LeadSource"] == "Website"


@pytest.mark.parametrize("reference", ["123", "654dsddfd", "A-1", "x" * 20, 42, " 77 "])
def test_the_callers_reference_goes_if_the_dialer_can_hold_it(reference):
    lead = lead_of({"prospects_id": reference})
    assert lead.fields["prospects_id"] == str(reference).strip()
    assert lead.warnings == ()


@pytest.mark.parametrize("reference", ["x" * 21, "a b", "a_b", "a'b", "a!b", "a;b", "१२३", "a\nb", "😀"])
def test_a_reference_the_dialer_cannot_hold_is_replaced_and_kept(reference):
    lead = lead_of({"prospects_id": reference})
    assert lead.fields["prospects_id"] == LEAD_ID
    assert lead.extra == {"prospects_id": reference}
    assert warnings_of(lead) == [("prospects_id", "prospects_id.replaced")]


def test_a_dialer_known_to_keep_36_characters_gets_them():
    roomy = GatewayConfig(
        dialers={"main": DialerConfig(name="main", url="http://127.0.0.1/", prospects_id_max=36)}, sources={}
    )
    reference = "123e4567-e89b-12d3-a456-426614174000"
    assert lead_of({"prospects_id": reference}, config=roomy).fields["prospects_id"] == reference
