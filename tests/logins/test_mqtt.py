import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.contract import Account, Verdict
from scanner.logins import mqtt

ADMIN = Account("ignition-mqtt-distributor", "admin", "changeme")
NOBODY = Account("control:anonymous", "", "")
# MQTT 3.1.1, section 3.2, and MQTT 5, section 3.2.
ACCEPTED = b"\x20\x02\0\0"


@pytest.fixture(autouse=True)
def _known_client(monkeypatch):
    monkeypatch.setattr("secrets.token_hex", lambda size: "0123456789ab"[: 2 * size])


async def test_a_connack_of_zero_opens_and_the_driver_leaves(scripted):
    line = scripted([[b"", ACCEPTED]])
    answer = await mqtt.attempt(line, ADMIN)
    assert (answer.verdict, answer.evidence) == (Verdict.OPENED, b"CONNACK return code 0")
    # Section 3.1: protocol level 4, user name, password and clean session, ten seconds.
    assert line.sent == [
        b"\x10\x2f\0\4MQTT\x04\xc2\0\x0a\0\x12tocsin0123456789ab\0\5admin\0\x08changeme",
        b"\xe0\0",
    ]


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        (2, Verdict.UNREACHED),
        (3, Verdict.UNREACHED),
        (4, Verdict.REFUSED),
        (5, Verdict.REFUSED),
        (0x86, Verdict.REFUSED),
        (0x87, Verdict.REFUSED),
        (0x8A, Verdict.LOCKED),
        (0x97, Verdict.UNREACHED),
        (0x9F, Verdict.LOCKED),
        (0x55, Verdict.UNREACHED),
    ],
)
async def test_the_return_code_decides(scripted, code, verdict):
    line = scripted([[b"", b"\x20\x02\0" + bytes((code,))]])
    assert (await mqtt.attempt(line, ADMIN)).verdict is verdict
    assert len(line.sent) == 1


@pytest.mark.parametrize("refusal", [b"\x20\x02\0\x01", b"\x20\x03\0\x84\0"])
async def test_a_broker_of_version_5_alone_is_spoken_to_in_5(scripted, refusal):
    line = scripted([[b"", refusal], [b"", b"\x20\x03\0\0\0"]])
    assert (await mqtt.attempt(line, ADMIN)).verdict is Verdict.OPENED
    assert line.sent[1] == b"\x10\x30\0\4MQTT\x05\xc2\0\x0a\0\0\x12tocsin0123456789ab\0\5admin\0\x08changeme"


async def test_a_broker_that_takes_neither_is_asked_twice_and_no_more(scripted):
    line = scripted([[b"", b"\x20\x02\0\x01"]] * 3)
    assert (await mqtt.attempt(line, ADMIN)).verdict is Verdict.UNREACHED
    assert len(line.sent) == 2


@pytest.mark.parametrize(("reply", "verdict"), [(ACCEPTED, Verdict.NO_LOGIN_ASKED), (b"\x20\x02\0\5", Verdict.REFUSED)])
async def test_nobody_connects_without_credentials(scripted, reply, verdict):
    line = scripted([[b"", reply]])
    assert (await mqtt.attempt(line, NOBODY)).verdict is verdict
    assert line.sent[0] == b"\x10\x1e\0\4MQTT\x04\x02\0\x0a\0\x12tocsin0123456789ab"


def test_a_password_without_a_name_is_sent_with_an_empty_one():
    assert mqtt.connect(4, Account("x", "", "token")).endswith(b"\0\0\0\5token")
    assert mqtt.connect(4, Account("x", "token", ""))[9] == 0x82  # section 3.1.2.8: a name alone


def test_a_long_connect_has_a_length_of_two_bytes():
    packet = mqtt.connect(4, Account("x", "u" * 100, "p" * 100))
    assert (packet[1] & 0x7F) + (packet[2] << 7) == len(packet) - 3


async def test_a_password_that_no_broker_takes_is_not_tried(scripted):
    assert (await mqtt.attempt(scripted([]), Account("x", "u", "p" * 256))).verdict is Verdict.NOT_TRIED


@pytest.mark.parametrize(
    "script", [[b"", None], [b""], [b"", b"HTTP/1.1 400 Bad Request\r\n"], [b"", b"\x20\x02\xff\0"]]
)
async def test_what_is_no_connack_refuses_nothing(scripted, script):
    assert (await mqtt.attempt(scripted([script]), ADMIN)).verdict is Verdict.UNREACHED


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # the fixtures keep nothing between examples
@given(st.binary(max_size=40))
async def test_junk_ends_in_a_verdict(scripted, junk):
    answer = await mqtt.attempt(scripted([[b"", junk], [b"", junk]], silent=True), ADMIN)
    assert answer.verdict is not Verdict.OPENED or (junk[0] == 0x20 and junk[3] == 0)


async def test_an_acceptance_of_another_size_is_none(scripted):
    answer = await mqtt.attempt(scripted([[b"", bytes.fromhex("20 7f") + bytes(127)]]), ADMIN)
    assert answer.verdict is Verdict.UNREACHED
