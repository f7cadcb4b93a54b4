"""The list of leads as a file: whole, streamed, harmless in a spreadsheet, and never without a trace."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

import pytest

from gateway.exporting.spreadsheet import BOM
from gateway.leads.lead import State
from gateway.store.audit import Entry
from gateway.web.console import lead_export
from tests.console.at_the_console import AtTheConsole
from tests.console.test_leads import ASHA, RAVI, kept
from tests.web.gateway_under_test import Gateway


@pytest.fixture
def leads(console: Gateway) -> None:
    console.lead({**ASHA, "CustomField1": '=HYPERLINK("http://x")'})
    console.lead(RAVI)
    kept(console, name="Held One", state=State.HELD, source="portal", hold_scope="x")


def deeds(gateway: Gateway) -> list[Entry]:
    return [
        each for each in gateway.store.console.audit.latest()[::-1] if each.deed.action.startswith("lead.")
    ]


def test_a_table_holds_the_leads_of_the_list_and_no_formula(operator: AtTheConsole, leads: None) -> None:
    answer = operator.get("/console/leads/export.csv?source=partner")
    assert answer.content_type.startswith("text/csv")
    assert answer.text.startswith(BOM)
    table = list(csv.DictReader(io.StringIO(answer.text.removeprefix(BOM), newline="")))
    assert [row["CustomerName"] for row in table] == ["Asha Verma", "Ravi Patel"]
    assert table[0]["phone_number"] == "9876543210"
    assert table[0]["CustomField1"].startswith("'=")


def test_lines_for_programs_hold_every_value_as_it_is(operator: AtTheConsole, leads: None) -> None:
    answer = operator.get("/console/leads/export.ndjson?state=held")
    (lead,) = [json.loads(line) for line in answer.text.splitlines()]
    assert (lead["source"], lead["state"], lead["fields"]["CustomerName"]) == ("portal", "held", "Held One")


def test_the_file_says_what_it_is_without_a_value_of_a_lead(operator: AtTheConsole, leads: None) -> None:
    answer = operator.get("/console/leads/export.csv?state=held&source=portal&q=98765+43210&since=2026-01-02")
    name = answer.headers["Content-Disposition"]
    assert name.startswith('attachment; filename="leads-held-portal-search-from-2026-01-02-as-of-')
    assert "98765" not in name


def test_who_exported_what_is_in_the_audit_log(console: Gateway, operator: AtTheConsole, leads: None) -> None:
    operator.get("/console/leads/export.csv?q=98765+43210&by=phone&source=partner").get_data()
    started, ended = (each.deed for each in deeds(console))
    assert (started.action, ended.action) == ("lead.export_started", "lead.exported")
    assert started.detail["export"] == ended.detail["export"]
    assert ended.actor == "omar"
    assert {name: value for name, value in ended.detail.items() if name != "export"} == {
        "format": "csv",
        "filters": ["source", "phone"],
        "leads": 1,
        "complete": True,
    }
    assert "9876543210" not in str(ended)


def test_a_download_that_is_broken_off_is_in_the_audit_log_too(
    console: Gateway, operator: AtTheConsole, leads: None
) -> None:
    operator.get("/console/leads/export.ndjson").close()
    assert [each.deed.detail.get("complete") for each in deeds(console)] == [None, False]


def test_a_file_is_written_piece_by_piece(console: Gateway, operator: AtTheConsole) -> None:
    now = console.clock.now()
    for number in range(450):
        kept(console, name=f"Caller {number}", at=now - 900 + number)
    answer = operator.open("GET", "/console/leads/export.ndjson")
    pieces: Iterator[bytes] = answer.iter_encoded()
    first = next(pieces)
    assert first.count(b"\n") == 200
    assert sum(piece.count(b"\n") for piece in pieces) == 250


def test_what_comes_meanwhile_is_not_in_the_file(
    console: Gateway, operator: AtTheConsole, leads: None
) -> None:
    answer = operator.open("GET", "/console/leads/export.ndjson")
    pieces = answer.iter_encoded()
    first = next(pieces)
    kept(console, name="Too Late", at=console.clock.now() + 60)
    assert b"Too Late" not in first + b"".join(pieces)


def test_an_age_beyond_every_calendar_still_names_a_file(operator: AtTheConsole, leads: None) -> None:
    answer = operator.get("/console/leads/export.csv?since=999999d")

    assert answer.status_code == 200
    assert "leads-from-1970-01-01" in answer.headers["Content-Disposition"]


def test_a_viewer_gets_no_file(console: Gateway, viewer: AtTheConsole, leads: None) -> None:
    assert viewer.get("/console/leads/export.csv").status_code == 403
    assert deeds(console) == []
    assert viewer.get("/console/leads/export.pdf").status_code == 404


def test_a_very_large_file_is_asked_about_once_more(
    console: Gateway, operator: AtTheConsole, leads: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lead_export, "MANY", 2)
    answer = operator.get("/console/leads/export.csv?test=without")
    assert answer.content_type.startswith("text/html")
    assert 'name="sure"' in answer.text
    assert 'name="test" value="without"' in answer.text
    assert deeds(console) == []
    assert operator.get("/console/leads/export.csv?test=without&sure=yes").content_type.startswith("text/csv")
