"""The layout of the inventory, and the way to it from an older one.

Moments are ISO 8601 text in UTC, which sorts by time in every database. Records are JSON; the columns beside them are those that a query needs.
"""

import re
from pathlib import Path

import sqlalchemy as sa

METADATA = sa.MetaData()
SCANS = sa.Table(
    "scans",
    METADATA,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("plan", sa.String, nullable=False),
    sa.Column("started", sa.String, nullable=False),
    sa.Column("finished", sa.Boolean, nullable=False),
    sa.Column("record", sa.Text, nullable=False),
    sa.Column("fleet", sa.Text, nullable=True),
    sa.Column("coverage", sa.Text, nullable=True),
    sa.Index("scans_by_plan", "plan", "started"),
)
ASSESSMENTS = sa.Table(
    "assessments",
    METADATA,
    sa.Column("scan", sa.String, sa.ForeignKey("scans.id"), primary_key=True),
    sa.Column("address", sa.String, primary_key=True),
    sa.Column("addresses", sa.Text, nullable=False),
    sa.Column("identity", sa.String, nullable=False),
    sa.Column("assessed", sa.String, nullable=False),
    sa.Column("record", sa.Text, nullable=False),
    sa.Column("kind", sa.String, nullable=False, server_default=""),
    sa.Column("ports", sa.Text, nullable=False, server_default=""),
    sa.Index("assessments_by_identity", "identity", "assessed", "scan"),
    sa.Index("assessments_by_reach", "scan", "address", "identity", "addresses", "assessed", "kind", "ports"),
)
BRIEFS = sa.Table(
    "briefs",
    METADATA,
    sa.Column("scan", sa.String, primary_key=True),
    sa.Column("address", sa.String, primary_key=True),
    sa.Column("identity", sa.String, nullable=False),
    sa.Column("assessed", sa.String, nullable=False),
    sa.Column("record", sa.Text, nullable=False),
    sa.ForeignKeyConstraint(["scan", "address"], ["assessments.scan", "assessments.address"], ondelete="CASCADE"),
    sa.Index("briefs_by_identity", "identity", "assessed", "scan"),
)
TALLIES = sa.Table(
    "tallies",
    METADATA,
    sa.Column("scan", sa.String, sa.ForeignKey("scans.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("record", sa.Text, nullable=False),
)
QUARANTINE = sa.Table(
    "quarantine",
    METADATA,
    sa.Column("identity", sa.String, primary_key=True),
    sa.Column("address", sa.String, nullable=False),
    sa.Column("mac", sa.String, nullable=True),
    sa.Column("since", sa.String, nullable=False),
    sa.Column("record", sa.Text, nullable=False),
)
ATTEMPTS = sa.Table(
    "attempts",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("moment", sa.String, nullable=False),
    sa.Column("record", sa.Text, nullable=False),
)
ATTEMPT_NAMES = sa.Table(
    "attempt_names",
    METADATA,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("attempt", sa.Integer, sa.ForeignKey("attempts.number", ondelete="CASCADE"), primary_key=True),
)
NIGHT_WORK = sa.Table(
    "night_work",
    METADATA,
    sa.Column("scan", sa.String, sa.ForeignKey("scans.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("step", sa.String, primary_key=True),
    sa.Column("site", sa.String, nullable=False),
    sa.Column("night", sa.String, nullable=False),
    sa.Column("done", sa.String, nullable=True),
)
NEWS_TOLD = sa.Table(
    "news_told",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("listener", sa.String, nullable=False),
    sa.Column("key", sa.String, nullable=False),
    sa.Column("site", sa.String, nullable=False),
    sa.Column("subject", sa.String, nullable=False),
    sa.Column("first", sa.String, nullable=False),
    sa.Column("told", sa.String, nullable=True),
    sa.Column("record", sa.Text, nullable=False),
    sa.Index("news_told_by_listener", "listener", "key", unique=True),
    sa.Index("news_told_by_subject", "subject"),
)
_MIGRATIONS = Path(__file__).parent / "migrations"
NEWEST = max(path.name[:4] for path in _MIGRATIONS.glob("versions/[0-9]*.py"))
"""The number of the newest layout that this version of Tocsin knows."""


def layout(connection: sa.Connection) -> str | None:
    """The number of the layout that the database has: "" where it is empty, None where its tables are not Tocsin's."""
    tables = set(sa.inspect(connection).get_table_names())
    if not tables:
        return ""
    if "alembic_version" not in tables:
        return None
    number = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return number if isinstance(number, str) and re.fullmatch(r"\d{4}", number) else None


def migrate(connection: sa.Connection) -> None:
    """Bring the database to the newest layout, within the transaction that `connection` is in."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
