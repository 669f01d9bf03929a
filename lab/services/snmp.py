"""An SNMP agent: v1 (RFC 1157) and v2c (RFC 3416) GET and GETNEXT for one community, and the engine discovery of v3 (RFC 3414, section 4)."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from lab.fake import Datagram, Visit
from lab.services import ber
from lab.services.ber import Element

SYS_DESCR = "1.3.6.1.2.1.1.1.0"
SYS_OBJECT_ID = "1.3.6.1.2.1.1.2.0"
SYS_UP_TIME = "1.3.6.1.2.1.1.3.0"
SYS_CONTACT = "1.3.6.1.2.1.1.4.0"
SYS_NAME = "1.3.6.1.2.1.1.5.0"
SYS_LOCATION = "1.3.6.1.2.1.1.6.0"
_UNKNOWN_USER_NAMES = "1.3.6.1.6.3.15.1.1.3.0"
_UNKNOWN_ENGINE_IDS = "1.3.6.1.6.3.15.1.1.4.0"
_GET, _GET_NEXT, _RESPONSE, _SET, _GET_BULK, _REPORT = 0xA0, 0xA1, 0xA2, 0xA3, 0xA5, 0xA8
_COUNTER32, _TIME_TICKS = 0x41, 0x43
_NO_SUCH_OBJECT, _END_OF_MIB = bytes((0x80, 0)), bytes((0x82, 0))
_NO_SUCH_NAME = 2
_STARTED = time.monotonic()


@dataclass(frozen=True)
class Snmp(Datagram):
    """An agent. `enterprise` and `mac` make its engine id (RFC 3411, SnmpEngineID, format 3); `up` is for how many seconds it ran when the city came up.

    `objects` are what it has besides the system group, by object identifier, and `identifiers` those whose values are object identifiers themselves.
    `versions` are those that it speaks: 0 for v1, 1 for v2c, 3 for v3.
    """

    enterprise: int
    mac: str
    port: int = 161
    community: str | None = field(default=None, repr=False)
    descr: str = ""
    object_id: str = "1.3.6.1.4.1.8072.3.2.10"
    name: str = ""
    location: str = ""
    up: int = 3_456_789
    boots: int = 7
    objects: tuple[tuple[str, str | int | bytes], ...] = ()
    identifiers: tuple[tuple[str, str], ...] = ()
    versions: tuple[int, ...] = (0, 1, 3)

    @property
    def engine_id(self) -> bytes:
        """The engine's id: the enterprise number with its highest bit set, 3 for a MAC address, and the MAC address."""
        return (self.enterprise | 0x80000000).to_bytes(4, "big") + b"\x03" + bytes.fromhex(self.mac.replace(":", ""))

    def answer(self, datagram: bytes, visit: Visit) -> bytes | None:
        """Answer a message of any version, or keep silent as an agent does at what it does not know."""
        try:
            message, _ = ber.read(datagram)
            version, *rest = message.parts
            if version.number not in self.versions:
                return None
            if version.number == 3:
                return self._report(rest, visit)
            community, pdu = rest
            return self._reply(version.number, community.content, pdu, visit)
        except (ber.Malformed, ValueError, IndexError):
            return None

    def _report(self, parts: Sequence[Element], visit: Visit) -> bytes:
        """Tell the engine's id, boots and time to whoever does not know them; know no user (RFC 3414, section 3.2, steps 3 and 4)."""
        message_id = parts[0].parts[0].number
        asked = ber.read(parts[1].content)[0].parts[0].content
        reason = _UNKNOWN_USER_NAMES if asked == self.engine_id else _UNKNOWN_ENGINE_IDS
        counter = _binding(ber.object_identifier(reason), ber.integer(1, _COUNTER32))
        pdu = ber.element(_REPORT, ber.integer(_request_id(parts[2])), ber.integer(0), ber.integer(0), counter)
        engine = ber.element(ber.OCTET_STRING, self.engine_id)
        empty = ber.element(ber.OCTET_STRING)
        security = ber.element(
            ber.SEQUENCE,
            engine,
            ber.integer(self.boots + visit.log.restarts),
            ber.integer(self._seconds()),
            empty,
            empty,
            empty,
        )
        header = ber.element(
            ber.SEQUENCE,
            ber.integer(message_id),
            ber.integer(65507),
            ber.element(ber.OCTET_STRING, b"\0"),
            ber.integer(3),
        )
        scoped = ber.element(ber.SEQUENCE, engine, empty, pdu)
        return ber.element(ber.SEQUENCE, ber.integer(3), header, ber.element(ber.OCTET_STRING, security), scoped)

    def _reply(self, version: int, community: bytes, pdu: Element, visit: Visit) -> bytes | None:
        if pdu.tag == _SET:
            visit.harm("an SNMP SET")
            return None
        if pdu.tag == _GET_BULK:
            visit.harm("an SNMP GETBULK")
            return None
        if pdu.tag not in (_GET, _GET_NEXT) or version not in (0, 1):
            return None
        opened = self.community is not None and community == self.community.encode()
        _count(visit, community, opened=opened)
        if not opened:
            return None
        request_id, _, _, bindings = pdu.parts
        asked = [binding.parts[0].content for binding in bindings.parts]
        answers = [self._found(name, following=pdu.tag != _GET) for name in asked]
        lost = next((at for at, answer in enumerate(answers, 1) if answer is None), 0)
        if lost and version == 0:  # v1 knows no exceptions (RFC 1157, section 4.1.2)
            body = (ber.integer(request_id.number), ber.integer(_NO_SUCH_NAME), ber.integer(lost))
            response = ber.element(_RESPONSE, *body, ber.element(ber.SEQUENCE, bindings.content))
        else:
            silence = _NO_SUCH_OBJECT if pdu.tag == _GET else _END_OF_MIB
            pairs = [a or _pair(ber.element(ber.OBJECT, name), silence) for name, a in zip(asked, answers, strict=True)]
            body = (ber.integer(request_id.number), ber.integer(0), ber.integer(0))
            response = ber.element(_RESPONSE, *body, ber.element(ber.SEQUENCE, *pairs))
        return ber.element(ber.SEQUENCE, ber.integer(version), ber.element(ber.OCTET_STRING, community), response)

    def _found(self, name: bytes, *, following: bool) -> bytes | None:
        objects = self._objects()
        wanted = ber.dotted(name)
        if following:
            wanted = next((oid for oid in sorted(objects, key=_arcs) if _arcs(oid) > _arcs(wanted)), "")
        return _pair(ber.object_identifier(wanted), objects[wanted]) if wanted in objects else None

    def _objects(self) -> dict[str, bytes]:
        texts = {SYS_DESCR: self.descr, SYS_CONTACT: "", SYS_NAME: self.name, SYS_LOCATION: self.location}
        objects = {oid: ber.element(ber.OCTET_STRING, text.encode()) for oid, text in texts.items()}
        objects[SYS_OBJECT_ID] = ber.object_identifier(self.object_id)
        objects[SYS_UP_TIME] = ber.integer(self._seconds() * 100, _TIME_TICKS)
        objects |= {oid: _encoded(value) for oid, value in self.objects}
        objects |= {oid: ber.object_identifier(value) for oid, value in self.identifiers}
        return objects

    def _seconds(self) -> int:
        return self.up + int(time.monotonic() - _STARTED)


def _count(visit: Visit, community: bytes, *, opened: bool) -> None:
    """Count without harm: an agent never locks, and a datagram may be sent twice."""
    account = f"community {community.decode('utf-8', 'replace')}"
    visit.log.logins[account] = visit.log.logins.get(account, 0) + (not opened)


def _encoded(value: str | int | bytes) -> bytes:
    if isinstance(value, int):
        return ber.integer(value)
    return ber.element(ber.OCTET_STRING, value.encode() if isinstance(value, str) else value)


def _arcs(oid: str) -> tuple[int, ...]:
    return tuple(int(arc) for arc in oid.split("."))


def _pair(name: bytes, value: bytes) -> bytes:
    return ber.element(ber.SEQUENCE, name, value)


def _binding(name: bytes, value: bytes) -> bytes:
    return ber.element(ber.SEQUENCE, _pair(name, value))


def _request_id(scoped: Element) -> int:
    """The request id inside the scoped PDU; 0 where it is encrypted."""
    return scoped.parts[2].parts[0].number if scoped.tag == ber.SEQUENCE else 0
