import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.contract import Account, Verdict
from scanner.logins import vnc

PANEL = Account("weintek-vnc", "", "111111")
NOBODY = Account("control:anonymous", "", "")
GREETING = b"RFB 003.008\n"
CHALLENGE = bytes(range(16))
OK, FAILED, TOO_MANY = b"\0\0\0\0", b"\0\0\0\1", b"\0\0\0\2"


def reason(text: bytes) -> bytes:
    return len(text).to_bytes(4, "big") + text


def test_the_answer_is_that_of_the_standard():
    # RFC 6143, section 7.2.2: what TigerVNC's vncpasswd 1.12.0 does to "111111" and "100", padded with zeros, under its fixed key, and its server reads back.
    fixed = bytes((23, 82, 107, 6, 35, 78, 88, 7)).decode("latin-1")
    assert vnc.respond(b"111111\0\0", fixed).hex() == "9065ad0d05410128"
    assert vnc.respond(b"100\0\0\0\0\0", fixed).hex() == "7361719c6efd7676"


def test_only_eight_characters_count():
    assert vnc.respond(CHALLENGE, "12345678") == vnc.respond(CHALLENGE, "123456789")


async def test_a_password_that_cannot_be_typed_costs_no_failed_login(scripted):
    line = scripted([[GREETING]])
    assert (await vnc.attempt(line, Account("own", "", "тест"))).verdict is Verdict.NOT_TRIED
    assert line.sent == []


@pytest.mark.parametrize(
    ("script", "sent"),
    [
        ([GREETING, b"\x02\x02\x10", CHALLENGE, OK], [GREETING, b"\x02"]),
        ([b"RFB 003.007\n", b"\x01\x02", CHALLENGE, OK], [b"RFB 003.007\n", b"\x02"]),
        ([b"RFB 003.003\n", b"\0\0\0\x02" + CHALLENGE, OK], [b"RFB 003.003\n"]),  # appendix A: the server chooses
    ],
)
async def test_the_servers_word_after_a_challenge_opens(scripted, script, sent):
    line = scripted([script])
    answer = await vnc.attempt(line, PANEL)
    assert (answer.verdict, answer.evidence) == (
        Verdict.OPENED,
        script[0][:11] + b": SecurityResult 0 after VNC Authentication",
    )
    assert line.sent == [*sent, vnc.respond(CHALLENGE, "111111")]  # and no ClientInit


@pytest.mark.parametrize(
    ("result", "verdict"),
    [
        (FAILED + reason(b"Authentication failure"), Verdict.REFUSED),
        (FAILED + reason(b"password check failed!"), Verdict.REFUSED),
        (FAILED + reason(b""), Verdict.REFUSED),
        (FAILED, Verdict.REFUSED),
        (FAILED + reason(b"Too many security failures"), Verdict.LOCKED),
        (FAILED + reason(b"Too many authentication failures"), Verdict.LOCKED),
        (FAILED + reason(b"Your address is blocked"), Verdict.LOCKED),
        (TOO_MANY, Verdict.LOCKED),
        (FAILED + reason(b"Too many clients connected"), Verdict.UNREACHED),
        (FAILED + reason(b"Server is already in use"), Verdict.UNREACHED),
        (b"\0\0\1\0", Verdict.UNREACHED),
    ],
)
async def test_the_result_and_its_reason_decide(scripted, result, verdict):
    line = scripted([[GREETING, b"\x01\x02", CHALLENGE, result]])
    assert (await vnc.attempt(line, PANEL)).verdict is verdict


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        # Recorded from Xtigervnc 1.12.0 at the sixth connection in a row that did not authenticate.
        ([b"RFB 003.003\n", b"\0\0\0\0" + reason(b"Too many security failures")], Verdict.LOCKED),
        ([GREETING, b"\0" + reason(b"Too many connections")], Verdict.UNREACHED),
        ([GREETING, b"\0"], Verdict.UNREACHED),
        ([GREETING, b"\x01\x13"], Verdict.UNREACHED),
        ([GREETING, b"\x02\x01\x02"], Verdict.NO_LOGIN_ASKED),
        ([GREETING, b"\x01\x02", None], Verdict.UNREACHED),
        ([b"SSH-2.0-dropbear\r\n"], Verdict.UNREACHED),
    ],
)
async def test_where_no_challenge_comes_no_password_is_tried(scripted, said, verdict):
    line = scripted([said])
    assert (await vnc.attempt(line, PANEL)).verdict is verdict
    assert all(len(sent) in (1, 12) for sent in line.sent)


async def test_nobody_reads_the_list_and_leaves(scripted):
    line = scripted([[GREETING, b"\x01\x02", CHALLENGE]])
    assert (await vnc.attempt(line, NOBODY)).verdict is Verdict.REFUSED
    assert line.sent == [GREETING]


async def test_a_password_that_is_said_back_is_in_no_evidence(scripted):
    line = scripted([[GREETING, b"\x01\x02", CHALLENGE, FAILED + reason(b"bad password 111111")]])
    answer = await vnc.attempt(line, PANEL)
    assert b"111111" not in answer.evidence
    assert "111111" not in answer.reason


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # the fixtures keep nothing between examples
@given(st.lists(st.binary(max_size=40), max_size=4))
async def test_junk_ends_in_a_verdict(scripted, replies):
    answer = await vnc.attempt(scripted([[GREETING, b"\x01\x02", *replies]], silent=True), PANEL)
    said = b"".join(replies)
    assert answer.verdict is not Verdict.OPENED or said[16:20] == OK or OK in replies
