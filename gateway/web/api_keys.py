"""Recognises partners' API keys without asking the store at every request."""

from __future__ import annotations

import structlog

from gateway.clock import Clock
from gateway.sources.signatures import is_in
from gateway.store import Store, StoreUnavailable
from gateway.store.keys import parse_key, same_digest
from gateway.store.records import ApiKey

log = structlog.get_logger("gateway.web")

PREFIXES = ("gw_live_", "gw_test_")
BELIEVED = 1.0  # seconds a key is believed without asking: how late a revocation may come
MOST_BELIEVED = 4096
TOUCHED = 60.0  # seconds between two notes of "last used"
NOBODYS = "0" * 64


class KeyRing:
    """Finds keys, asking the store at most once a second for each."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._believed: dict[str, tuple[float, ApiKey | None]] = {}
        self._touched: dict[str, float] = {}

    def find(self, text: str) -> ApiKey | None:
        """The usable key that `text` is; raises StoreUnavailable when nobody can tell."""
        parsed = parse_key(text)
        if parsed is None:
            return None
        key = self._look_up(parsed.public_id)
        # Compared even when there is no such key, so that the time tells nothing.
        right = same_digest(parsed.digest, key.digest if key else NOBODYS)
        if key is None or not right or not key.usable(self._clock.now()):
            return None
        return key

    @staticmethod
    def may_come_from(key: ApiKey, address: str) -> bool:
        """Whether the key's list of addresses, if it has one, holds this one."""
        return not key.networks or is_in(address, key.networks)

    def _look_up(self, public_id: str) -> ApiKey | None:
        now = self._clock.monotonic()
        until, key = self._believed.get(public_id, (float("-inf"), None))
        if now < until:
            return key
        key = self._store.find_key(public_id)
        if len(self._believed) >= MOST_BELIEVED:
            self._believed.clear()
        self._believed[public_id] = (now + BELIEVED, key)
        return key

    def is_due(self, key: ApiKey) -> bool:
        """Whether "last used" is old enough to be noted again; whoever asks has promised to `touch`."""
        now = self._clock.monotonic()
        if now < self._touched.get(key.public_id, float("-inf")):
            return False
        self._touched[key.public_id] = now + TOUCHED
        return True

    def touch(self, key: ApiKey) -> None:
        """Note that the key was used; a store that is away must not spoil an answer that is already out."""
        try:
            self._store.touch_key(key.public_id, now=self._clock.now())
        except StoreUnavailable as error:
            log.info("key.use_not_noted", key=key.public_id, reason=error.code)
