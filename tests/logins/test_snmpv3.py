import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.contract import Account, Verdict
from scanner.codecs import usm
from scanner.logins import snmpv3

NUMBER = 0x40000001
ADMIN = Account("nec", "adminmd5", "adminmd5", "md5")
# Recorded from net-snmp 5.9.3 (Debian's snmpd), with our message ID, for the users adminmd5 (MD5), secure (SHA, privacy asked for) and initial (nothing).
ENGINE = bytes.fromhex(
    "30710201033011020440000001020300ffe30401000201030421301f041180001f88806b68f63d1c7a016b00000000020101020101040004000400"
    "3036041180001f88806b68f63d1c7a016b000000000400a81f0204400000010201000201003011300f060a2b060106030f01010400410101"
)
ANSWER = bytes.fromhex(
    "3081b60201033011020440000001020300ffe304010102010304353033041180001f88806b68f63d1c7a016b00000000020101020101040861646d69"
    "6e6d6435040c67c3b0b722043fafd393ee9804003067041180001f88806b68f63d1c7a016b000000000400a250020440000001020100020100304230"
    "4006082b06010201010100043445636f6e6f6c69746520436f62616c74204154433b204c696e757820322e362e33353b206275696c6420323031332d"
    "30362d3138"
)
WRONG_DIGEST = bytes.fromhex(
    "30790201033011020440000001020300ffe304010002010304293027041180001f88806b68f63d1c7a016b00000000020101020101040861646d696e"
    "6d6435040004003036041180001f88806b68f63d1c7a016b000000000400a81f0204400000010201000201003011300f060a2b060106030f01010500"
    "410101"
)
UNKNOWN_USER = bytes.fromhex(
    "30770201033011020440000001020300ffe304010002010304273025041180001f88806b68f63d1c7a016b0000000002010102010104066e6f626f64"
    "79040004003036041180001f88806b68f63d1c7a016b000000000400a81f0204400000010201000201003011300f060a2b060106030f010103004101"
    "01"
)
PRIVACY_ASKED = bytes.fromhex(
    "3081800201033011020440000001020300ffe304010102010304333031041180001f88806b68f63d1c7a016b00000000020101020101040673656375"
    "7265040c7788d3335a1ece3bce5b569804003033041180001f88806b68f63d1c7a016b000000000400a21c020440000001020110020100300e300c06"
    "082b060102010101000500"
)
UNSUPPORTED_LEVEL = bytes.fromhex(
    "30780201033011020440000001020300ffe304010002010304283026041180001f88806b68f63d1c7a016b000000000201010201010407696e697469"
    "616c040004003036041180001f88806b68f63d1c7a016b000000000400a81f0204400000010201000201003011300f060a2b060106030f0101010041"
    "0101"
)
NOT_IN_TIME = bytes.fromhex(
    "3081850201033011020440000001020300ffe304010102010304353033041180001f88806b68f63d1c7a016b00000000020101020101040861646d69"
    "6e6d6435040cca0ad110b6394bbc1235400d04003036041180001f88806b68f63d1c7a016b000000000400a81f020440000001020100020100301130"
    "0f060a2b060106030f01010200410101"
)
BARE = bytes.fromhex(
    "3081a90201033011020440000001020300ffe304010002010304283026041180001f88806b68f63d1c7a016b000000000201010201010407696e6974"
    "69616c040004003067041180001f88806b68f63d1c7a016b000000000400a2500204400000010201000201003042304006082b060102010101000434"
    "45636f6e6f6c69746520436f62616c74204154433b204c696e757820322e362e33353b206275696c6420323031332d30362d3138"
)


@pytest.fixture(autouse=True)
def _known_number(monkeypatch):
    monkeypatch.setattr(snmpv3, "fresh_number", lambda: NUMBER)


# RFC 3414, sections A.3.1 and A.3.2: the password "maplesyrup" as a key of the engine 00 … 02.
@pytest.mark.parametrize(
    ("scheme", "key"),
    [("md5", "526f5eed9fcce26f8964c2930787d82b"), ("sha", "6695febc9288e36282235fc7151f128497b38f3f")],
)
def test_a_key_is_made_as_the_standard_says(scheme, key):
    assert usm.local_key(b"maplesyrup", bytes(11) + b"\2", scheme).hex() == key


def test_a_key_of_nothing_is_an_error_of_ours():
    with pytest.raises(ValueError, match="empty"):
        usm.local_key(b"", bytes(12), "md5")


@pytest.mark.parametrize(("scheme", "size"), [("sha224", 16), ("sha256", 24), ("sha384", 32), ("sha512", 48)])
def test_the_longer_hashes_are_cut_as_rfc_7860_says(scheme, size):
    assert len(usm.User("x", scheme, b"key").sign(b"message")) == size


async def test_a_signed_answer_opens_and_is_the_proof(scripted):
    line = scripted([[b"", ENGINE, ANSWER]])
    answer = await snmpv3.attempt(line, ADMIN)
    assert (answer.verdict, answer.reason) == (Verdict.OPENED, "")
    assert answer.evidence.startswith(b"an answer authenticated with the user's key (md5): Econolite")
    # The digest that the recorded agent took.
    assert (
        line.sent[1]
        .hex()
        .endswith(
            "040861646d696e6d6435040c3d4fe735d1126658b0b6a64b04003033041180001f88806b68f63d1c7a016b000000000400a01c"
            "020440000001020100020100300e300c06082b060102010101000500"
        )
    )


async def test_an_answer_signed_with_another_key_opens_nothing(scripted):
    other = Account("x", "adminmd5", "another1", "md5")
    answer = await snmpv3.attempt(scripted([[b"", ENGINE, ANSWER]]), other)
    assert answer.verdict is Verdict.UNREACHED
    assert "not authenticated" in answer.reason


@pytest.mark.parametrize("at", [10, 60, 90, 170])
async def test_an_answer_that_was_tampered_with_opens_nothing(scripted, at):
    tampered = ANSWER[:at] + bytes((ANSWER[at] ^ 1,)) + ANSWER[at + 1 :]
    line = scripted([[b"", ENGINE, tampered]], silent=True)
    assert (await snmpv3.attempt(line, ADMIN)).verdict is Verdict.UNREACHED


async def test_our_own_request_sent_back_opens_nothing(scripted):
    line = scripted([[b"", ENGINE, lambda request: request]], silent=True)
    assert (await snmpv3.attempt(line, ADMIN)).verdict is Verdict.UNREACHED


@pytest.mark.parametrize(
    ("report", "reason"), [(WRONG_DIGEST, "the digest is wrong"), (UNKNOWN_USER, "it knows no such user")]
)
async def test_a_report_of_a_wrong_digest_or_an_unknown_user_refuses(scripted, report, reason):
    answer = await snmpv3.attempt(scripted([[b"", ENGINE, report]]), ADMIN)
    assert (answer.verdict, answer.reason) == (Verdict.REFUSED, reason)


async def test_a_user_who_must_encrypt_is_proven_by_the_signed_refusal(scripted):
    secure = Account("x", "secure", "adminmd5", "sha")
    answer = await snmpv3.attempt(scripted([[b"", ENGINE, PRIVACY_ASKED]]), secure)
    assert answer.verdict is Verdict.OPENED
    assert b"authorizationError" in answer.evidence


async def test_another_security_level_says_nothing_of_the_password(scripted):
    initial = Account("x", "initial", "adminmd5", "md5")
    answer = await snmpv3.attempt(scripted([[b"", ENGINE, UNSUPPORTED_LEVEL]]), initial)
    assert answer.verdict is Verdict.UNREACHED
    assert "says nothing of the password" in answer.reason


async def test_a_clock_that_is_off_is_set_once(scripted):
    line = scripted([[b"", ENGINE, NOT_IN_TIME, ANSWER]])
    assert (await snmpv3.attempt(line, ADMIN)).verdict is Verdict.OPENED
    assert len(line.sent) == 3
    line = scripted([[b"", ENGINE, NOT_IN_TIME, NOT_IN_TIME]])
    assert (await snmpv3.attempt(line, ADMIN)).verdict is Verdict.OPENED  # the report itself is signed
    assert len(line.sent) == 3


async def test_a_user_without_a_password_opens_by_what_it_reads(scripted):
    answer = await snmpv3.attempt(scripted([[b"", ENGINE, BARE]]), Account("x", "initial", ""))
    assert (answer.verdict, answer.evidence) == (
        Verdict.OPENED,
        b"Econolite Cobalt ATC; Linux 2.6.35; build 2013-06-18",
    )


async def test_nobody_is_asked_for_a_user(scripted):
    nobody = Account("control:anonymous", "", "")
    assert (await snmpv3.attempt(scripted([[b"", ENGINE, UNKNOWN_USER]]), nobody)).verdict is Verdict.REFUSED
    assert (await snmpv3.attempt(scripted([[b"", ENGINE, BARE]]), nobody)).verdict is Verdict.NO_LOGIN_ASKED


@pytest.mark.parametrize("script", [[b"", None], [b"", ENGINE, None], [b"", UNKNOWN_USER[:40]]])
async def test_silence_and_broken_answers_refuse_nothing(scripted, script):
    assert (await snmpv3.attempt(scripted([script], silent=True), ADMIN)).verdict is Verdict.UNREACHED


@pytest.mark.parametrize(
    "account", [Account("x", "a", "", "md5"), Account("x", "a", "b", "crc"), Account("x", "n" * 33, "password")]
)
async def test_what_no_message_can_say_is_not_tried(scripted, account):
    line = scripted([[b"", ENGINE]])
    assert (await snmpv3.attempt(line, account)).verdict is Verdict.NOT_TRIED
    assert line.sent == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # the fixtures keep nothing between examples
@given(st.integers(0, len(ANSWER) - 1), st.binary(max_size=40))
async def test_junk_in_an_answer_opens_nothing(scripted, at, junk):
    line = scripted([[b"", ENGINE, ANSWER[:at] + junk]], silent=True)
    answer = await snmpv3.attempt(line, ADMIN)
    assert answer.verdict is Verdict.UNREACHED or ANSWER[:at] + junk == ANSWER
    assert b"adminmd5" not in answer.evidence


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, len(ENGINE)), st.binary(max_size=40))
async def test_junk_in_a_discovery_ends_in_a_verdict(scripted, at, junk):
    answer = await snmpv3.attempt(scripted([[b"", ENGINE[:at] + junk, ANSWER]], silent=True), ADMIN)
    assert answer.verdict in {Verdict.UNREACHED, Verdict.OPENED}
