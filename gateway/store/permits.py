"""Permits to send one request to a dialer, counted over all machines by the database's own clock.

PostgreSQL only: on one machine the locks of files do the same without a database.
"""

from __future__ import annotations

from gateway.store.transaction import Row, Transaction

PERMIT_LOCK = 4  # kinds are taken in ascending order within one transaction
# A start is counted when the permit is given; somewhat more than a second keeps the cap where it arrives.
WINDOW = 1.05
LOOK_AGAIN = 0.02  # seconds until a slot may be free: whoever gives one back cannot tell other machines

# `now()` would be the moment the transaction began, which is before the lock was there.
_NOW = "(SELECT extract(epoch FROM clock_timestamp())::float8 AS now OFFSET 0) AS clock"
# A start in the future was written before the clock was set back: it must not stop the line until then.
_LOOK = (
    "SELECT now,"  # noqa: S608
    " (SELECT count(*) FROM permits WHERE dialer = ? AND ended_at IS NULL AND expires_at > now"
    f" AND started_at < now + {WINDOW}),"
    " (SELECT started_at FROM permits WHERE dialer = ?"
    f" AND started_at > now - {WINDOW} AND started_at < now + {WINDOW}"
    f" ORDER BY started_at DESC OFFSET ? LIMIT 1) FROM {_NOW}"
)
_TAKE = (
    "WITH old AS (DELETE FROM permits WHERE dialer = ? AND (ended_at IS NOT NULL OR expires_at <= ?)"  # noqa: S608
    f" AND abs(started_at - ?) >= {WINDOW})"
    " INSERT INTO permits (id, dialer, owner, started_at, expires_at) VALUES (?, ?, ?, ?, ?)"
)
_END = f"UPDATE permits SET ended_at = now FROM {_NOW} WHERE id = ? AND ended_at IS NULL"  # noqa: S608
_END_ALL = f"UPDATE permits SET ended_at = now FROM {_NOW} WHERE owner = ? AND ended_at IS NULL"  # noqa: S608


def take(
    transaction: Transaction,
    permit_id: str,
    *,
    dialer: str,
    owner: str,
    max_concurrency: int,
    max_per_second: int,
    lease: float,
) -> float:
    """Write the permit down and return 0, or return the seconds to wait; a cap of 0 is none."""
    transaction.lock(PERMIT_LOCK, (dialer,))
    found: Row = transaction.run(_LOOK, (dialer, dialer, max(0, max_per_second - 1))).one()
    now, under_way, limiting_start = found
    if max_concurrency and under_way >= max_concurrency:
        return LOOK_AGAIN
    if max_per_second and limiting_start is not None:
        return min(WINDOW, max(0.001, float(limiting_start + WINDOW - now)))
    transaction.run(_TAKE, (dialer, now, now, permit_id, dialer, owner, now, now + lease))
    return 0.0


def end(transaction: Transaction, permit_id: str) -> None:
    """The request is over; its start stays counted for the rest of its second."""
    transaction.run(_END, (permit_id,))


def cancel(transaction: Transaction, permit_id: str) -> None:
    """Nothing was sent: neither the slot nor the start counts."""
    transaction.run("DELETE FROM permits WHERE id = ?", (permit_id,))


def end_all(transaction: Transaction, owner: str) -> None:
    """This process is certainly dead, and its connections with it."""
    transaction.run(_END_ALL, (owner,))
