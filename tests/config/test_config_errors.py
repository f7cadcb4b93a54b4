"""Every mistake in gateway.toml is told with its key and the next step, and all of them at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.config import ConfigError, load_config, parse_config
from tests.config.files import ENVIRON, GOOD, problems_of, spoilt

MISTAKES = [
    # the line, what stands there instead, the key that is named, words the message must hold
    ('region = "IN"', 'region = "India"', "gateway.region", "two capital letters"),
    ("trusted_proxies = 1", 'trusted_proxies = "1"', "gateway.trusted_proxies", "without quotes"),
    ("trusted_proxies = 1", "trusted_proxies = true", "gateway.trusted_proxies", "whole number"),
    ("trusted_proxies = 1", "trusted_proxy = 1", "gateway.trusted_proxy", "did you mean trusted_proxies?"),
    (
        'public_url = "https://leads.example.com"',
        'public_url = "leads.example.com"',
        "gateway.public_url",
        "begins with http",
    ),
    ('method = "POST"', 'method = "post"', "dialers.main.method", "did you mean POST?"),
    ('source = "gateway"', 'source = "lead-gateway"', "dialers.main.source", "2 to 20 letters and digits"),
    ('source = "gateway"', 'source = "g"', "dialers.main.source", "2 to 20 letters and digits"),
    ("timeout = 30", "timeout = 1", "dialers.main.timeout", "connect_timeout"),
    ("timeout = 30", 'timeout = "soon"', "dialers.main.timeout", '"30s"'),
    ('on_unknown = "hold"', 'on_unknown = "lookup"', "dialers.main.on_unknown", "vicidial"),
    ('on_unknown = "hold"', 'on_unknown = "ignore"', "dialers.main.on_unknown", "hold, resend, lookup"),
    ('on_unknown = "hold"', 'dialect = "vicidial"', "dialers.main.user", "VICIdial wants"),
    ('on_unknown = "hold"', "prospects_id_max = 30", "dialers.main.prospects_id_max", "20, or 36"),
    ('on_unknown = "hold"', "batch_max = 51", "dialers.main.batch_max", "from 1 to 50"),
    (
        'password = "env:DIALER_PASSWORD"',
        'password = "pa55word"',
        "dialers.main.password",
        "must not stand in this file",
    ),
    (
        'password = "env:DIALER_PASSWORD"',
        'password = "env:NOT_SET"',
        "dialers.main.password",
        "NOT_SET is not set",
    ),
    (
        'password = "env:DIALER_PASSWORD"',
        'password = "env:EMPTY"',
        "dialers.main.password",
        "protects nothing",
    ),
    (
        'password = "env:DIALER_PASSWORD"',
        'password = "file:secret"',
        "dialers.main.password",
        "absolute path",
    ),
    (
        'password = "env:DIALER_PASSWORD"',
        'password = "file:/no/such"',
        "dialers.main.password",
        "cannot be read",
    ),
    (
        'password = "env:DIALER_PASSWORD"',
        'pasword = "env:X"',
        "dialers.main.pasword",
        "did you mean password?",
    ),
    ('kind = "form"', 'kind = "from"', "sources.website.kind", "did you mean form?"),
    ('kind = "form"', "", "sources.website.kind", "is missing"),
    (
        'lead_source = "Website"',
        'lead_sorce = "Website"',
        "sources.website.lead_sorce",
        "did you mean lead_source?",
    ),
    ('lead_source = "Website"', 'lead_source = ""', "sources.website.lead_source", "not empty"),
    ('lead_source = "Website"', 'trust = ["Lead"]', "sources.website.trust", "use one of"),
    ('lead_source = "Website"', 'countries = ["India"]', "sources.website.countries", "two capital letters"),
    ('lead_source = "Website"', 'phone_check = "strict"', "sources.website.phone_check", "possible, valid"),
    (
        'lead_source = "Website"',
        'token = "env:PORTAL_TOKEN"',
        "sources.website.token",
        "open to every visitor",
    ),
    ("wait = 5", "wait = 26", "sources.website.wait", "between 0 and 25"),
    ("wait = 5", "wait = -1", "sources.website.wait", "duration"),
    ('dedupe = "10m"', 'dedupe = "10 minutes"', "sources.website.dedupe", '"10m"'),
    ('dedupe = "10m"', 'dedupe = "91d"', "sources.website.dedupe", "90 days"),
    ('dedupe = "10m"', "dedupe = true", "sources.website.dedupe", "duration"),
    (
        'limits = ["5 per minute per ip", "200 per minute"]',
        'limits = ["5 per minute per ip", "200 a minute"]',
        "sources.website.limits[1]",
        "5 per minute per ip",
    ),
    (
        'limits = ["5 per minute per ip", "200 per minute"]',
        "limits = [5]",
        "sources.website.limits",
        "a list of texts",
    ),
    (
        'allowed_origins = ["https://www.example.com"]',
        'allowed_origins = ["https://www.example.com/"]',
        "sources.website.allowed_origins",
        'write "https://www.example.com"',
    ),
    (
        'allowed_origins = ["https://www.example.com"]',
        'allowed_origins = ["https://*.example.com"]',
        "sources.website.allowed_origins",
        "no wildcard",
    ),
    (
        'allowed_origins = ["https://www.example.com"]',
        'allowed_origins = ["https://www.example.com:443"]',
        "sources.website.allowed_origins",
        "leave out the usual port",
    ),
    (
        'thanks_url = "https://www.example.com/thanks"',
        'thanks_url = "javascript:alert(1)"',
        "sources.website.thanks_url",
        "http:// or https://",
    ),
    (
        'fields = ["CustomerName", "MobileNo", "EnquiryType"]',
        'fields = ["CustomerName", "EnquiryType"]',
        "sources.website.form.fields",
        "without a number nobody can be called",
    ),
    (
        'fields = ["CustomerName", "MobileNo", "EnquiryType"]',
        'fields = ["mobile_no"]',
        "sources.website.form.fields",
        "did you mean MobileNo?",
    ),
    ('list_id = "25062020"', 'list_id = "12"', "sources.website.routes[0].list_id", "3 to 12 digits"),
    ('list_id = "25062020"', 'dialer = "other"', "sources.website.routes[0].dialer", "it has main"),
    ('list_id = "25062020"', "", "sources.website.routes[0].list_id", "is missing"),
    ('when = { EnquiryType = "Service" }', "when = {}", "sources.website.routes[0].when", "is missing"),
    ('auth = "token"', "", "sources.portal.auth", "is missing"),
    ('auth = "token"', 'auth = "tokens"', "sources.portal.auth", "did you mean token?"),
    ('auth = "token"', 'auth = "hmac"', "sources.portal.secret", 'needs secret = "env:NAME"'),
    ('auth = "token"', 'auth = "basic"', "sources.portal.password", "needs password"),
    ('auth = "token"', 'auth = "ip"', "sources.portal.networks", "is missing"),
    ('token = "env:PORTAL_TOKEN"', "token = []", "sources.portal.token", "empty list"),
    (
        'token = "env:PORTAL_TOKEN"',
        'token = ["env:PORTAL_TOKEN", "env:NOT_SET"]',
        "sources.portal.token[1]",
        "is not set",
    ),
    (
        'MobileNo = "contact.phone"',
        'MobileNo = "contact..phone"',
        "sources.portal.fields.MobileNo",
        "JMESPath",
    ),
    (
        'MobileNo = "contact.phone"',
        'Mobile_No = "phone"',
        "sources.portal.fields.Mobile_No",
        "did you mean MobileNo?",
    ),
    (
        'MobileNo = "contact.phone"',
        'mobile_no = "phone"',
        "sources.portal.fields.mobile_no",
        "did you mean MobileNo?",
    ),
]


@pytest.mark.parametrize(
    ("line", "instead", "key", "words"), MISTAKES, ids=[case[1] or f"no {case[0]}" for case in MISTAKES]
)
def test_a_mistake_is_told_with_its_key_and_the_next_step(
    line: str, instead: str, key: str, words: str
) -> None:
    problems = problems_of(spoilt(line, instead))
    assert key in problems
    assert words in problems[key]


def test_the_good_configuration_has_no_problem() -> None:
    assert problems_of(GOOD) == {}


def test_all_mistakes_are_told_at_once() -> None:
    text = spoilt('region = "IN"', 'region = "India"')
    text = text.replace('dedupe = "10m"', 'dedupe = "often"').replace("contact.phone", "contact..phone")
    assert set(problems_of(text)) == {
        "gateway.region",
        "sources.website.dedupe",
        "sources.portal.fields.MobileNo",
    }


def test_a_secret_that_stands_in_the_file_is_not_repeated_in_the_message() -> None:
    problems = problems_of(spoilt('password = "env:DIALER_PASSWORD"', 'password = "hunter2hunter2"'))
    assert "hunter2" not in " ".join(problems.values())


def test_a_file_without_dialers_and_sources_says_what_to_add() -> None:
    problems = problems_of("")
    assert "[dialers.NAME]" in problems["dialers"]
    assert "[sources.NAME]" in problems["sources"]


def test_text_that_is_not_toml_is_told_with_its_place() -> None:
    with pytest.raises(ConfigError, match="line 2"):
        parse_config("[gateway]\nregion = IN\n", ENVIRON)


def test_a_name_that_cannot_stand_in_an_address_is_refused() -> None:
    problems = problems_of(GOOD.replace("[sources.portal", '[sources."My Portal"'))
    assert "a-z, 0-9" in problems["sources.My Portal"]


def test_a_missing_file_says_where_it_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="GATEWAY_CONFIG"):
        load_config(tmp_path / "none.toml", {})


def test_a_file_that_is_not_utf8_is_told(tmp_path: Path) -> None:
    path = tmp_path / "gateway.toml"
    path.write_bytes(b'[gateway]\nregion = "\xff"\n')
    with pytest.raises(ConfigError, match="not UTF-8"):
        load_config(path, {})
