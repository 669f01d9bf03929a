"""A scan of the whole street of real servers: the truth about every host, and what can be read afterwards of what was done there."""

import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from checks.components import released
from checks.intelligence import built_in
from tests.real import street
from tests.real.servers import tool
from tests.real.street import CHANGED, House
from tests.segment import Segment

NETWORK, SCANNER = "10.55.0.0/24", "10.55.0.1"
Flaw = tuple[str, int, str]
"""Check, port and severity."""
WEB_LOGIN = ("cleartext-administration", 80, "medium")
WEB_BASIC = ("cleartext-administration", 80, "high")
TELNET = ("cleartext-administration", 23, "high")
FTP = ("cleartext-administration", 21, "medium")
NO_VERSION = ("firmware-advisory", 80, "low")
UNKNOWN_AGE = ("firmware-unknown", 0, "info")
ROUTER, RECORDER = ("Teltonika", "RUT240", "router"), ("Uniview", "NVR301-08B", "recorder")
CAMERA, DOOR = ("Hikvision", "DS-2CD2142FWD-I", "camera"), ("HID", "VertX V2000", "door-controller")
CONTROLLER = ("Econolite", "Cobalt", "traffic-controller")
OTHER_ROUTER, CARD, UNKNOWN = ("Teltonika", "RUTX11", "router"), ("APC", None, None), (None, None, None)


@dataclass(frozen=True)
class Case:
    """A host of the street, and the whole truth about it but for the age of its software. `software` is by port; `account` is what a scan tries first."""

    number: int
    furnish: Callable[[House, str], None]
    setting: str
    known: tuple[str | None, str | None, str | None]
    ports: tuple[int, ...]
    software: dict[int, str] = field(default_factory=dict)
    flaws: tuple[Flaw, ...] = ()
    account: str = ""


SSH_FLAW, HTTP_FLAW, TELNET_FLAW = (("default-credentials", port, "critical") for port in (22, 80, 23))
DROPBEAR, OPENSSH = {22: "dropbear", 80: "lighttpd"}, {22: "openssh", 80: "nginx"}
OLD_TLS = (
    ("tls-old-version", 443, "high"),
    ("tls-certificate-weak-key", 443, "high"),
    ("tls-certificate-weak-signature", 443, "medium"),
    ("tls-certificate-self-signed", 443, "low"),
    ("tls-certificate-hygiene", 443, "low"),
    ("tls-anonymous", 443, "critical"),
    ("tls-weak-dh", 443, "high"),
    ("tls-hardening", 443, "low"),
    ("tls-advice", 443, "info"),
)
NO_TLS_13 = ("tls-advice", 443, "info")
DEFAULT = {
    "dropbear": Case(11, street.dropbear, "admin01", ROUTER, (22, 80), DROPBEAR, (SSH_FLAW,), "root"),
    "sshd": Case(12, street.sshd, "admin01", OTHER_ROUTER, (22, 80), OPENSSH, (SSH_FLAW,), "root"),
    "lighttpd-basic": Case(
        13, street.lighttpd_basic, "123456", RECORDER, (80,), {80: "lighttpd"}, (HTTP_FLAW, WEB_BASIC)
    ),
    "lighttpd-digest": Case(
        14, street.lighttpd_digest, "12345", CAMERA, (80,), {80: "lighttpd"}, (HTTP_FLAW, WEB_LOGIN, NO_VERSION)
    ),
    "nginx": Case(15, street.nginx_basic, "apc", CARD, (80,), {80: "nginx"}, (HTTP_FLAW, WEB_BASIC)),
    "mosquitto": Case(
        16, street.mosquitto, "", UNKNOWN, (1883,), {1883: "mosquitto"}, (("no-authentication", 1883, "high"),)
    ),
    "snmpd": Case(
        17,
        street.snmpd,
        "public",
        CONTROLLER,
        (),
        {161: "linux-kernel 2.6.35"},
        (
            ("snmp-default-community", 161, "high"),
            ("cleartext-administration", 161, "medium"),
            ("firmware-old", 161, "high"),
        ),
    ),
    "vsftpd": Case(18, street.vsftpd, "", UNKNOWN, (21,), {21: "vsftpd"}, (FTP,)),
    "s_server": Case(19, street.s_server, "old", UNKNOWN, (443,), {}, OLD_TLS),
    "s_server-expired": Case(
        20, street.s_server, "expired", UNKNOWN, (443,), {}, (("tls-certificate-expired", 443, "high"), NO_TLS_13)
    ),
    "telnetd": Case(21, street.telnetd, "pass", DOOR, (23,), {}, (TELNET_FLAW, TELNET, UNKNOWN_AGE), "root"),
    "telnetd-shell": Case(
        22,
        street.telnetd_without_login,
        "",
        UNKNOWN,
        (23,),
        {23: "busybox 1.19.4"},
        (("no-authentication", 23, "high"), TELNET),
    ),
}
HARDENED = {
    "dropbear": Case(111, street.dropbear, CHANGED, ROUTER, (22, 80), DROPBEAR, (), "root"),
    "sshd": Case(112, street.sshd, CHANGED, OTHER_ROUTER, (22, 80), OPENSSH, (), "root"),
    "lighttpd-basic": Case(
        113, street.lighttpd_basic, CHANGED, RECORDER, (80,), {80: "lighttpd"}, (WEB_BASIC,), "admin"
    ),
    "lighttpd-digest": Case(
        114, street.lighttpd_digest, CHANGED, CAMERA, (80,), {80: "lighttpd"}, (WEB_LOGIN, NO_VERSION), "admin"
    ),
    "nginx": Case(115, street.nginx_basic, CHANGED, CARD, (80,), {80: "nginx"}, (WEB_BASIC,), "apc"),
    "mosquitto": Case(116, street.mosquitto, CHANGED, UNKNOWN, (1883,), {}, (("exposed-data-store", 1883, "low"),)),
    "snmpd": Case(117, street.snmpd, CHANGED, UNKNOWN, ()),
    "vsftpd": Case(118, street.vsftpd, "FTP server ready.", UNKNOWN, (21,), {}, (FTP,)),
    "s_server": Case(119, street.s_server, "modern", UNKNOWN, (443,), {}, (NO_TLS_13,)),
    "telnetd": Case(121, street.telnetd, CHANGED, DOOR, (23,), {}, (TELNET, UNKNOWN_AGE), "root"),
}
CASES = {f"{name}-default": case for name, case in DEFAULT.items()} | {
    f"{name}-hardened": case for name, case in HARDENED.items()
}

# What the servers' logs call an attempt, opened or refused, and the account's name in it. Dropbear names no account that does not exist.
ATTEMPTS = (
    r"(?:Bad password attempt for|Password auth succeeded for) '(\S+)'",
    r"(?:Failed|Accepted) password for (?:invalid user )?(\S+) from",
    r"password doesn't match for \S+ username: (\S+) IP",
    r"digest: auth failed for (\S+): wrong",
    r'user "(\S+)"(?:: password mismatch| was not found)',
    r"^password for (\S*)$",
)
VERSIONS = {
    "dropbear": ("dropbear", "dropbear-bin", ("-V",), r"Dropbear v(\S+)"),
    "openssh": ("ssh", "openssh-client", ("-V",), r"OpenSSH_([\d.]+p\d+)"),
    "lighttpd": ("lighttpd", "lighttpd", ("-v",), r"lighttpd/(\S+)"),
    "nginx": ("nginx", "nginx", ("-v",), r"nginx/(\S+)"),
    "mosquitto": ("mosquitto", "mosquitto", ("-h",), r"mosquitto version (\S+)"),
    "vsftpd": ("vsftpd", "vsftpd", ("-v",), r"version ([\d.]+)"),
}


@dataclass(frozen=True)
class Night:
    """What one scan of the whole street told, and what the street saw of it."""

    segment: Segment
    houses: dict[int, House]
    report: dict[str, Any]
    audit: str
    frames: list[bytes]

    def device(self, case: Case) -> dict[str, Any]:
        address = self.houses[case.number].address
        (found,) = [device for device in self.report["devices"] if device["addresses"] == [address]]
        return found  # type: ignore[no-any-return]  # JSON

    def facts(self, case: Case, protocol: str) -> dict[str, Any]:
        (facts,) = [seen["facts"] for seen in self.device(case)["services"] if seen["protocol"] == protocol]
        return facts  # type: ignore[no-any-return]  # JSON

    def attempts(self, case: Case) -> list[str]:
        """The accounts that the host's servers saw tried, in order."""
        logs = "\n".join(path.read_text(errors="replace") for path in self.houses[case.number].folder.glob("*.log"))
        found = re.finditer("|".join(ATTEMPTS), logs, re.MULTILINE)
        return [next(name for name in match.groups() if name is not None) for match in found]


def frames(path: Path) -> list[bytes]:
    """The IPv4 frames that the scanner sent, from a pcap file in this machine's byte order."""
    data, at, found = path.read_bytes(), 24, []
    while at < len(data):
        size = int.from_bytes(data[at + 8 : at + 12], sys.byteorder)
        frame = data[at + 16 : at + 16 + size]
        if frame[12:14] == b"\x08\0" and frame[26:30] == IPv4Address(SCANNER).packed:
            found.append(frame)
        at += 16 + size
    return found


def version_of(name: str) -> tuple[str, str]:
    """The software and its version, which the program itself tells (of OpenSSH the client, for the server leaves the "p1" out)."""
    known, _, stated = name.partition(" ")
    if stated:
        return known, stated
    program, package, arguments, pattern = VERSIONS[name]
    with tempfile.TemporaryFile("w+") as said:  # vsftpd tells it to its standard input
        subprocess.run([tool(program, package), *arguments], stdin=said, stdout=said, stderr=said, check=False)
        said.seek(0)
        match = re.search(pattern, said.read())
    assert match
    return known, match[1]


def ageing(case: Case, when: datetime) -> set[Flaw]:
    """What the age of its software is worth on that day."""
    found: set[Flaw] = set()
    for port, name in case.software.items():
        day = released(*version_of(name), built_in())
        years = (when.date() - day).days / 365.25 if day else 0
        if years > 5:
            found.add(("component-old", port, "medium" if years > 10 else "low"))
    return found
