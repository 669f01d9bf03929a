"""Niagara Fox: the greeting of a Niagara station (fox at TCP 1911, foxs at 4911 inside TLS); no login is begun.

Tridium does not publish the protocol. The frames are as public tools describe them (nmap's fox-info, Redpoint): "fox a <sequence> <reply-to> fox hello", a
block of "name=type:value" lines in braces, and ";;". Station and daemon answer a hello before anybody logs in.
"""

from inventory.errors import ProtocolError
from inventory.model import FactValue
from inventory.text import one_line
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, ReadUntil, Safety, Say, Send, Target

NAME = "fox"
TRANSPORT = "tcp"
PORTS = (1911, 4911)
SAFETY = Safety.B
OVER_TLS = True
SPEAKS_FIRST = False
HELLO = b"fox a 1 -1 fox hello\n{\nfox.version=s:1.0\nid=i:1\n};;\n"
SAYS = (Say.exactly("hello", HELLO),)
FACTS = {
    "fox.version": "the protocol's version",
    "fox.host_name": "the host's own name or address",
    "fox.host_address": "the host's own address, as it knows it itself",
    "fox.host_id": "the host ID that its licence is bound to",
    "fox.app_name": "the application, 'Station' or 'Workbench'",
    "fox.app_version": "the version of Niagara",
    "fox.vm_name": "the Java virtual machine",
    "fox.vm_version": "the version of the Java virtual machine",
    "fox.os_name": "the operating system",
    "fox.os_version": "the version of the operating system",
    "fox.station_name": "the station's name",
    "fox.brand": "brandId: under whose brand it is sold",
    "fox.vm_uuid": "the identifier of this run of the virtual machine",
    "fox.time_zone": "the time zone, its name alone",
    "fox.authentication": "the ways to log in that it names",
    "fox.encrypted": "whether this was said inside TLS",
}
_FIELDS = {
    "fox.version": "fox.version",
    "hostName": "fox.host_name",
    "hostAddress": "fox.host_address",
    "hostId": "fox.host_id",
    "app.name": "fox.app_name",
    "app.version": "fox.app_version",
    "vm.name": "fox.vm_name",
    "vm.version": "fox.vm_version",
    "os.name": "fox.os_name",
    "os.version": "fox.os_version",
    "station.name": "fox.station_name",
    "brandId": "fox.brand",
    "vmUuid": "fox.vm_uuid",
    "timeZone": "fox.time_zone",
    "authAgentTypeSpecs": "fox.authentication",
}
_END = b"};;"
_LINES = 64
_VALUE = 256


def probe(target: Target) -> Conversation[Heard]:
    """Say hello once, and read the answer to its end."""
    yield Send(HELLO)
    heard = parse((yield ReadUntil(_END)))
    return Heard({**heard.facts, "fox.encrypted": target.tls}, heard.evidence)


def parse(frame: bytes) -> Heard:
    """Read one answer to a hello."""
    head, brace, body = frame.partition(b"{")
    words = head.split()
    if not brace or not frame.rstrip().endswith(_END) or len(words) < 6 or words[0] != b"fox":
        raise ProtocolError("not an answer in Fox")
    if words[4:6] != [b"fox", b"hello"] and words[4:6] != [b"fox", b"rejected"]:
        raise ProtocolError("an answer in Fox to something else")
    facts: dict[str, FactValue] = {}
    for line in body.split(b"\n")[:_LINES]:
        name, equals, typed = line.strip().partition(b"=")
        kind, colon, value = typed.partition(b":")
        fact = _FIELDS.get(name.decode("latin-1"))
        if equals and colon and len(kind) <= 8 and fact and (text := one_line(value, _VALUE)):
            facts.setdefault(fact, text.partition(";")[0] if fact == "fox.time_zone" else text)
    return Heard(facts, frame[:EVIDENCE_LIMIT])
