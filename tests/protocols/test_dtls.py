import random
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import PeerError, ProtocolError, TimedOut
from inventory.model import Device, Endpoint, Facts, Observation
from scanner.codecs import dtls as codec
from scanner.codecs.dtls import Assembly
from scanner.conversation import ReadSome, Reconnect, Safety, Send, Step, Target
from scanner.protocols import dtls
from tests.holding import hold_with

TARGET = Target(Endpoint("192.0.2.1", 5684, "udp"))
BYTES = Path(__file__).parent.parent / "bytes/dtls"


def recorded(name: str) -> list[list[bytes]]:
    """The datagrams of each socket: one a line, the sockets parted by an empty line."""
    sockets = (BYTES / name).read_text().split("\n\n")
    return [[bytes.fromhex(line) for line in socket.split()] for socket in sockets]


SHARED_KEY, CERTIFICATE = recorded("libcoap-4.3.1-psk.hex"), recorded("gnutls-3.7-mtu-200.hex")
VERIFY = CERTIFICATE[0][0]
REFUSED = bytes.fromhex("15 feff 0000 000000000000 0002 02 28")  # fatal handshake_failure


class Node:
    """Answers each hello of each socket with what is there for it, one list of datagrams for each; then it is silent."""

    def __init__(self, sockets: list[list[bytes]]) -> None:
        self._sockets = [list(each) for each in sockets]
        self._left = self._sockets.pop(0) if self._sockets else []
        self.sent: list[bytes] = []
        self.sockets = 1

    def answer(self, step: Step) -> bytes:
        match step:
            case Send(data):
                self.sent.append(data)
                return b""
            case Reconnect():
                self._left = self._sockets.pop(0) if self._sockets else []
                self.sockets += 1
                return b""
            case ReadSome(limit):
                if not self._left:
                    raise TimedOut
                return self._left.pop(0)[:limit]
        raise AssertionError(f"{step} over UDP")


def ask(sockets: list[list[bytes]]):
    node = Node(sockets)
    return hold_with(dtls.probe(TARGET), node.answer), node


def said(node: Node) -> list[str]:
    """What was sent, in the words of SAYS; fails where something is not in it."""
    return [next(say.name for say in dtls.SAYS if say.allows(request)) for request in node.sent]


def test_names_the_versions_the_picks_and_the_leaf():
    heard, node = ask(CERTIFICATE)
    assert heard.facts["tls.versions"] == ("DTLSv1.0", "DTLSv1.2")
    assert heard.facts["tls.suites"] == ("DTLSv1.0 0xc009", "DTLSv1.2 0xc02b")
    assert heard.facts["tls.settled"] == ("versions",)
    assert (heard.facts["tls.subject"], heard.facts["tls.key_bits"]) == ("CN=node.test", 256)
    assert set(heard.facts) <= set(dtls.FACTS)
    assert said(node) == ["client-hello DTLSv1.2"] * 2 + ["close-alert"] + ["client-hello DTLSv1.0"] * 2 + [
        "close-alert"
    ]


def test_a_server_of_pre_shared_keys_is_named_as_such():
    heard, node = ask(SHARED_KEY)
    assert heard.facts == {
        "tls.versions": ("DTLSv1.2",),
        "tls.suites": ("DTLSv1.2 0xc0a8",),
        "tls.settled": ("versions",),
        "tls.certificate_error": "it wants a pre-shared key",
    }
    assert node.sockets == 3


def test_the_cookie_is_brought_back_in_the_same_hello():
    _, node = ask(CERTIFICATE)
    first, second = node.sent[:2]
    cookie = codec.parse_cookie(VERIFY[25:])
    assert cookie in second
    assert cookie not in first
    assert second[27:59] == first[27:59]  # the random (RFC 6347, section 4.2.1)


def test_a_server_without_cookies_is_read_at_once():
    heard, node = ask([CERTIFICATE[0][1:], [REFUSED]])
    assert heard.facts["tls.versions"] == ("DTLSv1.2",)
    assert "tls.sha256" in heard.facts
    assert node.sockets == 2


def test_fragments_may_come_in_any_order_and_twice():
    flight = CERTIFICATE[0][1:]
    shuffled = flight[:-1] * 2
    random.Random(7).shuffle(shuffled)
    heard, _ = ask([[VERIFY, *shuffled, flight[-1]], []])
    whole, _ = ask(CERTIFICATE)
    assert heard.facts["tls.sha256"] == whole.facts["tls.sha256"]


def test_a_flight_without_its_end_is_read_as_far_as_it_goes():
    heard, _ = ask([CERTIFICATE[0][:2], [REFUSED]])
    assert heard.facts["tls.versions"] == ("DTLSv1.2",)
    assert "tls.sha256" not in heard.facts


def test_a_version_that_is_met_with_silence_is_not_settled():
    heard, _ = ask([CERTIFICATE[0]])
    assert heard.facts["tls.versions"] == ("DTLSv1.2",)
    assert heard.facts["tls.unsettled"] == ("versions: DTLSv1.0: the device did not answer in time",)
    assert "tls.settled" not in heard.facts


def test_silence_over_certificates_is_followed_by_the_pre_shared_key():
    heard, _ = ask([[VERIFY], SHARED_KEY[1], [REFUSED]])
    assert heard.facts["tls.suites"] == ("DTLSv1.2 0xc0a8",)
    assert heard.facts["tls.certificate_error"] == dtls.NO_CERTIFICATE


def test_where_nobody_answers_one_hello_is_said_twice_and_no_more():
    node = Node([])
    with pytest.raises(TimedOut):
        hold_with(dtls.probe(TARGET), node.answer)
    assert said(node) == ["client-hello DTLSv1.2"] * 2


def test_what_refuses_everything_speaks_dtls_all_the_same():
    heard, _ = ask([[REFUSED]] * 4)
    assert heard.facts["tls.versions"] == ()


def test_a_raw_public_key_is_told_from_a_certificate():
    # RFC 7250, section 3: server_certificate_type 2 in the ServerHello, a SubjectPublicKeyInfo in the Certificate.
    hello = bytes.fromhex("fefd") + bytes(32) + bytes.fromhex("00 c0ae 00 0005 0014 0001 02")
    key = b"\x30\x03abc"
    flight = message(2, 0, hello) + message(11, 1, len(key).to_bytes(3, "big") + key) + message(14, 2, b"")
    heard, _ = ask([[flight], [REFUSED], [REFUSED]])
    assert heard.facts["tls.certificate_error"] == dtls.RAW_KEY
    assert "tls.spki_sha256" in heard.facts


def message(kind: int, number: int, body: bytes, start: int = 0, end: int | None = None) -> bytes:
    """One fragment in a record of its own, RFC 6347 sections 4.1 and 4.2.2."""
    part = body[start:end]
    head = bytes((kind,)) + len(body).to_bytes(3, "big") + number.to_bytes(2, "big") + start.to_bytes(3, "big")
    payload = head + len(part).to_bytes(3, "big") + part
    return bytes.fromhex("16 fefd 0000 000000000001") + len(payload).to_bytes(2, "big") + payload


@pytest.mark.parametrize(
    "datagrams",
    [
        [b"\x60\x45\x00\x01"],  # CoAP in the clear
        [b""],
        [message(11, 0, b"no hello before it")] * 65,
        [message(3, 0, b"\xfe\xff\x00")],
        [message(3, 0, b"\xfe\xff\x20short")],
        [message(2, 0, bytes(200), 0, 50), message(2, 0, bytes(300), 50, 60)],
        [message(2, number, bytes(60000), 0, 9) for number in range(40)],
        [message(2, 0, bytes(60000), at * 2, at * 2 + 1) for at in range(300)],
        [message(2, 0, b"\xfe\xfdshort")],
        [bytes.fromhex("16 fefd 0001 000000000001 0004 00000000")] * 65,
    ],
    ids=str,
)
def test_what_is_no_dtls_is_a_peer_error(datagrams):
    with pytest.raises(PeerError):
        ask([datagrams])


def test_a_message_that_claims_to_be_endless_is_out_of_all_measure():
    with pytest.raises(ProtocolError, match="measure"):
        Assembly().feed(bytes.fromhex("0b ffffff 0000 000000 000001 00"))


@given(st.integers(0, 9), st.integers(0, 240), st.binary(max_size=80))
def test_junk_ends_in_facts_or_in_a_peer_error(which, at, junk):
    socket = list(CERTIFICATE[0])
    place = which % len(socket)
    socket[place] = socket[place][:at] + junk
    try:
        heard, node = ask([socket, *CERTIFICATE[1:]])
    except PeerError:
        return
    assert set(heard.facts) <= set(dtls.FACTS)
    assert said(node)


def test_another_message_encrypted_or_of_an_old_session_is_not_in_its_says():
    _, node = ask(CERTIFICATE)
    hello = node.sent[0]
    assert any(say.allows(hello) for say in dtls.SAYS)
    for at, other in ((0, 0x17), (4, 0x01), (13, 0x10), (59, 0x20)):  # data, epoch 1, ClientKeyExchange, a session
        changed = hello[:at] + bytes((other,)) + hello[at + 1 :]
        assert not any(say.allows(changed) for say in dtls.SAYS)


def device(*seen: tuple[str, Endpoint, Facts], ports: tuple[Endpoint, ...] = ()) -> Device:
    when = datetime(2026, 1, 1, tzinfo=UTC)
    observations = tuple(Observation(endpoint, name, facts, b"", when) for name, endpoint, facts in seen)
    return Device("address:192.0.2.1", ("192.0.2.1",), observations=observations, open_ports=ports)


COAP = Endpoint("192.0.2.1", 5683, "udp")
MDNS = Endpoint("192.0.2.1", 5353, "udp")


@pytest.mark.parametrize(
    "known",
    [
        device(("coap", COAP, {"coap.code": "2.05"})),
        device(("mdns", MDNS, {"mdns.services": ("_http._tcp", "_coap._udp")})),
        device(("mdns", MDNS, {"mdns.services": ("_coaps._udp",)})),
        device(ports=(TARGET.endpoint,)),
        device(("coap", COAP, {}), ports=(TARGET.endpoint,)),
    ],
)
def test_where_coap_is_it_is_asked_once(known):
    assert dtls.invited(known) == (TARGET,)


@pytest.mark.parametrize(
    "known", [device(), device(("mdns", MDNS, {})), device(("dtls", TARGET.endpoint, {}), ports=(TARGET.endpoint,))]
)
def test_nothing_else_invites(known):
    assert dtls.invited(known) == ()


def test_it_is_asked_of_no_device_unasked():
    assert (dtls.SAFETY, dtls.PORTS) == (Safety.B, ())
