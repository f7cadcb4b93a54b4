"""Names leads, and recognises the same person or the same message when it comes again."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
_EPOCH = 1_577_836_800  # 2020-01-01 UTC; eight characters of milliseconds last until 2054
_TIME_CHARACTERS = 8
_RANDOM_CHARACTERS = 12


def new_id(now: float, random_bytes: Callable[[int], bytes] = os.urandom) -> str:
    """20 characters that sort by time: the longest reference the dialer keeps whole."""
    chance = int.from_bytes(random_bytes(8), "big")
    return first_id(now) + _base32(chance, _RANDOM_CHARACTERS)


def first_id(at: float) -> str:
    """What every id made at `at` or later is not smaller than, and every earlier one is."""
    return _base32(max(0, int((at - _EPOCH) * 1000)), _TIME_CHARACTERS)


def phone_fingerprint(scope: str, phone: str) -> str:
    """The same person inside one dedupe scope; `phone` is what the dialer dials, so every spelling is one."""
    return _fingerprint("phone", scope, phone)


def key_fingerprint(source: str, key: str) -> str:
    """The same message of one source, by the sender's own id, however long it is."""
    return _fingerprint("key", source, key)


def _fingerprint(*parts: str) -> str:
    """Lengths stand in front of the parts, so that no two lists of parts are one text."""
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _base32(number: int, characters: int) -> str:
    return "".join(_ALPHABET[(number >> (5 * place)) & 31] for place in reversed(range(characters)))
