"""What is said before TLS where another protocol's own command opens it, and where that is invited to."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.errors import PeerClosed, PeerError, ProtocolError, Unreached
from inventory.model import Device, Endpoint, Facts, Observation
from scanner.conversation import Target
from scanner.protocols import tls
from scanner.tls.preludes import OFFERED, PRELUDES

TLS_12 = (Path(__file__).parent.parent / "bytes/tls/openssl-3.0-up-to-1.2-4.bin").read_bytes()
REFUSED = bytes.fromhex("15 0300 0002 02 46")  # fatal protocol_version, RFC 8446 section 6.2
# Recorded over 127.0.0.1 from vsftpd 3.0.3, aiosmtpd 1.4.6 and slapd 2.5.13, each with TLS.
FTP = b"220 (vsFTPd 3.0.3)\r\n234 Proceed with negotiation.\r\n"
SMTP_LINES = b"250-nas.test\r\n250-SIZE 33554432\r\n250-8BITMIME\r\n250-STARTTLS\r\n250 HELP\r\n"
SMTP = b"220 nas.test Python SMTP 1.4.6\r\n" + SMTP_LINES + b"220 Ready to start TLS\r\n"
LDAP = bytes.fromhex("300c 020101 7807 0a0100 0400 0400")
# RFC 3501, section 6.2.1 (with an untagged answer between, section 7), and RFC 2595, section 4.
IMAP = b"* OK IMAP4rev1 Service Ready\r\n* CAPABILITY IMAP4rev1\r\na1 OK Begin TLS negotiation now\r\n"
POP3 = b"+OK POP3 server ready\r\n+OK Begin TLS negotiation\r\n"
# MySQL 8.0's Protocol::HandshakeV10, with CLIENT_SSL among the capabilities.
MYSQL = (
    b"\x4a\0\0\0\x0a8.0.36\0\x08\0\0\0\x01\x02\x03\x04\x05\x06\x07\x08\0\xff\xff\xff\x02\0\xff\xdf\x15" + bytes(10)
    + b"\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14\0caching_sha2_password\0"
)  # fmt: skip
GRANTED = {"ftp": FTP, "imap": IMAP, "ldap": LDAP, "mysql": MYSQL, "pop3": POP3, "postgresql": b"S", "smtp": SMTP}
SAID = {
    "ftp": [b"AUTH TLS\r\n"],
    "imap": [b"a1 STARTTLS\r\n"],
    "ldap": [bytes.fromhex("301d 020101 7718 8016") + b"1.3.6.1.4.1.1466.20037"],  # RFC 4511, section 4.14.1
    "mysql": [bytes.fromhex("20000001 018a0000 00000001 21") + bytes(23)],  # Protocol::SSLRequest
    "pop3": [b"STLS\r\n"],
    "postgresql": [bytes.fromhex("00000008 04d2162f")],
    "smtp": [b"EHLO tocsin.invalid\r\n", b"STARTTLS\r\n"],
}


def at(port: int) -> Endpoint:
    return Endpoint("192.0.2.1", port)


@pytest.mark.parametrize("name", sorted(PRELUDES))
def test_says_only_the_command_that_opens_tls(recite, name):
    result, sent = recite(PRELUDES[name](), [GRANTED[name]])
    assert result is None
    assert sent == SAID[name]
    assert all(any(say.allows(request) for say in tls.SAYS) for request in sent)


@pytest.mark.parametrize("name", sorted(PRELUDES))
def test_an_answer_cut_anywhere_opens_nothing(recite, name):
    whole = GRANTED[name]
    in_lines = name in {
        "ftp",
        "imap",
        "pop3",
        "smtp",
    }  # of the last, the code is enough: some devices leave it without its end
    for size in range(whole.rstrip().rfind(b"\n") + 1 if in_lines else len(whole)):
        with pytest.raises(PeerError):
            recite(PRELUDES[name](), [whole[:size]])


@pytest.mark.parametrize(
    ("name", "said", "reason"),
    [
        ("ftp", b"220 FTP\r\n530 Please login with USER and PASS.\r\n", "not offer TLS: 530 Please login"),
        ("ftp", b"220 FTP\r\n500 \x1b[2JWhat?\r\n", r"500 \\x1b\[2JWhat\?"),
        ("ftp", b"SSH-2.0-dropbear\r\n", "not an FTP reply"),
        ("smtp", b"220 a ESMTP\r\n250-a\r\n250 SIZE 9\r\n", "does not offer STARTTLS"),
        ("smtp", b"220 a ESMTP\r\n250-a\r\n250 STARTTLS\r\n502 no\r\n", "not offer TLS: 502 no"),
        ("smtp", b"554 not for you\r\n", "554 not for you"),
        ("imap", b"* BYE full\r\n", r"\* BYE full"),
        ("imap", b"* OK hello\r\na1 BAD unknown\r\n", "a1 BAD unknown"),
        ("imap", b"* OK hello\r\n" + b"* 1\r\n" * 100, r"\* 1"),
        ("pop3", b"+OK\r\n-ERR no\r\n", "-ERR no"),
        ("postgresql", b"N", "does not offer TLS: N"),
        ("postgresql", b"E", "does not offer TLS: E"),
        ("mysql", MYSQL.replace(b"\0\xff\xff\xff", b"\0\xff\xf7\xff", 1), "does not offer TLS"),
        ("ldap", bytes.fromhex("3010 020101 780b 0a0102 0400 0404") + b"none", "not offer TLS: result 2 none"),
        ("ldap", bytes.fromhex("300c 020101 6507 0a0100 0400 0400"), "not an answer to StartTLS"),
        ("ldap", b"HTTP/1.1 400 Bad Request\r\n\r\n", "not an LDAP message"),
    ],
)
def test_a_server_without_tls_is_left_with_its_answer_as_the_reason(recite, name, said, reason):
    with pytest.raises(ProtocolError, match=reason):
        recite(PRELUDES[name](), [said])


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("ftp", b"421 Too many connections\r\n"),
        ("ftp", b"220 FTP\r\n431 Need some unavailable resource\r\n"),  # RFC 4217, section 4.2
        ("smtp", b"421 nas.test busy\r\n"),
        ("smtp", b"220 a ESMTP\r\n250-a\r\n250 STARTTLS\r\n454 TLS not available\r\n"),  # RFC 3207, section 4
        ("ldap", bytes.fromhex("300c 020101 7807 0a0133 0400 0400")),  # busy
        ("mysql", b"\x12\0\0\0\xff\x69\x04Host is blocked"),  # server error message reference: 1129
    ],
)
def test_a_server_that_takes_nobody_now_says_nothing_of_what_it_offers(recite, name, said):
    with pytest.raises(Unreached):
        recite(PRELUDES[name](), [said])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # recite keeps no state
@given(st.sampled_from(sorted(PRELUDES)), st.integers(0, 90), st.binary(max_size=120))
def test_junk_after_any_beginning_opens_tls_or_ends_in_a_peer_error(recite, name, kept, junk):
    try:
        result, sent = recite(PRELUDES[name](), [GRANTED[name][:kept] + junk])
    except PeerError:
        return
    assert result is None
    assert sent == SAID[name]


@pytest.mark.parametrize("name", sorted(PRELUDES))
def test_each_hello_of_tls_comes_after_the_prelude_on_its_own_connection(recite, name):
    target = Target(at(2100), starttls=name)
    heard, sent = recite(tls.probe(target), [GRANTED[name] + TLS_12, GRANTED[name] + REFUSED])
    opening = [*SAID[name], b"hello"]
    assert [b"hello" if say[0] == 22 else say for say in sent if say[0] != 21] == opening * 2
    assert heard.facts["tls.starttls"] == name
    assert heard.facts["tls.versions"] == ("TLSv1.2",)
    assert all(any(say.allows(request) for say in tls.SAYS) for request in sent)


def test_where_the_command_is_refused_nothing_is_heard_of_tls(recite):
    with pytest.raises(ProtocolError, match="530 no"):
        recite(tls.probe(Target(at(21), starttls="ftp")), [b"220 FTP\r\n530 no\r\n"])


def test_a_server_that_hangs_up_at_once_is_asked_as_often_as_without_a_prelude(recite):
    with pytest.raises(PeerClosed):
        recite(tls.probe(Target(at(21), starttls="ftp")), [b""] * 5)


def device(*seen: tuple[str, int, Facts]) -> Device:
    when = datetime(2026, 1, 1, tzinfo=UTC)
    observations = tuple(Observation(at(port), name, facts, b"", when) for name, port, facts in seen)
    return Device("address:192.0.2.1", ("192.0.2.1",), observations=observations)


@pytest.mark.parametrize("name", sorted(OFFERED))
def test_an_offer_invites(name):
    assert tls.invited(device((name, 2100, {OFFERED[name]: True}))) == (Target(at(2100), starttls=name),)
    assert tls.invited(device((name, 2100, {OFFERED[name]: False}))) == ()
    assert tls.invited(device((name, 2100, {}))) == ()


def test_where_tls_has_been_heard_already_nothing_invites():
    assert tls.invited(device(("smtp", 25, {"smtp.starttls": True}), ("tls", 25, {"tls.starttls": "smtp"}))) == ()


def test_mysql_which_counts_every_broken_handshake_against_us_does_not_invite():
    assert tls.invited(device(("mysql", 3306, {"mysql.tls": True}))) == ()
