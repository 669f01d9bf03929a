"""What `tocsin.toml` says of the nights: where their reports go, who is told, and how long what they bring is kept."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from inventory.model import Severity
from scanner.toml_table import Table, in_short, meant_by

_SPAN = re.compile(r"([1-9][0-9]{0,4})([smh])")
_SECONDS = {"s": 1, "m": 60, "h": 3600}
_LONGEST = 36_500
SEVERITIES: Mapping[str, Severity] = {severity.label: severity for severity in Severity}


@dataclass(frozen=True, slots=True)
class Nights:
    """`[night]`: the folder of the dated folders, the formats in them by name, whom to tell by apprise's URLs, from which severity on, whether they
    are told where the devices are (see `scanner.notice`), the address that a dead man's switch listens at, and the seconds that a night may take (None: as its
    window allows).

    The URLs hold passwords, so nothing prints them.
    """

    reports: Path | None = None
    formats: tuple[str, ...] = ("html", "json")
    notify: tuple[str, ...] = field(default=(), repr=False)
    notify_on: Severity = Severity.HIGH
    notify_details: bool = False
    heartbeat: str = field(default="", repr=False)
    max_duration: float | None = None


@dataclass(frozen=True, slots=True)
class Retention:
    """`[retention]`: for how many days each class of data is kept: what devices said (evidence), which devices and findings there were (history), and what was
    sent to whom (audit).
    """

    evidence: int = 90
    history: int = 730
    audit: int = 2555


def nights_of(table: Table) -> Nights:
    """The table `[night]`."""
    table.only("reports", "formats", "notify", "notify_on", "notify_details", "heartbeat", "max_duration")
    usual = Nights()
    folder = table.text("reports")
    return Nights(
        reports=table.path.parent / Path(folder).expanduser() if folder else None,
        formats=_formats(table) or usual.formats,
        notify=_addresses(table),
        notify_on=_severity(table, usual.notify_on),
        notify_details=_details(table),
        heartbeat=_address(table, table.values.get("heartbeat", ""), "heartbeat"),
        max_duration=_duration(table),
    )


def retention_of(table: Table) -> Retention:
    """The table `[retention]`."""
    table.only("evidence", "history", "audit")
    for key, days in table.values.items():
        if type(days) is not int or not 1 <= days <= _LONGEST:
            raise table.error(f"{key} must be a whole number of days from 1 to {_LONGEST:,}, not {in_short(days)}", key)
    kept = Retention(**table.values)
    if kept.evidence > kept.history:
        raise table.error(
            f"evidence ({kept.evidence} days) cannot be kept for longer than history ({kept.history})", ""
        )
    return kept


def seconds_in(text: str) -> float | None:
    """The seconds of "45m", "3h" or "90s"; None where it is none of these."""
    span = _SPAN.fullmatch(text)
    return int(span[1]) * _SECONDS[span[2]] if span else None


def _formats(table: Table) -> tuple[str, ...]:
    names = table.list("formats", str, "names of formats")
    if names:
        from scanner.report import formats

        for name in names:
            if name not in formats():
                raise table.error(f"there is no report format {name!r}{meant_by(name, formats())}", "formats")
    return tuple(dict.fromkeys(names))


def _addresses(table: Table) -> tuple[str, ...]:
    given = table.values.get("notify", [])
    if not isinstance(given, list):
        raise table.error("notify must be a list of addresses in quotes", "notify")
    return tuple(_address(table, address, "notify") for address in given)


def _address(table: Table, given: object, key: str) -> str:
    """A web address or one of apprise's, which no complaint repeats, because of the passwords in it."""
    if given == "" and key == "heartbeat":
        return ""
    if not isinstance(given, str) or not re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", given):
        raise table.error(f"{key} must be an address in quotes that begins with a scheme, such as https://", key)
    return given


def _severity(table: Table, usual: Severity) -> Severity:
    word = table.text("notify_on") or usual.label
    if word not in SEVERITIES:
        raise table.error(
            f"notify_on must be one of {', '.join(SEVERITIES)}, not {word!r}{meant_by(word, SEVERITIES)}", "notify_on"
        )
    return SEVERITIES[word]


def _details(table: Table) -> bool:
    given = table.values.get("notify_details", False)
    if not isinstance(given, bool):
        raise table.error(f"notify_details must be true or false, not {in_short(given)}", "notify_details")
    return given


def _duration(table: Table) -> float | None:
    text = table.text("max_duration")
    seconds = seconds_in(text)
    if text and seconds is None:
        raise table.error(f"max_duration must be a time such as '3h', '45m' or '90s', not {text!r}", "max_duration")
    return seconds
