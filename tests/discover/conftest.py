"""A network segment of the test's own: namespaces with real ARP and real MACs, and no way out."""

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

LISTENER = """
import socket, sys, threading
def serve(port):
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(("", port))
    server.listen(64)
    return server
def answer(server):
    while True:
        link, _ = server.accept()
        try:
            link.recv(1)
        except OSError:
            pass
        link.close()
servers = [serve(int(port)) for port in sys.argv[1:]]
for server in servers:
    threading.Thread(target=answer, args=(server,), daemon=True).start()
print("ready", flush=True)
sys.stdin.read()
"""

RECORDER = """
import signal, socket, struct, sys, time
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 24)
wire.bind((sys.argv[1], 3))
wire.settimeout(0.3)
print("ready", flush=True)
ended = []
signal.signal(signal.SIGTERM, lambda *_: ended.append(1))
with open(sys.argv[2], "wb") as file:
    file.write(struct.pack("=IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
    while True:
        try:
            frame = wire.recv(65535)
        except TimeoutError:
            if ended:
                break
            continue
        file.write(struct.pack("=IIII", int(time.time()), 0, len(frame), len(frame)) + frame)
"""


def entering(pid: int) -> list[str]:
    """The beginning of a command that runs in the namespaces of a process."""
    return ["nsenter", "--target", str(pid), "--user", "--net", "--preserve-credentials"]


class Namespace:
    """A network namespace, held by a process that ends when its stdin does; so nothing outlives the test, however it ends."""

    def __init__(self, outer: Sequence[str] = ()) -> None:
        inner = ("unshare", "--net") if outer else ("unshare", "--user", "--map-root-user", "--net")
        self._children: list[subprocess.Popen[str]] = []
        self._holder = self._start([*outer, *inner, "sh", "-c", "ip link set lo up && echo ready && exec cat"])
        self.pid = self._holder.pid

    @property
    def enter(self) -> list[str]:
        """The beginning of a command that runs inside."""
        return entering(self.pid)

    def run(self, *command: str, timeout: float = 100) -> subprocess.CompletedProcess[str]:
        """Run a command inside to its end; its failure is the test's."""
        done = subprocess.run([*self.enter, *command], capture_output=True, text=True, timeout=timeout, check=False)
        assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"
        return done

    def start(self, *command: str) -> subprocess.Popen[str]:
        """Start a command inside and wait for its first line; it ends with the namespace."""
        return self._start([*self.enter, *command])

    def _start(self, command: Sequence[str]) -> subprocess.Popen[str]:
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._children.append(child)
        assert child.stdout is not None
        if not child.stdout.readline():
            child.communicate()
            raise OSError(f"{' '.join(command[:8])} ended at once")
        return child

    def record(self, interface: str, path: Path) -> Callable[[], None]:
        """Record every frame of an interface into a pcap file, until the function it returns is called."""
        recorder = self.start(sys.executable, "-c", RECORDER, interface, str(path))

        def stop() -> None:
            recorder.terminate()
            recorder.wait()

        return stop

    def listen(self, *ports: int) -> None:
        """Open TCP ports inside that accept, wait for the other side and close."""
        self.start(sys.executable, "-c", LISTENER, *map(str, ports))

    def close(self) -> None:
        """End every process that was started inside, the holder last."""
        for child in reversed(self._children):
            child.terminate()
            child.communicate()
        self._children.clear()


class Segment:
    """A switch, the scanner's namespace on it, and hosts. `scanner` has `address`; nothing has a way out."""

    def __init__(self, address: str, prefix: int) -> None:
        self.address = address
        self.prefix = prefix
        self.scanner = Namespace()
        self.hosts: dict[str, Namespace] = {}
        self.run("ip", "link", "add", "switch", "type", "bridge")
        self.run("ip", "link", "set", "switch", "up")
        self._plug("10", self.scanner.pid)
        self.run("ip", "address", "add", f"{address}/{prefix}", "dev", "port10")

    def run(self, *command: str, timeout: float = 100) -> subprocess.CompletedProcess[str]:
        """Run a command where the scanner stands."""
        return self.scanner.run(*command, timeout=timeout)

    def add_host(self, address: str, mac: str, ports: Sequence[int] = ()) -> Namespace:
        """A host of its own on the switch, with open TCP ports."""
        host = Namespace(self.scanner.enter)
        self.hosts[address] = host
        self._plug(str(10 + len(self.hosts)), host.pid)
        name = f"port{10 + len(self.hosts)}"
        host.run("ip", "link", "set", name, "address", mac)
        host.run("ip", "address", "add", f"{address}/{self.prefix}", "dev", name)
        if ports:
            host.listen(*ports)
        return host

    def _plug(self, number: str, pid: int) -> None:
        """Put a cable between the switch and the namespace of that process."""
        self.run(
            "ip", "link", "add", f"plug{number}", "type", "veth", "peer", "name", f"port{number}", "netns", str(pid)
        )
        self.run("ip", "link", "set", f"plug{number}", "master", "switch", "up")
        subprocess.run([*entering(pid), "ip", "link", "set", f"port{number}", "up"], check=True)

    def close(self) -> None:
        """Take everything down."""
        for host in self.hosts.values():
            host.close()
        self.scanner.close()


@pytest.fixture(scope="module")
def segment() -> Iterator[Segment]:
    """10.99.0.0/24 with the scanner at 10.99.0.1 and no hosts yet."""
    yield from _segment("10.99.0.1", 24)


@pytest.fixture
def wide_segment() -> Iterator[Segment]:
    """10.98.0.0/16 with the scanner at 10.98.0.1 and no hosts yet."""
    yield from _segment("10.98.0.1", 16)


def _segment(address: str, prefix: int) -> Iterator[Segment]:
    try:
        Namespace().close()
    except OSError as error:
        pytest.skip(f"no network namespaces here (needs unshare, iproute2 and permission for user namespaces): {error}")
    segment = Segment(address, prefix)
    try:
        yield segment
    finally:
        segment.close()
