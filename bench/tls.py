"""What a full enumeration of TLS costs: `python bench/tls.py` asks one nginx and one `openssl s_server` of TLS 1.0 to 1.3, and so do the others.

Printed side by side, from one run: the wall time (best of three; testssl.sh once), the connections, the bytes both ways and the pairs of version and suite
found, of Tocsin (one connection at a time, without a pace: its own in this process, and as a whole process at the pace of a lab), nmap's ssl-enum-ciphers,
sslyze and testssl.sh, as far as they are installed. The connections and bytes are counted by a relay, in a run of their own. The posture is what a scan asks
of every endpoint unless told otherwise. Everything stays on 127.0.0.1.
"""

import asyncio
import contextlib
import json
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path

from inventory.model import Endpoint, Level
from scanner.audit import Audit
from scanner.conversation import Depth, Target
from scanner.pace import Pace
from scanner.protocols import load_protocols
from scanner.scope import Grant, Scope
from scanner.wire import Wire

TOCSIN = [sys.executable, "-P", "-m", "scanner.cli"]
UNBOUNDED = Pace("unbounded", 1e6, 1e6, 1, 1e5, cool_down=0.0)
WEAK = "ALL:COMPLEMENTOFALL:@SECLEVEL=0"
ROUNDS = 3


@dataclass
class Relay:
    """Passes connections on to a server, and counts them and what goes over them."""

    server: int
    port: int = 0
    connections: int = 0
    bytes: int = 0
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)

    def start(self) -> None:
        ready = threading.Event()

        async def serve() -> None:
            listening = await asyncio.start_server(self._talk, "127.0.0.1", 0)
            self.port = listening.sockets[0].getsockname()[1]
            ready.set()

        def run() -> None:
            self._loop.create_task(serve())
            self._loop.run_forever()

        threading.Thread(target=run, daemon=True).start()
        ready.wait(10)

    def stop(self) -> None:
        async def end() -> None:
            tasks = asyncio.all_tasks() - {asyncio.current_task()}
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        there, back = await asyncio.open_connection("127.0.0.1", self.server)
        await asyncio.gather(self._pass(reader, back), self._pass(there, writer), return_exceptions=True)

    async def _pass(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65536):
                self.bytes += len(data)
                target.write(data)
                await target.drain()
            target.write_eof()


@dataclass(frozen=True)
class Cost:
    """What one tool needed; `pairs` are those of version and suite that it found."""

    seconds: float
    connections: int
    bytes: int
    pairs: int


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        certificate = make_certificate(folder)
        for title, server in (("nginx", nginx), ("openssl s_server, TLS 1.0 to 1.3", s_server)):
            with server(folder, certificate) as port:
                print(f"\n{title}")
                print(f"{'':<34} seconds  connections    bytes  pairs")
                for tool, ask in tools(folder).items():
                    cost = measured(ask, port, 1 if "testssl" in tool else ROUNDS)
                    print(f"{tool:<34} {cost.seconds:>7.2f}  {cost.connections:>11}  {cost.bytes:>7}  {cost.pairs:>5}")


def tools(folder: Path) -> dict[str, Callable[[int], int]]:
    """What is there to be compared: a name, and a question to a port that returns the pairs found."""
    found: dict[str, Callable[[int], int]] = {
        "tocsin, full, within a scan": lambda port: ours(folder, port, Depth.FULL),
        "tocsin, posture, within a scan": lambda port: ours(folder, port, Depth.POSTURE),
        "tocsin tls (process, pace of a lab)": lambda port: our_process(folder, port),
    }
    others: dict[str, Callable[[int], int]] = {
        "nmap": lambda port: nmap(folder, port),
        "sslyze": lambda port: sslyze(folder, port),
        "testssl": lambda port: testssl(folder, port),
    }
    return found | {name: ask for name, ask in others.items() if tool(name)}


def tool(name: str) -> str | None:
    """Where it is installed; sslyze may stand in an environment of its own, named by its folder as the only argument."""
    return shutil.which(name, path=sys.argv[1] if len(sys.argv) > 1 else None) or shutil.which(name)


def measured(ask: Callable[[int], int], port: int, rounds: int) -> Cost:
    relay = Relay(port)
    relay.start()
    ask(relay.port)
    relay.stop()
    times, pairs = [], 0
    for _ in range(rounds):
        began = time.monotonic()
        pairs = ask(port)
        times.append(time.monotonic() - began)
    return Cost(min(times), relay.connections, relay.bytes, pairs)


def ours(folder: Path, port: int, depth: Depth) -> int:
    """One endpoint over a wire without a pace: the versions, then what the depth asks further, as a scan does it."""

    async def ask() -> int:
        grant = Grant((ip_network("127.0.0.1/32"),), (), Level.IDENTIFY, "bench")
        with Audit(folder / "audit.jsonl") as audit:
            wire = Wire(Scope([grant]), UNBOUNDED, audit, level=Level.IDENTIFY)
            protocol, endpoint = load_protocols()["tls"], Endpoint("127.0.0.1", port)
            first = await wire.hold(protocol, Target(endpoint))
            more = await wire.hold(protocol, Target(endpoint, depth=depth, before=first.facts))
        accepted = more.facts.get("tls.accepted", ())
        return len(accepted) if isinstance(accepted, tuple) else 0

    return asyncio.run(ask())


def our_process(folder: Path, port: int) -> int:
    out = folder / "tocsin.json"
    own = ["--store", str(folder / "bench.db"), "--audit", str(folder / "audit-process.jsonl")]
    wish = ["tls", f"127.0.0.1:{port}", "--authorised-by", "bench", "--pace", "lab", "-o", str(out)]
    run([*TOCSIN, *own, *wish])
    facts = json.loads(out.read_text())["devices"][0]["services"][0]["facts"]
    return len(facts.get("tls.accepted", ()))


def nmap(folder: Path, port: int) -> int:
    out = folder / "nmap.xml"
    run(["nmap", "-Pn", "-n", "-p", str(port), "--script", "ssl-enum-ciphers", "-oX", str(out), "127.0.0.1"])
    return out.read_text().count('<elem key="name">TLS_')


def sslyze(folder: Path, port: int) -> int:
    out = folder / "sslyze.json"
    kinds = ("sslv2", "sslv3", "tlsv1", "tlsv1_1", "tlsv1_2", "tlsv1_3")
    run([tool("sslyze") or "sslyze", *(f"--{kind}" for kind in kinds), "--json_out", str(out), f"127.0.0.1:{port}"])
    results = json.loads(out.read_text())["server_scan_results"][0]["scan_result"] or {}
    named = [kind for kind in results if kind.endswith("_cipher_suites")]
    return sum(len((results[kind]["result"] or {}).get("accepted_cipher_suites", ())) for kind in named)


def testssl(folder: Path, port: int) -> int:
    out = folder / "testssl.json"
    out.unlink(missing_ok=True)
    run([tool("testssl") or "testssl", "-p", "-E", "--quiet", "--jsonfile", str(out), f"127.0.0.1:{port}"])
    return sum(row["id"].startswith("cipher-") for row in json.loads(out.read_text()))


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
    import socket

    with socket.socket() as asking:
        asking.bind(("127.0.0.1", 0))
        return int(asking.getsockname()[1])


if __name__ == "__main__":
    main()
