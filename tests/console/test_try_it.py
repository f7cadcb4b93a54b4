"""The try-it box: a pasted enquiry, the lead it would become, and the lines that would make it a better one."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from werkzeug.test import TestResponse

from gateway.accounts import Role
from gateway.leads.lead import State
from gateway.sources.registry import SOURCES
from tests.console.at_the_console import AtTheConsole, add_account, console_config, signed_in
from tests.sources.contract import source_of
from tests.web.gateway_under_test import Gateway

TRY = "/console/sources/portal/try"
GOOD = '{"phone": "98765 43210", "name": "Asha Verma", "city": "Pune"}'
RENAMED = '{"contact": {"mobile": "+91 98765 43210", "full_name": "Asha Verma"}, "pin": "411001"}'
MORE = """
[sources.routed]
kind = "generic"
list_id = "25062018"
auth = "none"

[[sources.routed.routes]]
when = { EnquiryType = "Sales" }
list_id = "25062019"

[[sources.routed.routes]]
when = { EnquiryType = "Service" }
list_id = "25062020"

[sources.batch]
kind = "generic"
list_id = "25062018"
auth = "none"
records = "leads"
key = "id"

[sources.crm]
kind = "elision"
list_id = "25062018"
"""


@pytest.mark.parametrize(
    "expression",
    ["[@,@]" + "|[@,@]" * 11, "to_string([" * 4 + "@" + "])" * 4, "(" * 3000 + "phone" + ")" * 3000],
)
def test_an_expression_that_would_fill_the_memory_is_not_worked_out(
    operator: AtTheConsole, expression: str
) -> None:
    for mapping in (f"MobileNo = '{expression}'", f"records = '{expression}'", f"key = '{expression}'"):
        answer = operator.post(TRY, payload=GOOD, mapping=mapping)

        assert answer.status_code == 422
        assert "These lines are no mapping yet" in answer.text


def text_of(answer: TestResponse) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def result_of(answer: TestResponse) -> str:
    """What the page says about the enquiry; the box itself holds it anyway."""
    assert answer.status_code == 200, answer.status_code
    page = answer.text.partition('id="result"')[2].partition('id="try"')[0]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def tried(operator: AtTheConsole, payload: str, source: str = "portal", **more: str) -> str:
    return result_of(operator.post(f"/console/sources/{source}/try", payload=payload, **more))


@pytest.fixture
def console(open_console_gateway: Callable[..., Gateway]) -> Gateway:
    return open_console_gateway(MORE)


def test_a_good_enquiry_shows_its_lead_and_nothing_is_kept(console: Gateway, operator: AtTheConsole) -> None:
    said = tried(operator, GOOD)

    assert "a good lead For dialer main , list 25062018" in said
    assert "phone_number 9876543210" in said
    assert "CustomerName Asha Verma" in said
    assert console.stored() == []
    assert console.dialer.requests == []


@pytest.mark.parametrize(
    "payload",
    [
        "phone=98765+43210&name=Asha+Verma",
        "phone = 98765 43210\r\nname = Asha Verma",
        "<phone>9876543210</phone>",
        'curl https://x/?token=abc \\\n  -H "Content-Type: application/json" --data-raw \'{"phone": "9876543210"}\'',
        "curl -sS -X POST -F phone=9876543210 -F 'name=Asha Verma' https://leads.example.com/",
        "curl -G https://leads.example.com/ --data-urlencode 'phone=98765 43210'",
        'curl --json \'{"phone": "9876543210"}\' https://leads.example.com/',
        "https://leads.example.com/webhooks/portal?phone=9876543210&name=Asha",
        'POST /webhooks/portal HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\r\n{"phone": "9876543210"}',
        "POST /webhooks/portal\n\nphone=9876543210",
        '--X\r\nContent-Disposition: form-data; name="phone"\r\n\r\n9876543210\r\n--X--',
    ],
    ids=["form", "lines", "xml", "curl", "parts", "query", "json", "address", "request", "bare", "multipart"],
)
def test_whatever_is_pasted_is_understood(operator: AtTheConsole, payload: str) -> None:
    assert "phone_number 9876543210" in tried(operator, payload)


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        ("", "Nothing was pasted"),
        ('{"phone": "987', "The body is not JSON: look at line 1"),
        ("[" * 2000, "nested more than 16 levels deep"),
        ('{"phone": "1", "phone": "2"}', "A name stands twice in one JSON object"),
        ('{"phone": NaN}', "NaN and Infinity are not JSON"),
        ("<!DOCTYPE a [<!ENTITY b 'b'>]><a>&b;</a>", "XML with a DTD"),
        ("hello there", "neither JSON nor a form nor XML"),
        ("curl 'https://x", "ends inside a quotation"),
        ("curl -d @lead.json https://x", "It names a file"),
        ("https://leads.example.com/?" + "&".join(f"a{n}=1" for n in range(300)), "more than 200 parameters"),
        ("http://[bad/?phone=1", "The address cannot be read"),
        ("42", "neither JSON nor a form nor XML"),
        ("[1, 2]", "must be an object with named fields"),
        (" " * 10 + "x" * 66_000, "At most 64 KB are read here"),
    ],
)
def test_what_cannot_be_read_is_told_and_is_never_an_error(
    operator: AtTheConsole, payload: str, said: str
) -> None:
    assert said in tried(operator, payload)


def test_the_largest_enquiry_that_is_read_passes_however_it_is_encoded(operator: AtTheConsole) -> None:
    payload = json.dumps({"phone": "9876543210", "note": "\"'&=%" * 10_000})

    assert "phone_number 9876543210" in tried(operator, payload)


def test_every_problem_is_named_with_its_field(operator: AtTheConsole) -> None:
    said = tried(operator, '{"phone": "12", "name": "Asha"}')

    assert "It would be kept aside until somebody mends it" in said
    assert "MobileNo The phone number has too few digits" in said
    assert "12" not in said.partition("What was read")[0].replace("12 ", "")


def test_a_partner_would_be_told(operator: AtTheConsole) -> None:
    said = tried(operator, '{"MobileNo": "9876543210", "favourite_colour": "red"}', source="partner")

    assert "Nothing would be kept: its sender is told what is wrong" in said
    assert "field.unknown" in said


@pytest.mark.parametrize("source", ["website", "partner", "crm"])
def test_forms_partners_and_programs_of_the_dialer_are_read_too(operator: AtTheConsole, source: str) -> None:
    said = tried(operator, "phone_number=9876543210&CustomerName=Asha", source=source)

    assert "a good lead" in said
    assert "phone_number 9876543210" in said


def test_the_rule_that_decides_and_what_is_kept_beside_it_are_told(operator: AtTheConsole) -> None:
    said = tried(operator, '{"phone": "9876543210", "EnquiryType": "Service", "shoe": "42"}', source="routed")

    assert "list 25062020 , by its rule number 2" in said
    assert "kept beside it" in said
    assert "shoe 42" in said


def test_somebody_who_is_here_already_is_found(console: Gateway, operator: AtTheConsole) -> None:
    answer = console.webhook({"phone": "9876543210"}).json
    assert answer is not None

    page = operator.post(TRY, payload=GOOD)

    assert "This number or this enquiry is here already" in result_of(page)
    assert f'/console/leads/{answer["leads"][0]["id"]}"' in page.text


def test_a_number_that_is_never_called_is_found(console: Gateway, operator: AtTheConsole) -> None:
    console.store.suppress("9876543210", now=console.clock.now())

    assert "do-not-call list" in tried(operator, GOOD)


def test_many_leads_of_one_delivery_are_shown_and_counted(operator: AtTheConsole) -> None:
    rows = [{"id": n, "phone": f"98765{n:05d}"} for n in range(25)]

    said = tried(operator, json.dumps({"leads": rows}), source="batch")

    assert "Lead 1 of 25" in said
    assert "And 5 leads more." in said


def test_a_field_that_was_renamed_comes_with_the_line_that_reads_it(operator: AtTheConsole) -> None:
    said = tried(operator, RENAMED)
    assert "A phone number is needed" in said
    assert 'MobileNo = "contact.mobile" Try this line' in said
    assert 'CustomerName = "contact.full_name" Try this line' in said
    assert "pin" not in said.partition("Lines that would")[2]

    again = operator.post(TRY, payload=RENAMED, add='MobileNo = "contact.mobile"')

    assert "a good lead" in result_of(again)
    assert 'MobileNo = "contact.mobile"\nCustomerName = "name"' in html.unescape(again.text)


def test_a_mapping_is_tried_before_the_file_is_changed(console: Gateway, operator: AtTheConsole) -> None:
    mapping = 'MobileNo = "contact.mobile"\nCustomerName = "contact.full_name"'

    page = operator.post(TRY, payload=RENAMED, mapping=mapping)

    said = result_of(page)
    assert "a good lead" in said
    assert "CustomerName Asha Verma" in said
    assert '[sources.portal.fields]\nMobileNo = "contact.mobile"' in html.unescape(page.text)
    assert "To keep this mapping" in said
    assert "gateway check" in said
    assert "SIGHUP" in said
    assert console.services.config.sources["portal"].fields["MobileNo"] == "phone"


def test_lines_of_the_file_as_it_is_offer_nothing_to_paste(operator: AtTheConsole) -> None:
    assert "To keep this mapping" not in tried(operator, GOOD)


def test_records_and_key_can_be_tried_too(operator: AtTheConsole) -> None:
    mapping = '[sources.portal]\nrecords = "rows"\nkey = "id"\n[sources.portal.fields]\nMobileNo = "m"'

    said = tried(
        operator, '{"rows": [{"m": "9876543210", "id": 1}, {"m": "9876543211", "id": 2}]}', mapping=mapping
    )

    assert "Lead 2 of 2" in said


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ('MobileNo = "contact."', "sources.portal.fields.MobileNo is not a JMESPath expression"),
        ('Mobile_No = "a"', "did you mean MobileNo?"),
        ("MobileNo = contact.phone", "the lines are not TOML"),
        ('[sources.other.fields]\nMobileNo = "a"', "sources.other is not tried here"),
        ('[sources.portal]\nlist_id = "99"', "sources.portal.list_id is not tried here"),
        ("MobileNo = 3", "must be a text in quotes"),
        ("x" * 20_000, "more than 16 KB"),
        ("a = " + "[" * 1900, "the lines are not TOML"),
        (".".join("a" * 2000) + " = 1", "a line is longer than 2000 characters"),
    ],
)
def test_a_mapping_that_is_none_names_its_errors_and_keeps_what_was_pasted(
    operator: AtTheConsole, mapping: str, said: str
) -> None:
    answer = operator.post(TRY, payload=GOOD, mapping=mapping)

    assert answer.status_code == 422
    assert said in text_of(answer)
    assert "Asha Verma" in answer.text


def test_an_expression_that_finds_no_single_value_is_named(operator: AtTheConsole) -> None:
    said = tried(operator, '{"phone": "9876543210", "name": {"first": "A"}}')

    assert "Lines that gave nothing CustomerName : something else than one value" in said


def test_the_last_quarantined_enquiry_fills_the_box_and_that_is_written_down(
    console: Gateway, operator: AtTheConsole
) -> None:
    console.webhook(json.loads(RENAMED))
    lead = console.stored("portal")[0]
    assert lead.state is State.QUARANTINED
    assert "98765" not in operator.get(TRY).text

    page = operator.post(TRY, fill="quarantined")

    assert '"mobile": "+91 98765 43210"' in html.unescape(page.text).replace('":"', '": "')
    assert "content-type: application/json" in page.text
    deed = console.store.console.audit.of("lead", lead.id)[0].deed
    assert (deed.actor, deed.action) == ("omar", "lead.revealed")
    again = operator.post(TRY, payload=_payload(page), lead=lead.id, add='MobileNo = "contact.mobile"')
    assert "a good lead" in result_of(again)
    assert "Release them" in again.text


def test_with_an_empty_quarantine_there_is_nothing_to_fill_in(operator: AtTheConsole) -> None:
    answer = operator.follow(operator.post(TRY, fill="quarantined"))

    assert "Nothing of this source is in quarantine" in answer.text


def test_what_is_pasted_is_never_markup(operator: AtTheConsole) -> None:
    script = "<script>alert(1)</script>"
    page = operator.post(
        "/console/sources/routed/try", payload=json.dumps({"phone": "9876543210", script: script})
    )

    assert script not in page.text
    assert "&lt;script&gt;" in page.text


def test_nobody_tries_without_the_token_of_our_own_page(operator: AtTheConsole) -> None:
    assert operator.open("POST", TRY, data={"payload": GOOD}).status_code == 403


@pytest.fixture
def every_kind(open_console_gateway: Callable[..., Gateway]) -> AtTheConsole:
    config = console_config()
    sources = {kind: source_of(kind) for kind in SOURCES}
    gateway = open_console_gateway(config=replace(config, sources=sources))
    return signed_in(gateway, add_account(gateway, "omar", Role.OPERATOR))


def test_no_kind_of_source_stumbles_over_anything(every_kind: AtTheConsole) -> None:
    anything: list[Any] = [
        "{}", "[]", "[[]]", '{"a": [1, {"b": null}]}', "a=1&a=2", "<a><b/></a>", "x", '{"data": "x"}', '{"leads": {}}'
    ]  # fmt: skip
    for kind in SOURCES:
        for payload in anything:
            answer = every_kind.post(f"/console/sources/{kind}/try", payload=payload)
            assert answer.status_code == 200, (kind, payload)


def _payload(page: TestResponse) -> str:
    found = re.search(r'name="payload"[^>]*>\n(.*?)</textarea>', page.text, re.DOTALL)
    assert found
    return html.unescape(found[1])
