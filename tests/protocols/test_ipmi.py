import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import ProtocolError
from inventory.model import Endpoint
from scanner.conversation import Target
from scanner.protocols import ipmi
from tests.datagrams import Datagrams
from tests.holding import hold_with

# Recorded from the same, for the five indexes of Get Channel Cipher Suites: suites 0 to 14.
SUITES = [
    bytes.fromhex("0600ff07 00 00000000 00000000" + rest)
    for rest in (
        "19811c63 20005400 01 c000004080c001014080c002014180c0 45",
        "19811c63 20005400 01 03014181c004014182c005014183c006 ed",
        "19811c63 20005400 01 024080c007024280c008024281c00902 e6",
        "19811c63 20005400 01 4282c00a024283c00b024380c00c0243 95",
        "14811c63 20005400 01 81c00d024382c00e024383 e0",
    )
]
TARGET = Target(Endpoint("192.0.2.1", 623, "udp"))
# Recorded from ipmi_sim of OpenIPMI 2.0.33 (Debian 12) over 127.0.0.1.
SIMULATED = bytes.fromhex("0600ff07 00 00000000 00000000 10 811c63 200038 00 01 97 06 03 000000 00 07")


def answered(data: str, command: int = 0x38) -> bytes:
    """An answer of IPMI 2.0, section 13.8: its data between the two checksums."""
    body = bytes((0x20, 0, command, 0)) + bytes.fromhex(data)
    body += bytes((-sum(body) & 0xFF,))
    return bytes.fromhex("0600ff07 00 00000000 00000000") + bytes((len(body) + 3,)) + bytes.fromhex("811c63") + body


def test_reads_what_the_simulator_says():
    peer = Datagrams([SIMULATED, *SUITES])
    heard = hold_with(ipmi.probe(TARGET), peer.answer)
    assert heard.facts == {
        "ipmi.cipher_suites": tuple(map(str, range(15))),
        "ipmi.cipher_zero": True,
        "ipmi.version": "1.5 and 2.0",
        "ipmi.auth_types": ("none", "MD2", "MD5", "password in clear"),
        "ipmi.anonymous": False,
        "ipmi.null_user": True,
        "ipmi.named_users": True,
        "ipmi.message_authentication": True,
        "ipmi.default_key": True,
    }
    assert peer.sent[0] == ipmi.REQUEST
    assert len(peer.sent) == 6
    assert all(any(say.allows(request) for say in ipmi.SAYS) for request in peer.sent)


@pytest.mark.parametrize(
    ("answers", "facts"),
    [
        # Table 22-18: suite 17, and suite 0x80 of enterprise 0xc0, whose bytes are not the start of a suite 0.
        (["01 c011034481 c180c000000181"], {"suites": ("17", "128"), "zero": False}),
        (["01"], {"zero": False}),
        # Sixteen bytes and then nothing: nobody knows what the rest was.
        (["01 c003014181c003014181c003014181c0"], {}),
    ],
)
def test_the_list_of_cipher_suites_says_whether_zero_is_among_them(answers, facts):
    peer = Datagrams([SIMULATED, *(answered(data, 0x54) for data in answers)])
    heard = hold_with(ipmi.probe(TARGET), peer.answer).facts
    assert {name.removeprefix("ipmi.cipher_"): heard[name] for name in heard if "cipher" in name} == facts


def test_a_processor_that_lists_no_suites_is_heard_all_the_same():
    refused = bytes.fromhex("200054 c1")
    refused += bytes((-sum(refused) & 0xFF,))
    datagram = bytes.fromhex("0600ff07 00 00000000 00000000 08 811c63") + refused
    assert "ipmi.cipher_zero" not in hold_with(ipmi.probe(TARGET), Datagrams([SIMULATED, datagram]).answer).facts


def test_a_processor_of_version_1_5_is_asked_no_more():
    peer = Datagrams([answered("01 14 00 00")])
    hold_with(ipmi.probe(TARGET), peer.answer)
    assert peer.sent == [ipmi.REQUEST]


@given(st.binary(max_size=64))
def test_any_records_end_in_numbers(records):
    assert all(0 <= suite <= 255 for suite in ipmi.suites_of(records))


def test_the_request_is_that_of_the_specification():
    # IPMI 2.0 revision 1.1, table 13-8: both parts of the message add up to zero with their checksums.
    message = ipmi.REQUEST[14:]
    assert len(message) == ipmi.REQUEST[13] == 9
    assert sum(message[:3]) & 0xFF == sum(message[3:]) & 0xFF == 0


@pytest.mark.parametrize(
    ("data", "facts"),
    [
        (
            "01 80 25 02 a2 02 00 00",
            {"ipmi.version": "2.0", "ipmi.default_key": False, "ipmi.anonymous": True, "ipmi.oem": 674},
        ),
        ("01 14 10 00 00 00 00 00", {"ipmi.version": "1.5", "ipmi.message_authentication": False}),
        ("01 14 00 00", {"ipmi.version": "1.5", "ipmi.auth_types": ("MD5", "password in clear")}),
    ],
)
def test_reads_the_bits_of_the_answer(data, facts):
    assert facts.items() <= ipmi.parse(answered(data)).facts.items()


def test_a_refusal_says_so():
    refused = bytes.fromhex("200038 cc")
    refused += bytes((-sum(refused) & 0xFF,))
    datagram = bytes.fromhex("0600ff07 00 00000000 00000000 08 811c63") + refused
    assert ipmi.parse(datagram).facts == {"ipmi.completion": 0xCC}


def test_a_stray_presence_message_is_passed_over():
    pong = bytes.fromhex("0600ff06 000011be 40000010 000011be 00000000 81000000 00000000")
    assert hold_with(ipmi.probe(TARGET), Datagrams([pong, SIMULATED]).answer).facts["ipmi.null_user"] is True


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        b"\x05" + SIMULATED[1:],
        SIMULATED[:-1] + b"\0",
        SIMULATED[:14] + b"\x80" + SIMULATED[15:],
        SIMULATED[:4] + b"\x06" + SIMULATED[5:],
        answered("01"),
    ],
)
def test_what_answers_nothing_is_a_protocol_error(datagram):
    with pytest.raises(ProtocolError):
        ipmi.parse(datagram)


@pytest.mark.parametrize("size", range(len(SIMULATED)))
def test_an_answer_cut_anywhere_is_a_protocol_error(size):
    with pytest.raises(ProtocolError):
        ipmi.parse(SIMULATED[:size])


@given(st.binary(max_size=60), st.sampled_from([b"", SIMULATED[:14], SIMULATED[:20]]))
def test_junk_ends_in_facts_or_in_a_protocol_error(junk, start):
    try:
        heard = ipmi.parse(start + junk)
    except ProtocolError:
        return
    assert set(heard.facts) <= set(ipmi.FACTS)


@given(st.binary(min_size=4, max_size=20))
def test_any_data_ends_in_facts(data):
    assert set(ipmi.parse(answered(data.hex())).facts) <= set(ipmi.FACTS)
