"""OPC UA: what a server says of its own build, which it tells in a session only.

Asked at level login, and only where GetEndpoints has offered anonymous users an endpoint without security (`opcua.open`): nobody's name is used, and nothing is
there that would not be told to anybody. One connection: channel, CreateSession, ActivateSession, one Read of two values, CloseSession, CloseSecureChannel.
Sessions are scarce on controllers: whatever goes wrong, the session and the channel are closed, and the server may forget the session after ten seconds.

BuildDate is read beside StartTime, because open62541 and asyncua put the moment of their start into it where nobody has set it.
"""

import secrets
from datetime import datetime

from inventory.errors import ProtocolError, TimedOut
from inventory.model import Device, FactValue
from inventory.text import one_line
from scanner.codecs.opcua_codec import Reader, now, string
from scanner.codecs.opcua_session import (
    ACTIVATED,
    CLOSED,
    CREATED,
    NONCE,
    POLICY_PATTERN,
    READ,
    TOKEN_PATTERN,
    Answers,
    Channel,
    Session,
    activate_session,
    close_session,
    create_session,
    read_answers,
    read_build_info,
    read_policy,
    read_token,
)
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, Safety, Send, Target
from scanner.protocols.opcua import (
    CHANNEL,
    HOLES,
    SAY_HELLO,
    SAY_OPEN,
    TOKEN,
    URL,
    WHEN,
    Refused,
    address,
    close_channel,
    expect,
    like,
    message,
    open_channel,
)

NAME = "opcua_build"
TRANSPORT = "tcp"
PORTS = ()
SAFETY = Safety.C
OVER_TLS = False
SPEAKS_FIRST = False
LAST = True
ON_REQUEST = True
WITH_LOGIN = True
CONNECTIONS = 1
FACTS = {
    "opcua_build.product_uri": "the product's URI",
    "opcua_build.manufacturer": "who made the server, which need not be who made the device",
    "opcua_build.product_name": "the server's name",
    "opcua_build.software_version": "the server's version",
    "opcua_build.number": "the number of its build",
    "opcua_build.date": "the day and time of its build, ISO 8601",
    "opcua_build.named": "manufacturer, product and version in one line, parted by semicolons",
    "opcua_build.start_time": "when it was started, ISO 8601",
    "opcua_build.error": "the status with which it refused to tell, '0x80210000'",
}
_EXAMPLE = Channel(CHANNEL, TOKEN, WHEN)
_IN_SESSION = Session(b"\x01\xe1\xe2\xe3", b"POLICY")
_NONCE = b"\xaa" * NONCE
_SESSION_HOLES = {**HOLES, _IN_SESSION.token: TOKEN_PATTERN}
_IDENTITY = b"\x0a\0\0\0" + string("POLICY")
SAYS = (
    SAY_HELLO,
    SAY_OPEN,
    like("create session", create_session(_EXAMPLE, URL, _NONCE), {**HOLES, _NONCE: rb".{32}"}),
    like(
        "activate session, anonymous",
        activate_session(_EXAMPLE, _IN_SESSION),
        {**_SESSION_HOLES, _IDENTITY: b"(?:%s)" % POLICY_PATTERN},
    ),
    like("activate session, nobody", activate_session(_EXAMPLE, Session(_IN_SESSION.token, b"")), _SESSION_HOLES),
    like("read BuildInfo and StartTime", read_build_info(_EXAMPLE, _IN_SESSION.token), _SESSION_HOLES),
    like("close session", close_session(_EXAMPLE, _IN_SESSION.token), _SESSION_HOLES),
    like("close secure channel", close_channel(CHANNEL, TOKEN, WHEN, 6), HOLES),
)


def invited(device: Device) -> tuple[Target, ...]:
    """Each server that takes anonymous users without security."""
    return tuple(Target(seen.endpoint) for seen in device.speaking("opcua") if seen.facts.get("opcua.open") is True)


def probe(target: Target) -> Conversation[Heard]:
    """Ask in a session of an anonymous user; a refusal is told, and everything that was opened is closed."""
    try:
        url = address(target)
        channel = Channel(*(yield from open_channel(url)), when=now())
        try:
            heard = yield from _in_channel(channel, url)
        except (ProtocolError, TimedOut):
            yield Send(close_channel(channel.number, channel.token, channel.when, 6))
            raise
        yield Send(close_channel(channel.number, channel.token, channel.when, 6))
        return heard
    except Refused as refusal:
        return Heard({"opcua_build.error": f"{refusal.status:#010x}"})


def _in_channel(channel: Channel, url: str) -> Conversation[Heard]:
    """Create a session, and close it whatever becomes of it."""
    created = yield from _ask(create_session(channel, url, secrets.token_bytes(NONCE)), CREATED)
    token = read_token(created)
    try:
        heard = yield from _in_session(channel, Session(token, read_policy(created)))
    except (ProtocolError, TimedOut):
        yield Send(close_session(channel, token))
        raise
    try:
        yield from _ask(close_session(channel, token), CLOSED)
    except (ProtocolError, TimedOut) as error:
        return Heard(heard.facts, heard.evidence, failed=error)
    return heard


def _in_session(channel: Channel, session: Session) -> Conversation[Heard]:
    yield from _ask(activate_session(channel, session), ACTIVATED)
    answered = yield from _ask(read_build_info(channel, session.token), READ)
    evidence = answered.rest[:EVIDENCE_LIMIT]
    return Heard(_facts(read_answers(answered)), evidence)


def _ask(asked: bytes, kind: int) -> Conversation[Reader]:
    """What follows the header of an answer of that kind; raises `Refused`."""
    yield Send(asked)
    _, body = yield from message()
    reader = Reader(body)
    reader.take(16)
    expect(reader, kind)
    return reader


def _facts(answers: Answers) -> dict[str, FactValue]:
    build = answers.build
    if build is None:
        return {"opcua_build.error": f"{answers.status:#010x}"} if answers.status else {}
    texts = {
        "opcua_build.product_uri": build.product_uri,
        "opcua_build.manufacturer": build.manufacturer,
        "opcua_build.product_name": build.product_name,
        "opcua_build.software_version": build.software_version,
        "opcua_build.number": build.build_number,
    }
    facts: dict[str, FactValue] = {name: one_line(text, 256) for name, text in texts.items() if text}
    named = (build.manufacturer, build.product_name, build.software_version)
    if all(named):
        facts["opcua_build.named"] = "; ".join(one_line(text, 128) for text in named)
    moments = {"opcua_build.date": build.build_date, "opcua_build.start_time": answers.started}
    return facts | {name: _iso(when) for name, when in moments.items() if when is not None}


def _iso(when: datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")
