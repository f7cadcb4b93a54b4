"""embed.js on somebody else's website, under the strictest policy: the visitor sends the form and stays on the page."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.foreign_site import ForeignSite
from tests.browser.form_gateway import FormGateway
from tests.browser.pages import FIELDS, fill, form_page, send
from tests.browser.visit import NARROW, Visit

NewPhone = Callable[[], str]
Visiting = Callable[..., Visit]
THANKS = "Thank you. We have your enquiry. Your reference ends in "


# -- sending -------------------------------------------------------------------------------------------------


def test_an_enquiry_is_sent_from_a_foreign_page_and_its_reference_shown(
    own_form: Visiting, form_gateway: FormGateway, phone: NewPhone, axe: Callable[[Page], None]
) -> None:
    number, visitor = phone(), own_form()
    page = visitor.page

    fill(page, number)
    send(page)

    expect(page.get_by_role("status")).to_contain_text(THANKS)
    (lead,) = form_gateway.leads(number)
    (dialed,) = form_gateway.dialed(number)
    expect(page.get_by_role("status")).to_have_text(f"{THANKS}{lead['id'][-6:]}.")
    expect(page.get_by_role("status")).to_be_focused()
    expect(page.locator("form")).to_be_hidden()
    assert dialed["fields"]["CustomerName"] == "Asha Verma"
    assert visitor.events() == [
        ("lead:success", {"id": lead["id"], "leadId": str(dialed["lead_id"]), "status": "delivered"})
    ]
    axe(page)


def test_the_page_and_its_campaign_travel_with_the_enquiry(
    visit: Visiting, form_gateway: FormGateway, foreign_site: ForeignSite, phone: NewPhone
) -> None:
    number, address = phone(), form_page(foreign_site, form_gateway)
    page = visit().go(f"{address}?utm_campaign=autumn&color=red")

    fill(page, number)
    send(page)

    expect(page.get_by_role("status")).to_contain_text(THANKS)
    (dialed,) = form_gateway.dialed(number)
    assert dialed["fields"]["LeadSubSource"] == "autumn"
    assert dialed["fields"]["LeadfromURL"] == f"{address}?color=red"


def test_a_double_click_makes_one_lead(
    own_form: Visiting, form_gateway: FormGateway, phone: NewPhone
) -> None:
    number, page = phone(), own_form().page
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.method) if request.method == "POST" else None)

    fill(page, number)
    page.get_by_role("button").dblclick()

    expect(page.get_by_role("status")).to_contain_text(THANKS)
    assert posts == ["POST"]
    assert len(form_gateway.leads(number)) == 1


def test_while_it_is_sent_the_button_rests_and_nothing_is_sent_twice(
    own_form: Visiting, form_gateway: FormGateway, phone: NewPhone
) -> None:
    number, page = phone(), own_form().page
    fill(page, number)
    form_gateway.emulator.set(delay=0.5)
    try:
        send(page)
        expect(page.get_by_role("button")).to_be_disabled()
        expect(page.get_by_role("status")).to_have_text("Sending…")
        page.evaluate("document.forms[0].requestSubmit()")
        page.locator("[name=name]").press("Enter")
        expect(page.get_by_role("status")).to_contain_text(THANKS)
    finally:
        form_gateway.emulator.set(delay=0)

    assert len(form_gateway.leads(number)) == 1


def test_the_keyboard_is_enough(own_form: Visiting, form_gateway: FormGateway, phone: NewPhone) -> None:
    number, page = phone(), own_form().page

    for text in ("Asha Verma", "12", "Please call after six"):
        page.keyboard.press("Tab")
        page.keyboard.type(text)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Mobile number")).to_be_focused()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type(number)
    page.keyboard.press("Enter")

    expect(page.get_by_role("status")).to_be_focused()
    assert [lead["extra"]["message"] for lead in form_gateway.leads(number)] == ["Please call after six"]


def test_a_robot_is_thanked_like_a_person(
    own_form: Visiting, form_gateway: FormGateway, phone: NewPhone
) -> None:
    number = phone()
    page = own_form({"fields": FIELDS + '<input name="_gotcha" hidden>'}).page

    fill(page, number)
    page.evaluate("document.querySelector('[name=_gotcha]').value = 'https://spam.example'")
    send(page)

    expect(page.get_by_role("status")).to_have_text(re.compile(re.escape(THANKS) + r"[0-9A-Z]{6}\."))
    assert form_gateway.dialed(number, seconds=0) == []
    assert [lead["state"] for lead in form_gateway.leads(number)] == ["quarantined"]


# -- what is wrong -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("window", [{}, {"width": NARROW, "dark": True}], ids=["wide", "narrow and dark"])
def test_what_is_wrong_stands_at_its_field_and_is_mended_there(
    window: dict[str, int],
    own_form: Visiting,
    form_gateway: FormGateway,
    phone: NewPhone,
    axe: Callable[[Page], None],
    shots: Callable[[Page, str], None],
) -> None:
    number, visitor = phone(), own_form(**window)
    page = visitor.page
    field = page.get_by_label("Mobile number")

    fill(page, "98", name="Asha")
    send(page)

    expect(page.get_by_role("status")).to_have_text("Please correct the marked fields.")
    expect(field).to_be_focused()
    expect(field).to_have_accessible_description(re.compile("too few digits"))
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Your name")).to_have_value("Asha")
    assert [name for name, _ in visitor.events()] == ["lead:error"]
    assert [each["code"] for each in visitor.events()[0][1]["problems"]] == ["phone.too_short"]
    assert not visitor.overflows()
    shots(page, "wrong")
    axe(page)

    field.fill(number)
    expect(page.locator(".lead-message")).to_have_count(0)
    expect(field).not_to_have_attribute("aria-invalid", "true")
    send(page)
    expect(page.get_by_role("status")).to_contain_text(THANKS)
    assert len(form_gateway.leads(number)) == 1
    assert not visitor.overflows()
    shots(page, "sent")
    axe(page)


def test_a_number_that_is_missing_is_asked_for_at_its_field(own_form: Visiting) -> None:
    page = own_form().page

    fill(page, "")
    send(page)

    expect(page.get_by_label("Mobile number")).to_have_accessible_description(
        re.compile("give your phone number")
    )


def test_the_browsers_own_judgement_stands_at_the_field_and_nothing_is_sent(own_form: Visiting) -> None:
    fields = FIELDS + (
        '<p id="hint">We answer by email, too.</p><label for="email">Email</label>'
        '<input id="email" name="email" type="email" aria-describedby="hint">'
        '<label><input type="radio" name="when" value="am" required> In the morning</label>'
        '<label><input type="radio" name="when" value="pm" required> In the afternoon</label>'
    )
    page = own_form({"fields": fields}).page
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.method))

    fill(page, "9876543210")
    page.get_by_label("Email").fill("asha")
    send(page)

    expect(page.get_by_label("Email")).to_be_focused()
    expect(page.get_by_label("Email")).to_have_accessible_description(
        re.compile(r"answer by email, too\. .*@")
    )
    expect(page.locator(".lead-message")).to_have_count(2)  # one for both radio buttons
    assert requests == []
    page.get_by_label("Email").fill("asha@example.com")
    expect(page.get_by_label("Email")).to_have_accessible_description("We answer by email, too.")


def test_somebody_who_must_not_be_called_is_told_so(
    own_form: Visiting, form_gateway: FormGateway, phone: NewPhone
) -> None:
    number, visitor = phone(), own_form()
    page = visitor.page
    form_gateway.suppress(number)

    fill(page, number)
    send(page)

    expect(page.get_by_role("status")).to_contain_text("This number is on our list of people who do not want")
    expect(page.locator("form")).to_be_visible()
    assert visitor.events() == [("lead:error", {"problems": []})]
    assert [lead["state"] for lead in form_gateway.leads(number)] == ["suppressed"]


# -- the page's own wishes -----------------------------------------------------------------------------------


def test_a_hindi_page_speaks_hindi(
    own_form: Visiting, form_gateway: FormGateway, phone: NewPhone, shots: Callable[[Page, str], None]
) -> None:
    number = phone()
    page = own_form({"language": "hi-IN", "title": "हमारी सेवाएँ"}, language="hi-IN").page

    fill(page, "98")
    send(page)
    expect(page.get_by_role("status")).to_have_text("कृपया चिह्नित जानकारी ठीक करें।")
    expect(page.get_by_label("Mobile number")).to_have_accessible_description(re.compile("[अ-ह]"))
    shots(page, "wrong")
    fill(page, number, name="आशा वर्मा")
    send(page)

    expect(page.get_by_role("status")).to_contain_text("धन्यवाद। आपकी पूछताछ मिल गई है।")
    (lead,) = form_gateway.leads(number)
    assert lead["fields"]["CustomerName"] == "आशा वर्मा"
    shots(page, "sent")


def test_a_page_may_say_it_in_its_own_words(own_form: Visiting, phone: NewPhone) -> None:
    page = own_form({"attributes": 'data-sent="Namaste! ({reference})" data-check="Oh dear."'}).page

    fill(page, "98")
    send(page)
    expect(page.get_by_role("status")).to_have_text("Oh dear.")
    fill(page, phone())
    send(page)

    expect(page.get_by_role("status")).to_have_text(re.compile(r"Namaste! \([0-9A-Z]{6}\)"))


@pytest.mark.parametrize(
    ("attributes", "field"),
    [('data-redirect="/danke.html"', ""), ("", '<input type="hidden" name="_next" value="/danke.html">')],
)
def test_a_page_may_lead_on_to_another(
    attributes: str, field: str, own_form: Visiting, foreign_site: ForeignSite, phone: NewPhone
) -> None:
    foreign_site.page("/danke.html", "<p>Danke.</p>")
    page = own_form({"attributes": attributes, "fields": FIELDS + field}).page

    fill(page, phone())
    send(page)

    page.wait_for_url(f"{foreign_site.url}/danke.html")


def test_an_address_that_is_a_script_leads_nowhere(own_form: Visiting, phone: NewPhone) -> None:
    page = own_form({"attributes": 'data-redirect="javascript:document.title=1"'}).page

    fill(page, phone())
    send(page)

    expect(page.get_by_role("status")).to_contain_text(THANKS)
    expect(page).to_have_title("Our services")


def test_a_listener_may_show_something_of_its_own(own_form: Visiting, phone: NewPhone) -> None:
    visitor = own_form()
    page = visitor.page
    page.evaluate("addEventListener('lead:success', event => event.preventDefault())")

    fill(page, phone())
    send(page)

    expect(page.get_by_role("button")).to_be_enabled()
    expect(page.get_by_role("status")).to_have_text("")
    expect(page.locator("form")).to_be_visible()
    assert [name for name, _ in visitor.events()] == ["lead:success"]


def test_a_form_that_appears_later_works_too(
    visit: Visiting, form_gateway: FormGateway, foreign_site: ForeignSite, phone: NewPhone
) -> None:
    number = phone()
    page = visit().go(foreign_site.page("/later.html", f"<div>{FIELDS}</div>{form_gateway.script()}"))
    page.evaluate("""() => {
      const form = document.createElement("form");
      form.dataset.leadGateway = "";
      form.append(...document.querySelector("div").childNodes, document.createElement("button"));
      form.lastChild.textContent = "Send enquiry";
      document.querySelector("main").append(form);
    }""")

    fill(page, number)
    send(page)

    expect(page.get_by_role("status")).to_contain_text(THANKS)
    assert len(form_gateway.leads(number)) == 1


def test_a_script_line_that_stands_twice_does_no_harm(
    own_form: Visiting, form_gateway: FormGateway, phone: NewPhone
) -> None:
    number, page = phone(), own_form({"fields": FIELDS + form_gateway.script()}).page

    fill(page, number)
    send(page)

    expect(page.get_by_role("status")).to_contain_text(THANKS)
    assert len(form_gateway.leads(number)) == 1


def test_a_policy_of_nonces_lets_it_run(
    visit: Visiting, form_gateway: FormGateway, foreign_site: ForeignSite, phone: NewPhone
) -> None:
    number = phone()
    script = form_gateway.script().replace("<script", '<script nonce="r4nd0m"')
    address = foreign_site.page(
        "/nonce.html",
        f'<form data-lead-gateway="website">{FIELDS}<button>Send enquiry</button></form>{script}',
        policy=foreign_site.strict_policy().replace(
            f"script-src {form_gateway.url}", "script-src 'nonce-r4nd0m'"
        ),
    )
    page = visit().go(address)

    fill(page, number)
    send(page)

    expect(page.get_by_role("status")).to_contain_text(THANKS)


# -- where the script cannot help ----------------------------------------------------------------------------


def test_a_page_that_is_not_listed_posts_as_a_form_without_scripts_does(
    own_form: Visiting, form_gateway: FormGateway, foreign_site: ForeignSite, phone: NewPhone
) -> None:
    number, visitor = phone(), own_form({"source": "plain"})
    page = visitor.page

    fill(page, number)
    send(page)

    page.wait_for_url(f"{form_gateway.form('plain')}/thanks*")
    assert len(form_gateway.leads(number)) == 1
    assert visitor.complaints == [f"warning: lead-gateway: allowed_origins of plain lacks {foreign_site.url}"]
    visitor.complaints.clear()


def test_a_file_is_refused_by_the_gateways_page_and_the_typing_stays(
    own_form: Visiting, form_gateway: FormGateway
) -> None:
    fields = FIELDS + '<label for="cv">Your CV</label><input id="cv" name="cv" type="file">'
    page = own_form({"fields": fields, "attributes": 'enctype="multipart/form-data"'}).page

    fill(page, "9876543210")
    page.get_by_label("Your CV").set_input_files(
        {"name": "cv.txt", "mimeType": "text/plain", "buffer": b"me"}
    )
    send(page)

    page.wait_for_url(form_gateway.form())
    expect(page.locator("[name=name]")).to_have_value("Asha Verma")


def test_without_javascript_the_same_form_is_an_ordinary_one(
    own_form: Visiting, form_gateway: FormGateway, phone: NewPhone
) -> None:
    number = phone()
    attributes = f'action="{form_gateway.form()}" method="post"'
    page = own_form({"attributes": attributes}, javascript=False).page

    fill(page, number)
    send(page)

    page.wait_for_url(f"{form_gateway.form()}/thanks*")
    assert len(form_gateway.leads(number)) == 1
