"""A whole, good configuration, and how a test spoils one line of it."""

from __future__ import annotations

from gateway.config import ConfigError, parse_config

ENVIRON = {"DIALER_PASSWORD": "dialer-password-1", "PORTAL_TOKEN": "portal-token-of-24-chars", "EMPTY": " "}

GOOD = """
[gateway]
public_url = "https://leads.example.com"
region = "IN"
trusted_proxies = 1

[lead_sources]
olx = "OLX"

[dialers.main]
url = "https://dialer.example/elision-dialer/elision-api/main.php"
method = "POST"
password = "env:DIALER_PASSWORD"
source = "gateway"
timeout = 30
on_unknown = "hold"

[sources.website]
kind = "form"
dialer = "main"
list_id = "25062018"
lead_source = "Website"
wait = 5
dedupe = "10m"
limits = ["5 per minute per ip", "200 per minute"]
allowed_origins = ["https://www.example.com"]
thanks_url = "https://www.example.com/thanks"
consent_text = "I agree to be called about my enquiry."

[sources.website.form]
fields = ["CustomerName", "MobileNo", "EnquiryType"]

[[sources.website.routes]]
when = { EnquiryType = "Service" }
list_id = "25062020"

[sources.portal]
kind = "generic"
dialer = "main"
list_id = "25062018"
auth = "token"
token = "env:PORTAL_TOKEN"

[sources.portal.fields]
MobileNo = "contact.phone"
CustomerName = "join(' ', [contact.first, contact.last])"
"""


def spoilt(line: str, instead: str) -> str:
    """GOOD with one line replaced; a test that names a line which is not there fails here."""
    assert GOOD.count(f"{line}\n") == 1, line
    return GOOD.replace(f"{line}\n", f"{instead}\n")


def problems_of(text: str) -> dict[str, str]:
    """Key → message of everything that is wrong with a configuration."""
    try:
        parse_config(text, ENVIRON)
    except ConfigError as error:
        return {problem.key: problem.message for problem in error.problems}
    return {}
