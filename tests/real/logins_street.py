"""A street of logins: real servers, each on two hosts, with the account that its maker or the city's contractor left in it, and with one of its own.

What makes a server a product is its ordinary configuration: a realm, a title, a greeting, the number in an SNMP engine's name. What cannot be dressed so opens
by an account of the operator's own file, or, a database, by its own maker's.
"""

import hashlib
import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.logins.real.stores_server import Cluster, folder_for_nobody, mariadb, program
from tests.logins.real.streams_server import gst_rtsp_login, vsftpd_login
from tests.real import servers, street
from tests.real.generic_servers import ipmi_sim, tigervnc
from tests.real.servers import tool
from tests.real.street import CHANGED, House

NETWORK, SCANNER = "10.57.0.0/24", "10.57.0.1"
CONTRACTOR, PANEL = "Contractor-of-2019", "111111"
OWN = f"""
[[entry]]
id = "contractor"
protocol = ["telnet", "mqtt"]
accounts = [{{ user = "root", password = "{CONTRACTOR}" }}]
source = "ours: what the contractor of 2019 used"

[[entry]]
id = "control-room"
protocol = ["ipmi"]
accounts = [{{ user = "operator", password = "{CONTRACTOR[:15]}" }}]
source = "ours: what the control room's servers were delivered with"

[[entry]]
id = "panels"
protocol = ["vnc"]
accounts = [{{ user = "", password = "{PANEL}" }}]
source = "ours: what the panels of the pumps were delivered with"
"""
"""The operator's own file. Its accounts are offered to every host of the site that speaks their protocol."""
OBSCURED = {PANEL: "9065ad0d05410128", CHANGED: "7361719c6efd7676"}
"""What vncpasswd of TigerVNC 1.12.0 makes of a password; the second is that of another one, which nobody here offers."""


def axis_ftp(house: House, password: str) -> None:
    """vsftpd as an Axis camera, for root by PAM; it writes down who logged in."""
    told = ("xferlog_enable=YES", "xferlog_std_format=NO", f"vsftpd_log_file={house.folder}/logins.log")
    greeting = "ftpd_banner=AXIS 211 Network Camera 4.40 (Jan 05 2007) ready."
    command = vsftpd_login(house.folder, house.address, 21, greeting, *told)
    house.start("vsftpd", [*house.root(password), *command], 21)


def busybox(house: House, password: str) -> None:
    """Busybox's telnetd before busybox's own login."""
    command = servers.busybox_telnetd(house.folder, house.address, 23, "", "")
    login = house.folder / "busybox_login"
    login.write_text(f"#!/bin/sh\nexec {command[0]} login\n")
    login.chmod(0o755)
    house.start("busybox", [*house.root(password), *command[:-1], str(login)], 23)


def rtsp(house: House, password: str) -> None:
    """GStreamer's RTSP server as a Hikvision camera, with digest."""
    command = gst_rtsp_login(house.folder, house.address, 554, servers.REALM, password, "DIGEST")
    house.start("rtsp", command, 554)


def mosquitto(house: House, password: str) -> None:
    """A broker for one user."""
    house.serve("mosquitto", 1883, "root", password)


def snmpv3(house: House, password: str) -> None:
    """net-snmp with the engine of a Hirschmann switch (enterprise 248), one user, and a community that is read from nowhere."""
    number = int(house.address.rpartition(".")[2])
    engine = f"exactEngineID 0x800000f805{number:016x}"
    user = (f"createUser admin MD5 -m 0x{_master_key(password).hex()}", "rouser admin auth")
    house.serve("snmpd", 161, "closed", "127.0.0.2", engine, *user, transport="udp")


def _master_key(password: str) -> bytes:
    """RFC 3414, appendix A.2.1: the digest of the password, repeated to a mebibyte. As a password net-snmp itself takes none of less than eight characters."""
    text = password.encode()
    return hashlib.md5((text * (1048576 // len(text) + 1))[:1048576], usedforsecurity=False).digest()


def vnc(house: House, password: str) -> None:
    """A panel's screen; each display has a number that no other has, for all of this machine share its /tmp."""
    display = 2 * (os.getpid() % 30000) + (password == CHANGED)
    command = tigervnc(house.folder, house.address, 5900, "VncAuth", OBSCURED[password], f"{display}")
    house.start("vnc", command, 5900)


def bmc(house: House, password: str) -> None:
    """OpenIPMI's simulator; a password of IPMI 1.5 has sixteen bytes at most."""
    house.start("ipmi_sim", ipmi_sim(house.folder, house.address, 623, "operator", password[:15]), 623, "udp")


def postgresql(house: House, password: str) -> None:
    """PostgreSQL that lets its superuser in from the whole segment."""
    cluster = Cluster(folder_for_nobody(house.folder / "store"), "scram-sha-256", superuser=password)
    cluster.allow(f"host all all {NETWORK} scram-sha-256")
    house.start("postgresql", cluster.command(house.address, 5432, {"log_connections": "on"}), 5432)
    while not cluster.is_ready():  # it listens before it takes logins
        house.host.run("sleep", "0.02")


def mysql(house: House, password: str) -> None:
    """MariaDB that lets root in from anywhere."""
    made = f"CREATE USER root@'%' IDENTIFIED BY '{password}'"
    command = [*mariadb(house.folder, house.address, 3306, made), "--skip-name-resolve", "--log-warnings=2"]
    house.start("mariadb", command, 3306)


def redis(house: House, password: str) -> None:
    """Redis with a password for everybody."""
    tool("redis-cli", "redis-tools")
    own = ("--bind", house.address, "--save", "", "--appendonly", "no", "--dir", str(house.folder))
    house.start(
        "redis", [program("redis-server", "redis-server"), *own, "--requirepass", password, "--port", "6379"], 6379
    )


def redis_failures(house: House, password: str) -> int:
    """How many wrong passwords it has written down (ACL LOG joins those of one kind within a minute, and counts them)."""
    asked = ["redis-cli", "-h", house.address, "--no-auth-warning", "-a", password, "--json", "ACL", "LOG"]
    return sum(row["count"] for row in json.loads(house.host.run(*asked).stdout) if row["reason"] == "auth")


@dataclass(frozen=True)
class Server:
    """A server of the street: its default host's number (its hardened twin has a hundred more), and what is true of it.

    `account` is what must be found to open the default one at `port`, `failure` what the server's log says of one failed login; `strangers` says how many
    of those lines the first scan and the second cause by asking without an account, where the log does not tell them from the others.
    """

    number: int
    furnish: Callable[[House, str], None]
    default: str
    port: str
    account: str
    failure: str = ""
    check: str = "default-credentials"
    strangers: tuple[int, int] = (0, 0)

    @property
    def hosts(self) -> tuple[tuple[int, str], tuple[int, str]]:
        """The numbers and the passwords of the default host and of the hardened one."""
        return (self.number, self.default), (self.number + 100, CHANGED)

    @property
    def writes_failures_down(self) -> bool:
        """Whether it can be asked afterwards how many logins failed."""
        return bool(self.failure) or self.furnish is redis

    def failures(self, house: House, password: str) -> int:
        """How many failed logins it has written down."""
        if self.furnish is redis:
            return redis_failures(house, password)
        logs = "\n".join(path.read_text(errors="replace") for path in sorted(house.folder.glob("*.log")))
        return len(re.findall(self.failure, logs, re.MULTILINE))


LIMIT = 2
"""Failed logins that a device is given in a night where its maker documents no lock."""
STREET = {
    "dropbear": Server(
        11,
        street.dropbear,
        "admin01",
        "22/tcp",
        "teltonika-ssh: root",
        r"Bad password attempt for|Login attempt for nonexistent",
    ),
    "sshd": Server(12, street.sshd, "admin01", "22/tcp", "teltonika-ssh: root", r"^Failed password for"),
    "inetutils-telnetd": Server(13, street.telnetd, "pass", "23/tcp", "hid-vertx: root", r"^wrong password for"),
    "busybox-telnetd": Server(14, busybox, CONTRACTOR, "23/tcp", "contractor: root"),
    "lighttpd-basic": Server(
        15, street.lighttpd_basic, "123456", "80/tcp", "uniview: admin", r"password doesn't match"
    ),
    # It says nothing of a user that it does not know.
    "lighttpd-digest": Server(
        16, street.lighttpd_digest, "12345", "80/tcp", "hikvision: admin", r"digest: auth failed"
    ),
    "vsftpd": Server(17, axis_ftp, "pass", "21/tcp", "axis-p3301: root", r"FAIL LOGIN"),
    "rtsp": Server(18, rtsp, "12345", "554/tcp", "hikvision-ds-2cd2032-i: admin"),
    # It is asked without an account to see what it is, and once more as a control.
    "mosquitto": Server(19, mosquitto, CONTRACTOR, "1883/tcp", "contractor: root", r"not authorised", strangers=(2, 1)),
    "snmpd-v2c": Server(20, street.snmpd, "public", "161/udp", "snmp-public", check="snmp-default-community"),
    "snmpd-v3": Server(21, snmpv3, "private", "161/udp", "hirschmann-snmpv3: admin"),
    "tigervnc": Server(22, vnc, PANEL, "5900/tcp", "panels: ", r"AuthFailureException"),
    "ipmi_sim": Server(23, bmc, CONTRACTOR, "623/udp", "control-room: operator"),
    "postgresql": Server(
        24,
        postgresql,
        "postgres",
        "5432/tcp",
        "postgresql-service: postgres",
        r"FATAL:  password authentication failed",
    ),
    "redis": Server(25, redis, "foobared", "6379/tcp", "redis-service: "),
    "mariadb": Server(26, mysql, "", "3306/tcp", "mariadb-service: root", r"Access denied for user"),
}
