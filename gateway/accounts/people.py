"""USE CASES: somebody gets an account, another role, a new password; each is written into the audit log with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.accounts import passwords
from gateway.accounts.person import Role
from gateway.leads.identity import new_id
from gateway.store import Store
from gateway.store.audit import Deed
from gateway.store.users import Account

SUBJECT = "user"


@dataclass(frozen=True, kw_only=True, slots=True)
class By:
    """Who does it, and from where."""

    actor: str
    address: str = ""

    def did(self, action: str, account_id: str, **detail: Any) -> Deed:
        return Deed(
            actor=self.actor,
            action=action,
            subject=SUBJECT,
            subject_id=account_id,
            detail=detail,
            address=self.address,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class NewPassword:
    """An account with the password that is shown once and then known to its owner alone."""

    account: Account
    password: str = field(repr=False)


def create(
    store: Store, name: str, role: Role, by: By, *, now: float, password: str | None = None
) -> NewPassword | None:
    """A new account; None when its name is taken. Without `password` a one-time one is made, to be replaced."""
    chosen = password or passwords.one_time()
    account = Account(
        id=new_id(now),
        name=name,
        role=role.value,
        password_hash=passwords.hash_of(chosen),
        one_time_until=None if password else now + passwords.ONE_TIME_LASTS,
        created_at=now,
        changed_at=now,
    )
    deed = by.did("user.created", account.id, name=name, role=role.value)
    if not store.console.users.add(account, deed, now=now):
        return None
    return NewPassword(account=account, password=chosen)


def enrol(store: Store, name: str, role: Role, subject: str, by: By, *, now: float) -> Account | None:
    """An account of somebody who signs in elsewhere; None when the name is another person's."""
    account = Account(
        id=new_id(now), name=name, role=role.value, subject=subject, created_at=now, changed_at=now
    )
    deed = by.did("user.created", account.id, name=name, role=role.value, signs_in="elsewhere")
    return account if store.console.users.add(account, deed, now=now) else None


def give_role(store: Store, account: Account, role: Role, by: By, *, now: float) -> bool:
    """Another role, from the next request on; raises LastAdmin."""
    deed = by.did("user.role_changed", account.id, name=account.name, before=account.role, now=role.value)
    return _change(store, account, {"role": role.value}, deed, now)


def disable(store: Store, account: Account, by: By, *, now: float) -> bool:
    """No way in any more, and whoever is in is out; raises LastAdmin."""
    deed = by.did("user.disabled", account.id, name=account.name)
    return _change(store, account, {"disabled_at": now}, deed, now)


def enable(store: Store, account: Account, by: By, *, now: float) -> bool:
    deed = by.did("user.enabled", account.id, name=account.name)
    return _change(store, account, {"disabled_at": None}, deed, now)


def reset_password(store: Store, account: Account, by: By, *, now: float) -> NewPassword:
    """A one-time password for somebody who has lost theirs; the second factor stays."""
    chosen = passwords.one_time()
    values = {
        "password_hash": passwords.hash_of(chosen),
        "one_time_until": now + passwords.ONE_TIME_LASTS,
    }
    _change(store, account, values, by.did("user.password_reset", account.id, name=account.name), now)
    return NewPassword(account=account, password=chosen)


def choose_password(store: Store, account: Account, password: str, by: By, *, now: float) -> None:
    """The person's own choice; it ends every session, the one of this moment too."""
    values = {"password_hash": passwords.hash_of(password), "one_time_until": None}
    _change(store, account, values, by.did("user.password_changed", account.id, name=account.name), now)


def add_second_factor(
    store: Store, account: Account, sealed: bytes, step: int, by: By, *, now: float
) -> None:
    """From now on both are asked for; `step` is the one that proved that the telephone has the secret."""
    values = {"totp_secret": sealed, "totp_step": step}
    _change(store, account, values, by.did("user.second_factor_added", account.id, name=account.name), now)


def remove_second_factor(store: Store, account: Account, by: By, *, now: float) -> bool:
    """By its owner, or by an admin for somebody who has lost the telephone."""
    deed = by.did("user.second_factor_removed", account.id, name=account.name)
    return _change(store, account, {"totp_secret": None, "totp_step": 0}, deed, now)


def end_sessions(store: Store, account: Account, by: By, *, now: float, keep: str = "") -> int:
    """Sign somebody out everywhere but in the session with the digest `keep`; how many sessions there were."""
    deed = by.did("user.signed_out", account.id, name=account.name)
    return store.console.sessions.end_all(account.id, deed, now=now, keep=keep)


def _change(store: Store, account: Account, values: Mapping[str, Any], deed: Deed, now: float) -> bool:
    return store.console.users.change(account.id, values, deed, now=now)
