"""Scans, and what was found on each device in each of them."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "scans",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("plan", sa.String, nullable=False),
        sa.Column("started", sa.String, nullable=False),
        sa.Column("finished", sa.Boolean, nullable=False),
        sa.Column("record", sa.Text, nullable=False),
        sa.Column("fleet", sa.Text, nullable=True),
        sa.Column("coverage", sa.Text, nullable=True),
    )
    op.create_index("scans_by_plan", "scans", ["plan", "started"])
    op.create_table(
        "assessments",
        sa.Column("scan", sa.String, sa.ForeignKey("scans.id"), primary_key=True),
        sa.Column("address", sa.String, primary_key=True),
        sa.Column("addresses", sa.Text, nullable=False),
        sa.Column("identity", sa.String, nullable=False),
        sa.Column("assessed", sa.String, nullable=False),
        sa.Column("record", sa.Text, nullable=False),
    )
    op.create_index("assessments_by_identity", "assessments", ["identity", "assessed", "scan"])
