"""What a night owes for each of its scans, and which of it is done: reports to be written, news to be told."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the table; what was scanned before there were nights is owed nothing."""
    op.create_table(
        "night_work",
        sa.Column("scan", sa.String, sa.ForeignKey("scans.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("step", sa.String, primary_key=True),
        sa.Column("site", sa.String, nullable=False),
        sa.Column("night", sa.String, nullable=False),
        sa.Column("done", sa.String, nullable=True),
    )
