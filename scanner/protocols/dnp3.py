"""DNP3 over TCP: one Request Link Status, to one station address, and nothing of the application layer.

IEEE 1815-2012, section 9.2 (data link frame), 9.2.4.1.3 (function codes) and 13 (TCP). Why address 1: the broadcast addresses 0xFFFD to 0xFFFF reach every
station, and link requests may not be sent to them. The self-address 0xFFFC is answered by every station that has it switched on, so behind a serial gateway
several would answer at once and disturb the line. To an ordinary address one station answers at most, with its link layer alone: no event is confirmed, no
state is reset, no function of the application is touched. 1 is what most stations come with; a station that goes by another number is silent, and so are we.
A frame that it sends unasked (an unsolicited response on a new connection) proves the protocol as well, and is not confirmed.
"""

from inventory.errors import ProtocolError
from inventory.model import FactValue
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, Read, Safety, Say, Send, Target

NAME = "dnp3"
TRANSPORT = "tcp"
PORTS = (20000,)
SAFETY = Safety.B
OVER_TLS = False
SPEAKS_FIRST = False
STATION, MASTER = 1, 0
_FROM_MASTER, _PRIMARY, _REQUEST_LINK_STATUS = 0x80, 0x40, 9
_HEADER = 10
FACTS = {
    "dnp3.station": "the address of the station that answered",
    "dnp3.function": "the function of the link frame that it sent, 'LINK_STATUS'",
    "dnp3.primary": "whether it sent the frame unasked (PRM)",
}
_SECONDARY = {0: "ACK", 1: "NACK", 11: "LINK_STATUS", 15: "NOT_SUPPORTED"}
_PRIMARY_CODES = {
    0: "RESET_LINK_STATES",
    2: "TEST_LINK_STATES",
    3: "CONFIRMED_USER_DATA",
    4: "UNCONFIRMED_USER_DATA",
    9: "REQUEST_LINK_STATUS",
}


def checksum(block: bytes) -> bytes:
    """The CRC of a block (IEEE 1815, section 9.2.4.3): polynomial 0x3D65 from the lowest bit on, complemented, lowest octet first."""
    crc = 0
    for octet in block:
        crc ^= octet
        for _ in range(8):
            crc = crc >> 1 ^ (0xA6BC if crc & 1 else 0)
    return (crc ^ 0xFFFF).to_bytes(2, "little")


def _link_status(station: int, master: int) -> bytes:
    head = bytes((0x05, 0x64, 5, _FROM_MASTER | _PRIMARY | _REQUEST_LINK_STATUS))
    head += station.to_bytes(2, "little") + master.to_bytes(2, "little")
    return head + checksum(head)


REQUEST = _link_status(STATION, MASTER)
SAYS = (Say.exactly(f"request link status of station {STATION}", REQUEST),)


def probe(target: Target) -> Conversation[Heard]:
    """Ask once, and read the header of whatever frame comes."""
    yield Send(REQUEST)
    return parse((yield Read(_HEADER)))


def parse(header: bytes) -> Heard:
    """Read the header of a link frame that a station sent; its user data, if it has any, is left unread."""
    if len(header) < _HEADER or header[:2] != b"\x05\x64" or header[2] < 5:
        raise ProtocolError("not a link frame of DNP3")
    if checksum(header[:8]) != header[8:10]:
        raise ProtocolError("a link frame of DNP3 with a wrong CRC")
    control = header[3]
    if control & _FROM_MASTER:
        raise ProtocolError("a link frame that comes from a master, or our own come back")
    primary = bool(control & _PRIMARY)
    function = (_PRIMARY_CODES if primary else _SECONDARY).get(control & 0x0F)
    if function is None:
        raise ProtocolError(f"link function {control & 0x0F} is not of IEEE 1815")
    facts: dict[str, FactValue] = {
        "dnp3.station": int.from_bytes(header[6:8], "little"),
        "dnp3.function": function,
        "dnp3.primary": primary,
    }
    return Heard(facts, header[:EVIDENCE_LIMIT])
