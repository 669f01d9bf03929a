"""A street of real servers, each on a host with an address and a MAC of its own: once as it is delivered, once hardened.

A generic server becomes a product by its ordinary configuration: a realm, a page title or a login banner is all that the scanner sees of one.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from scanner.intel.gate import STALE
from tests.real.servers import SERVERS, Command, tool
from tests.segment import Namespace, Segment

CHANGED = "Kept-in-the-store-7"
HID_LOGIN = """#!/bin/sh
printf 'VertX V2000 login: '; read -r user
stty -echo; printf 'Password: '; read -r password; stty echo; echo
echo "password for $user" >> {account}.log
if [ "$user:$password" = "$(cat {account})" ]; then exec env -i PS1='# ' /bin/sh -i; fi
echo "wrong password for $user" >> {account}.log
sleep 1; echo 'Login incorrect'
"""
# Mounts a folder of the host's own over /etc, which nobody outside sees, and becomes the server. Not over /etc/shadow alone: when anybody on this machine
# changes a password, that file is replaced by another, and a mount upon it goes with it.
WITH_ETC = 'mount --bind "$0" /etc && exec "$@"'
PAM = "auth required pam_unix.so\naccount required pam_unix.so\nsession required pam_permit.so\n"
ETC = ("passwd", "group", "nsswitch.conf", "shells")
OLD_TLS = ("-no_tls1_2", "-no_tls1_3", "-min_protocol", "TLSv1", "-cipher", "ALL:@SECLEVEL=0")
TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
VALIDITY = {
    "modern": (TODAY - timedelta(days=30), TODAY + timedelta(days=335)),
    "expired": (datetime(2022, 1, 1, tzinfo=UTC), datetime(2024, 6, 30, tzinfo=UTC)),
}


@dataclass(frozen=True, slots=True)
class House:
    """A host on a segment, and the folder of its servers' files."""

    address: str
    mac: str
    port: str
    folder: Path
    host: Namespace

    def serve(self, name: str, port: int, *settings: str, transport: str = "tcp") -> None:
        """Start a server of the catalogue `SERVERS` with its settings."""
        self.start(name, SERVERS[name](self.folder, self.address, port, *settings), port, transport)

    def serve_root(self, name: str, port: int, password: str, *settings: str) -> None:
        """The same for one that checks root's password, which is `password` for this server alone."""
        self.start(name, [*self.root(password), *SERVERS[name](self.folder, self.address, port, *settings)], port)

    def root(self, password: str) -> list[str]:
        """The beginning of a command that sees no user's password but root's, which is this."""
        etc = self.folder / "etc"
        etc.mkdir()
        for file in filter(Path.exists, (Path("/etc", name) for name in ETC)):
            shutil.copy(file, etc)
        secret = self._openssl("passwd", "-6", "-stdin", said=password)
        (etc / "shadow").write_text(f"root:{secret}:19000:0:99999:7:::\n")
        (etc / "pam.d").mkdir()
        (etc / "pam.d" / "other").write_text(PAM)
        return ["unshare", "--mount", "--propagation", "private", "sh", "-c", WITH_ETC, str(etc)]

    def start(self, name: str, command: Command, port: int, transport: str = "tcp") -> None:
        """Start a server by its command line."""
        self.host.serve(command, self.folder / f"{name}.log", port, transport)

    def log(self, name: str) -> str:
        """What a server has said until now."""
        return (self.folder / name).read_text(errors="replace")

    def certify(self, name: str, *options: str) -> None:
        """Make a certificate that signs itself."""
        files = ("-keyout", f"{name}.key", "-out", f"{name}.crt")
        self._openssl("req", "-x509", "-nodes", "-subj", f"/CN={name}.test", *files, *options)

    def certify_by_city(self, name: str, begin: datetime, end: datetime) -> None:
        """Make a P-256 certificate that a city's authority has issued to this host for these days."""
        authority, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        builder = x509.CertificateBuilder(_name("City CA"), _name(f"{name}.test"), own.public_key())
        builder = builder.serial_number(x509.random_serial_number())
        names = [x509.DNSName(f"{name}.test"), x509.IPAddress(ip_address(self.address))]
        builder = builder.not_valid_before(begin).not_valid_after(end)
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        issued = builder.sign(authority, hashes.SHA256())
        (self.folder / f"{name}.crt").write_bytes(issued.public_bytes(Encoding.PEM))
        plain = own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (self.folder / f"{name}.key").write_bytes(plain)

    def _openssl(self, *arguments: str, said: str = "") -> str:
        command = [tool("openssl", "openssl"), *arguments]
        return subprocess.run(
            command, cwd=self.folder, check=True, capture_output=True, text=True, input=said
        ).stdout.strip()


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def build(segment: Segment, folder: Path, number: int) -> House:
    """A host at address `number` of the segment; its MAC is locally administered, so that it names no maker."""
    address = f"{segment.address.rpartition('.')[0]}.{number}"
    mac = f"02:00:00:00:{segment.address.split('.')[1]:0>2.2}:{number:02x}"
    home = folder / address
    home.mkdir()
    host = segment.add_host(address, mac)
    return House(address, mac, f"port{10 + len(segment.hosts)}", home, host)


def dropbear(house: House, password: str) -> None:
    """A Teltonika router: Dropbear with root's password, and the router's page without a login."""
    house.serve_root("dropbear", 22, password)
    house.serve("lighttpd", 80, "", "", "", "", "RUT240 - Web UI")


def sshd(house: House, password: str) -> None:
    """Another one: OpenSSH with root's password, and nginx."""
    house.serve_root("sshd", 22, password, "PermitRootLogin yes")
    house.serve("nginx", 80, "", "", "", "RUTX11 - Web UI")


def lighttpd_basic(house: House, password: str) -> None:
    """A Uniview recorder."""
    house.serve("lighttpd", 80, "basic", "admin", password, "NVR301-08B")


def lighttpd_digest(house: House, password: str) -> None:
    """A Hikvision camera."""
    house.serve("lighttpd", 80, "digest", "admin", password, "DS-2CD2142FWD-I")


def nginx_basic(house: House, password: str) -> None:
    """An APC network management card."""
    house.serve("nginx", 80, "apc", password, "APC Management Card")


def mosquitto(house: House, password: str) -> None:
    """A broker: open to anybody, or with a password closed to all but one."""
    house.serve("mosquitto", 1883, *(("bridge", password) if password else ()))


def snmpd(house: House, community: str) -> None:
    """An agent whose SNMPv3 engine is named after the host's MAC."""
    network = f"{house.address.rpartition('.')[0]}.0/24"
    house.serve("snmpd", 161, community, network, "engineIDType 3", f"engineIDNic {house.port}", transport="udp")


def vsftpd(house: House, banner: str) -> None:
    """An FTP server that names its version, or says `banner` instead."""
    house.serve("vsftpd", 21, *((banner,) if banner else ()))


def s_server(house: House, kind: str) -> None:
    """OpenSSL's server: "old" in all things, "modern" but for TLS 1.3, or the same with an "expired" certificate that the city issued."""
    if kind == "old":
        house.certify("old", "-newkey", "rsa:1024", "-sha1", "-days", "3650")
        house.serve("s_server", 443, "old", *OLD_TLS)
    else:
        house.certify_by_city(kind, *VALIDITY[kind])
        house.serve("s_server", 443, kind, "-tls1_2", "-cipher", "ECDHE+AESGCM")


def telnetd(house: House, password: str) -> None:
    """A HID door controller."""
    house.serve("telnetd", 23, "root", password, HID_LOGIN)


def telnetd_without_login(house: House, _: str) -> None:
    """A shell for anybody."""
    house.serve("telnetd_without_login", 23)


def scan(
    place: Namespace,
    folder: Path,
    targets: list[str],
    *wishes: str,
    run: Sequence[str] = (sys.executable,),
) -> dict[str, Any]:
    """`tocsin scan` run to its end where the scanner stands, and its report; `run` is the Python, and what makes it somebody else's."""
    report = folder / "report.json"
    state = ["--store", str(folder / "tocsin.db"), "--audit", str(folder / "audit.jsonl")]
    asked = ["scan", *targets, "--authorised-by", "test", "--pace", "lab", "-o", str(report), *wishes]
    ended = subprocess.run(
        [*place.enter, *run, "-P", "-m", "scanner.cli", *state, *asked],
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        cwd=folder,
    )
    assert ended.returncode in (0, 1, 3), ended.stderr
    told: dict[str, Any] = json.loads(report.read_text())
    told["exit"] = ended.returncode
    return told


def notes(report: dict[str, Any]) -> list[str]:
    """What the scan noted, but for the age of the intelligence: that grows with the calendar, and says nothing of the night."""
    return [note for note in report["scan"]["notes"] if not note.startswith(STALE)]
