"""embed.js on a bad line: it waits, asks again with the same key, and one enquiry stays one lead."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.browser.foreign_site import ForeignSite
from tests.browser.form_gateway import FormGateway
from tests.browser.pages import fill, send
from tests.browser.visit import Visit

NewPhone = Callable[[], str]
Visiting = Callable[..., Visit]


class Line:
    """The line between a page and the gateway: breaks the first posts as it is told, and keeps a list of all."""

    def __init__(self, page: Page, gateway: FormGateway, *breaks: Callable[[Route], None]) -> None:
        self.posts: list[Request] = []
        self._breaks = list(breaks)
        page.route(gateway.form(), self._pass)

    def has_posts(self, number: int) -> bool:
        return len(self.posts) == number

    def keys(self) -> list[str | None]:
        return [post.header_value("Idempotency-Key") for post in self.posts]

    def bodies(self) -> list[str | None]:
        return [post.post_data for post in self.posts]

    def _pass(self, route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        self.posts.append(route.request)
        if self._breaks:
            self._breaks.pop(0)(route)
        else:
            route.continue_()


def cut(route: Route) -> None:
    """Nothing arrives."""
    route.abort("connectionreset")


def cut_after(route: Route) -> None:
    """The enquiry arrives, its answer does not."""
    route.fetch()
    route.abort("connectionreset")


def answering(status: int, origin: str, **headers: str) -> Callable[[Route], None]:
    """What an overloaded server, or the proxy in front of it, says."""
    known = {"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": "Retry-After"}
    return lambda route: route.fulfill(status=status, headers=known | headers, body="<h1>Sorry</h1>")


@pytest.mark.parametrize("source", ["website", "proven"])
def test_what_is_sent_offline_leaves_when_the_network_is_back(
    source: str,
    own_form: Visiting,
    form_gateway: FormGateway,
    phone: NewPhone,
    shots: Callable[[Page, str], None],
) -> None:
    number, visitor = phone(), own_form({"source": source})
    page = visitor.page

    visitor.context.set_offline(True)
    fill(page, number)
    send(page)
    expect(page.get_by_role("status")).to_have_text(
        "You are offline. This will be sent when you are back online."
    )
    expect(page.get_by_role("button")).to_be_disabled()
    assert form_gateway.leads(number) == []
    shots(page, "offline")
    visitor.context.set_offline(False)

    expect(page.get_by_role("status")).to_contain_text("Thank you")
    assert [lead["problems"] for lead in form_gateway.leads(number)] == [[]]


@pytest.mark.parametrize(
    ("status", "headers"), [(503, {"Retry-After": "1"}), (502, {}), (429, {"Retry-After": "1"})]
)
def test_a_server_that_cannot_just_now_is_asked_again(
    status: int,
    headers: dict[str, str],
    own_form: Visiting,
    form_gateway: FormGateway,
    foreign_site: ForeignSite,
    phone: NewPhone,
) -> None:
    number, page = phone(), own_form().page
    line = Line(page, form_gateway, answering(status, foreign_site.url, **headers))

    fill(page, number)
    send(page)

    expect(page.get_by_role("status")).to_have_text("Trying again…")
    expect(page.get_by_role("status")).to_contain_text("Thank you")
    assert len(line.posts) == 2
    assert len(set(line.keys())) == 1
    assert len(form_gateway.leads(number)) == 1


def test_retry_after_is_honoured(
    own_form: Visiting, form_gateway: FormGateway, foreign_site: ForeignSite, phone: NewPhone
) -> None:
    page = own_form().page
    page.clock.install()
    line = Line(page, form_gateway, answering(503, foreign_site.url, **{"Retry-After": "30"}))

    fill(page, phone())
    send(page)
    expect(page.get_by_role("status")).to_have_text("Trying again…")
    page.clock.run_for(29_000)
    assert len(line.posts) == 1
    page.clock.run_for(2_000)

    expect(page.get_by_role("status")).to_contain_text("Thank you")
    assert len(line.posts) == 2


def test_an_answer_that_was_lost_is_asked_for_again_and_it_is_one_lead(
    own_form: Visiting, form_gateway: FormGateway, phone: NewPhone
) -> None:
    number, visitor = phone(), own_form()
    page = visitor.page
    line = Line(page, form_gateway, cut_after)

    fill(page, number)
    send(page)

    expect(page.get_by_role("status")).to_contain_text("Thank you")
    (lead,) = form_gateway.leads(number)
    assert len(line.posts) == 2
    assert len(set(line.keys())) == len(set(line.bodies())) == 1
    assert [detail["id"] for _, detail in visitor.events()] == [lead["id"]]
    assert len(form_gateway.dialed(number)) == 1


def test_when_nothing_helps_the_visitor_is_told_and_the_next_click_is_still_the_same_enquiry(
    own_form: Visiting, form_gateway: FormGateway, phone: NewPhone, axe: Callable[[Page], None]
) -> None:
    number, visitor = phone(), own_form()
    page = visitor.page
    page.clock.install()
    line = Line(page, form_gateway, *[cut] * 6)

    fill(page, number)
    send(page)
    for tries in range(1, 6):
        visitor.until(partial(line.has_posts, tries))
        expect(page.get_by_role("status")).to_have_text("Trying again…")
        expect(page.get_by_role("button")).to_be_disabled()
        page.clock.run_for(17_000)

    status = page.get_by_role("status")
    expect(status).to_have_text("This could not be sent. Please try again later.")
    expect(status).to_be_focused()
    expect(page.locator("[name=phone]")).to_have_value(number)
    assert visitor.events() == [("lead:error", {"problems": []})]
    axe(page)
    send(page)

    expect(status).to_contain_text("Thank you")
    assert len(line.posts) == 7
    assert len(set(line.keys())) == 1
    assert len(form_gateway.leads(number)) == 1


def test_another_enquiry_has_another_key(
    own_form: Visiting, form_gateway: FormGateway, phone: NewPhone
) -> None:
    page = own_form().page
    page.evaluate("addEventListener('lead:success', event => event.preventDefault())")
    line = Line(page, form_gateway)

    for _ in range(2):
        fill(page, phone())
        send(page)
        expect(page.get_by_role("button")).to_be_enabled()

    assert len(set(line.keys())) == 2


def test_a_server_that_asks_for_an_hour_does_not_hold_the_visitor(
    own_form: Visiting, form_gateway: FormGateway, foreign_site: ForeignSite, phone: NewPhone
) -> None:
    page = own_form().page
    Line(page, form_gateway, answering(503, foreign_site.url, **{"Retry-After": "3600"}))

    fill(page, phone())
    send(page)

    expect(page.get_by_role("status")).to_have_text("This could not be sent. Please try again later.")
    expect(page.get_by_role("button")).to_be_enabled()
