import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import ProtocolError
from inventory.model import Endpoint
from scanner.conversation import Target
from scanner.protocols import openocd
from scanner.questions import speaker

TARGET = Target(Endpoint("192.0.2.1", 4444))
# Recorded from openocd 0.12.0 (Debian 12) with its dummy adapter, over 127.0.0.1.
GREETING = bytes.fromhex("fffb03fffb01fffd03fffe01") + b"Open On-Chip Debugger\r\n\r> "


def test_a_console_is_known_by_its_greeting_and_told_nothing(recite):
    heard, sent = recite(openocd.probe(TARGET), [GREETING], silent=True)
    assert heard.facts == {"openocd.greeting": "Open On-Chip Debugger"}
    assert sent == []
    assert heard.evidence == GREETING


@pytest.mark.parametrize("greeting", [GREETING, GREETING[12:], b"Open On-Chip Debugger 0.11.0\r\n> "])
def test_its_greeting_is_recognised_at_any_port_before_telnet_claims_it(greeting):
    assert openocd.recognises(greeting)
    assert getattr(speaker(greeting), "NAME", "") == "openocd"


@pytest.mark.parametrize(
    "said", [b"", GREETING[:12], GREETING[:20], b"\xff\xfb\x01login: ", b"> Open On-Chip Debugger"]
)
def test_what_is_not_its_greeting_is_a_protocol_error(said):
    assert not openocd.recognises(said)
    with pytest.raises(ProtocolError):
        openocd.parse(said)


@given(st.binary(max_size=300), st.sampled_from([b"", GREETING]))
def test_any_bytes_end_in_a_fact_or_in_a_protocol_error(junk, start):
    try:
        heard = openocd.parse(start + junk)
    except ProtocolError:
        return
    assert set(heard.facts) == set(openocd.FACTS)
