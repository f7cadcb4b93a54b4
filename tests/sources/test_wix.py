"""Tokens that Wix signs: only with the key of the app, and besides the token of the address."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

from gateway.config import SourceConfig
from gateway.sources import rs256, wix
from gateway.sources.base import Inbound, NotAuthentic, Unreadable
from tests.sources.contract import SECRET, sample_of, source_of
from tests.sources.making import NOW, make_inbound

# The key and the token of RFC 7515, appendix A.2.
N = (
    "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZ"
    "S-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2"
    "R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcD"
    "TW9gb54h4FRWyuXpoQ"
)
D = (
    "Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7_GQ5sLKMgvfTeXZx9SE-7YwVol2NXOoAJe46sui395IW_G"
    "O-pWJ1O0BkTGoVEn2bKVRUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzjkn439X0M_V51gfpRLI9JYanrC4D4qAdGcopV_0ZHHzQl"
    "BjudU2QvXt4ehNYTCBr6XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl_x_jTj3ccPDVZFD9pIuhLhBOneufuBiB4cS98l2SR_RQyGWSeWjnczT0"
    "QU91p1DhOVRuOopznQ"
)
TOKEN = (
    b"eyJhbGciOiJSUzI1NiJ9."
    b"eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
    b"cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CU"
    b"Ar7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_d"
    b"O--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0ig"
    b"cN_IoypGlUPQGe77Rw"
)


def number(text: str) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


NUMBERS = RSAPublicNumbers(n=number(N), e=65537)
KEY = NUMBERS.public_key()


def written(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def signed(claims: dict[str, Any], *, alg: str = "RS256") -> bytes:
    """A token as whoever has the private key makes it."""
    told = b".".join(written(json.dumps(part).encode()) for part in ({"alg": alg, "kid": "1"}, claims))
    prefix = bytes.fromhex("3031300d060960864801650304020105000420")
    ending = b"\x00" + prefix + hashlib.sha256(told).digest()
    padded = b"\x00\x01" + b"\xff" * (254 - len(ending)) + ending
    signature = pow(int.from_bytes(padded), number(D), NUMBERS.n).to_bytes(256)
    return told + b"." + written(signature)


def der(tag: int, content: bytes) -> bytes:
    size = len(content)
    length = bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2)
    return bytes([tag]) + length + content


def pem(modulus: int = NUMBERS.n, *, label: str = "PUBLIC KEY") -> str:
    digits = modulus.to_bytes(modulus.bit_length() // 8 + 1)
    pair = der(0x30, der(0x02, digits) + der(0x02, b"\x01\x00\x01"))
    if label == "PUBLIC KEY":
        rsa = der(0x30, der(0x06, bytes.fromhex("2a864886f70d010101")) + der(0x05, b""))
        pair = der(0x30, rsa + der(0x03, b"\x00" + pair))
    text = base64.encodebytes(pair).decode()
    return f"-----BEGIN {label}-----\n{text}-----END {label}-----\n"


def checked(key: str | None = None) -> SourceConfig:
    return source_of("wix", options={"public_key": pem() if key is None else key})


def delivered(body: bytes, token: str = SECRET) -> Inbound:
    return make_inbound(body, {"content-type": "text/plain"}, query=(("token", token),))


def is_authentic(source: SourceConfig, inbound: Inbound) -> bool:
    try:
        wix.verify(source, inbound)
    except NotAuthentic:
        return False
    return True


SUBMITTED = {"createdEvent": {"entity": {"id": "e-1", "submissions": {"phone_1f2a": "+919876543210"}}}}
EVENT = {"data": json.dumps({"data": json.dumps(SUBMITTED)}), "exp": NOW + 60}


def test_the_token_of_the_standard_is_signed_by_its_key() -> None:
    assert rs256.is_signed(TOKEN, KEY)
    assert rs256.claims(TOKEN)["iss"] == "joe"


@pytest.mark.parametrize("place", [5, 40, 300])
def test_one_other_character_breaks_its_signature(place: int) -> None:
    other = b"A" if TOKEN[place : place + 1] != b"A" else b"B"

    assert not rs256.is_signed(TOKEN[:place] + other + TOKEN[place + 1 :], KEY)


@pytest.mark.parametrize("label", ["PUBLIC KEY", "RSA PUBLIC KEY"])
def test_a_key_is_read_in_both_ways_it_is_written(label: str) -> None:
    key = rs256.public_key(pem(label=label))

    assert key is not None
    assert key.public_numbers() == NUMBERS


@pytest.mark.parametrize(
    "text",
    [
        "",
        "MIIB",
        pem().replace("A", "*"),
        pem()[:200] + "\n-----END PUBLIC KEY-----",
        pem(modulus=NUMBERS.n >> 1024),
        "-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----",
    ],
    ids=["nothing", "no_pem", "no_base64", "cut_off", "too_short", "empty"],
)
def test_what_is_no_key_lets_nobody_in(text: str) -> None:
    assert rs256.public_key(text) is None
    if text:
        assert not is_authentic(checked(text), delivered(signed(EVENT)))


def test_with_a_public_key_only_a_token_of_wix_comes_in() -> None:
    source = checked()

    assert is_authentic(source, delivered(signed(EVENT)))
    assert not is_authentic(source, delivered(b'{"data": {}}'))
    assert not is_authentic(source, sample_of(source))
    assert not is_authentic(source, delivered(signed(EVENT), token="another-token"))


@pytest.mark.parametrize("alg", ["none", "HS256", "RS512", ""])
def test_the_token_does_not_choose_how_it_is_checked(alg: str) -> None:
    assert not is_authentic(checked(), delivered(signed(EVENT, alg=alg)))


@pytest.mark.parametrize("expires", [NOW - 400, "tomorrow", True])
def test_a_token_that_has_expired_is_refused(expires: Any) -> None:
    assert not is_authentic(checked(), delivered(signed({**EVENT, "exp": expires})))


def test_a_token_that_never_expires_is_taken() -> None:
    assert is_authentic(checked(), delivered(signed({"data": EVENT["data"]})))


def test_a_submission_is_read_out_of_its_token() -> None:
    (submission,) = wix.parse(checked(), delivered(signed(EVENT)))

    assert submission.key == "e-1"
    assert submission.fields["phone"] == "+919876543210"


@pytest.mark.parametrize("claims", [{"data": "[1]"}, {"data": "{"}, {"data": '{"data": 7, "data": 8}'}])
def test_a_token_that_holds_no_submission_is_unreadable(claims: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        wix.parse(checked(), delivered(signed(claims)))
