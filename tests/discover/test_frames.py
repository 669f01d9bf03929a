"""Frames as they go out and as they are read. Bytes are written from RFC 826, RFC 791 and RFC 9293; checksums were computed by hand with RFC 1071."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.frames import Frames, checksum, read_neighbour

OURS = bytes.fromhex("020000000001")
THEIRS = bytes.fromhex("4419b6000005")
ADDRESS = 0x0A630005  # 10.99.0.5
ARP = bytes.fromhex("ffffffffffff 020000000001 0806 0001 0800 06 04 0001 020000000001 0a630001 000000000000 00000000")
IPV4 = "4500 002c 0000 4000 40 06 0000 0a630001 00000000"
SYN = OURS + OURS + bytes.fromhex(f"0800 {IPV4} f000 0000 00000000 00000000 60 02 0400 0000 0000 020405b4")


@pytest.fixture
def frames():
    return Frames(ARP, SYN, b"k" * 16)


def answer(frames, *, flags=0x12, port=80, off=1, to=0xF000, options=b""):
    head = bytes((0x40 | (5 + len(options) // 4),)) + bytes.fromhex("00 0028 0000 4000 40 06 0000 0a630005 0a630001")
    tcp = struct.pack(
        "!HHIIBBHHH", port, to, 7, (frames.cookie(ADDRESS, port) + off) & 0xFFFFFFFF, 0x50, flags, 0, 0, 0
    )
    return OURS + THEIRS + b"\x08\0" + head + options + tcp


def test_an_arp_request_asks_for_the_address_and_changes_nothing_else(frames):
    assert frames.arp(ADDRESS) == ARP[:38] + bytes.fromhex("0a630005")


def test_a_syn_goes_to_mac_address_and_port_with_checksums_that_are_right(frames):
    frame = frames.syn(THEIRS, ADDRESS, 443)
    assert frame[:14] == THEIRS + OURS + b"\x08\0"
    assert frame[26:34] == bytes.fromhex("0a630001 0a630005")
    assert frame[34:38] == bytes.fromhex("f000 01bb")
    assert int.from_bytes(frame[38:42], "big") == frames.cookie(ADDRESS, 443)
    assert checksum(frame[14:34]) == 0
    assert checksum(frame[26:34] + b"\0\x06\0\x18" + frame[34:]) == 0


def test_one_syn_leaves_no_trace_in_the_next(frames):
    fresh = Frames(ARP, SYN, b"k" * 16).syn(THEIRS, ADDRESS, 80)
    frames.syn(OURS, 0xFFFFFFFE, 65535)
    assert frames.syn(THEIRS, ADDRESS, 80) == fresh


def test_the_checksum_is_that_of_the_example_in_rfc_1071():
    assert checksum(bytes.fromhex("0001 f203 f4f5 f6f7")) == ~0xDDF2 & 0xFFFF


def test_an_arp_reply_gives_address_and_mac(frames):
    reply = (
        OURS
        + THEIRS
        + bytes.fromhex("0806 0001 0800 06 04 0002")
        + THEIRS
        + bytes.fromhex("0a630005")
        + OURS
        + bytes(22)
    )
    assert frames.read_arp(reply) == (ADDRESS, THEIRS)
    assert frames.read_arp(ARP) is None


@pytest.mark.parametrize(("flags", "read"), [(0x12, True), (0x14, False), (0x04, False), (0x10, None), (0x02, None)])
def test_an_answer_to_a_syn_says_open_closed_or_nothing(frames, flags, read):
    assert frames.read_tcp(answer(frames, flags=flags)) == (None if read is None else (ADDRESS, 80, read))


def test_ip_options_move_the_tcp_header(frames):
    assert frames.read_tcp(answer(frames, options=bytes.fromhex("94040000"))) == (ADDRESS, 80, True)


@pytest.mark.parametrize("stray", [{"off": 0}, {"off": 2}, {"to": 0xF001}])
def test_a_stray_syn_ack_does_not_count(frames, stray):
    assert frames.read_tcp(answer(frames, **stray)) is None


def test_sequence_numbers_cannot_be_guessed_from_another_sweep(frames):
    assert Frames(ARP, SYN, b"l" * 16).cookie(ADDRESS, 80) != frames.cookie(ADDRESS, 80)


@given(st.integers(0, 80), st.binary(max_size=80))
def test_junk_is_read_as_nothing_or_as_an_answer_and_never_raises(cut, junk):
    frames = Frames(ARP, SYN, b"k" * 16)
    for frame in (junk, answer(frames)[:cut] + junk):
        assert frames.read_arp(frame) is None or len(frame) >= 42
        assert frames.read_tcp(frame) in (None, (ADDRESS, 80, True), (ADDRESS, 80, False))


# RFC 8200, section 3; RFC 4443, section 4.2; RFC 4861, section 4.4. From fd00:77::5 to fd00:77::1.
ECHO_REPLY = bytes.fromhex(
    "020000000001 4419b6000005 86dd 60000000 0008 3a 40 fd000077000000000000000000000005 fd000077000000000000000000000001 81 00 0000 0001 0001"
)
ADVERTISEMENT = bytearray(ECHO_REPLY)
ADVERTISEMENT[54], ADVERTISEMENT[21] = 136, 255


@pytest.mark.parametrize("frame", [ECHO_REPLY, bytes(ADVERTISEMENT)])
def test_a_neighbour_is_read_from_what_it_sends(frame):
    assert read_neighbour(frame) == (0xFD000077 << 96 | 5, THEIRS)


@pytest.mark.parametrize(
    ("at", "value"), [(12, 0x08), (14, 0x40), (20, 6), (54, 128), (54, 134), (54, 137), (22, 0xFF)]
)
def test_what_is_no_answer_of_a_neighbour_is_not_read(at, value):
    frame = bytearray(ECHO_REPLY)
    frame[at] = value
    assert read_neighbour(bytes(frame)) is None


def test_an_advertisement_that_came_through_a_router_is_not_believed():
    frame = bytearray(ADVERTISEMENT)
    frame[21] = 254
    assert read_neighbour(bytes(frame)) is None


def test_an_address_that_is_none_yet_is_nobody_s():
    frame = ADVERTISEMENT[:22] + bytes(16) + ADVERTISEMENT[38:]
    assert read_neighbour(bytes(frame)) is None


@given(st.binary(max_size=120), st.integers(0, 62))
def test_junk_is_read_as_nothing_or_as_an_address(junk, cut):
    for frame in (junk, ECHO_REPLY[:cut] + junk):
        read = read_neighbour(frame)
        assert read is None or (0 < read[0] < 0xFF << 120 and len(read[1]) == 6)
