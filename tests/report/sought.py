"""A city to be searched: an inventory in which everything that a filter may ask for is known of some devices, and of others not."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from inventory.ages import FirmwareAge
from inventory.findings import Acceptance, Finding, Outcome, Score, finding_id
from inventory.model import Claim, Confidence, Device, Endpoint, Family, Observation, Severity, Status
from inventory.quarantine import Quarantine
from inventory.register import read_register
from inventory.report import Assessment, Coverage
from inventory.store import Store
from scanner.city import City
from scanner.edition import Edition
from scanner.listed import devices_of, with_particulars
from scanner.options import Options
from scanner.ranking import ranked
from scanner.reaching import Reach
from scanner.rows import ListedDevice
from tests.riverside import NOON, SCAN

TODAY = NOON.date()
REGISTER = """\
name,address,mac,serial,owner,department,site,criticality
"Müller, ""Süd""\\Tor",10.20.0.1,,,O'Brien,Public Works,harbour,high
Straßenbahn ΣΊΣΥΦΟΣ,10.20.0.2,,,Ana Čížek,Verkehr & Straßen,Marktplatz,low
İzmir ılgın,10.20.0.3,,,,Public Works,Harbour Süd,normal
漢字カメラ 🚦,10.20.0.4,,,"a,b",Zweigstelle,harbour,critical
100% <b> a*b,10.20.0.5,,,,"","",
-kind:plc or not,10.20.0.6,,,"","and","",
ﬁbre ǅ ǆ,,02:00:00:00:00:07,,ΟΔΟΣ,STRASSE,,
"""
TOML = """\
[[site]]
name = "quay"
networks = ["10.20.1.0/24"]
department = "Port"
"""
_FOUND = {
    "default": ("default-credentials", Family.CREDENTIALS, Severity.CRITICAL, "A documented default account"),
    "clear": ("cleartext-administration", Family.PORTS, Severity.HIGH, "Administration in clear text"),
    "old": ("tls-old-version", Family.TLS, Severity.MEDIUM, "Old versions of TLS"),
    "late": ("firmware-old", Family.FIRMWARE, Severity.LOW, "The firmware is old"),
    "info": ("firmware-unknown", Family.FIRMWARE, Severity.INFO, "Nobody knows its firmware"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """The same city as a list in the terminal and as the edition of its report."""

    rows: Sequence[ListedDevice]
    edition: Edition


def city(folder: Path) -> Shown:
    """The city, in an inventory, a register and a configuration that are written to this folder."""
    (folder / "register.csv").write_text(REGISTER, encoding="utf-8")
    (folder / "tocsin.toml").write_text(TOML, encoding="utf-8")
    (folder / "tocsin.toml").chmod(0o600)
    options = Options(config=folder / "tocsin.toml", store=folder / "inventory.db")
    devices = tuple(_devices())
    with Store.open(folder / "inventory.db") as store:
        store.begin(SCAN, "plan")
        store.save_lot(SCAN.id, devices)
        for one in devices:
            if one.quarantine:
                store.quarantine(one.quarantine)
        store.finish(SCAN.id, SCAN, (), Coverage(256, len(devices), len(devices), 0))
        report = store.report(SCAN.id)
    settings = options.settings()
    known = City(
        TODAY,
        accepted=_accepted,
        reached=_reached,
        department=settings.department,
        site=settings.site_of,
        register=read_register(folder / "register.csv"),
    )
    rows = with_particulars(options, devices_of(options, None, known))
    return Shown(rows, Edition(ranked(report, known), today=TODAY))


def _devices() -> Iterable[Assessment]:
    """Twenty-two devices; what is not named of one is not known of it."""
    camera: dict[str, tuple[str, ...]] = {"kind": ("camera",), "vendor": ("Hikvision",), "model": ("DS-2CD2142FWD-I",)}
    yield _one(1, ("10.20.0.1", "fd00:77::1"), camera | {"firmware": ("V5.4.1 build 160525",)}, "default clear", days=0)
    yield _one(2, ("10.20.0.2",), camera | {"serial": ("SN-2", "SN/2b"), "name": ("cam-two",)}, "clear old", days=1)
    yield _one(3, ("10.20.0.3",), {"kind": ("recorder",), "vendor": ("Straße GmbH", "OEM AG")}, "old late", days=6)
    yield _one(4, ("10.20.0.4",), {"kind": ("plc",), "mac": ("44:19:B6:00:00:04",)}, "late", days=7, ports=("tcp/502",))
    yield _one(5, ("10.20.0.5", "10.20.0.55"), {"model": ("A\u00a0B", "a*b?")}, "info", days=8, ports=("udp/161",))
    yield _one(6, ("10.20.0.6",), {"firmware": ("2.1", "2.2")}, "", days=14, identity="serial:MESH1")
    yield _one(7, ("10.20.0.7",), {"name": ("\\u202eevil",)}, "default", days=15, mac="02:00:00:00:00:07")
    yield _one(8, ("10.20.1.8",), {"vendor": ("ΣΑΣ σας",)}, "default old info", days=40, ports=("tcp/23", "udp/23"))
    yield _one(9, ("10.20.1.9",), {"kind": ("meter",), "model": ("ǅ",)}, "", days=400, quarantined=True)
    yield _one(10, ("10.20.10.0", "fe80::10"), {"kind": ("air-sensor",)}, "clear", ports=("tcp/65535",))
    yield _one(11, ("fd00:77::11",), {"kind": ("switch",), "vendor": ("hikvision",)}, "old", ports=("tcp/80",))
    yield _one(12, ("02:aa:bb:cc:dd:ee",), {"name": ("heard below IP",)}, "", mac="02:aa:bb:cc:dd:ee", ports=())
    yield _one(13, ("10.20.2.13",), {"serial": ("İ-13",)}, "", noted=("192.168.7.13", "fd99::13"), heard="udp/5353")
    yield _one(14, ("10.20.2.14",), {"kind": ("camera",), "vendor": ("Axis",)}, "default", accepted=True)
    for number in range(15, 23):
        several = camera | {"serial": (f"DS-{number}",), "firmware": (f"V5.{number}",)}
        yield _one(number, (f"10.20.3.{number}",), several, " ".join(list(_FOUND)[number % 5 :]), days=number)


def _one(
    number: int,
    addresses: tuple[str, ...],
    claims: Mapping[str, tuple[str, ...]],
    found: str,
    *,
    days: int = 3,
    ports: Sequence[str] = ("tcp/80", "tcp/554"),
    mac: str | None = None,
    identity: str = "",
    noted: tuple[str, ...] = (),
    heard: str = "",
    accepted: bool = False,
    quarantined: bool = False,
) -> Assessment:
    there = [
        Endpoint(addresses[0], int(port.partition("/")[2]), port.partition("/")[0]) for port in (*ports, heard) if port
    ]
    identity = identity or (f"mac:{mac}" if mac else f"key:{number:04d}")
    device = Device(
        identity,
        addresses,
        mac=mac,
        open_ports=tuple(there[: len(ports)]),
        observations=tuple(
            Observation(at, "http", {"http.server": "only in the record"}, b"", NOON) for at in there[-1:]
        ),
        claims=tuple(
            Claim(name, value, Confidence.LIKELY, "made up") for name, values in claims.items() for value in values
        ),
        noted=noted,
    )
    findings = [_finding(*_FOUND[word], identity, (there or [Endpoint(addresses[0], 0)])[0]) for word in found.split()]
    findings = [replace(one, account="accepted" if accepted else "") for one in findings]
    when = NOON - timedelta(days=days)
    held = Quarantine(identity, addresses[0], mac, "it fell silent", "", when, SCAN.id) if quarantined else None
    outcomes = tuple(Outcome(one.check, Status.FOUND, "", (one,)) for one in findings)
    return Assessment(device, outcomes, Score(0.0, Severity.INFO, ""), FirmwareAge(), when, quarantine=held)


def _finding(check: str, family: Family, severity: Severity, title: str, identity: str, at: Endpoint) -> Finding:
    name = finding_id(check, identity, f"{at.transport}/{at.port}")
    return Finding(name, check, family, severity, Confidence.CONFIRMED, at, title, "As it was.", "heard", "Mend it.")


def _accepted(finding: Finding, _: Device) -> Acceptance | None:
    return (
        Acceptance("CISO", "It goes in March.", TODAY + timedelta(days=90)) if finding.account == "accepted" else None
    )


def _reached(device: Device) -> Reach:
    last = device.address.rpartition(".")[2]
    return Reach(exposure={"1": "open", "2": "controlled", "3": "small"}.get(last, ""))
