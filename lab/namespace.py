"""Two network namespaces with one cable between them and no way out: the scanner's, and the city's, where every device has a MAC address of its own.

Runs inside the city's namespace, with its privileges there and none elsewhere. Each device is a macvlan interface on the city's end of the cable; it answers
ARP for its own address only (arp_ignore, arp_announce: Documentation/networking/ip-sysctl.rst), and what it sends leaves through its own interface, by a
routing rule on the source address. So both directions carry its own MAC.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from lab.city import CityError
from lab.plan import IPV6_NETWORK, Plan, ipv6_of

INTERFACE = "tocsin0"
_CITY_END = "city0"
_SCANNER_MAC = "02:54:4f:43:00:01"
_FIRST_TABLE = 1000
_SETTINGS = {
    "ipv4/conf/all/arp_ignore": "1",
    "ipv4/conf/all/arp_announce": "2",
    "ipv4/conf/all/rp_filter": "0",
    "ipv4/conf/default/rp_filter": "0",
    "ipv4/icmp_ratelimit": "0",  # the kernel's limit is for one host; here it would be shared by all devices
}
_QUIET = {"ipv6/conf/all/disable_ipv6": "1", "ipv6/conf/default/disable_ipv6": "1"}


def tool(name: str) -> str:
    """The path of a system tool, which may stand where an ordinary user's PATH does not look; raises `CityError` where it is missing."""
    places = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin", "/usr/bin", "/bin"))
    found = shutil.which(name, path=places)
    if found is None:
        package = "iproute2" if name == "ip" else "util-linux"
        raise CityError(f"{name} is missing (apt-get install {package})")
    return found


class ScannerSide:
    """The scanner's namespace, held open by a `cat` that ends with the pipe we hold: however this process ends, so does it."""

    def __init__(self) -> None:
        self._holder = subprocess.Popen(
            [tool("unshare"), "-n", "cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert self._holder.stdin
        assert self._holder.stdout
        try:
            self._holder.stdin.write(b"\n")
            self._holder.stdin.flush()
            ready = self._holder.stdout.readline()
        except OSError:
            ready = b""
        if not ready:  # the echo comes from inside the new namespace
            raise CityError(f"no second network namespace: {self._holder.communicate()[1].decode().strip()}")

    @property
    def pid(self) -> int:
        """A process inside the scanner's namespace."""
        return self._holder.pid

    def close(self) -> None:
        """Let go of the namespace."""
        self._holder.communicate()


def build(plan: Plan, scanner: ScannerSide) -> None:
    """Lay the cable and give every device its interface."""
    for path, value in _SETTINGS.items():
        _set(path, value)
    for path, value in _QUIET.items():
        if Path("/proc/sys/net", path).exists():
            _set(path, value)
    _ip((), _city(plan, scanner.pid))
    _ip((tool("nsenter"), "-n", "-t", str(scanner.pid)), _scanner(plan))
    if plan.has_ipv6:
        _turn_on_ipv6(f"d{number}" for number, one in enumerate(plan.placed) if one.ipv6)
        _ip((), _city_ipv6(plan), "-6")


def _turn_on_ipv6(interfaces: Iterator[str]) -> None:
    for interface in interfaces:
        _set(f"ipv6/conf/{interface}/addr_gen_mode", "1")  # no link-local address of its own making
        _set(f"ipv6/conf/{interface}/disable_ipv6", "0")


def _set(path: str, value: str) -> None:
    try:
        Path("/proc/sys/net", path).write_text(value)
    except OSError as error:
        raise CityError(f"cannot set net/{path}: {error.strerror}") from error


def _city(plan: Plan, scanner: int) -> Iterator[str]:
    yield "link set lo up"
    yield f"link add {_CITY_END} type veth peer name {INTERFACE} address {_SCANNER_MAC}"
    yield f"link set {INTERFACE} netns {scanner}"
    yield f"link set {_CITY_END} up"
    for number, one in enumerate(plan.placed):
        name, table = f"d{number}", _FIRST_TABLE + number
        yield f"link add link {_CITY_END} name {name} address {one.fake.mac} type macvlan mode private"
        yield f"addr add {one.address}/{plan.network.prefixlen} dev {name} noprefixroute"
        yield f"link set {name} up"
        yield f"route add {plan.network} dev {name} src {one.address} table {table}"
        yield f"rule add from {one.address} table {table}"
        # Known beforehand, so that a large city neither fills the ARP table, which all namespaces share, nor asks all at once.
        yield f"neigh add {plan.scanner} lladdr {_SCANNER_MAC} dev {name} nud permanent"


def _city_ipv6(plan: Plan) -> Iterator[str]:
    """What a device sends leaves through its own interface here too: an answer by its source, an echo that it answers by the interface that heard it."""
    for number, one in enumerate(plan.placed):
        if one.ipv6:
            name, table = f"d{number}", _FIRST_TABLE + number
            yield f"addr add {one.ipv6}/{IPV6_NETWORK.prefixlen} dev {name} nodad noprefixroute"
            yield f"route add {IPV6_NETWORK} dev {name} src {one.ipv6} table {table}"
            yield f"rule add from {one.ipv6} table {table}"
            yield f"rule add oif {name} table {table}"


def _scanner(plan: Plan) -> Iterator[str]:
    yield "link set lo up"
    yield f"addr add {plan.scanner}/{plan.network.prefixlen} dev {INTERFACE}"
    yield f"link set {INTERFACE} up"
    if plan.has_ipv6:
        yield f"addr add {ipv6_of(1)}/{IPV6_NETWORK.prefixlen} dev {INTERFACE} nodad"


def _ip(prefix: Sequence[str], lines: Iterator[str], *options: str) -> None:
    batch = "\n".join(lines) + "\n"
    done = subprocess.run(
        [*prefix, tool("ip"), *options, "-batch", "-"], input=batch, capture_output=True, text=True, check=False
    )
    if done.returncode:
        first = done.stderr.strip().splitlines()[:1]
        raise CityError(f"ip: {''.join(first) or 'failed'}")
