"""How a webhook source says who may send to it, and what it is told where that cannot work."""

from __future__ import annotations

import pytest

from gateway.config import Auth, config_warnings, parse_config
from gateway.config.access import METHODS
from tests.config.files import ENVIRON, GOOD, problems_of, spoilt

GITHUB_SIGNATURE = ("X-Hub-Signature-256", "sha256=", "hex")


def auth_of(lines: str) -> Auth:
    text = spoilt('token = "env:PORTAL_TOKEN"', lines).replace('auth = "token"\n', "")
    return parse_config(text, ENVIRON).sources["portal"].auth


def told(lines: str) -> dict[str, str]:
    return problems_of(spoilt('token = "env:PORTAL_TOKEN"', lines).replace('auth = "token"\n', ""))


def test_github_style_is_an_hmac_as_github_writes_it() -> None:
    auth = auth_of('auth = "github"\nsecret = "env:PORTAL_TOKEN"')

    assert auth.method == "hmac"
    assert (auth.signature_header, auth.signature_prefix, auth.signature_encoding) == GITHUB_SIGNATURE


@pytest.mark.parametrize(
    ("line", "header"), [("", "Stripe-Signature"), ('signature_header = "X-Signature"', "X-Signature")]
)
def test_stripe_style_has_its_own_header_unless_it_is_told_another(line: str, header: str) -> None:
    auth = auth_of(f'auth = "stripe"\nsecret = "env:PORTAL_TOKEN"\n{line}')

    assert (auth.method, auth.signature_header) == ("stripe", header)


@pytest.mark.parametrize("method", ["hmac", "github", "stripe", "standard-webhooks"])
def test_a_method_that_signs_needs_its_secret(method: str) -> None:
    assert "needs secret" in told(f'auth = "{method}"')["sources.portal.secret"]


@pytest.mark.parametrize("method", [method for method in METHODS if method not in ("ip", "none")])
def test_an_empty_secret_is_refused(method: str) -> None:
    key = {"token": "token", "basic": "password"}.get(method, "secret")

    assert f"sources.portal.{key}" in told(f'auth = "{method}"\n{key} = "env:EMPTY"')
    assert f"sources.portal.{key}[1]" in told(f'auth = "{method}"\n{key} = ["env:PORTAL_TOKEN", "env:EMPTY"]')


@pytest.mark.parametrize(
    ("method", "line", "key"),
    [
        ("github", 'signature_header = "X-Signature"', "signature_header"),
        ("github", 'signature_prefix = "sha1="', "signature_prefix"),
        ("stripe", 'signature_encoding = "base64"', "signature_encoding"),
        ("standard-webhooks", 'signature_header = "X-Signature"', "signature_header"),
    ],
)
def test_a_key_that_a_method_does_not_read_is_named(method: str, line: str, key: str) -> None:
    found = told(f'auth = "{method}"\nsecret = "env:PORTAL_TOKEN"\n{line}')

    assert f'is not read with auth = "{method}"' in found[f"sources.portal.{key}"]


# -- platforms that sign, and senders that cannot ------------------------------------------------------------


def source(*lines: str) -> str:
    return "\n".join([GOOD, "[sources.ads]", 'list_id = "25062018"', 'dialer = "main"', *lines, ""])


def test_a_platform_has_its_secret_and_nothing_else() -> None:
    text = source('kind = "google_ads"', 'secret = ["env:PORTAL_TOKEN", "env:DIALER_PASSWORD"]')

    auth = parse_config(text, ENVIRON).sources["ads"].auth

    assert (auth.method, auth.secrets) == ("platform", ("portal-token-of-24-chars", "dialer-password-1"))


@pytest.mark.parametrize(
    ("line", "key", "told"),
    [
        ("", "secret", "is missing"),
        ('secret = "env:EMPTY"', "secret", "EMPTY"),
        ('auth = "none"', "auth", "its platform proves itself"),
        ('token = "env:PORTAL_TOKEN"', "token", "its platform proves itself"),
        ('networks = ["192.0.2.0/24"]', "networks", "its platform proves itself"),
        ('signature_header = "X-Signature"', "signature_header", "is not a key of this table"),
    ],
)
def test_what_a_platform_cannot_do_with_is_named(line: str, key: str, told: str) -> None:
    assert told in problems_of(source('kind = "tiktok"', line))[f"sources.ads.{key}"]


def test_a_sender_that_cannot_sign_needs_a_token_in_its_address() -> None:
    assert "put it into the address" in problems_of(source('kind = "microsoft_ads"'))["sources.ads.token"]


def test_a_sender_that_cannot_sign_may_have_another_proof() -> None:
    text = source('kind = "microsoft_ads"', 'auth = "basic"', 'user = "ms"', 'password = "env:PORTAL_TOKEN"')

    assert parse_config(text, ENVIRON).sources["ads"].auth.method == "basic"


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (('kind = "microsoft_ads"', 'auth = "none"'), "whoever knows the address can make leads"),
        (('kind = "google_ads"', 'secret = "env:SHORT"'), "fewer than 16 characters"),
        (('kind = "microsoft_ads"', 'token = "env:SHORT"'), "fewer than 16 characters"),
    ],
)
def test_a_door_that_is_easily_opened_is_a_warning(lines: tuple[str, ...], told: str) -> None:
    warnings = config_warnings(parse_config(source(*lines), {**ENVIRON, "SHORT": "short"}))

    assert told in {doubt.key: doubt.message for doubt in warnings}["sources.ads.auth"]
