"""The emulator's page: what it shows, what its buttons do, and that hostile text stays text."""

from __future__ import annotations

import requests

from gateway.emulator.catalogue import CATALOGUE
from gateway.emulator.pages import templates_folder
from tests.emulator.asking import SAMPLE_LEAD, add_lead, call, post
from tests.running import EmulatorHandle

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


def page(emulator: EmulatorHandle, path: str = "/") -> str:
    answer = requests.get(emulator.url + path, timeout=5)
    assert answer.status_code == 200
    return answer.text


def test_the_page_shows_leads_newest_first_and_calls(emulator: EmulatorHandle) -> None:
    add_lead(emulator, phone_number="9000000001")
    add_lead(emulator, phone_number="9000000002")
    call(emulator, value="9000000003")

    text = page(emulator)
    assert text.index("9000000002") < text.index("9000000001")
    assert "9000000003" in text


def test_the_page_shows_lists_agents_users_and_every_fault(emulator: EmulatorHandle) -> None:
    text = page(emulator)

    for shown in ("25062018", "25062019", "dialer_agent_user", "apiuser", *CATALOGUE):
        assert shown in text
    assert "apipass" not in text


def test_hostile_text_stays_text(emulator: EmulatorHandle) -> None:
    add_lead(emulator, CustomerName=HOSTILE, prospects_id="<b>bold</b>")
    call(emulator, agent_user="agent1", prospects_id=HOSTILE, search=HOSTILE)
    emulator.set_list("777001", name=HOSTILE)
    emulator.fault(f"redirect:{HOSTILE}", action=HOSTILE)

    for text in (page(emulator), page(emulator, "/page/live")):
        assert "<script>alert" not in text
        assert "<img" not in text
        assert "<b>" not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_the_policy_forbids_foreign_and_inline_code(emulator: EmulatorHandle) -> None:
    headers = requests.get(emulator.url, timeout=5).headers

    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "://" not in page(emulator).replace(emulator.url, "")


def test_the_style_and_the_script_come_from_here(emulator: EmulatorHandle) -> None:
    for name, kind in (("emulator.css", "text/css"), ("emulator.js", "text/javascript")):
        answer = requests.get(f"{emulator.url}/page/{name}", timeout=5)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith(kind)
    assert requests.get(f"{emulator.url}/page/index.html", timeout=5).status_code == 404


def test_a_fault_is_set_and_cleared_by_button(emulator: EmulatorHandle) -> None:
    form = {"fault": "status", "argument": "418", "count": "", "seconds": "60", "share": "100"}
    answer = requests.post(f"{emulator.url}/page/faults", data=form, timeout=5, allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert post(emulator, SAMPLE_LEAD).status_code == 418
    assert "status:418" in page(emulator)

    (active,) = emulator.state.faults.active()
    requests.post(f"{emulator.url}/page/faults/clear", data={"id": active["id"]}, timeout=5)
    assert emulator.state.faults.active() == []


def test_all_faults_are_cleared_by_one_button(emulator: EmulatorHandle) -> None:
    emulator.fault("500")
    emulator.fault("502")
    requests.post(f"{emulator.url}/page/faults/clear", timeout=5)

    assert emulator.state.faults.active() == []


def test_a_wrong_form_is_told_on_the_page(emulator: EmulatorHandle) -> None:
    for wrong, told in (
        ({"argument": "very"}, "The argument of slow is a number of seconds"),
        ({"share": "half"}, "share: a number from 0 to 1."),
        ({"count": "0"}, "count: a whole number from 1"),
    ):
        answer = requests.post(f"{emulator.url}/page/faults", data={"fault": "slow", **wrong}, timeout=5)
        assert answer.status_code == 422
        assert told in answer.text
    assert emulator.state.faults.active() == []


def test_start_over_empties_the_books(emulator: EmulatorHandle) -> None:
    add_lead(emulator)
    requests.post(f"{emulator.url}/page/reset", timeout=5)

    assert emulator.leads() == []
    assert "No lead yet" in page(emulator)


def test_the_templates_are_found() -> None:
    assert (templates_folder() / "emulator" / "index.html").is_file()
