"""What is allowed in a configuration but seldom meant: the warnings of `gateway check`."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from urllib.parse import urlsplit

from gateway.config.drop_in_tables import drop_in_doubts
from gateway.config.kinds import KINDS, Access
from gateway.config.model import Callback, DialerConfig, GatewayConfig, OnUnknown, SourceConfig, Spam
from gateway.config.problems import ConfigProblem
from gateway.config.spam_tables import spam_doubts

SECRET_AT_LEAST = 16  # characters
LIST_ID_AT_MOST = 12  # digits in the document's tables; its error message speaks of 14


def config_warnings(config: GatewayConfig) -> tuple[ConfigProblem, ...]:
    return tuple(_all(config))


def _all(config: GatewayConfig) -> Iterator[ConfigProblem]:
    if urlsplit(config.public_url).scheme == "http" and not is_loopback(config.public_url):
        yield _doubt(
            "gateway.public_url", "is http: browsers warn before they send a phone number that way; use https"
        )
    if urlsplit(config.public_url).scheme == "https" and config.trusted_proxies == 0:
        yield _doubt(
            "gateway.trusted_proxies",
            "is 0, yet something in front must speak https: set 1, or all visitors count as one",
        )
    used = {source.dialer for source in config.sources.values()}
    used |= {route.dialer for source in config.sources.values() for route in source.routes if route.dialer}
    for dialer in config.dialers.values():
        yield from _dialer(dialer, used=dialer.name in used)
    for source in config.sources.values():
        yield from _source(source)
        if source.kind == "elision":
            for message in drop_in_doubts(source, behind_a_proxy=not is_loopback(config.public_url)):
                yield _doubt(f"sources.{source.name}.networks", message)


def _dialer(dialer: DialerConfig, *, used: bool) -> Iterator[ConfigProblem]:
    key = f"dialers.{dialer.name}"
    if not used:
        yield _doubt(key, "gets no leads: no source and no route names it")
    if urlsplit(dialer.url).scheme == "http" and not is_loopback(dialer.url):
        yield _doubt(
            f"{key}.url", "is http: names and numbers travel readable; use https or a tunnel to the dialer"
        )
    if dialer.method == "GET":
        yield _doubt(f"{key}.method", "is GET: names and numbers then stand in the dialer's access log")
    if dialer.on_unknown is OnUnknown.RESEND:
        yield _doubt(f"{key}.on_unknown", "is resend: after a lost answer a person can be called twice")
    if dialer.max_per_second == 0:
        yield _doubt(f"{key}.max_per_second", "is 0, no cap: a backlog goes to the dialer as fast as it can")


def _source(source: SourceConfig) -> Iterator[ConfigProblem]:
    key = f"sources.{source.name}"
    yield from _lists(source, key)
    access = KINDS[source.kind]
    if access in (Access.CHOSEN, Access.ADDRESS) and source.auth.method == "none":
        yield _doubt(f"{key}.auth", "is none: whoever knows the address can make leads; use token or hmac")
    if any(len(secret) < SECRET_AT_LEAST for secret in source.auth.secrets):
        yield _doubt(
            f"{key}.auth", f"has a secret of fewer than {SECRET_AT_LEAST} characters: make a longer one"
        )
    if access is Access.OPEN:
        yield from _form(source, key)
    if access is not Access.OPEN and source.form is not None:
        yield _doubt(f"{key}.form", 'is only read where kind = "form"')
    if access is not Access.OPEN and source.spam != Spam():
        yield _doubt(f"{key}.spam", 'with captcha is only read where kind = "form"')
    if source.call_now is not None and (access is not Access.OPEN or source.thanks_url):
        yield _doubt(
            f"{key}.call_now",
            'is never offered: our own thank-you page has the button, so it wants kind = "form" and no thanks_url',
        )
    if source.callback is not None:
        yield from _callback(source.callback, f"{key}.callback_url")
    if source.kind != "generic" and source.records:
        yield _doubt(f"{key}.records", 'is only read where kind = "generic"')


def _callback(callback: Callback, key: str) -> Iterator[ConfigProblem]:
    if urlsplit(callback.url).scheme == "http" and not is_loopback(callback.url):
        yield _doubt(key, "is http: what becomes of leads travels readable; use https")
    if any(int(network.partition("/")[2] or 32) == 0 for network in callback.networks):
        yield _doubt(key, "may lead anywhere inside: name the networks you mean in callback_networks")


def _form(source: SourceConfig, key: str) -> Iterator[ConfigProblem]:
    for name, message in spam_doubts(source):
        yield _doubt(f"{key}.{name}", message)
    if not source.consent_text:
        yield _doubt(f"{key}.consent_text", "is missing: a person who is called should have agreed to it")
    elif source.form:
        for language in source.form.languages[1:]:  # consent_text is in the first
            if "form.consent" not in source.form.texts.get(language, {}):
                yield _doubt(
                    f"{key}.form.texts.{language}",
                    "has no consent: who reads the form in this language agrees to consent_text in another",
                )
    if not any(limit.endswith(" per ip") for limit in source.limits):
        yield _doubt(
            f"{key}.limits",
            'has no limit per visitor: add for example limits = ["5 per minute per ip", "200 per minute"]',
        )


def _lists(source: SourceConfig, key: str) -> Iterator[ConfigProblem]:
    lists = {f"{key}.list_id": source.list_id}
    lists |= {f"{key}.lists[{i}]": list_id for i, list_id in enumerate(source.lists)}
    lists |= {f"{key}.routes[{i}].list_id": route.list_id or "" for i, route in enumerate(source.routes)}
    for place, list_id in lists.items():
        if len(list_id) > LIST_ID_AT_MOST:
            yield _doubt(
                place,
                f"has {len(list_id)} digits: the dialer's document allows 12 in one place and 14 in another",
            )


def is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _doubt(key: str, message: str) -> ConfigProblem:
    return ConfigProblem(key=key, message=message)
