"""Partners' API keys: issued once, checked by shape before the database is asked, kept only as a digest."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.engine import Connection, RowMapping

from gateway.store.records import ApiKey
from gateway.store.tables import api_keys
from gateway.store.transaction import Transaction

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
MODES = ("live", "test")
Networks = tuple[str, ...]
Limits = tuple[str, ...]
SECRET_LENGTH = 43  # 32 random bytes in base 62
_SHAPE = re.compile(r"gw_(live|test)_([0-9A-Za-z]{8})_([0-9A-Za-z]{43})_([0-9A-Za-z]{6})", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class ParsedKey:
    """A key whose shape and checksum are right; whether it exists is another question."""

    public_id: str
    mode: str
    digest: str


@dataclass(frozen=True, kw_only=True, slots=True)
class IssuedKey:
    """A new key; `text` is shown once and then known to its owner alone."""

    key: ApiKey
    text: str


def issue(
    source: str,
    mode: str,
    label: str,
    *,
    expires_at: float | None,
    now: float,
    networks: Networks = (),
    limits: Limits = (),
    random_bytes: Callable[[int], bytes] = os.urandom,
) -> IssuedKey:
    """Make a key of the form gw_<mode>_<public id>_<secret>_<checksum>."""
    if mode not in MODES:
        raise ValueError("The mode of a key is live or test.")
    public_id = _base62(int.from_bytes(random_bytes(8)), 8)
    body = f"gw_{mode}_{public_id}_{_base62(int.from_bytes(random_bytes(32)), SECRET_LENGTH)}"
    text = f"{body}_{_checksum(body)}"
    key = ApiKey(
        public_id=public_id,
        digest=digest(text),
        source=source,
        mode=mode,
        label=label,
        created_at=now,
        expires_at=expires_at,
        networks=networks,
        limits=limits,
    )
    return IssuedKey(key=key, text=text)


def parse_key(text: str) -> ParsedKey | None:
    """The parts of a well-formed key; None for anything else, before the database is asked."""
    match = _SHAPE.fullmatch(text)
    if match is None or _checksum(text[:-7]) != match[4]:
        return None
    return ParsedKey(public_id=match[2], mode=match[1], digest=digest(text))


def same_digest(one: str, other: str) -> bool:
    """Compared in constant time."""
    return hmac.compare_digest(one, other)


def digest(text: str) -> str:
    """A key has 256 random bits, so a plain hash is enough: there is nothing to guess."""
    return hashlib.sha256(text.encode()).hexdigest()


def _checksum(body: str) -> str:
    return _base62(zlib.crc32(body.encode()), 6)


def _base62(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, digit = divmod(number, 62)
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits))


# -- stored --------------------------------------------------------------------------------------------------


def save(transaction: Transaction, key: ApiKey) -> None:
    """Keep a new key's digest."""
    transaction.run(
        "INSERT INTO api_keys (public_id, digest, source, mode, label, created_at, expires_at, networks,"
        " limits) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            key.public_id,
            key.digest,
            key.source,
            key.mode,
            key.label,
            key.created_at,
            key.expires_at,
            " ".join(key.networks),
            "\n".join(key.limits),
        ),
    )


def revoke(transaction: Transaction, public_id: str, now: float) -> bool:
    """End a key for good; False when there is no such key that was not revoked."""
    statement = "UPDATE api_keys SET revoked_at = ? WHERE public_id = ? AND revoked_at IS NULL"
    return transaction.run(statement, (now, public_id)).rowcount == 1


def touch(transaction: Transaction, public_id: str, now: float) -> None:
    """Remember when a key was used last."""
    transaction.run("UPDATE api_keys SET last_used_at = ? WHERE public_id = ?", (now, public_id))


def find(connection: Connection, public_id: str) -> ApiKey | None:
    """The key with this public id, revoked and expired ones too."""
    row = connection.execute(select(api_keys).where(api_keys.c.public_id == public_id)).mappings().first()
    return None if row is None else _key(row)


def list_all(connection: Connection) -> list[ApiKey]:
    """Every key, newest first."""
    rows = connection.execute(select(api_keys).order_by(api_keys.c.created_at.desc(), api_keys.c.public_id))
    return [_key(row) for row in rows.mappings()]


def _key(row: RowMapping) -> ApiKey:
    networks, limits = tuple(row["networks"].split()), tuple(row["limits"].splitlines())
    return ApiKey(**{**row, "networks": networks, "limits": limits})
