"""The key schedule by the trace of RFC 8448, section 3 (simple 1-RTT handshake), and the older PRFs by known answers."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import ProtocolError
from scanner.codecs.tls_codec import TLS10, TLS11, TLS12, messages
from scanner.codecs.tls_keys import PROTECTIONS, Direction, application_secrets, finished, handshake_secrets
from scanner.codecs.tls_old_keys import OLD_SUITES, Derivation, Mode, directions
from scanner.codecs.tls_session import split_records
from scanner.codecs.tls_shares import GROUPS, X25519, Share, seal_for

BYTES = Path(__file__).parents[1] / "bytes"
CLIENT = (BYTES / "tls/rfc8448-1-rtt-client.bin").read_bytes()
SERVER_HELLO, FLIGHT, TICKET = split_records((BYTES / "tls/rfc8448-1-rtt.bin").read_bytes())[0]
HELLOS = CLIENT[5:] + SERVER_HELLO[5:]
SHARED = bytes.fromhex("8bd4054fb55b9d63fdfbacf9f04b9f0d35e6d63f537563efd46272900f89492d")
AES_128_GCM = PROTECTIONS[0x1301]
PRIVATE = bytes.fromhex("49af42ba7f7994852d713ef2784bcbcaa7911de26adc5642cb634540e7ea5005")
SERVER_PUBLIC = bytes.fromhex("c9828876112095fe66762bdbf7c672e156d6cc253b833df1dd69b1b04e751f0f")


def counting(size: int) -> bytes:
    return bytes(range(size))


def test_agrees_on_the_secret_of_the_trace():
    share = Share.drawn(X25519, lambda _: PRIVATE)
    assert share.public.hex() == "99381de560e4bd43d23d8e435a7dbafeb3c06e51c13cae4d5413691e529aaf2c"
    assert share.agree(SERVER_PUBLIC) == SHARED


def test_derives_the_secrets_of_the_trace():
    secrets = handshake_secrets(AES_128_GCM, SHARED, HELLOS)
    assert secrets.stage.hex() == "1dc826e93606aa6fdc0aadc12f741b01046aa6b99f691ed221a9f0ca043fbeac"
    assert secrets.client.hex() == "b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21"
    assert secrets.server.hex() == "b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38"


def test_opens_the_flight_of_the_trace_and_finds_its_finished_right():
    secrets = handshake_secrets(AES_128_GCM, SHARED, HELLOS)
    kind, flight = Direction(AES_128_GCM, secrets.server).open(FLIGHT)
    assert kind == 22
    assert [one for one, _ in messages(flight)] == [8, 11, 15, 20]
    assert finished(AES_128_GCM, secrets.server, HELLOS + flight[:-36]) == flight[-32:]
    after = application_secrets(AES_128_GCM, secrets, HELLOS + flight)
    assert after.stage.hex() == "18df06843d13a08bf2a449844c5f8a478001bc4d4c627984d5a41da8d0402919"
    assert after.client.hex() == "9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5"
    assert Direction(AES_128_GCM, after.server).open(TICKET)[1][:8].hex() == "040000c90000001e"


def test_seals_the_finished_of_the_trace():
    secrets = handshake_secrets(AES_128_GCM, SHARED, HELLOS)
    _, flight = Direction(AES_128_GCM, secrets.server).open(FLIGHT)
    verify_data = finished(AES_128_GCM, secrets.client, HELLOS + flight)
    sealed = Direction(AES_128_GCM, secrets.client).seal(22, b"\x14\0\0\x20" + verify_data)
    assert sealed.hex() == (
        "170303003575ec4dc238cce60b298044a71e219c56cc77b0517fe9b93c7a4bfc44d87f38f80338ac98fc46deb384bd1caeacab6867d726c40546"
    )


@pytest.mark.parametrize("suite", PROTECTIONS)
def test_every_suite_opens_what_it_seals_and_nothing_else(suite):
    protection = PROTECTIONS[suite]
    ours, theirs = Direction(protection, bytes(32)), Direction(protection, bytes(32))
    first, second = ours.seal(21, b"\x01\x00"), ours.seal(22, b"late")
    assert theirs.open(first) == (21, b"\x01\x00")
    assert theirs.open(second) == (22, b"late")
    with pytest.raises(ProtocolError):
        theirs.open(second)


def test_a_record_of_padding_alone_is_refused():
    ours, theirs = Direction(AES_128_GCM, bytes(32)), Direction(AES_128_GCM, bytes(32))
    with pytest.raises(ProtocolError, match="padding"):
        theirs.open(ours.seal(0, bytes(50)))


@pytest.mark.parametrize("group", GROUPS)
def test_two_shares_of_a_group_agree(group):
    ours, theirs = Share.drawn(group, counting), Share.drawn(group, lambda size: bytes((7,)) * size)
    assert ours.agree(theirs.public) == theirs.agree(ours.public)


@pytest.mark.parametrize("group", GROUPS)
@given(public=st.binary(max_size=140))
def test_what_is_no_point_of_the_group_is_refused(group, public):
    share = Share.drawn(group, counting)
    if group == X25519 and len(public) == 32 and any(public):
        return  # nearly any 32 bytes are one
    with pytest.raises(ProtocolError):
        share.agree(public)


def test_the_prf_of_tls_12_gives_the_known_answer():
    """P_SHA256 of the test vector that the TLS working group's list gave in 2009, and that TLS libraries carry."""
    made = Derivation(TLS12, OLD_SUITES["c02f"]).expand(
        bytes.fromhex("9bbe436ba940f017b17652849a71db35"),
        b"test label",
        bytes.fromhex("a0ba9f936cda311827a6f796ffd5198c"),
        100,
    )
    assert made.hex() == (
        "e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af"
        "0fa022f7077def17abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff701"
        "87347b66"
    )


@pytest.mark.parametrize("version", [TLS10, TLS11, TLS12], ids=lambda version: version.name)
@pytest.mark.parametrize("mode", Mode)
def test_every_mode_opens_what_it_seals_and_nothing_else(version, mode):
    suite = next(suite for suite in OLD_SUITES.values() if suite.mode is mode)
    pairs = [directions(Derivation(version, suite), bytes(48), bytes(64), counting) for _ in range(2)]
    ours, theirs = pairs[0][0], pairs[1][0]
    first, second, third = ours.seal(22, b"finished"), ours.seal(21, b"\x01\x00"), ours.seal(21, b"\x01\x00")
    assert theirs.open(first) == (22, b"finished")
    assert theirs.open(second) == (21, b"\x01\x00")
    with pytest.raises(ProtocolError):
        theirs.open(third[:-1] + bytes((third[-1] ^ 1,)))


@pytest.mark.parametrize("mode", Mode)
@given(sealed=st.binary(max_size=200))
def test_junk_is_no_record(mode, sealed):
    suite = next(suite for suite in OLD_SUITES.values() if suite.mode is mode)
    _, theirs = directions(Derivation(TLS12, suite), bytes(48), bytes(64), counting)
    with pytest.raises(ProtocolError):
        theirs.open(b"\x16\x03\x03" + len(sealed).to_bytes(2, "big") + sealed)


@pytest.mark.parametrize(
    ("name", "reason"), [("ec256-sha256", "holds another key"), ("rsa512-md5", "RSA key of 512 bits")]
)
def test_what_is_no_rsa_key_of_use_is_not_sealed_with(name, reason):
    der = (BYTES / f"certificates/{name}.der").read_bytes()
    with pytest.raises(ProtocolError, match=reason):
        seal_for(der, bytes(54), counting)


@given(st.binary(max_size=80))
def test_junk_is_no_certificate_to_seal_with(der):
    with pytest.raises(ProtocolError):
        seal_for(der, bytes(48), counting)
