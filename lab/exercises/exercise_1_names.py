"""Exercise 1: find the devices of a network and name them."""

from collections.abc import Iterator

from lab.exercise import Exercise, Work, at_login, compared, device, unhurt

_NAMED = ("vendor", "model", "kind")


def _check(work: Work) -> Iterator[str]:
    yield from unhurt(work.record)
    yield from at_login(work.report)
    for one in work.truth["devices"]:
        yield from _recognised(work, one["address"], one)
    yield from compared(work, "cameras", work.where(kind="camera"), "the addresses of all cameras")
    silent = (one["address"] for one in work.truth["devices"] if one["firmware"] is None)
    yield from compared(work, "silent", silent, "the addresses of all devices that state no firmware version")


def _recognised(work: Work, address: str, real: dict[str, str]) -> Iterator[str]:
    found = device(work.report, address)
    if found is None:
        yield f"Something stands at {address} that your report does not have: was the whole network scanned?"
    elif wrong := [name for name in _NAMED if found[name] != real[name]]:
        yield f"Your report does not have the {' and '.join(wrong)} of {address}: was it scanned in full, without --ports and --checks?"


EXERCISE = Exercise(
    number=1,
    title="Find the devices and name them",
    devices=("hikvision_camera", "axis_camera", "hp_printer", "apc_ups", "modicon_plc", "econolite_controller"),
    questions=("cameras", "silent"),
    hints=(
        "The scan's table has vendor, model and kind of each device in its second line; the part below it has the firmware of each.",
        "The power supply tells its firmware only to who knows its SNMP community, so the scan needs --level login.",
        "`tocsin show 10.77.0.20` shows all that one device said. Where it names no firmware, or only a day (built on …), it stated no version.",
    ),
    check=_check,
)
