"""Code to copy that puts one source's form on a website: HTML, script, React, WordPress and curl."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from string import Template
from types import MappingProxyType

from gateway.config import SourceConfig
from gateway.config.spam_tables import ALTCHA, RECAPTCHA
from gateway.web import snippet_fields
from gateway.web.snippet_fields import Control, controls_of


class Style(StrEnum):
    """The ways to put a form on a website, the simplest first."""

    HTML = "html"
    EMBED = "embed"
    HOSTED = "hosted"
    FETCH = "fetch"
    REACT = "react"
    CONTACT_FORM_7 = "contact-form-7"
    ELEMENTOR = "elementor"
    CURL = "curl"


@dataclass(frozen=True, kw_only=True, slots=True)
class Snippet:
    """One piece of code and where it belongs."""

    style: Style
    title: str
    where: str
    code: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Recipe:
    title: str
    where: str
    files: tuple[str, ...]  # of templates/snippets, one after the other


_RECIPES: Mapping[Style, _Recipe] = MappingProxyType(
    {
        Style.HTML: _Recipe(
            title="Plain HTML",
            where="Any page. Have a form already? Change its action to this address; that is all.",
            files=("html.html",),
        ),
        Style.EMBED: _Recipe(
            title="Your own form with embed.js",
            where="Your form keeps its look and stays on its page: messages at the fields, nothing sent twice. "
            "Without JavaScript it still works.",
            files=("embed.html",),
        ),
        Style.HOSTED: _Recipe(
            title="Our form inside your page",
            where="Two lines; fields and words come from the configuration. In WordPress: a block “Custom HTML”.",
            files=("hosted.html",),
        ),
        Style.FETCH: _Recipe(
            title="JavaScript with fetch",
            where="Where your own script sends the form.",
            files=("fetch.html", "fetch.js"),
        ),
        Style.REACT: _Recipe(
            title="React",
            where="A component without dependencies; Next.js wants “use client” as its first line.",
            files=("react.jsx",),
        ),
        Style.CONTACT_FORM_7: _Recipe(
            title="WordPress, Contact Form 7",
            where="A file of its own in wp-content/mu-plugins. The names your-name, your-email, your-message and "
            "tel-123 are understood. All visitors come from the web server's address: limit the source as a whole.",
            files=("contact-form-7.php",),
        ),
        Style.ELEMENTOR: _Recipe(
            title="WordPress, Elementor Pro",
            where="No code. All visitors come from the web server's address: limit the source as a whole.",
            files=("elementor.txt",),
        ),
        Style.CURL: _Recipe(
            title="curl",
            where="A first try from a terminal. It makes a real lead.",
            files=("curl.sh",),
        ),
    }
)

_FIELDS: Mapping[Style, Callable[[SourceConfig, tuple[Control, ...]], str]] = MappingProxyType(
    {Style.REACT: snippet_fields.as_jsx, Style.CURL: snippet_fields.as_curl}
)


def snippets(source: SourceConfig, public_url: str) -> tuple[Snippet, ...]:
    """Every way, the simplest first."""
    return tuple(snippet(source, public_url, style) for style in Style)


def snippet(source: SourceConfig, public_url: str, style: Style) -> Snippet:
    """The code of one way, complete: it works as it is pasted."""
    recipe = _RECIPES[style]
    form_url = f"{public_url.rstrip('/')}/forms/{source.name}"
    controls = controls_of(source)
    known = {
        "source": source.name,
        "form_url": form_url,
        "php_form_url": f"'{form_url}'",
        "script_url": f"{form_url}/embed.js",
        "labels": ", ".join(control.name.replace("_", " ").capitalize() for control in controls),
        "fields": _FIELDS.get(style, snippet_fields.as_html)(source, controls),
    }
    code = "\n".join(_Code(_text(name)).substitute(known) for name in recipe.files)
    return Snippet(style=style, title=recipe.title, where=recipe.where, code=code)


def remarks(source: SourceConfig) -> tuple[str, ...]:
    """What a developer should know about this source before wondering."""
    found = []
    if not source.allowed_origins:
        found.append(
            "Scripts of websites may not read the answer yet. Add the website, such as "
            f'allowed_origins = ["https://www.example.com"], to [sources.{source.name}]. '
            "Plain HTML works without it."
        )
    found.extend(_about_proof(source))
    return tuple(found)


def _about_proof(source: SourceConfig) -> Iterator[str]:
    captcha = source.spam.captcha
    if captcha.provider == RECAPTCHA and captcha.action:
        yield (
            f"Your page must ask {captcha.provider} for a token of the action {captcha.action} when the form is sent, "
            "and send it as g-recaptcha-response. The form inside your page does that by itself."
        )
    if captcha.require and captcha.provider == ALTCHA:
        yield (
            "This form insists on proof of work, which only embed.js and the form inside your page bring along. "
            "What comes any other way is kept in quarantine until somebody releases it."
        )
    elif captcha.require:
        yield (
            f"This form insists on an answer of {captcha.provider}. React, Contact Form 7, Elementor and curl bring "
            "none along: what they send is kept in quarantine until somebody releases it."
        )


# -- texts ---------------------------------------------------------------------------------------------------


class _Code(Template):
    """$ and {} are part of the languages these texts are written in."""

    delimiter = "@"


@cache
def _text(name: str) -> str:
    return (_place() / name).read_text(encoding="utf-8")


def _place() -> Path:
    """Inside an installed package, beside the package in the source tree."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "templates" / "snippets"
    return inside if inside.is_dir() else package.parent / "templates" / "snippets"
