"""How a source is connected: the address to enter over there, what proves its sender, and how much may come."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.config import GatewayConfig, SourceConfig
from gateway.config.as_toml import lines_of, written
from gateway.config.kinds import KINDS, OPTIONS, Access
from gateway.operating.pasted import path_of
from gateway.sources.base import Door
from gateway.sources.registry import SOURCES
from gateway.web.console.writing import count
from gateway.web.limit_rules import Per, rules_of
from gateway.web.limits import Limits

_AUTH_SECRETS = ("token", "secret", "password")
_REMOVED = "[not shown]"
_HOST = re.compile(r"https?://[^/?#]+")
_WHOM = {Per.IP: "each visitor's address", Per.KEY: "each key", Per.SOURCE: "all its senders together"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Secret:
    """One secret of a source: where it comes from, never what it is."""

    name: str
    references: tuple[str, ...]
    is_set: bool
    what: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Use:
    """One limit, and how much of it is used now; None where it is counted for each sender apart."""

    text: str
    whom: str
    used: int | None
    of: int


def address_of(source: SourceConfig, config: GatewayConfig) -> str:
    """The whole address to enter over there; a token stands in it as a placeholder."""
    address = f"{config.public_url.rstrip('/')}{path_of(source)}"
    access = KINDS[source.kind]
    by_address = access is Access.ADDRESS and SOURCES[source.kind].door is Door.WEBHOOK
    if by_address and source.auth.method == "token" and source.auth.secrets:
        return f"{address}?token=YOUR_TOKEN"
    return address


def secrets_of(source: SourceConfig, raw: Mapping[str, Any]) -> list[Secret]:
    """Every secret this source has or could not do without."""
    return list(_secrets(source, raw))


def _secrets(source: SourceConfig, raw: Mapping[str, Any]) -> Iterator[Secret]:
    named = [name for name in _AUTH_SECRETS if name in raw]
    for name in named:
        yield _secret(name, raw[name], what="proves the sender", is_set=bool(source.auth.secrets))
    if not named and source.auth.secrets:
        yield Secret(name=source.auth.method, references=(), is_set=True, what="proves the sender")
    for option in OPTIONS.get(source.kind, ()):
        if option.secret and (option.name in raw or option.required):
            is_set = bool(source.options.get(option.name))
            yield _secret(option.name, raw.get(option.name), what="asks the platform", is_set=is_set)
    if source.callback is not None:
        yield _secret("callback_secret", raw.get("callback_secret"), what="signs our callbacks", is_set=True)
    if source.spam.captcha.secrets:
        captcha = raw.get("captcha")
        reference = captcha.get("secret") if isinstance(captcha, Mapping) else None
        yield _secret("captcha.secret", reference, what="asks the captcha's service", is_set=True)


def _secret(name: str, reference: Any, *, what: str, is_set: bool) -> Secret:
    given = reference if isinstance(reference, list) else [reference]
    return Secret(
        name=name, references=tuple(each for each in given if isinstance(each, str)), is_set=is_set, what=what
    )


def uses_of(source: SourceConfig, limits: Limits) -> list[Use]:
    """The limits of a source as they count, the shortest first."""
    return [
        Use(
            text=f"{count(rule.item.amount)} in {_window(rule.item.get_expiry())}",
            whom=_WHOM[rule.per],
            used=limits.used(rule, source.name) if rule.per is Per.SOURCE else None,
            of=rule.item.amount,
        )
        for rule in rules_of(source)
    ]


def _window(seconds: int) -> str:
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        if seconds % size == 0:
            number = seconds // size
            return f"a {unit}" if number == 1 and unit != "hour" else f"{number} {unit}{'s' * (number > 1)}"
    return f"{seconds} seconds"


def configuration_of(source: SourceConfig, config: GatewayConfig) -> str:
    """Its part of the file as lines; references to secrets, and nothing that is one. Empty: it is in no file."""
    raw = raw_of(source, config)
    if not raw:
        return ""
    shown = {name: _without_token(name, value) for name, value in raw.items()}
    text = lines_of(f"sources.{source.name}", shown)
    for secret in sorted(config.secrets, key=len, reverse=True):
        text = text.replace(secret, _REMOVED) if secret else text
    return text


def raw_of(source: SourceConfig, config: GatewayConfig) -> Mapping[str, Any]:
    """Its table as it is written; empty where it is in no file."""
    sources = config.raw.get("sources")
    raw = sources.get(source.name) if isinstance(sources, Mapping) else None
    return raw if isinstance(raw, Mapping) else {}


def rotation_line(secret: Secret) -> str:
    """The line while both are good: the new one first."""
    old = secret.references[0] if secret.references else "env:OLD_SECRET"
    name = secret.name.rpartition(".")[2]
    return f"{name} = {written(['env:NEW_SECRET', old])}"


def _without_token(name: str, value: Any) -> Any:
    """A partner may keep a token in the address that is called back, after its host."""
    if name == "callback_url" and isinstance(value, str) and (host := _HOST.match(value)):
        return f"{host[0]}/{_REMOVED}" if host[0] != value else value
    return value
