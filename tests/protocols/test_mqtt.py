import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import PeerError, ProtocolError
from inventory.model import Endpoint
from scanner.conversation import Target
from scanner.protocols import mqtt

TARGET = Target(Endpoint("192.0.2.1", 1883))
# MQTT 3.1.1, sections 3.2 (CONNACK), 3.9 (SUBACK) and 3.3 (PUBLISH, retained); the version is Debian's mosquitto 2.0.11.
ACCEPTED = bytes.fromhex("20020000")
SUBACK = bytes.fromhex("9003000100")
VERSION = b"\x31\x2d\x00\x13$SYS/broker/versionmosquitto version 2.0.11"
CONNECT = b"\x10\x1e\x00\x04MQTT\x04\x02\x00\x0a\x00\x12tocsin"


def test_a_broker_that_lets_anyone_in_says_its_version(recite):
    heard, sent = recite(mqtt.probe(TARGET), [ACCEPTED + SUBACK + VERSION])
    assert heard.facts == {
        "mqtt.return_code": 0,
        "mqtt.anonymous": True,
        "mqtt.broker_version": "mosquitto version 2.0.11",
    }
    assert sent[0].startswith(CONNECT)
    assert sent[1:] == [b"\x82\x18\x00\x01\x00\x13$SYS/broker/version\x00", b"\xe0\x00"]


@pytest.mark.parametrize("code", [1, 2, 3, 4, 5])
def test_a_broker_that_refuses_is_asked_nothing_more(recite, code):
    heard, sent = recite(mqtt.probe(TARGET), [bytes((0x20, 2, 0, code))])
    assert heard.facts == {"mqtt.return_code": code, "mqtt.anonymous": False}
    assert len(sent) == 1


def test_a_broker_of_version_5_only_refuses_in_its_own_way(recite):
    # MQTT 5, section 3.2.2.2: reason code 0x84, unsupported protocol version, and no properties.
    heard, _ = recite(mqtt.probe(TARGET), [bytes.fromhex("2003008400")])
    assert heard.facts == {"mqtt.return_code": 0x84, "mqtt.anonymous": False}


def test_a_broker_that_keeps_its_version_to_itself_is_still_open(recite):
    heard, sent = recite(mqtt.probe(TARGET), [ACCEPTED + bytes.fromhex("9003000180")])
    assert heard.facts == {"mqtt.return_code": 0, "mqtt.anonymous": True}
    assert sent[-1] == b"\xe0\x00"


def test_messages_of_other_topics_are_passed_over(recite):
    other = b"\x30\x07\x00\x03a/bhi"
    heard, _ = recite(mqtt.probe(TARGET), [ACCEPTED + other + SUBACK + VERSION])
    assert heard.facts["mqtt.broker_version"] == "mosquitto version 2.0.11"


def test_the_client_identifier_is_random_and_short_enough_for_any_broker():
    assert mqtt.connect() != mqtt.connect()
    assert len(mqtt.connect()) - len(CONNECT) + len("tocsin") <= 23


def test_everything_it_sends_is_in_its_says(recite):
    _, sent = recite(mqtt.probe(TARGET), [ACCEPTED + SUBACK + VERSION])
    assert all(any(say.allows(request) for say in mqtt.SAYS) for request in sent)


@pytest.mark.parametrize(
    "request_bytes",
    [b"\x82\x06\x00\x01\x00\x01#\x00", mqtt.connect()[:-1] + b"#", mqtt.SUBSCRIBE + mqtt.SUBSCRIBE],
    ids=["everything", "another name", "twice"],
)
def test_nothing_else_is_in_its_says(request_bytes):
    assert not any(say.allows(request_bytes) for say in mqtt.SAYS)


@pytest.mark.parametrize("size", range(len(ACCEPTED)))
def test_a_connack_cut_anywhere_ends_in_a_peer_error(recite, size):
    with pytest.raises(PeerError):
        recite(mqtt.probe(TARGET), [ACCEPTED[:size]])


@pytest.mark.parametrize("size", range(len(SUBACK + VERSION)))
def test_a_version_cut_anywhere_is_no_version(size):
    assert mqtt.published_version((SUBACK + VERSION)[:size]) is None


@given(st.binary(max_size=100))
def test_a_junk_stream_holds_a_version_or_none(junk):
    assert mqtt.published_version(junk) is None or isinstance(mqtt.published_version(junk), bytes)


@given(st.binary(max_size=20).map(lambda junk: b"\x20" + junk))
def test_a_junk_connack_ends_in_facts_or_in_protocol_error(junk):
    try:
        heard = mqtt.parse_connack(junk)
    except ProtocolError:
        return
    assert set(heard.facts) <= set(mqtt.FACTS)
