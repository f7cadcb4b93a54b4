"""What the sender of one source must know, read from its live configuration: no secret is among it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.config import GatewayConfig, SourceConfig
from gateway.config.kinds import KEYED, KINDS, Access
from gateway.sources.base import Door
from gateway.sources.registry import SOURCES
from gateway.web.limit_rules import rules_of
from gateway.web.openapi.lead_fields import lead_fields
from gateway.web.submission.sending import address_of

_PROOFS = {
    "token": "the agreed token in `X-Gateway-Token`, as `Authorization: Bearer …`, or as `?token=…`",
    "basic": "HTTP Basic with the agreed name and password",
    "hmac": "an HMAC-SHA256 of the raw body in `{header}`: `{prefix}` and the signature in {encoding}",
    "github": "an HMAC-SHA256 of the raw body in `{header}`: `{prefix}` and the signature in {encoding}",
    "stripe": "an HMAC-SHA256 over `timestamp.body` in `{header}`: `t=…,v1=…`",
    "standard-webhooks": "`webhook-id`, `webhook-timestamp` and `webhook-signature` after standardwebhooks.com",
    "ip": "nothing to send: your address is one of `{networks}`",
    "none": "nothing: whoever knows the address may send",
    "keys": "an API key: a parameter `key`, `X-Api-Key`, `Authorization: Bearer …`, or the password of Basic",
    "platform": "the platform's own signature or secret",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Fixed:
    """A field the configuration sets."""

    field: str
    value: str
    sender_wins: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """One source, as its sender sees it."""

    source: SourceConfig
    url: str
    method: str
    proof: str
    has_keys: bool
    fixed: tuple[Fixed, ...]
    limits: tuple[str, ...]
    lists: tuple[str, ...]
    callback: bool

    @property
    def door(self) -> Door:
        return SOURCES[self.source.kind].door


def facts_of(source: SourceConfig, config: GatewayConfig) -> Facts:
    door = SOURCES[source.kind].door
    return Facts(
        source=source,
        url=address_of(source, config.public_url),
        method="GET or POST" if door is Door.DROP_IN else "POST",
        proof=_proof(source),
        has_keys=KINDS[source.kind] in KEYED and source.auth.method != "standard-webhooks",
        fixed=tuple(_fixed(source)),
        limits=tuple(
            _limit(rule.item.amount, rule.item.get_expiry(), rule.per.value) for rule in rules_of(source)
        ),
        lists=_lists(source),
        callback=source.callback is not None,
    )


def field_rows(source: SourceConfig) -> tuple[tuple[str, str, str], ...]:
    """Name, other names, and rule of each field a partner may send."""
    taken = {fixed.field for fixed in _fixed(source) if not fixed.sender_wins}
    rows = []
    for each in lead_fields():
        words = f"{each.description} At most {each.longest} characters."
        if each.dialer_name in taken:
            words += " Set for this source: what you send is set aside, with a warning."
        rows.append((f"`{each.name}`", ", ".join(f"`{alias}`" for alias in each.aliases), words))
    return tuple(rows)


def window(seconds: float) -> str:
    """A length of time for people."""
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        if seconds >= size and seconds % size == 0:
            number = int(seconds // size)
            return f"{number} {unit}{'' if number == 1 else 's'}"
    return f"{seconds:g} seconds"


def is_platform(source: SourceConfig) -> bool:
    """Whether a platform sends in words of its own, and is pointed here rather than programmed."""
    return KINDS[source.kind] in (Access.PLATFORM, Access.ADDRESS)


def _proof(source: SourceConfig) -> str:
    auth, access = source.auth, KINDS[source.kind]
    if access is Access.OPEN:
        return _origins(source)
    if access is Access.API_KEY and auth.method != "standard-webhooks":
        return "an API key: `Authorization: Bearer …` or `X-Api-Key: …`"
    if access is Access.PLATFORM and auth.method not in ("hmac", "stripe", "standard-webhooks"):
        return _PROOFS["platform"]
    words = _PROOFS.get(auth.method, _PROOFS["platform"]).format(
        header=auth.signature_header,
        prefix=auth.signature_prefix,
        encoding=auth.signature_encoding,
        networks=" ".join(auth.networks),
    )
    if access is Access.API_KEY:
        return f"`X-Gateway-Source: {source.name}`, {words}"
    if access is Access.KEY_OR_ADDRESS and auth.networks:
        return f"{words}; from `{' '.join(auth.networks)}` no key is needed"
    return words


def _origins(source: SourceConfig) -> str:
    if not source.allowed_origins:
        return "nothing: any website may post to it"
    return "nothing, from a page of " + ", ".join(f"`{origin}`" for origin in source.allowed_origins)


def _fixed(source: SourceConfig) -> Iterator[Fixed]:
    for field, value in source.constants.items():
        yield Fixed(field=field, value=value, sender_wins=field in source.trust)


def _limit(amount: int, seconds: int, per: str) -> str:
    whom = {"ip": "for each address", "key": "for each key", "source": "for all senders together"}[per]
    return f"{amount:,} requests in {window(seconds)}, {whom}"


def _lists(source: SourceConfig) -> tuple[str, ...]:
    return tuple(dict.fromkeys((source.list_id, *source.lists)))
