"""What a scan is to do, decided before the first packet."""

from collections.abc import Callable
from dataclasses import dataclass, field

from checks.contract import Check, FleetCheck
from checks.intelligence import Intelligence, built_in
from checks.profiles import DEVICE
from inventory.report import Scan
from scanner.conversation import Depth
from scanner.discover import Sweep
from scanner.fingerprint import Others
from scanner.overheard import NOTHING_OVERHEARD, Overheard
from scanner.pace import Pace
from scanner.questions import Budget


@dataclass(frozen=True, slots=True)
class Job:
    """What a scan is to do: the record it is stored under, its pace, the sweep, the checks, how many devices are examined at the same time, and for how
    many seconds each may keep us. When these are over no question and no login is begun any more, and what was not asked is said.

    `others` are the fingerprints of others, and `multicast` says whether everybody on a segment may be asked at once.
    `overheard` is what was heard of its devices before, and `budget` what asking each may cost beyond the port sweep. `department` says whose the device at
    an address is.

    `depth` says how much is asked of TLS, `profile` which one it is held against, and `requested` names the protocols that are asked only where the operator
    wants them, by name or by the level.

    `intelligence` is what is known of versions and their holes.

    The sweep's own pace is its share of the scan's `pace`; the wire has the rest.
    """

    scan: Scan
    plan: str
    pace: Pace
    sweep: Sweep
    checks: tuple[Check, ...]
    fleet_checks: tuple[FleetCheck, ...]
    community: str = ""
    devices_at_once: int = 100
    device_deadline: float = 600.0
    others: Others | None = None
    multicast: bool = False
    overheard: Overheard = NOTHING_OVERHEARD
    budget: Budget = field(default_factory=Budget)
    department: Callable[[str], str] = lambda _: ""
    depth: Depth = Depth.POSTURE
    requested: frozenset[str] = frozenset()
    profile: str = DEVICE
    intelligence: Intelligence = field(default_factory=built_in)
