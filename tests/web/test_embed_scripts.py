"""The scripts that pages load: small, cached, open to every page, and made of what can be read beside them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway.config import Form, GatewayConfig
from gateway.config.model import Captcha, Spam
from tests.web.gateway_under_test import SITE, Gateway, make_config, opened

SMALL = 6 * 1024  # bytes: embed.js with its words, as it is sent


def config_of(**changes: Any) -> GatewayConfig:
    config = make_config()
    website = replace(config.sources["website"], **changes)
    return replace(config, sources={**config.sources, "website": website})


def test_the_script_is_small_with_proof_of_work_and_in_both_languages(tmp_path: Path) -> None:
    config = config_of(
        allowed_origins=(SITE, "https://shop.example.com"),
        form=Form(languages=("en", "hi")),
        spam=Spam(captcha=Captcha(provider="altcha")),
    )
    with opened(tmp_path, config) as gateway:
        script = gateway.ask("GET", "/forms/website/embed.js")

    assert script.status_code == 200
    assert "धन्यवाद" in script.text
    assert "deriveBits" in script.text
    assert len(script.data) < SMALL


@pytest.mark.parametrize("path", ["/forms/website/embed.js", "/forms/proof.js"])
def test_any_page_may_load_a_script_and_asks_again_without_getting_it_again(
    gateway: Gateway, path: str
) -> None:
    first = gateway.ask("GET", path, headers={"Origin": "https://anybody.example"})
    again = gateway.ask("GET", path, headers={"If-None-Match": first.headers["ETag"]})

    assert (first.status_code, first.headers["Content-Type"]) == (200, "text/javascript; charset=utf-8")
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert first.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert first.headers["Cache-Control"] == "public, max-age=300"
    assert first.headers["X-Content-Type-Options"] == "nosniff"
    assert (again.status_code, again.data) == (304, b"")
    assert "Set-Cookie" not in first.headers


def test_a_change_of_the_source_is_another_script(tmp_path: Path, gateway: Gateway) -> None:
    before = gateway.ask("GET", "/forms/website/embed.js")
    with opened(tmp_path / "changed", config_of(allowed_origins=(SITE, "https://new.example"))) as changed:
        after = changed.ask("GET", "/forms/website/embed.js")

    assert before.headers["ETag"] != after.headers["ETag"]
    assert "https://new.example" in after.text


def test_a_source_puts_its_own_words_and_languages_into_the_script(tmp_path: Path) -> None:
    texts = {"en": {"embed.sent": "Ta!"}, "ta": {"embed.sent": "நன்றி!"}}
    with opened(tmp_path, config_of(form=Form(languages=("en", "ta"), texts=texts))) as gateway:
        script = gateway.ask("GET", "/forms/website/embed.js").text

    assert '"sent":"Ta!"' in script
    assert '"ta":{"sending":"Sending…","sent":"நன்றி!"' in script


@pytest.mark.parametrize(
    "path", ["/forms/partner/embed.js", "/forms/nobody/embed.js", "/forms/website/other.js"]
)
def test_only_forms_have_a_script(gateway: Gateway, path: str) -> None:
    assert gateway.ask("GET", path).status_code == 404


def test_a_script_keeps_to_what_the_strictest_policy_allows(gateway: Gateway) -> None:
    for path in ("/forms/website/embed.js", "/forms/proof.js"):
        script = gateway.ask("GET", path).text
        for forbidden in ("innerHTML", "outerHTML", "insertAdjacentHTML", "eval(", "Function(", "document.cookie",
                          "localStorage", "document.write", "setAttribute(\"style"):  # fmt: skip
            assert forbidden not in script


def test_a_script_is_told_in_the_visitors_words_what_will_not_be_called(gateway: Gateway) -> None:
    gateway.services.store.suppress("9876543210", now=gateway.clock.now())
    answer = gateway.script({"name": "Asha", "phone": "9876543210"})

    assert (answer.status_code, answer.json["reason_code"]) == (422, "lead.suppressed")
    assert answer.json["detail"].startswith(
        "This number is on our list of people who do not want to be called."
    )
    assert answer.json["lead"]["status"] == "suppressed"
