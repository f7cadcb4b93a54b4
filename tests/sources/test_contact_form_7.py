"""Contact Form 7: special mail tags tell of the page, files shrink to their names, any body template is read."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from gateway.leads.lead import Submission
from gateway.sources import contact_form_7
from tests.sources.making import JSON, make_inbound, make_source

SOURCE = make_source(kind="contact_form_7")


def parsed(**fields: Any) -> Submission:
    (found,) = contact_form_7.parse(SOURCE, make_inbound(orjson.dumps(fields), JSON))
    return found


def test_special_mail_tags_tell_of_the_page_and_are_kept() -> None:
    found = parsed(**{"your-phone": "1", "_url": "https://www.example.com/?gclid=x", "_post_title": "Plan"})

    assert found.page_url == "https://www.example.com/?gclid=x"
    assert found.fields["EnquirySource"] == "Plan"
    assert found.extra == {"_url": "https://www.example.com/?gclid=x", "_post_title": "Plan"}


@pytest.mark.parametrize(
    ("tags", "page"),
    [
        ({"_url": "https://a.example/1", "_post_url": "https://a.example/2"}, "https://a.example/1"),
        ({"_post_url": "https://a.example/2"}, "https://a.example/2"),
        ({"_url": ["x", {"y": 1}]}, ""),
    ],
)
def test_the_page_the_visitor_was_on_counts_before_the_post(tags: dict[str, Any], page: str) -> None:
    assert parsed(**tags).page_url == page


def test_an_entry_has_an_id_only_with_flamingo() -> None:
    assert parsed(**{"your-phone": "1"}).key is None
    assert parsed(**{"your-phone": "1", "_serial_number": "77"}).key == "77"


def test_the_content_of_a_file_stays_out_of_the_lead() -> None:
    file = {"filename": "policy.pdf", "content": "JVBERi0x"}

    assert parsed(one=file, many=[file, file]).fields == {
        "one": "policy.pdf",
        "many": "policy.pdf, policy.pdf",
    }
