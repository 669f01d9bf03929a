"""One host is asked: what is left unasked is said, and no device can keep the scan for longer than it may."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from inventory.errors import NoSession, PeerClosed, PeerError, ProtocolError, TimedOut, Unreached
from inventory.model import Device, Endpoint
from inventory.report import Traffic
from scanner import identify
from scanner.conversation import Heard, Lead, ProtocolModule, Target
from scanner.crowd import control_ports
from scanner.discover import Host
from scanner.identify import PATIENCE, Interview
from scanner.protocols import load_protocols
from scanner.protocols.greeting import parse as greet
from scanner.wire import Wire

ADDRESS = "192.0.2.7"
Answering = Callable[[str, int], Heard | PeerError]


class Played:
    """A wire without a network: `answering` plays the device, and each conversation takes `seconds` on the clock. The ports of the control are closed."""

    def __init__(self, answering: Answering, seconds: float = 0.0) -> None:
        self.clock = 0.0
        self.asked: list[tuple[str, int]] = []
        self.sent = Traffic()
        self._answering = answering
        self._seconds = seconds

    def sent_to(self, address: str) -> Traffic:
        return self.sent

    @asynccontextmanager
    async def turn(self, address: str) -> AsyncIterator[None]:
        yield

    async def hold(self, protocol: ProtocolModule, target: Target, *, in_turn: bool = False, most: int = 0) -> Heard:
        if target.endpoint.port in control_ports(target.endpoint.address):
            raise Unreached("Connection refused")
        self.asked.append((protocol.NAME, target.endpoint.port))
        answer = self._answering(protocol.NAME, target.endpoint.port)
        self.clock += self._seconds if target.endpoint.transport == "tcp" else 0.0
        if isinstance(answer, PeerError):
            raise answer
        return answer


@pytest.fixture
def interview(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """`await interview(played, 22, 80)` asks a host with these ports open."""

    async def ask(played: Any, *ports: int, deadline: float = 600.0, mac: str | None = None) -> Device:
        monkeypatch.setattr(identify, "_clock", lambda: played.clock)
        host = Host(ADDRESS, mac, tuple(Endpoint(ADDRESS, port) for port in ports), "connect")
        asked = Interview(
            cast(Wire, played),
            host,
            name="",
            asking=lambda _: None,
            now=lambda: datetime(2026, 11, 1, tzinfo=UTC),
        )
        return await asked.device(deadline)

    return ask


def silence(protocol: str, port: int) -> Heard | PeerError:
    return TimedOut()


@pytest.mark.parametrize("port", [789, 1962, 2455, 18245, 20547])
async def test_a_port_of_a_protocol_that_is_not_spoken_here_is_left_alone(interview, port):
    played = Played(silence)
    device = await interview(played, port)
    assert [asked for asked in played.asked if asked[1] == port] == []
    assert device.open_ports == (Endpoint(ADDRESS, port),)


async def test_a_silent_port_that_nobody_knows_is_listened_to_and_then_asked_three_questions(interview):
    played = Played(silence)
    await interview(played, 61234)
    assert at(played, 61234) == ["greeting", "http", "tls", "rtsp"]


def at(played: Played, port: int) -> list[str]:
    return [protocol for protocol, asked in played.asked if asked == port]


def greeting(text: bytes) -> Answering:
    """A device that says `text` unasked, and speaks SSH, FTP or Telnet to whoever asks for it."""

    def device_says(protocol: str, port: int) -> Heard | PeerError:
        if protocol == "greeting":
            return greet(text)
        return Heard({}) if protocol in {"ssh", "ftp", "telnet"} else TimedOut()

    return device_says


@pytest.mark.parametrize(
    ("said", "protocol"),
    [
        (b"SSH-2.0-dropbear_2022.83\r\n", "ssh"),
        (b"220 NET+OS 6.0 FTP server ready.\r\n", "ftp"),
        (b"\xff\xfd\x01\xff\xfb\x03", "telnet"),
        (b"\r\nMoxa NPort 5110\r\nlogin: ", "telnet"),
    ],
)
async def test_what_a_port_says_unasked_chooses_the_protocol(interview, said, protocol):
    played = Played(greeting(said))
    device = await interview(played, 61234)
    assert at(played, 61234) == ["greeting", protocol]
    assert [seen.protocol for seen in device.observations] == [protocol]
    assert [gap for gap in device.gaps if gap.endpoint.port == 61234] == []


@pytest.mark.parametrize("said", [b"$GPRMC,081836,A,3751.65,S\r\n", b"+OK POP3 ready\r\n", b"\x00\x01\x02"])
async def test_whoever_speaks_what_we_do_not_is_asked_nothing(interview, said):
    played = Played(greeting(said))
    device = await interview(played, 61234)
    assert at(played, 61234) == ["greeting"]
    assert [seen.protocol for seen in device.observations] == ["greeting"]


@pytest.mark.parametrize("port", [4001, 10001, 966, 2001, 3001])
async def test_a_port_behind_which_a_serial_line_may_be_is_left_alone(interview, port):
    played = Played(silence)
    await interview(played, port)
    assert [asked for asked in played.asked if asked[1] == port and asked[0] not in {"ubiquiti"}] == []


@pytest.mark.parametrize("port", [990, 992, 2022, 8899])
async def test_a_serial_server_is_not_asked_where_its_serial_lines_may_be_though_something_is_expected_there(
    interview, port
):
    def device_says(protocol: str, port: int) -> Heard | PeerError:
        return Heard({"http.server": "MoxaHttp/1.0", "http.title": "NPort Web Console"}) if port == 80 else TimedOut()

    played = Played(device_says)
    device = await interview(played, 80, port)
    assert at(played, port) == []
    assert {gap.reason for gap in device.gaps if gap.endpoint.port == port} == {identify.SERIAL_LINE}


@pytest.mark.parametrize(
    ("mac", "asked"),
    [("00:80:a3:11:42:18", False), ("00:20:4a:11:42:18", False), ("00:27:22:a4:51:20", True), (None, True)],
)
async def test_no_datagram_goes_out_on_the_serial_line_of_a_server_in_datagram_mode(interview, mac, asked):
    played = Played(silence)
    await interview(played, mac=mac)
    assert (("ubiquiti", 10001) in played.asked) is asked


async def test_a_serial_server_is_not_asked_at_ports_that_nobody_knows(interview):
    def device_says(protocol: str, port: int) -> Heard | PeerError:
        return Heard({"http.server": "MoxaHttp/1.0", "http.title": "NPort Web Console"}) if port == 80 else TimedOut()

    played = Played(device_says)
    await interview(played, 80, 61234)
    assert at(played, 61234) == []


@pytest.mark.parametrize(
    ("port", "found", "asked"),
    [
        (2323, "ssh", ["telnet", "greeting", "ssh"]),
        (8088, "rtsp", ["http", "greeting", "tls", "rtsp"]),
        (8080, "tls", ["http", "greeting", "tls", "http"]),
        (222, "http", ["ssh", "greeting", "http"]),
    ],
)
async def test_an_it_port_where_something_else_answers_is_asked_what_it_speaks(interview, port, found, asked):
    def device_says(protocol: str, _: int) -> Heard | PeerError:
        if protocol == "greeting" and found == "ssh":
            return greet(b"SSH-2.0-x\r\n")
        return Heard({}) if protocol == found else ProtocolError("something else")

    played = Played(device_says)
    device = await interview(played, port)
    assert [protocol for protocol in at(played, port) if protocol != "favicon"] == asked
    assert found in {seen.protocol for seen in device.observations}
    assert device.gaps == ()


async def test_a_port_that_was_silent_to_its_first_question_is_asked_no_other(interview):
    played = Played(silence)
    await interview(played, 80, 554, 1883)
    assert [at(played, port) for port in (80, 554, 1883)] == [["http"], ["rtsp"], ["mqtt"]]


async def test_a_silent_ssh_port_is_not_listened_to_again(interview):
    played = Played(silence)
    await interview(played, 22)
    assert at(played, 22) == ["ssh", "http", "tls", "rtsp"]


@pytest.mark.parametrize("port", [23, 24, 2323, 2332, 9527, 9999])
@pytest.mark.parametrize("answer", [TimedOut(), PeerClosed(), ProtocolError("something else")])
async def test_nothing_is_typed_into_a_login_that_is_slow_to_show_itself(interview, port, answer):
    played = Played(lambda protocol, _: answer)
    await interview(played, port)
    assert [protocol for protocol in at(played, port) if protocol not in {"telnet", "greeting"}] == []


async def test_a_controllers_port_is_asked_for_what_is_expected_there_and_nothing_else(interview):
    played = Played(lambda protocol, port: ProtocolError("something else"))
    await interview(played, 502)
    assert at(played, 502) == ["modbus"]


async def test_ports_that_nobody_knows_come_last(interview):
    played = Played(silence)
    await interview(played, 7, 22, 80)
    tcp = [port for protocol, port in played.asked if protocol in {"ssh", "http", "greeting"}]
    assert tcp.index(7) > tcp.index(80)


@pytest.mark.parametrize(("title", "asked"), [("RUT240 - Web UI", False), ("Welcome", True)])
async def test_the_icon_is_asked_for_where_no_model_is_known(interview, title, asked):
    def device_says(protocol: str, port: int) -> Heard | PeerError:
        return Heard({"http.title": title}) if protocol == "http" else TimedOut()

    played = Played(device_says)
    device = await interview(played, 80)
    assert (("favicon", 80) in played.asked) is asked
    assert [gap for gap in device.gaps if gap.protocol == "favicon"] == []


async def test_a_silent_device_is_left_when_the_patience_is_used_up(interview):
    played = Played(silence, seconds=5.0)
    ports = (21, 22, 23, 80, 81, 82, 88, 502, 554, 591, 1883, 7080, 8000, 8001, 8008)
    device = await interview(played, *ports)
    assert played.clock == PATIENCE
    assert {gap.endpoint.port for gap in device.gaps if gap.endpoint.transport == "tcp"} == set(ports)


async def test_what_was_not_asked_is_a_gap_that_says_why(interview):
    device = await interview(Played(silence, seconds=PATIENCE), 22, 8080, 61234)
    (asked,) = [gap for gap in device.gaps if gap.endpoint.port == 22]
    left = [gap for gap in device.gaps if gap.endpoint.port != 22]
    assert "did not answer in time" in asked.reason
    assert [(gap.endpoint.port, gap.protocol) for gap in left] == [(8080, "http"), (61234, "http")]
    assert all("in vain" in gap.reason for gap in left)


async def test_quick_refusals_cost_no_patience(interview):
    played = Played(lambda protocol, port: ProtocolError("no"), seconds=3.0)
    await interview(played, *range(8080, 8100), 21, 22, 23, 80)
    assert {port for protocol, port in played.asked if protocol == "http"} >= {8080, 8099}


@pytest.mark.parametrize("slow", [ProtocolError("one byte a second"), TimedOut(), Unreached("no answer")])
async def test_every_way_to_be_slow_costs_patience(interview, slow):
    played = Played(lambda protocol, port: slow, seconds=PATIENCE)
    await interview(played, 22, 80, 8080)
    assert [port for protocol, port in played.asked if load_protocols()[protocol].TRANSPORT == "tcp"] == [22]


async def test_a_device_that_answers_slowly_is_asked_to_the_end(interview):
    played = Played(lambda protocol, port: Heard({"http.status": 200}), seconds=20.0)
    device = await interview(played, 80, 81, 82, 88, 8080, 8081)
    assert len([port for protocol, port in played.asked if protocol == "http"]) == 6
    assert device.gaps == ()


async def test_udp_is_asked_before_a_device_can_use_up_the_patience(interview):
    played = Played(silence, seconds=PATIENCE)
    await interview(played, 22, 80)
    assert {"snmp", "ssdp"} <= {protocol for protocol, _ in played.asked}


async def test_a_lead_that_is_not_followed_any_more_is_a_gap(interview):
    lead = Lead("upnp", Target(Endpoint(ADDRESS, 49152)))

    def device_says(protocol: str, port: int) -> Heard | PeerError:
        return Heard({"ssdp.server": "x"}, leads=(lead,)) if protocol == "ssdp" else TimedOut()

    device = await interview(Played(device_says, seconds=PATIENCE), 22)
    assert [gap.protocol for gap in device.gaps if gap.endpoint.port == 49152] == ["upnp"]


@pytest.mark.parametrize(("port", "followed"), [(49152, True), (502, False), (20000, False)])
async def test_no_answer_leads_to_a_controllers_port(interview, port, followed):
    lead = Lead("upnp", Target(Endpoint(ADDRESS, port)))

    def device_says(protocol: str, _: int) -> Heard | PeerError:
        return Heard({"ssdp.server": "x"}, leads=(lead,)) if protocol == "ssdp" else TimedOut()

    played = Played(device_says)
    device = await interview(played)
    assert (("upnp", port) in played.asked) is followed
    assert [gap.protocol for gap in device.gaps if gap.endpoint.port == port] == ["upnp"]


async def test_at_the_deadline_each_protocol_that_was_not_asked_is_a_gap_once(interview):
    class Stuck(Played):
        async def hold(
            self, protocol: ProtocolModule, target: Target, *, in_turn: bool = False, most: int = 0
        ) -> Heard:
            if target.endpoint.port == 443 and protocol.NAME == "http":
                await asyncio.Event().wait()
            return await super().hold(protocol, target)

    def device_says(protocol: str, port: int) -> Heard | PeerError:
        return Heard({"tls.versions": ()}) if protocol == "tls" else TimedOut()

    device = await interview(Stuck(device_says), 23, 443, 8443, deadline=0.2)
    gaps = [(gap.endpoint.port, gap.protocol) for gap in device.gaps]
    assert gaps == [(23, "telnet"), (443, "http"), (8443, "http"), (8443, "tls")]


async def test_what_hides_behind_tls_that_nobody_speaks_any_more_is_a_gap_and_another_protocol_is_none(interview):
    def device_says(protocol: str, port: int) -> Heard | PeerError:
        if protocol == "tls":
            return Heard({"tls.versions": ("SSLv3",)})
        return NoSession("TLS: UNSUPPORTED_PROTOCOL") if (protocol, port) == ("http", 443) else ProtocolError("another")

    device = await interview(Played(device_says), 443, 8443)
    assert [(gap.endpoint.port, gap.protocol, gap.reason) for gap in device.gaps] == [
        (443, "http", "TLS: UNSUPPORTED_PROTOCOL")
    ]


async def test_what_would_cost_more_than_the_budget_is_not_asked_and_said(interview):
    played = Played(lambda protocol, port: Heard({}) if protocol == "ssh" else TimedOut())
    played.sent = Traffic(packets_sent=120, connections=19)
    device = await interview(played, 22, 80)
    assert [asked for asked in played.asked if asked[1] in (22, 80)] == [("ssh", 22)]
    assert [gap.reason for gap in device.gaps if gap.endpoint.port == 80] == [
        "not asked: 20 connections or 200 packets are used up"
    ]


async def test_an_invitation_is_followed_once(interview, monkeypatch):
    target = Target(Endpoint(ADDRESS, 49152), path="/once")
    upnp = load_protocols()["upnp"]
    monkeypatch.setattr(upnp, "invited", lambda device: (target,) if device.speaking("ssh") else (), raising=False)
    played = Played(lambda protocol, port: Heard({"ssh.banner": "x"}) if protocol == "ssh" else TimedOut())
    device = await interview(played, 22)
    assert [asked for asked in played.asked if asked[1] == 49152] == [("upnp", 49152)]
    assert [gap for gap in device.gaps if gap.endpoint.port == 49152] == []


async def test_what_is_said_of_a_part_is_kept_apart_from_the_device(interview):
    def device_says(protocol: str, port: int) -> Heard | PeerError:
        if protocol != "modbus":
            return TimedOut()
        return Heard({"modbus.vendor": "Moxa"}, parts=(("unit 1", {"modbus.vendor": "Schneider Electric"}),))

    device = await interview(Played(device_says), 502)
    assert device.parts == ("unit 1",)
    assert {(claim.value, claim.behind) for claim in device.claims if claim.name == "vendor"} == {
        ("Moxa", ""),
        ("Schneider Electric", "unit 1"),
    }
    assert device.fact("vendor") == "Moxa"


async def test_a_bug_in_an_invitation_costs_no_other_device_and_is_said(interview, monkeypatch):
    def broken(device: Device) -> tuple[Target, ...]:
        raise ValueError("a bug")

    monkeypatch.setattr(load_protocols()["upnp"], "invited", broken, raising=False)
    device = await interview(
        Played(lambda protocol, port: Heard({"ssh.banner": "x"}) if protocol == "ssh" else TimedOut()), 22
    )
    assert device.speaking("ssh")
    told = {
        (gap.endpoint.port, "a bug in Tocsin" in gap.reason) for gap in device.gaps if gap.protocol == "identification"
    }
    assert told == {(0, True)}
