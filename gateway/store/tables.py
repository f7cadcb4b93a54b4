"""The tables, for both engines; migrations/ brings a database there.

JSON stands in TEXT and times are seconds since the epoch, so that no value is converted on the hot path.
There are no foreign keys between leads and enquiries: both are written in one transaction, and `verify`
proves that they fit.
"""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, LargeBinary, MetaData, Table, Text, text

metadata = MetaData()
TIME = Float(53)

# SQLite uses a partial index only for a query that repeats its condition word for word.
PARKED = "state IN ('held', 'unconfirmed', 'quarantined', 'dead')"
ASIDE = "state NOT IN ('queued', 'sending', 'delivered')"
UNTOLD = (
    "told_at <> finished_at"  # never true where either is NULL: leads that nobody is told of cost nothing
)

enquiries = Table(
    "enquiries",
    metadata,
    Column("id", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("received_at", TIME, nullable=False),
    Column("method", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("headers", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

leads = Table(
    "leads",
    metadata,
    Column("id", Text, primary_key=True),  # sortable by time: the primary key is also the order of arrival
    Column("enquiry_id", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason_code", Text),
    Column("message", Text),
    Column("duplicate_of", Text),
    Column("dialer", Text, nullable=False),
    Column("list_id", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("fields", Text, nullable=False),
    Column("extra", Text, nullable=False),
    Column("warnings", Text, nullable=False),
    Column("problems", Text, nullable=False),
    Column("test", Integer, nullable=False),
    Column("dialer_lead_id", Text),
    Column("dialer_list_id", Text),
    Column("dialer_status", Text),
    Column("possible_duplicate", Integer, nullable=False, server_default="0"),
    Column("looked_up", Integer, nullable=False, server_default="0"),
    Column("received_at", TIME, nullable=False),
    Column("updated_at", TIME, nullable=False),
    Column("finished_at", TIME),
    Column("owner", Text),
    Column("attempt_id", Text),
    Column("sent_at", TIME),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_at", TIME),
    Column("hold_scope", Text),
    # The end (finished_at) that was noted last for the callback_url of its source: 0 none yet, NULL nobody is told.
    Column("told_at", TIME),
)


def _partial(name: str, where: str, *columns: str) -> Index:
    """Only leads that are on their way stand in such an index, so it stays small for ever."""
    condition = text(where)
    return Index(
        name, *(leads.c[column] for column in columns), sqlite_where=condition, postgresql_where=condition
    )


_partial("leads_queued", "state = 'queued'", "dialer", "source", "next_at", "owner", "id")
_partial("leads_owned", "owner IS NOT NULL", "owner")
_partial("leads_sending", "state = 'sending'", "dialer", "phone")
_partial("leads_parked", PARKED, "state", "dialer", "hold_scope", "next_at")
# Whoever ends a lead puts it here by that, in the same transaction, and knows nothing of callbacks.
_partial("leads_untold", UNTOLD, "id")
_partial("leads_aside", ASIDE, "state", "id", "source")
_partial("leads_reason", "reason_code IS NOT NULL", "reason_code", "id")
_partial("leads_named", "dialer_lead_id IS NOT NULL", "dialer_lead_id")
Index("leads_phone", leads.c.phone)
Index("leads_source", leads.c.source, leads.c.id)

attempts = Table(
    "attempts",
    metadata,
    Column("lead_id", Text, primary_key=True),
    Column("attempt_id", Text, primary_key=True),
    Column("dialer", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("started_at", TIME, nullable=False),
    Column("finished_at", TIME, nullable=False),
    Column("http_status", Integer),
    Column(
        "told_by", Text, nullable=False
    ),  # the lead of this attempt whose row keeps the one response for all
    Column("response", Text),
    Column("outcome", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason_code", Text),
    Column("message", Text),
    sqlite_with_rowid=False,
)

identities = Table(
    "identities",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("fingerprint", Text, primary_key=True),
    Column("lead_id", Text, nullable=False),
    Column("expires_at", TIME, nullable=False),
    Index("identities_lead", "lead_id"),
    sqlite_with_rowid=False,
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("owner", Text, primary_key=True),
    Column("route", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("lead_id", Text),
    Column("claimed_at", TIME, nullable=False),
    Column("status", Integer),
    Column("headers", Text),
    Column("body", LargeBinary),
    Index("idempotency_claimed", "claimed_at"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("public_id", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("created_at", TIME, nullable=False),
    Column("expires_at", TIME),
    Column("revoked_at", TIME),
    Column("last_used_at", TIME),
    Column("networks", Text, nullable=False, server_default=""),  # separated by blanks; empty: from anywhere
    Column(
        "limits", Text, nullable=False, server_default=""
    ),  # one a line, instead of its source's "per key"
)

holds = Table(
    "holds",
    metadata,
    Column("dialer", Text, primary_key=True),
    Column("scope", Text, primary_key=True),
    Column("code", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("since", TIME, nullable=False),
    Column("probe_at", TIME, nullable=False),
    Column("pause", TIME, nullable=False),  # seconds between two probes
)

processes = Table(
    "processes",
    metadata,
    Column("owner", Text, primary_key=True),
    Column("started_at", TIME, nullable=False),
    Column("alive_until", TIME, nullable=False),
)

# Counted beside the leads and never changed with them: `verify` holds one against the other.
intake_counts = Table(
    "intake_counts",
    metadata,
    Column("source", Text, primary_key=True),
    Column("day", Integer, primary_key=True),  # days since the epoch, UTC
    Column("leads", Integer, nullable=False),
)

suppressions = Table(
    "suppressions",
    metadata,
    Column("phone", Text, primary_key=True),
    Column("since", TIME, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("added_by", Text, nullable=False, server_default=""),
    Index("suppressions_since", "since", "phone"),
)

# One row per request that waits to leave, is under way, or began within the last second; see permits.py.
permits = Table(
    "permits",
    metadata,
    Column("id", Text, primary_key=True),
    Column("dialer", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("asked_at", TIME, nullable=False),
    Column("started_at", TIME),  # not while it waits for its turn
    Column("ended_at", TIME),
    Column("expires_at", TIME, nullable=False),
    Index("permits_started", "dialer", "started_at"),
)

# What a person agreed to, as it was asked for. The migration's triggers refuse every change and removal.
consents = Table(
    "consents",
    metadata,
    Column("lead_id", Text, primary_key=True),
    Column("at", TIME, primary_key=True),
    Column("text", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("given", Integer),  # NULL: shown as a sentence, there was no box to tick
    Column("page_url", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("user_agent", Text, nullable=False),
    sqlite_with_rowid=False,
)

# One row per call that was asked for; written before the dialer is asked, completed by what it said.
calls = Table(
    "calls",
    metadata,
    Column("id", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("dialer", Text, nullable=False),
    Column("agent_user", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("lead_id", Text),
    Column("asked_by", Text, nullable=False),
    Column("asked_at", TIME, nullable=False),
    Column("finished_at", TIME),
    Column("outcome", Text, nullable=False),
    Column("reason_code", Text),
    Column("message", Text),
    Column("http_status", Integer),
    Column("response", Text),
    Index("calls_lead", "lead_id"),
    Index("calls_phone", "phone", "asked_at"),
)

# A proof of work counts once, in every process, until it expires by itself.
spent_proofs = Table(
    "spent_proofs",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("fingerprint", Text, primary_key=True),
    Column("expires_at", TIME, nullable=False),
    Index("spent_proofs_expiry", "expires_at"),
    sqlite_with_rowid=False,
)

# Which numbers sent the same text lately; fingerprints only.
seen_texts = Table(
    "seen_texts",
    metadata,
    Column("source", Text, primary_key=True),
    Column("fingerprint", Text, primary_key=True),
    Column("phone_fingerprint", Text, primary_key=True),
    Column("seen_at", TIME, nullable=False),
    Index("seen_texts_seen", "seen_at"),
    sqlite_with_rowid=False,
)

# How far each source has been pulled from its platform, who pulls it now, and when the platform may be asked again.
pulls = Table(
    "pulls",
    metadata,
    Column("source", Text, primary_key=True),
    Column(
        "covered", TIME, nullable=False
    ),  # every lead the platform had until this moment of its time is kept
    Column("span", TIME),  # seconds of the next window, where the platform gave less than it has
    Column("asked_at", TIME),
    Column("next_at", TIME, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("reason", Text),
    Column("owner", Text),
    Column("leased_until", TIME),
)

# What was pulled lately, kept or known before, so that an overlap brings nothing twice; fingerprints only.
pulled_rows = Table(
    "pulled_rows",
    metadata,
    Column("source", Text, primary_key=True),
    Column("fingerprint", Text, primary_key=True),
    Column("seen_at", TIME, nullable=False),
    Index("pulled_rows_seen", "seen_at"),
    sqlite_with_rowid=False,
)
