"""What each captcha needs on our own page: its script, its place in the form, and the hosts it talks to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import quote

from flask import url_for

from gateway.config import SourceConfig
from gateway.config.model import Captcha

# Answers of one page view. A form that is shown again asks for a new one.
ANSWERS = frozenset(
    {"altcha", "cf-turnstile-response", "h-captcha-response", "g-recaptcha-response", "recaptcha_token"}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Widget:
    """One captcha on a page."""

    scripts: tuple[str, ...]
    place: str = ""  # class of the element that the script fills; empty: it fills none
    site_key: str = ""
    action: str = ""  # asked for by our script at the moment of sending
    place_action: str = ""  # asked for by the script of the service
    challenge: str = ""  # where its script gets the work to do
    hosts: tuple[str, ...] = ()  # where its scripts, frames, styles and requests are

    def directives(self) -> dict[str, str]:
        """What the page's policy must allow beside our own scripts."""
        hosts = " ".join(self.hosts)
        return {"script-src": hosts, "frame-src": hosts, "style-src": hosts, "connect-src": f"'self' {hosts}"}


def widget_of(source: SourceConfig) -> Widget | None:
    captcha = source.spam.captcha
    make = _WIDGETS.get(captcha.provider)
    return make(source, captcha) if make else None


def _altcha(source: SourceConfig, _captcha: Captcha) -> Widget:
    return Widget(scripts=("/forms/proof.js",), challenge=f"/forms/{source.name}/challenge")


def _turnstile(source: SourceConfig, captcha: Captcha) -> Widget:
    # https://developers.cloudflare.com/turnstile/reference/content-security-policy/
    return Widget(
        scripts=("https://challenges.cloudflare.com/turnstile/v0/api.js", _ours(source)),
        place="cf-turnstile",
        site_key=captcha.site_key,
        place_action=captcha.action or "",
        hosts=("https://challenges.cloudflare.com",),
    )


def _hcaptcha(source: SourceConfig, captcha: Captcha) -> Widget:
    # https://docs.hcaptcha.com/#content-security-policy-settings
    return Widget(
        scripts=("https://js.hcaptcha.com/1/api.js", _ours(source)),
        place="h-captcha",
        site_key=captcha.site_key,
        hosts=("https://hcaptcha.com", "https://*.hcaptcha.com"),
    )


def _recaptcha(source: SourceConfig, captcha: Captcha) -> Widget:
    # https://developers.google.com/recaptcha/docs/faq (content security policy)
    api = "https://www.google.com/recaptcha/api.js"
    is_third_version = bool(captcha.action)
    query = f"?render={quote(captcha.site_key, safe='')}" if is_third_version else ""
    return Widget(
        scripts=(api + query, _ours(source)),
        place="" if is_third_version else "g-recaptcha",
        site_key=captcha.site_key,
        action=captcha.action or "",
        hosts=("https://www.google.com/recaptcha/", "https://www.gstatic.com/recaptcha/"),
    )


def _ours(source: SourceConfig) -> str:
    return url_for("forms.script", source_name=source.name, name="captcha")


_WIDGETS: Mapping[str, Callable[[SourceConfig, Captcha], Widget]] = MappingProxyType(
    {"altcha": _altcha, "turnstile": _turnstile, "hcaptcha": _hcaptcha, "recaptcha": _recaptcha}
)
