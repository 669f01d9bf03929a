"""How its surroundings move a finding: one band up or down at most, each with a sentence that says why.

A medium or high finding goes up where

- its endpoint was reached from a place where anyone may stand;
- the register calls the device critical; or it calls it high, or its kind's failure hurts people badly, and the finding is medium;
- what is behind it is known to be exploited, and it is medium.

It goes down where none of that is so, and the register calls the device's criticality low, or the device was measured to be reachable from nowhere but its own
small segment. A critical finding stays what it is, for the device is a foothold whatever hangs on it; and what is low stays low, so that no number of small
things in a busy place outranks a big one.

What a device says of itself may lower nothing. A device that answers in a control protocol is control equipment, be it called a printer; and of control
equipment no word of the register takes a finding down: one that calls a controller unimportant is more often a row too wide than a controller that is.
"""

import importlib.resources
import tomllib
from collections.abc import Iterator
from functools import cache

from checks.reach import is_control
from inventory.findings import Finding, Shift
from inventory.model import Device, Severity
from inventory.report import Context

_IMPACT_OF = {"low": "low", "normal": "medium", "high": "high", "critical": "very high"}
_IMPACTS = tuple(_IMPACT_OF.values())
_LEAST_OF_CONTROL = "medium"


@cache
def _roles() -> dict[str, tuple[str, str]]:
    """What a kind's failure does to people, and why, by kind."""
    text = importlib.resources.files("scanner").joinpath("roles.toml").read_text(encoding="utf-8")
    return {kind: (row["impact"], row["why"]) for row in tomllib.loads(text)["role"] for kind in row["kinds"]}


def impact_of(device: Device, criticality: str = "") -> str:
    """SSVC's human impact: by the register's word, else by the device's kind; "" where neither is known. Of control equipment it is medium at least."""
    impact = _IMPACT_OF[criticality] if criticality else _role(device)[0]
    if not is_control(device):
        return impact
    return max(impact or _LEAST_OF_CONTROL, _LEAST_OF_CONTROL, key=_IMPACTS.index)


def role_of(kind: str) -> str:
    """What a kind's failure does to people, as the end of a sentence; "" for a kind that is not known."""
    return _roles().get(kind, ("", ""))[1]


def _role(device: Device) -> tuple[str, str]:
    return _roles().get(str(device.fact("kind") or ""), ("", ""))


def shifts(finding: Finding, device: Device, context: Context) -> tuple[Shift, ...]:
    """The shift of a finding of that device, if any."""
    if not Severity.MEDIUM <= finding.severity <= Severity.HIGH:
        return ()
    up = "; ".join(_up(finding, device, context))
    if up:
        return (Shift(1, up),)
    down = "; ".join(_down(finding, device, context))
    return (Shift(-1, down),) if down else ()


def _up(finding: Finding, device: Device, context: Context) -> Iterator[str]:
    medium = finding.severity is Severity.MEDIUM
    if context.exposure == "open" and _where(finding) in context.ports:
        yield f"the port was reached from {_wide_places(context)}"
    if context.criticality == "critical" or (context.criticality == "high" and medium):
        yield f"the device's criticality in the register is {context.criticality}"
    impact, why = _role(device) if medium and not context.criticality else ("", "")
    if impact == "very high":
        yield f"its role: {why}"
    if medium and any(hole.exploited for hole in finding.vulnerabilities):
        yield "known to be exploited"


def _down(finding: Finding, device: Device, context: Context) -> Iterator[str]:
    if any(hole.exploited for hole in finding.vulnerabilities) or context.exposure == "open":
        return
    if context.criticality == "low" and not is_control(device):
        yield "the device's criticality in the register is low"
    if context.exposure == "small" and finding.endpoint.port:
        yield f"the device was reached from {', '.join(context.vantages)} alone, where few may stand"


def _wide_places(context: Context) -> str:
    """The place, where there is but one: of several it is not known here which of them are open, and which of those this port answered."""
    return f"{context.vantages[0]}, where anyone may stand" if len(context.vantages) == 1 else "where anyone may stand"


def _where(finding: Finding) -> str:
    return f"{finding.endpoint.transport}/{finding.endpoint.port}"
