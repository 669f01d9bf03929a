import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.errors import PeerError, ProtocolError
from inventory.model import Endpoint
from scanner.conversation import Target
from scanner.protocols import adb

TARGET = Target(Endpoint("192.0.2.1", 5555))
# Android Open Source Project, packages/modules/adb, protocol.txt: the header of 24 bytes, and the banner of a device.
BANNER = (
    b"device::ro.product.name=rk3288_box;ro.product.model=SIGN-BOX 4K;ro.product.device=rk3288;features=cmd,shell_v2"
)
OPEN = adb.message(b"CNXN", 0x01000001, 0x100000, BANNER)
KEY = adb.message(b"AUTH", 1, 0, bytes(range(20)))
TLS = adb.message(b"STLS", 0x01000000, 0, b"")


def test_an_open_bridge_says_which_device_it_is(recite):
    heard, sent = recite(adb.probe(TARGET), [OPEN])
    assert heard.facts == {
        "adb.open": True,
        "adb.asks": "nothing",
        "adb.state": "device",
        "adb.product": "rk3288_box",
        "adb.model": "SIGN-BOX 4K",
        "adb.device": "rk3288",
    }
    # "CNXN", version 0x01000000, 4096 bytes, 7 of data with the sum 0x232, the complement of "CNXN"; "host::" and a zero.
    assert sent == [bytes.fromhex("434e584e 00000001 00100000 07000000 32020000 bcb1a7b1 686f73743a3a00")]


@pytest.mark.parametrize(("answer", "asks"), [(KEY, "a key"), (TLS, "TLS")])
def test_a_bridge_that_asks_is_shown_nothing(recite, answer, asks):
    heard, sent = recite(adb.probe(TARGET), [answer])
    assert heard.facts == {"adb.open": False, "adb.asks": asks}
    assert sent == [adb.CONNECT]


@pytest.mark.parametrize(
    ("banner", "facts"),
    [
        (b"device::", {"adb.state": "device"}),
        (b"recovery::ro.product.model=\xff\x1b[2J;\0", {"adb.state": "recovery", "adb.model": r"\xff\x1b[2J"}),
        (b"device::ro.product.model=a=b;;=;x", {"adb.state": "device", "adb.model": "a=b"}),
    ],
)
def test_a_banner_may_say_little_or_nonsense(banner, facts):
    heard = adb.parse(adb.message(b"CNXN", 0x01000000, 4096, banner))
    assert {
        name: value for name, value in heard.facts.items() if name not in {"adb.open", "adb.asks"}
    }.keys() == facts.keys()
    assert heard.facts["adb.state"] == facts["adb.state"]
    assert "\x1b" not in str(heard.facts.values())


@pytest.mark.parametrize(
    "request_bytes",
    [
        adb.message(b"OPEN", 1, 0, b"shell:id\0"),
        adb.message(b"AUTH", 3, 0, b"QAAAA key\0"),
        adb.message(b"AUTH", 2, 0, bytes(256)),
        adb.message(b"CNXN", 0x01000000, 4096, b"device::\0"),
        adb.CONNECT + adb.message(b"OPEN", 1, 0, b"reboot:\0"),
    ],
)
def test_no_service_and_no_key_is_in_its_says(request_bytes):
    assert not any(say.allows(request_bytes) for say in adb.SAYS)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        OPEN[:23],
        OPEN[:60],
        b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
        OPEN[:20] + bytes(4) + OPEN[24:],
        adb.message(b"OKAY", 1, 1, b""),
        adb.message(b"CNXN", 0x01000000, 4096, b"host::"),
        adb.message(b"CNXN", 0x01000000, 4096, b""),
        OPEN[:12] + b"\xff\xff\xff\x7f" + OPEN[16:],
    ],
)
def test_what_is_cut_short_or_something_else_is_a_peer_error(recite, answer):
    with pytest.raises(PeerError):
        recite(adb.probe(TARGET), [answer])


def frames(data: bytes) -> bytes:
    return adb.message(b"CNXN", 0x01000000, 4096, data)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # recite keeps no state
@given(
    st.one_of(
        st.binary(max_size=80),
        st.binary(max_size=80).map(frames),
        st.binary(max_size=80).map(lambda data: frames(b"device:" + data)),
    )
)
def test_junk_ends_in_facts_or_in_a_peer_error(recite, junk):
    try:
        heard, _ = recite(adb.probe(TARGET), [junk])
    except PeerError:
        return
    assert set(heard.facts) <= set(adb.FACTS)


@given(st.binary(max_size=80))
def test_any_bytes_end_in_facts_or_in_a_protocol_error(junk):
    try:
        heard = adb.parse(junk)
    except ProtocolError:
        return
    assert set(heard.facts) <= set(adb.FACTS)
