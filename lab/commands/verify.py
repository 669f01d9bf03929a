"""`tocsin-lab verify`: is a report true, and was nobody hurt for it?"""

import ipaddress
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from lab.commands.control import of_a_city
from lab.commands.explained import explained
from lab.commands.files import FILE, as_json, plain, read_object

if TYPE_CHECKING:
    from lab.compare import Comparison
    from lab.harm import Harm
    from lab.running import Note

_Value = TypeVar("_Value")
_REPORT = "tocsin-report/1"
_NO_SHAPE = (LookupError, TypeError, AttributeError, ValueError, ArithmeticError, RecursionError)
_UNASKED = "no city is up whose network holds the report's addresses, and no --record was given"
_UNTOLD = "--truth names a file that holds no record, and no --record was given"


@dataclass(frozen=True, slots=True)
class _Sources:
    """What is held against a report: the truth, the records (none: `unchecked` says why), and where they come from."""

    truth: Mapping[str, Any]
    records: tuple[Mapping[str, Any], ...]
    unchecked: str
    where: str


@dataclass(frozen=True, slots=True)
class _Verdict:
    compared: "Comparison"
    harm: "Harm | None"
    unchecked: str
    where: str
    devices: int
    passed: bool


@click.command()
@click.argument("report", type=FILE)
@of_a_city
@click.option("--truth", "truth_file", type=FILE, help="Take the truth from what `truth` or `up` printed.")
@click.option(
    "--record",
    "record_paths",
    type=click.Path(exists=True, path_type=Path),
    multiple=True,
    help="Take what was done to devices from this file, or from all in this folder (may be repeated).",
)
@click.option("--no-record", is_flag=True, help="Do not ask what was done to devices.")
@click.option("--json", "as_data", is_flag=True, help="As JSON.")
def verify(
    report: Path, city: str, truth_file: Path | None, record_paths: tuple[Path, ...], *, no_record: bool, as_data: bool
) -> None:
    """Compare a scan's JSON report with the truth, and ask the devices what was done to them.

    Without --truth and --record the city is asked that is up and whose network holds the report's addresses; where none is, the truth is that of the city as
    `tocsin-lab truth` prints it. Ends with 1 where the report differs from it, where a device was harmed, died, restarted, kept no log or was set otherwise
    while the scan ran, where the lab itself failed, and where nobody could be asked (unless --no-record). What cannot be read ends with 2.
    """
    if no_record and record_paths:
        raise click.UsageError("--record and --no-record are opposites")
    if city and truth_file:
        raise click.UsageError("--city asks a city for its truth, and --truth takes it from a file: choose one")
    said = _report(report)
    with explained():
        sources = _sources(said, city, truth_file, record_paths)
    verdict = _judged(report, said, sources, no_record=no_record)
    click.echo(as_json(_data(verdict)) if as_data else _text(verdict), nl=False)
    sys.exit(0 if verdict.passed else 1)


def _report(path: Path) -> dict[str, Any]:
    said = read_object(path)
    if said.get("schema") != _REPORT:
        raise click.UsageError(f"{path} is no report: its schema is {plain(repr(said.get('schema')))}, not {_REPORT!r}")
    return said


def _sources(said: Mapping[str, Any], wanted: str, truth_file: Path | None, paths: tuple[Path, ...]) -> _Sources:
    from lab.control import ask, the_city

    records = tuple(record for path in paths for record in _records(path))
    if truth_file:
        told = read_object(truth_file)
        records = records or ((told,) if "log" in told else ())
        return _Sources(told.get("truth", told), records, _UNTOLD, str(truth_file))
    city = the_city(wanted) if wanted else _holding(said)
    if city is None:
        return _Sources(_usual_truth(said), records, _UNASKED, "the usual city")
    return _Sources(ask(city, {"do": "truth"}), records or (ask(city, {"do": "record"}),), "", str(city))


def _holding(said: Mapping[str, Any]) -> "Note | None":
    """The city that is up in whose network a device of the report is."""
    from lab.city import CityError
    from lab.control import cities

    addresses = _addresses(said)
    found = [city for city in cities() if any(one in ipaddress.ip_network(city.network) for one in addresses)]
    if len(found) > 1:
        there = "; ".join(map(str, found))
        raise CityError(f"more than one city holds these addresses, say which with --city PROCESS: {there}")
    return found[0] if found else None


def _addresses(said: Mapping[str, Any]) -> list[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    try:
        return [ipaddress.ip_address(str(one)) for device in said["devices"] for one in device["addresses"]]
    except _NO_SHAPE as error:
        raise click.UsageError(f"the report names no devices with their addresses: {plain(repr(error))}") from error


def _usual_truth(said: Mapping[str, Any]) -> Mapping[str, Any]:
    from lab.truth import truth as true_of
    from lab.up import Request

    local = any(address.is_loopback for address in _addresses(said))
    return true_of(Request("loopback" if local else "namespace").plan(), macs=not local)


def _records(path: Path) -> list[Mapping[str, Any]]:
    """The record in a file, or all those in a folder, a file for each device."""
    files = sorted(path.glob("*.json")) if path.is_dir() else [path]
    if not files:
        raise click.UsageError(f"{path} holds no record: no file there ends in .json")
    records = [read_object(file) for file in files]
    for file, record in zip(files, records, strict=True):
        if not isinstance(record.get("log"), dict) or not isinstance(record.get("faults"), list):
            raise click.UsageError(f"{file} is no record of what was done to devices: it has no log or no faults")
    return list(records)


def _judged(path: Path, said: Mapping[str, Any], sources: _Sources, *, no_record: bool) -> _Verdict:
    from lab.compare import compare
    from lab.harm import read

    compared = _shaped(
        lambda: compare(said, sources.truth), f"{path} is no report of schema {_REPORT}, or {sources.where} no truth"
    )
    unchecked = "as --no-record asks" if no_record else ("" if sources.records else sources.unchecked)
    harm = None
    if not unchecked:
        names = [str(device["name"]) for device in sources.truth["devices"]]
        harm = _shaped(
            lambda: read(sources.records, names, said.get("scan") or {}), "these are no records of what was done"
        )
    unharmed = not (harm.harms or harm.doubts) if harm else no_record
    passed = unharmed and not compared.differences
    return _Verdict(compared, harm, unchecked, sources.where, len(sources.truth["devices"]), passed)


def _shaped(made: Callable[[], _Value], trouble: str) -> _Value:
    try:
        return made()
    except _NO_SHAPE as error:
        raise click.UsageError(f"{trouble}: {plain(repr(error))}") from error


def _text(verdict: _Verdict) -> str:
    """What is wrong, worst first, and the figures below it."""
    compared, harm = verdict.compared, verdict.harm
    wrong = [("harm", words) for words in (harm.harms if harm else ())]
    wrong += [("doubt", words) for words in (harm.doubts if harm else ())]
    wrong += [("report", words) for words in compared.differences]
    known = (f"{name} {right} of {stated}" for name, (stated, right) in compared.identity.items())
    figures = [
        ("findings", _findings(compared)),
        ("identity", ", ".join(known)),
        ("harm", _harm(verdict)),
        ("verdict", _passed(verdict)),
    ]
    lines = [f"{name:<8}  {plain(words)}" for name, words in wrong]
    return (
        "\n".join([*lines, *([""] if lines else []), *(f"{name:<8}  {plain(text)}" for name, text in figures)]) + "\n"
    )


def _findings(compared: "Comparison") -> str:
    return (
        f"recall {compared.recall:.3f} ({compared.agreed} of {compared.expected}), "
        f"precision {compared.precision:.3f} ({compared.agreed} of {compared.reported} reported)"
    )


def _harm(verdict: _Verdict) -> str:
    harm = verdict.harm
    if harm is None:
        return f"not checked: {verdict.unchecked}"
    asked = f"{harm.logs} {'device' if harm.logs == 1 else 'devices'} asked"
    later = f"; {harm.later} settings were changed since the scan, and the truth is that of now" if harm.later else ""
    return f"{len(harm.harms) or 'none'}, doubts {len(harm.doubts) or 'none'} ({asked}){later}"


def _passed(verdict: _Verdict) -> str:
    against = f"against {verdict.where}"
    if verdict.passed:
        return f"passed, {against}"
    harm, compared = verdict.harm, verdict.compared
    reasons = [
        *(["a device was harmed"] if harm and harm.harms else []),
        *(["it is in doubt whether one was"] if harm and harm.doubts else []),
        *(["nobody was asked for harm (--no-record if that is meant)"] if harm is None else []),
        *(["the report differs from the truth"] if compared.differences else []),
    ]
    return f"failed, {against}: {'; '.join(reasons)}"


def _data(verdict: _Verdict) -> dict[str, Any]:
    compared, harm = verdict.compared, verdict.harm
    return {
        "schema": "tocsin-lab-verdict/1",
        "passed": verdict.passed,
        "against": verdict.where,
        "devices": verdict.devices,
        "recall": compared.recall,
        "precision": compared.precision,
        "expected": compared.expected,
        "reported": compared.reported,
        "agreed": compared.agreed,
        "identity": {name: {"stated": stated, "right": right} for name, (stated, right) in compared.identity.items()},
        "differences": list(compared.differences),
        "harm": {
            "checked": harm is not None,
            "unchecked": verdict.unchecked or None,
            "logs": harm.logs if harm else 0,
            "harms": list(harm.harms) if harm else [],
            "doubts": list(harm.doubts) if harm else [],
            "changed_later": harm.later if harm else 0,
        },
    }
