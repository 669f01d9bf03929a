"""What `bench/tls.py` measures against: an nginx and an `openssl s_server` on 127.0.0.1, and a relay before them that counts."""

import asyncio
import contextlib
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

WEAK = "ALL:COMPLEMENTOFALL:@SECLEVEL=0"


@dataclass
class Relay:
    """Passes connections on to a server, and counts them and what goes over them."""

    server: int
    port: int = 0
    connections: int = 0
    bytes: int = 0
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _talks: set[object] = field(default_factory=set)

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        ready, over = threading.Event(), asyncio.Event()
        runner = asyncio.Runner(loop_factory=lambda: self._loop)

        async def serve() -> None:
            async with await asyncio.start_server(self._talk, "127.0.0.1", 0) as listening:
                self.port = listening.sockets[0].getsockname()[1]
                ready.set()
                await over.wait()

        thread = threading.Thread(target=lambda: runner.run(serve()))
        thread.start()
        ready.wait(10)
        yield
        self._loop.call_soon_threadsafe(over.set)
        thread.join(10)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._talks.add(asyncio.current_task())  # nothing else holds a connection that is closed on one side
        there, back = await asyncio.open_connection("127.0.0.1", self.server)
        try:
            await asyncio.gather(self._pass(reader, back), self._pass(there, writer))
        finally:
            writer.close()
            back.close()

    async def _pass(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65536):
                self.bytes += len(data)
                target.write(data)
                await target.drain()
        with contextlib.suppress(OSError):  # a reset is passed on as an end
            target.write_eof()


def run(command: list[str]) -> None:
    subprocess.run(command, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def make_certificate(folder: Path) -> Path:
    """A key and a certificate in one file."""
    path = folder / "both.pem"
    wish = ["openssl", "req", "-x509", "-nodes", "-newkey", "rsa:2048", "-subj", "/CN=bench.test", "-days", "30"]
    run([*wish, "-keyout", str(folder / "key.pem"), "-out", str(folder / "crt.pem")])
    path.write_text((folder / "key.pem").read_text() + (folder / "crt.pem").read_text())
    return path


@contextlib.contextmanager
def nginx(folder: Path, certificate: Path) -> Iterator[int]:
    port = free_port()
    conf = folder / "nginx.conf"
    lines = [
        f"daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; events {{ worker_connections 256; }}",
        f"http {{ access_log off; server {{ listen 127.0.0.1:{port} ssl; ssl_certificate {certificate};",
        f"ssl_certificate_key {certificate}; ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3; ssl_ciphers {WEAK};",
        "return 204; } }",
    ]
    conf.write_text("\n".join(lines))
    with served(["nginx", "-p", str(folder), "-c", str(conf)], port):
        yield port


@contextlib.contextmanager
def s_server(_: Path, certificate: Path) -> Iterator[int]:
    port = free_port()
    wish = ["-accept", f"127.0.0.1:{port}", "-cert", str(certificate), "-key", str(certificate), "-cipher", WEAK]
    with served(["openssl", "s_server", "-quiet", *wish], port):
        yield port


@contextlib.contextmanager
def served(command: list[str], port: int) -> Iterator[None]:
    nowhere = subprocess.DEVNULL
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=nowhere, stderr=nowhere) as process:
        try:
            wait_for(port, process)
            yield
        finally:
            process.terminate()


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Until the kernel lists it as listening: a connection would be counted as a client's."""
    listening = f"0100007F:{port:04X}"
    until = time.monotonic() + 10
    while time.monotonic() < until and process.poll() is None:
        lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
        if any(line.split()[1] == listening and line.split()[3] == "0A" for line in lines):
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.05)
    raise SystemExit(f"the server does not come up: {process.args!r}")


def free_port() -> int:
    with socket.socket() as asking:
        asking.bind(("127.0.0.1", 0))
        return int(asking.getsockname()[1])
