import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.clue import Span, load_methods
from inventory.errors import PeerError, ProtocolError, TimedOut
from inventory.model import Endpoint
from scanner.conversation import ReadSome, Safety, Target
from scanner.protocols import ntp
from tests.datagrams import Datagrams
from tests.holding import hold_with

TARGET = Target(Endpoint("192.0.2.1", 123, "udp"))
# Recorded from ntpd of ntpsec 1.2.2 (Debian 12) over 127.0.0.1.
NTPSEC = (
    bytes.fromhex("d682 0001 c016 0000 0000 0052")
    + b'processor="x86_64", system="Linux/6.18.44-fc-v669",\r\nversion="ntpd ntpsec-1.2.2"\r\n\0\0'
)
# The same ntpd, asked for a variable that it has not, and for an association that it has not.
NO_VARIABLE = bytes.fromhex("d6c2 0001 0500 0000 0000 0000")
NO_ASSOCIATION = bytes.fromhex("d6c2 0001 0400 0063 0000 0000")
# What ntpq printed of a Raspberry Pi with ntpd 4.2.6p5, in a message of RFC 9327.
OF_A_PI = b'version="ntpd 4.2.6p5@1.2349-o Mon Nov  2 04:29:47 UTC 2015 (1)",\r\nprocessor="armv6l", system="Linux/4.1.17+"\r\n'
# The beginning of what a Cisco or an EqualLogic answers, which leave out or add variables (rapid7/recog, xml/ntp_banners.xml).
WITHOUT_VERSION = b'processor="i386", system="JUNOS7.0R2.7", leap=0, stratum=3\r\n'
UNQUOTED = b"version=Domain Time II 5.2.b.20140523,hostname=blah,domain=blah,flat=blah,system=Win2008 x64,processor=x64"


def control(data, *, more=False, offset=0, size=None, number=1):
    """An answer to READVAR with that part of the variables (RFC 9327, section 2)."""
    flags = 0x82 | (0x20 if more else 0)
    counted = len(data) if size is None else size
    head = bytes((0x16, flags)) + number.to_bytes(2, "big") + bytes(4)
    return head + offset.to_bytes(2, "big") + counted.to_bytes(2, "big") + data + bytes(-len(data) % 4)


def hold(*datagrams):
    peer = Datagrams(datagrams)
    return hold_with(ntp.probe(TARGET), peer.answer), peer.sent


def test_reads_what_ntpsec_says():
    heard, sent = hold(NTPSEC)
    assert heard.facts == {
        "ntp.version": "ntpd ntpsec-1.2.2",
        "ntp.processor": "x86_64",
        "ntp.system": "Linux/6.18.44-fc-v669",
    }
    assert sent == [ntp.REQUEST]
    assert ntp.SAYS[0].allows(ntp.REQUEST)


def test_the_question_names_three_variables_and_nothing_more():
    # RFC 9327, section 2: version 2 and mode 6, READVAR, sequence 1, status, association and offset 0, 24 bytes.
    assert bytes.fromhex("16 02 0001 0000 0000 0000 0018") + b"version,processor,system" == ntp.REQUEST
    assert len(ntp.REQUEST) % 4 == 0
    assert ntp.SAFETY is Safety.A


@pytest.mark.parametrize("answer", [NTPSEC, control(OF_A_PI), control(WITHOUT_VERSION)])
def test_an_answer_is_at_most_ten_times_as_long_as_the_question(answer):
    assert len(answer) <= 10 * len(ntp.REQUEST)


def test_the_day_of_compiling_is_read_by_its_method():
    said = hold(control(OF_A_PI))[0].facts["ntp.version"]
    (method,) = (each for each in load_methods() if each.name == "ntpd-build")
    assert "ntp.version" in method.facts
    span = method.read(said)
    assert isinstance(span, Span)
    assert str(span.not_before) == "2015-11-02"
    assert span.not_after is None


@pytest.mark.parametrize(
    ("data", "facts"),
    [
        (WITHOUT_VERSION, {"ntp.processor": "i386", "ntp.system": "JUNOS7.0R2.7", "ntp.stratum": 3}),
        (
            UNQUOTED,
            {
                "ntp.version": "Domain Time II 5.2.b.20140523",
                "ntp.system": "Win2008 x64",
                "ntp.processor": "x64",
            },
        ),
        (b'version="4", processor="", system=\r\n', {"ntp.version": "4"}),
        (b'version="ntpd 4.2', {}),
    ],
)
def test_reads_variables_as_servers_write_them(data, facts):
    assert hold(control(data))[0].facts == facts


def test_an_answer_in_two_datagrams_is_put_together():
    for cut in (12, 70, 90):
        first, second = control(OF_A_PI[:cut], more=True), control(OF_A_PI[cut:], offset=cut)
        assert hold(first, second)[0].facts == hold(control(OF_A_PI))[0].facts
    late = control(OF_A_PI[70:], offset=70, more=True), control(OF_A_PI[:70])
    assert hold(*late)[0].facts == hold(control(OF_A_PI))[0].facts


def test_no_third_datagram_is_waited_for():
    parts = [control(OF_A_PI[at : at + 40], offset=at, more=True) for at in (0, 40, 80)]
    peer = Datagrams(parts)
    heard = hold_with(ntp.probe(TARGET), peer.answer)
    assert "ntp.version" in heard.facts
    assert peer.answer(ReadSome()) == parts[2]


def test_what_came_counts_where_the_second_datagram_does_not_come_or_is_broken():
    first = control(OF_A_PI[:90], more=True)
    assert "ntp.version" in hold(first)[0].facts
    heard = hold(first, b"\x16\x82")[0]
    assert "ntp.version" in heard.facts
    assert isinstance(heard.failed, ProtocolError)


@pytest.mark.parametrize(
    ("datagram", "refusal"),
    [
        (NO_VARIABLE, "unknown variable"),
        (NO_ASSOCIATION, "unknown association"),
        (bytes.fromhex("16c2 0001 0700 0000 0000 0000"), "prohibited"),
        (bytes.fromhex("16c2 0001 6300 0000 0000 0000"), "error 99"),
        # RFC 5905, section 7.4: stratum 0 and a kiss code.
        (bytes.fromhex("e400 06ec 00000000 00000000") + b"RATE" + bytes(32), "RATE"),
    ],
)
def test_a_refusal_proves_the_protocol_too(datagram, refusal):
    assert hold(datagram)[0].facts == {"ntp.refusal": refusal}


def test_an_answer_with_the_time_proves_the_protocol_too():
    # RFC 5905, section 7.3: no warning, version 4, mode 4, stratum 2.
    assert hold(bytes.fromhex("2402 06ec") + bytes(44))[0].facts == {"ntp.stratum": 2}
    assert hold(bytes.fromhex("2400 06ec") + bytes(44))[0].facts == {"ntp.stratum": 0}


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        ntp.REQUEST,  # an echo
        bytes.fromhex("9700 0300") + bytes(44),  # mode 7
        bytes.fromhex("2302 06ec") + bytes(44),  # mode 3: another client
        bytes.fromhex("2402 06ec") + bytes(43),
        bytes.fromhex("2411 06ec") + bytes(44),  # stratum 17
        bytes.fromhex("0402 06ec") + bytes(44),  # version 0
        control(b"", size=1),
        control(b'version="4"', number=2),
        bytes.fromhex("1681 0001") + bytes(8),  # an answer to READSTAT
    ],
)
def test_anything_else_is_no_ntp(datagram):
    with pytest.raises(ProtocolError):
        hold(datagram)


def test_silence_is_silence():
    with pytest.raises(TimedOut):
        hold()


@pytest.mark.parametrize("whole", [NTPSEC, control(OF_A_PI), NO_VARIABLE, bytes.fromhex("2402 06ec") + bytes(44)])
def test_an_answer_that_is_cut_anywhere_ends_in_facts_or_in_protocol_error(whole):
    ended = 0
    for size in range(len(whole)):
        try:
            assert set(hold(whole[:size])[0].facts) <= set(ntp.FACTS)
        except ProtocolError:
            ended += 1
    assert ended >= len(whole) - 4  # but for what fills the last four bytes


@given(st.binary(max_size=80), st.lists(st.binary(max_size=40), max_size=2))
def test_junk_ends_in_facts_or_in_an_error_of_the_peer(junk, others):
    for datagram in (junk, control(junk), control(junk, more=True)):
        try:
            heard, _ = hold(datagram, *others)
        except PeerError:
            continue
        assert set(heard.facts) <= set(ntp.FACTS)
        assert len(heard.evidence) <= 512


def test_a_variable_without_end_is_no_fact():
    assert hold(control(b'version="' + b"A" * 1900 + b'"'))[0].facts == {}
