import base64
import hashlib
import hmac
import struct

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.contract import Account, Verdict
from inventory.errors import ProtocolError
from scanner.codecs.scram import Scram
from scanner.logins import postgresql

NOBODY = Account("anonymous", "", "")
POSTGRES = Account("postgresql", "postgres", "postgres")


def said(kind: bytes, body: bytes = b"") -> bytes:
    return kind + struct.pack(">I", len(body) + 4) + body


def error(code: bytes, text: bytes) -> bytes:
    return said(b"E", b"SFATAL\0VFATAL\0C" + code + b"\0M" + text + b"\0\0")


# Recorded from PostgreSQL 15.18 (Debian 12), over 127.0.0.1.
ASKS_SCRAM = b"R\x00\x00\x00\x17\x00\x00\x00\nSCRAM-SHA-256\x00\x00"
ASKS_MD5 = b"R\x00\x00\x00\x0c\x00\x00\x00\x05\t\xa1\xd1`"
WRONG = error(b"28P01", b'password authentication failed for user "postgres"')
NO_ROLE = error(b"28000", b'role "nosuch" does not exist')
READY = b"S\0\0\0\x16application_name\0\0K\0\0\0\x0c\0\0P\xa4\x82*i\x14Z\0\0\0\x05I"
# PostgreSQL manual, "Message Formats".
OK, ASKS_CLEAR = said(b"R", struct.pack(">I", 0)), said(b"R", struct.pack(">I", 3))
TERMINATE = b"X\0\0\0\4"


async def tried(line, account=POSTGRES):
    return await postgresql.attempt(line, account)


@pytest.mark.parametrize("offer", [b"S", b"N"])
async def test_opens_by_a_password_in_clear_and_leaves_when_it_is_ready(scripted, offer):
    line = scripted([[b"", offer, ASKS_CLEAR, OK + READY]])
    answer = await tried(line)
    assert answer.verdict is Verdict.OPENED
    assert answer.evidence == b"password in clear, AuthenticationOk, ReadyForQuery"
    assert line.sent[1][8:] == b"user\0postgres\0database\0postgres\0\0"
    assert line.sent[2:] == [b"p\0\0\0\x0dpostgres\0", TERMINATE]


async def test_md5_is_computed_as_the_manual_says(scripted):
    line = scripted([[b"", b"N", ASKS_MD5, OK + READY]])
    assert (await tried(line)).verdict is Verdict.OPENED
    inner = hashlib.md5(b"postgrespostgres").hexdigest().encode()
    assert line.sent[2] == b"p\0\0\0\x28md5" + hashlib.md5(inner + b"\t\xa1\xd1`").hexdigest().encode() + b"\0"


def test_scram_is_computed_as_rfc_7677_says():
    # RFC 7677, section 3.
    scram = Scram("user", "pencil", "rOprNGfwEbeRWgbNEkqO")
    assert scram.first() == b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO"
    challenge = b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
    assert scram.final(challenge) == (
        b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
    )
    assert scram.proves(b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")
    assert not scram.proves(b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G5=")
    assert not scram.proves(b"e=invalid-proof")


@pytest.mark.parametrize(
    "challenge",
    [
        b"",
        b"r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
        b"r=mine,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
        b"r=mineyours,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=0",
        b"r=mineyours,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=9999999",
        b"r=mineyours,s=====,i=4096",
        b"r=mineyours,s=W22Za,i=4096",
    ],
)
def test_a_scram_challenge_that_is_none_or_is_too_much_work_is_a_protocol_error(challenge):
    with pytest.raises(ProtocolError):
        Scram("", "postgres", "mine").final(challenge)


class Server:
    """The server's side of SCRAM-SHA-256 (RFC 5802, section 3), for a password of its own."""

    def __init__(self, password: bytes) -> None:
        self.password, self.first, self.challenge = password, b"", b""

    def asks(self, sent: bytes) -> bytes:
        self.first = sent[5:].partition(b"n,,")[2]
        self.challenge = b"r=" + self.first.rpartition(b"r=")[2] + b"SERVER,s=c2FsdHNhbHQ=,i=4096"
        return said(b"R", struct.pack(">I", 11) + self.challenge)

    def judges(self, sent: bytes) -> bytes:
        bare, _, proof = sent[5:].partition(b",p=")
        text = b",".join((self.first, self.challenge, bare))
        salted = hashlib.pbkdf2_hmac("sha256", self.password, b"saltsalt", 4096)
        stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
        mixed = zip(base64.b64decode(proof), hmac.digest(stored, text, "sha256"), strict=True)
        if hashlib.sha256(bytes(a ^ b for a, b in mixed)).digest() != stored:
            return WRONG
        signature = hmac.digest(hmac.digest(salted, b"Server Key", "sha256"), text, "sha256")
        return said(b"R", struct.pack(">I", 12) + b"v=" + base64.b64encode(signature)) + OK + READY


@pytest.mark.parametrize(("password", "verdict"), [(b"postgres", Verdict.OPENED), (b"changed", Verdict.REFUSED)])
async def test_scram_opens_by_the_password_that_is_set_and_no_other(scripted, password, verdict):
    server = Server(password)
    line = scripted([[b"", b"N", ASKS_SCRAM, server.asks, server.judges]])
    answer = await tried(line)
    assert answer.verdict is verdict
    assert all(b"postgres" not in sent for sent in line.sent[2:])


async def test_a_server_that_does_not_prove_itself_has_opened_nothing(scripted):
    server = Server(b"postgres")
    lie = said(b"R", struct.pack(">I", 12) + b"v=" + base64.b64encode(bytes(32))) + OK + READY
    answer = await tried(scripted([[b"", b"N", ASKS_SCRAM, server.asks, lie]]))
    assert (answer.verdict, answer.reason) == (
        Verdict.UNREACHED,
        "the server does not prove that it knows the password",
    )


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (WRONG, Verdict.REFUSED),
        (error(b"28000", b'no pg_hba.conf entry for host "192.0.2.9"'), Verdict.REFUSED),
        (error(b"28000", b'role "postgres" is locked'), Verdict.LOCKED),
        (error(b"53300", b"sorry, too many clients already"), Verdict.UNREACHED),
        (error(b"57P03", b"the database system is starting up"), Verdict.UNREACHED),
        (error(b"XX000", b"what"), Verdict.UNREACHED),
        (OK + error(b"3D000", b'database "postgres" does not exist'), Verdict.OPENED),
        (OK + error(b"42501", b'permission denied for database "postgres"'), Verdict.OPENED),
        (OK + error(b"28000", b'role "postgres" is not permitted to log in'), Verdict.REFUSED),
        (OK, Verdict.UNREACHED),
        (OK + b"Z", Verdict.UNREACHED),
        (READY, Verdict.UNREACHED),
        (ASKS_CLEAR, Verdict.UNREACHED),
        (b"", Verdict.UNREACHED),
    ],
)
async def test_judges_every_answer_to_the_password_and_gives_it_once(scripted, answer, verdict):
    line = scripted([[b"", b"N", ASKS_CLEAR, answer]])
    assert (await tried(line)).verdict is verdict
    assert sum(sent[:1] == b"p" for sent in line.sent) == 1


@pytest.mark.parametrize(
    ("answer", "verdict", "reason"),
    [
        (OK + NO_ROLE, Verdict.NO_LOGIN_ASKED, "it asks for no password (method trust)"),
        (said(b"N", b"\0") + ASKS_SCRAM, Verdict.REFUSED, "it asks for a login"),
        (ASKS_MD5, Verdict.REFUSED, "it asks for a login"),
    ],
)
async def test_without_an_account_a_user_that_nobody_has_is_named_and_no_password_given(
    scripted, answer, verdict, reason
):
    names = set()
    for _ in range(2):
        line = scripted([[b"", b"N", answer]])
        heard = await tried(line, NOBODY)
        assert (heard.verdict, heard.reason) == (verdict, reason)
        assert line.sent[2:] == [TERMINATE]
        names.add(line.sent[1])
    assert len(names) == 2


async def test_the_account_that_needs_no_password_is_not_given_one(scripted):
    line = scripted([[b"", b"N", OK + READY]])
    assert (await tried(line)).verdict is Verdict.NO_LOGIN_ASKED
    assert line.sent[2:] == [TERMINATE]


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        (said(b"R", struct.pack(">I", 7)), "GSSAPI"),
        (said(b"R", struct.pack(">I", 99)), "method 99"),
        (said(b"R", struct.pack(">I", 10) + b"OAUTHBEARER\0\0"), "OAUTHBEARER"),
    ],
)
async def test_a_method_that_is_not_spoken_is_unreached_and_gets_no_password(scripted, asked, name):
    line = scripted([[b"", b"N", asked]])
    answer = await tried(line)
    assert (answer.verdict, answer.reason) == (Verdict.UNREACHED, f"it asks for {name}, which is not spoken")
    assert line.sent[2:] == [TERMINATE]


async def test_no_password_is_in_what_is_kept(scripted):
    account = Account("test", "city", "Se-cret")
    line = scripted([[b"", b"N", ASKS_CLEAR, error(b"28P01", b"no user city with Se-cret")]])
    answer = await tried(line, account)
    assert answer.verdict is Verdict.REFUSED
    assert b"Se-cret" not in answer.evidence
    assert "Se-cret" not in answer.reason


@pytest.mark.parametrize("offer", [b"", b"E", b"H"])
async def test_what_is_no_postgresql_is_unreached(scripted, offer):
    assert (await tried(scripted([[b"", offer]]))).verdict is Verdict.UNREACHED


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # the fixture is a class
@given(
    st.lists(
        st.sampled_from([b"N", ASKS_SCRAM, ASKS_MD5, OK, b"R\0\0\0\x20\0\0\0\x0b", b""]) | st.binary(max_size=60),
        max_size=5,
    )
)
async def test_junk_ends_in_a_verdict(scripted, answers):
    answer = await tried(scripted([[b"", b"N", *answers]]))
    assert isinstance(answer.verdict, Verdict)
