"""A camera made of real servers: GStreamer's RTSP server on loopback, and a WS-Discovery responder on a segment without a way out."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scanner.conversation import Target
from scanner.protocols import rtsp
from tests.conftest import TOCSIN
from tests.real import servers, video_servers
from tests.segment import Segment

pytestmark = pytest.mark.real
CAMERA, ELSEWHERE = "10.58.0.20", "10.58.0.99"
SCOPES = ("onvif://www.onvif.org/hardware/DS-2CD2142FWD-I", "onvif://www.onvif.org/name/HIKVISION%20DS-2CD2142FWD-I")


@pytest.fixture(autouse=True)
def catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    """`run.start("gst_rtsp", …)` starts GStreamer's server."""
    monkeypatch.setitem(servers.SERVERS, "gst_rtsp", video_servers.gst_rtsp)


async def test_rtsp_hears_what_gstreamer_can_do_and_that_it_describes_its_stream_to_anyone(run, wire):
    heard = await wire.hold(rtsp, Target(await run.start("gst_rtsp")))
    assert heard.facts["rtsp.server"] == "GStreamer RTSP server"
    assert (heard.facts["rtsp.status"], heard.facts["rtsp.described"]) == (200, True)
    assert "DESCRIBE" in heard.facts["rtsp.public"]
    assert "rtsp.auth" not in heard.facts


async def test_rtsp_hears_what_gstreamer_asks_for_before_it_describes_its_stream(run, wire):
    heard = await wire.hold(rtsp, Target(await run.start("gst_rtsp", "AXIS_ACCC8E012345", "secret")))
    assert (heard.facts["rtsp.status"], heard.facts["rtsp.described"]) == (401, False)
    assert (heard.facts["rtsp.auth"], heard.facts["rtsp.realm"]) == ("digest", "AXIS_ACCC8E012345")


@pytest.fixture(scope="module")
def scanned(namespaces: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The report on a segment with one camera, whose ONVIF service is said to be on another host."""
    folder: Path = tmp_path_factory.mktemp("video")
    segment = Segment("10.58.0.1", 24)
    try:
        camera = segment.add_host(CAMERA, "44:19:b6:a1:c2:20")
        segment.add_host(ELSEWHERE, "44:19:b6:a1:c2:99", [80])
        camera.serve(video_servers.gst_rtsp(folder, CAMERA, 8554), folder / "rtsp.log", 8554)
        camera.start(*video_servers.responder(f"http://{ELSEWHERE}:80/onvif/device_service", *SCOPES))
        kept = ["--store", str(folder / "s.db"), "--audit", str(folder / "audit.jsonl")]
        wish = [
            "--authorised-by",
            "test",
            "--pace",
            "lab",
            "--fail-on",
            "critical",
            "--ports",
            "80,8554",
            "-o",
            str(folder / "report.json"),
        ]
        ended = segment.run(*TOCSIN, *kept, "scan", f"{CAMERA}/32", *wish)
        assert ended.returncode in (0, 1, 3), ended.stderr
        yield {**json.loads((folder / "report.json").read_text()), "audit": (folder / "audit.jsonl").read_text()}
    finally:
        segment.close()


def test_a_scan_hears_a_responder_that_is_not_ours(scanned):
    (device,) = scanned["devices"]
    facts = {name: value for service in device["services"] for name, value in service["facts"].items()}
    assert facts["wsdiscovery.types"] == ["NetworkVideoTransmitter"]
    assert facts["wsdiscovery.hardware"] == "DS-2CD2142FWD-I"
    assert facts["wsdiscovery.name"] == "HIKVISION DS-2CD2142FWD-I"
    assert facts["wsdiscovery.xaddrs"] == [f"http://{ELSEWHERE}:80/onvif/device_service"]
    assert facts["rtsp.server"] == "GStreamer RTSP server"
    assert (device["vendor"], device["model"], device["kind"]) == ("Hikvision", "DS-2CD2142FWD-I", "camera")


def test_a_scan_finds_the_stream_that_is_open_to_everyone(scanned):
    found = [(each["check"], each["port"], each["confidence"]) for each in scanned["devices"][0]["findings"]]
    assert ("no-authentication", 8554, "likely") in found
    assert {(check, sure) for check, _, sure in found} - {("no-authentication", "likely")} == {
        ("firmware-unknown", "confirmed"),
        ("firmware-advisory", "inferred"),
        ("firmware-known-exploited", "inferred"),
    }


def test_nothing_is_sent_to_the_host_that_the_answer_pointed_to(scanned):
    assert CAMERA in scanned["audit"]
    assert ELSEWHERE not in scanned["audit"]
