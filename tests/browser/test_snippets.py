"""Every piece of code to copy works as it is pasted, on a strict website of somebody else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from gateway.config import GatewayConfig, load_config
from gateway.web.snippets import Style, snippet
from tests.browser.foreign_site import ForeignSite, serving_site
from tests.browser.form_gateway import FormGateway, form_source, table
from tests.browser.visit import Visit

MODULES = Path(__file__).parent / "node_modules"
OPTION = 'Sales & "more"'


@pytest.fixture(scope="module")
def site() -> Iterator[ForeignSite]:
    with serving_site() as running:
        yield running


@pytest.fixture(scope="module")
def gateway(open_form_gateway: Callable[[str], FormGateway], site: ForeignSite) -> FormGateway:
    tables = [
        table(
            "pasted.form",
            'fields = ["CustomerName", "MobileNo", "EnquiryType", "message"]',
            'required = ["CustomerName"]',
            f"options = {{ EnquiryType = ['{OPTION}', 'Service'] }}",
        ),
        table("pasted.fields", 'CustomField1 = "message"'),
        table("pasted.spam", "min_seconds = 0"),
        table("pasted.captcha", 'provider = "altcha"', "cost = 50"),
    ]
    consent = 'consent_text = "I agree {truly} to be called."'
    running = open_form_gateway(form_source("pasted", (site.url,), consent, tables="\n".join(tables)))
    site.gateway = running.url
    return running


@pytest.fixture(scope="module")
def code(gateway: FormGateway) -> Callable[[Style], str]:
    config: GatewayConfig = load_config(gateway.running.folder / "gateway.toml", {})
    return lambda style: snippet(config.sources["pasted"], config.public_url, style).code


def fill(place: Page | FrameLocator, number: str, *, named: bool = True) -> None:
    name, phone, kind = (
        ("name", "phone", "enquiry_type") if named else ("CustomerName", "MobileNo", "EnquiryType")
    )
    place.locator(f"[name={name}]").fill("Asha Verma")
    place.locator(f"[name={phone}]").fill(number)
    place.locator(f"[name={kind}]").select_option(OPTION)
    place.locator("[name=message]").fill("Please call after six")
    place.locator("[name=_consent]").check()


def check_arrived(gateway: FormGateway, number: str) -> str:
    """The reference of the lead, which is in the dialer with everything that was typed."""
    (dialed,) = gateway.dialed(number)
    assert dialed["fields"]["CustomerName"] == "Asha Verma"
    assert dialed["fields"]["CustomField1"] == "Please call after six"
    assert dialed["fields"]["EnquiryType"] == "Sales & more"
    (lead,) = gateway.leads(number)
    return str(lead["id"])[-6:]


def test_plain_html(
    gateway: FormGateway,
    site: ForeignSite,
    code: Callable[[Style], str],
    visit: Callable[..., Visit],
    phone: Callable[[], str],
) -> None:
    number = phone()
    page = visit(javascript=False).go(site.page("/html.html", code(Style.HTML)))

    fill(page, number)
    page.get_by_role("button").click()

    assert page.url.startswith(gateway.form("pasted") + "/thanks")
    expect(page.locator("main")).to_contain_text(check_arrived(gateway, number))


def test_an_own_form_with_embed_js(
    gateway: FormGateway,
    site: ForeignSite,
    code: Callable[[Style], str],
    visit: Callable[..., Visit],
    phone: Callable[[], str],
) -> None:
    number = phone()
    page = visit().go(site.page("/embed.html", code(Style.EMBED)))

    fill(page, number)
    page.get_by_role("button").click()

    expect(page.get_by_role("status")).to_contain_text("reference")
    expect(page.get_by_role("status")).to_contain_text(check_arrived(gateway, number))
    assert page.url == f"{site.url}/embed.html"


def test_our_form_inside_a_page(
    gateway: FormGateway,
    site: ForeignSite,
    code: Callable[[Style], str],
    visit: Callable[..., Visit],
    phone: Callable[[], str],
) -> None:
    number = phone()
    page = visit().go(site.page("/hosted.html", code(Style.HOSTED)))

    frame = page.frame_locator("iframe")
    fill(frame, number, named=False)
    frame.locator("button[type=submit]").click()

    expect(frame.locator(".reference").first).to_be_visible()
    assert frame.locator(".reference").first.inner_text() == check_arrived(gateway, number)


def test_fetch(
    gateway: FormGateway,
    site: ForeignSite,
    code: Callable[[Style], str],
    visit: Callable[..., Visit],
    phone: Callable[[], str],
) -> None:
    number = phone()
    markup, script = code(Style.FETCH).split("// enquiry.js\n")
    site.put("/enquiry.js", script, kind="text/javascript")
    page = visit().go(site.page("/fetch.html", markup, policy=_own_scripts(gateway)))

    fill(page, "12")
    page.get_by_role("button").click()
    expect(page.get_by_role("status")).to_contain_text("too few digits")
    fill(page, number)
    page.get_by_role("button").click()

    expect(page.get_by_role("status")).to_contain_text("Thank you")
    expect(page.get_by_role("status")).to_contain_text(check_arrived(gateway, number))


def test_react(
    gateway: FormGateway,
    site: ForeignSite,
    code: Callable[[Style], str],
    visit: Callable[..., Visit],
    phone: Callable[[], str],
) -> None:
    number, window = phone(), visit()
    for name in ("react", "react-dom"):
        text = (MODULES / name / "umd" / f"{name}.production.min.js").read_text(encoding="utf-8")
        site.put(f"/{name}.js", text, kind="text/javascript")
    site.put("/form.js", _compiled(window.page, code(Style.REACT)), kind="text/javascript")
    scripts = "".join(f'<script src="/{name}.js"></script>' for name in ("react", "react-dom", "form"))
    page = window.go(
        site.page("/react.html", f'<div id="root"></div>{scripts}', policy=_own_scripts(gateway))
    )

    expect(page.get_by_text("I agree {truly} to be called.")).to_be_visible()
    fill(page, "12")
    page.get_by_role("button").click()
    expect(page.get_by_role("alert")).to_contain_text("too few digits")
    page.locator("[name=phone]").fill(number)
    page.get_by_role("button").click()

    expect(page.get_by_role("status")).to_contain_text("Thank you")
    expect(page.get_by_role("status")).to_contain_text(check_arrived(gateway, number))


def test_a_static_file_needs_only_one_changed_action_to_reach_the_dialer(
    gateway: FormGateway, site: ForeignSite, visit: Callable[..., Visit], phone: Callable[[], str]
) -> None:
    number = phone()
    old = (
        '<form action="ACTION" method="post"><label>Tel <input name="tel"></label><button>Go</button></form>'
    )
    page = visit(javascript=False).go(site.page("/old.html", old.replace("ACTION", gateway.form("pasted"))))

    page.locator("[name=tel]").fill(number)
    page.get_by_role("button").click()

    (dialed,) = gateway.dialed(number)
    assert dialed["fields"]["LeadfromURL"].startswith(site.url)
    (lead,) = gateway.leads(number)
    expect(page.locator("main")).to_contain_text(lead["id"][-6:])


def _own_scripts(gateway: FormGateway) -> str:
    """The policy of a website that has scripts of its own besides ours."""
    return (
        f"default-src 'none'; script-src 'self'; connect-src {gateway.url}; style-src 'self'; img-src data:;"
        f" form-action {gateway.url}"
    )


def _compiled(page: Page, text: str) -> str:
    """The component and its place on the page, as a build tool would make it of the pasted code."""
    page.evaluate((MODULES / "@babel" / "standalone" / "babel.min.js").read_text(encoding="utf-8"))
    text = text.replace('import { useRef, useState } from "react";', "const { useRef, useState } = React;")
    text = text.replace("export default function", "function")
    text += '\nReactDOM.createRoot(document.querySelector("#root")).render(<EnquiryForm />);\n'
    compiled = page.evaluate(
        "text => Babel.transform(text, {presets: [['react', {runtime: 'classic'}]]}).code", text
    )
    assert isinstance(compiled, str)
    return compiled
