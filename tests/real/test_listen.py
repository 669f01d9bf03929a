"""`tocsin listen` on a segment of its own: what real programs say unasked is heard, and not one packet leaves."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import TOCSIN
from tests.segment import Namespace, Segment
from tests.wire_frames import arp, datagram, dhcp, lldp, option, tlv

pytestmark = pytest.mark.real
HEARER, SPEAKER, MAC = "10.97.0.1", "10.97.0.7", "ac:cc:8e:01:23:45"
# Sends each frame that is written to it in hexadecimal.
SENDER = """
import socket, sys
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
wire.bind((sys.argv[1], 0))
print("ready", flush=True)
for line in sys.stdin:
    wire.send(bytes.fromhex(line))
"""


@pytest.fixture
def segment(namespaces: None) -> Iterator[Segment]:
    """A hearer and a speaker, of which neither says anything by itself (no IPv6)."""
    made = Segment(HEARER, 24, all_users=os.geteuid() == 0)
    try:
        made.run("ip", "link", "set", "switch", "type", "bridge", "group_fwd_mask", "0x4000")  # LLDP passes too
        for host in (made.scanner, made.add_host(SPEAKER, MAC)):
            host.run("sh", "-c", "for all in /proc/sys/net/ipv6/conf/*/disable_ipv6; do echo 1 > $all; done")
        yield made
    finally:
        made.close()


class Listener:
    """`tocsin listen port10` until `end`, and the packets that its interface had sent before."""

    def __init__(self, segment: Segment, folder: Path, *more: str) -> None:
        self._segment = segment
        self._report = folder / "report.json"
        self.sent_before = sent(segment)
        kept = ["--store", str(folder / "tocsin.db"), "--audit", str(folder / "audit.jsonl")]
        command = [*segment.scanner.enter, *TOCSIN, *kept, "listen", "port10", "-o", str(self._report), *more]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.process.stderr is not None
        assert "listening on port10" in self.process.stderr.readline()
        while "promiscuity" in segment.run("ip", "-d", "link", "show", "port10").stdout and not self._ears_open():
            assert self.process.poll() is None

    def _ears_open(self) -> bool:
        """Whether a packet socket is bound, as the kernel's own table says: it names the interface from then on."""
        sockets = self._segment.run("cat", "/proc/net/packet").stdout.splitlines()[1:]
        return any(row.split()[4] != "0" for row in sockets)

    def end(self) -> dict[str, Any]:
        """Press Ctrl-C, and read the report."""
        self.process.send_signal(signal.SIGINT)
        said = self.process.communicate(timeout=60)
        assert self.process.returncode in (0, 1), said
        report: dict[str, Any] = json.loads(self._report.read_text())
        return report


def sent(segment: Segment) -> int:
    """The packets that the hearer's interface has sent so far."""
    (link,) = json.loads(segment.run("ip", "-j", "-s", "link", "show", "port10").stdout)
    return int(link["stats64"]["tx"]["packets"])


def heard_from(report: dict[str, Any], mac: str = MAC) -> dict[str, Any]:
    (device,) = [device for device in report["devices"] if device["mac"] == mac]
    return dict(device)


def facts(report: dict[str, Any], mac: str = MAC) -> dict[str, Any]:
    return {name: value for seen in heard_from(report, mac)["services"] for name, value in seen["facts"].items()}


def say(host: Namespace, *frames: bytes) -> None:
    sender = host.start("python3", "-c", SENDER, "port11")
    assert sender.stdin is not None
    sender.stdin.write("".join(f"{frame.hex()}\n" for frame in frames))
    sender.stdin.close()
    assert sender.wait(30) == 0
    sender.stdin = None


def tool(name: str, package: str) -> str:
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    if found is None:
        pytest.skip(f"{name} is missing: apt-get install {package}")
    return found


def received(segment: Segment) -> int:
    (link,) = json.loads(segment.run("ip", "-j", "-s", "link", "show", "port10").stdout)
    return int(link["stats64"]["rx"]["packets"])


FRAMES = (
    arp(address=SPEAKER, target=SPEAKER),
    dhcp(1, option(60, b"AXIS,Network Camera,P3245-LV,9.80.3.2")),
    datagram(47808, bytes.fromhex("810b0018 0120ffff00ff 1000 c4020004d2 2201e0 9100 212a"), source=SPEAKER),
    lldp(
        tlv(1, b"\4" + bytes.fromhex("00800f000001")),
        tlv(2, b"\5p1"),
        tlv(5, b"sw-north-1"),
        mac=bytes.fromhex("00800f000002"),
    ),
)


def test_what_is_said_is_heard_and_not_one_packet_leaves(segment, tmp_path):
    listener = Listener(segment, tmp_path)
    say(segment.hosts[SPEAKER], *FRAMES)
    report = listener.end()
    assert sent(segment) == listener.sent_before
    device = heard_from(report)
    assert (device["vendor"], device["model"]) == ("Axis", "P3245-LV")
    assert device["firmware"]["version"] == "9.80.3.2"
    assert facts(report)["bacnet.instance"] == 1234
    assert heard_from(report, "00:80:0f:00:00:01")["addresses"] == ["00:80:0f:00:00:01"]
    assert report["scan"]["engine"] == "listen"
    assert report["scan"]["traffic"] == {"packets_sent": 0, "connections": 0, "login_attempts": 0}
    assert report["scan"]["ended"]


def test_listening_ends_by_itself_after_its_seconds(segment, tmp_path):
    listener = Listener(segment, tmp_path, "--seconds", "0.2", "--promiscuous")
    assert listener.process.wait(60) == 0
    listener.process.communicate()
    assert sent(segment) == listener.sent_before


def test_an_interface_that_goes_away_ends_it_with_what_was_heard(segment, tmp_path):
    listener = Listener(segment, tmp_path)
    say(segment.hosts[SPEAKER], *FRAMES)
    segment.run("ip", "link", "delete", "port10")
    said = listener.process.communicate(timeout=60)
    assert listener.process.returncode == 3, said
    assert "listening ended early" in said[1]
    assert heard_from(json.loads((tmp_path / "report.json").read_text()))["vendor"] == "Axis"


def test_lldpd_is_heard(segment, tmp_path):
    program, host = tool("lldpd", "lldpd"), segment.hosts[SPEAKER]
    listener = Listener(segment, tmp_path)
    with tempfile.TemporaryDirectory() as folder, (tmp_path / "log").open("wb") as log:
        Path(folder).chmod(0o777)  # lldpd becomes another user
        wish = ["-d", "-I", "port11", "-u", f"{folder}/socket", "-S", "city test rig"]
        before = received(segment)
        speaker = subprocess.Popen([*host.enter, program, *wish], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            while received(segment) == before and speaker.poll() is None and listener.process.poll() is None:
                pass
        finally:
            speaker.terminate()
            speaker.wait()
    if received(segment) == before:
        listener.end()
        pytest.skip(
            "lldpd gives up its rights, which it may not in an ordinary user's namespace: run the tests as root"
        )
    assert facts(listener.end())["lldp.system_description"] == "city test rig"


def test_avahi_is_heard(segment, tmp_path):
    program, host = tool("avahi-daemon", "avahi-daemon"), segment.hosts[SPEAKER]
    listener = Listener(segment, tmp_path)
    settings = tmp_path / "avahi.conf"
    settings.write_text("[server]\nhost-name=kerb-7\nuse-ipv6=no\nenable-dbus=no\n[publish]\npublish-workstation=yes\n")
    wish = ["-f", str(settings), "--no-drop-root", "--no-chroot", "--no-rlimits"]
    with (tmp_path / "log").open("wb") as log:
        speaker = subprocess.Popen([*host.enter, program, *wish], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        while "Server startup complete" not in (tmp_path / "log").read_text():
            if speaker.poll() is not None:
                listener.end()
                pytest.skip(f"avahi-daemon does not start here: {(tmp_path / 'log').read_text()[-200:]}")
        before = received(segment)
        while received(segment) < before + 1 and speaker.poll() is None:
            pass
    finally:
        speaker.terminate()
        speaker.wait()
    assert facts(listener.end())["mdns.hostname"] == "kerb-7.local"


def test_a_dhcp_client_is_heard(segment, tmp_path):
    busybox = tool("busybox", "busybox")
    listener = Listener(segment, tmp_path)
    wish = ["udhcpc", "-i", "port11", "-n", "-q", "-t", "2", "-T", "1", "-s", "/bin/true", "-x", "hostname:kerb-7"]
    subprocess.run([*segment.hosts[SPEAKER].enter, busybox, *wish], capture_output=True, check=False, timeout=60)
    told = facts(listener.end())
    assert told["dhcp.host_name"] == "kerb-7"
    assert told["dhcp.vendor_class"].startswith("udhcp ")
    assert told["dhcp.parameters"].startswith("1,3,6")


def test_an_interface_that_there_is_not_is_said(tmp_path):
    command = [*TOCSIN, "--store", str(tmp_path / "x.db"), "listen", "nonesuch0"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "there is no interface 'nonesuch0' here; there are: lo" in ended.stderr


def test_without_the_right_it_says_what_is_missing(tmp_path):
    drop = ["setpriv", "--bounding-set=-net_raw"] if os.geteuid() == 0 else []
    command = [*drop, *TOCSIN, "--store", str(tmp_path / "x.db"), "listen", "lo"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "listening needs a raw socket: run as root, or with CAP_NET_RAW" in ended.stderr
