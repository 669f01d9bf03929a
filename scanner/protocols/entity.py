"""ENTITY-MIB: what a chassis is, its serial number and its revisions, for whom has the community. GETs of a few rows; no walk, no GETBULK, no SET.

RFC 6933 (and RFC 4133), entPhysicalTable. The index of the chassis is the maker's choice, and a walk to find it is what slow agents suffer from; so the class
of the usual places is asked in one GET, and then the row of each chassis that is there.
"""

from inventory.errors import ProtocolError, TimedOut
from inventory.model import Device, FactValue
from inventory.text import one_line
from scanner.codecs import ber
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, Safety, Target
from scanner.mask import masked
from scanner.protocols.snmp import V2C, Response, as_fact, like_get, read

NAME = "entity"
TRANSPORT = "udp"
PORTS = ()
SAFETY = Safety.B
OVER_TLS = False
SPEAKS_FIRST = False
NEEDS_COMMUNITY = True
FACTS = {
    "entity.index": "entPhysicalIndex of the chassis",
    "entity.descr": "entPhysicalDescr",
    "entity.hardware_rev": "entPhysicalHardwareRev",
    "entity.firmware_rev": "entPhysicalFirmwareRev, of the boot loader in most devices",
    "entity.software_rev": "entPhysicalSoftwareRev",
    "entity.serial": "entPhysicalSerialNum",
    "entity.mfg": "entPhysicalMfgName",
    "entity.model": "entPhysicalModelName",
    "entity.mfg_date": "entPhysicalMfgDate, ISO 8601",
}
_ENTRY = "1.3.6.1.2.1.47.1.1.1.1"
_CLASS, _MFG_DATE = 5, 17
_COLUMNS = {
    2: "entity.descr",
    8: "entity.hardware_rev",
    9: "entity.firmware_rev",
    10: "entity.software_rev",
    11: "entity.serial",
    12: "entity.mfg",
    13: "entity.model",
    _MFG_DATE: "entity.mfg_date",
}
# 1: most makers; 2: Comware; 10 and 149: Cisco Nexus; 1000 and 1001, 2000 and 2001: the members of a Cisco stack; 16777216: Huawei.
INDICES = (1, 2, 10, 149, 1000, 1001, 2000, 2001, 16777216)
_CHASSIS, _STACK = 3, 11
_ROWS = 4
_CLASSES = tuple(f"{_ENTRY}.{_CLASS}.{index}" for index in INDICES)


def _row(index: int) -> tuple[str, ...]:
    return tuple(f"{_ENTRY}.{column}.{index}" for column in _COLUMNS)


SAYS = (
    like_get("GET of entPhysicalClass", rb"\x01", _CLASSES),
    *(like_get(f"GET of entPhysical row {index}", rb"\x01", _row(index)) for index in INDICES),
)


def invited(device: Device) -> tuple[Target, ...]:
    """Where the agent answered to a community."""
    return tuple(Target(seen.endpoint) for seen in device.speaking("snmp") if "snmp.sys_object_id" in seen.facts)


def probe(target: Target) -> Conversation[Heard]:
    """Ask which of the usual rows is a chassis, then for those rows."""
    if not target.community:
        raise ProtocolError("ENTITY-MIB is asked for with a community only")
    classes = yield from read(V2C, target.community, _CLASSES)
    if classes is None:
        raise TimedOut
    rows: list[dict[str, FactValue]] = []
    evidence = b""
    for index in chassis(classes):
        answer = yield from read(V2C, target.community, _row(index))
        if answer is not None and (row := read_row(answer, index, target.community)):
            rows.append(row)
            evidence += masked(answer.excerpt, target.community)
    if not rows:
        raise ProtocolError("no chassis at the usual places of entPhysicalTable")
    parts = tuple((f"chassis {row['entity.index']}", row) for row in rows[1:])
    return Heard(rows[0], evidence[:EVIDENCE_LIMIT], parts=parts)


def chassis(classes: Response) -> list[int]:
    """The indices of the chassis among those asked for; of the stack where no chassis is among them."""
    found = {}
    for index, name in zip(INDICES, _CLASSES, strict=True):
        tag, content = classes.variables.get(name, (ber.NULL, b""))
        if tag == ber.INTEGER:
            found[index] = ber.signed(content)
    wanted = _CHASSIS if _CHASSIS in found.values() else _STACK
    return [index for index, kind in found.items() if kind == wanted][:_ROWS]


def read_row(answer: Response, index: int, community: str) -> dict[str, FactValue]:
    """The facts of one row; {} where it says nothing."""
    row: dict[str, FactValue] = {}
    for column, fact in _COLUMNS.items():
        tag, content = answer.variables.get(f"{_ENTRY}.{column}.{index}", (ber.NULL, b""))
        if tag != ber.OCTETS:
            continue
        value = _date(content) if column == _MFG_DATE else as_fact(tag, content, community)
        if value:
            row[fact] = value
    return {"entity.index": index, **row} if row else {}


def _date(content: bytes) -> str:
    """The day of a DateAndTime (RFC 2579); "" where it is none. All zeros mean that it is unknown."""
    if len(content) not in (8, 11) or not (1 <= content[2] <= 12 and 1 <= content[3] <= 31):
        return ""
    return one_line(f"{int.from_bytes(content[:2], 'big'):04d}-{content[2]:02d}-{content[3]:02d}")
