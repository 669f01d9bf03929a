"""Ubiquiti's discovery: what airMAX radios, UniFi access points and EdgeRouters tell anyone of themselves.

One datagram of four bytes: version 1 is `01 00 00 00`; version 2, `02 08 00 00`, is spoken by those that are silent at the first and is asked of Ubiquiti's
devices only. Documented by Rapid7 (Ubiquiti Discovery Service Exposures, 2019) and in the packet descriptions of Wireshark and nmap; no standard. On TCP the
same port number is a fuel tank gauge or a serial line, and is not touched here; nor is a serial server of Lantronix, which takes datagrams for its line there.

Field 6 is a user's name and is not kept; 7 to 9 belong to a login, which is never begun.
"""

from inventory.errors import ProtocolError
from inventory.model import Device, Endpoint, FactValue
from scanner.codecs import tlv
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, ReadSome, Safety, Say, Send, Target
from scanner.invitation import made_by

NAME = "ubiquiti"
TRANSPORT = "udp"
PORTS = (10001,)
SAFETY = Safety.A
OVER_TLS = False
SPEAKS_FIRST = False
DISCOVER_1, DISCOVER_2 = b"\x01\x00\x00\x00", b"\x02\x08\x00\x00"
SAYS = (Say.exactly("discover, version 1", DISCOVER_1), Say.exactly("discover, version 2", DISCOVER_2))
FACTS = {
    "ubiquiti.protocol": "the version of the protocol: 'v1' or 'v2'",
    "ubiquiti.macs": "its MAC addresses",
    "ubiquiti.addresses": "its IPv4 addresses",
    "ubiquiti.firmware": "the firmware's full name, 'XM.ar7240.v5.6.3.28591.151130.1749': platform, version and build date",
    "ubiquiti.version": "the short version that version 2 states",
    "ubiquiti.uptime": "seconds since it started",
    "ubiquiti.hostname": "its name",
    "ubiquiti.product": "the product's short name",
    "ubiquiti.model": "the model's full name, or in version 2 its short one",
    "ubiquiti.essid": "the name of its radio network",
    "ubiquiti.default": "whether nobody has taken it over yet: factory settings, factory password",
}
_TEXTS = {
    0x03: "firmware",
    0x0B: "hostname",
    0x0C: "product",
    0x0D: "essid",
    0x14: "model",
    0x15: "model",
    0x16: "version",
}
_ANSWERS = {1: (0,), 2: (6, 9, 11)}
_MAC, _MAC_AND_IP, _UPTIME, _DEFAULT = 0x01, 0x02, 0x0A, 0x17
_SECRETS = frozenset((0x06, 0x07, 0x08, 0x09))
_ADDRESSES = 32
_SECOND = "/v2"


def invited(device: Device) -> tuple[Target, ...]:
    """Version 2 at a device of Ubiquiti's that did not answer version 1."""
    if device.speaking(NAME) or not made_by(device, ("Ubiquiti",)):
        return ()
    return (Target(Endpoint(device.address, PORTS[0], "udp"), path=_SECOND),)


def spares(device: Device) -> bool:
    """Whether port 10001 may be a serial line: of Lantronix's servers in datagram mode, by their factory settings (UDS-10 user guide)."""
    return made_by(device, ("Lantronix", "PRONET"))  # whose numbers Lantronix has used


def probe(target: Target) -> Conversation[Heard]:
    """Ask once."""
    yield Send(DISCOVER_2 if target.path == _SECOND else DISCOVER_1)
    return parse((yield ReadSome(65535)))


def parse(datagram: bytes) -> Heard:
    """Read a whole answer."""
    if len(datagram) < 4 or datagram[1] not in _ANSWERS.get(datagram[0], ()):
        raise ProtocolError("not an answer of Ubiquiti's discovery")
    if int.from_bytes(datagram[2:4], "big") != len(datagram) - 4:
        raise ProtocolError("a length that is not that of the datagram")
    facts: dict[str, FactValue] = {"ubiquiti.protocol": f"v{datagram[0]}"}
    macs: list[str] = []
    addresses: list[str] = []
    evidence = datagram[:4]
    for kind, value in tlv.fields(datagram[4:], kind=1, length=2):
        if kind in _SECRETS:
            continue
        evidence += bytes((kind,)) + len(value).to_bytes(2, "big") + value
        if kind in _TEXTS:
            facts[f"ubiquiti.{_TEXTS[kind]}"] = tlv.text(value)
        elif kind in (_MAC, _MAC_AND_IP):
            macs.append(tlv.mac_address(value[:6]))
            addresses += [tlv.ip_address(value[6:])] if kind == _MAC_AND_IP else []
        elif kind == _UPTIME and len(value) == 4:
            facts["ubiquiti.uptime"] = tlv.number(value)
        elif kind == _DEFAULT and len(value) in (1, 4):
            facts["ubiquiti.default"] = any(value)
    if len(facts) == 1 and not macs:
        raise ProtocolError("an answer that says nothing")
    for name, found in (("macs", macs), ("addresses", addresses)):
        if found:
            facts[f"ubiquiti.{name}"] = tuple(dict.fromkeys(found))[:_ADDRESSES]
    return Heard(facts, evidence[:EVIDENCE_LIMIT])
