"""Beside each record its brief: what a rank over the whole fleet needs of it, without all that the record is long for."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
_ASSESSMENTS = sa.table(
    "assessments", *map(sa.column, ("scan", "address", "addresses", "identity", "assessed", "record"))
)
_CLAIMS = ("vendor", "model", "kind", "serial", "mac", "name")
_TEXTS = ("title", "detail", "evidence", "remedy")
_AT_ONCE = 200
_LEFT_OUT = (*_TEXTS, "standards", "sources", "shifts", "accepted")


def upgrade() -> None:
    """Create the table and fill it; the brief of a record that cannot be read is "", for its reader to refuse."""
    briefs = op.create_table(
        "briefs",
        sa.Column("scan", sa.String, primary_key=True),
        sa.Column("address", sa.String, primary_key=True),
        sa.Column("identity", sa.String, nullable=False),
        sa.Column("assessed", sa.String, nullable=False),
        sa.Column("record", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["scan", "address"], ["assessments.scan", "assessments.address"], ondelete="CASCADE"),
    )
    op.create_index("briefs_by_identity", "briefs", ["identity", "assessed", "scan"])
    connection = op.get_bind()
    kept = _ASSESSMENTS.c
    places = connection.execute(sa.select(kept.scan, kept.address)).all()
    for start in range(0, len(places), _AT_ONCE):
        lot = sa.tuple_(kept.scan, kept.address).in_([tuple(place) for place in places[start : start + _AT_ONCE]])
        rows = connection.execute(
            sa.select(kept.scan, kept.address, kept.identity, kept.assessed, kept.record).where(lot)
        ).mappings()
        connection.execute(sa.insert(briefs), [{**row, "record": _brief(row["record"])} for row in rows])


def _brief(text: str) -> str:
    try:
        record = json.loads(text)
        device, score = record["device"], record["score"]
        found = [_finding(finding) for outcome in record["outcomes"] for finding in outcome.get("findings", ())]
        brief = {
            "device": {
                **{name: device[name] for name in ("identity", "addresses")},
                **{name: device[name] for name in ("mac", "mac_vendor", "noted", "untrusted") if device.get(name)},
                "claims": [_claim(claim) for claim in device.get("claims", ()) if _is_kept(claim)],
            },
            "outcomes": [{"check": "found", "status": "found", "reason": "", "findings": found}] if found else [],
            "score": {name: score[name] for name in ("value", "band", "due")},
            "firmware": {},
            "when": record["when"],
        }
    except (ValueError, TypeError, KeyError, AttributeError):
        return ""
    return json.dumps(brief, ensure_ascii=False, separators=(",", ":"))


def _is_kept(claim: dict[str, Any]) -> bool:
    return claim["name"] in _CLAIMS and not claim.get("behind")


def _claim(claim: dict[str, Any]) -> dict[str, Any]:
    return {**{name: claim[name] for name in ("name", "value", "confidence")}, "fingerprint": ""}


def _finding(finding: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in finding.items() if name not in _LEFT_OUT and value not in ("", [], None)}
    return kept | dict.fromkeys(_TEXTS, "")
