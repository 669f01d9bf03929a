"""The devices that are left alone until a person releases them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "quarantine",
        sa.Column("identity", sa.String, primary_key=True),
        sa.Column("address", sa.String, nullable=False),
        sa.Column("mac", sa.String, nullable=True),
        sa.Column("since", sa.String, nullable=False),
        sa.Column("record", sa.Text, nullable=False),
    )
