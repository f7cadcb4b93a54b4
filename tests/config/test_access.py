"""How a webhook source says who may send to it, and what it is told where that cannot work."""

from __future__ import annotations

import pytest

from gateway.config import Auth, parse_config
from gateway.config.access import METHODS
from tests.config.files import ENVIRON, problems_of, spoilt

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
