"""MongoDB: is it one, what version is it, and does it take commands from anybody? No database, collection or user is named or listed.

Three commands on the database "admin" (MongoDB wire protocol; manual, "Database Commands"): `isMaster`, which every server answers before a login, and in which
it says how new its protocol is; `getParameter` of "logLevel", a number of its own settings that says nothing of the data, which a server with access control
refuses to strangers with the error 13, Unauthorized; and `buildInfo` for the version. That `isMaster` is answered says nothing of access control, and neither
does `connectionStatus`; a command that needs a login, and gives away nothing, does.
"""

import struct
from collections.abc import Mapping

from inventory.errors import PeerError, ProtocolError
from inventory.model import FactValue
from inventory.text import one_line
from scanner.codecs.bson import Value, read_document
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, Read, Safety, Say, Send, Target

NAME = "mongodb"
TRANSPORT = "tcp"
PORTS = (27017,)
SAFETY = Safety.A
OVER_TLS = False
SPEAKS_FIRST = False
HARDY = True
FACTS = {
    "mongodb.wire_version": "the newest version of the wire protocol that it speaks: 6 is MongoDB 3.6, 17 is 6.0, 21 is 7.0",
    "mongodb.version": "the version that buildInfo names",
    "mongodb.open": "whether it takes commands from anybody",
}
_QUERY, _REPLY, _MESSAGE = 2004, 1, 2013
_SPEAKS_MESSAGES = 6
_UNAUTHORISED = 13
_LIMIT = 65536


def _document(*names: bytes, database: bool) -> bytes:
    """A command: each name with the number 1, and the database where the message has no other place for it."""
    body = b"".join(b"\x10" + name + b"\0\1\0\0\0" for name in names)
    if database:
        body += b"\x02$db\0\6\0\0\0admin\0"
    return struct.pack("<i", len(body) + 5) + body + b"\0"


def _query(number: int, *names: bytes) -> bytes:
    """A command as OP_QUERY on admin.$cmd, which servers take up to 5.0, and isMaster in all."""
    body = bytes(4) + b"admin.$cmd\0" + struct.pack("<ii", 0, -1) + _document(*names, database=False)
    return struct.pack("<iiii", len(body) + 16, number, 0, _QUERY) + body


def _message(number: int, *names: bytes) -> bytes:
    """A command as OP_MSG, which servers take from 3.6 on."""
    body = bytes(5) + _document(*names, database=True)
    return struct.pack("<iiii", len(body) + 16, number, 0, _MESSAGE) + body


IS_MASTER = _query(1, b"isMaster")
GET_PARAMETER = {old: ask(2, b"getParameter", b"logLevel") for old, ask in ((True, _query), (False, _message))}
BUILD_INFO = {old: ask(3, b"buildInfo") for old, ask in ((True, _query), (False, _message))}
SAYS = (
    Say.exactly("isMaster", IS_MASTER),
    *(Say.exactly("getParameter logLevel", request) for request in GET_PARAMETER.values()),
    *(Say.exactly("buildInfo", request) for request in BUILD_INFO.values()),
)


def probe(target: Target) -> Conversation[Heard]:
    """Say hello, ask for the one parameter and for the version, and leave."""
    hello = yield from _ask(IS_MASTER)
    facts = parse_hello(hello)
    old = int(str(facts["mongodb.wire_version"])) < _SPEAKS_MESSAGES
    said: dict[str, Value] = {}
    try:
        answer = yield from _ask(GET_PARAMETER[old])
        said = {name: answer[name] for name in ("ok", "code", "errmsg") if name in answer}
        facts |= parse_access(answer)
        facts |= parse_version((yield from _ask(BUILD_INFO[old])))
    except PeerError:
        pass  # it has said that it is one, and perhaps whom it takes
    shown = ", ".join(f"{name}: {value}" for name, value in said.items())
    return Heard(facts, f"getParameter logLevel: {shown or 'no answer'}".encode()[:EVIDENCE_LIMIT])


def _ask(request: bytes) -> Conversation[Mapping[str, Value]]:
    yield Send(request)
    head = yield Read(16)
    size, _, answered, code = struct.unpack("<iiii", head)
    (number,) = struct.unpack_from("<i", request, 4)
    if not 16 <= size <= _LIMIT or answered != number or code not in (_REPLY, _MESSAGE):
        raise ProtocolError("not an answer of MongoDB")
    return parse_answer(code, (yield Read(size - 16)) if size > 16 else b"")


def parse_answer(code: int, body: bytes) -> Mapping[str, Value]:
    """The document of an OP_REPLY or of an OP_MSG of one section."""
    if code == _REPLY and len(body) >= 20 and struct.unpack_from("<i", body, 16)[0] == 1:
        return read_document(body[20:])
    if code == _MESSAGE and len(body) >= 5 and not body[0] & 1 and body[4] == 0:
        return read_document(body[5:])
    raise ProtocolError("not an answer of MongoDB with one document")


def parse_hello(said: Mapping[str, Value]) -> dict[str, FactValue]:
    """The facts in the answer to isMaster; `ProtocolError` where it is none."""
    version = said.get("maxWireVersion", 0)
    if said.get("ok") != 1 or not isinstance(said.get("ismaster"), bool) or not isinstance(version, int):
        raise ProtocolError("not MongoDB's answer to isMaster")
    return {"mongodb.wire_version": max(0, int(version))}


def parse_access(said: Mapping[str, Value]) -> dict[str, FactValue]:
    """Whether a command that needs a login was answered without one; nothing where the answer is neither yes nor Unauthorized."""
    if said.get("ok") == 1 and "logLevel" in said:
        return {"mongodb.open": True}
    refusal = str(said.get("errmsg", "")).lower()
    if said.get("ok") == 0 and (said.get("code") == _UNAUTHORISED or refusal.startswith("unauthorized")):
        return {"mongodb.open": False}
    return {}


def parse_version(said: Mapping[str, Value]) -> dict[str, FactValue]:
    """The version in the answer to buildInfo, where it gives one."""
    version = said.get("version")
    named = one_line(version, 64) if isinstance(version, str) else ""
    return {"mongodb.version": named} if named and said.get("ok") == 1 else {}
