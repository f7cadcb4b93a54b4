"""The do-not-call list, as people keep it at the console."""

from __future__ import annotations

import io
import re
import tracemalloc

import pytest
from werkzeug.test import TestResponse

from gateway.leads.lead import State
from gateway.operating.worker import JobWorker
from tests.console.at_the_console import AtTheConsole
from tests.store.making import keep
from tests.web.gateway_under_test import Gateway

LIST = "/console/do-not-call"
PHONE = "9876543210"


def add(person: AtTheConsole, number: str = PHONE, reason: str = "asked by phone") -> str:
    """Add a number; the page afterwards."""
    answer = person.post(f"{LIST}/add", number=number, reason=reason)
    return person.follow(answer).text if answer.status_code == 303 else answer.text


def keys(page: str) -> list[str]:
    return re.findall(r'name="key" value="([^"]+)"', page)


@pytest.mark.parametrize("written", ["+91 98765 43210", "098765-43210", "९८७६५४३२१०", "00919876543210"])
def test_a_number_in_any_spelling_is_the_one_that_leads_have(
    console: Gateway, operator: AtTheConsole, written: str
) -> None:
    assert "The number is on the list." in add(operator, written)

    assert console.lead({"MobileNo": PHONE}).get_json()["lead"]["status"] == "suppressed"
    assert console.dialer.sent == []


def test_what_waits_for_a_number_is_stopped_and_its_timeline_says_by_whom(
    console: Gateway, operator: AtTheConsole
) -> None:
    waiting = keep(console.store, phone=PHONE, state=State.HELD)

    assert "1 waiting lead of it will not be sent." in add(operator)

    assert console.store.statuses([waiting.id])[waiting.id].state is State.SUPPRESSED
    (deed,) = [entry.deed for entry in console.store.console.audit.of("lead", waiting.id)]
    assert (deed.action, deed.actor) == ("lead.suppressed", "omar")


def test_a_number_is_looked_up_and_everything_else_stays_masked(operator: AtTheConsole) -> None:
    add(operator)
    add(operator, "9811111111", "another")

    found = operator.get(f"{LIST}?q=%2B91+98765+43210").text
    listed = operator.get(LIST).text

    assert 'on the list</span> <span class="number">98765 43210</span>' in found
    assert "asked by phone" in found
    assert "9811111111" not in found + listed
    assert "••••••1111" in listed
    assert PHONE not in listed
    assert "may be called" in operator.get(f"{LIST}?q=9822222222").text
    assert "too few digits" in operator.get(f"{LIST}?q=98").text


def test_a_number_comes_off_the_list_for_a_reason(console: Gateway, operator: AtTheConsole) -> None:
    add(operator)
    (key,) = keys(operator.get(LIST).text)

    unexplained = operator.follow(operator.post(f"{LIST}/remove", key=key, reason=" "))
    assert "Nothing was taken off the list." in unexplained.text
    assert console.store.is_suppressed(PHONE)

    removed = operator.follow(operator.post(f"{LIST}/remove", key=key, reason="a mistake"))
    assert "may be called again" in removed.text
    assert not console.store.is_suppressed(PHONE)
    again = operator.follow(operator.post(f"{LIST}/remove", key=key, reason="a mistake"))
    assert "It was not on the list any more." in again.text


def test_anothers_key_opens_nothing(operator: AtTheConsole, admin: AtTheConsole) -> None:
    add(operator)
    (key,) = keys(operator.get(LIST).text)

    assert admin.post(f"{LIST}/remove", key=key, reason="x").status_code == 400
    assert operator.post(f"{LIST}/remove", key="x", reason="x").status_code == 400
    assert operator.get(f"{LIST}?after=x").status_code == 400


def test_a_viewer_looks_and_changes_nothing(operator: AtTheConsole, viewer: AtTheConsole) -> None:
    add(operator)

    page = viewer.get(LIST)

    assert page.status_code == 200
    assert PHONE not in page.text
    assert keys(page.text) == []
    for path in ("add", "remove", "lists"):
        assert viewer.post(f"{LIST}/{path}", number="9811111111", reason="x").status_code == 403
    assert viewer.get(f"{LIST}/export.csv").status_code == 403


def test_what_is_no_number_is_explained_at_its_field(operator: AtTheConsole) -> None:
    answer = operator.post(f"{LIST}/add", number="12345", reason="asked by phone")

    assert answer.status_code == 422
    assert "too few digits" in answer.text
    assert 'value="asked by phone"' in answer.text
    assert operator.post(f"{LIST}/add", number=PHONE, reason="").status_code == 422


def test_the_list_goes_on_over_pages(console: Gateway, operator: AtTheConsole) -> None:
    for number in range(51):
        console.store.console.suppressions.add(
            f"98000000{number:02d}", reason="x", actor="omar", now=1_795_000_000.0 + number
        )
    first = operator.get(LIST).text
    next_page = re.search(r'rel="next" href="([^"]+)"', first)
    assert next_page

    rest = operator.get(next_page[1]).text

    assert "9800000000" not in next_page[1]
    assert "••••••0050" in first
    assert rest.count('data-label="Reason"') == 1
    assert "••••••0000" in rest


# -- many ----------------------------------------------------------------------------------------------------


def test_pasted_numbers_are_judged_before_anything_is_added(console: Gateway, operator: AtTheConsole) -> None:
    add(operator)
    waiting = keep(console.store, phone="9811111111")
    pasted = f"{PHONE}\n+91 98111 11111\n98222 22222\n9811111111\n12345\n\n"

    seen = operator.follow(operator.post(f"{LIST}/lists", pasted=pasted))

    assert "2 new numbers in 5 lines" in seen.text
    for words in (
        "on the list already",
        "a repetition of a line above",
        "Line 5: The phone number has too few",
    ):
        assert words in seen.text
    assert console.store.console.suppressions.count() == 1

    job = operator.post(f"{LIST}/lists/{import_id(seen.text)}", reason="the register")
    while JobWorker(console.services).work():
        continue
    assert "<strong>2 put on the list</strong>" in operator.follow(job).text
    assert console.store.console.suppressions.count() == 3
    assert console.store.statuses([waiting.id])[waiting.id].state is State.SUPPRESSED


def test_an_uploaded_table_is_read_by_its_column_of_numbers(console: Gateway, operator: AtTheConsole) -> None:
    table = "Name;Asked on;Mobile\r\nAsha;2026-11-20;98111 11111\r\nRavi;2026-11-21;\r\n".encode("utf-16")

    seen = operator.follow(upload(operator, table))

    assert "1 new number in 2 lines" in seen.text
    assert "Line 3: A phone number is needed." in seen.text
    lines = operator.get(f"{LIST}/lists/{import_id(seen.text)}/lines.csv").text
    assert lines.splitlines()[1:] == [
        "2,new",
        '3,"A phone number is needed. Give a mobile number, or a landline with its area code."',
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "Nothing was pasted or chosen."),
        (b"PK\x03\x04rest", "This is an excel workbook or a zip"),
        (b"name,city\nAsha,Pune\n", "No column holds phone numbers."),
    ],
)
def test_what_is_no_list_is_explained(operator: AtTheConsole, content: bytes, told: str) -> None:
    answer = upload(operator, content)

    assert answer.status_code == 422
    assert told in answer.text


def test_a_long_list_is_read_portion_by_portion(console: Gateway, operator: AtTheConsole) -> None:
    table = "".join(f"9{number:09d}\n" for number in range(6000)).encode()
    upload(operator, b"9811111111\n")  # what is loaded once is loaded
    tracemalloc.start()
    answer = upload(operator, table)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert "6,000 new numbers" in operator.follow(answer).text
    assert peak < 3_000_000


def test_a_list_needs_a_reason_and_exists(operator: AtTheConsole) -> None:
    seen = operator.follow(operator.post(f"{LIST}/lists", pasted=PHONE))

    assert operator.post(f"{LIST}/lists/{import_id(seen.text)}", reason="").status_code == 422
    assert operator.get(f"{LIST}/lists/0000").status_code == 404
    assert operator.post(f"{LIST}/lists/0000", reason="x").status_code == 404


def test_the_list_leaves_as_a_table_and_the_audit_log_says_so(
    console: Gateway, operator: AtTheConsole
) -> None:
    add(operator, reason="=HYPERLINK(1)")

    answer = operator.get(f"{LIST}/export.csv")

    assert answer.headers["Content-Disposition"] == 'attachment; filename="do-not-call.csv"'
    titles, row = answer.text.lstrip("\ufeff").splitlines()
    assert titles == "number,since,reason,added_by"
    assert row.startswith(f"{PHONE},")
    assert row.endswith(",'=HYPERLINK(1),omar")
    (entry,) = console.store.console.audit.latest(limit=1)
    assert (entry.deed.action, entry.deed.detail) == ("suppression.exported", {"count": 1})


def upload(person: AtTheConsole, content: bytes) -> TestResponse:
    data = {"csrf": person.csrf, "file": (io.BytesIO(content), "list.csv")}
    return person.open("POST", f"{LIST}/lists", data=data, content_type="multipart/form-data")


def import_id(page: str) -> str:
    found = re.search(r"/lists/([0-9A-Z]+)/lines.csv", page)
    assert found
    return found[1]
