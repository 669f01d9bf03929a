"""A report as a scan of a small city would leave it: a bad camera, a hostile recorder, a clean gateway and a meter that fell silent."""

from dataclasses import replace
from datetime import UTC, date, datetime

from inventory.ages import Clue, FirmwareAge
from inventory.findings import Finding, FleetFinding, Outcome, Score, Shift, Vulnerability, finding_id
from inventory.model import Claim, Confidence, Device, Endpoint, Family, Gap, Level, Observation, Severity, Status
from inventory.quarantine import Quarantine, Uptime
from inventory.report import Assessment, Context, Coverage, Registered, Report, Scan, Traffic
from inventory.waivers import Waiver, Waivers
from scanner.city import City
from scanner.ranking import ranked
from scanner.waiving import nowhere, waived

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
HOSTILE = "\x1b]0;owned\x07\x1b[2J\u202egnp.exe [bold red]loud[/] =cmd|calc \u200b\x9b31m"

CAMERA_WEB = Endpoint("10.77.0.10", 80)
CAMERA_TELNET = Endpoint("10.77.0.10", 23)
CAMERA_UPNP = Endpoint("10.77.0.10", 49152)
RECORDER_WEB = Endpoint("10.77.0.31", 80)
GATEWAY_WEB = Endpoint("10.77.0.26", 443)
GATEWAY_BUS = Endpoint("10.77.0.26", 502)
METER_WEB = Endpoint("10.77.0.22", 443)

DEFAULT_ACCOUNT = Finding(
    id=finding_id("default-credentials", "mac:44:19:b6:01:02:03", "tcp/80"),
    check="default-credentials",
    family=Family.CREDENTIALS,
    severity=Severity.CRITICAL,
    confidence=Confidence.CONFIRMED,
    endpoint=CAMERA_WEB,
    title="A documented default account opens the device",
    detail="The account admin (catalogue entry hikvision-1) opens the web interface; nobody and a random account do not.",
    evidence="HTTP/1.1 200 OK <title>Live View</title>",
    remedy="Set a password of its own on the device, then scan again. Keep it in the city's safe.",
    standards=(
        "CWE-1392",
        "ETSI EN 303 645 v3.1.3: 5.1-1",
        "IEC 62443-4-2:2019: CR 1.5",
        "MITRE ATT&CK for ICS: T0812 Default Credentials",
    ),
    act="password",
    sources=("Hikvision, Quick Start Guide of firmware before 5.3.0",),
    account="hikvision-1: admin",
)
OLD_FIRMWARE = Finding(
    id=finding_id("firmware-old", "mac:44:19:b6:01:02:03", "tcp/49152"),
    check="firmware-old",
    family=Family.FIRMWARE,
    severity=Severity.MEDIUM,
    confidence=Confidence.LIKELY,
    endpoint=CAMERA_UPNP,
    title="The firmware is more than five years old",
    detail="The device states that its firmware V5.4.5 was built on 2017-01-24, 9.8 years ago.",
    evidence="<modelNumber>V5.4.5 build 170124</modelNumber>",
    remedy="Install the maker's newest firmware, or plan the device's replacement.",
    vulnerabilities=(
        Vulnerability(
            "CVE-2017-7921", True, "active", True, True, "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", ("CWE-287",)
        ),
        Vulnerability("CVE-2017-7923"),
    ),
    shifts=(Shift(1, "tcp/49152 was reached from guest-wifi, where anyone may stand"),),
    standards=("ETSI EN 303 645 v3.1.3: 5.3-2",),
    act="update",
    sources=("the device's own statement (build date)",),
)
OPEN_TELNET = Finding(
    id=finding_id("cleartext-administration", "mac:44:19:b6:01:02:03", "tcp/23"),
    check="cleartext-administration",
    family=Family.PORTS,
    severity=Severity.HIGH,
    confidence=Confidence.CONFIRMED,
    endpoint=CAMERA_TELNET,
    title="Administration in clear text",
    detail="Telnet asks for a login; whoever listens on the network reads the password.",
    evidence="login: ",
    remedy="Switch Telnet off.",
    standards=("CWE-319",),
)
CAMERA = Assessment(
    device=Device(
        identity="mac:44:19:b6:01:02:03",
        addresses=("10.77.0.10",),
        mac="44:19:b6:01:02:03",
        mac_vendor="Hikvision",
        open_ports=(CAMERA_TELNET, CAMERA_WEB, Endpoint("10.77.0.10", 554), CAMERA_UPNP),
        observations=(
            Observation(
                CAMERA_TELNET, "telnet", {"telnet.banner": "login: ", "telnet.prompt": "login"}, b"login: ", NOON
            ),
            Observation(
                CAMERA_WEB,
                "http",
                {
                    "http.status": 401,
                    "http.server": "DVRDVS-Webs",
                    "http.tls": False,
                    "http.headers": ("Server", "WWW-Authenticate"),
                },
                b"HTTP/1.1 401 Unauthorized\r\n\xff",
                NOON,
            ),
            Observation(CAMERA_UPNP, "upnp", {"upnp.model_name": "DS-2CD2142FWD-I"}, b"<root>", NOON),
        ),
        claims=(
            Claim("vendor", "Hikvision", Confidence.CONFIRMED, "hikvision-upnp", "upnp.manufacturer", CAMERA_UPNP),
            Claim("model", "DS-2CD2142FWD-I", Confidence.CONFIRMED, "hikvision-upnp", "upnp.model_name", CAMERA_UPNP),
            Claim("kind", "camera", Confidence.LIKELY, "hikvision-web", "http.server", CAMERA_WEB),
            Claim("firmware", "V5.4.5", Confidence.LIKELY, "hikvision-upnp", "upnp.model_number", CAMERA_UPNP),
            Claim("firmware_date", "2017-01-24", Confidence.LIKELY, "hikvision-upnp", "upnp.model_number", CAMERA_UPNP),
            Claim("component", "DVRDVS-Webs 2.0", Confidence.LIKELY, "dvrdvs", "http.server", CAMERA_WEB),
        ),
    ),
    outcomes=(
        Outcome("cleartext-administration", Status.FOUND, "", (OPEN_TELNET,)),
        Outcome("default-credentials", Status.FOUND, "", (DEFAULT_ACCOUNT,)),
        Outcome("firmware-old", Status.FOUND, "", (OLD_FIRMWARE,)),
        Outcome("tls-old-version", Status.SKIPPED, "it speaks no tls"),
    ),
    score=Score(
        98.8,
        Severity.CRITICAL,
        "3 days & forensic investigation",
        ("default-credentials on 80/tcp: critical, 90.0", "2 more findings: + 8.8"),
        "CVE-2017-7921, by CISA BOD 26-04 row 15: exploited, exposed, automatable, total impact",
        "immediate",
    ),
    context=Context(
        "open",
        ("guest-wifi", "management"),
        ("tcp/49152",),
        "high",
        "high",
        "Police",
        "Security",
        "Market square",
        f"Camera 7 {HOSTILE}",
    ),
    firmware=FirmwareAge(
        date(2017, 1, 24),
        date(2017, 1, 24),
        Confidence.LIKELY,
        (Clue("hikvision-build", "V5.4.5 build 170124", date(2017, 1, 24), date(2017, 1, 24), Confidence.LIKELY),),
    ),
    when=NOON,
)
RECORDER = Assessment(
    device=Device(
        identity="key:9f2c",
        addresses=("10.77.0.31", "10.77.0.131"),
        open_ports=(RECORDER_WEB,),
        observations=(
            Observation(RECORDER_WEB, "http", {"http.status": 401, "http.title": HOSTILE}, b"\x1b[2J", NOON),
        ),
        claims=(
            Claim("vendor", HOSTILE, Confidence.INFERRED, "junk", "http.title", RECORDER_WEB),
            Claim("serial", "TD-2708-0042", Confidence.LIKELY, "junk", "http.title", RECORDER_WEB),
        ),
    ),
    outcomes=(
        Outcome(
            "accepts-any-password",
            Status.FOUND,
            "",
            (
                Finding(
                    id=finding_id("accepts-any-password", "key:9f2c", "tcp/80"),
                    check="accepts-any-password",
                    family=Family.CREDENTIALS,
                    severity=Severity.CRITICAL,
                    confidence=Confidence.CONFIRMED,
                    endpoint=RECORDER_WEB,
                    title="Any password opens the device",
                    detail="A random account opened the web interface.",
                    evidence=HOSTILE * 12,
                    remedy="Take it off the network until its maker has a fix.",
                ),
            ),
        ),
        Outcome("default-credentials", Status.PASSED, "any password opens it, which is a finding of its own"),
    ),
    score=Score(90.0, Severity.CRITICAL, "3 days", ("accepts-any-password on 80/tcp: critical, 90.0",)),
    firmware=FirmwareAge(),
    when=NOON,
)
GATEWAY = Assessment(
    device=Device(
        identity="serial:MESH1",
        addresses=("10.77.0.26",),
        open_ports=(GATEWAY_WEB, GATEWAY_BUS),
        observations=(
            Observation(GATEWAY_WEB, "tls", {"tls.versions": ("TLSv1.3",)}, b"", NOON),
            Observation(GATEWAY_BUS, "modbus", {"modbus.vendor": "Schneider Electric"}, b"", NOON, "unit 1"),
            Observation(GATEWAY_BUS, "modbus", {"modbus.product_code": "?"}, b"", NOON, "unit 2"),
        ),
        claims=(
            Claim("vendor", "Libelium", Confidence.CONFIRMED, "meshlium", "http.title", GATEWAY_WEB),
            Claim("model", "Meshlium", Confidence.CONFIRMED, "meshlium", "http.title", GATEWAY_WEB),
            Claim("kind", "air-sensor", Confidence.CONFIRMED, "meshlium", "http.title", GATEWAY_WEB),
            Claim("serial", "MESH1", Confidence.CONFIRMED, "meshlium", "http.title", GATEWAY_WEB),
            Claim(
                "vendor", "Schneider Electric", Confidence.CONFIRMED, "modbus", "modbus.vendor", GATEWAY_BUS, "unit 1"
            ),
            Claim("model", "PM5110", Confidence.CONFIRMED, "modbus", "modbus.product_code", GATEWAY_BUS, "unit 1"),
            Claim("firmware", "2.1", Confidence.CONFIRMED, "modbus", "modbus.revision", GATEWAY_BUS, "unit 1"),
        ),
        why=("It states its serial number (http.title at 10.77.0.26:443/tcp).",),
        conflicts=(
            "The TLS key 9f2c… is also at 10.77.0.10, kept apart: 3 records share it, so it tells none of them.",
        ),
    ),
    outcomes=(Outcome("tls-old-version", Status.PASSED, "TLS 1.3 alone"),),
    score=Score(0.0, Severity.INFO, ""),
    firmware=FirmwareAge(),
    when=NOON,
    uptime=(Uptime("SNMP engine", 3, 3, 3_600_000, 3_600_042),),
)
METER = Assessment(
    device=Device(
        identity="mac:00:11:22:33:44:55",
        addresses=("10.77.0.22",),
        mac="00:11:22:33:44:55",
        open_ports=(METER_WEB,),
        gaps=(Gap(METER_WEB, "tls", "the device did not answer in time"),),
    ),
    outcomes=(
        Outcome("firmware-old", Status.FAILED, "a bug of ours: KeyError"),
        Outcome("tls-old-version", Status.UNREACHED, "tls on 443/tcp: the device did not answer in time"),
    ),
    score=Score(0.0, Severity.INFO, ""),
    firmware=FirmwareAge(),
    when=NOON,
)
SCAN = Scan(
    id="20261120-1200-a1b2",
    started=NOON,
    networks=("10.77.0.0/24",),
    level=Level.LOGIN,
    authorised_by="CISO, ticket 4711",
    version="0.1.0",
    site="traffic-north",
    ended=datetime(2026, 11, 20, 12, 1, 30, tzinfo=UTC),
    traffic=Traffic(1200, 84, 12),
    notes=("no raw sockets here, so MAC addresses behind a router are unknown",),
    intel=f"2026-11-21 sha256:{'0123456789abcdef' * 4}",
    intel_as_of=date(2025, 8, 25),
)
SHARED_KEY = FleetFinding(
    id=finding_id("shared-key", "fleet", "abcd"),
    check="shared-key",
    family=Family.TLS,
    severity=Severity.HIGH,
    title="Several devices share one private key",
    detail="The TLS key abcd… is on 2 devices: who takes it from one can pose as each.",
    remedy="Make a new key on each device.",
    devices=("key:9f2c", "mac:44:19:b6:01:02:03"),
    standards=("CWE-321",),
)
LEFT_ALONE = Quarantine(
    identity=METER.device.identity,
    address="10.77.0.22",
    mac=METER.device.mac,
    reason="it answered before, and fell silent while it was asked; two more tries, each after a pause, met silence",
    asked="tls at 10.77.0.22:443/tcp",
    since=NOON,
    scan=SCAN.id,
)
SILENCED = replace(METER, quarantine=LEFT_ALONE)
REPORT = Report(
    SCAN,
    (GATEWAY, SILENCED, RECORDER, CAMERA),
    (SHARED_KEY,),
    Coverage(254, 4, 3, 1),
    Registered(40, ("Pump 4 (10.77.0.30)",), ("key:9f2c", "serial:MESH1")),
)


def _lived_with(report: Report) -> Report:
    """The report on its own day, with a waiver of each standing: the account is accepted, Telnet was, the key is for ten days, and one is for nothing."""
    account = Waiver(
        "Transport", "The vendor's patch is due in March.", date(2027, 3, 31), date(2026, 11, 1), DEFAULT_ACCOUNT.id
    )
    telnet = Waiver("Transport", HOSTILE, date(2026, 11, 19), check="cleartext-administration", kind="camera")
    key = Waiver("CISO", "New keys come with the next contract.", date(2026, 11, 30), finding=SHARED_KEY.id)
    gone = Waiver("CISO", "It was mended.", date(2027, 1, 31), check="tls-old-version", device=GATEWAY.device.identity)
    rules = [replace(rule, file="waivers.toml", line=line) for line, rule in enumerate((account, telnet, key, gone), 6)]
    return ranked(report, waived(City(NOON.date()), Waivers(rules, NOON.date()), nowhere))


LIVED_WITH = _lived_with(REPORT)
