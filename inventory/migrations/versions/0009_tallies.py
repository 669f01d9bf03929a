"""A tally for each scan of the past, so that a trend over a year reads no device. It is empty at first: what is not there is counted when it is asked for."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "tallies",
        sa.Column("scan", sa.String, sa.ForeignKey("scans.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("record", sa.Text, nullable=False),
    )
