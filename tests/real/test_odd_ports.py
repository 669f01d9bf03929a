"""Real servers on ports where nobody expects them: found by what they say, at what they may cost."""

import subprocess
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path

import pytest

from inventory.model import Device, Endpoint, Level
from scanner.audit import Audit
from scanner.discover import Host
from scanner.identify import Interview
from scanner.pace import PACES
from scanner.questions import is_unknown
from scanner.scope import Grant, Scope
from scanner.terms import Terms
from scanner.tls.questioning import HELLOS
from scanner.wire import Wire
from tests.real.servers import tool

pytestmark = pytest.mark.real
MOST = 4
"""Connections that an unknown port may cost until its protocol is known, and one more for each page that HTTP leads on to."""


@pytest.fixture
def ask(tmp_path: Path) -> Callable[[Endpoint], Awaitable[tuple[Device, int]]]:
    """`await ask(endpoint)` identifies a host with that one port open: the device, and the connections it cost."""

    async def identify(endpoint: Endpoint) -> tuple[Device, int]:
        scope = Scope((Grant((ip_network("127.0.0.0/8"),), (), Level.IDENTIFY, "the test"),))
        with Audit(tmp_path / "odd.jsonl") as audit:
            wire = Wire(scope, PACES["lab"], audit, level=Level.IDENTIFY)
            interview = Interview(
                wire,
                Host("127.0.0.1", None, (endpoint,), "connect"),
                name="",
                asking=lambda _: None,
                now=lambda: datetime.now(UTC),
                terms=Terms(never_touch=frozenset((161, 1900))),
            )
            return await interview.device(120.0), wire.sent_to("127.0.0.1").connections

    return identify


def heard(device: Device, endpoint: Endpoint) -> list[str]:
    return [seen.protocol for seen in device.observations if seen.endpoint == endpoint]


async def test_dropbear_is_found_by_its_greeting(run, ask):
    endpoint = await run.start("dropbear")
    assert is_unknown(endpoint)
    device, connections = await ask(endpoint)
    assert heard(device, endpoint) == ["ssh"]
    assert str(device.fact("component")).startswith("dropbear ")
    assert connections == 2


async def test_telnetd_of_busybox_is_found_by_its_negotiation(run, ask):
    endpoint = await run.start("busybox_telnetd", "root", "secret")
    device, connections = await ask(endpoint)
    assert heard(device, endpoint) == ["telnet"]
    assert device.fact("telnet.prompt") == "login"
    assert connections == 2


async def test_vsftpd_is_found_by_its_greeting(run, ask):
    endpoint = await run.start("vsftpd", "NET+OS 6.3 FTP server ready.")
    device, connections = await ask(endpoint)
    assert heard(device, endpoint) == ["ftp"]
    assert connections == 2


async def test_lighttpd_is_found_when_it_is_asked(run, ask):
    endpoint = await run.start("lighttpd", "", "", "", "", "RUT240 - Web UI")
    device, connections = await ask(endpoint)
    assert heard(device, endpoint) == ["http"]
    assert device.fact("model") == "RUT240"
    assert connections <= MOST


async def test_a_web_server_inside_tls_is_found_when_plain_http_fails(run, ask, tmp_path, key_pair):
    endpoint = await run.start("s_server", key_pair)
    device, connections = await ask(endpoint)
    assert set(heard(device, endpoint)) >= {"http", "tls"}
    assert device.fact("http.tls") is True
    assert connections <= MOST + 1 + HELLOS  # HTTP inside, and all that TLS is asked


async def test_a_broker_is_not_asked_what_it_does_not_speak_for_long(run, ask):
    endpoint = await run.start("mosquitto")
    device, connections = await ask(endpoint)
    assert heard(device, endpoint) == []
    assert connections <= MOST


@pytest.fixture
def key_pair(tmp_path: Path) -> str:
    """The name of a certificate and its key in the folder of the servers."""
    command = [tool("openssl", "openssl"), "req", "-x509", "-nodes", "-newkey", "rsa:2048", "-days", "30", "-subj"]
    files = ["/CN=odd.test", "-keyout", str(tmp_path / "odd.key"), "-out", str(tmp_path / "odd.crt")]
    subprocess.run([*command, *files], check=True, capture_output=True)
    return "odd"
