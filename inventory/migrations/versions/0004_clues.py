"""The clues to the age of firmware become records of their own: what was [method, detail] has names, and room for its days."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
_ASSESSMENTS = sa.table("assessments", sa.column("scan"), sa.column("address"), sa.column("record"))


def upgrade() -> None:
    """Rewrite every record that has clues of the old shape; one that cannot be read stays as it is, for its reader to refuse."""
    connection = op.get_bind()
    for scan, address in connection.execute(sa.select(_ASSESSMENTS.c.scan, _ASSESSMENTS.c.address)).all():
        here = (_ASSESSMENTS.c.scan == scan) & (_ASSESSMENTS.c.address == address)
        record = _renewed(connection.execute(sa.select(_ASSESSMENTS.c.record).where(here)).scalar_one())
        if record is not None:
            connection.execute(sa.update(_ASSESSMENTS).where(here).values(record=record))


def _renewed(text: str) -> str | None:
    """The record with its clues named; None where there is nothing to name."""
    try:
        record = json.loads(text)
        clues = record["firmware"]["clues"]
        pairs = [clue for clue in clues if isinstance(clue, list)]
        if not pairs:
            return None
        record["firmware"]["clues"] = [_named(*clue) if isinstance(clue, list) else clue for clue in clues]
    except (ValueError, TypeError, KeyError):
        return None
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


def _named(method: str, detail: str) -> dict[str, str]:
    """A conflict was a clue of its own, and said why another was not believed."""
    aside = {"set_aside": "it contradicts the others"} if method == "conflict" else {}
    return {"method": method, "detail": detail, **aside}
