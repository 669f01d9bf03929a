"""nmap, which knows nothing of the lab, sees in the whole city what the truth says: ports, addresses, and the services that it knows by name."""

import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from lab.fake import load_depot, load_fakes
from tests.conftest import city
from tests.real.servers import tool

pytestmark = pytest.mark.real
KNOWN = tomllib.loads(Path(__file__).with_name("nmap_agrees.toml").read_text())
PREFIXES = Path("/usr/share/nmap/nmap-mac-prefixes")
SHUT_TCP, SHUT_UDP = (9, 19, 1234, 49999), (7, 69)
FAST = ("-n", "-T4", "--min-rate", "2000", "--min-hostgroup", "256", "--min-parallelism", "250")
# The light intensity asks what is likely at a port (rarity 2 at most). The intensities 4 and 5 recognise nothing more here, and take twice as long.
ASKING = ("-sS", "-sU", "-sV", "--version-light", "--host-timeout", "300s")
Port = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Seen:
    """A port as nmap saw it: its state and why, and what it takes the service for. `heard` is False where it goes by the port's number alone."""

    state: str
    reason: str
    name: str = ""
    product: str = ""
    heard: bool = False
    tls: bool = False
    answers: str = ""


@dataclass(frozen=True, slots=True)
class Host:
    """A device as nmap saw it."""

    mac: str
    maker: str
    ports: dict[Port, Seen]
    others: frozenset[tuple[str, str, str]]
    """Transport, state and reason of the many ports that nmap sums up in a line."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """The city's truth by address; what nmap saw by knocking alone and, after that, by asking; and the city's own record."""

    truth: dict[str, Any]
    knocked: dict[str, Host]
    asked: dict[str, Host]
    record: dict[str, Any]

    def services(self) -> Iterator[tuple[str, str, dict[str, Any], Seen]]:
        """Each service of each device that nmap asked: the device's address and name, the truth, and what nmap saw."""
        for address, device in self.truth.items():
            for service in device["services"]:
                seen = self.asked[address].ports[service["transport"], service["port"]]
                yield address, device["name"], service, seen


@pytest.fixture(scope="module")
def scanned(namespaces: None, tmp_path_factory: pytest.TempPathFactory) -> Scanned:
    """The whole city without its hostile quarter, knocked at and then asked by nmap."""
    program, folder = tool("nmap", "nmap"), tmp_path_factory.mktemp("nmap")
    peaceful = ",".join(fake.name for fake in load_fakes() if fake.quarter != "hostile")
    with city("--mode", "namespace", "--only", peaceful) as described:
        truth = {device["address"]: device for device in described["truth"]["devices"]}
        ports = f"T:{_ports(truth, 'tcp', SHUT_TCP)},U:{_ports(truth, 'udp', SHUT_UDP)}"
        (folder / "targets").write_text("\n".join(truth))
        seen = []
        for wish in (("-sS", "-sU"), ASKING):
            wished = [*FAST, *wish, "-p", ports, "-iL", str(folder / "targets"), "-oX", str(folder / "seen.xml")]
            subprocess.run([*described["enter"], program, *wished], check=True, capture_output=True)
            seen.append(_read(folder / "seen.xml"))
    return Scanned(truth, seen[0], seen[1], described)


def _ports(truth: dict[str, Any], transport: str, shut: tuple[int, ...]) -> str:
    """The ports of all devices together and those that none has."""
    served = {s["port"] for device in truth.values() for s in device["services"] if s["transport"] == transport}
    assert not served & set(shut)
    return ",".join(map(str, sorted(served | set(shut))))


def _read(path: Path) -> dict[str, Host]:
    hosts = {}
    for host in ElementTree.parse(path).getroot().iter("host"):
        addresses = {one.attrib["addrtype"]: one for one in host.iter("address")}
        ports = {(one.attrib["protocol"], int(one.attrib["portid"])): _seen(one) for one in host.iter("port")}
        others = frozenset(
            (why.attrib["proto"], extra.attrib["state"], why.attrib["reason"].removesuffix("s"))
            for extra in host.iter("extraports")
            for why in extra.iter("extrareasons")
        )
        mac = addresses["mac"].attrib
        hosts[addresses["ipv4"].attrib["addr"]] = Host(mac["addr"].lower(), mac.get("vendor", ""), ports, others)
    return hosts


def _seen(port: ElementTree.Element) -> Seen:
    state, service = port.find("state"), port.find("service")
    assert state is not None
    about = {} if service is None else service.attrib
    return Seen(
        state.attrib["state"],
        state.attrib["reason"],
        about.get("name", ""),
        about.get("product", ""),
        about.get("method") == "probed",
        about.get("tunnel") == "ssl",
        about.get("servicefp", ""),
    )


def test_every_device_is_up_and_no_other(scanned):
    assert scanned.knocked.keys() == scanned.truth.keys()
    assert len(scanned.truth) > 140


def test_the_open_tcp_ports_are_exactly_those_of_the_truth(scanned):
    for address, device in scanned.truth.items():
        served = {service["port"] for service in device["services"] if service["transport"] == "tcp"}
        ports = scanned.knocked[address].ports.items()
        found = {port for (transport, port), seen in ports if transport == "tcp" and seen.state == "open"}
        assert found == served, device["name"]


def test_every_other_port_refuses_at_once(scanned):
    for address, device in scanned.truth.items():
        served = {(service["transport"], service["port"]) for service in device["services"]}
        host = scanned.knocked[address]
        others = {(at[0], seen.state, seen.reason) for at, seen in host.ports.items() if at not in served}
        refused = {("tcp", "closed", "reset"), ("udp", "closed", "port-unreach")}
        assert others | host.others == refused, device["name"]


def test_a_datagram_port_is_open_where_the_service_answers_what_nmap_asks(scanned):
    wrong = []
    silent = {(one["device"], one["port"]) for one in KNOWN["silent"]}
    for _, name, service, seen in scanned.services():
        if service["transport"] == "udp":
            known = KNOWN["service"][service["protocol"]]
            answers = known.keys() & {"heard", "answers"} and (name, service["port"]) not in silent
            if seen.state != ("open" if answers else "open|filtered"):
                wrong.append((name, service["port"], service["protocol"], seen.state))
    assert wrong == []


def test_each_service_that_nmap_knows_has_its_name(scanned):
    wrong = []
    silent = {(one["device"], one["port"]) for one in KNOWN["silent"]}
    for _, name, service, seen in scanned.services():
        known = KNOWN["service"].get(service["protocol"])
        if known is None:
            assert service["protocol"] in KNOWN["without_a_name"], service["protocol"]
            continue
        must = known.get("heard", False) and (name, service["port"]) not in silent
        by_port = not seen.heard and service["protocol"] == "http"  # any port may be a web server's
        if (must and not seen.heard) or not (by_port or seen.name in known["names"]):
            wrong.append((name, service["port"], service["protocol"], seen.name, seen.heard))
    assert wrong == []


def test_tls_is_heard_where_it_is_spoken_and_nowhere_else(scanned):
    wrong = [
        (name, service["port"], seen.tls)
        for _, name, service, seen in scanned.services()
        if seen.tls != service["tls"] and service["transport"] == "tcp"
    ]
    assert wrong == []


def test_what_nmap_does_not_know_on_a_web_port_still_speaks_http(scanned):
    unknown = [
        (name, service["port"], seen.answers)
        for _, name, service, seen in scanned.services()
        if service["protocol"] == "http" and not seen.heard
    ]
    assert len(unknown) > 20
    assert [(name, port) for name, port, answers in unknown if "HTTP/1" not in answers] == []


def test_no_product_that_nmap_names_is_another_vendors(scanned):
    wrong = []
    for address, name, service, seen in scanned.services():
        vendor = scanned.truth[address]["vendor"] or ""
        if service["protocol"] in KNOWN["without_a_name"]:
            continue
        if seen.product and not (_is_software(seen.product) or _same(vendor, seen.product)):
            wrong.append((name, service["port"], vendor, seen.product))
    assert wrong == []


def _is_software(product: str) -> bool:
    """Whether that is a program that devices of many vendors run."""
    return any(product.startswith(one) for one in KNOWN["software"])


def _same(vendor: str, stated: str) -> bool:
    """Whether a name contains the vendor's own, or another by which it is known."""
    names = (vendor, *KNOWN["also_known_as"].get(vendor, ()))
    return any(name and name.lower() in stated.lower() for name in names)


def test_addresses_are_seen_with_the_mac_of_the_truth(scanned):
    assert {address: host.mac for address, host in scanned.knocked.items()} == {
        address: device["mac"] for address, device in scanned.truth.items()
    }


def test_nmap_asking_hurts_what_is_fragile(scanned):
    hurt = {harm["device"] for harm in scanned.record["harms"]}
    assert hurt >= {"brittle_plc", "fieldbus_card"}
    assert scanned.record["log"]["brittle_plc"]["dead"]


def test_no_question_of_nmap_leaves_a_fault_of_the_lab(scanned):
    assert scanned.record["faults"] == []


def test_each_mac_address_begins_as_those_of_its_maker_do():
    if not PREFIXES.exists():
        pytest.skip("nmap-mac-prefixes is missing: apt-get install nmap")
    lines = (line.partition(" ") for line in PREFIXES.read_text().splitlines() if not line.startswith("#"))
    makers = {prefix: maker for prefix, _, maker in lines}
    wrong = []
    for fake in (*load_fakes(), *load_depot()):
        vendor, prefix = fake.vendor or "", fake.mac[:8].replace(":", "").upper()
        maker = makers.get(prefix, "")
        bought = any(fake.mac.startswith(one["prefix"]) and vendor in one["vendors"] for one in KNOWN["bought"])
        if not _same(vendor, maker) and not bought:
            wrong.append((fake.name, fake.mac, vendor, maker))
    assert wrong == []
