"""A city that is up, asked and changed over its socket."""

import asyncio
import ipaddress
import json
import os
import re
import socket
from dataclasses import dataclass, replace
from typing import Any

import pytest

from lab import running
from lab.account import Account
from lab.city import SHIFT, City, CityError
from lab.control import Desk, answering, ask, cities, the_city
from lab.exercises import careless
from lab.fake import Fake, Fate, Manners
from lab.plan import Placed, Plan
from lab.services.http import Http, page
from lab.services.modbus import Modbus
from lab.services.printing import Printing
from lab.settings import Change, Choice, Password
from tests.lab.brought_up import own_network
from tests.lab.conftest import House
from tests.lab.learning import lab

SETTINGS = (
    Password(Account("admin", "12345"), frozenset()),
    Choice("title", "Title", (("1", Change()), ("2", Change((("Gate 1", "Gate 2"),))))),
)
WEB = Http(port=8080, pages=(("/", page("Gate 1")),))
GET = b"GET / HTTP/1.0\r\n\r\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder for notes so deep that no socket's address could hold the whole of its path."""
    deep = tmp_path / ("deep" * 30)
    deep.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(deep))
    return deep / "tocsin-lab"


@dataclass
class Put:
    """A city of one house that is up; `await put("status")` asks it."""

    house: House
    note: running.Note

    async def __call__(self, do: str, **more: str) -> dict[str, Any]:
        return await asyncio.to_thread(ask, the_city(), {"do": do, **more})


@pytest.fixture
async def put(build, folder):
    """A city of one house that is up, in its note."""
    house = await build(WEB, settings=SETTINGS)
    (placed,) = house.city.placed
    plan = Plan(ipaddress.IPv4Network(f"{house.address}/24", strict=False), "", (placed,))
    with running.noted() as file:
        note = running.complete(file, (), mode="loopback", network=str(plan.network))
        async with answering(note, Desk(house.city, plan, macs=False)):
            yield Put(house, note)


async def test_it_says_what_is_true_of_it_as_it_is_set_now(put):
    (first,) = (await put("truth"))["devices"]
    await put("set", device="house", setting="title", value="2")
    assert first["address"] == put.house.address
    assert b"Gate 2" in await put.house.talk(8080, GET)
    assert [change["client"] for change in put.house.log.changes] == [""]


async def test_a_device_that_is_off_is_in_no_truth_and_hears_nobody_whatever_is_set(put):
    assert (await put("off", device="house"))["done"] == "house is off"
    await put("set", device="house", setting="title", value="2")
    assert (await put("truth"))["devices"] == []
    assert (await put("status"))["off"] == ["house"]
    with pytest.raises(OSError, match="Connect call failed"):
        await asyncio.open_connection(put.house.address, 8080)
    await put("on", device="house")
    assert b"Gate 2" in await put.house.talk(8080, GET)
    assert (await put("status"))["changes"] == 1  # the title: that it was off and on is no setting


async def test_the_record_is_told_so_far_and_begins_anew(put):
    await put.house.talk(8080, b"PUT / HTTP/1.0\r\n\r\n")
    (harm,) = (await put("record"))["harms"]
    assert harm["device"] == "house"
    assert (await put("status"))["harms"] == 1
    await put("reset")
    assert (await put("record"))["harms"] == []


async def test_settings_are_told_with_their_values_and_a_password_without_it(put):
    await put("set", device="house", setting="password", value="kite-plum")
    told = await put("settings", device="house")
    assert told["settings"] == [
        {"name": "password", "title": "Password", "value": "changed", "values": None, "secret": True},
        {"name": "title", "title": "Title", "value": "1", "values": ["1", "2"], "secret": False},
    ]
    assert told["address"] == put.house.address


async def test_set_alone_shows_each_setting_and_a_name_that_is_none_is_an_error(put):
    async def typed(*words: str) -> tuple[int, list[str]]:
        code, told = await asyncio.to_thread(lab, "set", "house", *words)
        return code, told.splitlines()

    title, address = (
        "title  Title: 1  (1, 2)",
        f"address  Address: {put.house.address}  (another of the city's network)",
    )
    assert await typed() == (0, ["password  Password: factory  (any text, or factory)", title, address])
    assert await typed("title") == (0, [title])
    assert await typed("address") == (0, [address])
    assert await typed("tilte") == (1, ["Error: house has no setting 'tilte'; it has: password, title, address"])


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ({"do": "truth?"}, "it says to do 'truth?', and not one of truth, record, status"),
        ({"do": ["truth"]}, "no request to a city"),
        ({"do": "off"}, "it says no 'device'"),
        ({"do": "off", "device": 7}, "device is no text"),
        ({"do": "on", "device": "hose"}, "no device of this city is called 'hose'; nearest: house"),
        ({"do": "settings", "device": "hose"}, "nearest: house"),
        ({"do": "set", "device": "house", "setting": "titel", "value": "2"}, "has no setting 'titel'; it has: title"),
        ({"do": "set", "device": "house", "setting": "title", "value": "3"}, "title is one of 1, 2, not '3'"),
        ([], "it is no JSON object"),
    ],
)
async def test_what_cannot_be_done_is_said_in_a_sentence(put, request_, said):
    with pytest.raises(CityError) as told:
        await asyncio.to_thread(ask, put.note, request_)
    assert said in str(told.value)


@pytest.mark.parametrize("junk", [b"\n", b"\xff\xfe\n", b"[" * 60000 + b"\n", b"", b"x" * 70000])
async def test_junk_ends_no_city(put, junk):
    reader, writer = await asyncio.open_unix_connection(sock=connected(put.note))
    writer.write(junk)
    writer.write_eof()
    heard = await reader.read()
    writer.close()
    await writer.wait_closed()
    assert not heard or "no request" in json.loads(heard)["error"]
    assert (await put("status"))["devices"] == 1


def connected(note):
    asking = socket.socket(socket.AF_UNIX)
    folder = note.socket.parent
    descriptor = os.open(folder, os.O_PATH)
    try:
        asking.connect(f"/proc/self/fd/{descriptor}/{note.socket.name}")
    finally:
        os.close(descriptor)
    return asking


async def test_only_this_user_may_reach_the_socket_and_it_is_gone_afterwards(put, folder):
    assert put.note.socket.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700


async def test_nothing_is_left_where_a_city_ends(build, folder):
    house = await build(WEB)
    with running.noted() as file:
        note = running.complete(file, (), mode="loopback", network="127.9.0.0/24")
        async with answering(note, Desk(house.city, Plan(ipaddress.IPv4Network("127.9.0.0/24"), "", ()), macs=False)):
            assert len(list(folder.iterdir())) == 2
    assert list(folder.iterdir()) == []


async def test_a_shell_without_a_place_for_its_inventory_is_an_error_in_a_sentence(put, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    for command in ((), ("true",)):
        code, told = await asyncio.to_thread(lab, "enter", *command)
        assert code == 1
        assert told.endswith("file/tocsin-lab: Not a directory; name a folder of your own in XDG_STATE_HOME\n")


async def test_the_careless_script_hurts_at_the_ports_of_an_ordinary_user_too_and_status_tells(folder):
    controller = Modbus(vendor="Acme", product_code="P1", revision="1.0", fragile=True)
    plc = Fake("plc", "", 10, "02:00:00:00:00:01", (controller,), frozenset(), manners=Manners(fate=Fate.DIES))
    printer = Fake("printer", "", 11, "02:00:00:00:00:02", (Printing(),), frozenset())
    network = ipaddress.IPv4Network(own_network())
    placed = tuple(Placed(fake, fake.name, str(network[fake.host])) for fake in (plc, printer))
    city = City(placed, shift=SHIFT)
    await city.open()
    with running.noted() as file:
        note = running.complete(file, (), mode="loopback", network=str(network))
        async with answering(note, Desk(city, Plan(network, "", placed), macs=False)):
            said = await asyncio.to_thread(careless.main, [one.address for one in placed])
            _, told = await asyncio.to_thread(lab, "status")
    await city.close()
    assert "Said hello 0 times" not in said
    assert re.search(r"^dead +plc$", told, re.MULTILINE)
    assert re.search(r"^printed +printer \(\d+ pages?\)$", told, re.MULTILINE)


def test_where_no_city_is_up_that_is_said(folder):
    assert cities() == ()
    with pytest.raises(CityError, match="no city is up: bring one up with tocsin-lab up"):
        the_city()


def test_where_more_than_one_is_up_they_are_listed(folder):
    with running.noted() as file:
        note = running.complete(file, (), mode="loopback", network="127.9.0.0/24")
        other = replace(note, file=file.with_name("city-1.json"), network="127.8.0.0/24")
        running._write(other)
        with pytest.raises(CityError, match=r"say which with --city NETWORK .*: 127\.8\.0\.0/24 .*; 127\.9\.0\.0/24"):
            the_city()
        assert the_city("127.9.0.0/24") == note
        with pytest.raises(CityError, match=r"no city 127\.7\.0\.0/24 is up; up are: 127\.8\.0\.0/24"):
            the_city("127.7.0.0/24")
        running.forget(other.file)


def test_a_city_that_ended_while_it_was_asked_is_an_error_in_a_sentence(folder):
    with running.noted() as file:
        note = running.complete(file, (), mode="loopback", network="127.9.0.0/24")
        with pytest.raises(CityError, match="cannot be asked: No such file or directory"):
            ask(note, {"do": "status"})
