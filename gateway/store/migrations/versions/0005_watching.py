"""How often each source brings leads, and which fields its deliveries have."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "watches",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("looked_until", sa.Float(precision=53), nullable=False),
        sa.Column("awake_since", sa.Float(precision=53), nullable=False),
        sa.Column("next_at", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "watched_sources",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("first_at", sa.Float(precision=53), nullable=False),
        sa.Column("last_at", sa.Float(precision=53), nullable=False),
        sa.Column("silent_since", sa.Float(precision=53), nullable=True),
        sa.Column("usual_gap", sa.Float(precision=53), nullable=True),
        sa.Column("samples", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("source"),
    )
    op.create_table(
        "source_hours",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("leads", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.Float(precision=53), nullable=False),
        sa.Column("last_at", sa.Float(precision=53), nullable=False),
        sa.Column("longest_gap", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("source", "hour"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "source_fields",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("kinds", sa.Text(), nullable=False),
        sa.Column("born", sa.Integer(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("absent", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.Float(precision=53), nullable=False),
        sa.Column("last_at", sa.Float(precision=53), nullable=False),
        sa.Column("change", sa.Text(), nullable=True),
        sa.Column("changed_at", sa.Float(precision=53), nullable=True),
        sa.Column("advice", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("source", "path"),
        sqlite_with_rowid=False,
    )
