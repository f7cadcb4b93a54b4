"""What becomes of the leads of a source is told to its callback_url."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

UNTOLD = sa.text("told_at <> finished_at")
WAITING = sa.text("next_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("leads", sa.Column("told_at", sa.Float(precision=53), nullable=True))
    op.create_index("leads_untold", "leads", ["id"], sqlite_where=UNTOLD, postgresql_where=UNTOLD)
    op.create_table(
        "callbacks",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("lead_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("happened_at", sa.Float(precision=53), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("since", sa.Float(precision=53), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.Float(precision=53), nullable=True),
        sa.Column("leased_until", sa.Float(precision=53), nullable=True),
        sa.Column("last_at", sa.Float(precision=53), nullable=True),
        sa.Column("http_status", sa.Integer(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("callbacks_lead", "callbacks", ["lead_id"])
    op.create_index(
        "callbacks_waiting",
        "callbacks",
        ["source", "next_at"],
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )
