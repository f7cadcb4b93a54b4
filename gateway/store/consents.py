"""The evidence that people agreed to be called, and that they withdrew it: rows that are only ever added."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.engine import Connection

from gateway.leads.consent import Consent
from gateway.store import purging
from gateway.store.columns import clean
from gateway.store.database import Database
from gateway.store.stopping import stop_waiting
from gateway.store.tables import consents
from gateway.store.transaction import Bulk, Transaction

_INSERT = Bulk(
    "INSERT INTO consents (lead_id, at, text, version, language, given, page_url, address, user_agent) VALUES",
    9,
)


class Consents:
    """All consents of the store; the tables themselves refuse every change."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def withdraw(self, lead_id: str, phone: str, consent: Consent) -> None:
        """The person wants no calls: the number is suppressed, and how it was said stays as evidence."""
        self._database.write(lambda transaction: _withdraw(transaction, lead_id, phone, consent))


def add(transaction: Transaction, given: Sequence[tuple[str, Consent]]) -> None:
    """Keep consents beside the leads they came with."""
    transaction.write(_INSERT, [_row(lead_id, consent) for lead_id, consent in given])


def of_lead(connection: Connection, lead_id: str) -> tuple[Consent, ...]:
    """What was agreed to with this lead, and withdrawn, in order."""
    rows = connection.execute(select(consents).where(consents.c.lead_id == lead_id).order_by(consents.c.at))
    return tuple(
        Consent(
            text=row.text,
            version=row.version,
            language=row.language,
            given=None if row.given is None else bool(row.given),
            page_url=row.page_url,
            address=row.address,
            user_agent=row.user_agent,
            at=row.at,
        )
        for row in rows
    )


def _withdraw(transaction: Transaction, lead_id: str, phone: str, consent: Consent) -> None:
    if purging.suppress(transaction, phone, consent.at):  # pressed twice is said once
        add(transaction, [(lead_id, consent)])
        stop_waiting(transaction, [phone], consent.at)


def _row(lead_id: str, consent: Consent) -> tuple[str | float | int | None, ...]:
    return (
        lead_id,
        consent.at,
        clean(consent.text),
        clean(consent.version),
        clean(consent.language),
        None if consent.given is None else int(consent.given),
        clean(consent.page_url),
        clean(consent.address),
        clean(consent.user_agent),
    )
