"""The tables of the operator console: who may sign in, what people did, alerts, jobs, and how the lines stand."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text, text

from gateway.store.tables import TIME, metadata

users = Table(
    "users",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False, unique=True),  # what one signs in with, case-folded
    Column("role", Text, nullable=False),  # viewer, operator or admin
    Column("password_hash", Text),  # Argon2id; NULL: signs in elsewhere, or not yet
    Column(
        "one_time_until", TIME
    ),  # somebody else chose the password: to be replaced, and no good after this
    Column("totp_secret", LargeBinary),  # sealed with the secret key; NULL: no second factor
    Column("totp_step", Integer, nullable=False, server_default="0"),  # the last one used: none counts twice
    Column("subject", Text, unique=True),  # issuer and subject at the company's own sign-in
    Column("created_at", TIME, nullable=False),
    Column("changed_at", TIME, nullable=False),  # password, role or second factor
    Column("seen_at", TIME),
    Column("disabled_at", TIME),
)

# Only digests of what stands in the cookies: whoever reads this table can sign in as nobody.
sessions = Table(
    "sessions",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("created_at", TIME, nullable=False),
    Column("seen_at", TIME, nullable=False),
    Column("expires_at", TIME, nullable=False),
    Column("address", Text, nullable=False),
    Column("user_agent", Text, nullable=False),
    Index("sessions_user", "user_id"),
    Index("sessions_expiry", "expires_at"),
    sqlite_with_rowid=False,
)

# What people did, and why. The migration's triggers refuse every change and removal; no entry holds a number.
audit = Table(
    "audit",
    metadata,
    Column("id", Text, primary_key=True),  # sortable by time
    Column("at", TIME, nullable=False),
    Column("actor", Text, nullable=False),  # a user's name, or "command line", or "gateway"
    Column("action", Text, nullable=False),  # lead.retried, key.created, …
    Column(
        "subject", Text, nullable=False
    ),  # lead, source, dialer, user, key, suppression, job, alert, session
    Column("subject_id", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("detail", Text, nullable=False),  # JSON
    Column("address", Text, nullable=False),
    Index("audit_subject", "subject", "subject_id"),
    sqlite_with_rowid=False,
)

# How each process sees each of its lines; a row whose time is old is of a process that is gone.
line_reports = Table(
    "line_reports",
    metadata,
    Column("owner", Text, primary_key=True),
    Column("dialer", Text, primary_key=True),
    Column("at", TIME, nullable=False),
    Column("is_open", Integer, nullable=False),
    Column("reason", Text),  # why it is closed
    Column("opens_at", TIME),  # when it is tried again
    Column("under_way", Integer, nullable=False),  # requests
    Column("waiting", Integer, nullable=False),  # leads in this process's memory
    Column("average", TIME, nullable=False),  # seconds an answer takes lately
    Column("rate", TIME, nullable=False),  # requests begun a second, since the report before
    Column("last_answer_at", TIME),
    Column("last_outcome", Text),
    sqlite_with_rowid=False,
)

# Dialers that a person has stopped: leads are taken in and wait.
pauses = Table(
    "pauses",
    metadata,
    Column("dialer", Text, primary_key=True),
    Column("since", TIME, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
)

# One row per trouble from its beginning to its end; the next time it comes it is another row.
alerts = Table(
    "alerts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("rule", Text, nullable=False),
    Column("subject", Text, nullable=False),  # the dialer or source it is about; empty: the gateway
    Column("severity", Text, nullable=False),  # warning or critical
    Column("opened_at", TIME, nullable=False),
    Column("seen_at", TIME, nullable=False),
    Column("raised_at", TIME),  # it had lasted long enough; NULL: nobody is told, and no page shows it yet
    Column("closed_at", TIME),
    Column("times", Integer, nullable=False, server_default="1"),  # above 1: it came back soon after its end
    Column("leads", Integer),
    Column("peak", Integer),  # the most leads it ever was
    Column("summary", Text, nullable=False),
    Column("next_step", Text, nullable=False),
    Column("told_at", TIME),  # when a message about it was written last
    Column("recovery_told_at", TIME),
    Column("seen_by", Text),  # who has said that they are at it
)
_OPEN = text("closed_at IS NULL")
Index("alerts_open", alerts.c.rule, alerts.c.subject, unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN)
Index("alerts_closed", alerts.c.closed_at)

# What is to be told about alerts: one row for each message and target, from its writing until it was taken.
alert_messages = Table(
    "alert_messages",
    metadata,
    Column("id", Text, primary_key=True),  # sortable by time
    Column("target", Text, nullable=False),  # its reference in gateway.toml, never the address itself
    Column("severity", Text, nullable=False),  # warning, critical or good
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", TIME, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_at", TIME),  # only while it waits
    Column("leased_until", TIME),  # while a process sends it
    Column("told_at", TIME),
    Column("problem", Text),  # of the last try
)
_UNSENT = text("next_at IS NOT NULL")
Index(
    "alert_messages_waiting",
    alert_messages.c.target,
    alert_messages.c.next_at,
    sqlite_where=_UNSENT,
    postgresql_where=_UNSENT,
)

# What a person asked to be done to many leads at once.
jobs = Table(
    "jobs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("action", Text, nullable=False),  # retry, release, discard or undo
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("wanted", Text, nullable=False),  # JSON: a search, or ids
    Column("upto", Text, nullable=False),  # no lead that came after this id
    Column("undoes", Text),  # the job whose work is taken back
    Column("standing", Text, nullable=False),  # waiting, running, done or cancelled
    Column("created_at", TIME, nullable=False),
    Column("finished_at", TIME),
    Column("cancel_asked_at", TIME),
    Column("total", Integer, nullable=False),
    Column("looked_at", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("position", Text, nullable=False),  # the id that was looked at last
    Column("leased_until", TIME),
    Column("problem", Text),
    Column("lifts", Text, nullable=False, server_default="[]"),  # JSON: [dialer, scope] of holds it ends
)
_UNFINISHED = text("finished_at IS NULL")
Index("jobs_unfinished", jobs.c.id, sqlite_where=_UNFINISHED, postgresql_where=_UNFINISHED)

# What a job changed, and how it was before, so that it can be taken back.
job_leads = Table(
    "job_leads",
    metadata,
    Column("job_id", Text, primary_key=True),
    Column("lead_id", Text, primary_key=True),
    Column("before", Text, nullable=False),  # JSON: state, reason_code, message, hold_scope
    sqlite_with_rowid=False,
)

# What the door of each source has refused; a row per hour and reason, since most of it is kept nowhere else.
door_counts = Table(
    "door_counts",
    metadata,
    Column("source", Text, primary_key=True),
    Column("hour", Integer, primary_key=True),  # since the epoch
    Column("code", Text, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("last_at", TIME, nullable=False),
    sqlite_with_rowid=False,
)

# A list of numbers that somebody wants to import, line by line, until they have decided; forgotten after a day.
suppression_lines = Table(
    "suppression_lines",
    metadata,
    Column("import_id", Text, primary_key=True),  # sortable by time
    Column("line", Integer, primary_key=True),
    Column("phone", Text, nullable=False),  # empty: no number
    Column("verdict", Text, nullable=False),  # new, listed, repeated, or why it is no number
    Index("suppression_lines_phone", "import_id", "phone"),
    sqlite_with_rowid=False,
)
