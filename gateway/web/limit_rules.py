"""Reads a source's limits ("5 per minute per ip") and knows what applies where nothing is configured."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from limits import RateLimitItem, parse

from gateway.config import SourceConfig


class Per(StrEnum):
    """Whom a limit counts."""

    IP = "ip"
    KEY = "key"
    SOURCE = "source"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One limit of one source."""

    item: RateLimitItem
    per: Per
    name: str  # as clients read it in RateLimit-Policy

    @property
    def counts_leads(self) -> bool:
        """Whether each row of a batch counts: a rate is kept by requests, a quota of a day or more by leads."""
        return self.item.get_expiry() >= DAY

    @property
    def policy(self) -> str:
        return f'"{self.name}";q={self.item.amount};w={self.item.get_expiry()}'


# By kind of source. An ad platform sends from few addresses and in bursts: its limit is only a fuse.
DEFAULTS = {
    "form": ("10 per minute per ip", "600 per minute"),
    "partner": ("3000 per minute per key",),
    "elision": ("3000 per minute per key",),
}
OTHERWISE = ("6000 per minute",)
DAY = 86400  # seconds
OFF = "none"  # limits = ["none"]: no limit at all

# Guessing keys, tokens and signatures is counted by address, apart from everything that succeeds.
FAILURES = "30 per minute per ip"

_RULE = re.compile(r"(?P<amount>.+?)(?:\s+per\s+(?P<per>ip|key|source))?", re.ASCII | re.IGNORECASE)


def rules_of(source: SourceConfig, of_key: tuple[str, ...] = ()) -> tuple[Rule, ...]:
    """The limits of a source, the shortest window first; a key's own stand in for those its source has per key."""
    return _rules(source.limits or DEFAULTS.get(source.kind, OTHERWISE), of_key)


def read_rule(text: str) -> Rule:
    """One limit; raises ValueError with a sentence when it cannot be read."""
    found = _RULE.fullmatch(text.strip())
    try:
        item = parse(found["amount"]) if found else None
    except ValueError:
        item = None
    if found is None or item is None or item.amount < 1:
        raise ValueError('a limit reads "5 per minute per ip" or "200 per hour", per ip, key or source')
    per = Per((found["per"] or Per.SOURCE).lower())
    return Rule(item=item, per=per, name=f"{per}-{item.get_expiry()}s")


@lru_cache(maxsize=512)
def _rules(texts: tuple[str, ...], of_key: tuple[str, ...]) -> tuple[Rule, ...]:
    rules = [read_rule(text) for text in texts if text.strip().lower() != OFF]
    if of_key:
        own = [read_rule(f"{text} per key") for text in of_key if text != OFF]
        rules = [*own, *(rule for rule in rules if rule.per is not Per.KEY)]
    # What a short limit refuses has then not used up a long one.
    order = list(Per)
    return tuple(sorted(rules, key=lambda rule: (rule.item.get_expiry(), order.index(rule.per))))
