"""The fields of a form in the language of each way to copy it: HTML, JSX and curl."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from html import escape
from types import MappingProxyType

from gateway.config import Form, SourceConfig
from gateway.config.model import Captcha
from gateway.web.consent_box import FIELD as CONSENT
from gateway.web.wording import words_in


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

# Services whose script fills a place in the form: the class of the place, and the script.
_PLACES = MappingProxyType(
    {
        "turnstile": ("cf-turnstile", "https://challenges.cloudflare.com/turnstile/v0/api.js"),
        "hcaptcha": ("h-captcha", "https://js.hcaptcha.com/1/api.js"),
        "recaptcha": ("g-recaptcha", "https://www.google.com/recaptcha/api.js"),
    }
)


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


def as_html(source: SourceConfig, controls: tuple[Control, ...]) -> str:
    return "\n".join([*_markup(source, controls, _html_text, jsx=False), *_captcha(source.spam.captcha)])


def as_jsx(source: SourceConfig, controls: tuple[Control, ...]) -> str:
    return "\n".join(f"    {line}" for line in _markup(source, controls, _jsx_text, jsx=True))


def as_curl(source: SourceConfig, controls: tuple[Control, ...]) -> str:
    sent = {control.name: control.example for control in controls}
    if source.consent_text:
        sent[CONSENT] = "yes"
    return " \\\n".join(f"  --data-urlencode {shlex.quote(f'{name}={text}')}" for name, text in sent.items())


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


def _captcha(captcha: Captcha) -> Iterator[str]:
    """The place that a captcha service fills by itself; an action means that the page has to ask for it."""
    if captcha.provider in _PLACES and not (captcha.provider == "recaptcha" and captcha.action):
        place, script = _PLACES[captcha.provider]
        given = _attributes(
            jsx=False,
            **{"class": place, "data-sitekey": captcha.site_key, "data-action": captcha.action or ""},
        )
        yield f"  <div{given}></div>"
        yield f'  <script src="{script}" async defer></script>'


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
