"""Both engines, and desks whose turns a test takes itself."""

from __future__ import annotations

from tests.store.conftest import (
    migrated_file,
    migrated_postgres,
    open_store,
    sqlite_path,
    sqlite_store,
    store,
    url,
)

__all__ = ["migrated_file", "migrated_postgres", "open_store", "sqlite_path", "sqlite_store", "store", "url"]
