"""Leads of Meta, from the id in a webhook to a lead that is sent, whatever the Graph API does meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from structlog.testing import capture_logs

from gateway import metrics
from gateway.fetching.desk import LEASE
from gateway.leads.lead import State
from gateway.store import Store
from gateway.store.reading import Search
from tests.fetching.conftest import Bench
from tests.fetching.platforms import APP_SECRET, TOKEN, dripping, graph_error, graph_lead, plain
from tests.store.making import OWNER

ONE, TWO, THREE = "444100000001", "444200000001", "444300000001"
DAY = 86400.0


def test_a_lead_of_which_only_the_id_came_is_asked_for_and_sent(meta_bench: Bench) -> None:
    meta_bench.platform.leads[ONE] = graph_lead(ONE)
    (lead_id,) = meta_bench.announce(ONE)
    assert meta_bench.told(lead_id) == ("quarantined", "fetch.waiting")

    assert meta_bench.work() == 1

    story = meta_bench.story(lead_id)
    assert story.lead.state is State.QUEUED
    assert (story.phone, story.fields["CustomerName"], story.fields["MobileNo"]) == (
        "9876543210", "Asha Verma", "9876543210"
    )  # fmt: skip
    assert (story.fields["LeadSource"], story.fields["LeadSubSource"]) == ("Instagram", "Diwali")
    assert story.fields["WebEnquiryNumber"] == ONE
    assert (story.extra["ad_name"], story.extra["page_id"]) == ("Video A", "153125381133")
    due = meta_bench.store.claim_due("main", owner=OWNER, limit=9, now=meta_bench.clock.now())
    assert [lead.id for lead in due] == [lead_id]
    assert meta_bench.store.verify() == []


def test_what_the_platform_told_is_kept_with_the_lead(meta_bench: Bench) -> None:
    meta_bench.platform.leads[ONE] = graph_lead(ONE)
    (lead_id,) = meta_bench.announce(ONE)
    meta_bench.work()

    (entry,) = meta_bench.story(lead_id).attempts

    assert (entry.action, entry.outcome, entry.http_status) == ("fetch", "fetched", 200)
    assert '"Asha Verma"' in (entry.response or "")


def test_a_thousand_ids_of_one_webhook_are_a_thousand_leads_that_wait(sqlite_bench: Bench) -> None:
    ids = [str(444_000_000_000 + number) for number in range(1000)]

    kept = sqlite_bench.announce(*ids)

    assert sqlite_bench.store.quarantine.waiting("ads", ["main"]) == 1000
    story = sqlite_bench.story(kept[777])
    assert story.extra["fetch"]["id"] == ids[777]


def test_a_webhook_that_is_sent_again_is_one_lead(meta_bench: Bench) -> None:
    meta_bench.platform.leads[ONE] = graph_lead(ONE)
    (first,) = meta_bench.announce(ONE)
    (early,) = meta_bench.announce(ONE)
    meta_bench.work()
    meta_bench.clock.turn(3600)
    (late,) = meta_bench.announce(ONE)

    assert meta_bench.work() == 0

    assert [meta_bench.told(each)[0] for each in (first, early, late)] == ["queued", "duplicate", "duplicate"]
    assert meta_bench.status(late).duplicate_of == first
    assert meta_bench.platform.asked == [ONE]


def test_the_same_person_twice_is_called_once(meta_bench: Bench) -> None:
    meta_bench.platform.leads |= {each: graph_lead(each) for each in (ONE, TWO)}
    leads = meta_bench.announce(ONE, TWO)

    assert meta_bench.work() == 2

    assert sorted(meta_bench.told(each)[0] for each in leads) == ["duplicate", "queued"]


def test_a_dummy_of_the_testing_tool_is_never_dialed(meta_bench: Bench) -> None:
    answers = [
        {"name": "full_name", "values": ["<test lead: dummy data for full_name>"]},
        {"name": "phone_number", "values": ["<test lead: dummy data for phone_number>"]},
        {"name": "email", "values": ["test@meta.com"]},
    ]
    meta_bench.platform.leads[ONE] = graph_lead(ONE, field_data=answers)
    (lead_id,) = meta_bench.announce(ONE)
    meta_bench.work()

    assert meta_bench.told(lead_id)[0] == "test"
    assert meta_bench.store.claim_due("main", owner=OWNER, limit=9, now=meta_bench.clock.now()) == []


def test_an_id_that_is_none_of_the_platforms_is_never_asked_for(meta_bench: Bench) -> None:
    (lead_id,) = meta_bench.announce("../me/accounts")

    assert meta_bench.work() == 0
    assert meta_bench.told(lead_id) == ("quarantined", "fetch.id")
    assert meta_bench.platform.asked == []


def test_a_lead_with_a_number_nobody_can_dial_is_explained_and_not_asked_for_again(meta_bench: Bench) -> None:
    meta_bench.platform.leads[ONE] = graph_lead(ONE, phone="98765xxxxx")
    (lead_id,) = meta_bench.announce(ONE)
    meta_bench.work()

    assert meta_bench.later(7 * DAY) == 0
    assert meta_bench.told(lead_id) == ("quarantined", "phone.masked")
    assert meta_bench.story(lead_id).extra["phone_number"] == "98765xxxxx"


# -- the platform in trouble ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (plain(b"", 500), "fetch.failing"),
        (plain(b"<html>Bad gateway</html>", 502), "fetch.failing"),
        (graph_error(1, 500), "fetch.failing"),
        (graph_error(2), "fetch.failing"),
        (plain(b"{}", 429), "fetch.busy"),
        (graph_error(4), "fetch.busy"),
        (graph_error(80005), "fetch.busy"),
        (plain(b"<html>Welcome</html>"), "fetch.unreadable"),
        (plain(b'{"id": "9999999999"}'), "fetch.unreadable"),
        (plain(b"[" * 100_000), "fetch.unreadable"),
        (plain(b" " * 2_000_000), "fetch.unreadable"),
        (plain(b"", 302, Location="http://127.0.0.1:1/"), "fetch.unreadable"),
        (dripping, "fetch.unreachable"),
        (graph_error(2500), "fetch.refused"),
        (graph_error(368), "fetch.refused"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_lead_is_asked_for_again_until_it_is_told(
    sqlite_bench: Bench, trouble: Callable, reason: str
) -> None:  # type: ignore[type-arg]
    bench = sqlite_bench
    bench.platform.leads[ONE] = graph_lead(ONE)
    bench.platform.troubles.append(trouble)
    (lead_id,) = bench.announce(ONE)

    bench.work()
    assert bench.told(lead_id) == ("quarantined", reason)
    assert bench.work() == 0, "it is asked again at once"

    bench.later(120)
    assert bench.told(lead_id) == ("queued", None)
    assert [entry.outcome for entry in bench.story(lead_id).attempts] == ["failed", "fetched"]


def test_a_platform_that_nobody_answers_for_is_asked_again(sqlite_bench: Bench) -> None:
    bench = sqlite_bench
    there = bench.platform.url
    bench.platform.url = "http://127.0.0.1:1"
    (lead_id,) = bench.announce(ONE)
    bench.work(bench.new_desk())
    assert bench.told(lead_id) == ("quarantined", "fetch.unreachable")

    bench.platform.url = there
    bench.platform.leads[ONE] = graph_lead(ONE)
    bench.clock.turn(10)
    bench.work(bench.new_desk())
    assert bench.told(lead_id)[0] == "queued"


def test_a_platform_that_asks_for_a_rest_is_given_it_by_all_leads(sqlite_bench: Bench) -> None:
    bench = sqlite_bench
    bench.platform.leads |= {each: graph_lead(each, f"98765432{each[3]}0") for each in (ONE, TWO)}
    bench.platform.troubles.append(plain(b"{}", 429, Retry_After="100"))
    leads = bench.announce(ONE, TWO)

    assert bench.work() == 1
    assert bench.later(99) == 0
    assert bench.later(5) == 2
    assert {bench.told(each)[0] for each in leads} == {"queued"}


def test_a_platform_that_fails_is_asked_less_and_less(sqlite_bench: Bench) -> None:
    bench = sqlite_bench
    bench.platform.always = plain(b"", 503)
    bench.announce(*(str(44_400_000 + number) for number in range(200)))
    asked = []
    for _ in range(60):
        bench.later(1)
        asked.append(len(bench.platform.asked))

    assert asked[9] <= 5
    assert asked[59] <= 8


def test_a_lead_that_is_never_told_is_given_up_after_a_week(sqlite_bench: Bench) -> None:
    bench = sqlite_bench
    bench.platform.always = graph_error(2500)
    (lead_id,) = bench.announce(ONE)
    for _ in range(24 * 8):
        bench.later(3601)

    assert bench.told(lead_id) == ("quarantined", "fetch.given_up")
    asked = len(bench.platform.asked)
    assert 24 * 7 <= asked <= 24 * 7 + 10
    assert bench.later(30 * DAY) == 0


def test_a_lead_that_is_gone_is_looked_for_three_times(meta_bench: Bench) -> None:
    """A platform may announce a lead before it can show it."""
    gone, late = meta_bench.announce(ONE, TWO)
    meta_bench.work()
    assert {meta_bench.told(each) for each in (gone, late)} == {("quarantined", "fetch.gone")}

    meta_bench.platform.leads[TWO] = graph_lead(TWO)
    for seconds in (61, 601, 30 * DAY):
        meta_bench.later(seconds)

    assert meta_bench.told(gone) == ("quarantined", "fetch.gone")
    assert meta_bench.told(late)[0] == "queued"
    assert (meta_bench.platform.times(ONE), meta_bench.platform.times(TWO)) == (3, 2)
    assert meta_bench.store.quarantine.waiting("ads", ["main"]) == 0


# -- our rights ----------------------------------------------------------------------------------------------


def test_a_dead_token_holds_its_source_with_one_question(meta_bench: Bench) -> None:
    meta_bench.platform.tokens = set()
    meta_bench.platform.leads |= {each: graph_lead(each, f"98765432{each[3]}0") for each in (ONE, TWO, THREE)}
    leads = meta_bench.announce(ONE, TWO, THREE)

    with capture_logs() as lines:
        meta_bench.work()
        meta_bench.later(200)

    assert len(meta_bench.platform.asked) == 1
    assert {meta_bench.told(each) for each in leads} == {("quarantined", "fetch.token")}
    (hold,) = meta_bench.store.holds("main")
    assert (hold.scope, hold.code) == ("fetch:ads", "fetch.token")
    assert [line["event"] for line in lines if line["log_level"] == "error"] == ["fetch.held"]
    assert 'gw_fetch_held{source="ads"} 1.0' in metrics.render().body.decode()


def test_one_lead_is_tried_with_a_dead_token_every_five_minutes(meta_bench: Bench) -> None:
    meta_bench.platform.tokens = set()
    leads = meta_bench.announce(ONE, TWO, THREE)
    meta_bench.work()

    assert [meta_bench.later(100) for _ in range(9)] == [0, 0, 1, 0, 0, 1, 0, 0, 1]
    assert {meta_bench.told(each) for each in leads} == {("quarantined", "fetch.token")}


def test_a_mended_token_lets_everything_go_at_once(meta_bench: Bench) -> None:
    meta_bench.platform.tokens = set()
    meta_bench.platform.leads |= {each: graph_lead(each, f"98765432{each[3]}0") for each in (ONE, TWO, THREE)}
    leads = meta_bench.announce(ONE, TWO, THREE)
    meta_bench.work()
    meta_bench.platform.tokens = {TOKEN}

    assert meta_bench.later(301) == 3

    assert {meta_bench.told(each) for each in leads} == {("queued", None)}
    assert meta_bench.store.holds("main") == []
    assert 'gw_fetch_held{source="ads"} 0.0' in metrics.render().body.decode()


def test_a_process_that_begins_tries_a_held_source_at_once(meta_bench: Bench) -> None:
    """Somebody put a new token there and restarted it."""
    meta_bench.platform.tokens = {"another-token-0123456789"}
    meta_bench.platform.leads[ONE] = graph_lead(ONE)
    (lead_id,) = meta_bench.announce(ONE)
    meta_bench.work()
    meta_bench.token = "another-token-0123456789"
    restarted = meta_bench.new_desk()

    restarted.open()

    assert meta_bench.work(restarted) == 1
    assert meta_bench.told(lead_id)[0] == "queued"


def test_a_held_source_does_not_stop_the_others_nor_their_dialer(meta_bench: Bench) -> None:
    meta_bench.platform.tokens = set()
    meta_bench.announce(ONE)
    meta_bench.work()
    meta_bench.platform.tokens = {TOKEN}
    meta_bench.platform.leads[TWO] = graph_lead(TWO)
    meta_bench.changes = {"name": "other"}

    (lead_id,) = meta_bench.announce(TWO)
    meta_bench.work(meta_bench.new_desk())

    assert meta_bench.told(lead_id)[0] == "queued"
    due = meta_bench.store.claim_due("main", owner=OWNER, limit=9, now=meta_bench.clock.now())
    assert [lead.id for lead in due] == [lead_id]


def test_without_the_right_to_see_ads_the_lead_itself_is_told(meta_bench: Bench) -> None:
    meta_bench.platform.refused_fields = frozenset({"campaign_name"})
    meta_bench.platform.leads[ONE] = graph_lead(ONE)
    (lead_id,) = meta_bench.announce(ONE)
    meta_bench.work()

    assert meta_bench.told(lead_id)[0] == "queued"
    assert meta_bench.story(lead_id).fields["CustomerName"] == "Asha Verma"


def test_a_page_that_we_may_not_read_does_not_stop_the_other_pages(meta_bench: Bench) -> None:
    meta_bench.platform.troubles.extend([graph_error(200, 403), graph_error(10, 403)])
    meta_bench.platform.leads[TWO] = graph_lead(TWO)
    forbidden, allowed = meta_bench.announce(ONE, TWO)
    meta_bench.work()

    assert {meta_bench.told(each) for each in (forbidden, allowed)} == {
        ("quarantined", "fetch.permission"), ("queued", None)
    }  # fmt: skip
    assert meta_bench.store.holds("main") == []


def test_the_token_stands_in_no_history_and_no_log_line(sqlite_bench: Bench) -> None:
    bench = sqlite_bench
    bench.platform.troubles.append(plain(f"token {TOKEN} of {APP_SECRET}\x00".encode(), 400))
    (lead_id,) = bench.announce(ONE)

    with capture_logs() as lines:
        bench.work()

    (entry,) = bench.story(lead_id).attempts
    assert (entry.response or "").startswith("token [hidden] of [hidden]")
    assert not any(secret in str(lines) for secret in (TOKEN, APP_SECRET))


# -- several processes ---------------------------------------------------------------------------------------


def test_each_lead_is_asked_for_by_one_of_several_processes(
    meta_bench: Bench, url: str, open_store: Callable[[str], Store]
) -> None:
    ids = [str(44_400_000 + number) for number in range(40)]
    meta_bench.platform.leads |= {each: graph_lead(each, f"98765{each[3:]}") for each in ids}
    leads = meta_bench.announce(*ids)
    desks = [meta_bench.new_desk(open_store(url)) for _ in range(3)]
    threads = [threading.Thread(target=meta_bench.work, args=(desk,)) for desk in desks for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    meta_bench.work()

    assert sorted(meta_bench.platform.asked) == ids
    assert {meta_bench.told(each)[0] for each in leads} == {"queued"}
    assert meta_bench.store.verify() == []


def test_what_a_dead_process_had_claimed_is_taken_by_another(meta_bench: Bench) -> None:
    meta_bench.platform.leads[ONE] = graph_lead(ONE)
    (lead_id,) = meta_bench.announce(ONE)
    now = meta_bench.clock.now()
    (claimed,) = meta_bench.store.quarantine.claim("ads", ["main"], now=now, lease=now + LEASE, limit=9)
    assert claimed.asked["id"] == ONE

    assert meta_bench.later(LEASE - 1) == 0
    assert meta_bench.later(2) == 1
    assert meta_bench.told(lead_id)[0] == "queued"


def test_a_lead_that_was_discarded_is_not_asked_for(meta_bench: Bench) -> None:
    (lead_id,) = meta_bench.announce(ONE)
    meta_bench.store.discard([lead_id], reason="a trial", now=meta_bench.clock.now())

    assert meta_bench.work() == 0
    assert meta_bench.told(lead_id)[0] == "rejected"


def test_ordinary_leads_in_quarantine_are_no_business_of_the_fetcher(meta_bench: Bench) -> None:
    meta_bench.platform.leads[ONE] = graph_lead(ONE, phone="1")
    meta_bench.announce(ONE)
    meta_bench.work()
    asked = len(meta_bench.platform.asked)

    assert meta_bench.later(DAY) == 0
    assert len(meta_bench.platform.asked) == asked
    assert len(meta_bench.store.find(Search(states=(State.QUARANTINED,))).leads) == 1
