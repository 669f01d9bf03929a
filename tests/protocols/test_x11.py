import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.errors import PeerError, ProtocolError
from inventory.model import Endpoint
from scanner.conversation import Target
from scanner.protocols import x11

TARGET = Target(Endpoint("192.0.2.1", 6000))
# Recorded from Xtigervnc 1.12.0 (Debian 12) over 127.0.0.1, with -listen tcp: the beginning of what it says to whom it accepts, and a refusal with -auth.
HEAD = bytes.fromhex(
    "01000b00000055098ea5b80000002000ffff1f00000100001400ffff010600002020 08ff00000000".replace(" ", "")
)
ACCEPTED = HEAD + b"The X.Org Foundation" + bytes(0x955 * 4)
REFUSED = bytes.fromhex("00400b0000001000") + b"Authorization required, but no authorization protocol specified\n"


def small(**changed: int) -> bytes:
    """The smallest acceptance: a vendor of four letters, and no formats or screens (X Window System Protocol, chapter 8)."""
    answer = bytearray(bytes.fromhex("0100 0b00 0000 0900") + bytes(32) + b"NCD!")
    answer[24] = 4
    for name, value in changed.items():
        answer[int(name[1:])] = value
    return bytes(answer)


def test_an_open_display_says_who_made_its_server(recite):
    heard, sent = recite(x11.probe(TARGET), [ACCEPTED])
    assert heard.facts["x11.open"] is True
    assert heard.facts["x11.vendor"] == "The X.Org Foundation"
    assert heard.facts["x11.release"] == 12101006
    assert sent == [bytes.fromhex("6c000b000000000000000000")]
    assert heard.evidence.endswith(b"The X.Org Foundation")


def test_a_display_that_refuses_says_why(recite):
    heard, _ = recite(x11.probe(TARGET), [REFUSED])
    assert heard.facts == {
        "x11.open": False,
        "x11.answer": "refused",
        "x11.reason": "Authorization required, but no authorization protocol specified",
    }


def test_a_display_that_asks_for_more_is_not_open(recite):
    heard, sent = recite(x11.probe(TARGET), [bytes.fromhex("0200000000000200") + b"who?\0\0\0\0"])
    assert heard.facts == {"x11.open": False, "x11.answer": "asks for more", "x11.reason": "who?"}
    assert len(sent) == 1


def test_the_smallest_acceptance_can_be_read():
    assert x11.parse(small()).facts == {
        "x11.open": True,
        "x11.answer": "accepted",
        "x11.vendor": "NCD!",
        "x11.release": 0,
    }


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\x2b\0\x01\0",  # GetInputFocus, the smallest request
        b"\x49\x02\x08\0" + bytes(28),  # GetImage
        x11.SETUP + b"\x2b\0\x01\0",
        bytes.fromhex("6c00 0b00 0000 1200 1000 0000") + b"MIT-MAGIC-COOKIE-1\0\0" + bytes(16),
    ],
)
def test_no_request_and_no_cookie_is_in_its_says(request_bytes):
    assert not any(say.allows(request_bytes) for say in x11.SAYS)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        REFUSED[:7],
        REFUSED[:20],
        ACCEPTED[:60],
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        bytes.fromhex("0000 0a00 0000 0000"),
        bytes.fromhex("0040 0b00 0000 0100") + bytes(4),
        bytes.fromhex("0100 0b00 0000 0100") + bytes(4),
    ],
)
def test_what_is_cut_short_or_something_else_is_a_peer_error(recite, answer):
    with pytest.raises(PeerError):
        recite(x11.probe(TARGET), [answer])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # recite keeps no state
@given(st.sampled_from([b"", REFUSED[:8], ACCEPTED[:8], small()[:24], small()]), st.binary(max_size=80))
def test_junk_ends_in_facts_or_in_a_peer_error(recite, start, junk):
    try:
        heard, _ = recite(x11.probe(TARGET), [start + junk])
    except PeerError:
        return
    assert set(heard.facts) <= set(x11.FACTS)
    assert len(str(heard.facts)) < 600


@given(st.binary(max_size=80), st.sampled_from([b"", REFUSED[:8], small()[:30]]))
def test_any_bytes_end_in_facts_or_in_a_protocol_error(junk, start):
    try:
        heard = x11.parse(start + junk)
    except ProtocolError:
        return
    assert set(heard.facts) <= set(x11.FACTS)
