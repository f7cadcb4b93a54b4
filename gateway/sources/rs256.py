"""Reads a JSON Web Token, and checks its RS256 signature with the public key of whoever issues it."""

from __future__ import annotations

import base64
import binascii
import re
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from gateway.sources import strict_json
from gateway.sources.base import Unreadable

_TOKEN = re.compile(rb"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)
_FEWEST_BITS = 2048


def is_token(body: bytes) -> bool:
    return _TOKEN.fullmatch(body) is not None


def claims(token: bytes) -> dict[str, Any]:
    """What the token says, signed or not; raises Unreadable."""
    found = strict_json.loads(_decoded(token.split(b".")[1]))
    if not isinstance(found, dict):
        raise Unreadable("records.not_an_object", "The token must hold one JSON object.")
    return found


def is_signed(token: bytes, key: RSAPublicKey) -> bool:
    """Whether `token` carries an RS256 signature of this key (RFC 7518, section 3.3)."""
    header, payload, signature = token.split(b".")
    try:
        read = strict_json.loads(_decoded(header))
        if not isinstance(read, dict) or read.get("alg") != "RS256":
            return False
        key.verify(_decoded(signature), header + b"." + payload, PKCS1v15(), SHA256())
    except (Unreadable, InvalidSignature):
        return False
    return True


@lru_cache(maxsize=16)
def public_key(pem: str) -> RSAPublicKey | None:
    """The RSA key in a PEM text; None where it is none, or too short to be trusted."""
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, RSAPublicKey) and key.key_size >= _FEWEST_BITS else None


def _decoded(part: bytes) -> bytes:
    try:
        return base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))
    except (binascii.Error, ValueError):
        raise Unreadable("body.not_json", "The token is not a JSON Web Token.") from None
