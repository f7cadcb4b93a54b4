"""What the spam checks remember across processes: used proofs, texts that came lately, how often a number came."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from gateway.leads.identity import key_fingerprint, phone_fingerprint
from gateway.leads.lead import State
from gateway.store.database import Database
from gateway.store.purging import PORTION
from gateway.store.tables import leads, spent_proofs
from gateway.store.transaction import Transaction

TEXT_WINDOW = 3600.0  # seconds a text is remembered
PROOF, HOLDER = "proof", "holder"  # scopes: a proof that was used, and the number it was used with

_SPEND = (
    "INSERT INTO spent_proofs (scope, fingerprint, expires_at) VALUES (?, ?, ?)"
    " ON CONFLICT (scope, fingerprint) DO NOTHING"
)
_HOLDS = "SELECT count(*) FROM spent_proofs WHERE scope = ? AND fingerprint = ?"
_SEE = (
    "INSERT INTO seen_texts (source, fingerprint, phone_fingerprint, seen_at) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (source, fingerprint, phone_fingerprint) DO UPDATE SET seen_at = excluded.seen_at"
)
_NUMBERS = "SELECT count(*) FROM seen_texts WHERE source = ? AND fingerprint = ? AND seen_at > ?"
_FORGET_PROOFS = (
    "DELETE FROM spent_proofs WHERE (scope, fingerprint) IN"  # noqa: S608
    f" (SELECT scope, fingerprint FROM spent_proofs WHERE expires_at <= ? LIMIT {PORTION})"
)
_FORGET_TEXTS = (
    "DELETE FROM seen_texts WHERE (source, fingerprint, phone_fingerprint) IN"  # noqa: S608
    f" (SELECT source, fingerprint, phone_fingerprint FROM seen_texts WHERE seen_at <= ? LIMIT {PORTION})"
)
# The same form sent twice is one enquiry, and tests of a form are none.
_NOT_COUNTED = (State.DUPLICATE, State.TEST)


class SpamMarks:
    """Reached as `store.spam`; everything raises StoreUnavailable when the database is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def spend(self, source: str, proof: str, *, phone: str, expires_at: float) -> bool:
        """Use a proof up; False when another number has used it. The same number is the same form sent again."""
        return self._database.write(lambda transaction: _spend(transaction, source, proof, phone, expires_at))

    def is_holder(self, source: str, proof: str, *, phone: str, now: float) -> bool:
        """Whether this number has used this proof before, so that nobody need be asked about it again."""
        return self._database.read(lambda connection: _is_holder(connection, source, proof, phone, now))

    def see_text(self, source: str, text: str, *, phone: str, now: float) -> int:
        """Remember the fingerprint of a text; with how many numbers it came within the hour, this one included."""
        return self._database.write(lambda transaction: _see(transaction, source, text, phone, now))

    def enquiries(self, source: str, phone: str, *, since: float, at_most: int) -> int:
        """How often this number has enquired at this source; counting ends at `at_most`."""
        return self._database.read(lambda connection: _enquiries(connection, source, phone, since, at_most))


def purge_proofs(transaction: Transaction, now: float) -> int:
    """Forget proofs that nobody could use any more."""
    return transaction.run(_FORGET_PROOFS, (now,)).rowcount


def purge_texts(transaction: Transaction, now: float) -> int:
    """Forget texts that came too long ago to count."""
    return transaction.run(_FORGET_TEXTS, (now - TEXT_WINDOW,)).rowcount


def _spend(transaction: Transaction, source: str, proof: str, phone: str, expires_at: float) -> bool:
    first = transaction.run(_SPEND, (PROOF, key_fingerprint(source, proof), expires_at)).rowcount == 1
    holder = _holder(source, proof, phone)
    if first:
        transaction.run(_SPEND, (HOLDER, holder, expires_at))
        return True
    return bool(transaction.run(_HOLDS, (HOLDER, holder)).scalar_one())


def _is_holder(connection: Connection, source: str, proof: str, phone: str, now: float) -> bool:
    found = select(func.count()).where(
        spent_proofs.c.scope == HOLDER,
        spent_proofs.c.fingerprint == _holder(source, proof, phone),
        spent_proofs.c.expires_at > now,
    )
    return bool(connection.execute(found).scalar_one())


def _holder(source: str, proof: str, phone: str) -> str:
    return key_fingerprint(source, f"{phone} {proof}")


def _see(transaction: Transaction, source: str, text: str, phone: str, now: float) -> int:
    transaction.run(_SEE, (source, text, phone_fingerprint(f"text:{source}", phone), now))
    return int(transaction.run(_NUMBERS, (source, text, now - TEXT_WINDOW)).scalar_one())


def _enquiries(connection: Connection, source: str, phone: str, since: float, at_most: int) -> int:
    found = (
        select(leads.c.id)
        .where(
            leads.c.phone == phone,
            leads.c.source == source,
            leads.c.received_at > since,
            leads.c.state.not_in(_NOT_COUNTED),
        )
        .limit(at_most)
        .subquery()
    )
    return int(connection.execute(select(func.count()).select_from(found)).scalar_one())
