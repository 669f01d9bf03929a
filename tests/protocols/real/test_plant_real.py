"""Protocols of plants and buildings against other people's servers, each a process of its own on 127.0.0.1: pymodbus, bacpypes3, cpppo, python-snap7.

cpppo is GPL-3.0: it is run, and nothing of ours imports it.
"""

import contextlib
import importlib.util
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from inventory.errors import PeerError, TimedOut
from inventory.model import Endpoint
from scanner.conversation import Conversation, ReadAll, ReadSome, Send, Step, Target
from scanner.protocols import bacnet, enip, enip_tcp, modbus, s7
from tests.holding import hold_with
from tests.ports import free_port

pytestmark = pytest.mark.real
PATIENCE = 10.0

PYMODBUS = """
import asyncio, sys
from pymodbus import ModbusDeviceIdentification
from pymodbus.server import StartAsyncTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice
NAMES = {0: "Lab", 1: "PLC-1", 2: "v1.2", 3: "http://lab.test", 4: "Lab controller", 5: "PLC-1/B"}
BEHIND = {}
def answer(sending, pdu):
    if sending and pdu.dev_id == 1 and BEHIND:
        pdu.information = {number: text.encode() for number, text in BEHIND.items()}
    return pdu
asyncio.run(StartAsyncTcpServer(
    SimDevice(id=0, simdata=SimData(0, values=[0], datatype=DataType.REGISTERS)), trace_pdu=answer,
    identity=ModbusDeviceIdentification(info=NAMES), address=("127.0.0.1", int(sys.argv[1]))
))
"""
GATEWAY = PYMODBUS.replace('0: "Lab", 1: "PLC-1"', '0: "Schneider Electric", 1: "EGX150"')
BACPYPES3 = """
import asyncio, sys
from bacpypes3.argparse import SimpleArgumentParser
from bacpypes3.app import Application
async def main():
    address = f"127.0.0.1/32:{sys.argv[1]}"
    wish = ["--name", "Lab controller", "--instance", "1234", "--address", address, "--vendoridentifier", "999"]
    app = Application.from_args(SimpleArgumentParser().parse_args(wish))
    device = app.device_object
    device.modelName, device.firmwareRevision, device.applicationSoftwareVersion = "BAC-1", "4.2.1", "7.0"
    device.vendorName, device.location = "Lab Controls", "Roof"
    await asyncio.Event().wait()
asyncio.run(main())
"""


def module(name: str, package: str) -> None:
    if importlib.util.find_spec(name) is None:
        pytest.skip(f"{name} is not installed: pip install {package}")


Start = Callable[..., int]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """`start("-c", SCRIPT, "{port}", transport="udp")` runs Python and returns its port once the kernel says that it is bound."""
    started: list[subprocess.Popen[bytes]] = []

    def run(*arguments: str, transport: str = "tcp") -> int:
        port = free_port(transport)
        command = [sys.executable, "-P", *(argument.replace("{port}", str(port)) for argument in arguments)]
        with (tmp_path / "server.log").open("wb") as log:
            started.append(subprocess.Popen(command, cwd=tmp_path, stdin=subprocess.DEVNULL, stdout=log, stderr=log))
        _wait_until_bound(started[-1], port, transport, tmp_path / "server.log")
        return port

    yield run
    for process in started:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE)
        process.kill()
        process.wait()


def _wait_until_bound(process: subprocess.Popen[bytes], port: int, transport: str, log: Path) -> None:
    state = "0A" if transport == "tcp" else "07"
    while process.poll() is None:
        rows = [line.split() for line in Path(f"/proc/net/{transport}").read_text().splitlines()]
        if any(row[1].endswith(f":{port:04X}") and row[3] == state for row in rows):
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.02)
    pytest.fail(f"the server ended: {log.read_text(errors='replace')[-500:]}")


class Datagrams:
    """The other side of a conversation over UDP."""

    def __init__(self, port: int) -> None:
        self._socket = socket.socket(type=socket.SOCK_DGRAM)
        self._socket.connect(("127.0.0.1", port))
        self.sent: list[bytes] = []

    def answer(self, step: Step) -> bytes:
        match step:
            case Send(data):
                self.sent.append(data)
                self._socket.send(data)
                return b""
            case ReadSome(limit):
                return self._receive(limit, PATIENCE)
            case ReadAll(limit, quiet):
                heard = b""
                with contextlib.suppress(TimedOut):
                    while len(heard) < limit:
                        heard += self._receive(limit, quiet)
                return heard
        raise AssertionError(step)

    def _receive(self, limit: int, patience: float) -> bytes:
        self._socket.settimeout(patience)
        try:
            return self._socket.recv(limit)
        except TimeoutError as error:
            raise TimedOut from error

    def close(self) -> None:
        self._socket.close()


def over_udp(conversation: Conversation[Any], port: int) -> tuple[Any, Datagrams]:
    peer = Datagrams(port)
    try:
        return hold_with(conversation, peer.answer), peer
    finally:
        peer.close()


def target(port: int, transport: str = "tcp") -> Target:
    return Target(Endpoint("127.0.0.1", port, transport))


def said(protocol: Any, sent: list[bytes]) -> bool:
    return all(any(say.allows(request) for say in protocol.SAYS) for request in sent)


def test_reads_the_basic_and_the_regular_objects_of_pymodbus(start, hold):
    module("pymodbus", "pymodbus")
    port = start("-c", PYMODBUS, "{port}")
    heard, peer = hold(modbus.probe(target(port)), port)
    names = ("vendor", "product_code", "revision", "product_name", "model_name")
    assert [heard.facts[f"modbus.{name}"] for name in names] == ["Lab", "PLC-1", "v1.2", "Lab controller", "PLC-1/B"]
    assert heard.parts == ()
    assert peer.connections == 1
    assert said(modbus, peer.sent)


def test_a_meter_behind_a_gateway_of_pymodbus_is_a_part(start, hold):
    module("pymodbus", "pymodbus")
    meter = 'BEHIND = {0: "Schneider Electric", 1: "METSEPM5110", 2: "02.01"}'
    port = start("-c", GATEWAY.replace("BEHIND = {}", meter), "{port}")
    heard, peer = hold(modbus.probe(target(port)), port)
    assert heard.facts["modbus.product_code"] == "EGX150"
    assert [(name, facts["modbus.product_code"]) for name, facts in heard.parts] == [("unit 1", "METSEPM5110")]
    assert len(peer.sent) == modbus.REQUESTS


def test_a_gateway_of_pymodbus_that_answers_for_itself_as_every_unit_has_no_part(start, hold):
    module("pymodbus", "pymodbus")
    port = start("-c", GATEWAY, "{port}")
    heard, _ = hold(modbus.probe(target(port)), port)
    assert (heard.facts["modbus.product_code"], heard.parts) == ("EGX150", ())


def test_reads_the_device_object_of_bacpypes3(start):
    module("bacpypes3", "bacpypes3")
    port = start("-c", BACPYPES3, "{port}", transport="udp")
    heard, peer = over_udp(bacnet.probe(target(port, "udp")), port)
    assert heard.facts == {
        "bacnet.instance": 1234,
        "bacnet.vendor_id": 999,
        "bacnet.vendor": "Lab Controls",
        "bacnet.model": "BAC-1",
        "bacnet.firmware": "4.2.1",
        "bacnet.application": "7.0",
        "bacnet.name": "Lab controller",
        "bacnet.location": "Roof",
    }
    assert said(bacnet, peer.sent)


def cpppo(start: Start, transport: str) -> int:
    module("cpppo", "cpppo")
    return start("-m", "cpppo.server.enip", "--no-print", "-a", "127.0.0.1:{port}", "SCADA=INT[1]", transport=transport)


def test_lists_the_identity_of_cpppo_over_udp(start):
    port = cpppo(start, "udp")
    heard, peer = over_udp(enip.probe(target(port, "udp")), port)
    assert heard.facts["enip.product_name"] == "1756-L61/B LOGIX5561"
    assert (heard.facts["enip.product_code"], heard.facts["enip.revision"]) == (54, "20.011")
    assert heard.facts["enip.serial"] == "006C061A"
    assert said(enip, peer.sent)


def test_lists_the_identity_of_cpppo_over_tcp(start, hold):
    port = cpppo(start, "tcp")
    heard, peer = hold(enip_tcp.probe(target(port)), port)
    assert heard.facts["enip.product_name"] == "1756-L61/B LOGIX5561"
    assert peer.connections == 1
    assert said(enip_tcp, peer.sent)


def test_reads_the_order_number_of_python_snap7(start, hold):
    """Its list 0x001C has no sizes in its header, so nothing is read from that."""
    module("snap7", "python-snap7")
    port = start("-m", "snap7.server", "-p", "{port}")
    heard, peer = hold(s7.probe(target(port)), port)
    assert heard.facts == {"s7.tsap": "0102", "s7.order_number": "6ES7 315-2EH14-0AB0"}
    assert peer.connections == 1
    assert peer.sent[-1][5] == 0x80
    assert said(s7, peer.sent)


def test_a_server_of_another_protocol_is_not_taken_for_one_of_ours(start, hold):
    module("pymodbus", "pymodbus")
    port = start("-c", PYMODBUS, "{port}")
    with pytest.raises(PeerError):
        hold(enip_tcp.probe(target(port)), port)
