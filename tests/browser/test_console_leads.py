"""Somebody who has never seen it looks for one lead among many, by the number as they have it before them."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from gateway.leads.identity import new_id
from gateway.leads.lead import State
from gateway.store import Store
from gateway.store.operations import Accept, LeadResult, MarkSending, RecordAttempt
from gateway.store.records import NewLead
from tests.browser.console_gateway import ConsoleGateway
from tests.browser.visit import Visit
from tests.store.making import make_enquiry, make_lead

ASHA = "9876543210"
FAR = 9e6  # seconds; the gateway under test must not send these
PEOPLE = ("Ravi Patel", "Meena Reddy", "Imran Khan", "Kavita Nair", "Suresh Das", "आशा वर्मा", "")
ENDS = (
    (State.QUARANTINED, "phone.letters", "The phone number holds letters. Write it with digits only."),
    (State.HELD, "list.not_found", "The dialer has no such list. Create it there, or correct list_id."),
    (
        State.REJECTED,
        "phone.invalid",
        "The dialer does not take this phone number. Correct it and send it again.",
    ),
    (State.UNCONFIRMED, "dialer.timeout", "The dialer did not answer in time. It may have the lead."),
    (State.DUPLICATE, "duplicate", None),
    (State.TEST, None, None),
)


@pytest.fixture(scope="module")
def place(open_console_gateway: Callable[..., ConsoleGateway]) -> ConsoleGateway:
    """A gateway of this module's own: it begins without any lead."""
    return open_console_gateway()


def keep(store: Store, at: float, **changes: object) -> NewLead:
    lead_id = new_id(at)
    made = make_lead(**{"id": lead_id, "received_at": at, "next_at": at + FAR, "dialer": "gone", **changes})
    store.transact([Accept(enquiry=make_enquiry(id=lead_id, received_at=at), leads=(made,))])
    return made


def named(phone: str, name: str) -> dict[str, object]:
    return {"phone": phone, "fields": {"phone_number": phone, "list_id": "25062018", "CustomerName": name}}


def attempt(store: Store, result: LeadResult, at: float, now: float) -> None:
    store.claim_due("gone", owner="o", limit=100, now=now + 2 * FAR)
    name = new_id(at)
    mark = MarkSending(dialer="gone", owner="o", attempt_id=name, lead_ids=(result.lead_id,), now=at)
    record = RecordAttempt(
        attempt_id=name,
        dialer="gone",
        action="add_lead",
        started_at=at,
        finished_at=at + 1,
        http_status=None,
        response=None,
        results=(result,),
    )
    store.transact([mark])
    store.transact([record])


@pytest.fixture(scope="module")
def asha(place: ConsoleGateway) -> str:
    """Her lead came four minutes late, among sixty others; the address of its page."""
    now = time.time()
    with place.store() as store:
        lead = keep(store, now - 4000, **named(ASHA, "Asha Verma"))
        waits = LeadResult(
            lead_id=lead.id,
            state=State.QUEUED,
            outcome="not_sent",
            next_at=now + FAR,
            reason_code="dialer.unreachable",
            message="The dialer cannot be reached. Check it.",
        )
        done = LeadResult(lead_id=lead.id, state=State.DELIVERED, outcome="created", dialer_lead_id="1764")
        attempt(store, waits, now - 3999, now)
        attempt(store, done, now - 3760, now)
        for number in range(60):
            state, reason, message = (
                ENDS[number % 6] if number % 3 else (State.SUPPRESSED, "suppressed", None)
            )
            keep(store, now - 3900 + 60 * number, state=state, reason_code=reason, message=message,
                 **named(f"98{number:08d}", PEOPLE[number % 7]))  # fmt: skip
    return place.page(f"/console/leads/{lead.id}")


def test_a_gateway_without_leads_says_how_to_send_the_first(
    open_console: Callable[..., Visit],
    place: ConsoleGateway,
    axe: Callable[[Page], None],
    shots: Callable[[Page, str], None],
) -> None:
    page = open_console(at=place).go(place.page("/console/leads"))
    expect(page.get_by_text("No lead has come yet.")).to_be_visible()
    axe(page)
    shots(page, "empty")


def test_a_lead_is_found_by_a_phone_number_typed_four_ways(
    open_console: Callable[..., Visit], place: ConsoleGateway, asha: str
) -> None:
    page = open_console("viewer", at=place).page
    for typed in ("98765 43210", "+91-98765-43210", "09876543210", "९८७६५ ४३२१०"):
        page.keyboard.press("/")
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
        page.wait_for_url(asha)
    expect(page.locator("#standing")).to_contain_text("as Lead ID 1764")
    expect(page.locator("#standing")).to_contain_text(
        "It took 4 min 1 s because the dialer did not take it at first"
    )


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_the_list_can_be_read_by_everybody(
    open_console: Callable[..., Visit], place: ConsoleGateway, asha: str, axe: Callable[[Page], None],
    shots: Callable[[Page, str], None], *, width: int, dark: bool,
) -> None:  # fmt: skip
    visitor = open_console(at=place, width=width, dark=dark)
    page = visitor.go(place.page("/console/leads?source=website&until=2090-01-01"))
    assert not visitor.overflows()
    axe(page)
    shots(page, f"{width}{'-dark' if dark else ''}")
    page.goto(place.page("/console/find?q=Nobody+Such"))
    expect(page.get_by_text("No lead fits.")).to_be_visible()
    axe(page)
    shots(page, f"none-{width}{'-dark' if dark else ''}")


def test_the_keyboard_walks_selects_and_opens(
    open_console: Callable[..., Visit], place: ConsoleGateway, asha: str
) -> None:
    page = open_console(at=place).go(place.page("/console/leads?state=held"))
    links = page.locator("[data-keys] a.open")
    page.keyboard.press("j")
    expect(links.nth(0)).to_be_focused()
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("k")
    expect(links.nth(1)).to_be_focused()
    expect(page.get_by_text("2 selected:")).to_be_visible()
    address = links.nth(1).get_attribute("href") or "?"
    page.keyboard.press("Enter")
    page.wait_for_url(place.page(address))


def test_filters_make_an_address_to_share_also_without_scripts(
    open_console: Callable[..., Visit], place: ConsoleGateway, asha: str
) -> None:
    page = open_console(at=place, javascript=False).go(place.page("/console/leads"))
    page.get_by_label("State", exact=True).select_option("rejected")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url(place.page("/console/leads?state=rejected"))
    expect(page.locator(".leads .state-rejected").first).to_be_visible()
    page.get_by_label("Remove the filter State").click()
    page.wait_for_url(place.page("/console/leads"))


def test_what_is_new_is_offered_and_nothing_moves(
    open_console: Callable[..., Visit], place: ConsoleGateway, asha: str, shots: Callable[[Page, str], None]
) -> None:
    visitor = open_console(at=place)
    page = visitor.page
    page.clock.install()
    page.goto(place.page("/console/leads"))
    before = page.locator("[data-keys] tbody tr").first.bounding_box()
    with place.store() as store:
        keep(store, time.time(), **named("9800099999", "Just Come"))
    page.clock.run_for(11_000)
    offer = page.get_by_text("1 new lead · show it")
    expect(offer).to_be_visible()
    assert page.locator("[data-keys] tbody tr").first.bounding_box() == before
    shots(page, "newer")
    offer.click()
    expect(page.get_by_text("Just Come")).to_be_visible()
