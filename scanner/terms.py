"""On which terms a device is asked."""

from dataclasses import dataclass, field

from scanner.conversation import Depth
from scanner.fingerprint import Others
from scanner.questions import Budget


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms a device is asked: the site's own SNMP `community`, the UDP ports that are left out (discovery leaves out the TCP ones), what it may
    cost, the fingerprints of `others` than ourselves, how deep TLS is asked, which protocols the operator asked for by name or by level (ON_REQUEST), and
    how many TCP ports were `swept` (0: unknown)."""

    community: str = field(default="", repr=False)
    never_touch: frozenset[int] = frozenset()
    budget: Budget = field(default_factory=Budget)
    others: Others | None = None
    depth: Depth = Depth.POSTURE
    requested: frozenset[str] = frozenset()
    swept: int = 0


TERMS = Terms()
