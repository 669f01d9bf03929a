"""A city with departments for the tests of audiences and pseudonyms: every name in it is told by no other word, and each stands in TRUTH."""

from dataclasses import replace
from datetime import date, timedelta
from ipaddress import ip_address

from inventory.ages import Clue, FirmwareAge
from inventory.findings import Acceptance, Finding, FleetFinding, Outcome, Score, Vulnerability, finding_id
from inventory.model import Claim, Confidence, Device, Endpoint, Family, Gap, Observation, Severity, Status
from inventory.quarantine import Quarantine
from inventory.register import parse_register
from inventory.report import Assessment, Context, Coverage, Registered, Report
from inventory.waivers import Standing, State, Use, Waiver
from scanner.city import City
from tests.riverside import NOON, SCAN

DEPARTMENTS = ("Aqueductory", "Tramwayry", "Lanternry")
KINDS = ("camera", "plc", "printer", "gateway")
MADE = {
    "camera": ("Hikvision", "DS-2CD2142FWD-I"),
    "plc": ("WAGO", "750-880"),
    "printer": ("HP", "LaserJet 400"),
    "gateway": ("Milesight", "UG65"),
}


def assessment(number: int) -> Assessment:
    """The device of that number, with something that names it in every field that may."""
    address, mac, serial = f"10.20.{number % 7}.{10 + number}", f"44:19:b6:0a:{number:02x}:7f", f"SRL{number:04d}QX"
    host, label = f"kamera{number:03d}.intern.riverbank.example", f"Zollhaus-{number:03d}"
    kind = KINDS[number % len(KINDS)]
    web, shell = Endpoint(address, 443), Endpoint(address, 23)
    identity = f"serial:made:{serial}"
    severity = (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM)[number % 3]
    open_door = Finding(
        id=finding_id("default-credentials", identity, "tcp/443"),
        check="default-credentials",
        family=Family.CREDENTIALS,
        severity=severity,
        confidence=Confidence.CONFIRMED,
        endpoint=web,
        title=f"A documented default account opens {label}",
        detail=f"It opened http://{address}/admin of {host} ({mac}, serial number {serial}); the certificate of CN={host},O=Riverbankers is 'hello {label}'.",
        evidence=f"HTTP/1.1 200 OK {host} {serial}",
        remedy=f"Give {label} a password of its own; ask wart{number:03d}@riverbank.example.",
        account="own-riverbank: stadtwart" if number % 2 else "hikvision: admin",
        act="password",
        sources=(f"the device's own statement at {address}",),
    )
    clear = Finding(
        id=finding_id("cleartext-administration", identity, "tcp/23"),
        check="cleartext-administration",
        family=Family.PORTS,
        severity=Severity.HIGH,
        confidence=Confidence.CONFIRMED,
        endpoint=shell,
        title="Administration in clear text",
        detail=f"Telnet at {address}:23 sends every keystroke in clear; its prompt is “{label} login”.",
        evidence=f"{label} login: ",
        remedy="Turn Telnet off.",
        vulnerabilities=(Vulnerability("CVE-2017-7921", True),),
        accepted=Acceptance(
            "Ottilie Warner", f"{label} is replaced in spring", date(2027, 1, 31), "geheime-waivers.toml line 4"
        )
        if number % 5 == 0
        else None,
        act="switch-off",
    )
    vendor, model = MADE[kind]
    return Assessment(
        device=Device(
            identity=identity,
            addresses=(address, str(ip_address("fd12:3456:789a::") + 4096 + number)),
            mac=mac,
            mac_vendor=vendor,
            open_ports=(shell, web),
            observations=(
                Observation(
                    web,
                    "tls",
                    {
                        "tls.versions": ("TLSv1.0", "TLSv1.2"),
                        "tls.subject": f"CN={host},O=Riverbankers",
                        "tls.sans": (host, address),
                        "tls.sha256": f"{number:02x}" * 32,
                        "tls.key_bits": 1024,
                        "tls.self_signed": True,
                    },
                    f"certificate of {host}".encode(),
                    NOON,
                ),
                Observation(
                    shell,
                    "telnet",
                    {"telnet.banner": f"{label} login:", "telnet.prompt": "login"},
                    f"{label} login".encode(),
                    NOON,
                ),
                Observation(
                    web,
                    "http",
                    {"http.title": f"Welcome to {label}", "http.server": f"Boa {serial}", "http.status": 200},
                    b"",
                    NOON,
                    f"haus {label}",
                ),
            ),
            claims=(
                Claim("vendor", vendor, Confidence.CONFIRMED, "one", "http.server", web),
                Claim("model", model, Confidence.CONFIRMED, "one", "http.server", web),
                Claim("kind", kind, Confidence.CONFIRMED, "one", "http.server", web),
                Claim("serial", serial, Confidence.CONFIRMED, "one", "http.server", web),
                Claim("name", host, Confidence.CONFIRMED, "one", "tls.subject", web),
                Claim("mac", mac, Confidence.LIKELY, "one", "http.server", web),
                Claim("firmware", "V5.4.5", Confidence.LIKELY, "one", "http.server", web),
                Claim(
                    "component", f"boa 0.94.13 {serial}", Confidence.LIKELY, "one", "http.server", web, f"haus {label}"
                ),
            ),
            gaps=(Gap(web, "rtsp", f"{host} did not answer at {address}:443/tcp in time"),) if number % 4 == 0 else (),
            why=(f"It states its serial number (upnp.serial_number at {address}:49152/tcp).",),
            conflicts=(
                f"The TLS key {number:02x}9f2cab… is also at 10.20.{(number + 1) % 7}.{11 + number}, kept apart.",
            ),
            noted=(f"192.168.44.{number}",),
        ),
        outcomes=(
            Outcome("default-credentials", Status.FOUND, "", (open_door,)),
            Outcome("cleartext-administration", Status.FOUND, "", (clear,)),
            Outcome("tls-old-version", Status.UNREACHED, f"tls on 443/tcp: {host} ({address}) did not answer"),
        ),
        score=Score(
            95.0 - number / 10,
            severity,
            "3 days",
            (f"+90.0 a default account of {label} on 443/tcp",),
            f"a default account of {label}",
            "immediate",
        ),
        firmware=FirmwareAge(
            date(2017, 1, 24) if number % 2 else None,
            None,
            Confidence.LIKELY,
            (Clue("certificate-made", f"CN={host}", date(2017, 1, 24), endpoint=web),),
        ),
        when=NOON,
        quarantine=Quarantine(
            identity, address, mac, f"{label} fell silent", f"tls at {address}:443/tcp", NOON, SCAN.id
        )
        if number == 3
        else None,
        context=Context(
            "open",
            ("gastnetz",),
            ("tcp/443",),
            "high",
            "high",
            "Ottilie Warner",
            DEPARTMENTS[number % 3],
            "Rathausplatz",
            label,
        ),
    )


def report(numbers: range = range(24), days: int = 0) -> Report:
    """A report of those devices, so many days later."""
    devices = tuple(map(assessment, numbers))
    shared = FleetFinding(
        id=finding_id("shared-key", "fleet", "abcd"),
        check="shared-key",
        family=Family.TLS,
        severity=Severity.HIGH,
        title="One private key on several devices",
        detail="3 devices show the same certificate of CN=*.intern.riverbank.example,O=Riverbankers, and so have one private key (SHA-256 e20d2a713f017802…).",
        remedy="Let each device make its own key.",
        devices=tuple(sorted(one.device.identity for one in devices[:3])),
        act="certificate",
    )
    waiver = Waiver(
        "Ottilie Warner",
        "Wird im Fruehjahr ersetzt",
        date(2027, 1, 31),
        address="10.20.0.10",
        site="Rathausplatz",
        file="geheime-waivers.toml",
        line=4,
    )
    return Report(
        replace(
            SCAN,
            id=f"2026112{days}T120000Z-0000",
            started=NOON + timedelta(days=days),
            ended=NOON + timedelta(days=days, hours=1),
            networks=("10.20.0.0/21",),
            left_out=("10.20.7.0/24",),
            authorised_by="Ottilie Warner, Stabsstelle",
            site="Rathausplatz",
            vantage="gastnetz",
            policy="riverbankpolicy 7d438c714c4b",
            notes=("10.20.5.77 (kamera077.intern.riverbank.example) was left out: Rathausplatz has no window now",),
        ),
        devices,
        (shared,),
        Coverage(2048, len(devices), len(devices), 6, len(devices) * 2),
        Registered(40, ("Pumpwerk Nord (10.20.6.200)",), tuple(one.device.identity for one in devices[-2:])),
        (Standing(waiver, State.ACTIVE, 10, (Use(devices[0].findings[0], devices[0].device),)),),
    )


REGISTER = parse_register(
    "name,address,owner,department,site,criticality\n"
    + "".join(
        f"Zollhaus-{n:03d},10.20.{n % 7}.{10 + n},Ottilie Warner,{DEPARTMENTS[n % 3]},Rathausplatz,high\n"
        for n in range(24)
    )
    + "Pumpwerk Nord,10.20.6.200,Ottilie Warner,Aqueductory,Rathausplatz,high\n",
    "register.csv",
)
CITY = City(NOON.date(), register=REGISTER)
WORDS = (
    "Ottilie",
    "Warner",
    "Stabsstelle",
    "Rathausplatz",
    "gastnetz",
    "geheime-waivers",
    "Fruehjahr",
    "Pumpwerk",
    "riverbank",
    "stadtwart",
    *DEPARTMENTS,
)


def truth(told: Report) -> set[str]:
    """Every text that names a device, a person or a place of that report."""
    found = set(WORDS)
    for one in told.assessments:
        device = one.device
        found |= {device.identity, *device.addresses, *device.noted, device.mac or "", one.context.name}
        found |= {claim.value for claim in device.claims if claim.name in ("serial", "name", "mac")}
        found |= {
            str(seen.facts[name])
            for seen in device.observations
            for name in ("tls.sha256", "http.title", "telnet.banner")
            if name in seen.facts
        }
        found |= {finding.id for finding in one.findings} | {finding.evidence for finding in one.findings}
    return (found | {finding.id for finding in told.fleet} | set(told.scan.networks)) - {""}
