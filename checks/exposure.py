"""The services that should not be reachable: one table, `data/exposure.toml`, with what shows each, why it matters, and what to do.

The checks hold the manual pages, the table everything else: each row names the check that it belongs to, and a check judges all of its own with `exposed`.

    [[exposure]]
    id = "rdp"                          # stands in the finding's facet, beside the endpoint
    check = "remote-desktop"
    severity = "medium"
    title = "A Windows desktop is offered to the network"     # "" is the check's own
    protocols = ["rdp"]                 # heard there: confirmed …
    when = { "rdp.nla" = false }        # … where each of these facts has this value (a list: one of these values), or holds it where it holds several
    unless = { "mysql.error_code" = 1130 }     # … and none of these has this value (an empty list: any value at all)
    at = ["tcp/9200"]                   # … at these ports only, where much else speaks the protocol; [] is any
    plain = true                        # … and not inside TLS
    sure = "confirmed"                  # what was heard shows it for sure (the default), or makes it "likely" or "inferred"
    ports = ["tcp/3389"]                # open, and nothing that spoke there was understood: as sure as `by_port` says
    beside = ["telnet"]                 # protocols that may have spoken at those ports: many a maker's channel looks like one
    by_port = "likely"                  # "likely" (the default) or "inferred", where others use the number as well
    vendors = []                        # by number only on devices of these makers; [] is any
    kinds = []                          # only on devices of these kinds; [] is any
    permissible = true                  # whether the policy may allow it: then it is no finding where the policy does
    detail = "Answered as a remote desktop (RDP)."
    remedy = "Let only …"
    act = "segment"                     # a word of `checks.contract.Act`
    standards = ["open-ports", "CWE-668"]      # subjects of `data/standards.toml`, and clauses
    source = "Microsoft [MS-RDPBCGR] 2.2.1.1"
"""

import importlib.resources
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from checks.contract import Act, Flaw, Judgement
from checks.policy import Policy, built_in
from checks.standards import clauses
from inventory.model import Confidence, Device, Endpoint, FactValue, Observation, Severity

_BY_NUMBER = " Known by the number of its port alone: it said nothing that could be understood."
_BY_LOOKS = " Known by the number of its port: what it says could be another's too."
_TITLE_BY_NUMBER = "{} (by its port's number)"
_UNDERSTOOD_NOTHING = frozenset(("csv", "list", "nmap"))
"""Tools and lists that name a port's service by its number, as the row does."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """One row of the table; the fields are described in this module's docstring."""

    id: str
    check: str
    severity: Severity
    detail: str
    remedy: str
    source: str
    act: Act = Act.SEGMENT
    title: str = ""
    protocols: tuple[str, ...] = ()
    when: Mapping[str, tuple[FactValue, ...]] = field(default_factory=dict)
    unless: Mapping[str, tuple[FactValue, ...]] = field(default_factory=dict)
    at: tuple[str, ...] = ()
    plain: bool = False
    sure: Confidence = Confidence.CONFIRMED
    ports: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    by_port: Confidence = Confidence.LIKELY
    vendors: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    permissible: bool = False
    standards: tuple[str, ...] = ()


@cache
def all_exposures() -> tuple[Exposure, ...]:
    """Every row, in the order of the table."""
    text = importlib.resources.files("checks").joinpath("data/exposure.toml").read_text(encoding="utf-8")
    return tuple(_exposure(**row) for row in tomllib.loads(text).get("exposure", ()))


def _exposure(
    *,
    severity: str,
    act: str = "segment",
    by_port: str = "likely",
    when: Mapping[str, Any] | None = None,
    unless: Mapping[str, Any] | None = None,
    sure: str = "confirmed",
    plain: bool = False,
    permissible: bool = False,
    **row: Any,
) -> Exposure:
    texts: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}
    texts["standards"] = clauses(*texts.get("standards", ()))
    return Exposure(
        severity=Severity[severity.upper()],
        act=Act(act),
        by_port=Confidence[by_port.upper()],
        when=_values(when),
        unless=_values(unless),
        sure=Confidence[sure.upper()],
        plain=plain,
        permissible=permissible,
        **texts,
    )


def _values(facts: Mapping[str, Any] | None) -> dict[str, tuple[FactValue, ...]]:
    return {name: tuple(value) if isinstance(value, list) else (value,) for name, value in (facts or {}).items()}


def exposed(device: Device, check: str, policy: Policy | None = None) -> Judgement:
    """Every row of a check against a device; ends with why it passed, and names what the policy allows."""
    policy = policy or built_in()
    allowed: list[str] = []
    for row in all_exposures():
        if row.check != check:
            continue
        for flaw, protocol in _shown(row, device):
            rule = policy.permits(device, flaw.endpoint, protocol) if row.permissible else ""
            if rule:
                allowed.append(f"{row.id} on {_where(flaw.endpoint)} is allowed by {rule}")
            else:
                yield flaw
    return "; ".join(allowed) if allowed else "none of these was found open"


def channels(device: Device, protocol: str) -> frozenset[Endpoint]:
    """Where what speaks this protocol is a channel that a row names, and that no policy allows: its finding tells all that is wrong there."""
    rows = (row for row in all_exposures() if protocol in row.beside and not row.permissible)
    return frozenset(flaw.endpoint for row in rows for flaw, _ in _shown(row, device))


def _shown(row: Exposure, device: Device) -> Iterator[tuple[Flaw, str]]:
    """What shows the row: by what was heard, else by an open port where nothing was."""
    if row.kinds and device.fact("kind") not in row.kinds:
        return
    inside_tls = {seen.endpoint for seen in device.speaking("tls")} if row.plain else set()
    heard = [
        seen for seen in device.speaking(*row.protocols) if _applies(row, seen) and seen.endpoint not in inside_tls
    ]
    yield from ((_flaw(row, seen.endpoint, seen.evidence), seen.protocol) for seen in heard)
    if row.vendors and device.fact("vendor") not in row.vendors:
        return
    for endpoint in device.open_ports:
        if _where(endpoint) in row.ports:
            spoken = [seen for seen in device.observations if seen.endpoint == endpoint and _spoke(seen)]
            if {seen.protocol for seen in spoken} <= {*row.beside}:
                yield _by_number(row, endpoint, spoken), ""


def _spoke(seen: Observation) -> bool:
    """Whether something was understood there: a greeting that nobody recognised, and what another tool calls the port, tell no more than that it is open."""
    unknown = seen.protocol == "greeting" and not seen.facts.get("greeting.protocol")
    return not (seen.behind or unknown or seen.protocol in _UNDERSTOOD_NOTHING)


def _by_number(row: Exposure, endpoint: Endpoint, spoken: Sequence[Observation]) -> Flaw:
    flaw = _flaw(row, endpoint, spoken[0].evidence if spoken else b"", _BY_LOOKS if spoken else _BY_NUMBER)
    hedged = not row.protocols and re.search(r"\b(ports?|seems?)\b", row.title, re.IGNORECASE)
    return flaw if hedged or not row.title else replace(flaw, title=_TITLE_BY_NUMBER.format(row.title))


def _applies(row: Exposure, seen: Observation) -> bool:
    if row.at and _where(seen.endpoint) not in row.at:
        return False
    if any(
        name in seen.facts and (not values or _has(seen.facts[name], values)) for name, values in row.unless.items()
    ):
        return False
    return all(_has(seen.facts.get(name), values) for name, values in row.when.items())


def _has(said: FactValue | None, values: tuple[FactValue, ...]) -> bool:
    return any(one in values for one in said) if isinstance(said, tuple) else said in values


def _flaw(row: Exposure, endpoint: Endpoint, evidence: bytes = b"", doubt: str = "") -> Flaw:
    return Flaw(
        endpoint,
        f"{row.detail}{doubt}",
        evidence,
        confidence=row.by_port if doubt else row.sure,
        severity=row.severity,
        facet=f"{_where(endpoint)} {row.id}",
        title=row.title,
        remedy=row.remedy,
        standards=row.standards,
        act=row.act,
        sources=(row.source,),
    )


def _where(endpoint: Endpoint) -> str:
    return f"{endpoint.transport}/{endpoint.port}"
