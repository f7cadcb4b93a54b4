"""How far each source has been pulled, and what was pulled lately."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pulls",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("covered", sa.Float(precision=53), nullable=False),
        sa.Column("span", sa.Float(precision=53), nullable=True),
        sa.Column("asked_at", sa.Float(precision=53), nullable=True),
        sa.Column("next_at", sa.Float(precision=53), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("leased_until", sa.Float(precision=53), nullable=True),
        sa.PrimaryKeyConstraint("source"),
    )
    op.create_table(
        "pulled_rows",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("source", "fingerprint"),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("pulled_rows", schema=None) as batch_op:
        batch_op.create_index("pulled_rows_seen", ["seen_at"], unique=False)
