import pytest

from lab.account import Account
from lab.services.mqtt import Mqtt

# MQTT 3.1.1, section 3.1: protocol name MQTT, level 4, flags, keep alive 60, client id "t"; with 0xC2 also user "u" and password "p".
CONNECT = bytes.fromhex("100d 0004") + b"MQTT" + bytes.fromhex("04 02 003c 0001") + b"t"
CONNECT_AS_U = bytes.fromhex("1013 0004") + b"MQTT" + bytes.fromhex("04 c2 003c 0001") + b"t\0\1u\0\1p"
CONNECT_3_1 = bytes.fromhex("100f 0006") + b"MQIsdp" + bytes.fromhex("03 02 003c 0001") + b"t"
CONNECT_5 = bytes.fromhex("100e 0004") + b"MQTT" + bytes.fromhex("05 02 003c 00 0001") + b"t"
DISCONNECT = bytes.fromhex("e000")


def subscribe(topic):
    """Section 3.8: packet id 1, one topic filter, quality of service 0."""
    body = b"\0\1" + len(topic).to_bytes(2, "big") + topic + b"\0"
    return bytes((0x82, len(body))) + body


@pytest.mark.parametrize("connect", [CONNECT, CONNECT_3_1])
async def test_an_open_broker_accepts_anyone(build, connect):
    house = await build(Mqtt())
    assert await house.talk(1883, connect + DISCONNECT) == bytes.fromhex("20020000")
    assert house.log.logins == {}


@pytest.mark.parametrize(
    ("connect", "answer"), [(CONNECT, "20020005"), (CONNECT_3_1, "20020005"), (CONNECT_5, "2003008700")]
)
async def test_a_closed_broker_refuses_whoever_gives_no_name(build, connect, answer):
    house = await build(Mqtt(account=Account("waspmote")))
    assert await house.talk(1883, connect) == bytes.fromhex(answer)
    assert house.log.logins == {}


async def test_a_closed_broker_lets_its_account_in_and_no_other(build):
    house = await build(Mqtt(port=1884, account=Account("u", "p")), Mqtt(port=1885, account=Account("u", "q")))
    assert await house.talk(1884, CONNECT_AS_U + DISCONNECT) == bytes.fromhex("20020000")
    assert await house.talk(1885, CONNECT_AS_U) == bytes.fromhex("20020004")
    assert house.log.logins == {"u": 1}


async def test_tells_its_version_to_whoever_asks_for_it(build):
    house = await build(Mqtt(version="mosquitto version 2.0.18"))
    heard = await house.talk(1883, CONNECT + subscribe(b"$SYS/broker/version") + DISCONNECT)
    granted, published = bytes.fromhex("9003000100"), b"\x31\x2d\x00\x13$SYS/broker/versionmosquitto version 2.0.18"
    assert heard == bytes.fromhex("20020000") + granted + published
    assert house.harms == []


@pytest.mark.parametrize("topic", [b"#", b"+/status", b"lamps/7/dim"])
async def test_reading_what_the_city_says_is_harm(build, topic):
    house = await build(Mqtt())
    heard = await house.talk(1883, CONNECT + subscribe(topic) + DISCONNECT)
    assert heard.endswith(bytes.fromhex("9003000180"))
    assert house.harms == [f"an MQTT subscription to {topic.decode()!r}"]


async def test_publishing_is_harm(build):
    house = await build(Mqtt())
    await house.talk(1883, CONNECT + b"\x30\x06\x00\x01aoff" + DISCONNECT)
    assert house.harms == ["an MQTT PUBLISH"]


@pytest.mark.parametrize(
    "junk",
    [b"GET / HTTP/1.1\r\n".ljust(80), b"\x10\x00", b"\x10\x02\x00\x04", b"\x10\xff\xff\xff\xff\x7f", b"\x82\x00"],
)
async def test_hangs_up_on_what_is_no_connect(build, junk):
    house = await build(Mqtt())
    assert await house.talk(1883, junk) in (b"", bytes.fromhex("20020001"))


@pytest.mark.real
async def test_mosquitto_sub_reads_the_version(build, tool):
    house = await build(Mqtt(version="mosquitto version 2.0.18"))
    said = await tool("mosquitto_sub", "-h", house.address, "-t", "$SYS/broker/version", "-C", "1", "-W", "10")
    assert said.text == "mosquitto version 2.0.18\n"
