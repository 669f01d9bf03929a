"""The devices that punish, hurt for real: each shows it, its record says so, and no report of such a scan is called true."""

import asyncio
import contextlib
import hashlib
import ipaddress
import itertools
import json
import os
import time
from dataclasses import dataclass, field
from typing import Any

import pytest
from click.testing import CliRunner

from lab import running
from lab.city import City, shift_needed
from lab.cli import main
from lab.control import Desk, answering
from lab.fake import load_fakes
from lab.plan import Placed, Plan
from lab.truth import truth
from tests.lab.test_fates import is_silent

_HOSTS = itertools.count()
# MODBUS Application Protocol V1.1b3, section 6.21: Read Device Identification of unit 255, the only question that harms nobody.
IDENTIFY = bytes.fromhex("000100000005ff2b0e0100")


@dataclass
class Standing:
    """A device of the city at work, alone in a city that can be asked."""

    city: City
    plan: Plan
    name: str
    report: str
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    @property
    def address(self) -> str:
        return self.plan.placed[0].address

    def port(self, number: int) -> int:
        return self.city.port(number)

    @property
    def log(self) -> dict[str, Any]:
        log: dict[str, Any] = self.city.record()["log"][self.name]
        return log

    async def comes(self, name: str) -> None:
        """Let the city work until its record has something under that name."""
        while not self.log[name]:  # noqa: ASYNC110 - the city has no event for it
            await asyncio.sleep(0)

    async def connect(self, number: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection(self.address, self.port(number))
        self.writers.append(writer)
        return reader, writer

    async def leave(self) -> None:
        """Hang up whatever is left, dead or not."""
        for writer in self.writers:
            writer.transport.abort()
        await asyncio.sleep(0)

    async def verified(self) -> tuple[int, list[str]]:
        """The verdict on a report that is true in every word: the exit code, and the lines on harm."""
        said = await asyncio.to_thread(CliRunner().invoke, main, ["verify", self.report])
        return said.exit_code, [line for line in said.stdout.splitlines() if line.startswith("harm ")][:-1]


@pytest.fixture
async def stand(tmp_path, monkeypatch):
    """`await stand("hp_printer")` puts up that device of the city."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    async with contextlib.AsyncExitStack() as stack:

        async def put(name: str) -> Standing:
            (fake,) = [fake for fake in load_fakes() if fake.name == name]
            network = ipaddress.IPv4Network(f"127.{50 + os.getpid() % 50}.{os.getpid() // 50 % 250}.0/24")
            plan = Plan(network, "", (Placed(fake, name, str(network[next(_HOSTS) % 250 + 1])),))
            city = City(plan.placed, shift_needed(plan.placed))
            await city.open()
            stack.push_async_callback(city.close)
            note = running.complete(stack.enter_context(running.noted()), (), mode="loopback", network=str(network))
            await stack.enter_async_context(answering(note, Desk(city, plan, macs=False)))
            report = tmp_path / "report.json"
            device = truth(plan, macs=False)["devices"][0]
            true = {**device, "id": name, "firmware": {"version": device["firmware"]}}
            report.write_text(json.dumps({"schema": "tocsin-report/1", "devices": [true]}))
            standing = Standing(city, plan, name, str(report))
            stack.push_async_callback(standing.leave)
            assert await standing.verified() == (0, [])
            return standing

        yield put


async def test_a_modbus_card_with_four_slots_takes_no_fifth_connection_ever(stand):
    card = await stand("fieldbus_card")
    for _ in range(4):
        reader, writer = await card.connect(502)
        writer.write(IDENTIFY)
        assert b"750-352" in await reader.read(200)
        writer.close()
        await writer.wait_closed()
    assert await card.verified() == (0, [])
    _, writer = await card.connect(502)
    await card.comes("dead")
    writer.close()
    assert await asyncio.to_thread(is_silent, card.address, card.port(502))
    assert await card.verified() == (
        1,
        [
            "harm      fieldbus_card: it is dead, and answers nobody until somebody turns it off and on",
            "harm      fieldbus_card: 5 connections, and none of its 4 slots is ever freed",
        ],
    )


async def test_whoever_turns_a_dead_device_off_and_on_finds_it_alive(stand):
    card = await stand("fieldbus_card")
    for _ in range(5):
        _, writer = await card.connect(502)
        writer.close()
        await writer.wait_closed()
    await card.comes("dead")
    card.city.away("fieldbus_card")
    card.city.back("fieldbus_card")
    reader, writer = await card.connect(502)
    writer.write(IDENTIFY)
    assert b"750-352" in await reader.read(200)
    writer.close()
    assert (await card.verified())[0] == 1  # what was done to it was done


async def rpc2(camera, password):
    """The code of the answer to a login as the camera's own page does it: a challenge, then MD5 of user, random and MD5 of user, realm and password."""

    async def post(**said):
        body = json.dumps(said).encode()
        reader, writer = await camera.connect(80)
        head = f"POST /RPC2_Login HTTP/1.1\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        answer = json.loads((await reader.read()).partition(b"\r\n\r\n")[2])
        writer.close()
        await writer.wait_closed()
        return answer

    def md5(text):
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest().upper()

    asked = await post(id=1, method="global.login", params={"userName": "admin", "password": ""})
    realm, random = asked["params"]["realm"], asked["params"]["random"]
    proof = md5(f"admin:{random}:{md5(f'admin:{realm}:{password}')}")
    return await post(
        id=2, method="global.login", session=asked["session"], params={"userName": "admin", "password": proof}
    )


async def test_a_camera_locks_its_real_user_out_for_half_an_hour_after_three_failures(stand, monkeypatch):
    camera = await stand("locking_camera")
    right = "kiosk-Amber-41"
    for _ in range(2):
        assert (await rpc2(camera, "admin"))["result"] is False
    assert await camera.verified() == (0, [])
    await rpc2(camera, "12345")
    failed = camera.log["failed_at"]["admin"]
    monkeypatch.setattr(time, "time", lambda: failed + 1)
    locked = await rpc2(camera, right)
    assert locked["error"]["message"] == "Component error: User is locked!"
    assert locked["params"]["remainLockSecond"] == 1799
    assert await camera.verified() == (1, ["harm      locking_camera: 3 failed logins as 'admin'"])
    monkeypatch.setattr(time, "time", lambda: failed + 1799)
    assert (await rpc2(camera, right))["params"]["remainLockSecond"] == 1
    monkeypatch.setattr(time, "time", lambda: failed + 1801)
    assert (await rpc2(camera, right))["result"] is True


async def test_a_printer_counts_its_pages(stand):
    printer = await stand("hp_printer")
    for text in (b"GET / HTTP/1.1\r\n\r\n", b"@PJL INFO ID\r\n"):
        _, writer = await printer.connect(9100)
        writer.write(text)
        writer.close()
        await writer.wait_closed()
    while printer.log["pages"] < 2:  # noqa: ASYNC110 - the city has no event for it
        await asyncio.sleep(0)
    code, harms = await printer.verified()
    assert code == 1
    assert "harm      hp_printer: page 1 was printed: b'GET / HTTP/1.1\\r\\n\\r\\n' on port 9100" in harms
    assert any("page 2 was printed" in harm for harm in harms)


async def test_a_controller_faults_on_one_byte_that_it_does_not_expect(stand):
    plc = await stand("brittle_plc")
    reader, writer = await plc.connect(502)
    writer.write(IDENTIFY)
    assert b"ILC 151 ETH" in await reader.read(200)
    writer.write(b"\n")
    writer.write_eof()
    await plc.comes("dead")
    writer.close()
    assert await asyncio.to_thread(is_silent, plc.address, plc.port(502))
    code, (died, why) = await plc.verified()
    assert (code, why) == (1, "harm      brittle_plc: the controller faulted on 0a")
    assert "it is dead" in died


async def test_a_gateway_restarts_over_the_sixth_connection_of_a_second(stand):
    gateway = await stand("restless_gateway")
    while not gateway.log["restarts"]:
        _, writer = await gateway.connect(80)
        writer.close()
        await writer.wait_closed()
    code, harms = await gateway.verified()
    assert code == 1
    assert harms[0] == "harm      restless_gateway: it restarted"
    assert "harm      restless_gateway: 6 connections in a second" in harms


async def test_a_device_notices_a_write(stand):
    server = await stand("hp_printer")
    reader, writer = await server.connect(80)
    writer.write(b"POST / HTTP/1.1\r\nConnection: close\r\nContent-Length: 9\r\n\r\ntelnet=on")
    await reader.read()
    writer.close()
    assert await server.verified() == (1, ["harm      hp_printer: an HTTP POST to / on port 80"])
