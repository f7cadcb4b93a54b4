"""Any HTML form on any site: its fields without the names form services reserve, and what those names say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.config import SourceConfig
from gateway.leads.lead import Submission
from gateway.sources.base import Inbound
from gateway.sources.body import read_fields
from gateway.sources.partner import mapped

# A person never sees these, so a program filled them. Names a real form may use ("website") are not here.
TRAPS = frozenset({"_gotcha", "_honey", "_honeypot", "bot-field", "botcheck", "honeypot"})
REDIRECTS = ("_next", "_redirect", "redirect", "redirect_to", "return_url", "returl")
PAGES = ("_url", "_wp_http_referer")
CONTROLS = frozenset(
    {
        "submit",
        "max_file_size",
        "csrf_token",
        "utf8",
        "authenticity_token",
        "form-name",
        "access_key",
        "apikey",
    }
    | {
        "g-recaptcha-response",
        "h-captcha-response",
        "cf-turnstile-response",
        "frc-captcha-response",
        "altcha",
    }
    | {"recaptcha_response", "recaptcha_token", "ccemail", "from_name", "replyto", "webhook", "referer_title"}
    | {"queried_id", "post_id"}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Filled:
    """A form as the visitor filled it, and what its reserved fields ask for."""

    fields: Mapping[str, Any]  # what belongs to the enquiry
    typed: Mapping[str, Any]  # everything, to show it again
    redirect: str
    page_url: str
    trapped: bool


def verify(_source: SourceConfig, _inbound: Inbound) -> None:
    """A public form proves nothing; limits, origins and traps stand in front of it."""


def parse(source: SourceConfig, inbound: Inbound) -> list[Submission]:
    return [submission_of(source, fill(inbound))]


def submission_of(source: SourceConfig, filled: Filled) -> Submission:
    return mapped(source, filled.fields, page_url=filled.page_url)


def fill(inbound: Inbound) -> Filled:
    """Read a form post; raises Unreadable."""
    typed = read_fields(inbound, plain_text=True, repeats=True)
    reserved = {name.lower(): value for name, value in typed.items() if isinstance(value, str)}
    return Filled(
        fields={name: value for name, value in typed.items() if not _is_reserved(name)},
        typed=typed,
        redirect=_first(reserved, REDIRECTS),
        page_url=_first(reserved, PAGES) or inbound.header("referer"),
        trapped=any(str(typed[name]).strip() for name in typed if name.lower() in TRAPS),
    )


def _is_reserved(name: str) -> bool:
    lower = name.lower()
    return lower.startswith("_") or lower in CONTROLS or lower in TRAPS or lower in REDIRECTS


def _first(fields: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((fields[name] for name in names if fields.get(name)), "")
