"""The website of the demo: each of its forms reaches the dialer, and every page is fit to be seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from gateway import demo_site
from tests.browser.demo_world import DemoWorld, demo_world
from tests.browser.visit import NARROW, Visit

PAGES = sorted(path.stem for path in demo_site.folder().glob("*.html"))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoWorld]:
    with demo_world(tmp_path_factory.mktemp("demo")) as running:
        yield running


def fill(page: Page | FrameLocator, **typed: str) -> None:
    for name, text in typed.items():
        page.locator(f"[name='{name.replace('__', '-')}']").fill(text)
    page.locator("[name=_consent]").check()


def test_the_plain_form_of_the_home_page_shows_its_reference(
    world: DemoWorld,
    visit: Callable[..., Visit],
    phone: Callable[[], str],
    shots: Callable[[Page, str], None],
) -> None:
    number = phone()
    page = visit(javascript=False).go(world.page("index"))

    fill(page, name="Asha Verma", phone=number)
    page.get_by_role("button", name="Call me back").click()

    assert page.url.startswith(world.gateway.form() + "/thanks")
    (lead,) = world.gateway.leads(number)
    expect(page.get_by_text(lead["id"][-6:])).to_be_visible()
    shots(page, "thanks")
    (dialed,) = world.gateway.dialed(number)
    assert dialed["fields"]["CustomerName"] == "Asha Verma"
    assert dialed["fields"]["LeadfromURL"].startswith(world.site)
    assert dialed["list_id"] == "25062018"


def test_the_service_form_goes_to_another_list_and_back_to_the_websites_own_page(
    world: DemoWorld, visit: Callable[..., Visit], phone: Callable[[], str]
) -> None:
    number = phone()
    page = visit(javascript=False).go(world.page("service"))

    fill(page, your__name="Ravi Rao", your__phone=number)
    page.get_by_role("button", name="Ask for service").click()

    assert page.url == world.page("thanks")
    (dialed,) = world.gateway.dialed(number)
    assert dialed["list_id"] == "25062020"
    assert dialed["fields"]["CustomField1"] == "Yield is lower than usual"


def test_the_quote_form_stays_on_its_page(
    world: DemoWorld,
    visit: Callable[..., Visit],
    phone: Callable[[], str],
    shots: Callable[[Page, str], None],
) -> None:
    number = phone()
    window = visit()
    page = window.go(world.page("quote"))

    fill(page, first_name="Meera", last_name="Joshi", mobile="12", message="Two floors")
    page.get_by_role("button", name="Ask for a quote").click()
    expect(page.locator("#mobile")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#event")).to_contain_text("mobile phone.too_short")
    shots(page, "refused")
    page.locator("#mobile").fill(number)
    page.get_by_role("button", name="Ask for a quote").click()
    expect(page.locator(".lead-status")).to_contain_text("reference")
    shots(page, "sent")

    assert page.url == world.page("quote")
    (dialed,) = world.gateway.dialed(number)
    expect(page.locator("#event")).to_contain_text(f"Lead ID {dialed['lead_id']} in the dialer")
    assert dialed["fields"]["CustomerName"] == "Meera Joshi"
    assert [name for name, _ in window.events()] == ["lead:error", "lead:success"]
    (lead,) = world.gateway.leads(number)
    assert lead["extra"]["city"] == "Jaipur"


def test_the_savings_page_sends_its_sums_and_shows_the_dialers_number(
    world: DemoWorld,
    visit: Callable[..., Visit],
    phone: Callable[[], str],
    shots: Callable[[Page, str], None],
) -> None:
    number = phone()
    page = visit().go(world.page("savings"))

    page.locator("#bill").fill("4500")
    expect(page.locator("#size")).to_have_text("5 kW")
    fill(page, name="Kabir Khan", whatsapp="12")
    page.get_by_role("button", name="Send me these figures").click()
    expect(page.locator("#told")).to_have_class("notice bad")
    page.locator("#whatsapp").fill(number)
    page.get_by_role("button", name="Send me these figures").click()
    (dialed,) = world.gateway.dialed(number)
    expect(page.locator("#told")).to_contain_text(f"under number {dialed['lead_id']}")
    shots(page, "sent")

    assert dialed["fields"]["CustomField1"] == "Bill 4500 a month, 5 kW, 217000 after subsidy"


def test_the_contact_page_has_our_form_inside(
    world: DemoWorld,
    visit: Callable[..., Visit],
    phone: Callable[[], str],
    shots: Callable[[Page, str], None],
) -> None:
    number = phone()
    page = visit().go(world.page("contact"))

    frame = page.frame_locator("iframe")
    fill(frame, CustomerName="Nisha Patel", MobileNo=number, message="Do you build on tin roofs?")
    frame.locator("[name=EnquiryType]").select_option(index=2)
    shots(page, "filled")
    frame.locator("button[type=submit]").click()
    expect(frame.locator(".reference").first).to_be_visible()
    shots(page, "sent")

    (dialed,) = world.gateway.dialed(number)
    assert dialed["fields"]["EnquiryType"] == "Service"
    assert dialed["list_id"] == "25062020"


def test_the_hindi_page_speaks_hindi_to_the_end(
    world: DemoWorld,
    visit: Callable[..., Visit],
    phone: Callable[[], str],
    shots: Callable[[Page, str], None],
) -> None:
    number = phone()
    page = visit(language="hi-IN").go(world.page("hi"))

    fill(page, name="आशा वर्मा", phone="12", message="छत कितनी बड़ी होनी चाहिए?")
    page.get_by_role("button", name="मुझे फ़ोन करें").click()
    expect(page.locator(".lead-message")).to_contain_text("नंबर")
    shots(page, "refused")
    page.locator("#phone").fill(number)
    page.get_by_role("button", name="मुझे फ़ोन करें").click()
    expect(page.locator(".lead-status")).to_contain_text("धन्यवाद")
    shots(page, "sent")

    (dialed,) = world.gateway.dialed(number)
    assert dialed["fields"]["CustomerName"] == "आशा वर्मा"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_fit_to_be_seen(
    world: DemoWorld,
    visit: Callable[..., Visit],
    axe: Callable[[Page], None],
    shots: Callable[[Page, str], None],
    name: str,
) -> None:
    for look in ({"dark": False}, {"dark": True, "width": NARROW}):
        window = visit(**look)
        page = window.go(world.page(name))
        page.wait_for_load_state("networkidle")
        axe(page)
        assert not window.overflows()
        shots(page, "dark-narrow" if look["dark"] else "light")


@pytest.mark.parametrize(
    "look", [{"dark": False}, {"dark": True, "width": NARROW}], ids=["light", "dark-narrow"]
)
def test_the_install_page_is_fit_to_be_seen(
    world: DemoWorld,
    visit: Callable[..., Visit],
    axe: Callable[[Page], None],
    shots: Callable[[Page, str], None],
    look: dict[str, object],
) -> None:
    window = visit(**look)
    page = window.go(world.gateway.form() + "/install")

    axe(page)
    assert not window.overflows()
    shots(page, "install")
    for way in page.locator("nav a").all():
        target = way.get_attribute("href") or ""
        assert page.locator(target).count() == 1
