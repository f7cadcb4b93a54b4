"""The tables of what is known about the sources: when they bring leads, and what their deliveries look like."""

from __future__ import annotations

from sqlalchemy import Column, Integer, Table, Text

from gateway.store.tables import TIME, metadata

# Whose turn it is to look at the sources, and until when their leads have been counted.
watches = Table(
    "watches",
    metadata,
    Column("name", Text, primary_key=True),
    Column("looked_until", TIME, nullable=False),
    Column(
        "awake_since", TIME, nullable=False
    ),  # before this nobody looked, so nobody could have heard a lead
    Column("next_at", TIME, nullable=False),
)

# What is known of each source that has ever brought a lead.
watched_sources = Table(
    "watched_sources",
    metadata,
    Column("source", Text, primary_key=True),
    Column("first_at", TIME, nullable=False),
    Column("last_at", TIME, nullable=False),
    Column("silent_since", TIME),  # its last lead before the silence that was told
    Column("usual_gap", TIME),  # seconds, as judged last; NULL while too little is known
    Column("samples", Integer, nullable=False),  # deliveries whose fields were looked at
)

# Hours since the epoch in which a source brought leads; one row a source and hour, written by the watch alone.
source_hours = Table(
    "source_hours",
    metadata,
    Column("source", Text, primary_key=True),
    Column("hour", Integer, primary_key=True),
    Column("leads", Integer, nullable=False),
    Column("first_at", TIME, nullable=False),
    Column("last_at", TIME, nullable=False),
    Column("longest_gap", TIME, nullable=False),  # seconds between two leads of this hour
    sqlite_with_rowid=False,
)

# The fields of a source's deliveries: names and kinds of values, never a value.
source_fields = Table(
    "source_fields",
    metadata,
    Column("source", Text, primary_key=True),
    Column("path", Text, primary_key=True),
    Column("kinds", Text, nullable=False),  # separated by blanks
    Column("born", Integer, nullable=False),  # deliveries looked at before it was first there
    Column("seen", Integer, nullable=False),
    Column("absent", Integer, nullable=False),  # deliveries since it was last there
    Column("first_at", TIME, nullable=False),
    Column("last_at", TIME, nullable=False),
    Column("change", Text),  # new, missing or retyped: told once
    Column("changed_at", TIME),
    Column("advice", Text),
    sqlite_with_rowid=False,
)
