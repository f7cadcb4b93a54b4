"""One sign-in: an opaque token in the browser, its digest in the database, and when it ends."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from gateway.accounts.person import Person, Role
from gateway.config.console_table import ConsoleConfig
from gateway.store import Store
from gateway.store.audit import Deed
from gateway.store.columns import clean
from gateway.store.sessions import Session
from gateway.store.users import Account

TOUCHED = 60.0  # seconds between two notes of "last used"
MOST_TOKEN = 64  # characters; whatever is longer was never ours
MOST_USER_AGENT = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedIn:
    """A session that is good now, and whose it is."""

    session: Session
    account: Account

    @property
    def person(self) -> Person:
        return person_of(self.account)

    @property
    def needs_password(self) -> bool:
        """Somebody else chose the password: the person has to choose one before anything else."""
        return self.account.one_time_until is not None


def person_of(account: Account) -> Person:
    return Person(id=account.id, name=account.name, role=Role(account.role))


def begin(
    store: Store,
    account: Account,
    console: ConsoleConfig,
    *deeds: Deed,
    now: float,
    address: str,
    user_agent: str,
) -> str:
    """Sign this person in; the token for the browser, which nobody else ever sees."""
    token = secrets.token_urlsafe(32)
    session = Session(
        digest=digest_of(token),
        user_id=account.id,
        created_at=now,
        seen_at=now,
        expires_at=now + console.lasts,
        address=address,
        user_agent=clean(user_agent)[:MOST_USER_AGENT],
    )
    store.console.sessions.add(session, *deeds)
    return token


def find(store: Store, console: ConsoleConfig, token: str, *, now: float) -> SignedIn | None:
    """Who holds this token, unless the session is over or its person may not come in any more."""
    if not token or len(token) > MOST_TOKEN:
        return None
    found = store.console.sessions.find(digest_of(token))
    if found is None:
        return None
    session, account = found
    over = now >= session.expires_at or now - session.seen_at >= console.idle
    if over or account.disabled_at is not None:
        return None
    return SignedIn(session=session, account=account)


def digest_of(token: str) -> str:
    """What the database keeps: a token has 256 random bits, so a plain hash is enough."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def csrf_of(secret_key: str, token: str) -> str:
    """What our own forms carry: nobody without the session can make it, and it ends with it."""
    return hmac.new(
        secret_key.encode(), f"csrf:{token}".encode("utf-8", "replace"), hashlib.sha256
    ).hexdigest()
