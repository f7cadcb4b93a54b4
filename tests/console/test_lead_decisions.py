"""What operators decide about one lead, in the console: what it does, what it writes down, and what it says."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Callable
from typing import Any

import pytest

from gateway.accounts import Role
from gateway.dialer.outcome import Busy, Created, Rejected, Unknown
from gateway.leads.lead import LeadStatus, State
from gateway.store.audit import Deed
from tests.console.at_the_console import add_account, signed_in
from tests.delivery.scripted import ScriptedDialer
from tests.web.gateway_under_test import Gateway

PHONE = "9876543210"
CREATED = Created(lead_id="1764", list_id="25062018", status="NEW")
UNANSWERED = Unknown(code="dialer.timeout", message="The dialer did not answer in time.")
REFUSED = Rejected(code="phone.invalid", message="The dialer does not take this phone number.")


class Desk:
    """An operator before a gateway whose dialer answers as told; nothing leaves by itself after the first time."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.browser = signed_in(gateway, add_account(gateway, "omar", Role.OPERATOR))

    def lead(self, **fields: Any) -> str:
        answer = self.gateway.lead({"MobileNo": PHONE, **fields})
        assert answer.json is not None
        return str(answer.json["lead"]["id"])

    def page(self, lead_id: str) -> str:
        return html.unescape(self.browser.get(f"/console/leads/{lead_id}").text)

    def busy_lead(self) -> str:
        """A lead that was tried once and waits; its sender has not waited for it."""
        answer = self.gateway.lead({"MobileNo": PHONE}, headers={"Prefer": "wait=0"})
        assert answer.json is not None
        lead_id = str(answer.json["lead"]["id"])
        patience = time.monotonic() + 5
        while not self.attempts(lead_id):
            assert time.monotonic() < patience
            time.sleep(0.01)
        return lead_id

    def attempts(self, lead_id: str) -> int:
        story = self.gateway.store.story(lead_id)
        return 0 if story is None else len(story.attempts)

    def press(self, lead_id: str, button: str, /, **fields: str) -> str:
        """What the page says after the button was pressed."""
        answer = self.browser.post(f"/console/leads/{lead_id}/{button}", **fields)
        text = html.unescape(self.browser.follow(answer).text)
        found = re.search(r'<div class="notice[^>]*><p class="title">(.*?)</p>', text)
        return found[1] if found else ""

    def status(self, lead_id: str) -> LeadStatus:
        found = self.gateway.store.status(lead_id)
        assert found is not None
        return found

    def deeds(self, lead_id: str) -> list[Deed]:
        return [each.deed for each in self.gateway.store.console.audit.of("lead", lead_id)]


@pytest.fixture
def desk(open_console_gateway: Callable[..., Gateway]) -> Callable[..., Desk]:
    def open_desk(outcome: Any = CREATED, toml: str = "") -> Desk:
        return Desk(open_console_gateway(toml, dialer=ScriptedDialer(script=lambda _: outcome)))

    return open_desk


def test_an_unconfirmed_lead_is_in_the_dialer_after_all(desk: Callable[..., Desk]) -> None:
    at = desk(UNANSWERED)
    lead_id = at.lead()

    said = at.press(lead_id, "resolve", dialer_lead_id=" 1764 ", seen="unconfirmed")

    assert said == "Noted: it is in the dialer."
    status = at.status(lead_id)
    assert (status.state, status.dialer_lead_id) == (State.DELIVERED, "1764")
    assert [(each.actor, each.action) for each in at.deeds(lead_id)] == [("omar", "lead.resolved")]
    assert "omar found it there at" in at.page(lead_id)


def test_a_lead_id_that_is_none_changes_nothing(desk: Callable[..., Desk]) -> None:
    at = desk(UNANSWERED)
    lead_id = at.lead()

    said = at.press(lead_id, "resolve", dialer_lead_id="<b>1</b>")

    assert "a Lead ID has letters, digits and - only" in said
    assert at.status(lead_id).state is State.UNCONFIRMED


def test_a_wrong_decision_is_taken_back(desk: Callable[..., Desk]) -> None:
    at = desk(UNANSWERED)
    lead_id = at.lead()
    at.press(lead_id, "resolve", dialer_lead_id="1")

    assert at.press(lead_id, "withdraw") == "Taken back: it is unconfirmed again."

    status = at.status(lead_id)
    assert (status.state, status.reason_code, status.dialer_lead_id) == (
        State.UNCONFIRMED,
        "dialer.timeout",
        None,
    )
    assert at.gateway.store.verify() == []
    assert at.press(lead_id, "withdraw").startswith("Nothing was changed:")


def test_sending_again_says_that_a_person_may_be_called_twice(desk: Callable[..., Desk]) -> None:
    at = desk(UNANSWERED)
    lead_id = at.lead()

    assert "this person is called twice" in at.page(lead_id)
    assert at.press(lead_id, "send", seen="unconfirmed") == "It is sent now."

    assert at.status(lead_id).possible_duplicate is True
    assert at.deeds(lead_id)[0].action == "lead.retried"


def test_a_lead_that_moved_on_while_somebody_looked_is_left_alone(desk: Callable[..., Desk]) -> None:
    at = desk(UNANSWERED)
    lead_id = at.lead()
    at.gateway.store.resolve(lead_id, dialer_lead_id="1764", reason="Seen.", now=at.gateway.clock.now())

    for action in ("send", "discard", "resolve"):
        said = at.press(lead_id, action, seen="unconfirmed", reason="A joke.")
        assert re.fullmatch(
            r"Nothing was changed: it was delivered as Lead ID 1764 at \d\d:\d\d:\d\d while you were looking\.",
            said,
        )
    assert at.deeds(lead_id) == []
    assert at.status(lead_id).state is State.DELIVERED


def test_a_lead_that_waits_is_tried_now(desk: Callable[..., Desk]) -> None:
    at = desk(Busy(code="dialer.busy", message="Later.", retry_after=3000))
    lead_id = at.busy_lead()
    assert "Next attempt at" in at.page(lead_id)

    assert at.press(lead_id, "send", seen="queued") == "It is tried now."

    next_at = at.status(lead_id).next_at
    assert next_at is None or next_at <= at.gateway.clock.now() + 3001
    assert "did not let it wait for its next attempt" in at.page(lead_id)


def test_what_is_discarded_needs_a_reason_and_can_be_taken_back(desk: Callable[..., Desk]) -> None:
    at = desk(UNANSWERED)
    lead_id = at.lead()

    assert "say why" in at.press(lead_id, "discard", seen="unconfirmed", reason="  ")
    assert at.press(lead_id, "discard", seen="unconfirmed", reason="A test by the agency") == (
        "Discarded. It is not sent."
    )
    page = at.page(lead_id)
    assert "Not sent: discarded by omar at" in page
    assert "A test by the agency" in page
    assert at.press(lead_id, "withdraw") == "Taken back: it is unconfirmed again."
    assert at.status(lead_id).message == UNANSWERED.message


def test_a_number_that_must_not_be_called_stops_its_lead(desk: Callable[..., Desk]) -> None:
    at = desk(Busy(code="dialer.busy", message="Later.", retry_after=3000))
    lead_id = at.busy_lead()

    said = at.press(lead_id, "suppress", reason="He asked for it.")

    assert said == "The number is on the do-not-call list, and this lead was stopped."
    assert at.gateway.store.is_suppressed(PHONE)
    assert at.status(lead_id).state is State.SUPPRESSED
    assert "lead.number_suppressed" in [each.action for each in at.deeds(lead_id)]
    assert PHONE not in str(at.gateway.store.console.audit.latest())
    assert "Never call this number" not in at.page(lead_id)


def test_a_delivered_lead_stays_and_its_number_is_not_called_again(desk: Callable[..., Desk]) -> None:
    at = desk()
    lead_id = at.lead()

    said = at.press(lead_id, "suppress", reason="He asked for it.")

    assert said == "The number is on the do-not-call list. This lead itself stays as it is."
    assert at.status(lead_id).state is State.DELIVERED


def test_spam_that_is_none_is_sent_as_it_is(desk: Callable[..., Desk]) -> None:
    at = desk()
    at.gateway.form({"MobileNo": PHONE, "CustomerName": "see www.example.com"})
    lead_id = at.gateway.stored("website")[0].id
    assert at.status(lead_id).state is State.QUARANTINED
    assert "It is no spam: send it" in at.page(lead_id)

    assert at.press(lead_id, "send", seen="quarantined") == "It is sent now."

    assert at.status(lead_id).state in (State.QUEUED, State.SENDING, State.DELIVERED)
    assert at.deeds(lead_id)[0].action == "lead.released"


def test_an_enquiry_without_a_number_is_read_again(desk: Callable[..., Desk]) -> None:
    at = desk()
    at.gateway.webhook({"name": "Asha"})
    lead_id = at.gateway.stored("portal")[0].id

    said = at.press(lead_id, "send", seen="quarantined")

    assert said.startswith("Read again, and still no lead can be made of it.")
    assert [each.action for each in at.deeds(lead_id)] == ["lead.read_again"]
    assert "omar had the enquiry read again" in at.page(lead_id)


def test_the_buttons_are_those_of_the_state(desk: Callable[..., Desk]) -> None:
    at = desk(REFUSED)
    page = at.page(at.lead())

    assert "Edit and send" in page
    assert "Send again" in page
    for other in ("It is in the dialer", "Discard", "Read it again", "Try now"):
        assert other not in page


# -- edit and send -------------------------------------------------------------------------------------------


def edit_page(at: Desk, lead_id: str) -> str:
    answer = at.browser.follow(at.browser.post(f"/console/leads/{lead_id}/reveal", then="edit"))
    return html.unescape(answer.text)


def test_a_rejected_lead_is_corrected_and_sent(desk: Callable[..., Desk]) -> None:
    at = desk(REFUSED)
    lead_id = at.lead(CustomerName="Asha")
    page = edit_page(at, lead_id)
    assert 'name="MobileNo" type="text" value="9876543210"' in page
    at.gateway.dialer.script = lambda _: CREATED

    said = at.press(
        lead_id, "edit", seen="rejected", MobileNo="98765 00000", CustomerName="Asha Verma", list_id=""
    )

    assert said == "Corrected. It is sent now."
    story = at.gateway.store.story(lead_id)
    assert story is not None
    assert (story.phone, story.fields["MobileNo"], story.fields["CustomerName"]) == (
        "9876500000",
        "9876500000",
        "Asha Verma",
    )
    deed = next(each for each in at.deeds(lead_id) if each.action == "lead.edited")
    assert deed.detail["fields"] == "phone_number, CustomerName, MobileNo"
    assert "98765" not in str(deed)
    assert "Verma" not in str(deed)


def test_the_old_values_stand_in_the_story_and_in_what_was_sent_before(desk: Callable[..., Desk]) -> None:
    at = desk(REFUSED)
    lead_id = at.lead(CustomerName="Ascha")
    at.press(lead_id, "edit", seen="rejected", MobileNo=PHONE, CustomerName="Asha Verma", list_id="")

    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", at.page(lead_id)))

    assert "What was corrected (1) Field Before After CustomerName Ascha Asha Verma" in page
    assert "CustomerName Ascha MobileNo ••••••3210" in page, "the first request is shown as it was"


def test_every_problem_stands_at_its_field_and_nothing_is_sent(desk: Callable[..., Desk]) -> None:
    at = desk(REFUSED)
    lead_id = at.lead()

    answer = at.browser.post(
        f"/console/leads/{lead_id}/edit",
        seen="rejected",
        MobileNo="98765",
        CustomField1="a\0b",
        list_id="666",
    )

    text = html.unescape(answer.text)
    assert answer.status_code == 422
    assert "The phone number has too few digits." in text
    assert "The text holds a NUL or half a character." in text
    assert "This list is not in gateway.toml." in text
    assert 'value="98765"' in text
    assert at.status(lead_id).state is State.REJECTED
    assert at.deeds(lead_id) == []


def test_a_form_cannot_set_what_is_no_field_of_it(desk: Callable[..., Desk]) -> None:
    at = desk(REFUSED)
    lead_id = at.lead()

    at.press(
        lead_id,
        "edit",
        seen="rejected",
        MobileNo=PHONE,
        CustomerName="Asha",
        list_id="",
        state="delivered",
        dialer="other",
        source="rival",
        prospects_id="X",
        phone_number="9999999999",
        dialer_lead_id="1",
        test="1",
        action="delete",
    )

    story = at.gateway.store.story(lead_id)
    assert story is not None
    assert (story.phone, story.lead.source, story.lead.dialer) == (PHONE, "partner", "main")
    assert story.fields["prospects_id"] == lead_id
    assert set(story.fields) == {
        "phone_number",
        "list_id",
        "prospects_id",
        "CustomerName",
        "MobileNo",
        "LeadSource",
    }


def test_another_list_of_the_configuration_can_be_chosen(desk: Callable[..., Desk]) -> None:
    at = desk(REFUSED, '[sources.second]\nkind = "partner"\ndialer = "main"\nlist_id = "25062020"\n')
    lead_id = at.lead()

    at.press(lead_id, "edit", seen="rejected", MobileNo=PHONE, list_id="25062020")

    story = at.gateway.store.story(lead_id)
    assert story is not None
    assert (story.lead.list_id, story.fields["list_id"]) == ("25062020", "25062020")


def test_a_number_that_must_not_be_called_is_not_edited_in(desk: Callable[..., Desk]) -> None:
    at = desk(REFUSED)
    lead_id = at.lead()
    at.gateway.store.suppress("9876500000", now=at.gateway.clock.now())

    answer = at.browser.post(
        f"/console/leads/{lead_id}/edit", seen="rejected", MobileNo="9876500000", list_id=""
    )

    assert answer.status_code == 422
    assert "This number is on the do-not-call list." in html.unescape(answer.text)
    assert at.status(lead_id).state is State.REJECTED


def test_an_edit_that_changes_nothing_is_not_sent(desk: Callable[..., Desk]) -> None:
    at = desk(REFUSED)
    lead_id = at.lead()

    answer = at.browser.post(f"/console/leads/{lead_id}/edit", seen="rejected", MobileNo=PHONE, list_id="")

    assert answer.status_code == 422
    assert "Nothing was changed." in html.unescape(answer.text)


def test_what_could_not_be_made_a_lead_is_completed_by_hand(desk: Callable[..., Desk]) -> None:
    at = desk()
    at.gateway.webhook({"phone": "98765", "name": "Asha"})
    lead_id = at.gateway.stored("portal")[0].id
    assert 'value="98765"' in edit_page(at, lead_id)

    said = at.press(lead_id, "edit", seen="quarantined", MobileNo=PHONE, CustomerName="Asha", list_id="")

    assert said == "Corrected. It is sent now."
    story = at.gateway.store.story(lead_id)
    assert story is not None
    assert (story.phone, story.fields["CustomerName"], story.problems) == (PHONE, "Asha", ())


def test_the_form_shows_nothing_before_it_is_written_down_who_looks(desk: Callable[..., Desk]) -> None:
    at = desk(REFUSED)
    lead_id = at.lead()

    page = html.unescape(at.browser.get(f"/console/leads/{lead_id}/edit").text)

    assert PHONE not in page
    assert "Show the values" in page
    edit_page(at, lead_id)
    assert [each.action for each in at.deeds(lead_id)] == ["lead.revealed"]


def test_a_delivered_lead_cannot_be_edited(desk: Callable[..., Desk]) -> None:
    at = desk()
    lead_id = at.lead()

    assert "This lead cannot be changed now." in edit_page(at, lead_id)
    said = at.press(lead_id, "edit", seen="delivered", MobileNo="9876500000", list_id="")
    assert "it was delivered as Lead ID 1764" in said


def test_what_was_corrected_is_no_change_on_the_way(desk: Callable[..., Desk]) -> None:
    at = desk(REFUSED)
    lead_id = at.lead(CustomerName="Ascha")
    at.press(lead_id, "edit", seen="rejected", MobileNo="9876500000", CustomerName="Asha Verma", list_id="")

    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", at.page(lead_id)))

    assert "Nothing had to be changed." in page
    assert "It was rejected then: The dialer does not take this phone number." in page
