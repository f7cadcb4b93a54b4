"""What makes an enquiry suspicious is read as written, and a captcha that could not work is a mistake."""

from __future__ import annotations

import pytest

from gateway.config import ConfigError, config_warnings, parse_config
from gateway.config.model import Captcha, Spam
from tests.config.files import ENVIRON, GOOD

SECRETS = {**ENVIRON, "CAPTCHA": "0x4AAA-a-real-one-of-ours", "CAPTCHA_OLD": "0x4AAA-an-older-one", "TEST_SECRET":
           "1x0000000000000000000000000000000AA"}  # fmt: skip


def with_tables(*, spam: str = "", captcha: str = "", source: str = "website") -> str:
    text = GOOD
    if spam:
        text += f"\n[sources.{source}.spam]\n{spam}\n"
    if captcha:
        text += f"\n[sources.{source}.captcha]\n{captcha}\n"
    return text


def spam_of(text: str) -> Spam:
    return parse_config(text, SECRETS).sources["website"].spam


def problems(text: str) -> dict[str, str]:
    """Key below the source → message of everything that is wrong."""
    try:
        parse_config(text, SECRETS)
    except ConfigError as error:
        return {each.key.removeprefix("sources.website."): each.message for each in error.problems}
    return {}


def doubts(text: str) -> dict[str, str]:
    found = config_warnings(parse_config(text, SECRETS))
    return {each.key.removeprefix("sources.website."): each.message for each in found}


# -- spam ----------------------------------------------------------------------------------------------------


def test_without_the_tables_a_form_has_the_checks_that_need_nothing() -> None:
    assert spam_of(GOOD) == Spam()
    assert Spam().captcha.provider == "none"


def test_the_checks_are_read_as_written() -> None:
    text = with_tables(
        spam='honeypots = ["company_fax", "hp"]\nmin_seconds = "5s"\nper_number = "2 per hour"\n'
        "links_in_names = false\nrepeated_texts = false"
    )

    assert spam_of(text) == Spam(
        honeypots=("company_fax", "hp"),
        min_seconds=5.0,
        per_number="2 per hour",
        links_in_names=False,
        repeated_texts=False,
    )


@pytest.mark.parametrize("off", ['"none"', '"off"', "false"])
def test_numbers_need_not_be_counted(off: str) -> None:
    assert spam_of(with_tables(spam=f"per_number = {off}")).per_number is None


@pytest.mark.parametrize(
    ("line", "key", "says"),
    [
        ('per_number = "often"', "per_number", "5 per day"),
        ('per_number = "0 per day"', "per_number", "5 per day"),
        ('per_number = "5 per day per ip"', "per_number", "5 per day"),
        ('per_number = "5 per day; 2 per hour"', "per_number", "5 per day"),
        ("per_number = 5", "per_number", "5 per day"),
        ("per_number = true", "per_number", "5 per day"),
        ("min_seconds = 61", "min_seconds", "60 seconds"),
        ("min_seconds = -1", "min_seconds", "duration"),
        ('honeypots = [" fax"]', "honeypots", "blanks"),
        ('links_in_names = "yes"', "links_in_names", "true or false"),
        ("link_in_names = true", "link_in_names", "did you mean links_in_names?"),
    ],
)
def test_a_slip_is_named_with_its_key(line: str, key: str, says: str) -> None:
    found = problems(with_tables(spam=line))

    assert list(found) == [f"spam.{key}"]
    assert says in found[f"spam.{key}"]


# -- captcha -------------------------------------------------------------------------------------------------


def test_altcha_needs_nothing_else() -> None:
    text = with_tables(captcha='provider = "altcha"')

    assert spam_of(text).captcha == Captcha(provider="altcha")
    assert doubts(text) == {}


def test_a_service_is_read_with_its_secrets() -> None:
    text = with_tables(
        captcha='provider = "recaptcha"\nsite_key = "key"\nsecret = ["env:CAPTCHA", "env:CAPTCHA_OLD"]\n'
        'require = true\nmin_score = 0.7\naction = "enquiry"\nhostnames = ["www.example.com"]\n'
        'verify_url = "https://www.recaptcha.net/recaptcha/api/siteverify"'
    )

    assert spam_of(text).captcha == Captcha(
        provider="recaptcha",
        site_key="key",
        secrets=(SECRETS["CAPTCHA"], SECRETS["CAPTCHA_OLD"]),
        require=True,
        min_score=0.7,
        action="enquiry",
        hostnames=("www.example.com",),
        verify_url="https://www.recaptcha.net/recaptcha/api/siteverify",
    )
    assert set(parse_config(text, SECRETS).secrets) >= {SECRETS["CAPTCHA"], SECRETS["CAPTCHA_OLD"]}
    assert SECRETS["CAPTCHA"] not in repr(spam_of(text))


@pytest.mark.parametrize(
    ("lines", "key", "says"),
    [
        ("require = true", "provider", "is missing"),
        ('provider = "altscha"', "provider", "did you mean altcha?"),
        ('provider = "turnstile"', "secret", 'add secret = "env:NAME"'),
        ('provider = "turnstile"\nsecret = "0x4AAA-literal"', "secret", "must not stand in this file"),
        ('provider = "turnstile"\nsecret = []', "secret", "empty list"),
        ('provider = "altcha"\nsecret = "env:CAPTCHA"', "secret", "ALTCHA asks no service"),
        ('provider = "altcha"\nverify_url = "https://x.example/"', "verify_url", "ALTCHA asks no service"),
        ('provider = "none"\nsite_key = "key"', "site_key", "asks nobody"),
        ('provider = "altcha"\ncost = 0', "cost", "from 1 to 100000"),
        ('provider = "hcaptcha"\nsecret = "env:CAPTCHA"\ncost = 9', "cost", "altcha"),
        ('provider = "hcaptcha"\nsecret = "env:CAPTCHA"\naction = "a"', "action", "no actions"),
        ('provider = "turnstile"\nsecret = "env:CAPTCHA"\nmin_score = 0.5', "min_score", "recaptcha"),
        ('provider = "recaptcha"\nsecret = "env:CAPTCHA"\nmin_score = 5', "min_score", "from 0 to 1"),
        ('provider = "recaptcha"\nsecret = "env:CAPTCHA"\nmin_score = true', "min_score", "from 0 to 1"),
        (
            'provider = "recaptcha"\nsecret = "env:CAPTCHA"\nhostnames = ["https://www.example.com"]',
            "hostnames",
            "no scheme",
        ),
        ('provider = "altcha"\ndifficulty = 3', "difficulty", "is not a key"),
    ],
)
def test_a_captcha_that_could_not_work_is_refused(lines: str, key: str, says: str) -> None:
    found = problems(with_tables(captcha=lines))

    assert list(found) == [f"captcha.{key}"]
    assert says in found[f"captcha.{key}"]
    assert "0x4AAA" not in str(found)


@pytest.mark.parametrize(
    ("lines", "key", "says"),
    [
        ('provider = "turnstile"\nsecret = "env:CAPTCHA"', "site_key", "cannot show"),
        (
            'provider = "turnstile"\nsecret = "env:CAPTCHA"\nsite_key = "1x00000000000000000000AA"',
            "site_key",
            "for tests",
        ),
        (
            'provider = "hcaptcha"\nsecret = "env:CAPTCHA"\nsite_key = "10000000-ffff-ffff-ffff-000000000001"',
            "site_key",
            "for tests",
        ),
        ('provider = "turnstile"\nsecret = "env:TEST_SECRET"\nsite_key = "0x4AAAkey"', "secret", "for tests"),
        ('provider = "altcha"\ncost = 50000', "cost", "cheap phone"),
    ],
)
def test_what_is_seldom_meant_is_a_warning(lines: str, key: str, says: str) -> None:
    found = doubts(with_tables(captcha=lines))

    assert list(found) == [f"captcha.{key}"]
    assert says in found[f"captcha.{key}"]


def test_work_that_other_pages_cannot_fetch_must_not_be_required_of_them() -> None:
    text = with_tables(captcha='provider = "altcha"\nrequire = true')
    assert doubts(text) == {}

    alone = text.replace('allowed_origins = ["https://www.example.com"]\n', "")
    assert "hosted form" in doubts(alone)["captcha.require"]


def test_checks_of_a_source_that_is_no_form_are_told() -> None:
    text = with_tables(captcha='provider = "altcha"', source="portal")

    assert 'only read where kind = "form"' in doubts(text)["sources.portal.spam"]
