"""Where findings were seen last, over all scans: how a waiver that names nothing but an id is told from one with a slip in it."""

from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa

from inventory.findings import FleetFinding
from inventory.fleet import Decode
from inventory.report import Assessment
from inventory.tables import ASSESSMENTS, SCANS
from inventory.waivers import Trace


def read_traces(connection: sa.Connection, decode: Decode, findings: Collection[str]) -> Mapping[str, Trace]:
    """Where each finding of those ids was seen last; without what was never found."""
    sought = ((finding, _trace(connection, decode, finding)) for finding in findings)
    return {finding: trace for finding, trace in sought if trace is not None}


def _trace(connection: sa.Connection, decode: Decode, finding: str) -> Trace | None:
    if record := _newest(connection, ASSESSMENTS.c.record, ASSESSMENTS.c.assessed, finding):
        assessment = decode(record, Assessment)
        theirs = [found.check for found in assessment.findings if found.id == finding]
        return Trace(theirs[0], (assessment.device.identity,)) if theirs else None
    if record := _newest(connection, SCANS.c.fleet, SCANS.c.started, finding):
        together = [found for found in decode(record, tuple[FleetFinding, ...]) if found.id == finding]
        return Trace(together[0].check, together[0].devices, fleet=True) if together else None
    return None


def _newest(connection: sa.Connection, record: sa.Column[Any], by: sa.Column[Any], finding: str) -> str | None:
    """The newest record that has the id in it."""
    query = sa.select(record).where(sa.func.instr(record, f'"{finding}"') > 0).order_by(by.desc()).limit(1)
    return connection.scalar(query)
