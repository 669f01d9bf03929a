"""Who was told of what news, and who is still to be told."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Create the table; whoever is to be told is told of what is news from now on."""
    op.create_table(
        "news_told",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("listener", sa.String, nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("site", sa.String, nullable=False),
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("first", sa.String, nullable=False),
        sa.Column("told", sa.String, nullable=True),
        sa.Column("record", sa.Text, nullable=False),
    )
    op.create_index("news_told_by_listener", "news_told", ["listener", "key"], unique=True)
    op.create_index("news_told_by_subject", "news_told", ["subject"])
