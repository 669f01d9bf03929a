"""`tocsin import` from end to end: what it keeps, what it says, and how it ends."""

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from inventory.diff import DeviceState, FindingState, diff
from inventory.model import Endpoint, Level
from inventory.report import Scan
from inventory.store import Store
from scanner.discover import Host
from scanner.listening import NOT_ASKED
from scanner.overheard import KEPT, known, overheard
from tests.conftest import TOCSIN
from tests.imports.test_kinds import LIST, NMAP, WHOLE
from tests.riverside import REPORT, SCAN
from tests.wire_frames import CAMERA, CAMERA_IP, arp, datagram, dhcp, ethernet, option, pcap

MAC = CAMERA.hex(":")
NOTIFY = (
    b"NOTIFY * HTTP/1.1\r\nNT: upnp:rootdevice\r\nNTS: ssdp:alive\r\nUSN: uuid:1\r\n"
    b"SERVER: Linux/3.0.8 UPnP/1.0 Portable SDK for UPnP devices/1.6.18\r\n\r\n"
)
NOW = int(datetime.now(UTC).timestamp())


def tocsin(folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [*TOCSIN, "--store", str(folder / "x.db"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)


def imported(folder: Path, data: bytes, *more: str) -> subprocess.CompletedProcess[str]:
    (folder / "file").write_bytes(data)
    return tocsin(folder, "import", "file", *more)


def test_every_kind_becomes_devices_that_the_other_commands_know(tmp_path):
    for kind, data in WHOLE.items():
        (tmp_path / f"night.{kind}").write_bytes(data)
    ended = tocsin(tmp_path, "import", *(f"night.{kind}" for kind in WHOLE), "-o", "report.json")
    assert ended.returncode in (0, 1), ended.stderr
    report = json.loads((tmp_path / "report.json").read_text())
    device = next(device for device in report["devices"] if CAMERA_IP in device["addresses"])
    assert (device["mac"], device["vendor"], device["model"], device["kind"]) == (MAC, "Axis", "P3245-LV", "camera")
    assert report["scan"]["engine"] == "import"
    assert report["scan"]["traffic"]["packets_sent"] == 0
    assert {outcome["reason"] for outcome in device["outcomes"] if outcome["check"] == "unauthenticated-control"} == {
        NOT_ASKED
    }
    assert CAMERA_IP in tocsin(tmp_path, "devices").stdout
    assert "P3245-LV" in tocsin(tmp_path, "show", MAC).stdout
    assert "nothing was asked, 0 packets" in tocsin(tmp_path, "report").stdout


def test_a_capture_that_breaks_off_is_kept_and_said(tmp_path):
    ended = imported(tmp_path, pcap(arp(), arp())[:-5])
    assert ended.returncode == 3
    assert "note: file: it ends within packet 2; what was read before is kept" in ended.stderr
    assert CAMERA_IP in ended.stdout


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "file is empty"),
        (b"<?xml version='1.0'?><rss/>", "file is XML, but not nmap's: it begins with <rss>"),
        (b"address,colour\n10.0.0.1,red\n", "file has a column 'colour' that is not known"),
        (b"\x7fELF" + bytes(99), "file is of no kind that can be imported"),
    ],
)
def test_what_cannot_be_followed_is_refused_and_leaves_nothing(data, sentence, tmp_path):
    ended = imported(tmp_path, data)
    assert ended.returncode == 2
    assert sentence in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "holds no scan yet" in tocsin(tmp_path, "report").stderr


def test_a_file_may_be_called_what_it_does_not_show(tmp_path):
    assert (
        imported(tmp_path, b"# ours\n10.20.0.7 dev eth0 lladdr ac:cc:8e:01:23:45 STALE\n", "--as", "arp").returncode
        == 0
    )


def test_formulas_and_escapes_of_a_file_are_tamed(tmp_path):
    ended = imported(tmp_path, b"address,name\n10.0.0.1,=cmd|' /C calc'!A0\x1b[2J\n", "-o", "report.json")
    assert ended.returncode == 0
    assert "\x1b" not in ended.stdout
    assert r"\x1b[2J" in (tmp_path / "report.json").read_text().replace("\\\\", "\\")


def test_ctrl_c_keeps_what_was_read(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    command = [*TOCSIN, "--store", str(tmp_path / "x.db"), "import", str(tmp_path / "fifo")]
    reader = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert reader.stderr is not None
    with (tmp_path / "fifo").open("wb", buffering=0) as end:
        end.write(pcap(*[arp()] * 40_000))
        assert "importing fifo" in reader.stderr.readline()
        reader.send_signal(signal.SIGINT)
        said = reader.communicate(timeout=60)
    assert reader.returncode == 3, said
    assert "the reading was stopped; what was read before is kept" in said[1]
    assert CAMERA_IP in said[0]


def test_memory_does_not_grow_with_a_capture(tmp_path):
    frames = [arp(), dhcp(3, option(12, b"cam")), *[ethernet(0x0800, bytes(1400))] * 20]
    (tmp_path / "big").write_bytes(pcap(*frames * 1000))
    assert (tmp_path / "big").stat().st_size > 27 << 20
    code = "import resource, sys; from scanner.cli import run; run(sys.argv[1:]); print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"

    def peak(*arguments: str) -> int:
        command = [sys.executable, "-P", "-c", code, "--store", str(tmp_path / "x.db"), "import", *arguments, "--quiet"]
        return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    (tmp_path / "small").write_bytes(pcap(*frames))
    assert peak(str(tmp_path / "big")) - peak(str(tmp_path / "small")) < 12 << 10


def test_silence_of_a_listener_calls_nothing_gone(tmp_path):
    heard = Scan(id="later", started=SCAN.started + timedelta(days=1), networks=("eth0",), level=Level.IDENTIFY,
                 authorised_by="", version="1", engine="listen", ended=SCAN.started + timedelta(days=1))  # fmt: skip
    compared = diff(REPORT, type(REPORT)(heard, (), (), REPORT.coverage))
    assert [change for change in compared.devices if change.state is DeviceState.NOT_OBSERVED] == []
    assert {change.state for change in compared.findings} == {FindingState.NOT_OBSERVED}
    assert {change.state for change in compared.fleet} == {FindingState.NOT_OBSERVED}
    assert {change.reason for change in compared.findings} == {"nothing was asked: the newer scan only listened"}


def test_a_device_that_was_asked_stays_as_it_was_asked_though_it_is_heard_later(tmp_path):
    device = REPORT.assessments[0].device
    with Store.open(tmp_path / "x.db") as store:
        store.begin(SCAN, "plan")
        for assessment in REPORT.assessments:
            store.save(SCAN.id, assessment)
        store.finish(SCAN.id, SCAN, REPORT.fleet, REPORT.coverage)
    assert imported(tmp_path, f"address,mac\n{device.address},{device.mac or ''}\n".encode()).returncode == 0
    with Store.open(tmp_path / "x.db") as store:
        now = store.device(device.identity)
    assert now.assessment == REPORT.assessments[0]
    assert now.scans == 2
    assert now.last_seen > REPORT.assessments[0].when


def test_a_scan_takes_over_what_was_heard_and_need_not_ask_for_it(tmp_path):
    frames = (arp(), datagram(1900, NOTIFY, target="239.255.255.250"))
    assert imported(tmp_path, pcap(*frames, when=NOW)).returncode in (0, 1)
    with Store.open(tmp_path / "x.db") as store:
        found = overheard(store, datetime.now(UTC))
        late = overheard(store, datetime.now(UTC) + KEPT + timedelta(hours=1))
    moved = found.of(Host("10.20.0.99", MAC, (), "arp"))
    assert {seen.endpoint.address for seen in moved} == {"10.20.0.99"}
    assert known(moved) == {("ssdp", Endpoint("10.20.0.99", 1900, "udp"))}
    assert len(found.of(Host(CAMERA_IP, None, (), "connect"))) == 2
    assert found.of(Host(CAMERA_IP, "00:80:f4:00:00:07", (), "arp")) == ()
    assert late.of(Host(CAMERA_IP, MAC, (), "arp")) == ()


def test_a_port_that_was_heard_open_and_is_not_is_forgotten(tmp_path):
    assert imported(tmp_path, NMAP.replace(b"17630000", str(NOW)[:8].encode())).returncode in (0, 1)
    with Store.open(tmp_path / "x.db") as store:
        found = overheard(store, datetime.now(UTC))
    assert {seen.endpoint.port for seen in found.of(Host(CAMERA_IP, MAC, (), "arp"))} == {0}
    ports = (Endpoint(CAMERA_IP, 22),)
    assert {seen.endpoint.port for seen in found.of(Host(CAMERA_IP, MAC, ports, "arp"))} == {0, 22}


def test_the_list_of_a_city_names_its_devices(tmp_path):
    assert "Axis P3245-LV camera" in imported(tmp_path, LIST).stdout
