"""Old leads leave source by source; what a source brought in a day is counted; a key may have quotas of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

QUEUED = sa.text("state = 'queued'")


def upgrade() -> None:
    op.drop_index("leads_queued", "leads")
    op.create_index(
        "leads_queued",
        "leads",
        ["dialer", "source", "next_at", "owner"],
        sqlite_where=QUEUED,
        postgresql_where=QUEUED,
    )
    op.create_table(
        "cap_counts",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("leads", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("source", "day"),
        sqlite_with_rowid=False,
    )
    op.add_column("api_keys", sa.Column("limits", sa.Text(), nullable=False, server_default=""))
