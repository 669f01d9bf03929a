"""Exercise 7: write a check."""

from collections.abc import Iterator

from lab.exercise import Exercise, Work, counted, listed, reported, unhurt

ID = "serial-number-told"


def _check(work: Work) -> Iterator[str]:
    yield from unhurt(work.record)
    if not any(outcome["check"] == ID for one in work.report["devices"] for outcome in one["outcomes"]):
        yield f"No device of your report was judged by a check {ID!r}: is it in the folder checks/ of the checkout that you scan from, and is that its id?"
        return
    right = {one["address"] for one in work.truth["devices"] if one["serial"] is not None}
    found = reported(work.report, ID)
    if wrong := sorted(found - right):
        yield f"{ID} is found on {listed(wrong)}, which told nobody a serial number."
    if short := len(right - found):
        yield f"{ID} is not found on {counted(short, 'device that told its serial number', 'devices that told their serial numbers')}."
    for address, finding in _findings(work):
        yield from _worded(address, finding)
    if len(work.report["devices"]) < len(work.truth["devices"]):
        yield "Your report does not have all devices: scan the whole network."


def _findings(work: Work) -> Iterator[tuple[str, dict[str, str]]]:
    for one in work.report["devices"]:
        yield from ((one["addresses"][0], finding) for finding in one["findings"] if finding["check"] == ID)


def _worded(address: str, finding: dict[str, str]) -> Iterator[str]:
    for name, what in (("remedy", "what to do"), ("detail", "what was seen"), ("title", "what is wrong")):
        if not finding[name].strip():
            yield f"The finding on {address} does not say {what} ({name})."


EXERCISE = Exercise(
    number=7,
    title="Write a check",
    devices=("hikvision_camera", "axis_bullet", "modicon_plc", "econolite_controller", "ricoh_printer"),
    hints=(
        "A check is one file in checks/, found by listing the folder. Copy the example of the worksheet and run it before you change anything.",
        'device.claim("serial") is what the scanner believes of the serial number: None where the device told none; its endpoint is where it was told.',
        'Where told is not None and told.endpoint is there: yield Flaw(told.endpoint, f"It tells everybody its serial number, {told.value}.")',
    ),
    check=_check,
)
