"""Puts a run together: its job, and all that it sends and keeps things through."""

from dataclasses import replace

from inventory.store import Store
from scanner.audit import Audit
from scanner.discover.links import Segments
from scanner.events import Observer
from scanner.hands import Hands
from scanner.job import Job
from scanner.ledger import Ledger
from scanner.overheard import overheard
from scanner.pace import Clock
from scanner.pipeline import GRACE, Run
from scanner.ward import Ward
from scanner.wire import Wire


def prepared(job: Job, store: Store, audit: Audit, observe: Observer, grace: float = GRACE) -> Run:
    """The run of a job, with what was overheard before it and its own wire."""
    sweep = job.sweep
    job = replace(job, overheard=overheard(store, job.scan.started))
    ward = Ward(Hands(Segments().mac_of))
    wire = Wire(
        sweep.scope,
        sweep.pace,
        audit,
        level=sweep.level,
        never_touch=sweep.never_touch,
        shift=sweep.shift,
        ward=ward,
        ledger=Ledger(store.ledger, job.scan.id, Clock().now),
    )
    return Run(job, wire, store, observe, audit, ward, grace)
