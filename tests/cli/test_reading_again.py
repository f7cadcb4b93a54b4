"""`gateway leads retry` of quarantined leads: read again, by the configuration as it is now."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Any

import orjson
import pytest

from gateway.config import load_config
from gateway.leads.identity import new_id
from gateway.leads.lead import Enquiry, Problem, State, Submission
from gateway.new_lead import kept_lead, quarantined
from gateway.remaking import InTheQueue
from gateway.sources.base import Inbound, Unreadable
from gateway.sources.registry import SOURCES
from gateway.store.operations import Accept
from gateway.store.records import Hold, NewLead
from gateway.store.remaking import Entry, Remake
from tests.cli.conftest import CommandLine
from tests.config.files import GOOD

ADS = """
[sources.ads]
kind = "meta"
list_id = "25062018"
secret = "env:PORTAL_TOKEN"
access_token = "env:PORTAL_TOKEN"
verify_token = "env:PORTAL_TOKEN"
"""
WRONG = GOOD.replace('MobileNo = "contact.phone"', 'MobileNo = "contact.telefon"')
MENDED = GOOD
ONE = {"contact": {"phone": "9876543210", "first": "Asha"}}
BAD = {"contact": {"phone": "98765xxxxx"}}
NOW = time.time() - 3600
LEADGEN = {
    "object": "page",
    "entry": [{"changes": [{"field": "leadgen", "value": {"leadgen_id": "444000000001"}}]}],
}


@pytest.fixture
def wrong(migrated: CommandLine) -> CommandLine:
    """Its portal's mapping looks for the number where there is none."""
    migrated.config.write_text(WRONG)
    return migrated


def receive(
    command_line: CommandLine, value: Any, source: str = "portal", *, test: bool = False
) -> list[str]:
    """What the webhook door keeps of a body, under the configuration as it is now."""
    config = load_config(command_line.config, command_line.environ)
    inbound = Inbound(method="POST", path=f"/webhooks/{source}", body=orjson.dumps(value), received_at=NOW)
    enquiry = Enquiry(
        id=new_id(NOW),
        source=source,
        received_at=NOW,
        method="POST",
        path=inbound.path,
        query="",
        content_type="application/json",
        headers={},
        address="192.0.2.1",
        body=inbound.body,
    )
    leads: Sequence[NewLead]
    try:
        submissions = SOURCES[config.sources[source].kind].parse(config.sources[source], inbound)
    except Unreadable as error:
        problem = Problem(field="", code=error.code, message=error.message)
        leads = [
            quarantined(
                config.sources[source],
                Submission(fields={}),
                (problem,),
                lead_id=new_id(NOW),
                received_at=NOW,
            )
        ]
    else:
        ids = sorted(new_id(NOW) for _ in submissions)
        leads = [
            kept_lead(config, InTheQueue(), config.sources[source], each, lead_id=lead_id, received_at=NOW)
            for each, lead_id in zip(submissions, ids, strict=True)
        ]
    store = command_line.store()
    store.transact([Accept(enquiry=enquiry, leads=tuple(leads))])
    store.close()
    return [lead.id for lead in leads]


def lead(command_line: CommandLine, lead_id: str) -> dict[str, Any]:
    shown: dict[str, Any] = json.loads(command_line.run("leads", "show", lead_id, "--json").stdout)
    return shown


def state_of(command_line: CommandLine, lead_id: str) -> str:
    return str(lead(command_line, lead_id)["lead"]["state"])


def test_a_mended_mapping_makes_leads_of_what_is_quarantined(wrong: CommandLine) -> None:
    kept = [receive(wrong, {"contact": {"phone": f"98765432{number}"}})[0] for number in range(10, 13)]
    assert {state_of(wrong, each) for each in kept} == {"quarantined"}
    wrong.config.write_text(MENDED)

    done = wrong.run("leads", "retry", "--quarantined", "--source", "portal", "--yes")

    assert (done.exit_code, done.stdout) == (0, "3 leads read again: 3 queued.\n")
    shown = lead(wrong, kept[0])
    assert (shown["lead"]["state"], shown["phone"], shown["problems"]) == ("queued", "9876543210", [])
    assert [entry["action"] for entry in shown["attempts"]] == ["remake"]
    assert wrong.run("verify").exit_code == 0


def test_it_asks_first(wrong: CommandLine) -> None:
    (lead_id,) = receive(wrong, ONE)
    wrong.config.write_text(MENDED)

    assert wrong.run("leads", "retry", "--quarantined", answer="n\n").exit_code == 1
    assert state_of(wrong, lead_id) == "quarantined"
    assert wrong.run("leads", "retry", "--quarantined", answer="y\n").exit_code == 0
    assert state_of(wrong, lead_id) == "queued"


def test_only_the_source_that_is_named_is_read_again(wrong: CommandLine) -> None:
    wrong.config.write_text(WRONG + ADS)
    (mine,), (other,) = receive(wrong, ONE), receive(wrong, LEADGEN, "ads")
    wrong.config.write_text(MENDED + ADS)

    wrong.run("leads", "retry", "--quarantined", "--source", "portal", "--yes")

    assert (state_of(wrong, mine), state_of(wrong, other)) == ("queued", "quarantined")
    assert lead(wrong, other)["attempts"] == []


def test_a_single_lead_is_read_again_by_its_id(wrong: CommandLine) -> None:
    (lead_id,), (other,) = receive(wrong, ONE), receive(wrong, ONE)
    wrong.config.write_text(MENDED)

    done = wrong.run("leads", "retry", lead_id.lower())

    assert (done.exit_code, done.stdout) == (0, "1 lead read again: 1 queued.\n")
    assert state_of(wrong, other) == "quarantined"


def test_the_good_row_of_a_batch_is_not_touched_by_its_bad_ones(migrated: CommandLine) -> None:
    rows = [{"contact": {"phone": "9876543210"}}, BAD, {"contact": {"tel": "9876543212"}}]
    good, bad, mended = receive(migrated, rows)
    assert [state_of(migrated, each) for each in (good, bad, mended)] == [
        "queued",
        "quarantined",
        "quarantined",
    ]
    migrated.config.write_text(GOOD.replace('"contact.phone"', '"contact.phone || contact.tel"'))

    done = migrated.run("leads", "retry", "--quarantined", "--yes")

    assert done.stdout.splitlines() == [
        "2 leads read again: 1 still in quarantine, 1 queued.",
        "  phone.masked: 1",
    ]
    assert (lead(migrated, good)["phone"], lead(migrated, mended)["phone"]) == ("9876543210", "9876543212")
    assert lead(migrated, bad)["problems"][0]["code"] == "phone.masked"
    assert migrated.run("leads", "list", "--json").stdout.count('"id"') == 3


def test_what_was_one_unreadable_enquiry_becomes_the_leads_that_stand_in_it(migrated: CommandLine) -> None:
    migrated.config.write_text(
        GOOD.replace("[sources.portal.fields]", 'records = "leads"\n[sources.portal.fields]')
    )
    (lead_id,) = receive(migrated, {"rows": [{"contact": {"phone": f"98765432{n}"}} for n in range(10, 14)]})
    assert lead(migrated, lead_id)["lead"]["reason_code"] == "records.not_found"
    migrated.config.write_text(
        GOOD.replace("[sources.portal.fields]", 'records = "rows"\n[sources.portal.fields]')
    )

    done = migrated.run("leads", "retry", "--quarantined", "--yes")

    assert done.exit_code == 0
    leads = json.loads(migrated.run("leads", "list", "--json").stdout)["leads"]
    assert [each["state"] for each in leads] == ["queued"] * 4
    phones = {lead(migrated, each["id"])["phone"] for each in leads}
    assert phones == {f"98765432{n}" for n in range(10, 14)}
    assert migrated.run("verify").exit_code == 0


def test_leads_that_were_added_are_found_again_by_their_place(migrated: CommandLine) -> None:
    """A second try must not make a lead of another row than the first one did."""
    records = GOOD.replace("[sources.portal.fields]", 'records = "rows"\n[sources.portal.fields]')
    (lead_id,) = receive_unreadable(migrated, records)
    migrated.config.write_text(records)
    migrated.run("leads", "retry", "--quarantined", "--yes")
    before = {each: lead(migrated, each)["extra"] for each in quarantined_ids(migrated)}
    assert len(before) == 2

    migrated.run("leads", "retry", "--quarantined", "--yes")

    assert {each: lead(migrated, each)["extra"] for each in quarantined_ids(migrated)} == before
    assert state_of(migrated, lead_id) in ("queued", "quarantined")


def receive_unreadable(command_line: CommandLine, records: str) -> list[str]:
    command_line.config.write_text(records.replace('"rows"', '"leads"'))
    rows = [
        {"contact": {"phone": "98765xxxxx", "first": "A"}},
        ONE,
        {"contact": {"phone": "1", "first": "B"}},
    ]
    return receive(command_line, {"rows": rows})


def quarantined_ids(command_line: CommandLine) -> list[str]:
    listed = command_line.run("leads", "list", "--state", "quarantined", "--json")
    return [each["id"] for each in json.loads(listed.stdout)["leads"]]


def test_another_number_of_leads_than_before_is_left_alone(migrated: CommandLine) -> None:
    first, second = receive(migrated, [BAD, BAD])
    migrated.config.write_text(
        GOOD.replace("[sources.portal.fields]", 'records = "[0]"\n[sources.portal.fields]')
    )

    done = migrated.run("leads", "retry", "--quarantined", "--yes")

    assert done.exit_code == 1
    assert "another number of leads" in done.stderr
    assert {state_of(migrated, each) for each in (first, second)} == {"quarantined"}


def test_a_repeated_lead_is_found_to_be_one(wrong: CommandLine) -> None:
    receive(wrong, ONE)
    receive(wrong, ONE)
    wrong.config.write_text(MENDED)

    done = wrong.run("leads", "retry", "--quarantined", "--yes")

    assert done.stdout == "2 leads read again: 1 queued, 1 found to be repeated.\n"


def test_an_enquiry_that_still_cannot_be_read_says_why(migrated: CommandLine) -> None:
    (lead_id,) = receive(migrated, [1, 2])

    done = migrated.run("leads", "retry", "--quarantined", "--yes")

    assert done.exit_code == 1
    assert lead_id in done.stderr
    assert "Each lead in the body must be an object" in done.stderr


def test_suspected_spam_is_no_question_of_reading(migrated: CommandLine) -> None:
    (lead_id,) = receive(migrated, BAD)
    store = migrated.store()
    store.write(lambda transaction: transaction.run("UPDATE leads SET reason_code = 'spam.trapped'"))
    store.close()

    done = migrated.run("leads", "retry", "--quarantined", "--yes")

    assert done.stdout == "No quarantined lead is to be read again.\n"
    assert lead(migrated, lead_id)["lead"]["reason_code"] == "spam.trapped"


def test_a_source_that_is_gone_from_the_configuration_is_told(migrated: CommandLine) -> None:
    migrated.config.write_text(GOOD + ADS)
    (lead_id,) = receive(migrated, LEADGEN, "ads")
    migrated.config.write_text(GOOD)

    assert (
        "choose one of website, portal"
        in migrated.run("leads", "retry", "--quarantined", "--source", "ads").stderr
    )
    done = migrated.run("leads", "retry", lead_id)
    assert (done.exit_code, "not in gateway.toml" in done.stderr) == (1, True)


def test_a_lead_that_its_platform_never_told_is_asked_for_once_more(migrated: CommandLine) -> None:
    migrated.config.write_text(GOOD + ADS)
    (lead_id,) = receive(migrated, LEADGEN, "ads")
    store = migrated.store()
    store.write(
        lambda transaction: transaction.run(
            "UPDATE leads SET reason_code = 'fetch.gone', hold_scope = NULL, next_at = NULL, attempts = 3"
        )
    )
    store.close()

    done = migrated.run("leads", "retry", lead_id)

    assert done.stdout == "1 lead read again: 1 still in quarantine.\n  fetch.waiting: 1\n"
    store = migrated.store()
    assert store.quarantine.waiting("ads", ["main"]) == 1
    store.close()


def test_what_a_platform_told_is_read_again_without_asking_it(migrated: CommandLine) -> None:
    """It may have forgotten the lead by now."""
    migrated.config.write_text(GOOD + ADS)
    (lead_id,) = receive(migrated, LEADGEN, "ads")
    told = {"lead": {"id": "444000000001", "field_data": [{"name": "numero", "values": ["9876543210"]}]}}
    store = migrated.store()
    config = load_config(migrated.config, migrated.environ)
    fetch = SOURCES["meta"].fetch
    assert fetch is not None
    submission = fetch.complete(config.sources["ads"], {"id": "444000000001"}, told)
    new = kept_lead(config, InTheQueue(), config.sources["ads"], submission, lead_id=lead_id, received_at=NOW)
    entry = Entry(
        id=new_id(NOW), action="fetch", outcome="fetched", started_at=NOW, finished_at=NOW,
        response=orjson.dumps(told).decode(),
    )  # fmt: skip
    store.quarantine.remake([Remake(lead=new, entry=entry)], now=NOW)
    store.close()
    assert lead(migrated, lead_id)["lead"]["reason_code"] == "phone.required"

    migrated.config.write_text(GOOD + ADS + '[sources.ads.fields]\nMobileNo = "answer.numero"\n')
    done = migrated.run("leads", "retry", lead_id)

    assert done.stdout == "1 lead read again: 1 queued.\n"
    assert lead(migrated, lead_id)["phone"] == "9876543210"


def test_ids_all_and_quarantined_exclude_each_other(migrated: CommandLine) -> None:
    assert migrated.run("leads", "retry").exit_code == 2
    assert migrated.run("leads", "retry", "X", "--quarantined").exit_code == 2
    assert migrated.run("leads", "retry", "--all", "dead", "--quarantined").exit_code == 2


def test_a_lead_with_a_number_is_sent_as_it_is_and_one_without_is_read(wrong: CommandLine) -> None:
    (unread,) = receive(wrong, ONE)
    wrong.config.write_text(MENDED)
    (dead,) = receive(wrong, {"contact": {"phone": "9876543211"}})
    store = wrong.store()
    store.write(lambda transaction: transaction.run("UPDATE leads SET state = 'dead' WHERE phone <> ''"))
    store.close()

    done = wrong.run("leads", "retry", unread, dead)

    assert done.stdout == "1 lead queued again.\n1 lead read again: 1 queued.\n"
    assert {state_of(wrong, each) for each in (unread, dead)} == {State.QUEUED}


def test_a_platform_that_holds_its_leads_back_is_asked_at_once_by_hand(migrated: CommandLine) -> None:
    migrated.config.write_text(GOOD + ADS)
    receive(migrated, LEADGEN, "ads")
    store = migrated.store()
    hold = Hold(
        dialer="main", scope="fetch:ads", code="fetch.token", message="No.", since=NOW, probe_at=NOW + 9e9
    )
    store.quarantine.hold(hold)
    assert store.quarantine.claim("ads", ["main"], now=time.time(), lease=NOW, limit=9) == []
    assert "fetch:ads" in migrated.run("holds", "list").stdout

    done = migrated.run("holds", "release", "main", "fetch:ads")

    assert done.stdout == "1 lead released: their platform is asked for them now.\n"
    assert len(store.quarantine.claim("ads", ["main"], now=time.time(), lease=NOW, limit=9)) == 1
    store.close()
