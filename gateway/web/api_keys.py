"""API keys: how one is written, made and recognised; the store knows only public ids and digests."""

from __future__ import annotations

import binascii
import hashlib
import hmac
import os
import re
from collections.abc import Callable
from dataclasses import dataclass

from gateway.clock import Clock
from gateway.store import Store
from gateway.store.records import ApiKey

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
PREFIXES = ("gw_live_", "gw_test_")
BELIEVED = 1.0  # seconds a key is believed without asking the store: how late a revocation may come
MOST_BELIEVED = 4096
TOUCHED = 60.0  # seconds between two notes of "last used"

_KEY = re.compile(r"gw_(live|test)_([0-9A-Za-z]{8})_([0-9A-Za-z]{43})_([0-9A-Za-z]{6})", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class NewKey:
    """A key just made: `text` is shown once and stored nowhere."""

    text: str
    public_id: str
    digest: str
    mode: str


def make_key(mode: str, random_bytes: Callable[[int], bytes] = os.urandom) -> NewKey:
    """A key of 256 random bits; `mode` is live or test."""
    public_id = _base62(int.from_bytes(random_bytes(8), "big"), 8)
    secret = _base62(int.from_bytes(random_bytes(32), "big"), 43)
    body = f"gw_{mode}_{public_id}_{secret}"
    text = f"{body}_{_checksum(body)}"
    return NewKey(text=text, public_id=public_id, digest=digest_of(text), mode=mode)


def digest_of(text: str) -> str:
    """What the store keeps of a key; a plain hash is enough for 256 random bits."""
    return hashlib.sha256(text.encode()).hexdigest()


def public_id_of(text: str) -> str | None:
    """The public part; None for what cannot be a key, mistyped ones included, without asking the store."""
    found = _KEY.fullmatch(text)
    if found is None or _checksum(text[:-7]) != found[4]:
        return None
    return found[2]


class KeyRing:
    """Finds keys, asking the store at most once a second for each."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._believed: dict[str, tuple[float, ApiKey | None]] = {}
        self._touched: dict[str, float] = {}

    def find(self, text: str) -> ApiKey | None:
        """The usable key `text` is; raises StoreUnavailable when nobody can tell."""
        public_id = public_id_of(text)
        if public_id is None:
            return None
        key = self._look_up(public_id)
        # Compared even when there is no such key, so that the time tells nothing.
        right = hmac.compare_digest(digest_of(text), key.digest if key else "0" * 64)
        if key is None or not right or not key.usable(self._clock.now()):
            return None
        self._touch(public_id)
        return key

    def _look_up(self, public_id: str) -> ApiKey | None:
        now = self._clock.monotonic()
        until, key = self._believed.get(public_id, (0.0, None))
        if now < until:
            return key
        key = self._store.find_key(public_id)
        if len(self._believed) >= MOST_BELIEVED:
            self._believed.clear()
        self._believed[public_id] = (now + BELIEVED, key)
        return key

    def _touch(self, public_id: str) -> None:
        now = self._clock.monotonic()
        if now < self._touched.get(public_id, 0.0):
            return
        self._touched[public_id] = now + TOUCHED
        self._store.touch_key(public_id, self._clock.now())


def _checksum(text: str) -> str:
    return _base62(binascii.crc32(text.encode()), 6)


def _base62(number: int, characters: int) -> str:
    digits = []
    for _ in range(characters):
        number, digit = divmod(number, 62)
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits))
