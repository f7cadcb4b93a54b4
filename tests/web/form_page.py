"""A form page as a test reads it, a source that has everything a form can have, and what a browser posts."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

from werkzeug.test import TestResponse

from gateway.config import Form, GatewayConfig
from tests.web.gateway_under_test import Gateway, make_config

CONSENT = "I agree to be called about my enquiry."
HINDI_CONSENT = "मैं सहमत हूँ कि मुझे फ़ोन किया जाए।"
FORM = Form(
    fields=("CustomerName", "MobileNo", "email", "EnquiryType", "CustomField1"),
    required=("CustomerName", "MobileNo"),
    options={"EnquiryType": ("Sales", "Service")},
    languages=("en", "hi"),
    texts={
        "en": {
            "form.title": "Book a drive",
            "form.hints.MobileNo": "Ten digits",
            "form.placeholders.email": "you@",
        },
        "hi": {"form.options.Sales": "नई गाड़ी", "form.consent": HINDI_CONSENT},
    },
    accent="#0b7a55",
    logo_url="https://cdn.example/logo.svg",
)
FILLED = {"CustomerName": "Asha Verma", "MobileNo": "98765 43210", "EnquiryType": "Service"}


class Page(HTMLParser):
    """The parts of a form page a test asks about."""

    def __init__(self, answer: TestResponse) -> None:
        super().__init__()
        self.answer = answer
        self.text = answer.text
        self.elements: list[tuple[str, dict[str, Any]]] = []
        self._open = ""
        self._inside: dict[str, str] = {}
        self.feed(answer.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._open = tag
        self._inside.setdefault(tag, "")

    def handle_endtag(self, tag: str) -> None:
        self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open:
            self._inside[self._open] += data

    def content(self, tag: str) -> str:
        """The text inside the elements of this name; browsers leave out the first line end of a textarea."""
        return self._inside[tag].removeprefix("\n")

    def control(self, name: str) -> dict[str, Any]:
        (found,) = [attrs for _, attrs in self.elements if attrs.get("name") == name]
        return found

    def all(self, tag: str) -> list[dict[str, Any]]:
        return [attrs for name, attrs in self.elements if name == tag]

    @property
    def controls(self) -> list[str]:
        """The names of what a visitor sees, in order."""
        tags = ("input", "select", "textarea")
        return [a["name"] for tag, a in self.elements if tag in tags and a.get("type") != "hidden"]

    @property
    def hidden(self) -> dict[str, str]:
        return {a["name"]: a["value"] for a in self.all("input") if a.get("type") == "hidden"}

    @property
    def policy(self) -> str:
        return self.answer.headers["Content-Security-Policy"]


def config_with(form: Form | None = FORM, **source: Any) -> GatewayConfig:
    config = make_config()
    website = replace(config.sources["website"], form=form, consent_text=CONSENT, **source)
    return replace(config, sources={**config.sources, "website": website})


def opened_page(gateway: Gateway, address: str = "/forms/website", **request: Any) -> Page:
    return Page(gateway.ask("GET", address, **request))


def sent(
    gateway: Gateway, page: Page, fields: dict[str, str], *, after: float = 10, **request: Any
) -> TestResponse:
    """What a browser posts from this page when a visitor has filled in `fields` and ticked the box."""
    gateway.clock.ahead += after
    (form,) = page.all("form")
    agreed = {"_consent": page.control("_consent")["value"]} if "_consent" in page.controls else {}
    return gateway.ask("POST", form["action"], data=page.hidden | agreed | fields, **request)


def consents(gateway: Gateway) -> list[tuple[str, str, bool | None]]:
    (lead,) = gateway.stored("website")
    story = gateway.store.story(lead.id)
    assert story is not None
    return [(each.text, each.language, each.given) for each in story.consents]
