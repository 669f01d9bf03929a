"""The generic services, through the real wire, with the servers that devices run."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from scanner.conversation import Target
from scanner.protocols import coap, ipmi, lwm2m, sip, vnc
from tests.real.generic_servers import printer_in_a_segment, router_in_a_segment
from tests.real.servers import tool

pytestmark = pytest.mark.real
TRIES = 60
"""How often a server in a segment is asked before it counts as silent; each question waits for its answer by itself."""


async def test_sip_hears_who_kamailio_is(run, wire):
    heard = await wire.hold(sip, Target(await run.start("kamailio", transport="udp")))
    assert heard.facts["sip.status"] == 200
    assert str(heard.facts["sip.agent"]).startswith("kamailio (")


async def test_ipmi_hears_the_locks_of_a_management_processor(run, wire):
    heard = await wire.hold(ipmi, Target(await run.start("ipmi_sim", transport="udp")))
    assert heard.facts["ipmi.version"] == "1.5 and 2.0"
    assert heard.facts["ipmi.auth_types"] == ("none", "MD2", "MD5", "password in clear")
    assert (heard.facts["ipmi.null_user"], heard.facts["ipmi.anonymous"]) == (True, False)


@pytest.mark.parametrize(
    ("security", "shown", "is_open"), [("None", "None", True), ("VncAuth", "VNC Authentication", False)]
)
async def test_vnc_hears_whether_a_desktop_asks_for_a_password(run, wire, security, shown, is_open):
    heard = await wire.hold(vnc, Target(await run.start("tigervnc", security)))
    assert heard.facts == {"vnc.version": "3.8", "vnc.security_types": (shown,), "vnc.no_authentication": is_open}


async def test_coap_hears_what_libcoap_lists(run, wire):
    endpoint = await run.start("coap_server", transport="udp")
    heard = await wire.hold(coap, Target(endpoint))
    assert heard.facts["coap.code"] == "2.05"
    assert {"/time", "/example_data"} <= set(heard.facts["coap.resources"])
    with pytest.raises(Exception, match=r"4\.04"):
        await wire.hold(lwm2m, Target(endpoint))


async def test_coap_joins_the_blocks_of_a_long_list_and_lwm2m_reads_the_device(run, wire):
    endpoint = await run.start("aiocoap_server", transport="udp")
    heard = await wire.hold(coap, Target(endpoint))
    assert {"/3/0", "/4/0"} <= set(heard.facts["coap.resources"])
    assert "oma.lwm2m" in heard.facts["coap.rt"]
    device = await wire.hold(lwm2m, Target(endpoint))
    assert device.facts == {
        "lwm2m.manufacturer": "Example",
        "lwm2m.model": "Node 4",
        "lwm2m.serial": "N4-000077",
        "lwm2m.firmware": "2.1.0",
    }


Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def segment(tmp_path: Path) -> Iterator[Callable[[str], Ask]]:
    """`segment(script)` runs a script in a namespace with 10.99.0.1 on an interface that leads nowhere; what it returns asks somebody in there."""
    if os.geteuid() != 0:
        pytest.skip("needs root: avahi-daemon gives a folder to its own user, which a user namespace does not know")
    started: list[subprocess.Popen[bytes]] = []

    def bring_up(script: str) -> Ask:
        head = (
            "mount -t tmpfs none /run; ip link set lo up; ip link add inner type veth peer name inner-end;"
            "ip link set inner-end up; ip addr add 10.99.0.1/24 dev inner; ip link set inner up multicast on\n"
        )
        (tmp_path / "script.sh").write_text(f"{head}{script}\necho ready\nread end\nkill 0\n")
        log = (tmp_path / "segment.log").open("wb")
        process = subprocess.Popen(
            [tool("unshare", "util-linux"), "-nm", "--propagation", "private", "sh", str(tmp_path / "script.sh")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
        log.close()
        started.append(process)
        assert process.stdout is not None
        while (line := process.stdout.readline()) != b"ready\n":
            assert line, (tmp_path / "segment.log").read_text(errors="replace")[-800:]
        enter = ["nsenter", "-t", str(process.pid), "-n"]

        def ask(protocol: str, port: int, path: str = "/", address: str = "10.99.0.1") -> dict[str, Any]:
            program = [sys.executable, "-P", str(Path(__file__).with_name("inside.py"))]
            command = [*enter, *program, protocol, address, str(port), path, str(tmp_path / "audit.jsonl")]
            said = subprocess.run(
                command, check=True, capture_output=True, env={**os.environ, "PYTHONPATH": str(Path.cwd())}
            )
            answer: dict[str, Any] = json.loads(said.stdout)
            return answer

        return ask

    yield bring_up
    for process in started:
        os.killpg(process.pid, signal.SIGTERM)
        process.communicate()


def until(ask: Ask, wanted: str, *question: Any) -> dict[str, Any]:
    """Ask until the fact is heard."""
    for _ in range(TRIES):
        said = ask(*question)
        if wanted in json.dumps(said.get("facts", {})):
            return said
    raise AssertionError(f"never heard {wanted}: {said}")


def test_mdns_and_ipp_hear_of_a_printer_what_avahi_and_cups_say(segment, tmp_path):
    ask = segment(printer_in_a_segment(tmp_path))
    announced = until(ask, "mdns.ty", "mdns", 5353)["facts"]
    assert "_ipp._tcp" in announced["mdns.services"]
    assert announced["mdns.ty"] == "Example Laser 9"
    assert announced["mdns.hostname"] == "cityhall.local"
    assert "_ipp._tcp City Hall" in announced["mdns.instances"]
    printer = until(ask, "ipp.state", "ipp", 8631, "/", "127.0.0.1")["facts"]
    assert printer["ipp.make_and_model"] == "Example Laser 9"
    assert printer["ipp.manufacturer"] == "Example"
    assert printer["ipp.status"] == 0


def test_ssdp_and_upnp_hear_what_miniupnpd_says(segment, tmp_path):
    ask = segment(router_in_a_segment(tmp_path))
    found = until(ask, "ssdp.server", "ssdp", 1900)
    assert "MiniUPnPd/" in found["facts"]["ssdp.server"]
    assert found["leads"] == [["upnp", 20080, "/rootDesc.xml"]]
    described = until(ask, "upnp.udn", "upnp", 20080, "/rootDesc.xml")["facts"]
    assert described["upnp.manufacturer"] == "Example"
    assert described["upnp.model_name"] == "Gateway 1"
    assert described["upnp.mapping_service"].startswith("urn:schemas-upnp-org:service:WANIPConnection:")
    mapped = ask("igd", 20080, described["upnp.mapping_path"])["facts"]
    assert (mapped["igd.open"], mapped["igd.more"]) == (True, False)
    assert "igd.mappings" not in mapped
