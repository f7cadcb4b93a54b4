"""USE CASE: a person makes, replaces or ends an API key; every problem of the order is named, every deed noted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from gateway.config.values import ValueProblemError, duration, limit, network
from gateway.store import Store
from gateway.store.audit import Deed
from gateway.store.keys import MODES, IssuedKey, issue
from gateway.store.records import ApiKey

LONGEST_LABEL = 80
MOST_LINES = 20
LONGEST_LIFE = 5 * 366 * 86400.0
OVERLAPS = (
    0.0,
    3600.0,
    86400.0,
    7 * 86400.0,
    30 * 86400.0,
)  # seconds an old key goes on beside its successor
_COUNTS_THIS_KEY = 'counts this key: write it without "per ip" or the like'


@dataclass(frozen=True, kw_only=True, slots=True)
class By:
    """Who does it, and from where."""

    actor: str
    address: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """A key as it was asked for in a form."""

    label: str = ""
    mode: str = "live"
    expires: str = ""  # a duration such as 90d; empty: until it is revoked
    networks: str = ""  # one a line
    limits: str = ""
    problems: dict[str, str] = field(default_factory=dict)


def create(store: Store, source: str, order: Order, by: By, *, now: float) -> IssuedKey | Order:
    """The new key, whose text nobody can read again; or the order with its problems."""
    problems: dict[str, str] = {}
    label = " ".join(order.label.split())
    if not label or len(label) > LONGEST_LABEL:
        problems["label"] = f"Say whose key it is, in at most {LONGEST_LABEL} characters."
    if order.mode not in MODES:
        problems["mode"] = "Choose live or test."
    seconds = _seconds(order.expires, problems)
    networks = _lines(order.networks, network, "networks", problems)
    limits = _lines(order.limits, _limit, "limits", problems)
    if problems:
        return replace(order, problems=problems)
    issued = issue(
        source,
        order.mode,
        label,
        expires_at=now + seconds if seconds else None,
        now=now,
        networks=networks,
        limits=limits,
    )
    key = issued.key
    deed = _deed(by, "key.created", key.public_id, source=source, mode=key.mode, expires_at=key.expires_at)
    store.console.keys.create(key, deed, now=now)
    return issued


def rotate(store: Store, old: ApiKey, by: By, *, overlap: float, now: float) -> IssuedKey | None:
    """A key like `old`, which goes on for `overlap` seconds; None when that has ended already."""
    life = old.expires_at - old.created_at if old.expires_at is not None else None
    issued = issue(
        old.source,
        old.mode,
        old.label,
        expires_at=now + life if life is not None else None,
        now=now,
        networks=old.networks,
        limits=old.limits,
    )
    ends_at = now + overlap
    deed = _deed(
        by, "key.rotated", old.public_id, source=old.source, new=issued.key.public_id, ends_at=ends_at
    )
    replaced = store.console.keys.replace(old.public_id, issued.key, deed, ends_at=ends_at, now=now)
    return issued if replaced else None


def revoke(store: Store, source: str, public_id: str, by: By, *, reason: str, now: float) -> bool:
    """End a key at once and for good; False when there is none to end."""
    deed = replace(_deed(by, "key.revoked", public_id, source=source), reason=reason)
    return store.console.keys.revoke(public_id, source, deed, now=now)


def _deed(by: By, action: str, public_id: str, **detail: object) -> Deed:
    return Deed(
        actor=by.actor,
        action=action,
        subject="key",
        subject_id=public_id,
        detail={name: value for name, value in detail.items() if value is not None},
        address=by.address,
    )


def _seconds(text: str, problems: dict[str, str]) -> float | None:
    if not text.strip():
        return None
    try:
        seconds = duration(text.strip())
    except ValueProblemError as error:
        problems["expires"] = f"It {error}."
        return None
    if not 0 < seconds <= LONGEST_LIFE:
        problems["expires"] = "Give a time of at most five years, or none."
    return seconds


def _lines(text: str, read: Callable[[str], str], name: str, problems: dict[str, str]) -> tuple[str, ...]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_LINES:
        problems[name] = f"At most {MOST_LINES} lines."
        return ()
    found = []
    for number, line in enumerate(lines, start=1):
        try:
            found.append(read(line))
        except ValueProblemError as error:
            problems.setdefault(name, f"Line {number} {error}.")
    return tuple(found)


def _limit(text: str) -> str:
    rate = limit(text)
    if rate.endswith((" per ip", " per key", " per source")):
        raise ValueProblemError(_COUNTS_THIS_KEY)
    return rate
