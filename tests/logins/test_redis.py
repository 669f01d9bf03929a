import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.contract import Account, Verdict
from scanner.logins import redis

# Recorded from redis-server 7.0.15 (Debian 12), over 127.0.0.1; the others from the sources of 7.0, 5.0 and 2.4.
NOAUTH = b"-NOAUTH Authentication required.\r\n"
WRONGPASS = b"-WRONGPASS invalid username-password pair or user is disabled.\r\n"
NO_USERS = b"-ERR wrong number of arguments for 'auth' command\r\n"
NOPERM = b"-NOPERM this user has no permissions to run the 'ping' command\r\n"
PONG, OK = b"+PONG\r\n", b"+OK\r\n"
PING, QUIT = b"*1\r\n$4\r\nPING\r\n", b"*1\r\n$4\r\nQUIT\r\n"
NOBODY = Account("anonymous", "", "")
PASSWORD = Account("redis", "", "foobared")
USER = Account("gateway", "gateway", "Gw-1")


async def tried(line, account=PASSWORD):
    return await redis.attempt(line, account)


async def test_opens_by_a_password_with_the_pings_before_and_after_as_proof(scripted):
    line = scripted([[b"", NOAUTH, OK, PONG, OK]])
    answer = await tried(line)
    assert answer.verdict is Verdict.OPENED
    assert answer.evidence == b"-NOAUTH Authentication required.\n+OK\n+PONG"
    assert line.sent == [PING, b"*2\r\n$4\r\nAUTH\r\n$8\r\nfoobared\r\n", PING, QUIT]


async def test_a_user_is_named_where_there_is_one_and_default_is_none(scripted):
    line = scripted([[b"", NOAUTH, OK, PONG, OK]])
    assert (await tried(line, USER)).verdict is Verdict.OPENED
    assert line.sent[1] == b"*3\r\n$4\r\nAUTH\r\n$7\r\ngateway\r\n$4\r\nGw-1\r\n"
    line = scripted([[b"", NOAUTH, OK, PONG, OK]])
    assert (await tried(line, Account("redis", "default", "foobared"))).verdict is Verdict.OPENED
    assert line.sent[1] == b"*2\r\n$4\r\nAUTH\r\n$8\r\nfoobared\r\n"


async def test_a_server_that_knows_no_users_is_offered_the_password_once(scripted):
    line = scripted([[b"", NOAUTH, NO_USERS, b"-ERR invalid password\r\n"]])
    assert (await tried(line, USER)).verdict is Verdict.REFUSED
    assert line.sent[2:] == [b"*2\r\n$4\r\nAUTH\r\n$4\r\nGw-1\r\n"]


@pytest.mark.parametrize(
    ("script", "verdict"),
    [
        ([NOAUTH, WRONGPASS], Verdict.REFUSED),
        ([NOAUTH, b"-ERR invalid password\r\n"], Verdict.REFUSED),
        ([b"-ERR operation not permitted\r\n", OK, PONG], Verdict.OPENED),
        ([NOAUTH, OK, NOPERM], Verdict.OPENED),
        ([NOPERM, OK, PONG], Verdict.OPENED),
        ([NOPERM, OK, NOPERM], Verdict.UNREACHED),
        ([NOAUTH, OK, NOAUTH], Verdict.UNREACHED),
        ([NOAUTH, OK, b"+OK\r\n"], Verdict.UNREACHED),
        ([NOAUTH, b"-ERR unknown command 'AUTH'\r\n"], Verdict.UNREACHED),
        ([NOAUTH, b"-ERR too many attempts, try again later\r\n"], Verdict.LOCKED),
        ([PONG], Verdict.NO_LOGIN_ASKED),
        ([b"-DENIED Redis is running in protected mode\r\n"], Verdict.REFUSED),
        ([b"-LOADING Redis is loading the dataset in memory\r\n"], Verdict.UNREACHED),
        ([b"-ERR max number of clients reached\r\n"], Verdict.UNREACHED),
        ([b"HTTP/1.1 400 Bad Request\r\n"], Verdict.UNREACHED),
        ([NOAUTH], Verdict.UNREACHED),
        ([], Verdict.UNREACHED),
    ],
)
async def test_judges_every_answer_and_says_auth_once_at_most(scripted, script, verdict):
    line = scripted([[b"", *script]])
    assert (await tried(line)).verdict is verdict
    assert sum(b"AUTH" in sent for sent in line.sent) <= 1


@pytest.mark.parametrize(
    ("answer", "verdict"), [(NOAUTH, Verdict.REFUSED), (NOPERM, Verdict.REFUSED), (PONG, Verdict.NO_LOGIN_ASKED)]
)
async def test_without_an_account_it_pings_and_leaves(scripted, answer, verdict):
    line = scripted([[b"", answer]])
    assert (await tried(line, NOBODY)).verdict is verdict
    assert line.sent == [PING]


async def test_a_full_server_says_why(scripted):
    answer = await tried(scripted([[b"", b"-ERR max number of clients reached\r\n"]]))
    assert answer.reason == "it takes no more connections now"


async def test_the_password_is_not_in_the_evidence_however_the_server_repeats_it(scripted):
    answer = await tried(scripted([[b"", NOAUTH, b"-WRONGPASS foobared Zm9vYmFyZWQ=\r\n"]]))
    assert answer.verdict is Verdict.REFUSED
    assert b"foobared" not in answer.evidence
    assert b"Zm9v" not in answer.evidence


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # the fixture is a class
@given(
    st.lists(st.sampled_from([NOAUTH, OK, b"-"]) | st.binary(max_size=40).map(lambda junk: junk + b"\r\n"), max_size=5)
)
async def test_junk_ends_in_a_verdict(scripted, answers):
    answer = await tried(scripted([[b"", *answers]]), USER)
    assert isinstance(answer.verdict, Verdict)
