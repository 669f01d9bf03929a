import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.contract import Account, Verdict
from scanner.codecs import rmcp_plus
from scanner.codecs.rmcp_plus import SUITES, Session
from scanner.logins import ipmi

ADMIN = Account("supermicro-ipmi", "ADMIN", "ADMIN")
NOBODY = Account("control:anonymous", "", "")
# Recorded from ipmi_sim of OpenIPMI 2.0.33 (Debian 12), with our random numbers 01 02 03 …: it lists suites 0 to 14, opens a session of suite 3 for ADMIN.
HEAD = "0600ff07 00 00000000 00000000"
LISTS = [
    bytes.fromhex(HEAD + rest)
    for rest in (
        "19811c63 20005400 01 c000004080c001014080c002014180c0 45",
        "19811c63 20005400 01 03014181c004014182c005014183c006 ed",
        "19811c63 20005400 01 024080c007024280c008024281c00902 e6",
        "19811c63 20005400 01 4282c00a024283c00b024380c00c0243 95",
        "14811c63 20005400 01 81c00d024382c00e024383 e0",
    )
]
CAPABILITIES = bytes.fromhex(HEAD + "10 811c63 200038 00 01 97 06 03 000000 00 07")
OPENED = bytes.fromhex(
    "0600ff0706110000000000000000240000000000010203040200000000000008010000000100000801000000020000080100 0000"
)
RAKP_2 = bytes.fromhex(
    "0600ff07061300000000000000003c000100000001020304200b9dce0e1fdb84685ea853cbbba453a123456789abcdefa123456789abcdef"
    "0c9949f146537ddbfa87ed55e5bd5e41abfc3ace"
)
RAKP_4 = bytes.fromhex("0600ff0706150000000000000000140002000000010203042076348d629d35021dcba61e")
CLOSED = bytes.fromhex(
    "0600ff0706c001020304010000002000d204d4f1592a6547e9f0b86381e9381c18a8bda3af38c64c83a53eecf0e85802ffff0207"
    "3644059db722bfc231b31989"
)
# What was sent to it, and taken: RAKP 1, RAKP 3 and Close Session.
SENT = [
    "0600ff0706120000000000000000210001000000020000000102030405060708090a0b0c0d0e0f101200000541444d494e",
    "0600ff07061400000000000000001c0002000000020000004e8548f5e9a4c4acaf8a805d529a66382b29a4e5",
    "0600ff0706c0020000000100000020000102030405060708090a0b0c0d0e0f100ae7bd94fd804097cf55c02ebd1ee13dffff020721c8688e99f3129fd77be158",
]
UNKNOWN_USER = bytes.fromhex(
    "0600ff07061300000000000000003c00010d0000010203044de2f553659b7073759d6d1b63cafcefa123456789abcdefa123456789abcdef"
    "2ab16ce278e0dc2e5eac35c7b74b7077b88196e3"
)


@pytest.fixture(autouse=True)
def _known_random_numbers(monkeypatch):
    monkeypatch.setattr("secrets.token_bytes", lambda size: bytes(range(1, size + 1)))


def status(kind, tag, code):
    """An answer whose status is not 0 (table 13-15)."""
    return rmcp_plus.packet(kind, bytes((tag, code, 0, 0, 1, 2, 3, 4)))


async def test_the_check_value_of_rakp_4_opens_and_the_session_is_closed(scripted):
    line = scripted([[b"", *LISTS, OPENED, RAKP_2, RAKP_4, CLOSED]])
    answer = await ipmi.attempt(line, ADMIN)
    assert (answer.verdict, answer.reason) == (Verdict.OPENED, "")
    assert answer.evidence == b"RAKP 4 of cipher suite 3 carries the check value of the account"
    assert [request.hex() for request in line.sent[-3:]] == SENT


async def test_another_password_refuses_and_takes_the_session_back(scripted):
    line = scripted([[b"", *LISTS, OPENED, RAKP_2, RAKP_4, CLOSED]])
    answer = await ipmi.attempt(line, Account("x", "ADMIN", "wrong"))
    assert (answer.verdict, answer.evidence) == (Verdict.REFUSED, b"")
    assert line.sent[-1] == rmcp_plus.packet(rmcp_plus.RAKP_3, bytes.fromhex("020f0000 02000000"))


async def test_the_code_of_rakp_2_is_in_no_evidence(scripted):
    for password in ("ADMIN", "wrong"):
        line = scripted([[b"", *LISTS, OPENED, RAKP_2, RAKP_4, CLOSED]])
        answer = await ipmi.attempt(line, Account("x", "ADMIN", password))
        assert RAKP_2[-20:] not in answer.evidence
        assert RAKP_2[-20:].hex() not in answer.reason + answer.evidence.decode()


async def test_a_user_that_is_not_known_is_refused(scripted):
    answer = await ipmi.attempt(scripted([[b"", *LISTS, OPENED, UNKNOWN_USER]]), ADMIN)
    assert (answer.verdict, answer.reason) == (Verdict.REFUSED, "it knows no such user")


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ([*LISTS, status(0x11, 0, 1)], "no room"),
        ([*LISTS, OPENED, status(0x13, 1, 0x0B)], "no room"),
        ([*LISTS, OPENED, status(0x13, 1, 0x0A)], "status 0x0a"),
        ([*LISTS, OPENED, RAKP_2, status(0x15, 2, 8)], "status 0x08"),
        ([*LISTS, OPENED, RAKP_2, RAKP_4[:-1] + b"\0"], "K_g"),
        ([*LISTS, OPENED, RAKP_2[:-1]], "cut short"),
        ([*LISTS, OPENED, None], ""),
        ([*LISTS[:4], bytes.fromhex(HEAD + "0a 811c63 20005400 01 c0 cb"), None], ""),
    ],
)
async def test_what_says_nothing_of_the_account_refuses_nothing(scripted, script, words):
    answer = await ipmi.attempt(scripted([[b"", *script]], silent=True), ADMIN)
    assert answer.verdict is Verdict.UNREACHED
    assert words in answer.reason


async def test_a_processor_with_no_suite_of_ours_is_not_asked(scripted):
    suites = bytes.fromhex("20005400 01 c000004080")
    line = scripted([[b"", bytes.fromhex(HEAD + "0e 811c63") + suites + bytes((-sum(suites) & 0xFF,)), OPENED]])
    assert (await ipmi.attempt(line, ADMIN)).verdict is Verdict.UNREACHED
    assert len(line.sent) == 1  # suite 0 alone: no session is asked for


async def test_nobody_only_reads_the_locks(scripted):
    line = scripted([[b"", CAPABILITIES]])
    assert (await ipmi.attempt(line, NOBODY)).verdict is Verdict.REFUSED
    assert len(line.sent) == 1
    body = bytes.fromhex("200038 00 01 97 01 03 000000 00")
    anonymous = bytes.fromhex(HEAD + "10 811c63") + body + bytes((-sum(body) & 0xFF,))
    assert (await ipmi.attempt(scripted([[b"", anonymous]]), NOBODY)).verdict is Verdict.NO_LOGIN_ASKED


@pytest.mark.parametrize("account", [Account("x", "n" * 17, "p"), Account("x", "n", "p" * 21)])
async def test_what_there_is_no_room_for_is_not_tried(scripted, account):
    line = scripted([])
    assert (await ipmi.attempt(line, account)).verdict is Verdict.NOT_TRIED


def test_no_password_shows_in_a_session():
    session = Session(SUITES[3], b"1234", b"5678", bytes(16), b"ADMIN", b"secret")
    assert "secret" not in repr(session)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # the fixtures keep nothing between examples
@given(st.sampled_from([RAKP_2, RAKP_4]), st.integers(0, 60), st.binary(max_size=40))
async def test_junk_in_what_proves_the_password_never_opens(scripted, proof, at, junk):
    script = [proof[:at] + junk if part is proof else part for part in (*LISTS, OPENED, RAKP_2, RAKP_4)]
    answer = await ipmi.attempt(scripted([[b"", *script]], silent=True), ADMIN)
    assert answer.verdict is not Verdict.OPENED or (proof[:at] + junk).startswith(proof)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.binary(max_size=60) | st.sampled_from([*LISTS, OPENED, RAKP_2]), max_size=8))
async def test_junk_ends_in_a_verdict(scripted, replies):
    answer = await ipmi.attempt(scripted([[b"", *replies]], silent=True), ADMIN)
    assert answer.verdict is Verdict.UNREACHED
