"""NTCIP 1201: which modules a traffic controller, a message sign or a weather station is made of, for whom has the community. GETs only.

NTCIP 1201 v03, section 2.2 (global configuration): globalSetIDParameter, globalMaxModules, globalModuleTable, controllerBaseStandards. A software module's
version is by standard "YYYYMMDD - vN", its day of release. The transport is SNMPv1 (NTCIP 1103), at UDP 161 or 501. The security node (1206.4.2.6.5) holds the
communities and is not read; the dynamic objects of STMP, which share port 501, are not touched.
"""

from inventory.errors import ProtocolError, TimedOut
from inventory.model import Device, Endpoint, FactValue
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, Safety, Target
from scanner.mask import masked
from scanner.protocols.snmp import BOTH_VERSIONS, V1, V2C, Response, as_fact, like_get, read

NAME = "ntcip"
TRANSPORT = "udp"
PORTS = ()
SAFETY = Safety.B
OVER_TLS = False
SPEAKS_FIRST = False
NEEDS_COMMUNITY = True
FACTS = {
    "ntcip.set_id": "globalSetIDParameter: changes with the configuration",
    "ntcip.max_modules": "globalMaxModules",
    "ntcip.base_standards": "controllerBaseStandards",
    "ntcip.modules": "every module that was read, 'hardware: make, model, version'",
    "ntcip.device_nodes": "moduleDeviceNode: the subtrees of the standards that the modules implement",
    "ntcip.hardware_make": "moduleMake of the first hardware module",
    "ntcip.hardware_model": "moduleModel of the first hardware module",
    "ntcip.hardware_version": "moduleVersion of the first hardware module",
    "ntcip.software_make": "moduleMake of the first software module",
    "ntcip.software_model": "moduleModel of the first software module",
    "ntcip.software_version": "moduleVersion of the first software module",
}
KINDS = frozenset(("traffic-controller", "message-sign", "weather-station"))
"""What speaks NTCIP."""
NEMA = "1.3.6.1.4.1.1206."
PORT, OTHER_PORT = 161, 501
_CONFIGURATION = f"{NEMA}4.2.6.1"
_MAX_MODULES = f"{_CONFIGURATION}.2.0"
_SCALARS = {
    _MAX_MODULES: "ntcip.max_modules",
    f"{_CONFIGURATION}.1.0": "ntcip.set_id",
    f"{_CONFIGURATION}.4.0": "ntcip.base_standards",
}
_COLUMNS = {2: "node", 3: "make", 4: "model", 5: "version", 6: "type"}
_TYPES = {2: "hardware", 3: "software"}
_MODULES = 4


def _row(number: int) -> tuple[str, ...]:
    return tuple(f"{_CONFIGURATION}.3.1.{column}.{number}" for column in _COLUMNS)


SAYS = (
    like_get("GET of the global configuration", BOTH_VERSIONS, tuple(_SCALARS)),
    *(like_get(f"GET of {fact.removeprefix('ntcip.')}", BOTH_VERSIONS, (name,)) for name, fact in _SCALARS.items()),
    *(like_get(f"GET of module {number}", BOTH_VERSIONS, _row(number)) for number in range(1, _MODULES + 1)),
)


def invited(device: Device) -> tuple[Target, ...]:
    """Where the agent of what may be a traffic device answered to a community; at 501 too where 161 does not answer for a traffic device."""
    claim = device.claim("kind")
    kind = claim.value if claim else ""
    answered = [seen for seen in device.speaking("snmp") if "snmp.sys_object_id" in seen.facts]
    fits = kind in KINDS or not kind
    at = [seen.endpoint for seen in answered if fits or str(seen.facts["snmp.sys_object_id"]).startswith(NEMA)]
    if kind in KINDS and not any(endpoint.port == PORT for endpoint in at):
        at.append(Endpoint(device.address, OTHER_PORT, "udp"))
    return tuple(Target(endpoint) for endpoint in dict.fromkeys(at))


def probe(target: Target) -> Conversation[Heard]:
    """Read the global configuration, then the modules one by one."""
    community = target.community
    if not community:
        raise ProtocolError("NTCIP is asked for with a community only")
    version, first = yield from _first(community)
    facts = scalars(first, community)
    evidence = first.excerpt
    if first.error:  # in v1 one object that is not there spoils the answer for all (RFC 1157, section 4.1.2)
        for name in _SCALARS:
            answer = yield from read(version, community, (name,))
            if answer is not None and not answer.error:
                facts |= scalars(answer, community)
                evidence += answer.excerpt
    if not facts:
        raise ProtocolError("an SNMP agent without the objects of NTCIP 1201")
    rows = []
    for number in range(1, _count(facts) + 1):
        answer = yield from read(version, community, _row(number))
        if answer is not None and not answer.error and (row := module(answer, number, community)):
            rows.append(row)
            evidence += answer.excerpt
    return Heard({**facts, **modules(rows)}, masked(evidence, community)[:EVIDENCE_LIMIT])


def _first(community: str) -> Conversation[tuple[int, Response]]:
    for version in (V1, V2C):
        answer = yield from read(version, community, tuple(_SCALARS))
        if answer is not None:
            return version, answer
    raise TimedOut


def _count(facts: dict[str, FactValue]) -> int:
    count = facts.get("ntcip.max_modules")
    return min(count, _MODULES) if isinstance(count, int) else 0


def scalars(answer: Response, community: str) -> dict[str, FactValue]:
    """The facts among the scalars of an answer."""
    if answer.error:
        return {}
    values = {fact: answer.variables.get(name) for name, fact in _SCALARS.items()}
    read_values = {fact: as_fact(*value, community) for fact, value in values.items() if value is not None}
    return {fact: value for fact, value in read_values.items() if value is not None}


def module(answer: Response, number: int, community: str) -> dict[str, FactValue]:
    """One row of the module table: node, make, model, version, type; {} where it is empty."""
    row: dict[str, FactValue] = {}
    for column, name in _COLUMNS.items():
        tag, content = answer.variables.get(f"{_CONFIGURATION}.3.1.{column}.{number}", (0, b""))
        value = as_fact(tag, content, community) if content else None
        if value is not None and value != "":
            row[name] = value
    return row if {"make", "model", "version"} & row.keys() else {}


def modules(rows: list[dict[str, FactValue]]) -> dict[str, FactValue]:
    """The rows as facts."""
    facts: dict[str, FactValue] = {}
    shown, nodes = [], []
    for row in rows:
        number = row.get("type")
        kind = _TYPES.get(number) if isinstance(number, int) else None
        texts = [str(row[name]) for name in ("make", "model", "version") if name in row]
        shown.append(f"{kind or 'other'}: {', '.join(texts)}")
        nodes += [str(row["node"])] if "node" in row else []
        for name in ("make", "model", "version"):
            if kind and name in row:
                facts.setdefault(f"ntcip.{kind}_{name}", row[name])
    if shown:
        facts["ntcip.modules"] = tuple(shown)
    if nodes:
        facts["ntcip.device_nodes"] = tuple(dict.fromkeys(nodes))
    return facts
