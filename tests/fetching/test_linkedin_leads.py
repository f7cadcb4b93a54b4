"""Leads of LinkedIn: answers joined with their questions, withdrawals, and the ways in which it says no."""

from __future__ import annotations

import threading
from collections.abc import Callable

import orjson
import pytest
from structlog.testing import capture_logs

from gateway.leads.lead import State
from tests.fetching.conftest import Bench
from tests.fetching.platforms import (
    CLIENT_ID,
    REFRESH_TOKEN,
    linkedin_error,
    linkedin_form,
    linkedin_lead,
    plain,
)
from tests.sources.making import make_inbound
from tests.store.making import OWNER

ONE, TWO = "249592fc-d272-44ba-a7db-c2bdce579507-6", "f00d92fc-d272-44ba-a7db-c2bdce579507-7"
FORM = "7234246"
DAY = 86400.0


def with_leads(bench: Bench, *lead_ids: str, **more: object) -> None:
    bench.platform.forms[FORM] = linkedin_form()
    for number, lead_id in enumerate(lead_ids):
        bench.platform.leads[lead_id] = linkedin_lead(lead_id, f"98765 4321{number}", **more)


def test_answers_are_read_by_the_questions_of_their_form(linkedin_bench: Bench) -> None:
    with_leads(linkedin_bench, ONE)
    (lead_id,) = linkedin_bench.announce(ONE)
    assert linkedin_bench.told(lead_id) == ("quarantined", "fetch.waiting")

    assert linkedin_bench.work() == 1

    story = linkedin_bench.story(lead_id)
    assert (story.lead.state, story.phone) == (State.QUEUED, "9876543210")
    assert story.fields["CustomerName"] == "Asha Verma"
    assert (story.fields["LeadSource"], story.fields["LeadSubSource"]) == ("LinkedIn", "Term plans")
    assert story.fields["CustomField1"] == "Which plan: Premium"
    assert story.fields["WebEnquiryNumber"] == ONE
    assert story.extra["consents"] == [{"consentId": 0, "accepted": True}]
    assert linkedin_bench.store.verify() == []


def test_a_form_is_asked_for_once_in_an_hour(linkedin_bench: Bench) -> None:
    with_leads(linkedin_bench, ONE, TWO)
    linkedin_bench.announce(ONE, TWO)
    linkedin_bench.work()
    assert linkedin_bench.platform.times(FORM) == 1

    linkedin_bench.clock.turn(3601)
    linkedin_bench.platform.leads["third-lead-0001"] = linkedin_lead("third-lead-0001")
    linkedin_bench.announce("third-lead-0001")
    linkedin_bench.work()
    assert linkedin_bench.platform.times(FORM) == 2


@pytest.mark.parametrize("comma", [",", ", "])
def test_the_form_is_named_by_the_lead_where_the_webhook_does_not(linkedin_bench: Bench, comma: str) -> None:
    with_leads(linkedin_bench, ONE)
    lead = linkedin_bench.platform.leads[ONE]
    lead["versionedLeadGenFormUrn"] = lead["versionedLeadGenFormUrn"].replace(",", comma)
    event = {"leadGenFormResponse": f"urn:li:leadGenFormResponse:{ONE}", "leadAction": "CREATED"}
    (lead_id,) = linkedin_bench.receive(make_inbound(orjson.dumps(event)))
    linkedin_bench.work()

    assert linkedin_bench.told(lead_id)[0] == "queued"


def test_a_test_lead_is_never_dialed(linkedin_bench: Bench) -> None:
    with_leads(linkedin_bench, ONE, testLead=True)
    (lead_id,) = linkedin_bench.announce(ONE)
    linkedin_bench.work()

    assert linkedin_bench.told(lead_id)[0] == "test"


def test_a_lead_is_asked_for_again_when_only_its_form_is_missing(linkedin_bench: Bench) -> None:
    with_leads(linkedin_bench, ONE)
    form = linkedin_bench.platform.forms.pop(FORM)
    (lead_id,) = linkedin_bench.announce(ONE)
    linkedin_bench.work()
    assert linkedin_bench.told(lead_id) == ("quarantined", "fetch.gone")

    linkedin_bench.platform.forms[FORM] = form
    linkedin_bench.later(61)
    assert linkedin_bench.told(lead_id)[0] == "queued"


# -- withdrawals ---------------------------------------------------------------------------------------------


def test_a_lead_taken_back_before_it_is_sent_is_never_sent(linkedin_bench: Bench) -> None:
    with_leads(linkedin_bench, ONE, TWO)
    lead_id, noise = linkedin_bench.announce(ONE, TWO)
    linkedin_bench.work()
    (notice,) = linkedin_bench.announce(ONE, action="DELETED")

    linkedin_bench.later(2)

    kept = linkedin_bench.story(lead_id).fields["WebEnquiryNumber"]
    taken_back, other = (lead_id, noise) if kept == ONE else (noise, lead_id)
    assert linkedin_bench.told(taken_back) == ("rejected", "fetch.withdrawn")
    assert linkedin_bench.told(notice) == ("rejected", "fetch.withdrawn")
    assert linkedin_bench.status(notice).duplicate_of == taken_back
    assert linkedin_bench.told(other) == ("queued", None)
    assert linkedin_bench.story(taken_back).attempts[-1].outcome == "withdrawn"
    assert linkedin_bench.store.verify() == []


def test_a_lead_taken_back_before_it_was_asked_for_is_not_asked_for(linkedin_bench: Bench) -> None:
    with_leads(linkedin_bench, ONE)
    (lead_id,) = linkedin_bench.announce(ONE)
    (notice,) = linkedin_bench.announce(ONE, action="DELETED")
    waiting = linkedin_bench.store.quarantine.claim(
        "ads", ["main"], now=linkedin_bench.clock.now(), lease=linkedin_bench.clock.now(), limit=9
    )
    assert {each.id for each in waiting} == {lead_id, notice}

    linkedin_bench.work()

    assert {linkedin_bench.told(each) for each in (lead_id, notice)} <= {
        ("rejected", "fetch.withdrawn"), ("queued", None)
    }  # fmt: skip
    linkedin_bench.later(2)
    assert linkedin_bench.told(lead_id) == ("rejected", "fetch.withdrawn")


def test_a_lead_taken_back_after_it_was_sent_is_told_to_the_operator(linkedin_bench: Bench) -> None:
    with_leads(linkedin_bench, ONE)
    (lead_id,) = linkedin_bench.announce(ONE)
    linkedin_bench.work()
    linkedin_bench.store.write(lambda transaction: transaction.run("UPDATE leads SET state = 'delivered'"))
    linkedin_bench.announce(ONE, action="DELETED")

    with capture_logs() as lines:
        linkedin_bench.later(2)

    assert linkedin_bench.told(lead_id)[0] == "delivered"
    assert [line["lead"] for line in lines if line["event"] == "lead.withdrawn_late"] == [lead_id]
    assert linkedin_bench.story(lead_id).attempts[-1].reason_code == "fetch.withdrawn"


def test_a_withdrawal_of_a_lead_that_never_came_makes_no_lead(linkedin_bench: Bench) -> None:
    (notice,) = linkedin_bench.announce(ONE, action="DELETED")
    (again,) = linkedin_bench.announce(ONE, action="DELETED")
    linkedin_bench.work()

    assert linkedin_bench.told(notice) == ("rejected", "fetch.withdrawn")
    assert linkedin_bench.told(again)[0] == "duplicate"
    assert linkedin_bench.platform.asked == []
    assert linkedin_bench.store.claim_due("main", owner=OWNER, limit=9, now=linkedin_bench.clock.now()) == []


# -- how it says no ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("trouble", "reason", "held"),
    [
        (linkedin_error(401, "The token used in the request has expired"), "fetch.token", True),
        (linkedin_error(401, "no", serviceErrorCode=65601), "fetch.token", True),
        (linkedin_error(401, "Member does not have the role"), "fetch.permission", False),
        (linkedin_error(403, "Not enough permissions"), "fetch.permission", False),
        (linkedin_error(404), "fetch.gone", False),
        (linkedin_error(426, "Requested version is not active"), "fetch.version", True),
        (linkedin_error(429, "Resource level throttle limit"), "fetch.busy", False),
        (linkedin_error(400), "fetch.refused", False),
        (linkedin_error(500), "fetch.failing", False),
        (plain(b"<html/>", 503), "fetch.failing", False),
        (plain(b"<html/>"), "fetch.unreadable", False),
        (plain(b'{"id": "another-lead-1"}'), "fetch.unreadable", False),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_no_has_its_reason(linkedin_bench: Bench, trouble: Callable, reason: str, held: bool) -> None:  # type: ignore[type-arg]
    with_leads(linkedin_bench, ONE)
    linkedin_bench.platform.troubles.append(trouble)
    (lead_id,) = linkedin_bench.announce(ONE)

    linkedin_bench.work()
    assert linkedin_bench.told(lead_id) == ("quarantined", reason)
    assert bool(linkedin_bench.store.holds("main")) is held

    linkedin_bench.later(301)
    assert linkedin_bench.told(lead_id)[0] == "queued"
    assert linkedin_bench.store.holds("main") == []


# -- a token that is replaced by itself ----------------------------------------------------------------------


def renewing(bench: Bench, refresh_token: str = REFRESH_TOKEN) -> Bench:
    bench.changes = {"more": {"refresh_token": refresh_token, "client_id": CLIENT_ID}}
    bench.desk = bench.new_desk()
    return bench


def test_a_token_that_has_run_out_is_replaced_and_nobody_notices(linkedin_bench: Bench) -> None:
    bench = renewing(linkedin_bench)
    with_leads(bench, ONE, TWO)
    bench.platform.tokens = set()
    leads = bench.announce(ONE, TWO)

    assert bench.work() == 2

    assert {bench.told(each)[0] for each in leads} == {"queued"}
    assert bench.platform.times("token") == 1
    assert bench.store.holds("main") == []


def test_leads_asked_for_at_the_same_time_replace_it_once(linkedin_bench: Bench) -> None:
    bench = renewing(linkedin_bench)
    ids = [f"lead-number-{number}" for number in range(8)]
    with_leads(bench, *ids)
    bench.platform.tokens = set()
    leads = bench.announce(*ids)
    threads = [threading.Thread(target=bench.work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {bench.told(each)[0] for each in leads} == {"queued"}
    assert bench.platform.times("token") == 1


def test_a_refresh_token_that_has_run_out_too_holds_the_source(linkedin_bench: Bench) -> None:
    bench = renewing(linkedin_bench, "an-old-refresh-token-0123456789")
    with_leads(bench, ONE, TWO)
    bench.platform.tokens = set()
    leads = bench.announce(ONE, TWO)

    with capture_logs() as lines:
        bench.work()

    assert {bench.told(each) for each in leads} == {("quarantined", "fetch.token")}
    assert {"fetch.not_renewed", "fetch.held"} <= {line["event"] for line in lines}
    assert "refresh-token" not in str(lines)
    assert bench.platform.times("token") == 1
