"""What each kind of device may do in this city: a policy, read from `policy.toml`, over the one that is shipped.

A check that is told one (``informed=("policy",)``) asks `rule_for` what holds for a device, and `permits` whether one service is expected there.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from inventory.model import Device, Endpoint


@dataclass(frozen=True, slots=True)
class Vantage:
    """A place in the network from which scans look: its name ("guest-wifi"), and who may stand there in SSVC's words: small, controlled or open."""

    name: str
    exposure: str = "controlled"
    about: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """What devices of a kind may do; "" for kind, site and department is any. `place` says where it stands ("policy.toml line 12").

    `speak` are the protocols and `ports` the endpoints ("tcp/8000") that may be open, `min_tls` the least version of TLS ("1.2", "" for any), `talk` the
    protocols of announcement and search that it may use, and `reach` the vantages from which it may be reached; () is any.
    """

    kind: str = ""
    site: str = ""
    department: str = ""
    speak: frozenset[str] = frozenset()
    ports: frozenset[str] = frozenset()
    min_tls: str = ""
    talk: frozenset[str] = frozenset()
    reach: tuple[str, ...] = ()
    place: str = ""


def _nowhere(_: str) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Policy:
    """All rules and vantages of a file. `vantage` is from where the scan looks that is judged; `site_of` and `department_of` say whose an address is."""

    rules: tuple[Rule, ...] = ()
    vantages: tuple[Vantage, ...] = ()
    vantage: str = ""
    name: str = "built in"
    site_of: Callable[[str], str] = field(default=_nowhere, repr=False)
    department_of: Callable[[str], str] = field(default=_nowhere, repr=False)

    def rule_for(self, device: Device) -> Rule | None:
        """The rule that holds for a device: the most particular; None where nothing is said of its kind."""
        return None

    def permits(self, device: Device, endpoint: Endpoint, protocol: str = "") -> str:
        """Where it stands that the device may have this service ("policy.toml line 12"), "" where it stands nowhere."""
        return ""


@cache
def built_in() -> Policy:
    """The policy that is shipped."""
    return Policy()
