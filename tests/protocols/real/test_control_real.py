"""OPC UA, IEC 60870-5-104 and DNP3 with the servers that other people wrote, each as a process of its own."""

import importlib.util
import sys

import pytest

from inventory.model import Endpoint
from scanner.conversation import Target
from scanner.protocols import dnp3, iec104, opcua, opcua_build

pytestmark = pytest.mark.real

OPCUA = """
import asyncio, sys
from pathlib import Path
from asyncua import Server, ua
async def main():
    port, policies, anonymous = sys.argv[1], sys.argv[2].split(","), sys.argv[3] == "anonymous"
    server = Server()
    await server.init()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{port}/plc")
    server.set_server_name("Pump station")
    await server.set_application_uri("urn:city:pump-1")
    if len(sys.argv) > 4:
        await server.load_certificate(sys.argv[4])
        await server.load_private_key(sys.argv[5])
    server.set_security_policy([getattr(ua.SecurityPolicyType, name) for name in policies])
    server.set_identity_tokens([ua.AnonymousIdentityToken] if anonymous else [ua.UserNameIdentityToken])
    async with server:
        await asyncio.Event().wait()
asyncio.run(main())
"""
IEC104 = """
import sys, threading, c104
server = c104.Server(ip="127.0.0.1", port=int(sys.argv[1]))
station = server.add_station(common_address=47)
station.add_point(io_address=11, type=c104.Type.M_ME_NC_1)
server.start()
threading.Event().wait()
"""
DNP3 = """
import asyncio, sys
from dnp3_outstation import AsyncOutstation
async def main():
    station = AsyncOutstation(host="127.0.0.1", port=int(sys.argv[1]), master_addr=0, outstation_addr=1)
    await station.start()
    await asyncio.Event().wait()
asyncio.run(main())
"""


def program(package: str) -> None:
    """A skip where the package is lacking."""
    if importlib.util.find_spec(package.replace("-", "_")) is None:
        pytest.skip(f"{package} is not installed: pip install {package}")


def test_opcua_reads_the_endpoints_of_asyncua(serve, hold):
    program("asyncua")
    port = serve(sys.executable, "-W", "ignore", "-c", OPCUA, "{port}", "NoSecurity", "anonymous")
    heard, peer = hold(opcua.probe(Target(Endpoint("127.0.0.1", port))), port)
    assert heard.facts["opcua.application_name"] == "Pump station"
    assert heard.facts["opcua.application_uri"] == "urn:city:pump-1"
    assert heard.facts["opcua.security"] == ("None/None",)
    assert heard.facts["opcua.open"] is True
    assert [request[:3] for request in peer.sent] == [b"HEL", b"OPN", b"MSG", b"CLO"]


def test_opcua_reads_certificate_and_tokens_of_a_server_that_encrypts(serve, hold, certificate):
    program("asyncua")
    crt, key = map(str, certificate)
    policies = "Basic256Sha256_SignAndEncrypt,Basic256Sha256_Sign"
    port = serve(sys.executable, "-W", "ignore", "-c", OPCUA, "{port}", policies, "named", crt, key)
    heard, _ = hold(opcua.probe(Target(Endpoint("127.0.0.1", port))), port)
    assert heard.facts["opcua.security"] == ("Basic256Sha256/SignAndEncrypt", "Basic256Sha256/Sign")
    assert heard.facts["opcua.tokens"] == ("user name",)
    assert heard.facts["opcua.open"] is False
    assert heard.facts["opcua.certificate_subject"] == "CN=camera.test,O=Lab"


def test_opcua_reads_the_build_of_asyncua_in_a_session_and_leaves_none_behind(serve, hold):
    program("asyncua")
    port = serve(sys.executable, "-W", "ignore", "-c", OPCUA, "{port}", "NoSecurity", "anonymous")
    for _ in range(3):
        heard, peer = hold(opcua_build.probe(Target(Endpoint("127.0.0.1", port))), port)
        assert heard.facts["opcua_build.manufacturer"] == "FreeOpcUa"
        assert heard.facts["opcua_build.date"][:16] == heard.facts["opcua_build.start_time"][:16]
        assert heard.failed is None
        assert [request[:3] for request in peer.sent] == [b"HEL", b"OPN", *[b"MSG"] * 4, b"CLO"]
        assert peer.connections == 1


def test_opcua_is_refused_a_session_by_an_asyncua_that_wants_a_name(serve, hold):
    program("asyncua")
    port = serve(sys.executable, "-W", "ignore", "-c", OPCUA, "{port}", "NoSecurity", "named")
    heard, peer = hold(opcua_build.probe(Target(Endpoint("127.0.0.1", port))), port)
    assert list(heard.facts) == ["opcua_build.error"]
    assert peer.sent[-1][:3] == b"CLO"


def test_iec104_is_confirmed_by_c104(serve, hold):
    program("c104")
    port = serve(sys.executable, "-c", IEC104, "{port}")
    heard, _ = hold(iec104.probe(Target(Endpoint("127.0.0.1", port))), port)
    assert heard.facts == {"iec104.answer": "TESTFR con"}


def test_dnp3_hears_the_link_status_of_an_outstation(serve, hold):
    program("dnp3-outstation")
    port = serve(sys.executable, "-c", DNP3, "{port}")
    heard, _ = hold(dnp3.probe(Target(Endpoint("127.0.0.1", port))), port)
    assert heard.facts == {"dnp3.station": 1, "dnp3.function": "LINK_STATUS", "dnp3.primary": False}
