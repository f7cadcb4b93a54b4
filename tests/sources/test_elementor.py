"""Elementor: labels as names, or PHP arrays that know each field; the visitor waits for its 200."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from gateway.leads.lead import State, Submission
from gateway.sources import elementor
from tests.sources.contract import CONFIG, SECRET, source_of
from tests.sources.making import FORM, make_form, make_source
from tests.web.gateway_under_test import UNLIMITED, opened

SOURCE = make_source(kind="elementor")


def parsed(**fields: Any) -> Submission:
    (found,) = elementor.parse(SOURCE, make_form(fields))
    return found


def field(name: str, kind: str, title: str, value: str) -> dict[str, str]:
    parts = {"id": name, "type": kind, "title": title, "value": value}
    return {f"fields[{name}][{part}]": text for part, text in parts.items()}


def test_a_label_with_brackets_is_one_label() -> None:
    assert parsed(**{"Size [sq ft]": "900"}).fields == {"Size [sq ft]": "900"}


def test_a_field_without_a_label_goes_by_its_id() -> None:
    assert parsed(**{"No Label field_3a1": "900"}).fields == {"field_3a1": "900"}


def test_the_type_of_a_field_says_which_is_the_number() -> None:
    sent = field("a", "text", "Mobile home park", "Baner") | field("b", "tel", "Reach me on", "9876543210")

    assert parsed(**sent).fields == {"MobileNo": "9876543210", "Mobile home park": "Baner"}


def test_the_page_of_advanced_data_tells_where_the_visitor_came_from() -> None:
    page = "https://www.example.com/plan/?utm_campaign=diwali"
    sent = {"form[name]": "Enquiry", "meta[page_url][value]": page, "meta[credit][value]": "Elementor"}

    found = parsed(**field("b", "tel", "Phone", "9876543210"), **sent)

    assert found.page_url == page
    assert found.fields == {"MobileNo": "9876543210", "EnquirySource": "Enquiry"}
    assert found.extra == {}


def test_a_bad_number_is_answered_with_200_too_for_the_visitor_would_see_an_error(tmp_path: Path) -> None:
    source = source_of("elementor", limits=UNLIMITED)

    with opened(tmp_path, replace(CONFIG, sources={"elementor": source})) as gateway:
        answers = [
            gateway.ask(
                "POST", "/webhooks/elementor", data=body, headers=FORM, query_string={"token": SECRET}
            )
            for body in (b"Phone=9876543210", b"Phone=12", b"=", b"", b"%ff=%ff", b"nonsense")
        ]
        states = [lead.state for lead in gateway.stored("elementor")]

    assert [answer.status_code for answer in answers] == [200] * len(answers)
    assert states.count(State.QUARANTINED) == len(answers) - 1
