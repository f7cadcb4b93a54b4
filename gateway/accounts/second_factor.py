"""The second factor: six digits from a telephone, each good once; its secret is sealed before it is stored."""

from __future__ import annotations

import hmac
import os
from urllib.parse import urlsplit

import pyotp
import segno
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

STEP = 30  # seconds, as every app on a telephone has it
DRIFT = 1  # steps a telephone's clock may be wrong
_NONCE = 12  # bytes
_PICTURE_SCALE = 5


class Unsealable(Exception):  # noqa: N818  it is an answer, not a fault
    """The secret was sealed with another GATEWAY_SECRET_KEY, or for somebody else."""


def new_secret() -> str:
    """160 bits in the letters that apps take when the picture cannot be read."""
    return pyotp.random_base32()


def step_of(secret: str, code: str, *, now: float, after: int) -> int | None:
    """The step whose code this is, when it is later than `after`, the last one that was used; else None."""
    totp, current = pyotp.TOTP(secret), int(now // STEP)
    typed = "".join(character for character in code if character.isdigit())
    found = None
    for step in range(current - DRIFT, current + DRIFT + 1):
        # All are compared, so that the time tells nothing.
        if hmac.compare_digest(totp.generate_otp(step).encode(), typed.encode()) and step > after:
            found = step
    return found


def address_of(secret: str, name: str, public_url: str) -> str:
    """What the picture holds: whose code it is, and where it is for."""
    host = urlsplit(public_url).hostname or ""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=f"Lead Gateway {host}".strip())


def picture_of(address: str) -> str:
    """The address as a picture to point a telephone at: an SVG inside a data: address."""
    return segno.make(address, error="m").svg_data_uri(scale=_PICTURE_SCALE, border=3, light="#fff")


def seal(secret_key: str, secret: str, user_id: str) -> bytes:
    """Unreadable without the gateway's secret key, and worth nothing in another person's row."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(_key(secret_key)).encrypt(nonce, secret.encode(), user_id.encode())


def unseal(secret_key: str, sealed: bytes, user_id: str) -> str:
    """The secret; raises Unsealable."""
    try:
        return AESGCM(_key(secret_key)).decrypt(sealed[:_NONCE], sealed[_NONCE:], user_id.encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise Unsealable from error


def _key(secret_key: str) -> bytes:
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"lead-gateway second factor")
    return derive.derive(secret_key.encode())
