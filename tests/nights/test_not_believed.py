"""Hosts that open whatever is asked, by the kernel's own means: a SYN proxy and a port redirection of nftables, and a real endlessh, each in a namespace."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.segment import Namespace, Segment

TOCSIN = [sys.executable, "-P", "-m", "scanner.cli"]
PROXY, SPOOFER, SERVER, TARPIT = "10.96.0.5", "10.96.0.6", "10.96.0.7", "10.96.0.8"
# Sixteen ports that a device may have together, at which the scan has nothing to say: so many that the control is asked.
SERVICES = (53, 111, 135, 139, 445, 512, 513, 514, 548, 771, 873, 1099, 2049, 3389, 5985, 8291)
# nft(8), SYNPROXY STATEMENT: SYNs are not tracked, and what is not tracked is answered by the proxy, which then connects to the host itself.
SYN_PROXY = """
table inet proxy {
  chain before { type filter hook prerouting priority raw; tcp flags syn notrack; }
  chain into { type filter hook input priority filter; ct state invalid,untracked synproxy mss 1460 wscale 7 timestamp sack-perm; ct state invalid drop; }
}
"""
# As portspoof is set up (its INSTALL): every port is sent to one server.
REDIRECTED = """
table inet spoof {
  chain before { type nat hook prerouting priority dstnat; tcp dport 1-65535 redirect to :4444; }
}
"""
SPEAKER = """
import socketserver
class Speaker(socketserver.BaseRequestHandler):
    def handle(self):
        try:
            self.request.sendall(b"220 (vsFTPd 2.3.4)\\r\\n")
            while self.request.recv(4096):
                pass
        except OSError:
            pass
class Server(socketserver.ThreadingTCPServer):
    daemon_threads = allow_reuse_address = True
server = Server(("", 4444), Speaker)
print("ready", flush=True)
server.serve_forever()
"""
Report = dict[str, Any]


def filtered(host: Namespace, rules: str, tmp: Path) -> None:
    """Load nftables' rules into a host, or skip where this kernel has no such thing."""
    file = tmp / "rules.nft"
    file.write_text(rules)
    nft = shutil.which("nft", path="/usr/sbin:/sbin:/usr/bin")
    if nft is None:
        pytest.skip("nft is not installed: apt-get install nftables")
    done = subprocess.run([*host.enter, nft, "-f", str(file)], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"nftables has not what this test needs here: {done.stderr.strip()}")


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Segment]:
    """10.96.0.0/28 with the four hosts."""
    tmp = tmp_path_factory.mktemp("rules")
    try:
        Namespace().close()
    except OSError as error:
        pytest.skip(f"no network namespaces here (needs unshare, iproute2 and permission for user namespaces): {error}")
    segment = Segment("10.96.0.1", 28)
    try:
        proxy = segment.add_host(PROXY, "00:0d:b9:96:00:05", (80,))
        # The documented settings of a SYN proxy: cookies need time stamps, and nothing is taken up in the middle.
        for setting in (
            "net.ipv4.tcp_syncookies=2",
            "net.ipv4.tcp_timestamps=1",
            "net.netfilter.nf_conntrack_tcp_loose=0",
        ):
            subprocess.run([*proxy.enter, "sysctl", "-qw", setting], check=False)
        filtered(proxy, SYN_PROXY, tmp)
        spoofer = segment.add_host(SPOOFER, "00:0d:b9:96:00:06")
        spoofer.start(sys.executable, "-c", SPEAKER)
        filtered(spoofer, REDIRECTED, tmp)
        segment.add_host(SERVER, "00:0d:b9:96:00:07", SERVICES)
        tarpit = segment.add_host(TARPIT, "00:0d:b9:96:00:08")
        tarpit.serve_web(80, "lighttpd/1.4.69")
        if shutil.which("endlessh"):
            # A line every tenth of a second, not every ten seconds: it never comes to its version line all the same.
            tarpit.serve(["endlessh", "-4", "-p", "22", "-d", "100"], tmp / "endlessh.log", 22)
        yield segment
    finally:
        segment.close()


def scan(street: Segment, folder: Path, *words: str) -> dict[str, Report]:
    """What the report of a scan by the real command says of each address."""
    kept = ["--store", str(folder / "tocsin.db"), "--audit", str(folder / "audit.jsonl")]
    how = ["--authorised-by", "test", "--level", "login", "--pace", "lab", "--quiet", "-o", str(folder / "r.json")]
    command = [*street.scanner.enter, *TOCSIN, *kept, "scan", *words, *how]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1, 3), done.stderr
    devices = json.loads((folder / "r.json").read_text())["devices"]
    return {device["addresses"][0]: device for device in devices}


@pytest.fixture(scope="module")
def night(street: Segment, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Report]:
    """One scan of all four."""
    return scan(street, tmp_path_factory.mktemp("night"), PROXY, SPOOFER, SERVER, TARPIT)


def findings(device: Report) -> list[tuple[str, int]]:
    return [(finding["check"], finding["port"]) for finding in device["findings"]]


def assert_not_believed(device: Report) -> None:
    assert findings(device) == [("untrusted-evidence", 0)]
    said = r"it takes a connection at any port: (\d+) of \1 TCP ports that were asked are open, and so are \d+, \d+,"
    assert re.match(said, device["untrusted"])
    assert device["traffic"]["connections"] <= 5
    assert device["traffic"]["login_attempts"] == 0
    assert {outcome["status"] for outcome in device["outcomes"]} == {"found", "skipped"}
    assert device["vendor"] is device["kind"] is None


@pytest.mark.parametrize("address", [PROXY, SPOOFER])
def test_what_opens_whatever_is_asked_gets_one_finding_few_connections_and_no_login(night, address):
    assert_not_believed(night[address])


def test_what_was_said_at_a_port_that_no_service_uses_is_the_proof(night):
    (finding,) = night[SPOOFER]["findings"]
    assert finding["evidence"] == "220 (vsFTPd 2.3.4)\n"


def test_nmap_finds_the_same_ports_and_they_are_believed_no_more(street, tmp_path):
    if not shutil.which("nmap"):
        pytest.skip("nmap is not installed: apt-get install nmap")
    found = scan(street, tmp_path, PROXY, SPOOFER, "--engine", "nmap")
    assert set(found) == {PROXY, SPOOFER}
    for device in found.values():
        assert_not_believed(device)


def test_a_server_with_sixteen_services_refuses_the_control_and_is_a_device_like_others(night):
    server = night[SERVER]
    assert server["untrusted"] == ""
    assert len(server["services"]) == len(SERVICES)
    (outcome,) = [outcome for outcome in server["outcomes"] if outcome["check"] == "untrusted-evidence"]
    assert outcome["status"] == "passed"


def test_a_tarpit_at_one_port_hides_that_port_and_nothing_else(night):
    if not shutil.which("endlessh"):
        pytest.skip("endlessh is not installed: apt-get install endlessh")
    said = [(service["port"], service["protocol"]) for service in night[TARPIT]["services"]]
    assert night[TARPIT]["untrusted"] == ""
    assert (80, "http") in said
    assert {protocol for port, protocol in said if port == 22} <= {None, "greeting"}
