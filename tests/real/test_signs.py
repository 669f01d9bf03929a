"""What the checks make of real servers that nobody logs in to: each one open, found, and set right, passed."""

from dataclasses import dataclass
from datetime import UTC, datetime
from types import ModuleType

import pytest

from checks.contract import Check, Flaw
from checks.ipmi_weak_login import ipmi_weak_login
from checks.no_authentication import no_authentication
from inventory.model import Device, Observation
from scanner.conversation import Target
from scanner.protocols import ftp, ipmi, mqtt, rtsp, telnet, vnc
from tests.real import servers, video_servers

pytestmark = pytest.mark.real


@dataclass(frozen=True, slots=True)
class Server:
    """A server and its settings, the protocol it is asked in, and the check that judges what it said."""

    name: str
    protocol: ModuleType
    settings: tuple[str, ...] = ()
    check: Check = no_authentication


OPEN = (
    Server("gst_rtsp", rtsp),
    Server("mosquitto", mqtt),
    Server("telnetd_without_login", telnet),
    Server("tigervnc", vnc, ("None",)),
    Server("vsftpd", ftp, ("River gauges. Anonymous login welcome.",)),
)
HARDENED = (
    Server("gst_rtsp", rtsp, ("AXIS_ACCC8E012345", "secret")),
    Server("mosquitto", mqtt, ("lamp", "secret")),
    Server("telnetd_with_login", telnet),
    Server("tigervnc", vnc, ("VncAuth",)),
    Server("vsftpd", ftp, ("River gauges. No anonymous login.",)),
)


@pytest.fixture(autouse=True)
def catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    """`run.start("gst_rtsp", …)` starts GStreamer's server."""
    monkeypatch.setitem(servers.SERVERS, "gst_rtsp", video_servers.gst_rtsp)


@pytest.fixture
def judged(run, wire):
    """`await judged(server)` asks it as a scan does, and returns the flaws of its check."""

    async def ask(server: Server) -> list[Flaw]:
        endpoint = await run.start(server.name, *server.settings, transport=server.protocol.TRANSPORT)
        heard = await wire.hold(server.protocol, Target(endpoint))
        seen = Observation(endpoint, server.protocol.NAME, heard.facts, heard.evidence, datetime.now(UTC))
        return [
            said
            for said in server.check.judge(Device("real", ("127.0.0.1",), observations=(seen,)))
            if isinstance(said, Flaw)
        ]

    return ask


@pytest.mark.parametrize("server", OPEN, ids=lambda server: server.name)
async def test_a_server_that_lets_everyone_in_is_found_with_what_it_said(judged, server):
    (flaw,) = await judged(server)
    assert flaw.evidence


@pytest.mark.parametrize("server", HARDENED, ids=lambda server: server.name)
async def test_the_same_server_with_a_login_passes(judged, server):
    assert await judged(server) == []


async def test_a_management_processor_is_found_by_the_locks_that_it_states(judged):
    flaws = await judged(Server("ipmi_sim", ipmi, check=ipmi_weak_login))
    assert {flaw.facet.rpartition(" ")[2] for flaw in flaws} >= {"none", "null-user", "straight"}
    assert "anonymous" not in {flaw.facet.rpartition(" ")[2] for flaw in flaws}
