"""The table of what is told to callback_urls; migrations/ brings a database there."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table, Text, text

from gateway.store.tables import TIME, metadata

# What is told to the callback_url of a source: one row for each end of a lead, as the lead was at that moment.
callbacks = Table(
    "callbacks",
    metadata,
    Column("id", Text, primary_key=True),  # the webhook-id: the same on every attempt
    Column("source", Text, nullable=False),
    Column("lead_id", Text, nullable=False),
    Column("state", Text, nullable=False),  # the lead's
    Column("happened_at", TIME, nullable=False),
    Column("facts", Text, nullable=False),
    Column("standing", Text, nullable=False),  # waiting, sent or given_up
    Column("since", TIME, nullable=False),  # it was noted, or replayed last
    Column("attempts", Integer, nullable=False),
    Column("next_at", TIME),  # only while it waits
    Column("leased_until", TIME),  # while a process sends it
    Column("last_at", TIME),
    Column("http_status", Integer),
    Column("problem", Text),
    Index("callbacks_lead", "lead_id"),
)
_WAITING = text("next_at IS NOT NULL")
Index(
    "callbacks_waiting",
    callbacks.c.source,
    callbacks.c.next_at,
    sqlite_where=_WAITING,
    postgresql_where=_WAITING,
)
_GIVEN_UP = text("standing = 'given_up'")
Index("callbacks_given_up", callbacks.c.last_at, sqlite_where=_GIVEN_UP, postgresql_where=_GIVEN_UP)
