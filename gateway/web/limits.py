"""Counts requests against limits, in Flask-Limiter's storage or, when that is away, in this process."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import structlog
from flask import Flask, current_app
from flask_limiter import Limiter
from limits.errors import StorageError
from limits.strategies import RateLimiter, SlidingWindowCounterRateLimiter
from redis.backoff import NoBackoff
from redis.retry import Retry

from gateway import metrics
from gateway.web.context import address_key, client_address
from gateway.web.counting import InProcess
from gateway.web.errors import Refusal
from gateway.web.limit_rules import FAILURES, Per, Rule, read_rule
from gateway.web.portions import Portion, largest_portion

log = structlog.get_logger("gateway.limits")

STRATEGY = "sliding-window-counter"
ASK_AGAIN = 5.0  # seconds the shared storage is left alone after it failed
MOST_PORTIONS = 10_000
PATIENCE = 0.2  # seconds a count may take, about what a busy process needs to notice an answer
_FAILURES = (read_rule(FAILURES),)


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """Where a caller stands with one rule."""

    rule: Rule
    remaining: int
    reset: int  # seconds until there is more

    @property
    def told(self) -> str:
        return f'"{self.rule.name}";r={self.remaining};t={self.reset}'


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """What came of counting a request: with every rule, or with the one that it breaks."""

    rules: tuple[Rule, ...]
    standings: tuple[Standing, ...]
    broken: Rule | None = None

    @property
    def exceeded(self) -> bool:
        return self.broken is not None

    def headers(self) -> dict[str, str]:
        """draft-ietf-httpapi-ratelimit-headers-10, and Retry-After where it is due."""
        found = {
            "RateLimit-Policy": ", ".join(rule.policy for rule in self.rules),
            "RateLimit": ", ".join(each.told for each in self.standings),
        }
        return found if self.broken is None else found | {"Retry-After": str(self.standings[0].reset)}


class Limits:
    """The counters of one app. They never fail a request: without their storage they count here."""

    def __init__(self, url: str) -> None:
        self._shared = _open(url)
        self._here: RateLimiter = SlidingWindowCounterRateLimiter(InProcess())
        self._away_until = float("-inf")
        self._portions: dict[tuple[str, str, str], Portion] = {}

    def count(self, rules: tuple[Rule, ...], source: str, *, key: str = "", cost: int = 1) -> Counted | None:
        """Count one request, or `cost` leads; None when nothing limits it."""
        if not rules:
            return None
        for rule in rules:
            who = _who(rule, key)
            if not self._spend(rule, source, who, cost):
                metrics.rate_limited(f"{source}:{rule.name}")
                log.info("rate.exceeded", source=source, policy=rule.name)
                left = self._standing(rule, source, who, exceeded=cost == 1)
                return Counted(rules=rules, standings=(left,), broken=rule)
        found = tuple(self._standing(rule, source, _who(rule, key), exceeded=False) for rule in rules)
        return Counted(rules=rules, standings=found)

    def check(
        self, rules: tuple[Rule, ...], source: str, *, key: str = "", cost: int = 1
    ) -> Mapping[str, str]:
        """Count one request, or `cost` leads, and return the headers to tell; a Refusal when it is too many."""
        counted = self.count(rules, source, key=key, cost=cost)
        if counted is None:
            return {}
        if counted.broken is not None:
            raise Refusal(
                "rate.exceeded",
                headers=counted.headers(),
                members={"violated-policies": [counted.broken.name]},
            )
        return counted.headers()

    def used(self, rule: Rule, source: str, who: str = "all") -> int:
        """How much of a limit is taken now, what processes have taken in advance included; counts nothing."""
        return max(0, rule.item.amount - self._stats(rule, source, who)[1])

    def failed(self) -> None:
        """Somebody did not prove who they are; a Refusal when this address tries too often."""
        self.check(_FAILURES, "failures")

    def _spend(self, rule: Rule, source: str, who: str, cost: int) -> bool:
        """One request: from this process's portion, else from the shared counter. Many: from there, or none."""
        if largest_portion(rule.item.amount) == 1:
            return self._hit(rule, source, who, cost)
        if cost > 1:
            spent = self._hit(rule, source, who, cost)
            self._portion(rule, source, who).standing = self._stats(rule, source, who)
            return spent
        portion, now = self._portion(rule, source, who), time.monotonic()
        if portion.spend(now):
            return True
        wanted = portion.wanted(now)
        if wanted == 0:
            return self._hit(rule, source, who, 1)
        taken = 0
        try:
            for asked in sorted({wanted, 1}, reverse=True):
                if self._hit(rule, source, who, asked):
                    taken = asked
                    portion.standing = self._stats(rule, source, who)
                    break
        finally:
            portion.put(taken, now)
        return taken > 0

    def _portion(self, rule: Rule, source: str, who: str) -> Portion:
        key = (source, rule.name, who)
        portion = self._portions.get(key)
        if portion is None:
            if len(self._portions) >= MOST_PORTIONS:
                self._portions.clear()
            portion = self._portions[key] = Portion(rule.item.amount, rule.item.get_expiry())
        return portion

    def _hit(self, rule: Rule, source: str, who: str, cost: int) -> bool:
        if time.monotonic() >= self._away_until:
            try:
                return self._shared.hit(rule.item, source, rule.per, who, cost=cost)
            except StorageError:
                self._step_aside()
        return self._here.hit(rule.item, source, rule.per, who, cost=cost)

    def _stats(self, rule: Rule, source: str, who: str) -> tuple[float, int]:
        """When there is more, in seconds since the epoch, and how much is left."""
        if time.monotonic() >= self._away_until:
            try:
                return self._shared.get_window_stats(rule.item, source, rule.per, who)
            except StorageError:
                self._step_aside()
        return self._here.get_window_stats(rule.item, source, rule.per, who)

    def _standing(self, rule: Rule, source: str, who: str, *, exceeded: bool) -> Standing:
        portion = None if largest_portion(rule.item.amount) == 1 else self._portion(rule, source, who)
        if exceeded or portion is None:
            reset_at, remaining = self._stats(rule, source, who)
        else:
            reset_at, remaining = portion.standing[0], portion.standing[1] + portion.left
        return Standing(
            rule=rule,
            remaining=0 if exceeded else remaining,
            reset=max(1, math.ceil(reset_at - time.time())),
        )

    def _step_aside(self) -> None:
        self._away_until = time.monotonic() + ASK_AGAIN
        log.warning(
            "limits.storage_away", next_step="counting in this process alone; check GATEWAY_RATELIMIT_URL"
        )


def limits_of_this_app() -> Limits:
    """The counters of the app that answers the current request."""
    return cast("Limits", current_app.extensions["gateway.limits"])


def _open(url: str) -> RateLimiter:
    """Flask-Limiter's strategy over its storage. Its hooks go to an app of their own: they would look for
    decorated views at every request, while here the guards count, after a caller has proved itself."""
    options: dict[str, Any] = {"wrap_exceptions": True}
    if url.startswith("unix://"):  # redis-py's name for it; `limits` has another
        url = f"redis+{url}"
    if url.startswith("redis"):
        options |= {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE}
        options |= {"retry": Retry(NoBackoff(), retries=0)}  # a second try costs a lead more than a count
    limiter = Limiter(
        client_address,
        app=Flask("limits"),
        storage_uri="in-process://" if url == "memory://" else url,
        storage_options=options,
        strategy=STRATEGY,
    )
    return limiter.limiter


def _who(rule: Rule, key: str) -> str:
    if rule.per is Per.IP:
        return address_key(client_address())
    return (key or address_key(client_address())) if rule.per is Per.KEY else "all"
