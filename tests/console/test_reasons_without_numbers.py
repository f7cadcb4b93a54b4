"""What one person writes for the others to read holds no number that they may not see."""

from __future__ import annotations

import pytest

from gateway.leads.lead import State
from tests.console.at_the_console import AtTheConsole
from tests.console.test_jobs import hidden
from tests.store.making import keep
from tests.web.gateway_under_test import Gateway

WHY = "his own number is 98222 22222"


@pytest.fixture
def told(console: Gateway, operator: AtTheConsole) -> None:
    """Somebody has written a number wherever a reason is asked for."""
    one, other = (keep(console.store, state=State.DEAD).id for _ in range(2))
    operator.post("/console/do-not-call/add", number="9811111111", reason=WHY)
    operator.post(f"/console/leads/{one}/discard", seen="dead", reason=WHY)
    preview = operator.post("/console/jobs/prepare", action="discard", ids=other)
    operator.post("/console/jobs/start", **hidden(preview), reason=WHY)


@pytest.mark.usefixtures("told")
def test_a_number_in_a_reason_is_masked_for_whoever_only_looks(
    console: Gateway, viewer: AtTheConsole
) -> None:
    (job,) = console.store.console.jobs.page()
    for place in ("do-not-call", "do-not-call?q=9811111111", "jobs", f"jobs/{job.id}", "sources/website"):
        text = viewer.get(f"/console/{place}").text

        assert "his own number is ••••••2222" in text, place
        assert "98222" not in text, place
