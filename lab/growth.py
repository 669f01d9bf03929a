"""Draws a large city: which fakes stand in it how often, and in which state, from a seed."""

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from lab.fake import Fake

SHARES: Mapping[str, int] = {
    "camera": 25,
    "luminaire": 20,
    "sensor": 6,
    "lighting-gateway": 5,
    "meter": 5,
    "charger": 4,
    "parking-meter": 4,
    "printer": 4,
    "phone": 4,
    "access-point": 3,
    "air-sensor": 3,
    "traffic-controller": 3,
    "router": 3,
    "switch": 3,
}
"""How many of a hundred and more devices are of a kind; those of other kinds one each. These are no statistics, and no city was counted: they make what stands
at every corner common (eyes, lamps, counters, poles), and what a city has one of for each site (controllers, servers, kiosks) rare, so that a list of
findings is long in the same places as a real one."""
_OTHER_KIND = 1
STATES: Mapping[str, int] = {"shipped": 20, "neglected": 50, "kept": 30}
"""How many of a hundred devices are in each state. Chosen so that every exercise has something to find and something to leave alone; no statistics either."""


def drawn(fakes: Sequence[Fake], devices: int, seed: int) -> Iterator[tuple[Fake, str]]:
    """So many devices, each a fake and the state that it is in where it knows that. The same seed, number and fakes give the same."""
    chance = random.Random(f"tocsin-lab {seed}")
    ordered = sorted(fakes, key=lambda fake: fake.name)
    kinds = Counter(fake.kind for fake in ordered)
    weights = [SHARES.get(fake.kind or "", _OTHER_KIND) / kinds[fake.kind] for fake in ordered]
    for fake in chance.choices(ordered, weights, k=devices):
        yield fake, chance.choices(tuple(STATES), tuple(STATES.values()))[0]
