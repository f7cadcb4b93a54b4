"""The only SQL: keeps enquiries, leads and what became of them, durably, in SQLite or PostgreSQL."""

from gateway.store.errors import OutdatedSchema, StoreError, StoreUnavailable, Trouble
from gateway.store.store import Store

__all__ = ["OutdatedSchema", "Store", "StoreError", "StoreUnavailable", "Trouble"]
