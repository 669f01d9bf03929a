"""Brings the city of an exercise up, and takes it from phase to phase."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from lab import progress
from lab.city import CityError
from lab.control import ask, cities
from lab.exercise import Exercise
from lab.plan import NAMESPACE_NETWORK
from lab.progress import Progress
from lab.running import Note
from lab.up import Request, run

Say = Callable[[str], None]


def city_of(exercise: Exercise) -> Note | None:
    """The city of an exercise, where it is up."""
    keep = str(progress.devices(exercise.number))
    return next((city for city in cities() if city.keep == keep), None)


def start(exercise: Exercise, mode: str, network: str, say: Say, *, anew: bool) -> None:
    """Bring the city up and serve until it is ended; where it is up already, begin the next phase. Raises `CityError`."""
    city = city_of(exercise)
    if anew:
        if city:
            raise CityError("its city is still up: end it first, with Ctrl-C in its terminal")
        progress.forget(exercise.number)
    if city:
        go_on(exercise, city, say)
        return
    request = Request(mode, exercise.count, exercise.devices, network, keep=str(progress.devices(exercise.number)))
    request.plan()
    run(request, lambda first: _ready(exercise, first, say), lambda record: None)
    say("The city is down; what was set on its devices is kept for the next start.")


def go_on(exercise: Exercise, city: Note, say: Say) -> None:
    """Begin the next phase of an exercise whose city is up."""
    known = progress.read(exercise.number) or Progress()
    if known.phases >= len(exercise.phases):
        say(f"Exercise {exercise.number} is up already, at {city.network}; Ctrl-C in its terminal ends it.")
        return
    _begin(exercise, city, known)
    say(f"Part {known.phases + 1} of exercise {exercise.number} has begun: go on with the worksheet.")


def _ready(exercise: Exercise, first: Mapping[str, Any], say: Say) -> None:
    city = city_of(exercise)
    if city is None:
        raise CityError("the city came up and is gone again")
    known = progress.read(exercise.number) or Progress()
    if known.phases:
        _again(exercise, city, known)
    else:
        _begin(exercise, city, known)
    say(_guide(exercise, city, int(first["shift"])))


def _begin(exercise: Exercise, city: Note, known: Progress) -> None:
    """Begin the next phase: note what was done before it, carry out its orders, and note what is true then."""
    record = ask(city, {"do": "record"})
    for order in exercise.phases[known.phases]:
        ask(city, order)
    noted = {"record": record, "truth": ask(city, {"do": "truth"})}
    progress.write(exercise.number, replace(known, phases=known.phases + 1, noted=(*known.noted, noted)))


def _again(exercise: Exercise, city: Note, known: Progress) -> None:
    """Turn off and on again what the phases so far did; what they set is kept with the devices."""
    for order in (order for phase in exercise.phases[: known.phases] for order in phase):
        if order["do"] in ("off", "on"):
            ask(city, order)


def _guide(exercise: Exercise, city: Note, shift: int) -> str:
    number = exercise.number
    which = f" --city {city.keeper.pid}" if len(cities()) > 1 else ""
    lines = [
        f"Exercise {number}: {exercise.title}",
        f"The city stands at {city.network} ({city.why}).",
        "Leave this terminal open, and in another one:",
        f"  tocsin-lab exercise {number:<8} shows the worksheet",
        f"  {f'tocsin-lab enter{which}':<28} opens a shell in the city's network: scan from there",
        f"  tocsin-lab exercise {number} hint   helps when you are stuck",
        f"  tocsin-lab exercise {number} check  says what is missing",
    ]
    if city.network != NAMESPACE_NETWORK:
        start = city.network.rpartition(".")[0]
        without = "; there are no MAC addresses" if city.mode == "loopback" else ""
        lines.append(f"Where the worksheet says 10.77.0.10, here it is {start}.10{without}.")
    if shift:
        lines.append(f"Ports below 1024 are at port+{shift} here: give every scan --low-ports-at {shift}.")
    return "\n".join([*lines, "Ctrl-C takes the city down; what you set on its devices is kept."])
