"""Exercise 6: what changed between two nights."""

from collections.abc import Iterator, Mapping
from typing import Any

from lab.exercise import Exercise, Work, compared, device, unhurt

_MONDAY, _TUESDAY = "monday.json", "tuesday.json"


def _check(work: Work) -> Iterator[str]:
    yield from unhurt(work.record)
    nights = [noted["truth"] for noted in work.noted]
    for name, truth in zip((_MONDAY, _TUESDAY), nights, strict=False):
        yield from _whole(work, name, truth)
    if len(nights) < 2:
        yield "When monday.json is there, `tocsin-lab exercise 6 start` in this terminal lets Tuesday come."
        return
    monday, tuesday = (_flaws(truth) for truth in nights)
    both = monday.keys() & tuesday.keys()
    yield from compared(work, "new", tuesday.keys() - monday.keys(), "what stands there now and did not before")
    yield from compared(work, "gone", monday.keys() - tuesday.keys(), "what was there and did not answer any more")
    yield from compared(
        work, "worse", (one for one in both if tuesday[one] - monday[one]), "what has a flaw that it had not"
    )
    yield from compared(work, "fixed", (one for one in both if monday[one] - tuesday[one]), "what has lost a flaw")


def _flaws(truth: Mapping[str, Any]) -> dict[str, set[tuple[str, int]]]:
    return {one["address"]: {(f["check"], f["port"]) for f in one["findings"]} for one in truth["devices"]}


def _whole(work: Work, name: str, truth: Mapping[str, Any]) -> Iterator[str]:
    if name not in work.reports:
        yield f"There is no {name} here: scan the whole network with -o {name}."
        return
    for one in truth["devices"]:
        if device(work.reports[name], one["address"]) is None:
            yield f"{name} does not have {one['address']}, which was there that night: scan the whole network."


EXERCISE = Exercise(
    number=6,
    title="The nightly diff",
    devices=("hikvision_camera", "axis_camera", "hp_printer", "vivotek_camera"),
    reports=(_MONDAY, _TUESDAY),
    questions=("new", "gone", "worse", "fixed"),
    hints=(
        "`tocsin diff` compares the newest scan with the one before it of the same network. Both nights must be asked the same.",
        'What is "not observed" was not looked at or did not answer: it is not fixed. A device whose findings are all not observed may be gone.',
        "Two cameras were there both nights and are not as they were: one asks for its first account again, one has no Telnet any more.",
    ),
    check=_check,
    phases=(
        ({"do": "off", "device": "vivotek_camera"},),
        (
            {"do": "on", "device": "vivotek_camera"},
            {"do": "off", "device": "hp_printer"},
            {"do": "set", "device": "axis_camera", "setting": "account", "value": "none"},
            {"do": "set", "device": "hikvision_camera", "setting": "telnet", "value": "off"},
        ),
    ),
)
