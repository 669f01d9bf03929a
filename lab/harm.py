"""Reads the records of what was done to devices: who was harmed, and what leaves it in doubt whether anyone was."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

_FOR_EVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Harm:
    """What a scan did to the devices: `harms` to each, and `doubts`, for which nobody can say that it did none; `logs` is the number of devices that told.

    `later` is the number of settings that were changed after it had ended, so that the truth may have been another while it ran.
    """

    harms: tuple[str, ...]
    doubts: tuple[str, ...]
    logs: int
    later: int = 0


def read(records: Sequence[Mapping[str, Any]], devices: Sequence[str], scan: Mapping[str, Any]) -> Harm:
    """What the records of a city's `devices` say of the scan of a report; raises `LookupError`, `TypeError` or `ValueError` where they are no records."""
    logs = [(name, log) for record in records for name, log in sorted(record["log"].items())]
    told = {name for name, _ in logs}
    started, ended = _time(scan.get("started"), datetime.min.replace(tzinfo=UTC)), _time(scan.get("ended"), _FOR_EVER)
    doubts = [f"{name}: no log, so nobody knows what was done to it" for name in devices if name not in told]
    doubts += [f"a fault of the lab itself: {_last(fault)}" for record in records for fault in record["faults"]]
    doubts += [words for name, log in logs for words in _changed(name, log, started, ended)]
    later = sum(_time(change["when"], started) > ended for _, log in logs for change in log["changes"])
    harms = [words for name, log in logs for words in _ended(name, log)]
    harms += [words for name, log in logs for words in _harmed(name, log)]
    return Harm(tuple(harms), tuple(doubts), len(told), later)


def _ended(name: str, log: Mapping[str, Any]) -> Iterator[str]:
    if log["dead"]:
        yield f"{name}: it is dead, and answers nobody until somebody turns it off and on"
    if restarts := int(log["restarts"]):
        yield f"{name}: it restarted{'' if restarts == 1 else f' {restarts} times'}"


def _harmed(name: str, log: Mapping[str, Any]) -> Iterator[str]:
    for harm, times in Counter(map(str, log["harms"])).items():
        yield f"{name}: {harm}{'' if times == 1 else f' ({times} times)'}"


def _changed(name: str, log: Mapping[str, Any], started: datetime, ended: datetime) -> Iterator[str]:
    for change in log["changes"]:
        if started <= _time(change["when"], started) <= ended:
            who = change["client"] or "the lab"
            yield f"{name}: its {change['setting']} was changed by {who} at {change['when']}, while the scan ran"


def _time(text: str | None, unknown: datetime) -> datetime:
    """A moment in ISO 8601, in UTC where it names no zone."""
    if text is None:
        return unknown
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _last(fault: str) -> str:
    lines = str(fault).strip().splitlines() or [""]
    return lines[0] if len(lines) == 1 else f"{lines[0]} … {lines[-1]}"
