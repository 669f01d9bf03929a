"""Exercise 8: scan control equipment without hurting it."""

from collections.abc import Iterator

from lab.exercise import Exercise, Work, device

_FORBIDDEN = "modicon_plc"


def _check(work: Work) -> Iterator[str]:
    if len(work.noted) < 2:
        yield from _first_part(work)
        return
    for harm in work.record["harms"]:
        yield f"{harm['device']} was hurt: {harm['harm']}."
    log = work.log(_FORBIDDEN)
    if touched := log["connections"] + log["datagrams"]:
        yield f"{work.address(_FORBIDDEN)} was touched {touched} times, which the water works do not allow: deny it in tocsin.toml."
    if touched or work.record["harms"]:
        yield "What was done cannot be undone: begin anew with `tocsin-lab exercise 8 start --anew`."
    scan = work.report["scan"]
    if not scan["site"]:
        yield "The report is of no site: write the site into tocsin.toml, and scan with --site."
    if scan["pace"] == "lab":
        yield "The scan went at the pace that is for labs: scan at the pace of a real city, which is the default, or gentle."
    for one in work.truth["devices"]:
        if one["name"] != _FORBIDDEN:
            yield from _covered(work, one["address"])


def _first_part(work: Work) -> Iterator[str]:
    if work.record["harms"]:
        yield "The careless script did its work. Now look after the devices: `tocsin-lab exercise 8 start` in this terminal begins part 2."
    else:
        yield "Nothing was hurt yet: part 1 is to let the careless script loose and see what it does."


def _covered(work: Work, address: str) -> Iterator[str]:
    found = device(work.report, address)
    if found is None:
        yield f"{address} is not in your report: it may be scanned, so scan it."
    elif unreached := [one["check"] for one in found["outcomes"] if one["status"] == "failed"]:
        yield f"{address} was not examined to the end ({', '.join(unreached)})."
    elif found["quarantine"]:
        yield f"{address} was set aside while it was scanned: {found['quarantine']}."


_FRAGILE = ("brittle_plc", "fieldbus_card", "restless_gateway", "hp_printer")

EXERCISE = Exercise(
    number=8,
    title="The fragile PLC",
    devices=(*_FRAGILE, _FORBIDDEN),
    hints=(
        "`tocsin-lab status` and `tocsin scan --plan` both send nothing. The plan says what goes to which port, and which ports are never touched.",
        "A site in tocsin.toml has networks, deny, approved_by and valid_until; tocsin-lab exercise 8 shows them. deny wins over networks.",
        'The line is deny = ["10.77.0.24"]. Scan with `tocsin scan --site water-works -o report.json`, without --pace: the pace of `lab` is for labs.',
    ),
    check=_check,
    phases=((), (*({"do": "on", "device": name} for name in _FRAGILE), {"do": "reset"})),
)
