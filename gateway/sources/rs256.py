"""Reads a JSON Web Token, and checks its RS256 signature with the public key of whoever issues it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from gateway.sources import strict_json
from gateway.sources.base import Unreadable

_TOKEN = re.compile(rb"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)
_PEM = re.compile(r"-----BEGIN (RSA )?PUBLIC KEY-----([\sA-Za-z0-9+/=]+)-----END (?:RSA )?PUBLIC KEY-----")
_FEWEST_BITS = 2048
_SHA256_IN_DER = bytes.fromhex("3031300d060960864801650304020105000420")  # RFC 8017, section 9.2, note 1
_INTEGER, _BIT_STRING, _SEQUENCE = 0x02, 0x03, 0x30


@dataclass(frozen=True, kw_only=True, slots=True)
class PublicKey:
    modulus: int
    exponent: int


def is_token(body: bytes) -> bool:
    return _TOKEN.fullmatch(body) is not None


def claims(token: bytes) -> dict[str, Any]:
    """What the token says, signed or not; raises Unreadable."""
    found = strict_json.loads(_decoded(token.split(b".")[1]))
    if not isinstance(found, dict):
        raise Unreadable("records.not_an_object", "The token must hold one JSON object.")
    return found


def is_signed(token: bytes, key: PublicKey) -> bool:
    """Whether `token` carries an RS256 signature of this key. Everything compared here is public."""
    header, payload, signature = token.split(b".")
    try:
        read = strict_json.loads(_decoded(header))
        number = int.from_bytes(_decoded(signature))
    except Unreadable:
        return False
    if not isinstance(read, dict) or read.get("alg") != "RS256" or number >= key.modulus:
        return False
    length = (key.modulus.bit_length() + 7) // 8
    ending = b"\x00" + _SHA256_IN_DER + hashlib.sha256(header + b"." + payload).digest()
    expected = b"\x00\x01" + b"\xff" * (length - 2 - len(ending)) + ending
    return pow(number, key.exponent, key.modulus).to_bytes(length) == expected


@lru_cache(maxsize=16)
def public_key(pem: str) -> PublicKey | None:
    """The RSA key in a PEM text; None where it is none, or too short to be trusted."""
    match = _PEM.search(pem)
    if match is None:
        return None
    try:
        der = base64.b64decode("".join(match[2].split()), validate=True)
        pair = der if match[1] else next(bits[1:] for tag, bits in _inside(der) if tag == _BIT_STRING)
        modulus, exponent = (int.from_bytes(number) for tag, number in _inside(pair) if tag == _INTEGER)
    except (binascii.Error, ValueError, IndexError, StopIteration):
        return None
    key = PublicKey(modulus=modulus, exponent=exponent)
    return key if modulus.bit_length() >= _FEWEST_BITS and exponent > 1 else None


def _decoded(part: bytes) -> bytes:
    try:
        return base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))
    except (binascii.Error, ValueError):
        raise Unreadable("body.not_json", "The token is not a JSON Web Token.") from None


def _inside(der: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and content of everything in the DER sequence that `der` is."""
    tag, content, _ = _element(der)
    if tag != _SEQUENCE:
        raise ValueError("not a sequence")
    while content:
        tag, value, content = _element(content)
        yield tag, value


def _element(der: bytes) -> tuple[int, bytes, bytes]:
    """Tag, content and what follows."""
    length, start = der[1], 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(der[2:start])
    if len(der) < start + length:
        raise ValueError("cut off")
    return der[0], der[start : start + length], der[start + length :]
