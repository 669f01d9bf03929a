"""What is said on a fresh connection before a ClientHello, where TLS is opened by a command of another protocol: FTP (RFC 4217), SMTP (RFC 3207), IMAP and POP3
(RFC 2595), LDAP (RFC 4511, section 4.14), PostgreSQL and MySQL (by their manuals).

Nothing else is said than the command itself and what must come before it; nobody is named, and no login begins. A server that does not offer TLS there is
left at its word: `ProtocolError` with its answer, or `Unreached` where it only takes nobody now, which says nothing of what it offers.

MySQL is the costly one: a connection that ends before its login counts against the asker's address, and after `max_connect_errors` in a row (100, unless set
otherwise) the server shuts that address out until somebody clears it. MariaDB 10.11 counts a broken TLS handshake too, so nothing invites to it
(`scanner/protocols/mysql.py`): it is for whoever asks by name.
"""

from collections.abc import Callable, Mapping

from inventory.errors import ProtocolError, Unreached
from inventory.text import one_line
from scanner.codecs import ldap_codec, mysql, postgresql, smtp_reply
from scanner.codecs.ftp_reply import Reply, read_reply
from scanner.conversation import Conversation, Read, ReadUntil, Say, Send

FTP_AUTH, SMTP_STARTTLS = b"AUTH TLS\r\n", b"STARTTLS\r\n"
IMAP_STARTTLS, POP3_STLS = b"a1 STARTTLS\r\n", b"STLS\r\n"
LDAP_STARTTLS = ldap_codec.starttls(1)
SAYS = (
    Say.exactly("FTP AUTH TLS", FTP_AUTH),
    Say.exactly("SMTP EHLO", smtp_reply.HELLO),
    Say.exactly("SMTP STARTTLS", SMTP_STARTTLS),
    Say.exactly("IMAP STARTTLS", IMAP_STARTTLS),
    Say.exactly("POP3 STLS", POP3_STLS),
    Say.exactly("LDAP StartTLS", LDAP_STARTTLS),
    Say.exactly("PostgreSQL SSLRequest", postgresql.SSL_REQUEST),
    Say.exactly("MySQL SSLRequest", mysql.SSL_REQUEST),
)
_LINE, _LINES = 2048, 16


def _ftp() -> Conversation[None]:
    """The greeting (a 120 says only that another comes), then AUTH TLS, which 234 grants (RFC 4217, section 4)."""
    greeting = yield from read_reply()
    if greeting.code == 120:
        greeting = yield from read_reply()
    _granted(greeting, 220)
    yield Send(FTP_AUTH)
    _granted((yield from read_reply()), 234)


def _smtp() -> Conversation[None]:
    """The greeting, EHLO, and STARTTLS where it is offered."""
    introduced = yield from smtp_reply.introduce()
    _granted(introduced.answer, smtp_reply.DONE)
    if not introduced.offers_tls:
        raise ProtocolError("it does not offer STARTTLS")
    yield Send(SMTP_STARTTLS)
    _granted((yield from read_reply()), smtp_reply.READY)


def _granted(reply: Reply, code: int) -> None:
    """4xx is for now (RFC 959, section 4.2.1; RFC 5321, section 4.2.1): "too many connections"."""
    if reply.code == code:
        return
    if 400 <= reply.code < 500:
        raise Unreached(f"it takes no TLS now: {smtp_reply.shown(reply)}")
    raise ProtocolError(f"it does not offer TLS: {smtp_reply.shown(reply)}")


def _imap() -> Conversation[None]:
    """The greeting, and the command under a tag of ours, whose answer may come after others (RFC 3501, sections 6.2.1 and 7)."""
    greeting = yield ReadUntil(b"\n", _LINE)
    if not greeting.upper().startswith(b"* OK"):
        raise ProtocolError(_refused(greeting))
    yield Send(IMAP_STARTTLS)
    for _ in range(_LINES):
        line = yield ReadUntil(b"\n", _LINE)
        if line.lower().startswith(b"a1 "):
            break
        if not line.startswith(b"* "):
            raise ProtocolError(_refused(line))
    if not line.upper().startswith(b"A1 OK"):
        raise ProtocolError(_refused(line))


def _pop3() -> Conversation[None]:
    for command in (POP3_STLS, b""):
        line = yield ReadUntil(b"\n", _LINE)
        if not line.startswith(b"+OK"):
            raise ProtocolError(_refused(line))
        if command:
            yield Send(command)


def _refused(line: bytes) -> str:
    return f"it does not offer TLS: {one_line(line.strip(), 120)}"


def _ldap() -> Conversation[None]:
    yield Send(LDAP_STARTTLS)
    answer = yield from ldap_codec.read_message()
    if answer.operation != ldap_codec.EXTENDED_ANSWER:
        raise ProtocolError("not an answer to StartTLS")
    result = ldap_codec.parse_result(answer)
    if result.code == ldap_codec.SUCCESS:
        return
    said = one_line(f"result {result.code} {result.text.decode('utf-8', 'replace')}".strip(), 120)
    if result.code in (ldap_codec.BUSY, ldap_codec.UNAVAILABLE):
        raise Unreached(f"it takes no TLS now: {said}")
    raise ProtocolError(f"it does not offer TLS: {said}")


def _postgresql() -> Conversation[None]:
    """SSLRequest, answered with one byte: S, or N; a server from before 7.1 answers with an error."""
    yield Send(postgresql.SSL_REQUEST)
    answer = yield Read(1)
    if answer != b"S":
        raise ProtocolError(f"it does not offer TLS: {one_line(answer)}")


def _mysql() -> Conversation[None]:
    """The greeting says whether TLS is offered (CLIENT_SSL); SSLRequest is not answered but by TLS itself."""
    packet = yield from mysql.read_packet()
    if packet.kind == mysql.ERR:
        refusal = mysql.parse_refusal(packet.payload)
        raise Unreached(f"it takes no connection: {refusal.code} {one_line(refusal.text, 100)}")
    if not mysql.parse_greeting(packet.payload).capabilities & mysql.SSL:
        raise ProtocolError("it does not offer TLS")
    yield Send(mysql.SSL_REQUEST)


PRELUDES: Mapping[str, Callable[[], Conversation[None]]] = {
    "ftp": _ftp,
    "imap": _imap,
    "ldap": _ldap,
    "mysql": _mysql,
    "pop3": _pop3,
    "postgresql": _postgresql,
    "smtp": _smtp,
}
"""By the name of the protocol (`Target.starttls`)."""
COUNTED: Mapping[str, str] = {
    "mysql": "not asked, for the server counts every handshake that is left against whoever leaves it"
}
"""Where no more is asked than the versions, and why."""
OFFERED: Mapping[str, str] = {
    "ftp": "ftp.starttls",
    "ldap": "ldap.starttls",
    "postgresql": "postgresql.tls",
    "smtp": "smtp.starttls",
}
"""The fact of each protocol that invites to its prelude."""
