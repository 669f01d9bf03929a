"""The lockout ledger: every account that was offered to a device, by every name that the device was known by."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "attempts",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("moment", sa.String, nullable=False),
        sa.Column("record", sa.Text, nullable=False),
    )
    op.create_table(
        "attempt_names",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("attempt", sa.Integer, sa.ForeignKey("attempts.number", ondelete="CASCADE"), primary_key=True),
    )
