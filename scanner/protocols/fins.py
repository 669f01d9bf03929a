"""Omron FINS over UDP: Controller Data Read, which reads no memory and changes no state.

Omron's FINS Commands Reference Manual (W227) and Communications Commands Reference Manual (W342), section 5: the header of ten bytes, command 05 01 and its
answer. The node addresses are left at 0 (the controller itself) and 99, which no network of an office or plant commonly uses.
"""

from inventory.errors import ProtocolError
from inventory.model import FactValue
from inventory.text import one_line
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, ReadSome, Safety, Say, Send, Target

NAME = "fins"
TRANSPORT = "udp"
PORTS = (9600,)
SAFETY = Safety.A
OVER_TLS = False
SPEAKS_FIRST = False
CONTROLLER_DATA_READ = bytes.fromhex("80 00 02 000000 006300 ef 0501 00")
SAYS = (Say.exactly("controller data read", CONTROLLER_DATA_READ),)
FACTS = {
    "fins.model": "the controller's model",
    "fins.version": "the version of the controller, which is its firmware's",
    "fins.end_code": "the end code where the controller gives no data, four hexadecimal digits",
}
_SERVICE_ID = 9
_FIELD = 20


def probe(target: Target) -> Conversation[Heard]:
    """Ask once."""
    yield Send(CONTROLLER_DATA_READ)
    return parse((yield ReadSome(65535)))


def parse(datagram: bytes) -> Heard:
    """Read an answer to Controller Data Read, with data or with an end code alone."""
    head, command, end_code = datagram[:10], datagram[10:12], datagram[12:14]
    if len(end_code) < 2 or not head[0] & 0x40 or head[_SERVICE_ID] != CONTROLLER_DATA_READ[_SERVICE_ID]:
        raise ProtocolError("not a FINS response to us")
    if command != b"\x05\x01":
        raise ProtocolError(f"FINS command {command.hex()} in answer to 0501")
    data = datagram[14:]
    # Two bits of the end code are flags for an error of a relaying node or of the CPU, and do not say that the command failed (W342, section 5-1-3).
    failed = end_code[0] & 0x7F or end_code[1] & 0x3F
    facts: dict[str, FactValue] = {"fins.end_code": end_code.hex()} if failed else {}
    for name, field in (("model", data[:_FIELD]), ("version", data[_FIELD : 2 * _FIELD])):
        text = one_line(field.split(b"\0")[0])
        if text and not failed:
            facts[f"fins.{name}"] = text
    if not facts:
        raise ProtocolError("a FINS response that says nothing")
    return Heard(facts, datagram[:EVIDENCE_LIMIT])
