"""Reads `[sources.NAME.spam]` and `[sources.NAME.captcha]`: what makes an enquiry of a form suspicious."""

from __future__ import annotations

import re
from collections.abc import Iterator

import limits

from gateway.config.model import Captcha, SourceConfig, Spam
from gateway.config.table import Table
from gateway.config.values import ValueProblemError, duration, http_url

NONE, ALTCHA, HCAPTCHA, RECAPTCHA = "none", "altcha", "hcaptcha", "recaptcha"
PROVIDERS = (NONE, ALTCHA, "turnstile", HCAPTCHA, RECAPTCHA)
DEFAULT = Spam()
NO_CAPTCHA = Captcha()
LONGEST_FILL = 60.0  # seconds; more would quarantine people
COSTLY = 20_000  # iterations of one try; a cheap phone then needs the better part of a minute
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")
_SEVERAL = re.compile(r"[;,|]")  # between limits, of which only the first would count
_OF_SERVICES = ("site_key", "secret", "action", "hostnames", "verify_url", "min_score")
# Published by the services for tests: they let everybody in, or nobody.
_TEST_SITE_KEYS = (
    "1x00000000000000000000",
    "2x00000000000000000000",
    "3x00000000000000000000",
    "10000000-ffff-ffff-ffff-000000000001",
    "20000000-ffff-ffff-ffff-000000000002",
    "30000000-ffff-ffff-ffff-000000000003",
    "6LeIxAcTAAAAAJcZVRqyHh71UMIEGNQ_MXjiZKhI",
)
_TEST_SECRETS = (
    "1x0000000000000000000000000000000",
    "2x0000000000000000000000000000000",
    "3x0000000000000000000000000000000",
    "0x0000000000000000000000000000000000000000",
    "6LeIxAcTAAAAAGG-vFI1TnRWxMZNFuojJ4WifJWe",
)


def read_spam(source: Table) -> Spam:
    """Both tables; without them a form has the checks that need nothing."""
    captcha = _captcha(source)
    table = source.table("spam")
    if table is None:
        return Spam(captcha=captcha)
    spam = Spam(
        honeypots=table.texts("honeypots", _field_name),
        min_seconds=table.value("min_seconds", DEFAULT.min_seconds, _fill_time),
        per_number=table.value("per_number", DEFAULT.per_number, _rate),
        links_in_names=table.flag("links_in_names", default=DEFAULT.links_in_names),
        repeated_texts=table.flag("repeated_texts", default=DEFAULT.repeated_texts),
        captcha=captcha,
    )
    table.refuse_the_rest()
    return spam


def spam_doubts(source: SourceConfig) -> Iterator[tuple[str, str]]:
    """What is seldom meant: the key below the source's own, and the sentence."""
    captcha = source.spam.captcha
    if captcha.provider not in (NONE, ALTCHA) and not captcha.site_key:
        yield "captcha.site_key", "is missing: the hosted form cannot show the captcha without it"
    if captcha.site_key.startswith(_TEST_SITE_KEYS):
        yield "captcha.site_key", "is a key for tests: it stops nobody; make one of your own at the service"
    if any(secret.startswith(_TEST_SECRETS) for secret in captcha.secrets):
        yield "captcha.secret", "is a secret for tests: it proves nothing; use that of your own site key"
    if captcha.provider == ALTCHA and captcha.cost > COSTLY:
        yield "captcha.cost", f"is above {COSTLY}: a cheap phone works on it for most of a minute"
    if captcha.provider == ALTCHA and captcha.require and not source.allowed_origins:
        yield (
            "captcha.require",
            "with no allowed_origins: only the hosted form can fetch the work; list the other websites there",
        )


# -- captcha -------------------------------------------------------------------------------------------------


def _captcha(source: Table) -> Captcha:
    table = source.table("captcha")
    if table is None:
        return NO_CAPTCHA
    if not table.has("provider"):
        table.problem(
            "provider", f"is missing: say which captcha the form has, one of {', '.join(PROVIDERS)}"
        )
    captcha = Captcha(
        provider=table.choice("provider", NONE, PROVIDERS),
        site_key=table.text("site_key", ""),
        secrets=table.secret_list("secret"),
        require=table.flag("require", default=NO_CAPTCHA.require),
        min_score=table.value("min_score", NO_CAPTCHA.min_score, _score),
        action=table.text("action", None),
        hostnames=table.texts("hostnames", _hostname),
        verify_url=table.text("verify_url", None, http_url),
        cost=table.whole("cost", NO_CAPTCHA.cost, 1, 100_000),
    )
    _judge_together(table, captcha)
    table.refuse_the_rest()
    return captcha


def _judge_together(table: Table, captcha: Captcha) -> None:
    provider = captcha.provider
    if provider in (NONE, ALTCHA):
        why = "ALTCHA asks no service" if provider == ALTCHA else 'provider = "none" asks nobody'
        for name in _OF_SERVICES:
            if table.has(name):
                table.problem(name, f"is not read here: {why}; remove it")
    elif not table.has("secret"):
        table.problem(
            "secret",
            f'is missing: without it {provider} cannot be asked; add secret = "env:NAME" or "file:/path"',
        )
    if provider != ALTCHA and table.has("cost"):
        table.problem("cost", 'is only read with provider = "altcha": remove it')
    if provider not in (NONE, ALTCHA, RECAPTCHA) and table.has("min_score"):
        table.problem("min_score", 'is only read with provider = "recaptcha": remove it')
    if provider == HCAPTCHA and table.has("action"):
        table.problem("action", "is not read with hcaptcha, which knows no actions: remove it")


# -- values --------------------------------------------------------------------------------------------------


def _field_name(value: str) -> str:
    if value != value.strip() or len(value) > 100:
        raise ValueProblemError("must be the name of a form's field, without blanks around it")
    return value


def _fill_time(value: object) -> float:
    seconds = duration(value)
    if seconds > LONGEST_FILL:
        raise ValueProblemError(f"must not be above {LONGEST_FILL:g} seconds: people would be held back")
    return seconds


def _rate(value: object) -> str | None:
    if value is False or value in ("none", "off"):
        return None
    text = " ".join(value.split()) if isinstance(value, str) else ""
    try:
        amount = limits.parse(text).amount
    except ValueError:
        amount = 0
    if amount < 1 or _SEVERAL.search(text):
        raise ValueProblemError('must read like "5 per day" or "2 per hour", or be "none"')
    return text


def _score(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise ValueProblemError("must be a number from 0 to 1: reCAPTCHA v3 gives people scores near 1")
    return float(value)


def _hostname(value: str) -> str:
    if not _HOST.fullmatch(value):
        raise ValueProblemError('must be the host of a page, such as "www.example.com": no scheme, no path')
    return value
