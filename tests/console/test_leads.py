"""The list of leads: finding one, filters in the address, what it says when it is empty, what it never shows."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from gateway.dialer.outcome import NotSent
from gateway.leads.identity import new_id
from gateway.leads.lead import State
from gateway.store.operations import Accept, LeadResult, MarkSending, RecordAttempt
from gateway.store.records import NewLead
from tests.console.at_the_console import AtTheConsole
from tests.store.making import make_enquiry, make_lead
from tests.web.gateway_under_test import Gateway

ASHA = {"MobileNo": "9876543210", "CustomerName": "Asha Verma"}
RAVI = {"MobileNo": "9811122233", "CustomerName": "Ravi Patel"}


@pytest.fixture
def asha(console: Gateway) -> str:
    console.lead(RAVI)
    made: str = console.lead(ASHA).json["lead"]["id"]  # type: ignore[index]
    return made


def kept(gateway: Gateway, *, at: float | None = None, name: str = "", **changes: object) -> NewLead:
    """A lead as it stands in the store, at any time and in any state."""
    moment = gateway.clock.now() if at is None else at
    made = make_lead(**{"id": new_id(moment), "received_at": moment, "next_at": moment + 9e6, **changes})
    fields = {**made.fields, **({"CustomerName": name} if name else {})}
    made = make_lead(**{**changes, "id": made.id, "received_at": moment, "next_at": moment + 9e6,
                        "phone": made.phone, "fields": fields})  # fmt: skip
    gateway.store.transact([Accept(enquiry=make_enquiry(id=made.id, received_at=moment), leads=(made,))])
    return made


def names(text: str) -> list[str]:
    return [unescape(name) for name in re.findall(r'class="open" href="[^"]+">([^<]+)</a>', text)]


# -- finding one ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed", ["98765 43210", "+91-98765-43210", "09876543210", "९८७६५४३२१०", "*3210", "verma asha"]
)
def test_the_only_lead_is_opened_at_once(viewer: AtTheConsole, asha: str, typed: str) -> None:
    answer = viewer.get("/console/find", query_string={"q": typed})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/console/leads/{asha}")


def test_a_lead_is_found_by_both_of_its_ids_and_by_its_reference(
    console: Gateway, viewer: AtTheConsole
) -> None:
    answer = console.lead({**ASHA, "prospects_id": "CRM-0042"}).json
    for typed in (answer["lead"]["id"].lower(), answer["dialer"]["lead_id"], "CRM-0042"):
        found = viewer.get("/console/find", query_string={"q": typed})
        assert found.headers["Location"] == f"/console/leads/{answer['lead']['id']}", typed


def test_all_leads_of_one_number_are_listed(console: Gateway, viewer: AtTheConsole, asha: str) -> None:
    console.lead({**ASHA, "CustomerName": "A. Verma"})
    answer = viewer.get("/console/find?q=98765+43210")
    assert answer.status_code == 200
    assert names(answer.text) == ["A. Verma", "Asha Verma"]
    assert f'href="/console/leads/{asha}"' in answer.text


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("q=*543210", "q=*443210"),
        ("q=543210&by=ending", "q=443210&by=ending"),
        ("q=98765&by=text", "q=98764&by=text"),
        ("text=98765", "text=98764"),
        ("q=verma&text=987654", "q=verma&text=987644"),
    ],
)
def test_nobody_guesses_a_hidden_number_digit_by_digit(
    viewer: AtTheConsole, operator: AtTheConsole, asha: str, right: str, wrong: str
) -> None:
    def told(person: AtTheConsole, asked: str) -> tuple[list[str], str]:
        newer = person.part(f"/console/leads/newer?{asked}&than={'0' * 20}")
        return names(person.get(f"/console/leads?{asked}").text), newer.text.partition("·")[0]

    assert told(operator, right) != told(operator, wrong)
    assert told(viewer, right)[0] == told(viewer, wrong)[0]
    assert told(viewer, right)[1].partition(">")[2] == told(viewer, wrong)[1].partition(">")[2]


def test_nothing_found_says_what_was_looked_for_and_what_else_there_is(
    operator: AtTheConsole, asha: str
) -> None:
    text = operator.get("/console/find?q=98765+00000").text
    assert "No lead fits." in text
    assert "Looked for a phone number" in text
    assert 'by=text">anything in what was received' in text
    assert "too little to look for" in operator.get("/console/find?q=%25").text


def test_a_few_digits_that_are_a_lead_id_say_so(console: Gateway, viewer: AtTheConsole) -> None:
    answer = console.lead(ASHA).json
    found = viewer.get(f"/console/find?q={answer['dialer']['lead_id']}")
    assert found.status_code == 303
    assert "put a * before" in viewer.follow(found).text


def test_finding_nothing_in_particular_leads_to_the_list(viewer: AtTheConsole) -> None:
    assert viewer.get("/console/find?q=").headers["Location"] == "/console/leads"


def test_what_was_typed_is_in_no_log(
    viewer: AtTheConsole, asha: str, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    viewer.get("/console/find?q=98765+43210")
    viewer.get("/console/leads?q=98765+43210&text=9876543210")
    told = capsys.readouterr()
    for secret in ("98765", "43210"):
        assert secret not in told.out + told.err


# -- the list ------------------------------------------------------------------------------------------------


def test_an_empty_gateway_says_how_to_send_the_first_lead(viewer: AtTheConsole) -> None:
    text = viewer.get("/console/leads").text
    assert "No lead has come yet." in text
    assert 'href="/console/sources"' in text


def test_the_list_shows_a_lead_with_its_number_hidden(
    console: Gateway, operator: AtTheConsole, asha: str
) -> None:
    text = operator.get("/console/leads").text
    assert names(text) == ["Asha Verma", "Ravi Patel"]
    assert "••••••3210" in text
    assert "9876543210" not in text
    assert ">1765</span>" in text


def test_numbers_in_names_are_hidden_too(console: Gateway, viewer: AtTheConsole) -> None:
    kept(console, name="Asha 98765 43210", state=State.HELD, message="No list for 9876543210. Create it.")
    text = viewer.get("/console/leads").text
    assert "98765" not in text


def test_what_a_lead_holds_is_text_on_the_page(console: Gateway, viewer: AtTheConsole) -> None:
    kept(console, name='<script>alert(1)</script>"><img src=x onerror=y>{{7*7}}')
    text = viewer.get("/console/leads").text
    assert "<script>alert" not in text
    assert "<img" not in text
    assert "{{7*7}}" in unescape(text)


def test_filters_stand_in_the_address_and_can_be_taken_away_one_by_one(
    console: Gateway, viewer: AtTheConsole
) -> None:
    kept(
        console,
        at=console.clock.now() - 1,
        name="Held One",
        source="portal",
        state=State.HELD,
        reason_code="list.not_found",
        hold_scope="x",
    )
    kept(console, name="Dead One", source="portal", state=State.DEAD, reason_code="dialer.dns")
    text = viewer.get("/console/leads?state=held&source=portal&reason=list.").text
    assert names(text) == ["Held One"]
    removals = [
        unescape(each) for each in re.findall(r'<a href="([^"]+)" aria-label="Remove the filter', text)
    ]
    assert [sorted(parse_qs(urlsplit(each).query)) for each in removals] == [
        ["reason", "source"], ["reason", "state"], ["source", "state"],
    ]  # fmt: skip
    assert names(viewer.get("/console/leads?state=held&state=dead").text) == ["Dead One", "Held One"]
    assert "No lead fits." in viewer.get("/console/leads?state=held&source=website").text


def test_a_form_with_empty_fields_becomes_a_short_address(viewer: AtTheConsole) -> None:
    answer = viewer.get("/console/leads?q=&state=&source=portal&reason=&since=&until=&text=")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/console/leads?source=portal")


def test_days_are_those_of_the_console_and_the_last_one_is_whole(
    console: Gateway, viewer: AtTheConsole
) -> None:
    # 20 November in India begins at 18:30 UTC on the 19th.
    midnight = 1_795_199_400.0 - 86400 * 1  # 2026-11-19T18:30Z
    kept(console, name="Before", at=midnight - 60)
    kept(console, name="Early", at=midnight + 60)
    kept(console, name="Late", at=midnight + 86400 - 60)
    kept(console, name="After", at=midnight + 86400 + 60)
    day = "2026-11-20"
    assert names(viewer.get(f"/console/leads?since={day}&until={day}").text) == ["Late", "Early"]
    assert names(viewer.get(f"/console/leads?since={day}T12:00&until={day}").text) == ["Late"]


def test_what_cannot_be_understood_is_said_and_not_echoed(
    console: Gateway, viewer: AtTheConsole, asha: str
) -> None:
    text = viewer.get("/console/leads?since=yesterday9876543210&state=lost&reason=%27--").text
    assert "Not understood and left out: State, From, Reason." in text
    assert "yesterday" not in text
    assert names(text) == ["Asha Verma", "Ravi Patel"]


def test_pages_follow_each_other_and_lead_back(console: Gateway, viewer: AtTheConsole) -> None:
    now = console.clock.now()
    for number in range(60):
        kept(console, name=f"Caller {number:02d}", at=now - 100 + number)
    first = viewer.get("/console/leads")
    assert len(names(first.text)) == 50
    older = unescape(re.search(r'rel="next" href="([^"]+)"', first.text)[1])  # type: ignore[index]
    second = viewer.get(older)
    assert names(second.text) == [f"Caller {number:02d}" for number in range(9, -1, -1)]
    assert "Newest" in second.text
    assert "hx-trigger" not in second.text


def test_a_late_lead_says_why(console: Gateway, viewer: AtTheConsole) -> None:
    lead = kept(console, name="Late One", at=console.clock.now() - 500, next_at=console.clock.now() + 9e6)
    sent = console.clock.now() - 490
    console.store.claim_due("main", owner="somebody", limit=5, now=console.clock.now() + 9e7)
    tried(
        console,
        lead,
        NotSent(code="dialer.unreachable", message="The dialer cannot be reached. Check it."),
        sent,
    )
    text = viewer.get("/console/leads").text
    assert "late" in text
    assert "The dialer cannot be reached. 1 attempt." in text


def tried(gateway: Gateway, lead: NewLead, outcome: NotSent, at: float) -> None:
    gateway.store.transact(
        [MarkSending(dialer="main", owner="somebody", attempt_id="A", lead_ids=(lead.id,), now=at)]
    )
    result = LeadResult(
        lead_id=lead.id, state=State.QUEUED, outcome="not_sent", reason_code=outcome.code, message=outcome.message,
        next_at=at + 9e6,
    )  # fmt: skip
    gateway.store.transact([
        RecordAttempt(attempt_id="A", dialer="main", action="add_lead", started_at=at, finished_at=at + 1,
                      http_status=None, response=None, results=(result,))
    ])  # fmt: skip


def test_what_is_new_is_told_without_shifting_the_list(
    console: Gateway, viewer: AtTheConsole, asha: str
) -> None:
    text = viewer.get("/console/leads?source=partner").text
    asks = unescape(re.search(r'hx-get="([^"]+)" hx-trigger="every 10s"', text)[1])  # type: ignore[index]
    assert viewer.part(asks).text.strip() == ""
    console.lead({"MobileNo": "9800000001"})
    told = viewer.part(asks).text
    assert "1 new lead · show it" in told
    assert 'href="/console/leads?source=partner"' in told
    assert "<html" not in told


def test_strange_values_break_nothing_and_find_nothing(console: Gateway, viewer: AtTheConsole) -> None:
    kept(console, name="Somebody", source="partner")
    for typed in ("' OR 1=1 --", "%", "_", "\\", "\x00", "x" * 5000, "\udcff"):
        for name in ("q", "dialer", "reason", "text", "list", "since", "after", "by", "state", "test"):
            strange = {name: typed.encode("utf-8", "surrogatepass"), "source": "none"}
            answer = viewer.get("/console/leads", query_string=strange)
            assert answer.status_code in (200, 303), (name, typed)
            assert names(answer.text) == [], (name, typed)


# -- who may what --------------------------------------------------------------------------------------------


def test_only_an_operator_is_offered_to_act_and_to_export(
    viewer: AtTheConsole, operator: AtTheConsole, asha: str
) -> None:
    looking, acting = (
        viewer.get("/console/leads?source=partner").text,
        operator.get("/console/leads?source=partner").text,
    )
    assert 'name="ids"' in acting
    assert acting.count('action="/console/jobs/prepare"') == 2
    assert "export.csv" in acting
    for offer in ('name="ids"', "/console/jobs/prepare", "export.csv"):
        assert offer not in looking


def test_what_is_chosen_in_the_list_is_previewed(console: Gateway, operator: AtTheConsole) -> None:
    one = kept(console, name="Dead One", state=State.DEAD, reason_code="dialer.dns")
    kept(console, name="Dead Two", state=State.DEAD, reason_code="dialer.dns")
    ticked = operator.post("/console/jobs/prepare", action="retry", ids=one.id)
    assert (ticked.status_code, "1 lead" in ticked.text) == (200, True)
    searched = operator.post("/console/jobs/prepare", action="retry", state="dead", reason="dialer.dns")
    assert (searched.status_code, "2 leads" in searched.text) == (200, True)


def test_all_that_match_is_offered_only_for_what_can_be_chosen_so(operator: AtTheConsole, asha: str) -> None:
    assert "All that match" not in operator.get("/console/leads").text
    assert "All that match" not in operator.get("/console/leads?text=Verma").text
    text = operator.get("/console/leads?q=98765+43210").text
    assert '<input type="hidden" name="q" value="98765 43210">' in text
    assert '<input type="hidden" name="by" value="phone">' in text
