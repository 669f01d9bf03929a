"""Real servers on 127.0.0.1, and a plain blocking holder of conversations, so that these tests need nothing of the wire."""

import contextlib
import shutil
import socket
import ssl
import subprocess
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from inventory.errors import PeerClosed, ProtocolError, TimedOut, Unreached
from scanner.conversation import Conversation, Read, ReadAll, ReadSome, ReadUntil, Reconnect, Send, StartTLS, Step
from tests.holding import hold_with
from tests.ports import free_port

PATIENCE = 20.0


class Held:
    """The other side of a conversation, over a real socket."""

    def __init__(self, port: int, tls: bool = False) -> None:
        self._address = ("127.0.0.1", port)
        self._tls = tls
        self._buffer = b""
        self._socket: socket.socket | None = None
        self.sent: list[bytes] = []
        self.connections = 0
        self.connect()

    def connect(self) -> None:
        self.close()
        self._buffer = b""
        try:
            self._socket = socket.create_connection(self._address, PATIENCE)
        except OSError as error:
            raise Unreached(str(error)) from error
        self.connections += 1
        if self._tls:
            self.start_tls()

    def close(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.close()

    def start_tls(self) -> bytes:
        assert self._socket is not None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.set_ciphers("ALL:@SECLEVEL=0")
        wrapped = context.wrap_socket(self._socket)
        self._socket = wrapped
        return wrapped.getpeercert(binary_form=True) or b""

    def answer(self, step: Step) -> bytes:  # noqa: PLR0911 - one return for each kind of step
        assert self._socket is not None
        match step:
            case Send(data):
                self.sent.append(data)
                with contextlib.suppress(OSError):  # the next read says that it has closed
                    self._socket.sendall(data)
                return b""
            case Reconnect():
                self.connect()
                return b""
            case StartTLS():
                return self.start_tls()
            case Read(size):
                while len(self._buffer) < size:
                    self._more()
                return self._take(size)
            case ReadUntil(delimiter, limit):
                while (at := self._buffer.find(delimiter)) < 0:
                    if len(self._buffer) >= limit:
                        raise ProtocolError("no delimiter")
                    self._more()
                return self._take(at + len(delimiter))
            case ReadSome(limit, wait):
                if not self._buffer:
                    self._more(wait)
                return self._take(limit)
            case ReadAll(limit, quiet):
                return self._all(limit, quiet)

    def _all(self, limit: int, quiet: float) -> bytes:
        try:
            while len(self._buffer) < limit:
                self._more(quiet)
        except (PeerClosed, TimedOut) as error:
            self._buffer = error.partial
        return self._take(limit)

    def _more(self, wait: float = 0.0) -> None:
        assert self._socket is not None
        self._socket.settimeout(wait or PATIENCE)
        try:
            data = self._socket.recv(65536)
        except TimeoutError as error:
            raise TimedOut(self._buffer) from error
        except OSError:
            data = b""
        if not data:
            partial, self._buffer = self._buffer, b""
            raise PeerClosed(partial)
        self._buffer += data

    def _take(self, size: int) -> bytes:
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken


Hold = Callable[..., tuple[Any, Held]]


def _hold(conversation: Conversation[Any], port: int, *, tls: bool = False) -> tuple[Any, Held]:
    peer = Held(port, tls)
    try:
        return hold_with(conversation, peer.answer), peer
    finally:
        peer.close()


@pytest.fixture
def hold() -> Hold:
    """`hold(probe(target), port, tls=False)` holds a conversation with a server on 127.0.0.1 and returns (result, Held)."""
    return _hold


Serve = Callable[..., int]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """`serve("lighttpd", *arguments, configuration="…")` starts a server and returns its port once it listens.

    "{port}" in its arguments and in its configuration, which is in server.conf of the working directory, is a free port.
    """
    started: list[subprocess.Popen[bytes]] = []

    def start(program: str, *arguments: str, configuration: str = "") -> int:
        path = shutil.which(program, path="/usr/sbin:/usr/bin:/sbin:/bin")
        if path is None:
            pytest.skip(f"{program} is not installed: apt-get install {program}")
        port = free_port()
        (tmp_path / "server.conf").write_text(configuration.replace("{port}", str(port)))
        command = [path, *(argument.replace("{port}", str(port)) for argument in arguments)]
        log = (tmp_path / f"{program}.log").open("wb")
        process = subprocess.Popen(
            command, cwd=tmp_path, stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True
        )
        log.close()
        started.append(process)
        _wait_until_it_listens(process, port, tmp_path / f"{program}.log")
        return port

    yield start
    for process in started:
        process.terminate()
        process.communicate()


def _wait_until_it_listens(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Ask the kernel, not the server: a connection would count."""
    wanted = f":{port:04X} "
    while process.poll() is None:
        lines = Path("/proc/net/tcp").read_text().splitlines()
        if any(wanted in line.split()[1] + " " and line.split()[3] == "0A" for line in lines):
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.02)
    said = log.read_text(errors="replace")[-500:]
    if "privilege separation" in said:
        pytest.skip("sshd needs its folder: mkdir -p /run/sshd")
    pytest.fail(f"the server ended: {said}")


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The files of a self-signed RSA certificate and of its key."""
    return make_certificate(tmp_path_factory.mktemp("tls"), "-newkey", "rsa:2048", "-sha256")


def make_certificate(folder: Path, *options: str) -> tuple[Path, Path]:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed: apt-get install openssl")
    key, crt = folder / "key.pem", folder / "crt.pem"
    subject = ["-subj", "/O=Lab/CN=camera.test", "-addext", "subjectAltName=DNS:camera.test,IP:192.0.2.1"]
    command = [openssl, "req", "-x509", "-nodes", "-days", "30", "-keyout", str(key), "-out", str(crt)]
    subprocess.run([*command, *subject, *options], check=True, capture_output=True)
    return crt, key
