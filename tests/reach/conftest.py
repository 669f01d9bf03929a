"""An inventory of scans from several places, made by hand."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from checks.policy import Policy, Vantage
from inventory.ages import FirmwareAge
from inventory.findings import FleetFinding, Score
from inventory.model import Claim, Confidence, Device, Endpoint, Level, Severity
from inventory.report import Assessment, Coverage, Scan
from inventory.store import Store
from scanner.reaching import Reached

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
POLICY = Policy(
    vantages=(Vantage("office", "small"), Vantage("partner", "controlled"), Vantage("guest-wifi", "open")),
    name="policy.toml",
)


def appeared(identity: str, address: str, *ports: int, kind: str = "", also: tuple[str, ...] = ()) -> Assessment:
    """A device with open TCP ports at its first address."""
    claims = (Claim("kind", kind, Confidence.CONFIRMED, "test"),) if kind else ()
    open_ports = tuple(Endpoint(address, port) for port in ports)
    device = Device(identity, (address, *also), open_ports=open_ports, claims=claims)
    return Assessment(device, (), Score(0, Severity.INFO, ""), FirmwareAge(), NOW)


class Nights:
    """Scans that are kept, each an hour long."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def look(
        self,
        vantage: str,
        network: str,
        *found: Assessment,
        days: float = 1,
        left_out: tuple[str, ...] = (),
        engine: str = "builtin",
        ended: bool = True,
        level: Level = Level.IDENTIFY,
        fleet: tuple[FleetFinding, ...] = (),
        ports: str = "",
    ) -> Scan:
        """A scan of that network from there, so many days ago."""
        started = NOW - timedelta(days=days)
        name = f"{started:%Y%m%dT%H%M}-{vantage or 'nobody'}-{len(self.store.scans())}"
        scan = Scan(
            name,
            started,
            tuple(network.split()),
            level,
            "x",
            "0",
            vantage=vantage,
            left_out=left_out,
            engine=engine,
            ports=ports,
        )
        self.store.begin(scan, "plan")
        for one in found:
            self.store.save(scan.id, replace(one, when=started))
        scan = replace(scan, ended=started + timedelta(hours=1))
        if ended:
            self.store.finish(scan.id, scan, fleet, Coverage())
        return scan

    def reached(self, policy: Policy = POLICY, *, whole: bool = True) -> Reached:
        """What they measured, as of NOW."""
        return Reached.read(self.store, policy, NOW, whole=whole)


@pytest.fixture
def nights(tmp_path: Path) -> Iterator[Nights]:
    """An inventory to keep scans in."""
    with Store.open(tmp_path / "inventory.db") as store:
        yield Nights(store)


@pytest.fixture
def seen() -> Callable[..., Assessment]:
    """`seen("mac:1", "10.0.0.1", 80, 502, kind="plc")` is a device that answered at these ports."""
    return appeared


@pytest.fixture
def policy() -> Policy:
    """Office, partner and guest-wifi, from small to open."""
    return POLICY
