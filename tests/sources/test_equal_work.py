"""A wrong secret costs exactly the comparisons a right one does, so that time tells nothing: counted, not timed."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from contextlib import suppress

import pytest

from gateway.clock import SystemClock
from gateway.config import Auth
from gateway.sources import signatures
from gateway.sources.base import Inbound, NotAuthentic
from gateway.sources.registry import SOURCES
from gateway.store.keys import issue
from gateway.store.records import ApiKey
from gateway.web.api_keys import KeyRing
from tests.sources.contract import OTHER, SECRET, sample_of, source_of
from tests.sources.contract import WEBHOOKS as WEBHOOK_KINDS
from tests.sources.making import NOW, make_auth, make_inbound

BODY = b'{"phone": "9876543210"}'
STANDARD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[tuple[bytes, bytes]]:
    """Everything that is compared in constant time from now on."""
    found: list[tuple[bytes, bytes]] = []
    compare = hmac.compare_digest

    def counting(one: bytes, other: bytes) -> bool:
        found.append((one, other))
        return compare(one, other)

    monkeypatch.setattr(hmac, "compare_digest", counting)
    return found


def by_token(token: str) -> Inbound:
    return make_inbound(BODY, {"X-Gateway-Token": token})


def by_signature(signature: str) -> Inbound:
    return make_inbound(BODY, {"X-Hub-Signature-256": signature})


def by_standard(signature: str) -> Inbound:
    head = {"webhook-id": "m", "webhook-timestamp": str(int(NOW)), "webhook-signature": signature}
    return make_inbound(BODY, head)


def by_time(signature: str) -> Inbound:
    return make_inbound(BODY, {"Stripe-Signature": f"t={int(NOW)},v1={signature}"})


TOKENS = make_auth("token", "old-secret-1", "new-secret-2")
HMAC = make_auth("hmac", "old-secret-1", "new-secret-2")
RIGHT_HMAC = signatures.hmac_signature(HMAC, "old-secret-1", BODY)
WEBHOOKS = make_auth("standard-webhooks", STANDARD)
STRIPE = make_auth("stripe", "old-secret-1", "new-secret-2", signature_header="Stripe-Signature")
RIGHT_STRIPE = signatures.timed_signature("old-secret-1", str(int(NOW)), BODY)
RIGHT_STANDARD = signatures.standard_signature(STANDARD, "m", str(int(NOW)), BODY)


@pytest.mark.parametrize(
    ("auth", "ask", "right"),
    [
        (TOKENS, by_token, "old-secret-1"),
        (HMAC, by_signature, RIGHT_HMAC),
        (STRIPE, by_time, RIGHT_STRIPE),
        (WEBHOOKS, by_standard, RIGHT_STANDARD),
    ],
)
def test_every_guess_is_compared_with_every_secret_to_its_end(
    compared: list[tuple[bytes, bytes]], auth: Auth, ask: Callable[[str], Inbound], right: str
) -> None:
    work = []
    for given in (right, right[:-1] + "x", "x" + right[1:], "x" * len(right), "x"):
        compared.clear()
        try:
            signatures.verify(auth, ask(given))
        except NotAuthentic:
            assert given != right
        work.append(len(compared))

    assert work[0] >= len(auth.secrets)
    assert set(work) == {work[0]}, "no secret is left out after the first that fits or fails"


@pytest.mark.parametrize("name", WEBHOOK_KINDS)
def test_every_kind_compares_a_stranger_with_every_secret(
    compared: list[tuple[bytes, bytes]], name: str
) -> None:
    """What it costs tells neither how much of a guess is right, nor which secret a sender has."""
    source = source_of(name, SECRET, OTHER)

    def work(sender: str) -> int:
        inbound = sample_of(source_of(name, sender))
        compared.clear()
        with suppress(NotAuthentic):
            SOURCES[name].verify(source, inbound)
        return len(compared)

    assert work(SECRET) == work(OTHER) >= len(source.auth.secrets)
    assert len({work(guess) for guess in (SECRET[:-1] + "x", "x" + SECRET[1:], "x" * len(SECRET), "x")}) == 1


class OneKey:
    """A store that knows one key."""

    def __init__(self, key: ApiKey) -> None:
        self._key = key

    def find_key(self, public_id: str) -> ApiKey | None:
        return self._key if public_id == self._key.public_id else None


def test_an_unknown_key_costs_the_comparison_of_a_known_one(compared: list[tuple[bytes, bytes]]) -> None:
    ours = issue("partner", "live", "", expires_at=None, now=NOW)
    ring = KeyRing(OneKey(ours.key), SystemClock())  # type: ignore[arg-type]
    stranger = issue("partner", "live", "", expires_at=None, now=NOW).text

    assert ring.find(ours.text) is not None
    known = len(compared)
    compared.clear()
    assert ring.find(stranger) is None
    assert len(compared) == known == 1
    assert len(compared[0][0]) == len(compared[0][1])
