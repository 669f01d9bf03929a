"""Whom this machine sends to: the kernel's own entry for an address."""

import json
import subprocess
import sys

import pytest

from scanner.discover.links import Segments
from tests.segment import Namespace, Segment

ASK = """
import json, socket, sys
from scanner.discover.links import Segments
segments, said = Segments(), []
for address in sys.argv[1:]:
    before = segments.mac_of(address)
    with socket.socket() as asking:
        asking.settimeout(5)
        asking.connect_ex((address, 7))
    said.append([before, segments.mac_of(address)])
print(json.dumps(said))
"""


def test_of_an_address_on_no_segment_nothing_is_known():
    segments = Segments()
    assert segments.mac_of("240.0.0.1") is None  # RFC 1112, section 4: nobody has it
    assert segments.mac_of("127.0.0.1") is None


def test_a_neighbour_is_known_by_its_own_mac_address_once_it_was_spoken_to():
    try:
        Namespace().close()
    except OSError as error:
        pytest.skip(f"no network namespaces here (needs unshare, iproute2 and permission for user namespaces): {error}")
    segment = Segment("10.97.0.1", 28)
    try:
        segment.add_host("10.97.0.5", "00:0d:b9:97:00:05")
        segment.add_host("10.97.0.6", "00:0d:b9:97:00:06")
        asked = [*segment.scanner.enter, sys.executable, "-P", "-c", ASK, "10.97.0.5", "10.97.0.6"]
        said = json.loads(subprocess.run(asked, capture_output=True, text=True, check=True).stdout)
    finally:
        segment.close()
    assert said == [[None, "00:0d:b9:97:00:05"], [None, "00:0d:b9:97:00:06"]]
