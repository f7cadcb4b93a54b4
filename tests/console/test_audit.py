"""The audit log: in words, by whom and about what, a page at a time; and nothing that must not be in it."""

from __future__ import annotations

import re

import pytest
from sqlalchemy.exc import DBAPIError

from gateway.store.audit import Deed
from gateway.web.console import deeds
from tests.console.at_the_console import AtTheConsole
from tests.web.gateway_under_test import Gateway


def did(gateway: Gateway, action: str = "lead.retried", number: int = 1, **more: object) -> None:
    known = {
        "actor": "omar",
        "subject": action.partition(".")[0],
        "subject_id": f"L{number}",
        "address": "::1",
    }
    gateway.store.console.audit.add(
        Deed(action=action, **(known | more)),  # type: ignore[arg-type]
        now=gateway.clock.now() + number,
    )


def test_what_was_done_stands_there_in_words_with_the_reason_and_a_link(
    console: Gateway, operator: AtTheConsole
) -> None:
    did(console, reason="The list was full.", detail={"was": "dead"})

    page = operator.get("/console/audit").text

    assert "sent again" in page
    assert 'href="/console/leads/L1"' in page
    assert "“The list was full.”" in page
    assert "was: dead" in page


def test_a_key_leads_to_its_source(console: Gateway, operator: AtTheConsole) -> None:
    did(console, "key.created", subject_id="AbCd1234", detail={"source": "partner"})

    assert '<a href="/console/sources/partner">AbCd1234</a>' in operator.get("/console/audit").text


def test_an_action_without_words_of_its_own_is_still_read(console: Gateway, operator: AtTheConsole) -> None:
    did(console, "lead.sent_to_the_moon")

    assert "sent to the moon" in operator.get("/console/audit").text


def test_it_is_filtered_by_who_and_by_what(console: Gateway, operator: AtTheConsole) -> None:
    did(console, "lead.retried", 1)
    did(console, "lead.discarded", 2, actor="command line")
    did(console, "dialer.paused", 3, subject_id="main")

    by_command_line = operator.get("/console/audit?actor=command+line").text
    about_dialers = operator.get("/console/audit?subject=dialer&id=main").text

    one, two = "/console/leads/L1", "/console/leads/L2"
    assert (two in by_command_line, one in by_command_line) == (True, False)
    assert ("paused the dialer" in about_dialers, one in about_dialers) == (True, False)


def test_it_is_read_page_by_page(console: Gateway, operator: AtTheConsole) -> None:
    for number in range(1, 121):
        did(console, "lead.retried", number)
    seen: list[str] = []
    address: str | None = "/console/audit?actor=omar"
    while address:
        page = operator.get(address).text
        seen += re.findall(r'href="/console/leads/(L\d+)"', page)
        older = re.search(r'rel="next" href="([^"]+)"', page)
        address = older[1].replace("&amp;", "&") if older else None

    assert seen == [f"L{number}" for number in range(120, 0, -1)]


def test_an_empty_answer_says_so(operator: AtTheConsole) -> None:
    assert "No entry fits." in operator.get("/console/audit?actor=nobody").text


def test_words_of_others_are_never_markup(console: Gateway, operator: AtTheConsole) -> None:
    did(console, reason="<script>alert(1)</script>", detail={"{{7*7}}": "<img src=x onerror=alert(1)>"})

    page = operator.get("/console/audit").text

    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "{{7*7}}" in page


def test_a_viewer_does_not_read_it(viewer: AtTheConsole) -> None:
    assert viewer.get("/console/audit").status_code == 403


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'somebody'", "DELETE FROM audit"])
def test_nothing_in_it_can_be_changed(console: Gateway, statement: str) -> None:
    did(console)

    with pytest.raises(DBAPIError, match="never changed"):
        console.store.write(lambda transaction: transaction.run(statement))
    assert len(console.store.console.audit.latest()) == 1


def test_every_subject_that_leads_somewhere_names_a_page_that_exists(console: Gateway) -> None:
    for endpoint, _, _ in deeds._PLACES.values():
        assert endpoint in console.app.view_functions
