"""Code to copy that puts one source's form on a website: HTML, script, React, WordPress and curl."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, partial
from html import escape
from pathlib import Path
from string import Template
from types import MappingProxyType

from gateway.config import Form, SourceConfig
from gateway.web.consent_box import FIELD as CONSENT
from gateway.web.wording import words_in


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
class Control:
    """One field of the form as a web developer would write it."""

    name: str
    label: str
    type: str = "text"  # an input's type, or select or textarea
    complete: str = ""  # autocomplete
    options: tuple[str, ...] = ()
    required: bool = False
    example: str = ""


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

# The dialer's field → what web pages usually call it, and what a browser can fill in by itself.
_USUAL: Mapping[str, Control] = MappingProxyType(
    {
        "CustomerName": Control(name="name", label="Your name", complete="name", example="Asha Verma"),
        "MobileNo": Control(
            name="phone", label="Mobile number", type="tel", complete="tel", example="98765 43210"
        ),
        "EnquiryType": Control(name="enquiry_type", label="What is it about?", example="Sales"),
        "email": Control(
            name="email", label="Email", type="email", complete="email", example="asha@example.com"
        ),
        "message": Control(
            name="message", label="Your message", type="textarea", example="Please call after six"
        ),
    }
)
_ASKED_OTHERWISE = ("CustomerName", "MobileNo", "message")  # a source without a hosted form
HONEYPOT = "_gotcha"


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
        "fields": _FIELDS.get(style, _html_fields)(source, controls),
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
    if source.spam.captcha.require:
        found.append(
            "This form insists on a proof that a person filled it in: only embed.js and the form inside your page "
            "bring one along. What comes any other way is kept in quarantine until somebody releases it."
        )
    return tuple(found)


def controls_of(source: SourceConfig) -> tuple[Control, ...]:
    """The fields this source asks for."""
    form = source.form or Form(fields=_ASKED_OTHERWISE)
    return tuple(_control(source, form, field) for field in form.fields)


def _control(source: SourceConfig, form: Form, field: str) -> Control:
    usual = _USUAL.get(field) or Control(name=field, label=field.replace("_", " ").capitalize(), example="…")
    options = form.options.get(field, ())
    return Control(
        name=usual.name,
        label=words_in(source, form.languages[0]).find(f"form.labels.{field}") or usual.label,
        type="select" if options else usual.type,
        complete=usual.complete,
        options=options,
        required=field in form.required,
        example=options[0] if options else usual.example,
    )


# -- fields in the language of each way ----------------------------------------------------------------------


def _html_fields(source: SourceConfig, controls: tuple[Control, ...]) -> str:
    return "\n".join(_markup(source, controls, _html_text, jsx=False))


def _jsx_fields(source: SourceConfig, controls: tuple[Control, ...]) -> str:
    return "\n".join(f"    {line}" for line in _markup(source, controls, _jsx_text, jsx=True))


def _curl_fields(source: SourceConfig, controls: tuple[Control, ...]) -> str:
    sent = {control.name: control.example for control in controls}
    if source.consent_text:
        sent[CONSENT] = "yes"
    return " \\\n".join(f"  --data-urlencode {shlex.quote(f'{name}={text}')}" for name, text in sent.items())


_FIELDS: Mapping[Style, Callable[[SourceConfig, tuple[Control, ...]], str]] = MappingProxyType(
    {Style.REACT: _jsx_fields, Style.CURL: _curl_fields}
)


def _markup(
    source: SourceConfig, controls: tuple[Control, ...], text: Callable[[str], str], *, jsx: bool
) -> Iterator[str]:
    attributes = partial(_attributes, jsx=jsx)
    close = " />" if jsx else ">"
    for control in controls:
        yield f"  <label>{text(control.label)}"
        yield from (f"    {line}" for line in _element(control, text, attributes, close))
        yield "  </label>"
    if source.consent_text:
        box = attributes(type="checkbox", name=CONSENT, value="yes", required=source.consent_required)
        yield f"  <label><input{box}{close} {text(source.consent_text)}</label>"
    trap = attributes(name=HONEYPOT, tabindex="-1", autocomplete="off")
    yield f"  <p hidden><label>Leave this empty <input{trap}{close}</label></p>"


def _element(
    control: Control, text: Callable[[str], str], attributes: Callable[..., str], close: str
) -> Iterator[str]:
    if control.options:
        yield f"<select{attributes(name=control.name, required=control.required)}>"
        yield f'  <option value="">{text("Please choose")}</option>'
        for option in control.options:
            yield f"  <option>{text(option)}</option>"
        yield "</select>"
    elif control.type == "textarea":
        yield f"<textarea{attributes(name=control.name, rows='4', required=control.required)}></textarea>"
    else:
        kind = "" if control.type == "text" else control.type
        given = attributes(
            name=control.name, type=kind, autocomplete=control.complete, required=control.required
        )
        yield f"<input{given}{close}"


def _attributes(*, jsx: bool, **given: str | bool) -> str:
    """In the order given; empty ones and False are left out."""
    names = {"tabindex": "tabIndex", "autocomplete": "autoComplete"} if jsx else {}
    return "".join(
        f" {names.get(name, name)}" + ("" if value is True else f'="{escape(str(value))}"')
        for name, value in given.items()
        if value
    )


def _html_text(text: str) -> str:
    return escape(text, quote=False)


def _jsx_text(text: str) -> str:
    """Plain words stand as they are; anything JSX could read as code goes into a string."""
    plain = not any(char in text for char in "{}<>&\\") and text.strip() == text
    return text if plain else f"{{{json.dumps(text, ensure_ascii=False)}}}"


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
