"""What discovery is asked, and what it tells."""

from dataclasses import dataclass

from checks.ports import never_connect, never_touch
from inventory.model import Endpoint, Level
from scanner.discover.targets import Targets
from scanner.pace import Pace
from scanner.scope import Scope
from scanner.ward import Look


@dataclass(frozen=True, slots=True)
class Sweep:
    """One discovery: whom, which TCP ports, how fast, by whose word, by which engine ("builtin" or "nmap").

    `skip` are addresses to leave out (done by the run that is resumed), `never_touch` ports. A port below 1024 is reached at port + `shift`. `looks` are the
    quarantined devices, of which only the presence is looked at: by ARP or an echo, or, where neither is possible, by the one port that each entry names.
    """

    targets: Targets
    ports: tuple[int, ...]
    pace: Pace
    scope: Scope
    level: Level
    engine: str = "builtin"
    skip: frozenset[str] = frozenset()
    never_touch: frozenset[int] = frozenset()
    shift: int = 0
    looks: tuple[Look, ...] = ()

    def reached_at(self, port: int) -> int:
        """The port that is really asked where `port` is meant."""
        return port + self.shift if port < 1024 else port

    @property
    def asked_ports(self) -> tuple[int, ...]:
        """The ports to ask, in order, without those that must never be touched: neither as meant nor as reached, and printers' whatever the caller says."""
        never = self.never_touch | never_touch()
        return tuple(
            port
            for port in sorted(set(self.ports))
            if not {port, self.reached_at(port)} & never and self.reached_at(port) < 65536
        )

    @property
    def connected_ports(self) -> tuple[int, ...]:
        """Those of the ports to ask that may be asked by connecting: half open is all that the others bear."""
        return tuple(port for port in self.asked_ports if port not in never_connect())


@dataclass(frozen=True, slots=True)
class Host:
    """A host that is alive, its MAC where it could be seen, its open ports in order, and how it was found: "arp", "nd", "icmp", "connect", "nmap" or
    "multicast".

    `refusing` is a port at which it refused the connection, None where it refused none or where that is no sign of life (this machine's own addresses).
    """

    address: str
    mac: str | None
    open_ports: tuple[Endpoint, ...]
    how: str
    refusing: int | None = None


@dataclass(frozen=True, slots=True)
class Sighting:
    """An address outside the scope that was heard of and not asked, and the MAC address that it answers from."""

    address: str
    mac: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something that discovery could not see or do here, in one line; `incomplete` when addresses that were meant to be asked were not."""

    text: str
    incomplete: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `addresses` have been asked, with so many packets of our own."""

    done: int
    addresses: int
    packets: int
