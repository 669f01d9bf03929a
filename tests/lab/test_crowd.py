"""A city of so many devices that they share an interface and sockets: seen from the scanner's side, each is still alone."""

import json
import subprocess
from typing import Any

import pytest

from lab.city import City, CityError
from lab.crowd import Crowd, arp_answer
from lab.doors import OwnDoors
from lab.fake import Fake
from lab.plan import Placed
from lab.services.http import Http
from tests.conftest import LAB
from tests.lab.brought_up import path
from tests.lab.test_up import AS_ROOT_AND_AS_A_USER, in_namespaces

MANY = "260"
CAMERA, SCANNER = bytes.fromhex("accc8e012345"), bytes.fromhex("02544f430001")
# RFC 826: who has 10.77.0.12, tell 10.77.0.1, to everybody; and what 10.77.0.12 answers.
ASKED = bytes.fromhex("ffffffffffff 02544f430001 0806 0001 0800 06 04 0001 02544f430001 0a4d0001 000000000000 0a4d000c")
ANSWER = bytes.fromhex(
    "02544f430001 accc8e012345 0806 0001 0800 06 04 0002 accc8e012345 0a4d000c 02544f430001 0a4d0001"
)
MACS = {bytes((10, 77, 0, 12)): CAMERA}
# Inside the scanner's namespace: ask everybody for the MAC of each address, then connect to a closed port of it; print which MAC each answer came from.
WHO = """
import json, socket, sys
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
wire.bind(("tocsin0", 0))
wire.settimeout(20)
seen = []
def heard(kind, address, at):
    while True:
        frame, (_, _, direction, _, _) = wire.recvfrom(2048)
        if direction != socket.PACKET_OUTGOING and frame[12:14] == kind and frame[at : at + 4] == address:
            return frame[6:12].hex(":")
for text in sys.argv[2:]:
    address = socket.inet_aton(text)
    wire.send(bytes.fromhex(sys.argv[1])[:38] + address)
    seen.append(("arp", text, heard(b"\\x08\\x06", address, 28)))
    with socket.socket() as asking:
        asking.settimeout(20)
        asking.connect_ex((text, 7))
    seen.append(("ip", text, heard(b"\\x08\\x00", address, 26)))
print(json.dumps(seen))
"""
# Inside the scanner's namespace, with a JSON list of [address, port]: how each TCP port answers, and each UDP port.
ASK = """
import json, socket, sys
said = {}
for address, port, kind in json.loads(sys.argv[1]):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM if kind == "udp" else socket.SOCK_STREAM) as asking:
        asking.settimeout(20 if kind != "silent" else 1)
        try:
            asking.connect((address, port))
            if kind == "udp":
                asking.send(bytes.fromhex(sys.argv[2]))
                asking.recv(2048)
            said[f"{address}:{port}/{kind}"] = "answers"
        except OSError as error:
            said[f"{address}:{port}/{kind}"] = type(error).__name__
print(json.dumps(said))
"""
# Inside the scanner's namespace: send what no Modbus server expects, and wait until it hangs up, which it does as it dies.
HURT = """
import contextlib, socket, sys
with socket.create_connection((sys.argv[1], int(sys.argv[2])), 20) as asking:
    asking.send(b"?" * 64)
    with contextlib.suppress(ConnectionResetError):
        asking.recv(9)
"""
# SNMPv1 get of sysDescr.0 with the community "public", RFC 1157 section 4.1.2.
GET = "302902010004067075626c6963a01c020400000001020100020100300e300c06082b060102010101000500"


def test_arp_is_answered_with_the_devices_own_mac():
    assert arp_answer(ASKED, MACS) == ANSWER


def test_a_device_that_is_asked_alone_answers_and_no_other_does():
    assert arp_answer(CAMERA + ASKED[6:], MACS) == ANSWER
    assert arp_answer(bytes.fromhex("accc8e012346") + ASKED[6:], MACS) is None


@pytest.mark.parametrize(
    "frame",
    [
        ASKED[:41],
        ASKED[:38] + bytes((10, 77, 0, 13)),
        ANSWER,
        ASKED[:14] + b"\x00\x06" + ASKED[16:],
        ASKED[:16] + b"\x86\xdd" + ASKED[18:],
        b"",
    ],
    ids=["cut", "nobody's address", "an answer", "no Ethernet", "no IPv4", "empty"],
)
def test_no_other_frame_is_answered(frame):
    assert arp_answer(frame, MACS) is None


def test_a_probe_for_an_address_before_it_is_taken_is_answered_too():
    probe = ASKED[:28] + bytes(4) + ASKED[32:]  # RFC 5227 section 2.1.1: from nobody yet
    assert arp_answer(probe, MACS) == ANSWER[:38] + bytes(4)


def test_a_machine_whose_nftables_cannot_do_it_is_told_what_is_missing():
    with pytest.raises(CityError, match=r"so many devices need nftables with the hooks of Linux 5\.16"):
        Crowd("false", (), "city0")


async def test_a_city_with_more_ports_than_files_may_be_open_says_how_many_devices_fit(monkeypatch):
    monkeypatch.setattr("lab.city.allow", lambda wanted: 1000)
    fake = Fake("house", "", 1, "02:00:00:00:00:01", tuple(Http(port=port) for port in (80, 81)), frozenset())
    city = City([Placed(fake, f"house-{number}", "127.0.0.1") for number in range(600)])
    with pytest.raises(CityError, match=r"600 devices has 1200 ports open, .* 1000 files open: ask for about 250 "):
        await city.open()


def test_a_socket_for_each_port_is_what_a_small_city_needs():
    assert OwnDoors().sockets(1200) == 1200


def ask(up: Any, *asked: tuple[str, int, str]) -> dict[str, str]:
    said: dict[str, str] = json.loads(up.inside(up.python, "-c", ASK, json.dumps(asked), GET))
    return said


@pytest.mark.real
@AS_ROOT_AND_AS_A_USER
def test_each_of_many_devices_answers_arp_and_ip_with_its_own_mac_and_no_other(start, prefix):
    up = in_namespaces(start, "--devices", MANY, "--seed", "7", prefix=prefix)
    devices = {device["address"]: device["mac"] for device in up.first["truth"]["devices"]}
    seen = json.loads(up.inside(up.python, "-c", WHO, ASKED.hex(), *devices))
    assert {(address, mac) for what, address, mac in seen if what == "arp"} == set(devices.items())
    assert {(address, mac) for what, address, mac in seen if what == "ip"} == set(devices.items())
    assert len(devices) == int(MANY)


@pytest.mark.real
def test_a_port_that_is_open_on_one_device_is_closed_on_the_next(start):
    up = in_namespaces(start, "--devices", MANY, "--only", "apc_ups,hp_printer,econolite_controller")
    open_ports = {
        device["address"]: {(s["port"], s["transport"]) for s in device["services"]}
        for device in up.first["truth"]["devices"][:9]
    }
    every = sorted(set().union(*open_ports.values()) - {(9100, "tcp")})
    asked = [(address, *port) for address in open_ports for port in every]
    said = ask(up, *asked)
    assert {
        f"{address}:{port}/{transport}": "answers"
        if (port, transport) in open_ports[address]
        else "ConnectionRefusedError"
        for address, port, transport in asked
        if transport == "tcp"
    }.items() <= said.items()
    refused = {key for key, how in said.items() if key.endswith("/udp") and how == "ConnectionRefusedError"}
    assert refused == {
        f"{address}:{port}/udp"
        for address, port, transport in asked
        if transport == "udp" and (port, transport) not in open_ports[address]
    }
    assert "answers" in {said[key] for key in said if key.endswith(":161/udp")}


@pytest.mark.real
def test_a_device_that_dies_answers_nobody_and_the_others_go_on(start):
    up = in_namespaces(start, "--devices", MANY, "--only", "brittle_plc,air_sensor")
    plc = next(device for device in up.first["truth"]["devices"] if device["name"] == "brittle_plc")
    other = next(device for device in up.first["truth"]["devices"] if device["name"] == "brittle_plc-2")
    port = next(service["port"] for service in plc["services"] if service["transport"] == "tcp")
    up.inside(up.python, "-c", HURT, plc["address"], str(port))
    assert ask(
        up, (plc["address"], port, "silent"), (plc["address"], 7, "silent"), (other["address"], port, "tcp")
    ) == {
        f"{plc['address']}:{port}/silent": "TimeoutError",
        f"{plc['address']}:7/silent": "TimeoutError",
        f"{other['address']}:{port}/tcp": "answers",
    }
    assert up.end()["log"]["brittle_plc"]["dead"] is True


@pytest.mark.real
def test_a_device_that_is_turned_off_is_gone_until_it_is_turned_on(start, notes):
    up = in_namespaces(start, "--devices", MANY, "--only", "apc_ups,air_sensor")
    address = next(device["address"] for device in up.first["truth"]["devices"] if device["name"] == "apc_ups-2")

    def turn(way: str, kind: str) -> dict[str, str]:
        own = {**path(), "XDG_RUNTIME_DIR": str(notes)}
        subprocess.run([*LAB, way, "apc_ups-2"], env=own, check=True, capture_output=True, timeout=60)
        return ask(up, (address, 80, kind), (address, 7, kind))

    assert turn("off", "silent") == {f"{address}:80/silent": "TimeoutError", f"{address}:7/silent": "TimeoutError"}
    assert turn("on", "tcp") == {f"{address}:80/tcp": "answers", f"{address}:7/tcp": "ConnectionRefusedError"}


@pytest.mark.real
def test_a_large_city_has_few_files_open(start):
    up = in_namespaces(start, "--devices", "2000", "--seed", "7")
    opened = subprocess.run(["ls", f"/proc/{up.city}/fd"], capture_output=True, text=True, check=True).stdout.split()
    ports = sum(len(device["services"]) for device in up.first["truth"]["devices"])
    assert ports > 4000
    assert len(opened) < 400
