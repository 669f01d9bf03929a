"""Two network namespaces with one cable between them and no way out: the scanner's, and the city's, where every device has a MAC address of its own.

Runs inside the city's namespace, with its privileges there and none elsewhere. Each device is a macvlan interface on the city's end of the cable; it answers
ARP for its own address only (arp_ignore, arp_announce: Documentation/networking/ip-sysctl.rst), and what it sends leaves through its own interface, by a
routing rule on the source address. So both directions carry its own MAC. For large cities lab/crowd.py does the same in another way.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from lab.city import CityError
from lab.crowd import Crowd
from lab.doors import Doors, OwnDoors
from lab.plan import IPV6_NETWORK, Placed, Plan, ipv6_of
from lab.segment import announce, is_up

INTERFACE = "tocsin0"
_CITY_END = "city0"
_SCANNER_MAC = "02:54:4f:43:00:01"
_FIRST_TABLE = 1000
_EACH_ITS_OWN = 253
"""Up to so many devices, as a /24 holds, have an interface each."""
_SETTINGS = {
    "ipv4/conf/all/arp_ignore": "1",
    "ipv4/conf/all/arp_announce": "2",
    "ipv4/conf/all/rp_filter": "0",
    "ipv4/conf/default/rp_filter": "0",
    # The kernel's limits are for one host; here all devices would share them: that of each peer, and that of the whole (icmp_msgs_per_sec), which spares what
    # the mask leaves out.
    "ipv4/icmp_ratelimit": "0",
    "ipv4/icmp_ratemask": "0",
}
_QUIET = {"ipv6/conf/all/disable_ipv6": "1", "ipv6/conf/default/disable_ipv6": "1"}

_PACKAGES = {"ip": "iproute2", "nft": "nftables"}


def tool(name: str) -> str:
    """The path of a system tool, which may stand where an ordinary user's PATH does not look; raises `CityError` where it is missing."""
    places = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin", "/usr/bin", "/bin"))
    found = shutil.which(name, path=places)
    if found is None:
        package = _PACKAGES.get(name, "util-linux")
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


@contextmanager
def built(plan: Plan, scanner: ScannerSide) -> Iterator[Doors]:
    """Lay the cable and give every device its MAC address, for as long as the block runs; yields what opens their ports."""
    for path, value in _SETTINGS.items():
        _set(path, value)
    for path, value in _QUIET.items():
        if Path("/proc/sys/net", path).exists():
            _set(path, value)
    is_crowd = len(plan.placed) > _EACH_ITS_OWN
    _ip((), _cable(scanner.pid))
    _ip((), _crowd(plan) if is_crowd else _houses(plan))
    beyond = (tool("nsenter"), "-n", "-t", str(scanner.pid))
    _ip(beyond, _scanner(plan))
    if is_crowd:
        _ip(beyond, _neighbours(plan))
    if plan.has_ipv6:
        _turn_on_ipv6(f"d{number}" for number, one in enumerate(plan.placed) if one.ipv6)
        _ip((), _city_ipv6(plan), "-6")
    if not is_crowd:
        yield OwnDoors()
        return
    crowd = Crowd(tool("nft"), plan.placed, _CITY_END)
    with crowd.answering_arp():
        yield crowd


def power(plan: Plan, doors: Doors, one: Placed, on: bool) -> None:
    """Take the interface of a device down, or up again with what the kernel forgot of it: routes, neighbours and IPv6 addresses. Raises `CityError`.

    In a crowd, where it has none or one for its IPv6 address alone, its MAC address is not answered for any more.
    """
    number = _number(plan, one)
    if isinstance(doors, Crowd):
        doors.power(one.address, on=on)
        if not one.ipv6:
            return
    if not on:
        _ip((), iter((f"link set d{number} down",)))
        return
    _ip((), iter((f"link set d{number} up",)))
    _ip((), _again(plan, number, one.address))
    if one.ipv6:
        _ip((), _again_ipv6(number, one), "-6")


def rewire(plan: Plan, doors: Doors, one: Placed, address: str) -> None:
    """Give the interface of a device another IPv4 address, and announce it, as a device does that comes up (RFC 5227, section 2.3). Raises `CityError`."""
    if isinstance(doors, Crowd):
        raise CityError(
            f"{one.name} cannot be moved: in a city of more than {_EACH_ITS_OWN} devices none has an interface"
        )
    name, number = _interfaces(plan)[one.name], _number(plan, one)
    _set(f"ipv4/conf/{name}/promote_secondaries", "1")  # or a twin with the same MAC address would lose its own with it
    _ip((), _moved(plan, name, number, one.address, address))
    if is_up(name):
        _ip((), _again(plan, number, address, name))
        announce(name, one.fake.mac, address)


def _moved(plan: Plan, name: str, number: int, before: str, after: str) -> Iterator[str]:
    yield f"rule del from {before} table {_FIRST_TABLE + number}"
    yield f"addr del {before}/{plan.network.prefixlen} dev {name}"
    yield f"addr add {after}/{plan.network.prefixlen} dev {name} noprefixroute"
    yield f"rule add from {after} table {_FIRST_TABLE + number}"


def _number(plan: Plan, one: Placed) -> int:
    return next(number for number, other in enumerate(plan.placed) if other.name == one.name)


def _again(plan: Plan, number: int, address: str, name: str = "") -> Iterator[str]:
    name = name or f"d{number}"
    yield f"route replace {plan.network} dev {name} src {address} table {_FIRST_TABLE + number}"
    yield f"neigh replace {plan.scanner} lladdr {_SCANNER_MAC} dev {name} nud permanent"


def _again_ipv6(number: int, one: Placed) -> Iterator[str]:
    name = f"d{number}"
    yield f"addr replace {one.ipv6}/{IPV6_NETWORK.prefixlen} dev {name} nodad noprefixroute"
    yield f"route replace {IPV6_NETWORK} dev {name} src {one.ipv6} table {_FIRST_TABLE + number}"


def interfaces(plan: Plan, doors: Doors) -> dict[str, str]:
    """The interface of each device, by its name; none in a crowd."""
    return {} if isinstance(doors, Crowd) else _interfaces(plan)


def _interfaces(plan: Plan) -> dict[str, str]:
    """Two that have one MAC address have one interface, for a segment has no room for two."""
    first: dict[str, str] = {}
    return {one.name: first.setdefault(one.fake.mac, f"d{number}") for number, one in enumerate(plan.placed)}


def _turn_on_ipv6(interfaces: Iterator[str]) -> None:
    for interface in interfaces:
        _set(f"ipv6/conf/{interface}/addr_gen_mode", "1")  # no link-local address of its own making
        _set(f"ipv6/conf/{interface}/disable_ipv6", "0")


def _set(path: str, value: str) -> None:
    try:
        Path("/proc/sys/net", path).write_text(value)
    except OSError as error:
        raise CityError(f"cannot set net/{path}: {error.strerror}") from error


def _cable(scanner: int) -> Iterator[str]:
    yield "link set lo up"
    yield f"link add {_CITY_END} type veth peer name {INTERFACE} address {_SCANNER_MAC}"
    yield f"link set {INTERFACE} netns {scanner}"
    yield f"link set {_CITY_END} up"


def _houses(plan: Plan) -> Iterator[str]:
    own = _interfaces(plan)
    for number, one in enumerate(plan.placed):
        name, table = own[one.name], _FIRST_TABLE + number
        if name == f"d{number}":
            yield f"link add link {_CITY_END} name {name} address {one.fake.mac} type macvlan mode private"
            yield f"link set {name} up"
            # Known beforehand, so that a large city neither fills the ARP table, which all namespaces share, nor asks all at once.
            yield f"neigh add {plan.scanner} lladdr {_SCANNER_MAC} dev {name} nud permanent"
        if one.fake.stack:
            continue  # the kernel is to know nothing of its address
        yield f"addr add {one.address}/{plan.network.prefixlen} dev {name} noprefixroute"
        yield f"route add {plan.network} dev {name} src {one.address} table {table}"
        yield f"rule add from {one.address} table {table}"


def _crowd(plan: Plan) -> Iterator[str]:
    """All addresses are local but the scanner's; only a device with an IPv6 address has an interface, for that one."""
    yield f"route add local {plan.network} dev lo"
    yield f"route add {plan.scanner}/32 dev {_CITY_END} scope link table local"
    yield f"neigh add {plan.scanner} lladdr {_SCANNER_MAC} dev {_CITY_END} nud permanent"
    for number, one in enumerate(plan.placed):
        if one.ipv6:
            yield f"link add link {_CITY_END} name d{number} address {one.fake.mac} type macvlan mode private"
            yield f"link set d{number} up"


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


def _neighbours(plan: Plan) -> Iterator[str]:
    """Known beforehand and kept, for the kernel's table of neighbours holds a thousand others, of all namespaces together: a scan of the lab would fill that
    of the machine. An entry that is stale is asked for again where it is used."""
    return (
        f"neigh add {one.address} lladdr {one.fake.mac} dev {INTERFACE} nud stale extern_learn" for one in plan.placed
    )


def _ip(prefix: Sequence[str], lines: Iterator[str], *options: str) -> None:
    batch = "\n".join(lines) + "\n"
    done = subprocess.run(
        [*prefix, tool("ip"), *options, "-batch", "-"], input=batch, capture_output=True, text=True, check=False
    )
    if done.returncode:
        first = done.stderr.strip().splitlines()[:1]
        raise CityError(f"ip: {''.join(first) or 'failed'}")
