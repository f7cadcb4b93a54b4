"""Consents that are never changed, calls that were asked for, and what the spam checks remember."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

REFUSAL = "consents are evidence: they are added, never changed or removed"

SQLITE = (
    f"CREATE TRIGGER consents_not_updated BEFORE UPDATE ON consents BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    f"CREATE TRIGGER consents_not_deleted BEFORE DELETE ON consents BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    # INSERT OR REPLACE removes the old row without asking the trigger above.
    (
        "CREATE TRIGGER consents_not_replaced BEFORE INSERT ON consents WHEN EXISTS (SELECT 1 FROM consents"  # noqa: S608
        f" WHERE lead_id = NEW.lead_id AND at = NEW.at) BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    ),
)
POSTGRESQL = (
    (
        "CREATE FUNCTION refuse_to_change_consents() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
    ),
    (
        "CREATE TRIGGER consents_not_changed BEFORE UPDATE OR DELETE ON consents"
        " FOR EACH ROW EXECUTE FUNCTION refuse_to_change_consents()"
    ),
    (
        "CREATE TRIGGER consents_not_emptied BEFORE TRUNCATE ON consents"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_consents()"
    ),
)


def upgrade() -> None:
    op.create_table(
        "consents",
        sa.Column("lead_id", sa.Text(), nullable=False),
        sa.Column("at", sa.Float(precision=53), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("given", sa.Integer(), nullable=True),
        sa.Column("page_url", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("user_agent", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("lead_id", "at"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "calls",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("dialer", sa.Text(), nullable=False),
        sa.Column("agent_user", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("lead_id", sa.Text(), nullable=True),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.Float(precision=53), nullable=False),
        sa.Column("finished_at", sa.Float(precision=53), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason_code", sa.Text(), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("http_status", sa.Integer(), nullable=True),
        sa.Column("response", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("calls", schema=None) as batch_op:
        batch_op.create_index("calls_lead", ["lead_id"], unique=False)
        batch_op.create_index("calls_phone", ["phone", "asked_at"], unique=False)
    op.create_table(
        "spent_proofs",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("scope", "fingerprint"),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("spent_proofs", schema=None) as batch_op:
        batch_op.create_index("spent_proofs_expiry", ["expires_at"], unique=False)
    op.create_table(
        "seen_texts",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("phone_fingerprint", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("source", "fingerprint", "phone_fingerprint"),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("seen_texts", schema=None) as batch_op:
        batch_op.create_index("seen_texts_seen", ["seen_at"], unique=False)
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)
