"""What a question about all devices of many scans needs, beside the records and not in them: the kind of each, and the ports at which it answered."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
_ASSESSMENTS = sa.table("assessments", *map(sa.column, ("scan", "address", "record", "kind")))


def upgrade() -> None:
    """Add the two columns and the index that holds all that is asked of them, so that no record is read.

    The kind is taken from the records. The ports are left empty: who asked before there were vantages did not say from where.
    """
    op.add_column("assessments", sa.Column("kind", sa.String, nullable=False, server_default=""))
    op.add_column("assessments", sa.Column("ports", sa.Text, nullable=False, server_default=""))
    columns = ["scan", "address", "identity", "addresses", "assessed", "kind", "ports"]
    op.create_index("assessments_by_reach", "assessments", columns)
    connection = op.get_bind()
    for scan, address in connection.execute(sa.select(_ASSESSMENTS.c.scan, _ASSESSMENTS.c.address)).all():
        here = (_ASSESSMENTS.c.scan == scan) & (_ASSESSMENTS.c.address == address)
        kind = _kind(connection.execute(sa.select(_ASSESSMENTS.c.record).where(here)).scalar_one())
        if kind:
            connection.execute(sa.update(_ASSESSMENTS).where(here).values(kind=kind))


def _kind(text: str) -> str:
    """The best-founded claim of a kind; "" where there is none, or no record that can be read."""
    try:
        claims = json.loads(text)["device"]["claims"]
        kinds = [claim for claim in claims if claim["name"] == "kind" and not claim.get("behind")]
        return str(max(kinds, key=lambda claim: claim["confidence"])["value"]) if kinds else ""
    except (ValueError, TypeError, KeyError):
        return ""
