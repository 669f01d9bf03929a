"""Real databases on 127.0.0.1, each a process of its own in a folder of its own: Redis, memcached, PostgreSQL and MariaDB."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from inventory.model import Endpoint
from tests.ports import free_port
from tests.segment import listens

_SERVERS = "/usr/sbin:/usr/bin:/sbin:/bin"


def program(name: str, package: str, path: str = _SERVERS) -> str:
    """The path of a program, or a skip that says how to get it."""
    found = shutil.which(name, path=path)
    if found is None:
        pytest.skip(f"{name} is not installed: apt-get install {package}")
    return found


class Stores:
    """Starts databases below `folder` (`open_folder`) and waits until they listen; `stop` ends those it started.

    PostgreSQL does not run as root; where the test does, its servers run as the system's user "nobody", to whom the folder then belongs.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._running: list[subprocess.Popen[bytes]] = []
        self._user = "nobody" if os.geteuid() == 0 else None
        self._as_user = as_nobody()

    def redis(self, *settings: str) -> Endpoint:
        """Redis with these settings ("--requirepass", "foobared")."""
        port, server = free_port(), program("redis-server", "redis-server")
        own = ("--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no")
        return self._start("redis", port, [server, *own, "--dir", str(self.folder), *settings])

    def memcached(self, *settings: str) -> Endpoint:
        """Memcached with these settings."""
        port, server = free_port(), program("memcached", "memcached")
        user = ("-u", self._user) if self._user else ()
        return self._start(
            "memcached", port, [server, "-l", "127.0.0.1", "-p", str(port), "-U", "0", "-m", "8", *user, *settings]
        )

    def postgresql(
        self, cluster: "Cluster", *access: str, tls: bool = False, encryption: str = "scram-sha-256"
    ) -> Endpoint:
        """A server on the cluster with these lines as its pg_hba.conf."""
        port = free_port()
        cluster.allow(*access)
        wishes = {"password_encryption": encryption, "ssl": "on" if tls else "off"}
        endpoint = self._start("postgresql", port, cluster.command("127.0.0.1", port, wishes))
        while not cluster.is_ready():  # it listens before it takes logins
            assert self._running[-1].poll() is None, "PostgreSQL ended while it started"
            _pause(self._running[-1])
        return endpoint

    def mariadb(self, *statements: str, settings: tuple[str, ...] = (), tls: bool = False) -> Endpoint:
        """MariaDB with a fresh data folder, in which the statements are executed before it takes anybody in."""
        port = free_port()
        command = mariadb(self.folder, "127.0.0.1", port, *statements)
        if tls:
            files = zip(("cert", "key"), certificate(self.folder / "mariadb", self._as_user), strict=True)
            command += ["--require-secure-transport=ON", *(f"--ssl-{kind}={path}" for kind, path in files)]
        return self._start("mariadb", port, [*command, *settings])

    def _start(self, name: str, port: int, command: list[str]) -> Endpoint:
        log = self.folder / f"{name}-{port}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self._running.append(process)
        while not listens(process.pid, port, "tcp"):
            assert process.poll() is None, f"{name} ended at once: {log.read_text(errors='replace')[-800:]}"
            _pause(process)
        return Endpoint("127.0.0.1", port)

    def stop(self) -> None:
        """End every server."""
        for process in self._running:
            process.terminate()
        for process in self._running:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(20)


class Cluster:
    """The data of a PostgreSQL server, whose superuser is "postgres" with that password; made once, for several servers in turn."""

    def __init__(self, folder: Path, encryption: str, *, tls: bool = False, superuser: str = "postgres") -> None:
        programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
        if not programs:
            pytest.skip("postgres is not installed: apt-get install postgresql")
        self.postgres = str(programs[-1] / "postgres")
        self.data = folder / encryption
        self.as_user = as_nobody()
        password = folder / "password"
        password.write_text(f"{superuser}\n")
        if self.as_user:
            nobody = pwd.getpwnam("nobody")
            os.chown(password, nobody.pw_uid, nobody.pw_gid)
        options = ["-D", str(self.data), "-U", "postgres", f"--pwfile={password}", "--no-sync", "--no-locale"]
        make = [str(programs[-1] / "initdb"), *options, "-A", encryption, "--encoding=UTF8"]
        subprocess.run([*self.as_user, *make], check=True, capture_output=True, cwd="/")
        if tls:
            certificate(self.data, self.as_user)

    def allow(self, *lines: str) -> None:
        """Write its pg_hba.conf."""
        (self.data / "pg_hba.conf").write_text("".join(f"{line}\n" for line in lines))

    def command(self, address: str, port: int, wishes: Mapping[str, str]) -> list[str]:
        """The command line of a server on it, with these settings beside ours."""
        ours = {"listen_addresses": address, "unix_socket_directories": "", "fsync": "off"}
        options = [option for name, value in {**ours, **wishes}.items() for option in ("-c", f"{name}={value}")]
        return [*self.as_user, self.postgres, "-D", str(self.data), "-p", str(port), *options]

    def is_ready(self) -> bool:
        """Whether its server takes logins: the last line of its lock file says so, as pg_ctl reads it."""
        with suppress(FileNotFoundError):
            return (self.data / "postmaster.pid").read_text().rstrip().endswith("ready")
        return False


def mariadb(folder: Path, address: str, port: int, *statements: str) -> list[str]:
    """The command line of MariaDB on fresh data, in which the statements are executed before it takes anybody in; `folder` is open to its user."""
    server, data, first = program("mariadbd", "mariadb-server"), folder / "mariadb", folder / "first.sql"
    own = ["--no-defaults", f"--datadir={data}", *(["--user=nobody"] if os.geteuid() == 0 else [])]
    # In /tmp, one server that starts clears away the tables that another is at work on.
    aside = ["env", f"TMPDIR={folder_for_nobody(folder / 'aside')}"]
    install = [*aside, program("mariadb-install-db", "mariadb-server"), *own]
    subprocess.run(
        [*install, "--auth-root-authentication-method=normal", "--skip-test-db"], check=True, capture_output=True
    )
    first.write_text("".join(f"{statement};\n" for statement in statements))
    first.chmod(0o644)
    where = [f"--port={port}", f"--bind-address={address}", f"--socket={data}/s", f"--pid-file={data}/pid"]
    small = ["--innodb-buffer-pool-size=8M", "--innodb-log-file-size=4M", "--innodb-flush-log-at-trx-commit=0"]
    return [*aside, server, *own, *where, *small, f"--init-file={first}"]


def folder_for_nobody(folder: Path) -> Path:
    """Make the folder, for "nobody" where we are root."""
    folder.mkdir()
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return folder


def _pause(process: "subprocess.Popen[bytes]") -> None:
    """Wait a moment, or until the process ends."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(0.02)


def as_nobody() -> list[str]:
    """The beginning of a command that runs as "nobody", where we are root; else nothing."""
    if os.geteuid() != 0:
        return []
    nobody = pwd.getpwnam("nobody")
    return [program("setpriv", "util-linux"), f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]


def certificate(folder: Path, user: list[str]) -> tuple[Path, Path]:
    """The files of a self-signed certificate and of its key, made as `user`."""
    crt, key = folder / "server.crt", folder / "server.key"
    wish = ["req", "-x509", "-nodes", "-newkey", "rsa:2048", "-days", "30", "-subj", "/CN=parking.test"]
    command = [*user, program("openssl", "openssl"), *wish, "-keyout", str(key), "-out", str(crt)]
    subprocess.run(command, check=True, capture_output=True, cwd="/")
    return crt, key


@contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that others may enter, and that belongs to "nobody" where we are root: pytest's own are closed to all but their owner."""
    with tempfile.TemporaryDirectory(prefix="tocsin-stores-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        yield folder


def running() -> Iterator[Stores]:
    """The body of a fixture: databases in a folder of their own, which end with it."""
    with open_folder() as folder:
        stores = Stores(folder)
        try:
            yield stores
        finally:
            stores.stop()
