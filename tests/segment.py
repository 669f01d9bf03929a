"""A network segment of a test's own: namespaces with real ARP and real MACs, and no way out."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

LISTENER = """
import socket, sys, threading
def serve(port):
    both = socket.has_dualstack_ipv6()
    family = socket.AF_INET6 if both else socket.AF_INET
    return socket.create_server(("", port), family=family, backlog=64, dualstack_ipv6=both)
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

WEB = """
import http.server, socket, sys
class Page(http.server.BaseHTTPRequestHandler):
    server_version, sys_version = sys.argv[1], ""
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *_):
        pass
class Server(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6
    def server_bind(self):
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()
    def handle_error(self, *_):
        pass
server = Server(("::", int(sys.argv[2])), Page)
print("ready", flush=True)
server.serve_forever()
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


def listens(pid: int, port: int, transport: str) -> bool:
    """Whether anything in the network of that process listens at the port; read from the kernel's table, so that no server sees a visitor."""
    state = {"tcp": "0A", "udp": "07"}[transport]
    for table in (transport, f"{transport}6"):
        with suppress(FileNotFoundError, ProcessLookupError):
            rows = Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]
            if any(re.search(rf":{port:04X} [0-9A-F]+:0000 {state} ", row) for row in rows):
                return True
    return False


class Namespace:
    """A network namespace, held by a process that ends when its stdin does; so nothing outlives the test, however it ends.

    It has a user namespace of its own, in which whoever runs the test is root and alone. With `all_users`, which only root may have, it has none, for
    servers that change their user. Within an `outer` one it is of the same kind.
    """

    def __init__(self, outer: "Namespace | None" = None, *, all_users: bool = False) -> None:
        self._all_users: bool = outer._all_users if outer else all_users
        before = outer.enter if outer else []
        own = ["unshare", "--net"] if outer or all_users else ["unshare", "--user", "--map-root-user", "--net"]
        self._children: list[subprocess.Popen[str]] = []
        self._servers: list[subprocess.Popen[bytes]] = []
        self.interface = ""
        self._holder = self._start([*before, *own, "sh", "-c", "ip link set lo up && echo ready && exec cat"])
        self.pid = self._holder.pid

    @property
    def enter(self) -> list[str]:
        """The beginning of a command that runs inside."""
        user = [] if self._all_users else ["--user", "--preserve-credentials"]
        return ["nsenter", "--target", str(self.pid), *user, "--net"]

    def run(self, *command: str, timeout: float = 100) -> subprocess.CompletedProcess[str]:
        """Run a command inside to its end; its failure is the test's."""
        done = subprocess.run([*self.enter, *command], capture_output=True, text=True, timeout=timeout, check=False)
        assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"
        return done

    def add_address(self, address: str, interface: str = "") -> None:
        """Give the host one more address ("fd00:77::5/64"), at once: no other host is asked whether it has it too (RFC 4862, section 5.4)."""
        at_once = ["nodad"] if ":" in address else []
        self.run("ip", "address", "add", address, "dev", interface or self.interface, *at_once)

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

    def serve(self, command: Sequence[str], log: Path, port: int, transport: str = "tcp") -> None:
        """Start a server inside, what it says going to `log`, and wait until it listens; it ends with the namespace."""
        with log.open("wb") as output:
            server = subprocess.Popen(
                [*self.enter, *command], stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
            )
        self._servers.append(server)
        while not listens(self.pid, port, transport):
            assert server.poll() is None, f"{' '.join(command[:4])} ended at once: {log.read_text(errors='replace')}"
            with suppress(subprocess.TimeoutExpired):
                server.wait(0.02)

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

    def serve_web(self, port: int, product: str) -> None:
        """Serve an empty page over IPv4 and IPv6 whose Server header names the product."""
        self.start(sys.executable, "-c", WEB, product, str(port))

    def close(self) -> None:
        """End every process that was started inside, the holder last."""
        for server in self._servers:
            with suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGTERM)
        for server in self._servers:
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, signal.SIGKILL)
                server.wait()
        for child in reversed(self._children):
            child.terminate()
            child.communicate()
        self._servers.clear()
        self._children.clear()


class Segment:
    """A switch, the scanner's namespace on it, and hosts. `scanner` has `address`; nothing has a way out.

    Given a `scanner` that stands on another segment already, that one becomes a router between the two, once it forwards.
    """

    def __init__(self, address: str, prefix: int, scanner: Namespace | None = None, *, all_users: bool = False) -> None:
        self.address = address
        self.prefix = prefix
        self.scanner = scanner or Namespace(all_users=all_users)
        self.hosts: dict[str, Namespace] = {}
        self.run("ip", "link", "add", "switch", "type", "bridge")
        self.run("ip", "link", "set", "switch", "up")
        self._plug("10", self.scanner)
        self.run("ip", "address", "add", f"{address}/{prefix}", "dev", "port10")

    def run(self, *command: str, timeout: float = 100) -> subprocess.CompletedProcess[str]:
        """Run a command where the scanner stands."""
        return self.scanner.run(*command, timeout=timeout)

    def add_host(self, address: str, mac: str, ports: Sequence[int] = ()) -> Namespace:
        """A host of its own on the switch, with open TCP ports."""
        host = Namespace(self.scanner)
        self.hosts[address] = host
        self._plug(str(10 + len(self.hosts)), host)
        name = f"port{10 + len(self.hosts)}"
        host.run("ip", "link", "set", name, "address", mac)
        host.interface = name
        if address:
            host.run("ip", "address", "add", f"{address}/{self.prefix}", "dev", name)
        if ports:
            host.listen(*ports)
        return host

    def _plug(self, number: str, place: Namespace) -> None:
        """Put a cable between the switch and that namespace."""
        self.run("ip", "link", "add", f"plug{number}", "type", "veth", "peer", f"port{number}", "netns", str(place.pid))
        self.run("ip", "link", "set", f"plug{number}", "master", "switch", "up")
        place.run("ip", "link", "set", f"port{number}", "up")

    def close(self) -> None:
        """Take everything down."""
        for host in self.hosts.values():
            host.close()
        self.scanner.close()
