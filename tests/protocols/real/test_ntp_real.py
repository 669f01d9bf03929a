"""NTP with the ntpd of ntpsec, in a network of its own, because its port cannot be chosen."""

import shutil
import subprocess
import sys

import pytest

from inventory.model import Endpoint
from scanner.conversation import Target
from scanner.protocols import ntp
from tests.datagrams import Datagrams
from tests.holding import hold_with

pytestmark = pytest.mark.real

ASKED = """
import socket, subprocess, sys
program, configuration, request = sys.argv[1], sys.argv[2], bytes.fromhex(sys.argv[3])
subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
server = subprocess.Popen([program, "-n", "-c", configuration], stdout=sys.stderr)
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
    asking.settimeout(0.3)
    for _ in range(100):
        try:
            asking.sendto(request, ("127.0.0.1", 123))
            print(asking.recv(4096).hex())
            break
        except OSError:
            if server.poll() is not None:
                break
server.kill()
server.wait()
"""


def test_ntpsec_tells_its_version_in_a_short_answer(tmp_path):
    program = shutil.which("ntpd", path="/usr/sbin:/usr/bin:/sbin:/bin")
    if program is None:
        pytest.skip("ntpd is not installed: apt-get install ntpsec")
    own = ["unshare", "-rn"]
    if subprocess.run([*own, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no user and network namespaces here")
    configuration = tmp_path / "ntp.conf"
    configuration.write_text("restrict 127.0.0.1\n")
    command = [*own, sys.executable, "-c", ASKED, program, str(configuration), ntp.REQUEST.hex()]
    asked = subprocess.run(command, capture_output=True, check=False, text=True, timeout=60)
    answer = bytes.fromhex(asked.stdout)
    assert answer, asked.stderr[-500:]
    heard = hold_with(ntp.probe(Target(Endpoint("127.0.0.1", 123, "udp"))), Datagrams([answer]).answer)
    assert heard.facts["ntp.version"].startswith("ntpd ")
    assert heard.facts["ntp.system"].startswith("Linux/")
    assert len(answer) <= 10 * len(ntp.REQUEST)
