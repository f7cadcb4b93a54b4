"""Many leads at once, as a person at the console orders it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from gateway.leads.lead import State
from gateway.operating.worker import JobWorker
from gateway.store.records import Hold
from tests.console.at_the_console import AtTheConsole
from tests.store.making import NOW, keep
from tests.web.gateway_under_test import Gateway

JOBS = "/console/jobs"


@pytest.fixture
def held(console: Gateway) -> list[str]:
    """Five leads that wait for a list which the dialer does not have."""
    console.store.hold(
        Hold(dialer="main", scope="list:1", code="list.not_found", message="x", since=NOW, probe_at=2 * NOW)
    )
    return [
        keep(console.store, state=State.HELD, hold_scope="list:1", reason_code="list.not_found").id
        for _ in range(5)
    ]


def hidden(answer: TestResponse) -> dict[str, str]:
    """What the preview's own form would send."""
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', answer.text))
    return {name: value.replace("&#34;", '"') for name, value in fields.items() if name != "csrf"}


def ordered(person: AtTheConsole, preview: TestResponse, **fields: str) -> str:
    """Start what was shown; the address of the job's page."""
    answer = person.post(f"{JOBS}/start", **hidden(preview), **fields)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def carry_out(console: Gateway) -> None:
    while JobWorker(console.services).work():
        continue


def states(console: Gateway, ids: list[str]) -> list[str]:
    return [console.store.statuses(ids)[each].state.value for each in ids]


def test_a_preview_changes_nothing_and_says_what_would_happen(
    console: Gateway, operator: AtTheConsole, held: list[str]
) -> None:
    keep(console.store, state=State.TEST)

    seen = operator.post(f"{JOBS}/prepare", action="release", source="website")

    assert seen.status_code == 200
    assert "Release: 5 leads" in seen.text
    assert "10 requests per second, up to 20 in one request: under a minute" in seen.text
    assert "1: tests, which are never sent" in seen.text
    assert states(console, held) == ["held"] * 5


def test_a_held_backlog_is_released_without_the_command_line(
    console: Gateway, operator: AtTheConsole, held: list[str]
) -> None:
    page = ordered(operator, operator.post(f"{JOBS}/prepare", action="release", state="held"))
    assert "waiting" in operator.get(page).text
    assert console.store.console.jobs.due(now=console.clock.now()) is not None

    carry_out(console)
    wait_until(lambda: states(console, held) == ["delivered"] * 5)

    seen = operator.get(page).text
    assert "<strong>5 released</strong>." in seen
    assert 'class="badge state-delivered" title="the dialer has it">delivered</span> 5' in seen


def test_ticked_leads_are_discarded_for_a_reason(
    console: Gateway, operator: AtTheConsole, held: list[str]
) -> None:
    preview = operator.post(f"{JOBS}/prepare", action="discard", ids=[held[0], held[1]])
    assert "Discard: 2 leads" in preview.text

    unexplained = operator.post(f"{JOBS}/start", **hidden(preview), reason=" ")
    assert unexplained.status_code == 422
    assert "Say why" in unexplained.text

    ordered(operator, preview, reason="a test of the agency")
    carry_out(console)
    assert states(console, held) == ["rejected", "rejected", "held", "held", "held"]
    lead = console.store.status(held[0])
    assert lead is not None
    assert lead.message == "a test of the agency"


def test_a_discard_is_taken_back_from_its_page(
    console: Gateway, operator: AtTheConsole, held: list[str]
) -> None:
    page = ordered(operator, operator.post(f"{JOBS}/prepare", action="discard", state="held"), reason="wrong")
    carry_out(console)
    console.store.retry([held[0]], now=console.clock.now() + 1)

    undone = operator.follow(operator.post(f"{page}/undo", reason="the right ones after all"))
    assert "Take back: 5 leads" in undone.text
    carry_out(console)

    assert states(console, held)[1:] == ["held"] * 4
    (latest, _) = console.store.console.jobs.page()
    seen = operator.get(f"{JOBS}/{latest.id}").text
    assert "<strong>4 taken back</strong>, 1 could not be taken back: they have gone on since" in seen
    again = operator.follow(operator.post(f"{page}/undo"))
    assert "It is being taken back already." in again.text


def test_a_job_is_cancelled_before_its_next_portion(
    console: Gateway, operator: AtTheConsole, held: list[str]
) -> None:
    page = ordered(operator, operator.post(f"{JOBS}/prepare", action="discard", state="held"), reason="wrong")

    assert "cancelling" in operator.follow(operator.post(f"{page}/cancel")).text
    carry_out(console)

    assert "cancelled" in operator.get(page).text
    assert states(console, held) == ["held"] * 5
    assert "It has ended already." in operator.follow(operator.post(f"{page}/cancel")).text


def test_leads_that_come_after_the_preview_are_not_touched(
    console: Gateway, operator: AtTheConsole, held: list[str]
) -> None:
    preview = operator.post(f"{JOBS}/prepare", action="discard", state="held")
    later = keep(console.store, state=State.HELD).id

    ordered(operator, preview, reason="wrong")
    carry_out(console)

    assert states(console, [held[0], later]) == ["rejected", "held"]


def test_progress_is_a_part_that_looks_again_by_itself(operator: AtTheConsole, held: list[str]) -> None:
    page = ordered(operator, operator.post(f"{JOBS}/prepare", action="retry", ids=held))

    part = operator.part(page)

    assert part.status_code == 200
    assert "<html" not in part.text
    assert f'hx-get="{page}"' in part.text
    assert "Look again" in part.text  # without scripts


def test_a_viewer_sees_jobs_and_orders_none(
    console: Gateway, viewer: AtTheConsole, operator: AtTheConsole, held: list[str]
) -> None:
    page = ordered(operator, operator.post(f"{JOBS}/prepare", action="retry", ids=held))

    assert viewer.get(JOBS).status_code == 200
    assert "Cancel the rest" not in viewer.get(page).text
    for path in (f"{JOBS}/prepare", f"{JOBS}/start", f"{page}/cancel", f"{page}/undo"):
        assert viewer.post(path, action="discard").status_code == 403
    assert len(console.store.console.jobs.page()) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"action": "delete", "chosen": "{}"},
        {"action": "suppress", "chosen": "{}"},
        {"action": "retry", "chosen": "no json"},
        {"action": "retry", "chosen": '{"ids": ["x"]}'},
        {"action": "retry", "chosen": '{"ids": 5}'},
        {"action": "retry", "chosen": '{"states": ["none"]}'},
        {"action": "retry", "chosen": '{"source": {}}'},
        {"action": "retry", "chosen": '{"drop": 1}'},
        {"action": "retry", "chosen": "[]"},
        {"action": "retry", "chosen": "{}", "upto": "' OR 1=1"},
    ],
)
def test_what_no_preview_wrote_is_refused(
    console: Gateway, operator: AtTheConsole, fields: dict[str, str]
) -> None:
    assert operator.post(f"{JOBS}/start", **fields).status_code == 400
    assert console.store.console.jobs.page() == []


def test_there_is_nothing_to_see_of_a_job_that_does_not_exist(operator: AtTheConsole) -> None:
    assert operator.get(f"{JOBS}/0000").status_code == 404
    assert "No job yet." in operator.get(JOBS).text


def wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 5
    while not true():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.02)
