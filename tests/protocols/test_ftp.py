import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import PeerError, ProtocolError
from inventory.model import Endpoint
from scanner.conversation import Target
from scanner.protocols import ftp

TARGET = Target(Endpoint("192.0.2.1", 21))
# APC AP9630, AOS 6.4.0: the greeting as its owners quote it.
APC = b"220 AP9630 Network Management Card AOS v6.4.0 FTP server ready.\r\n"
# RFC 959, section 4.2, in the manner of Pure-FTPd 1.0, which indents the middle by the code.
LINES = b"220---------- Welcome to Pure-FTPd ----------\r\n220-You are user number 1\r\n 220 is not the end\r\n220 Idle: 15\r\n"


def test_reads_the_greeting_and_leaves(recite):
    heard, sent = recite(ftp.probe(TARGET), [APC + b"500 Syntax error.\r\n221 Goodbye.\r\n"])
    assert heard.facts == {
        "ftp.code": 220,
        "ftp.banner": "AP9630 Network Management Card AOS v6.4.0 FTP server ready.",
    }
    assert heard.evidence == APC
    assert sent == [b"FEAT\r\n", b"QUIT\r\n"]


@pytest.mark.parametrize(
    ("answer", "facts"),
    [
        # RFC 4217, section 6, and vsftpd 3.0.3 with ssl_enable as recorded over 127.0.0.1
        (b"211-Extensions supported:\r\n AUTH TLS\r\n PBSZ\r\n PROT\r\n211 END\r\n", {"ftp.starttls": True}),
        (b"211-Features:\r\n EPRT\r\n EPSV\r\n MDTM\r\n PASV\r\n UTF8\r\n211 End\r\n", {"ftp.starttls": False}),
        # IIS 10 lists the mechanisms in one line.
        (b"211-Extended features supported:\r\n AUTH TLS;TLS-C;SSL;TLS-P;\r\n211 END\r\n", {"ftp.starttls": True}),
        (b"211-Features:\r\n AUTH SSL\r\n211 End\r\n", {"ftp.starttls": False}),
        (b"211 no-features\r\n", {"ftp.starttls": False}),
        (b"530 Please login with USER and PASS.\r\n", {}),
        (b"what?\r\n", {}),
        (b"", {}),
    ],
)
def test_says_whether_tls_is_offered_where_the_server_tells_what_it_can_do(recite, answer, facts):
    heard, _ = recite(ftp.probe(TARGET), [APC + answer])
    assert {name: value for name, value in heard.facts.items() if name == "ftp.starttls"} == facts


def test_a_server_that_takes_nobody_is_asked_nothing(recite):
    _, sent = recite(ftp.probe(TARGET), [b"421 Too many connections\r\n"])
    assert sent == [b"QUIT\r\n"]


def test_reads_a_greeting_of_several_lines_to_its_end(recite):
    heard, _ = recite(ftp.probe(TARGET), [LINES])
    assert heard.facts["ftp.banner"] == (
        "--------- Welcome to Pure-FTPd ---------- You are user number 1 220 is not the end Idle: 15"
    )


def test_a_refusal_is_a_greeting_too_even_without_the_end_of_its_line(recite):
    heard, _ = recite(ftp.probe(TARGET), [b"421 Too many connections"])
    assert heard.facts == {"ftp.code": 421, "ftp.banner": "Too many connections"}


@pytest.mark.parametrize(
    ("banner", "offered"),
    [
        # RFC 1635, section 2 ("Guest login ok"), and greetings in the words of wu-ftpd, Pure-FTPd and ProFTPD.
        (b"220 ProFTPD Server (ProFTPD Anonymous Server) [192.0.2.1]\r\n", True),
        (b"220-Welcome.\r\n220-Only anonymous FTP is allowed here\r\n220 Bye.\r\n", True),
        (b"220 Log in as anonymous, with your e-mail address as password.\r\n", True),
        (b"220-You are user number 1 of 50 allowed.\r\n220 This is a private system - No anonymous login\r\n", False),
        (b"220 Anonymous access is disabled. Contact the guard.\r\n", False),
        (b"220 Non-anonymous sessions must use encryption.\r\n", False),
        (b"220 (vsFTPd 3.0.3)\r\n", False),
        (b"421 Too many anonymous users.\r\n", False),
    ],
)
def test_says_where_the_greeting_invites_strangers(banner, offered):
    assert ftp.parse(banner).facts.get("ftp.anonymous_offered", False) is offered


def test_another_protocol_is_a_protocol_error(recite):
    with pytest.raises(ProtocolError):
        recite(ftp.probe(TARGET), [b"SSH-2.0-dropbear_2012.55\r\n"])


def test_an_endless_greeting_is_a_protocol_error(recite):
    with pytest.raises(ProtocolError):
        recite(ftp.probe(TARGET), [b"220-more\r\n" * 1000])


def test_everything_it_sends_is_in_its_says(recite):
    _, sent = recite(ftp.probe(TARGET), [APC])
    assert sent
    assert all(any(say.allows(request) for say in ftp.SAYS) for request in sent)


@pytest.mark.parametrize("size", range(len(LINES)))
def test_an_answer_cut_anywhere_ends_in_facts_or_in_a_peer_error(recite, size):
    try:
        heard, _ = recite(ftp.probe(TARGET), [LINES[:size]])
    except PeerError:
        return
    assert heard.facts["ftp.code"] == 220


@given(st.one_of(st.binary(max_size=200), st.binary(max_size=200).map(lambda junk: b"220-" + junk)))
def test_junk_ends_in_facts_or_in_protocol_error(junk):
    try:
        heard = ftp.parse(junk)
    except ProtocolError:
        return
    assert {"ftp.code", "ftp.banner"} <= set(heard.facts) <= set(ftp.FACTS)
