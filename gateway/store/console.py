"""What the operator console keeps and asks, part by part."""

from __future__ import annotations

from gateway.store.audit import Audit
from gateway.store.database import Database


class ConsoleStore:
    """Reached as `store.console`; everything raises StoreUnavailable when the database is away."""

    def __init__(self, database: Database) -> None:
        self.audit = Audit(database)
