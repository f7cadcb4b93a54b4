"""Users, sessions, the audit log, alerts, jobs, how the lines stand; indexes that find one lead among millions."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

REFUSAL = "the audit log is added to, never changed"

SQLITE = (
    f"CREATE TRIGGER audit_not_updated BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    f"CREATE TRIGGER audit_not_deleted BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    # INSERT OR REPLACE removes the old row without asking the trigger above.
    (
        "CREATE TRIGGER audit_not_replaced BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit"  # noqa: S608
        f" WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    ),
)
POSTGRESQL = (
    (
        "CREATE FUNCTION refuse_to_change_audit() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
    ),
    (
        "CREATE TRIGGER audit_not_changed BEFORE UPDATE OR DELETE ON audit"
        " FOR EACH ROW EXECUTE FUNCTION refuse_to_change_audit()"
    ),
    (
        "CREATE TRIGGER audit_not_emptied BEFORE TRUNCATE ON audit"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_audit()"
    ),
)

ASIDE = "state NOT IN ('queued', 'sending', 'delivered')"
REASONED = "reason_code IS NOT NULL"
NAMED = "dialer_lead_id IS NOT NULL"
OPEN = "closed_at IS NULL"
UNFINISHED = "finished_at IS NULL"
UNSENT = "next_at IS NOT NULL"
GIVEN_UP = "standing = 'given_up'"

TIME = sa.Float(precision=53)


def _partial(
    name: str, table: str, columns: list[str], where: str, *, unique: bool = False, early: bool = False
) -> None:
    """`early`: it may have been built before the update, without stopping anybody; see docs/storage.md."""
    op.create_index(
        name,
        table,
        columns,
        unique=unique,
        if_not_exists=early,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )


def upgrade() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("one_time_until", TIME, nullable=True),
        sa.Column("totp_secret", sa.LargeBinary(), nullable=True),
        sa.Column("totp_step", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.Column("seen_at", TIME, nullable=True),
        sa.Column("disabled_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
        sa.UniqueConstraint("subject"),
    )
    op.create_table(
        "sessions",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("user_agent", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
        sqlite_with_rowid=False,
    )
    op.create_index("sessions_user", "sessions", ["user_id"])
    op.create_index("sessions_expiry", "sessions", ["expires_at"])
    op.create_table(
        "audit",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_index("audit_subject", "audit", ["subject", "subject_id"])
    op.create_table(
        "line_reports",
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("dialer", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("is_open", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("opens_at", TIME, nullable=True),
        sa.Column("under_way", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("average", TIME, nullable=False),
        sa.Column("rate", TIME, nullable=False),
        sa.Column("last_answer_at", TIME, nullable=True),
        sa.Column("last_outcome", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("owner", "dialer"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "pauses",
        sa.Column("dialer", sa.Text(), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("dialer"),
    )
    op.create_table(
        "alerts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
        sa.Column("raised_at", TIME, nullable=True),
        sa.Column("closed_at", TIME, nullable=True),
        sa.Column("times", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("leads", sa.Integer(), nullable=True),
        sa.Column("peak", sa.Integer(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("next_step", sa.Text(), nullable=False),
        sa.Column("told_at", TIME, nullable=True),
        sa.Column("recovery_told_at", TIME, nullable=True),
        sa.Column("seen_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    _partial("alerts_open", "alerts", ["rule", "subject"], OPEN, unique=True)
    op.create_index("alerts_closed", "alerts", ["closed_at"])
    op.create_table(
        "alert_messages",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", TIME, nullable=True),
        sa.Column("leased_until", TIME, nullable=True),
        sa.Column("told_at", TIME, nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    _partial("alert_messages_waiting", "alert_messages", ["target", "next_at"], UNSENT)
    _partial("callbacks_given_up", "callbacks", ["last_at"], GIVEN_UP, early=True)
    op.create_table(
        "jobs",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.Column("upto", sa.Text(), nullable=False),
        sa.Column("undoes", sa.Text(), nullable=True),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("finished_at", TIME, nullable=True),
        sa.Column("cancel_asked_at", TIME, nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("looked_at", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("leased_until", TIME, nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("lifts", sa.Text(), nullable=False, server_default="[]"),
        sa.PrimaryKeyConstraint("id"),
    )
    _partial("jobs_unfinished", "jobs", ["id"], UNFINISHED)
    op.create_table(
        "job_leads",
        sa.Column("job_id", sa.Text(), nullable=False),
        sa.Column("lead_id", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("job_id", "lead_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "door_counts",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("last_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("source", "hour", "code"),
        sqlite_with_rowid=False,
    )
    op.add_column("suppressions", sa.Column("reason", sa.Text(), nullable=False, server_default=""))
    op.add_column("suppressions", sa.Column("added_by", sa.Text(), nullable=False, server_default=""))
    op.create_index("suppressions_since", "suppressions", ["since", "phone"])
    op.create_table(
        "suppression_lines",
        sa.Column("import_id", sa.Text(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("import_id", "line"),
        sqlite_with_rowid=False,
    )
    op.create_index("suppression_lines_phone", "suppression_lines", ["import_id", "phone"])
    _partial("leads_aside", "leads", ["state", "id", "source"], ASIDE, early=True)
    # With the id, what waits is counted by its age without a look at the leads themselves.
    op.drop_index("leads_queued", "leads")
    _partial("leads_queued", "leads", ["dialer", "source", "next_at", "owner", "id"], "state = 'queued'")
    op.create_index("leads_source", "leads", ["source", "id"], if_not_exists=True)
    _partial("leads_reason", "leads", ["reason_code", "id"], REASONED, early=True)
    _partial("leads_named", "leads", ["dialer_lead_id"], NAMED, early=True)
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)
