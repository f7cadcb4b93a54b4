"""Permits to send one request to a dialer, counted over all machines by the database's own clock.

PostgreSQL only: on one machine the locks of files do the same without a database.
"""

from __future__ import annotations

from gateway.store.transaction import Row, Transaction

PERMIT_LOCK = 4  # kinds are taken in ascending order within one transaction
# A start is counted when the permit is given; somewhat more than a second keeps the cap where it arrives.
WINDOW = 1.05
LOOK_AGAIN = 0.02  # seconds until a slot may be free: whoever gives one back cannot tell other machines
PLACE = 0.5  # seconds that a place in the queue is kept for one who does not ask again

# `now()` would be the moment the transaction began, which is before the lock was there.
_NOW = "(SELECT extract(epoch FROM clock_timestamp())::float8 AS now OFFSET 0) AS clock"
# A start in the future was written before the clock was set back: it must not stop the line until then.
_START = (
    f"SELECT started_at FROM permits WHERE dialer = ? AND started_at > now - {WINDOW}"  # noqa: S608
    f" AND started_at < now + {WINDOW} ORDER BY started_at DESC OFFSET ? LIMIT 1"
)
_LOOK = (
    "SELECT now,"  # noqa: S608
    " (SELECT count(*) FROM permits WHERE dialer = ? AND ended_at IS NULL AND expires_at > now"
    f" AND started_at < now + {WINDOW}),"
    " (SELECT count(*) FROM permits WHERE dialer = ? AND started_at IS NULL AND expires_at > now AND id <> ?"
    " AND asked_at < coalesce((SELECT mine.asked_at FROM permits AS mine WHERE mine.id = ?), now)),"
    f" ({_START}) FROM {_NOW}"
)
_LATER_START = f"SELECT ({_START}) FROM {_NOW}"  # noqa: S608
_ASK = (
    "INSERT INTO permits (id, dialer, owner, asked_at, expires_at) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT (id) DO UPDATE SET expires_at = excluded.expires_at"
)
_TAKE = (
    "WITH old AS (DELETE FROM permits WHERE dialer = ? AND id <> ?"  # noqa: S608
    " AND (ended_at IS NOT NULL OR expires_at <= ?)"
    f" AND abs(coalesce(started_at, 0) - ?) >= {WINDOW})"
    " INSERT INTO permits (id, dialer, owner, asked_at, started_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (id) DO UPDATE SET started_at = excluded.started_at, expires_at = excluded.expires_at"
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
    """Write the permit down and return 0, or return the seconds to wait; a cap of 0 is none.

    Whoever asks again under the same id keeps its place: else a busy machine, which knows first when one of its own
    requests is over, would leave the others nothing.
    """
    transaction.lock(PERMIT_LOCK, (dialer,))
    last_allowed = max(0, max_per_second - 1)
    look: Row = transaction.run(_LOOK, (dialer, dialer, permit_id, permit_id, dialer, last_allowed)).one()
    now, under_way, before_us, limiting_start = look
    if max_per_second and before_us:
        later = (dialer, max(0, last_allowed - before_us))
        limiting_start = transaction.run(_LATER_START, later).scalar_one()
    wait = 0.0
    if max_concurrency and under_way + before_us >= max_concurrency:
        wait = LOOK_AGAIN
    elif max_per_second and limiting_start is not None:
        wait = min(WINDOW, max(0.001, float(limiting_start + WINDOW - now)))
    if wait:
        transaction.run(_ASK, (permit_id, dialer, owner, now, now + wait + PLACE))
    else:
        new = (permit_id, dialer, owner, now, now, now + lease)
        transaction.run(_TAKE, (dialer, permit_id, now, now, *new))
    return wait


def end(transaction: Transaction, permit_id: str) -> None:
    """The request is over; its start stays counted for the rest of its second."""
    transaction.run(_END, (permit_id,))


def cancel(transaction: Transaction, permit_id: str) -> None:
    """Nothing was sent: neither the slot nor the start counts."""
    transaction.run("DELETE FROM permits WHERE id = ?", (permit_id,))


def end_all(transaction: Transaction, owner: str) -> None:
    """This process is certainly dead, and its connections with it."""
    transaction.run(_END_ALL, (owner,))
