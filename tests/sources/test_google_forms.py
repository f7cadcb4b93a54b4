"""The Apps Script of the documentation, run by node, and what the gateway makes of what it sends."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from gateway.leads.lead import Lead
from gateway.sources import google_forms
from gateway.sources.base import Inbound, NotAuthentic
from tests.sources.contract import SECRET, made, source_of
from tests.sources.making import NOW, make_inbound

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "sources" / "google_forms.md"
NOW_MS = int(NOW * 1000)
MINUTE = 60_000


def answered(number: int, *, time: int = NOW_MS, name: str = "Asha Verma") -> dict[str, Any]:
    answers = [
        ["Your name", "TEXT", name],
        ["Mobile number", "TEXT", f"987650000{number}"],
        ["Plans", "CHECKBOX", ["Term", "Health"]],
    ]
    return {"id": f"r-{number}", "time": time, "answers": answers}


def run(*steps: dict[str, Any], secret: str = SECRET) -> list[dict[str, Any]]:
    """What each step, a function of the script at a state of the form, has done."""
    script = re.findall(r"^```javascript\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)[0]
    asked = {"script": script, "secret": secret, "now": NOW_MS, "steps": steps}
    command = ["node", str(HERE / "apps_script.js")]
    ran = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True, check=True)
    return list(json.loads(ran.stdout))


def sent(step: dict[str, Any]) -> list[str]:
    return [json.loads(post["payload"])["response_id"] for post in step["posts"] if post["code"] == 200]


def inbound_of(post: dict[str, Any]) -> Inbound:
    headers = {**post["headers"], "content-type": post["contentType"]}
    return make_inbound(post["payload"].encode(), headers, method=post["method"].upper())


SET_UP: dict[str, Any] = {"call": "setUp"}


def test_what_the_script_sends_is_proven_and_becomes_a_lead() -> None:
    _, step = run(SET_UP, {"call": "sendNew", "responses": [answered(1, name="आशा वर्मा")]})
    source, inbound = source_of("google_forms"), inbound_of(step["posts"][0])

    google_forms.verify(source, inbound)
    (submission,) = google_forms.parse(source, inbound)
    lead = made(source, submission)

    assert isinstance(lead, Lead)
    assert lead.fields["CustomerName"] == "आशा वर्मा"
    assert lead.fields["MobileNo"] == "9876500001"
    assert lead.fields["EnquirySource"] == "Enquiry"
    assert lead.extra["Plans"] == "Term, Health"
    assert submission.key == "r-1"
    with pytest.raises(NotAuthentic):
        google_forms.verify(source_of("google_forms", "another-secret"), inbound)


def test_the_script_sends_to_the_address_of_its_source() -> None:
    _, step = run(SET_UP, {"call": "sendNew", "responses": [answered(1)]})

    assert [post["url"] for post in step["posts"]] == ["https://leads.example.com/webhooks/google_forms"]


def test_each_response_is_sent_once() -> None:
    first = {"call": "sendNew", "responses": [answered(1), answered(2)]}
    second = {"call": "sendNew", "responses": [answered(1), answered(2), answered(3, time=NOW_MS + MINUTE)]}

    _, one, two, three = run(SET_UP, first, second, {"call": "sendNew"})

    assert [sent(one), sent(two), sent(three)] == [["r-1", "r-2"], ["r-3"], []]


def test_a_short_trouble_is_waited_out() -> None:
    _, step = run(SET_UP, {"call": "sendNew", "responses": [answered(1)], "codes": [0, 503]})

    assert step["error"] is None
    assert [post["code"] for post in step["posts"]] == [0, 503, 200]


def test_what_could_not_be_sent_goes_with_the_next_run() -> None:
    down = {"call": "sendNew", "responses": [answered(1), answered(2)], "codes": [200, 503, 503, 503]}

    _, failed, later = run(SET_UP, down, {"call": "sendNew"})

    assert failed["error"] == "A response was not sent: the gateway answered 503"
    assert [sent(failed), sent(later)] == [["r-1"], ["r-2"]]


def test_a_wrong_secret_is_told_and_not_tried_again() -> None:
    _, step = run(SET_UP, {"call": "sendNew", "responses": [answered(1)], "codes": [401, 200]})

    assert "GATEWAY_SECRET is not the secret" in step["error"]
    assert len(step["posts"]) == 1


def test_a_response_that_shows_up_late_is_sent_too() -> None:
    young, late = answered(1, time=NOW_MS + 2 * MINUTE), answered(2, time=NOW_MS + MINUTE)

    _, one, two = run(
        SET_UP,
        {"call": "sendNew", "responses": [young]},
        {"call": "sendNew", "responses": [young, late]},
    )

    assert [sent(one), sent(two)] == [["r-1"], ["r-2"]]


def test_what_was_answered_before_the_script_was_there_is_not_sent() -> None:
    old = answered(1, time=NOW_MS - MINUTE)

    _, step = run(SET_UP, {"call": "sendNew", "responses": [old, answered(2)]})

    assert sent(step) == ["r-2"]


def test_many_responses_at_once_are_sent_once_too() -> None:
    """More than the script may remember in a property of 9 kB."""
    many = [{**answered(1, time=NOW_MS + index), "id": f"{index:0100d}"} for index in range(200)]

    _, one, two = run(SET_UP, {"call": "sendNew", "responses": many}, {"call": "sendNew"})

    assert [one["error"], two["error"]] == [None, None]
    assert [len(sent(one)), len(sent(two))] == [200, 0]


def test_to_set_up_twice_leaves_one_trigger_of_each_sort() -> None:
    *_, step = run(SET_UP, SET_UP)

    assert step["triggers"] == [
        {"name": "sendNew", "on": "submit"},
        {"name": "sendNew", "on": "time", "hours": 1},
    ]


def test_without_a_secret_the_script_says_what_to_do() -> None:
    (step,) = run(SET_UP, secret="")

    assert step["error"].startswith("Add the script property GATEWAY_SECRET")
