"""Users of the system that only one server knows: it runs in a mount namespace of its own, where the passwords and PAM's rules are the test's.

The whole of /etc is another folder there, with links to everything else of the system's. Single files would not stay: whoever adds a user to the system
meanwhile puts a new file in the place of /etc/passwd, and the kernel takes away what was bound over the old one.
"""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.real import servers
from tests.real.servers import Command, tool

BIND = """
mount --bind /etc "$0/system" && mount --bind "$0/etc" /etc && mount --bind "$0/log" /var/log && exec "$@"
"""
USER, NUMBER = "fieldtech", 4321
# Linux-PAM's own modules, and pam_faillock(8) as its manual page shows it.
PAM = """
auth required pam_faillock.so preauth dir={folder}/faillock deny={deny} nodelay
auth sufficient pam_unix.so nullok nodelay
auth [default=die] pam_faillock.so authfail dir={folder}/faillock deny={deny} nodelay
account required pam_unix.so
password required pam_unix.so
session required pam_permit.so
"""


@dataclass(frozen=True, slots=True)
class PrivateUsers:
    """One user in files of the test's own. `deny` is how many failures lock him, where the server asks PAM."""

    folder: Path
    deny: int = 9

    def __post_init__(self) -> None:
        for name in ("system", "etc", "etc/pam.d", "log", "faillock"):
            (self.folder / name).mkdir()
        for path in Path("/etc").iterdir():
            if path.name not in {"passwd", "shadow", "pam.d", "login.defs"}:
                (self.folder / "etc" / path.name).symlink_to(self.folder / "system" / path.name)
        for service in ("sshd", "login", "remote", "other"):
            (self.folder / "etc/pam.d" / service).write_text(PAM.format(folder=self.folder, deny=self.deny))
        (self.folder / "etc/login.defs").write_text("FAIL_DELAY 0\n")
        entry = f"{USER}:x:{NUMBER}:{NUMBER}::/:/bin/sh\n"
        (self.folder / "etc/passwd").write_text(Path("/etc/passwd").read_text() + entry)
        self.set_password("")

    def set_password(self, password: str, *, aged: bool = False) -> None:
        """Give the user this password; an `aged` one must be changed at the next login (shadow(5): the last change on day 0)."""
        crypted = [tool("openssl", "openssl"), "passwd", "-6", "-stdin"]
        hashed = subprocess.run(crypted, input=password, text=True, check=True, capture_output=True).stdout.strip()
        line = f"{USER}:{hashed if password else ''}:{0 if aged else 19000}:0:99999:7:::\n"
        (self.folder / "etc/shadow").write_text("root:*:19000:0:99999:7:::\nsshd:!:19000::::::\n" + line)

    @property
    def shadow(self) -> str:
        """What the file of the passwords holds now."""
        return (self.folder / "etc/shadow").read_text()

    def seen_by(self, command: Command) -> Command:
        """The command of a server that sees these files in the place of the system's."""
        return ["unshare", "--mount", "sh", "-c", BIND, str(self.folder), *command]


def allowed() -> None:
    """A skip where this user may make no mount namespace in which servers change their user."""
    if subprocess.run(["unshare", "--mount", "true"], check=False, capture_output=True).returncode:
        pytest.skip("it gives a server users of its own by bind mounts, which only root may: run the tests as root")


def private_sshd(folder: Path, address: str, port: int, users: PrivateUsers, *settings: str) -> Command:
    """OpenSSH for the private users."""
    return users.seen_by(servers.sshd(folder, address, port, *settings))


def private_dropbear(folder: Path, address: str, port: int, users: PrivateUsers) -> Command:
    """Dropbear for the private users."""
    return users.seen_by(servers.dropbear(folder, address, port))


def private_telnetd(folder: Path, address: str, port: int, users: PrivateUsers) -> Command:
    """inetutils' telnetd before the system's /bin/login, for the private users."""
    return users.seen_by(servers.telnetd_with_login(folder, address, port))


def private_busybox(folder: Path, address: str, port: int, users: PrivateUsers) -> Command:
    """Busybox's telnetd before its own login, which reads /etc/shadow itself."""
    command = servers.busybox_telnetd(folder, address, port, "", "")
    script = folder / "busybox_login"
    script.write_text(f"#!/bin/sh\nexec {command[0]} login\n")
    script.chmod(0o755)
    return users.seen_by([*command[:-1], str(script)])


def limited_nginx(folder: Path, address: str, port: int, user: str, password: str, status: str) -> Command:
    """Nginx that takes one request a minute and answers the others with that status (ngx_http_limit_req_module)."""
    command = servers.nginx(folder, address, port, user, password, "TD-2708")
    config = folder / "nginx.conf"
    limits = f"limit_req_zone $binary_remote_addr zone=all:64k rate=1r/m; limit_req_status {status}; server {{ limit_req zone=all;"
    config.write_text(config.read_text().replace("server {", limits))
    return command


def plain_lighttpd(folder: Path, address: str, port: int, scheme: str, user: str, password: str) -> Command:
    """Lighttpd with its plain backend, which keeps the passwords as they are and serves both schemes."""
    command = servers.lighttpd(folder, address, port, scheme, user, password)
    config, accounts = folder / "lighttpd.conf", folder / "http_accounts"
    accounts.write_text(f"{user}:{password}\n")
    text = config.read_text()
    for backend in ("htpasswd", "htdigest"):
        text = text.replace(f'"{backend}"', '"plain"').replace(f"auth.backend.{backend}.", "auth.backend.plain.")
    config.write_text(text)
    return command


OURS = {
    server.__name__: server
    for server in (
        private_sshd,
        private_dropbear,
        private_telnetd,
        private_busybox,
        limited_nginx,
        plain_lighttpd,
    )
}
