"""Any HTML form on any site: its fields without the names form services reserve, and what those names say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from gateway.config import SourceConfig
from gateway.leads.field_names import RESERVED, unwrapped
from gateway.leads.lead import Submission
from gateway.leads.vocabulary import squeeze
from gateway.sources import mapping
from gateway.sources.base import Inbound
from gateway.sources.body import read_fields

# A person never sees these, so a program filled them. Names a real form may use ("website") are not here.
TRAPS = frozenset({"_gotcha", "_honey", "_honeypot", "_hp", "bot-field", "botcheck", "honeypot"})
REDIRECTS = ("_next", "_redirect", "_redirectto", "redirect", "redirect_to", "return_url", "returl")
PAGES = ("_url", "_wp_http_referer")
_FORM_NAME = "form-name"  # Netlify's: which form of a site it is; what a portal calls so names a campaign
# Forms of Netlify and Web3Forms carry the subject of a mail; elsewhere a visitor may have typed one.
_MAILED = frozenset({"access_key", _FORM_NAME})
_SUBJECT = "subject"
_UNTOUCHED = (None, False, "", "false")  # scripts send an unchecked box like this

# What a mapping may call `message` and `email`, whatever the form calls them; squeezed.
_MESSAGE = """
    message yourmessage msg comment comments yourcomment enquiry inquiry query yourquery requirement requirements
    yourrequirement details description remarks notes textarea संदेश आपकासंदेश
"""
_EMAIL = "email youremail mail emailaddress emailid mailid useremail contactemail ईमेल"
_WORDS: Mapping[str, frozenset[str]] = {
    "message": frozenset(_MESSAGE.split()),
    "email": frozenset(_EMAIL.split()),
}


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
    """The fields as sent; a mapping of the source adds to them and wins."""
    hidden = {squeeze(name) for name in source.spam.honeypots}
    fields = {name: value for name, value in filled.fields.items() if squeeze(name) not in hidden}
    seen = {**_words(fields), **fields} if source.fields else fields
    found, failed = mapping.map_fields(source.fields, seen)
    return Submission(
        fields={**fields, **found},
        key=mapping.find_text(source.key, fields) if source.key else None,
        page_url=filled.page_url,
        extra={"mapping": failed} if failed else {},
    )


def fill(inbound: Inbound) -> Filled:
    """Read a form post; raises Unreadable."""
    typed = read_fields(inbound, plain_text=True, repeats=True)
    reserved = {name.strip().lower(): value for name, value in typed.items() if isinstance(value, str)}
    left_out = {_SUBJECT} if _MAILED & reserved.keys() else set()
    return Filled(
        fields={
            name: value
            for name, value in typed.items()
            if not is_reserved(name) and name.lower() not in left_out
        },
        typed=typed,
        redirect=_first(reserved, REDIRECTS),
        page_url=_page_url(inbound, _first(reserved, PAGES)),
        trapped=any(is_trap(name) and _touched(value) for name, value in typed.items()),
    )


def is_trap(name: str) -> bool:
    """Whether `name` is a field that people never see, at every form."""
    return name.strip().lower() in TRAPS


def is_reserved(name: str) -> bool:
    """Whether `name` belongs to form services, anti-spam or a framework and is never part of a lead."""
    lower = name.strip().lower()
    return lower.startswith("_") or lower == _FORM_NAME or lower in REDIRECTS or squeeze(lower) in RESERVED


def message_of(fields: Mapping[str, Any]) -> str:
    """What the visitor wrote in words of their own; empty when there is no box for it."""
    message = _words(fields).get("message", "")
    return message if isinstance(message, str) else ""


def _touched(value: Any) -> bool:
    return (value.strip().lower() if isinstance(value, str) else value) not in _UNTOUCHED


def _words(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """`message` and `email`, by whatever name they were sent; of several the first counts."""
    found: dict[str, Any] = {}
    for name, value in fields.items():
        spelled = unwrapped(name).rstrip("0123456789")
        for word, spellings in _WORDS.items():
            if spelled in spellings:
                found.setdefault(word, value)
    return found


def _page_url(inbound: Inbound, named: str) -> str:
    """The page as the form named it, else as the browser did; WordPress names only its path."""
    referer, origin = inbound.header("referer"), inbound.header("origin")
    seen = referer or (origin if origin != "null" else "")
    if not named.startswith("/"):
        return named or seen
    try:
        return urljoin(seen, named) if urlsplit(seen).netloc and not named.startswith("//") else seen
    except ValueError:  # the browser's word is anybody's text: brackets that are no IPv6 address
        return ""


def _first(fields: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((fields[name] for name in names if fields.get(name)), "")
