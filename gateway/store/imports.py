"""Which rows of files are leads already: an import claims each row as a partner claims an idempotency key."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.engine import Connection

from gateway.store.claiming import RETENTION
from gateway.store.tables import idempotency


def known_rows(connection: Connection, owner: str, keys: Sequence[str], now: float) -> dict[str, str]:
    """The lead of each row that was imported within the last 30 days, by the row's key."""
    wanted = select(idempotency.c.key, idempotency.c.lead_id).where(
        idempotency.c.owner == owner,
        idempotency.c.route == "import",
        idempotency.c.key.in_(keys),
        idempotency.c.claimed_at > now - RETENTION,
    )
    return {key: lead_id for key, lead_id in connection.execute(wanted) if lead_id is not None}
