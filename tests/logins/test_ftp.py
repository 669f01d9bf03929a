import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.contract import Account, Verdict
from inventory.errors import PeerClosed
from scanner.conversation import Send, StartTLS
from scanner.logins import ftp
from tests.holding import hold_with

APC = Account("apc", "apc", "s3cret-word")
NOBODY = Account("control:anonymous", "", "")
# vsftpd 3.0.3 (Debian 12), recorded over 127.0.0.1.
HELLO = b"220 (vsFTPd 3.0.3)\r\n"
STRANGER = b"530 Please login with USER and PASS.\r\n"
ASKS = b"331 Please specify the password.\r\n"
INSIDE = b"230 Login successful.\r\n"
FOLDER = b'257 "/" is the current directory\r\n'
BYE = b"221 Goodbye.\r\n"
WRONG = b"530 Login incorrect.\r\n"
# ProFTPD 1.3 and Pure-FTPd 1.0 in their sources' words, wu-ftpd 2.6 likewise.
FULL = (
    b"421 There are too many connected users, please try later.\r\n",
    b"421 50 users (the maximum) are already logged in, sorry\r\n",
    b"530-Sorry, the maximum number of clients (2) from your host are already connected.\r\n530 Unable to set anonymous privileges.\r\n",
)
LOCKS = (
    b"530 Account locked. Contact your administrator.\r\n",
    b"421 Too many login failures, your address is banned.\r\n",
    b"530 Maximum login attempts exceeded.\r\n",
    b"421 Login temporarily disabled, try again in 5 minutes.\r\n",
)


async def tried(line, account=APC):
    return await ftp.attempt(line, account)


async def test_opens_where_pwd_is_answered_only_after_the_login(scripted):
    line = scripted([[HELLO, STRANGER, ASKS, INSIDE, FOLDER, BYE]])
    answer = await tried(line)
    assert answer.verdict is Verdict.OPENED
    assert answer.evidence == b"\n".join(said.strip() for said in (STRANGER, INSIDE, FOLDER))
    assert line.sent == [b"PWD\r\n", b"USER apc\r\n", b"PASS s3cret-word\r\n", b"PWD\r\n", b"QUIT\r\n"]


async def test_reads_a_message_of_the_day_over(scripted):
    motd = b"230-Welcome.\r\n230-Your account is locked after 3 failures.\r\n230 Logged in.\r\n"
    answer = await tried(scripted([[HELLO, STRANGER, ASKS, motd, FOLDER, BYE]]))
    assert answer.verdict is Verdict.OPENED
    assert b"locked" not in answer.evidence


async def test_a_login_that_opens_nothing_more_is_not_believed(scripted):
    answer = await tried(scripted([[HELLO, STRANGER, ASKS, INSIDE, STRANGER, BYE]]))
    assert answer.verdict is Verdict.UNREACHED
    assert "no more than before" in answer.reason


async def test_where_strangers_are_told_the_folder_nothing_would_prove_a_login(scripted):
    line = scripted([[HELLO, FOLDER, BYE]])
    assert (await tried(line)).verdict is Verdict.UNREACHED
    assert line.sent == [b"PWD\r\n", b"QUIT\r\n"]


async def test_a_name_that_needs_no_password_opens_and_says_so(scripted):
    line = scripted([[HELLO, STRANGER, INSIDE, FOLDER, BYE]])
    answer = await tried(line)
    assert (answer.verdict, answer.reason) == (Verdict.OPENED, "it asked for no password")
    assert not any(said.startswith(b"PASS") for said in line.sent)


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        (WRONG, Verdict.REFUSED),
        (b"430 Invalid username or password\r\n", Verdict.REFUSED),
        (b"550 Access denied.\r\n", Verdict.REFUSED),
        (b"332 Need account for login.\r\n", Verdict.UNREACHED),
        (b"202 Superfluous.\r\n", Verdict.UNREACHED),
        (b"501 Syntax error.\r\n", Verdict.UNREACHED),
        (b"no reply at all\r\n", Verdict.UNREACHED),
        (b"", Verdict.UNREACHED),
        *((said, Verdict.UNREACHED) for said in FULL),
        *((said, Verdict.LOCKED) for said in LOCKS),
    ],
)
async def test_judges_the_reply_to_the_password(scripted, reply, verdict):
    line = scripted([[HELLO, STRANGER, ASKS, reply, BYE]])
    answer = await tried(line)
    assert answer.verdict is verdict
    assert len([said for said in line.sent if said.startswith(b"PASS")]) == 1
    assert verdict is not Verdict.UNREACHED or answer.reason


async def test_a_name_that_is_refused_is_not_asked_for_its_password(scripted):
    line = scripted([[HELLO, STRANGER, b"530 This FTP server is anonymous only.\r\n", BYE]])
    assert (await tried(line)).verdict is Verdict.REFUSED
    assert line.sent == [b"PWD\r\n", b"USER apc\r\n", b"QUIT\r\n"]


@pytest.mark.parametrize(
    ("greeting", "verdict"),
    [
        (FULL[0], Verdict.UNREACHED),
        (b"120 Service ready in 5 minutes.\r\n", Verdict.UNREACHED),
        (b"421 Your address is blocked after too many failed logins.\r\n", Verdict.LOCKED),
        (b"SSH-2.0-dropbear\r\n", Verdict.UNREACHED),
    ],
)
async def test_a_server_without_room_hears_of_no_account(scripted, greeting, verdict):
    line = scripted([[greeting]])
    answer = await tried(line)
    assert (answer.verdict, line.sent) == (verdict, [])
    assert answer.reason


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        (ASKS, Verdict.REFUSED),
        (b"530 Anonymous sessions may not be used.\r\n", Verdict.REFUSED),
        # RFC 1635, section 2.1.
        (b"331 Guest login ok, send your complete e-mail address as password.\r\n", Verdict.NO_LOGIN_ASKED),
        (b"331 Anonymous login ok, send your email.\r\n", Verdict.NO_LOGIN_ASKED),
        (b"331 Password required for anonymous.\r\n", Verdict.REFUSED),
        (INSIDE, Verdict.NO_LOGIN_ASKED),
        (FULL[1], Verdict.UNREACHED),
        (LOCKS[1], Verdict.LOCKED),
    ],
)
async def test_the_control_names_anonymous_and_sends_no_password(scripted, reply, verdict):
    line = scripted([[HELLO, STRANGER, reply, BYE]])
    assert (await tried(line, NOBODY)).verdict is verdict
    assert line.sent == [b"PWD\r\n", b"USER anonymous\r\n", b"QUIT\r\n"]


# vsftpd 3.0.3 closes after it; ProFTPD's mod_tls and FileZilla Server 1 in their sources' words.
@pytest.mark.parametrize(
    "demand",
    [
        b"530 Non-anonymous sessions must use encryption.\r\n",
        b"550 SSL/TLS required on the control channel\r\n",
        b"503 Use AUTH first.\r\n",
        b"421 Sorry, cleartext sessions are not accepted on this server.\r\n",
    ],
)
def test_where_tls_is_wanted_nothing_is_said_before_it(demand):
    said = [HELLO, STRANGER, demand, BYE]
    sent = []

    def answer(step):
        if isinstance(step, Send):
            sent.append(step.data)
            return b""
        if not said:
            raise PeerClosed
        return said.pop(0)

    assert hold_with(ftp.dialogue(APC), answer) is None
    assert sent == [b"PWD\r\n", b"USER apc\r\n", b"QUIT\r\n"]


def test_under_tls_the_login_is_as_in_the_clear():
    said = [HELLO, b"234 Proceed with negotiation.\r\n", STRANGER, ASKS, INSIDE, FOLDER, BYE]
    done = []

    def answer(step):
        done.append(step)
        return b"" if isinstance(step, Send | StartTLS) else said.pop(0)

    assert hold_with(ftp.dialogue(APC, explicit_tls=True), answer).verdict is Verdict.OPENED
    assert done[1] == Send(b"AUTH TLS\r\n")
    assert done[3] == StartTLS()
    assert done.index(Send(b"PASS s3cret-word\r\n")) > 3


async def test_a_server_that_wants_tls_and_has_none_is_not_judged(scripted):
    wants = [HELLO, STRANGER, b"530 Non-anonymous sessions must use encryption.\r\n"]
    answer = await tried(scripted([wants, [HELLO, b"500 Unknown command.\r\n"]]))
    assert (answer.verdict, answer.reason) == (Verdict.UNREACHED, "it wants TLS and does not offer it")


async def test_a_demand_for_tls_after_the_password_brings_no_second_attempt(scripted):
    line = scripted([[HELLO, STRANGER, ASKS, b"550 SSL/TLS required on the control channel\r\n", BYE]])
    assert (await tried(line)).verdict is Verdict.UNREACHED
    assert line.connections == []


async def test_a_password_that_the_server_repeats_is_masked(scripted):
    answer = await tried(scripted([[HELLO, STRANGER, ASKS, b"530 s3cret-word is no password.\r\n", BYE]]))
    assert answer.evidence == b"530 *** is no password."


async def test_an_account_that_would_be_another_command_is_not_tried(scripted):
    line = scripted([[HELLO]])
    assert (await tried(line, Account("x", "a\r\nDELE b", "c"))).verdict is Verdict.NOT_TRIED
    assert line.sent == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(st.binary(max_size=60), st.sampled_from([HELLO, STRANGER, ASKS, INSIDE])), max_size=6))
async def test_junk_never_opens_and_ends_in_a_verdict(scripted, said):
    answer = await tried(scripted([[*said, b"500 No.\r\n"]] * 2))
    assert answer.verdict in {Verdict.UNREACHED, Verdict.REFUSED, Verdict.LOCKED}
