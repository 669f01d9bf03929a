"""Which record of one report is of the same device as which of another, where their names alone do not say so."""

from collections.abc import Iterable, Mapping

from inventory.identity import known_by
from inventory.model import Device
from inventory.report import Assessment

Records = Mapping[str, Assessment]
"""Assessments by the names that their devices have for the comparison."""


def paired(old: Iterable[Assessment], new: Iterable[Assessment]) -> tuple[dict[str, Assessment], dict[str, Assessment]]:
    """Both by name, with one name for each device that is in both.

    A device is met again by its identity; a host that is not believed by its place; and a device that has another identity now, because what it stated before
    is closed, or what it kept to itself is open, by a serial number, MAC address or SNMP engine that both have and no other.
    """
    before = {assessment.device.identity: assessment for assessment in old}
    after = {assessment.device.identity: assessment for assessment in new}
    after = _met_again(before, after)
    before = _met_again(after, before)
    return _under_new_names(before, after), after


def _met_again(there: Mapping[str, Assessment], here: Mapping[str, Assessment]) -> dict[str, Assessment]:
    """`here` with each host that is not believed under the name that the device at its place has `there`.

    What it says is not taken for its name, so it goes by its MAC address or its address: by these it is the same place, whatever stands there.
    """
    nameless = {name: one.device for name, one in there.items() if name not in here}
    found: dict[str, Assessment] = {}
    for name, assessment in here.items():
        lost = assessment.device.untrusted and name not in there
        same = [other for other, device in nameless.items() if lost and _same_place(device, assessment.device)]
        found[same[0] if len(same) == 1 and same[0] not in found else name] = assessment
    return found


def _same_place(one: Device, other: Device) -> bool:
    if one.mac and other.mac:
        return one.mac == other.mac
    return bool(set(one.addresses) & set(other.addresses))


def _under_new_names(before: Records, after: Records) -> dict[str, Assessment]:
    """`before` with each device that has another identity `after` under that one."""
    lost = _by_mark(one for name, one in before.items() if name not in after)
    fresh = _by_mark(one for name, one in after.items() if name not in before)
    shared = [mark for mark in lost if mark in fresh and len(lost[mark]) == len(fresh[mark]) == 1]
    pairs = {(lost[mark][0], fresh[mark][0]) for mark in shared}
    new_name = {was: now for was, now in pairs if _only(was, 0, pairs) and _only(now, 1, pairs)}
    return {new_name.get(name, name): assessment for name, assessment in before.items()}


def _only(name: str, place: int, pairs: Iterable[tuple[str, str]]) -> bool:
    return sum(pair[place] == name for pair in pairs) == 1


def _by_mark(assessments: Iterable[Assessment]) -> dict[str, list[str]]:
    """The identities of the believed devices by each mark that lasts."""
    found: dict[str, list[str]] = {}
    for assessment in assessments:
        if not assessment.device.untrusted:
            for mark in known_by(assessment.device):
                if not mark.startswith("address:"):
                    found.setdefault(mark, []).append(assessment.device.identity)
    return found
