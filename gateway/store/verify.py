"""The conservation check: what came in stands in the states, and each state has what it must have."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.engine import Connection
from sqlalchemy.exc import DatabaseError

from gateway.store.records import Finding

EXAMPLES = 5
_DAY = "CAST(floor(received_at / 86400) AS INTEGER)"


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """Rows of `query` are wrong; the first column names them."""

    code: str
    query: str
    message: str
    next_step: str


CHECKS = (
    Check(
        code="verify.count",
        query=f"""
            SELECT coalesce(counted.source, found.source) || ' ' || coalesce(counted.day, found.day) AS name
            FROM (SELECT source, day, leads FROM intake_counts) AS counted
            FULL JOIN (SELECT source, {_DAY} AS day, count(*) AS leads FROM leads GROUP BY 1, 2) AS found
            ON found.source = counted.source AND found.day = counted.day
            WHERE coalesce(counted.leads, 0) <> coalesce(found.leads, 0)
            ORDER BY 1
        """,  # noqa: S608
        message="More or fewer leads are stored than were taken in, for these sources and days (since"
        " 1970-01-01).",
        next_step="Compare with the latest backup: leads were removed or added outside the gateway.",
    ),
    Check(
        code="verify.state",
        query="""
            SELECT id FROM leads WHERE state NOT IN ('queued', 'sending', 'delivered', 'rejected', 'held',
                'unconfirmed', 'quarantined', 'duplicate', 'suppressed', 'test', 'dead')
        """,
        message="Leads are in a state that does not exist.",
        next_step="Run: gateway leads show ID, and mend the state from its attempts.",
    ),
    Check(
        code="verify.enquiry_without_lead",
        query="""
            SELECT id FROM enquiries WHERE NOT EXISTS
                (SELECT 1 FROM leads WHERE leads.enquiry_id = enquiries.id)
        """,
        message="Enquiries were kept of which no lead was made.",
        next_step="Restore the leads from a backup, or enter them again from the enquiry as received.",
    ),
    Check(
        code="verify.lead_without_enquiry",
        query="""
            SELECT id FROM leads WHERE NOT EXISTS
                (SELECT 1 FROM enquiries WHERE enquiries.id = leads.enquiry_id)
        """,
        message="Leads have lost the enquiry they were made of.",
        next_step="Restore the enquiries from a backup; the leads themselves are complete.",
    ),
    Check(
        code="verify.duplicate_of_nothing",
        query="""
            SELECT id FROM leads WHERE state = 'duplicate' AND (duplicate_of IS NULL OR NOT EXISTS
                (SELECT 1 FROM leads AS first WHERE first.id = leads.duplicate_of))
        """,
        message="Duplicates point to a first lead that does not exist.",
        next_step="Look at each with: gateway leads show ID, and enter the enquiry again if nobody called.",
    ),
    Check(
        code="verify.sending_without_owner",
        query="""
            SELECT id FROM leads WHERE state = 'sending' AND (owner IS NULL OR NOT EXISTS
                (SELECT 1 FROM processes WHERE processes.owner = leads.owner))
        """,
        message="Leads are being sent by nobody.",
        next_step="Start a process that delivers: it makes them unconfirmed within seconds.",
    ),
    Check(
        code="verify.held_without_scope",
        query="SELECT id FROM leads WHERE state = 'held' AND hold_scope IS NULL",
        message="Leads are held, and nothing says behind what.",
        next_step="Run: gateway leads retry ID",
    ),
    Check(
        code="verify.delivered_without_attempt",
        query="""
            SELECT id FROM leads WHERE state = 'delivered' AND NOT EXISTS
                (SELECT 1 FROM attempts WHERE attempts.lead_id = leads.id
                    AND attempts.action NOT IN ('fetch', 'remake', 'edit', 'withdraw'))
        """,
        message="Leads count as delivered although nothing was sent and nobody resolved them.",
        next_step="Look for them in the dialer by their phone number; those that are not there: gateway"
        " leads retry ID",
    ),
)


def findings(connection: Connection) -> list[Finding]:
    """Everything that is wrong; reads the whole database, however long that takes."""
    if connection.dialect.name == "sqlite":
        return _damage(connection) or _wrong_rows(connection)
    connection.exec_driver_sql("SET statement_timeout = 0")
    try:
        return _wrong_rows(connection)
    finally:
        connection.exec_driver_sql("RESET statement_timeout")


def _wrong_rows(connection: Connection) -> list[Finding]:
    return [finding for check in CHECKS if (finding := _run(connection, check)) is not None]


def _run(connection: Connection, check: Check) -> Finding | None:
    names = [str(row[0]) for row in connection.exec_driver_sql(check.query)]
    if not names:
        return None
    return Finding(
        code=check.code,
        message=check.message,
        next_step=check.next_step,
        count=len(names),
        examples=tuple(names[:EXAMPLES]),
    )


def _damage(connection: Connection) -> list[Finding]:
    try:
        lines = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA quick_check(100)")]
    except DatabaseError as error:
        lines = [str(error.orig)]
    if lines == ["ok"]:
        return []
    return [
        Finding(
            code="verify.damaged",
            message="SQLite finds the file damaged.",
            next_step="Stop the gateway, keep a copy of the file, and restore the latest backup.",
            count=len(lines),
        )
    ]
