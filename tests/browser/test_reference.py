"""A developer reads /docs on a telephone and at a desk, and tries the API from it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page

from gateway.clock import SystemClock
from gateway.store import Store
from gateway.web.submission.html import as_html
from gateway.web.submission.page import page_of
from tests.browser.conftest import SHOTS
from tests.browser.form_gateway import FormGateway, new_phone
from tests.browser.visit import NARROW, Visit
from tests.web.test_samples import configured


@pytest.fixture(scope="module")
def api(open_form_gateway: Callable[[str], FormGateway]) -> FormGateway:
    return open_form_gateway("")


def made_key(api: FormGateway, mode: str) -> str:
    store = Store.open(f"sqlite:///{api.running.folder}/gateway.db", clock=SystemClock())
    try:
        return store.issue_key("partner", mode, "browser")[1]
    finally:
        store.close()


@pytest.fixture
def key(api: FormGateway) -> str:
    return made_key(api, "live")


def operation(page: Page, name: str) -> Locator:
    """One operation with its form opened."""
    found = page.locator(f"#{name}")
    found.locator(".doc-try > summary").click()
    return found


def seen(page: Page, part: str, look: str) -> None:
    """A picture of the window at this part: the whole page is too long to be looked at as one."""
    page.locator(f"#{part}").evaluate("node => node.scrollIntoView()")
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"reference-{look}-{part}.png")


LOOKS = {
    "wide": {},
    "wide-dark": {"dark": True},
    "narrow": {"width": 390},
    "narrow-dark": {"width": NARROW, "dark": True},
}


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_the_page_is_fit_to_be_read(
    api: FormGateway,
    visit: Callable[..., Visit],
    axe: Callable[[Page], None],
    look: dict[str, object],
    request: pytest.FixtureRequest,
) -> None:
    visitor = visit(**look)
    page = visitor.go(f"{api.url}/docs")
    operation(page, "createLead")
    page.locator("#createLead .doc-reply summary").first.click()
    page.locator("#errors .doc-more > summary").first.click()
    page.locator("#leadDelivered .doc-more > summary").first.click()
    axe(page)
    for part in ("start", "errors", "createLead", "leadDelivered"):
        seen(page, part, request.node.callspec.id)
    assert not visitor.overflows()
    assert page.locator("article").count() >= 15


@pytest.mark.parametrize("name", ["partner", "hmac-hex", "old-program"])
def test_a_submission_page_is_fit_to_be_read_on_a_telephone(
    visit: Callable[..., Visit], axe: Callable[[Page], None], tmp_path: Path, name: str
) -> None:
    config = configured("https://leads.example.com")
    file = tmp_path / "page.html"
    file.write_text(as_html(page_of(config.sources[name], config)), encoding="utf-8")
    visitor = visit(width=NARROW, dark=name == "partner")
    axe(visitor.go(file.as_uri()))
    assert not visitor.overflows()


def test_a_call_is_tried_with_a_test_key(api: FormGateway, visit: Callable[..., Visit]) -> None:
    page = visit(width=NARROW).go(f"{api.url}/docs")
    page.get_by_label("Your API key").fill(made_key(api, "test"))
    form = operation(page, "placeCall")
    form.get_by_label("Body").fill('{"agent_user": "agent1", "value": "9999900302"}')
    form.get_by_role("button", name="Send POST /v1/calls").click()
    answer = form.get_by_role("status")
    answer.get_by_role("heading", name="409").wait_for()
    assert "agent.not_paused" in answer.inner_text()


def test_a_first_lead_id_comes_from_the_page_itself(
    api: FormGateway, key: str, visit: Callable[..., Visit]
) -> None:
    page, phone = visit(width=NARROW).go(f"{api.url}/docs"), new_phone()
    page.get_by_label("Your API key").fill(key)
    form = operation(page, "createLead")
    form.get_by_label("Prefer").fill("wait=20")
    form.get_by_label("Body").fill(f'{{"mobile_no": "{phone}", "customer_name": "Asha Verma"}}')
    form.get_by_role("button", name="Send POST /v1/leads").click()
    answer = form.get_by_role("status")
    answer.get_by_role("heading", name="201").wait_for()
    dialed = api.dialed(phone)
    assert f'"lead_id": "{dialed[0]["lead_id"]}"' in answer.inner_text()
    seen(page, "createLead", "sent")


def test_a_form_of_the_dialers_own_api_goes_out_as_one(
    api: FormGateway, visit: Callable[..., Visit], key: str
) -> None:
    page = visit().go(f"{api.url}/docs")
    form = operation(page, "dialerApiPost")
    form.get_by_role("button", name="Send POST").click()
    answer = form.get_by_role("status")
    answer.get_by_role("heading", name="200").wait_for()
    assert "Login incorrect" in answer.inner_text()


def test_without_a_key_the_page_says_what_is_missing(api: FormGateway, visit: Callable[..., Visit]) -> None:
    page = visit().go(f"{api.url}/docs")
    form = operation(page, "createLead")
    form.get_by_role("button", name="Send POST /v1/leads").click()
    form.get_by_text("Put your API key in first").wait_for()


def test_a_typed_key_is_kept_nowhere(api: FormGateway, key: str, visit: Callable[..., Visit]) -> None:
    visitor = visit()
    page = visitor.go(f"{api.url}/docs")
    page.get_by_label("Your API key").fill(key)
    kept = page.evaluate("JSON.stringify([document.cookie, {...localStorage}, {...sessionStorage}])")
    assert kept == '["",{},{}]'
    page.reload()
    assert page.get_by_label("Your API key").input_value() == ""
