"""A device that is given another address while its city is up, and one that comes to it later."""

import asyncio
import ipaddress
import json
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lab import running
from lab.city import City, CityError
from lab.control import Desk, answering, ask
from lab.fake import Fake
from lab.plan import Placed, Plan
from lab.services.http import Http, page
from lab.services.snmp import Snmp
from tests.lab.brought_up import CLI, Start, Up, own_network, path

GET = b"GET / HTTP/1.0\r\n\r\n"
# Inside the scanner's namespace: the page at each address, and the MAC address that the kernel has learned for it.
LOOK = """
import json, re, socket, subprocess, sys
subprocess.run(["ip", "neigh", "flush", "dev", "tocsin0"], check=True)
seen = {}
for address in sys.argv[1:]:
    try:
        with socket.create_connection((address, 80), 20) as asking:
            asking.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n")
            heard = asking.recv(12).decode()
    except OSError as error:
        heard = type(error).__name__
    told = subprocess.run(["ip", "neigh", "show", address], capture_output=True, text=True).stdout
    mac = re.search("lladdr (\\\\S+)", told)
    seen[address] = [heard, mac and mac[1]]
print(json.dumps(seen))
"""


@dataclass
class Street:
    """Two houses on a loopback network, asked over their socket."""

    city: City
    note: running.Note
    network: ipaddress.IPv4Network

    def at(self, host: int) -> str:
        return str(self.network[host])

    async def __call__(self, do: str, **more: str) -> dict[str, Any]:
        return await asyncio.to_thread(ask, self.note, {"do": do, **more})

    async def move(self, device: str, address: str) -> str:
        return str((await self("set", device=device, setting="address", value=address))["done"])

    async def where(self) -> dict[str, str]:
        return {one["name"]: one["address"] for one in (await self("truth"))["devices"]}

    def changes(self, name: str) -> list[tuple[str, str]]:
        return [(change["client"], change["setting"]) for change in self.city.record()["log"][name]["changes"]]


@pytest.fixture
async def street(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    network = ipaddress.IPv4Network(own_network(50))
    web, snmp = Http(port=8080, pages=(("/", page("Gate")),)), Snmp(enterprise=1, mac="020000000001", port=16161)
    first, second = (
        Placed(Fake(name, "", host, f"02:00:00:00:00:0{host}", (web, snmp), frozenset()), name, str(network[host]))
        for host, name in ((2, "gate"), (3, "lamp"))
    )
    city = City((first, second))
    await city.open()
    plan = Plan(network, str(network[1]), (first, second))
    with running.noted() as file:
        note = running.complete(file, (), mode="loopback", network=str(network))
        async with answering(note, Desk(city, plan, macs=False)):
            yield Street(city, note, network)
    await city.close()
    assert city.faults == []


async def got(address: str) -> bytes:
    reader, writer = await asyncio.open_connection(address, 8080)
    writer.write(GET)
    heard = await reader.read()
    writer.close()
    return heard


async def test_its_services_leave_the_old_address_and_come_up_at_the_new_one(street):
    assert await street.move("gate", street.at(99)) == f"gate is at {street.at(99)}, and was at {street.at(2)}"
    assert b"Gate" in await got(street.at(99))
    with pytest.raises(OSError, match="Connect call failed"):
        await got(street.at(2))
    for port in ((street.at(2), 16161), (street.at(2), 8080)):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
            free.bind(port)  # nobody has it any more


async def test_the_truth_follows_and_the_change_is_noted(street):
    await street.move("gate", street.at(99))
    assert await street.where() == {"lamp": street.at(3), "gate": street.at(99)}
    assert street.changes("gate") == [("", "address")]
    assert street.changes("lamp") == []
    await street.move("gate", street.at(2))
    assert await street.where() == {"gate": street.at(2), "lamp": street.at(3)}


async def test_an_address_that_was_left_can_be_another_s(street):
    await street.move("gate", street.at(99))
    await street.move("lamp", street.at(2))
    assert b"Gate" in await got(street.at(2))


async def test_where_it_is_already_nothing_happens(street):
    assert await street.move("gate", street.at(2)) == f"gate was at {street.at(2)}"
    assert street.changes("gate") == []


async def test_what_is_set_on_it_afterwards_takes_effect_there_and_not_where_it_was(street):
    await street("off", device="gate")
    await street.move("gate", street.at(99))
    with pytest.raises(OSError, match="Connect call failed"):
        await got(street.at(99))
    await street("on", device="gate")
    assert b"Gate" in await got(street.at(99))
    assert street.changes("gate") == [("", "power"), ("", "address"), ("", "power")]


async def test_who_was_connected_hears_nothing_more(street):
    reader, writer = await asyncio.open_connection(street.at(2), 8080)
    await street.move("gate", street.at(99))
    writer.write(GET)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.read(1), 0.1)
    writer.close()


@pytest.mark.parametrize(
    ("host", "said"),
    [
        (3, "it is that of lamp"),
        (1, "it is that of the scanner"),
        (0, "it is no address of a device in 127."),
        (255, "it is no address of a device in 127."),
    ],
)
async def test_an_address_that_it_cannot_have_is_refused_in_a_sentence(street, host, said):
    with pytest.raises(CityError, match=said):
        await street.move("gate", street.at(host))
    assert b"Gate" in await got(street.at(2))
    assert street.changes("gate") == []


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("10.99.0.5", "it is no address of a device in 127."),
        ("gate", "gate cannot be moved to 'gate': it is no IPv4 address"),
        ("", "it is no IPv4 address"),
        ("fd00:77::5", "it is no IPv4 address"),
    ],
)
async def test_what_is_no_address_of_the_city_is_refused(street, address, said):
    with pytest.raises(CityError, match=said):
        await street.move("gate", address)


async def test_a_device_that_is_off_keeps_its_address(street):
    await street("off", device="lamp")
    with pytest.raises(CityError, match="it is that of lamp"):
        await street.move("gate", street.at(3))


async def test_a_device_that_is_not_there_is_not_moved(street):
    with pytest.raises(CityError, match="no device of this city is called 'gat'; nearest: gate"):
        await street.move("gat", street.at(99))


async def test_where_a_port_is_taken_at_the_new_address_it_stays_where_it_was(street):
    with socket.create_server((street.at(99), 8080)):
        with pytest.raises(CityError, match=r"cannot bind .* port 8080/tcp: it is taken"):
            await street.move("gate", street.at(99))
        assert b"Gate" in await got(street.at(2))
    assert await street.where() == {"gate": street.at(2), "lamp": street.at(3)}
    assert street.changes("gate") == []


def command(up: Up, notes: Path, *words: str) -> str:
    done = subprocess.run(
        [*up.prefix, up.python, *CLI, *words],
        env={**path(), "XDG_RUNTIME_DIR": str(notes)},
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
    )
    assert not done.returncode, done.stderr
    return done.stdout.strip()


@pytest.mark.real
def test_in_namespaces_it_takes_its_mac_address_with_it_and_another_joins_the_city_later(start: Start, notes: Path):
    up = start("--only", "hp_printer,axis_camera", "--off", "axis_camera")
    if up.first["mode"] != "namespace":
        pytest.skip(f"no namespaces here: {up.first['why']}")
    (printer,) = up.first["truth"]["devices"]
    old, new, mac = printer["address"], "10.77.0.99", printer["mac"]

    def seen(*addresses: str) -> dict[str, list[str | None]]:
        told: dict[str, list[str | None]] = json.loads(up.inside(up.python, "-c", LOOK, *addresses))
        return told

    assert seen(old) == {old: ["HTTP/1.1 200", mac]}
    assert command(up, notes, "set", "hp_printer", f"address={new}") == f"hp_printer is at {new}, and was at {old}"
    there = seen(new, old)
    assert there[new] == ["HTTP/1.1 200", mac]
    assert there[old][0] == "OSError"  # no route to host: nobody answers ARP for it
    command(up, notes, "off", "hp_printer")
    command(up, notes, "set", "hp_printer", "address", old)
    command(up, notes, "on", "hp_printer")
    assert seen(old) == {old: ["HTTP/1.1 200", mac]}
    command(up, notes, "on", "axis_camera")
    devices = json.loads(command(up, notes, "truth", "--running"))["devices"]
    camera = next(one for one in devices if one["name"] == "axis_camera")
    assert seen(camera["address"])[camera["address"]][1] == camera["mac"]
    record = up.end()
    assert [change["setting"] for change in record["log"]["hp_printer"]["changes"]] == [
        "address",
        "power",
        "address",
        "power",
    ]
    assert [change["setting"] for change in record["log"]["axis_camera"]["changes"]] == ["power"]


def test_a_device_that_the_city_has_not_cannot_be_off_in_it(notes: Path):
    done = subprocess.run(
        [sys.executable, *CLI, "up", "--only", "hp_printer", "--off", "hp_pinter"],
        env={**path(), "XDG_RUNTIME_DIR": str(notes)},
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
    )
    assert done.returncode
    assert "hp_pinter cannot be off: this city has no device of that name; nearest: hp_printer" in done.stderr
