"""An SNMP agent: v1 (RFC 1157) and v2c (RFC 3416) GET, GETNEXT and GETBULK for one community, and v3 with its engine discovery and its users (RFC 3414)."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from lab.fake import Datagram, Visit
from lab.services import ber, usm
from lab.services.ber import Element

SYS_DESCR = "1.3.6.1.2.1.1.1.0"
SYS_OBJECT_ID = "1.3.6.1.2.1.1.2.0"
SYS_UP_TIME = "1.3.6.1.2.1.1.3.0"
SYS_CONTACT = "1.3.6.1.2.1.1.4.0"
SYS_NAME = "1.3.6.1.2.1.1.5.0"
SYS_LOCATION = "1.3.6.1.2.1.1.6.0"
SYS_SERVICES = "1.3.6.1.2.1.1.7.0"
IF_NUMBER = "1.3.6.1.2.1.2.1.0"
_INTERFACE = "1.3.6.1.2.1.2.2.1.{}.1"
_HOST = 72  # what a host offers: layers 4 and 7 (RFC 3418, sysServices)
_ETHERNET, _MTU, _SPEED, _UP = 6, 1500, 100_000_000, 1  # ethernetCsmacd (RFC 2863, IANAifType)
_GET, _GET_NEXT, _RESPONSE, _SET, _GET_BULK, _REPORT = 0xA0, 0xA1, 0xA2, 0xA3, 0xA5, 0xA8
_COUNTER32, _GAUGE32, _TIME_TICKS = 0x41, 0x42, 0x43
_READS = (_GET, _GET_NEXT, _GET_BULK)
_NO_SUCH_OBJECT, _END_OF_MIB = bytes((0x80, 0)), bytes((0x82, 0))
_NO_SUCH_NAME = 2
_MOST_REPETITIONS = 25
_STARTED = time.monotonic()


@dataclass(frozen=True)
class Snmp(Datagram):
    """An agent. `enterprise` and `mac` make its engine id (RFC 3411, SnmpEngineID, format 3); `up` is for how many seconds it ran when the city came up.

    `objects` are what it has besides the system group, by object identifier, and `identifiers` those whose values are object identifiers themselves.
    `interface` is the name of its one Ethernet port, whose address is `mac`.
    `versions` are those that it speaks: 0 for v1, 1 for v2c, 3 for v3; `users` are those of v3.
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
    interface: str = "eth0"
    objects: tuple[tuple[str, str | int | bytes], ...] = ()
    identifiers: tuple[tuple[str, str], ...] = ()
    versions: tuple[int, ...] = (0, 1, 3)
    users: tuple[usm.User, ...] = ()

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
                return self._third(datagram, rest, visit)
            community, pdu = rest
            return self._reply(version.number, community.content, pdu, visit)
        except (ber.Malformed, ValueError, IndexError):
            return None

    def _third(self, datagram: bytes, parts: Sequence[Element], visit: Visit) -> bytes | None:
        """Answer a message of v3: a Report where something is wrong with it (RFC 3414, section 3.2), else what it asks for."""
        header, security, scoped = parts
        asked = usm.Asked.of(datagram, header, security.content)
        known = next((user for user in self.users if user.name == asked.user), None)
        boots, seconds = self.boots + visit.log.restarts, self._seconds()
        counter = asked.fault(known, self.engine_id, boots, seconds)
        if counter not in {usm.UNKNOWN_ENGINES, usm.NOT_IN_TIME} and asked.user:
            _count(visit, f"user {asked.user}", opened=not counter)
        if counter:
            binding = _pair(ber.object_identifier(counter), ber.integer(1, _COUNTER32))
            body = (
                ber.integer(_request_id(scoped)),
                ber.integer(0),
                ber.integer(0),
                ber.element(ber.SEQUENCE, binding),
            )
            pdu = ber.element(_REPORT, *body)
        else:
            pdu = self._granted(scoped.parts[2], known, asked, visit)
        signer = known if asked.authenticated and counter in {"", usm.NOT_IN_TIME} else None
        number = header.parts[0].number
        return pdu and self._message(number, (boots, seconds), asked.user, signer, pdu)

    def _granted(self, pdu: Element, user: usm.User | None, asked: usm.Asked, visit: Visit) -> bytes:
        """The response to a request whose user is who he says; b"" where none is given."""
        if user is None or self._is_harm(pdu, visit) or pdu.tag not in _READS:
            return b""
        if user.privacy or (user.scheme and not asked.authenticated):
            body = (pdu.parts[0].number, usm.AUTHORISATION_ERROR, 1)
            return ber.element(_RESPONSE, *map(ber.integer, body), ber.element(ber.SEQUENCE, pdu.parts[3].content))
        return self._response(1, pdu)

    def _message(self, number: int, clock: tuple[int, int], name: str, signer: usm.User | None, pdu: bytes) -> bytes:
        """A message of v3 around a PDU, signed where there is somebody to sign it."""
        flags = ber.element(ber.OCTET_STRING, b"\x01" if signer else b"\0")
        header = ber.element(ber.SEQUENCE, ber.integer(number), ber.integer(65507), flags, ber.integer(3))
        engine, empty = ber.element(ber.OCTET_STRING, self.engine_id), ber.element(ber.OCTET_STRING)
        user = ber.element(ber.OCTET_STRING, name.encode())

        def whole(digest: bytes) -> bytes:
            fields = (engine, *map(ber.integer, clock), user, ber.element(ber.OCTET_STRING, digest), empty)
            security = ber.element(ber.OCTET_STRING, ber.element(ber.SEQUENCE, *fields))
            scoped = ber.element(ber.SEQUENCE, engine, empty, pdu)
            return ber.element(ber.SEQUENCE, ber.integer(3), header, security, scoped)

        return usm.signed(whole, signer, self.engine_id) if signer else whole(b"")

    @staticmethod
    def _is_harm(pdu: Element, visit: Visit) -> bool:
        """Note what would hurt: a SET, which is not answered, and a GETBULK, which is, but may take a small agent's time for seconds."""
        harms = {_SET: "an SNMP SET", _GET_BULK: "an SNMP GETBULK"}
        if pdu.tag in harms:
            visit.harm(harms[pdu.tag])
        return pdu.tag == _SET

    def _reply(self, version: int, community: bytes, pdu: Element, visit: Visit) -> bytes | None:
        if self._is_harm(pdu, visit) or pdu.tag not in _READS or version not in (0, 1):
            return None
        if pdu.tag == _GET_BULK and version == 0:
            return None  # v1 has none
        opened = self.community is not None and community == self.community.encode()
        _count(visit, f"community {community.decode('utf-8', 'replace')}", opened=opened)
        if not opened:
            return None
        response = self._response(version, pdu)
        return ber.element(ber.SEQUENCE, ber.integer(version), ber.element(ber.OCTET_STRING, community), response)

    def _response(self, version: int, pdu: Element) -> bytes:
        """The variables that are asked for."""
        request_id, single, most, bindings = pdu.parts
        asked = [binding.parts[0].content for binding in bindings.parts]
        if pdu.tag == _GET_BULK:
            asked = self._repeated(asked, single.number, most.number)
        answers = [self._found(name, following=pdu.tag != _GET) for name in asked]
        lost = next((at for at, answer in enumerate(answers, 1) if answer is None), 0)
        if lost and version == 0:  # v1 knows no exceptions (RFC 1157, section 4.1.2)
            body = (ber.integer(request_id.number), ber.integer(_NO_SUCH_NAME), ber.integer(lost))
            return ber.element(_RESPONSE, *body, ber.element(ber.SEQUENCE, bindings.content))
        silence = _NO_SUCH_OBJECT if pdu.tag == _GET else _END_OF_MIB
        pairs = [a or _pair(ber.element(ber.OBJECT, name), silence) for name, a in zip(asked, answers, strict=True)]
        body = (ber.integer(request_id.number), ber.integer(0), ber.integer(0))
        return ber.element(_RESPONSE, *body, ber.element(ber.SEQUENCE, *pairs))

    def _repeated(self, asked: list[bytes], single: int, most: int) -> list[bytes]:
        """The names whose successors answer a GETBULK (RFC 3416, section 4.2.3): the first ones once, the others again and again up to the end of the tree."""
        row, names = asked[max(single, 0) :], asked[: max(single, 0)]
        for _ in range(min(most, _MOST_REPETITIONS)):
            names += row
            row = [self._next(name) or name for name in row]
        return names

    def _next(self, name: bytes) -> bytes | None:
        following = sorted((oid for oid in self._objects() if _arcs(oid) > _arcs(ber.dotted(name))), key=_arcs)
        return ber.read(ber.object_identifier(following[0]))[0].content if following else None

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
        objects |= self._interfaces()
        objects |= {oid: _encoded(value) for oid, value in self.objects}
        objects |= {oid: ber.object_identifier(value) for oid, value in self.identifiers}
        return objects

    def _interfaces(self) -> dict[str, bytes]:
        """The interfaces group (RFC 2863) of a device with one Ethernet port that is up."""
        address = bytes.fromhex(self.mac.replace(":", ""))
        counted = ber.integer(self._seconds() * 97 % 2**32, _COUNTER32)
        columns = {
            1: ber.integer(1),
            2: _encoded(self.interface),
            3: ber.integer(_ETHERNET),
            4: ber.integer(_MTU),
            5: ber.integer(_SPEED, _GAUGE32),
            6: _encoded(address),
            7: ber.integer(_UP),
            8: ber.integer(_UP),
            9: ber.integer(0, _TIME_TICKS),
            10: counted,
            16: counted,
        }
        entries = {_INTERFACE.format(column): value for column, value in columns.items()}
        return {SYS_SERVICES: ber.integer(_HOST), IF_NUMBER: ber.integer(1), **entries}

    def _seconds(self) -> int:
        return self.up + int(time.monotonic() - _STARTED)


def _count(visit: Visit, account: str, *, opened: bool) -> None:
    """Count without harm: an agent never locks, and a datagram may be sent twice."""
    visit.log.logins[account] = visit.log.logins.get(account, 0) + (not opened)


def _encoded(value: str | int | bytes) -> bytes:
    if isinstance(value, int):
        return ber.integer(value)
    return ber.element(ber.OCTET_STRING, value.encode() if isinstance(value, str) else value)


def _arcs(oid: str) -> tuple[int, ...]:
    return tuple(int(arc) for arc in oid.split("."))


def _pair(name: bytes, value: bytes) -> bytes:
    return ber.element(ber.SEQUENCE, name, value)


def _request_id(scoped: Element) -> int:
    """The request id inside the scoped PDU; 0 where it is encrypted."""
    return scoped.parts[2].parts[0].number if scoped.tag == ber.SEQUENCE else 0
