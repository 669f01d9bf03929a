"""What a careless script does to devices: to all ports at once, over and over, and hello to whatever opens. `python -P -m lab.exercises.careless ADDRESS…`

Only devices of a city of the lab that is up are talked to.
"""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress

from lab.city import CityError
from lab.control import ask, cities

PORTS = (21, 22, 23, 80, 102, 443, 502, 554, 8080, 9100, 44818)
_HELLO = b"GET / HTTP/1.0\r\n\r\n"
_TIMES = 8
_PATIENCE = 2.0


def devices() -> Mapping[str, int]:
    """The addresses of all devices of the lab that are up, and what is added to their ports below 1024."""
    known: dict[str, int] = {}
    for city in cities():
        devices = ask(city, {"do": "truth"})["devices"]
        known |= dict.fromkeys((one["address"] for one in devices), int(ask(city, {"do": "status"})["shift"]))
    return known


async def assault(addresses: Mapping[str, int]) -> int:
    """Greet every port of every address, those below 1024 at what is added to them there; the number that let us."""
    doors = [(where, port + shift * (port < 1024)) for where, shift in addresses.items() for port in PORTS]
    return sum(await asyncio.gather(*(_greet(*door) for door in doors for _ in range(_TIMES))))


async def _greet(address: str, port: int) -> bool:
    opened = False
    with suppress(OSError):
        async with asyncio.timeout(_PATIENCE):
            reader, writer = await asyncio.open_connection(address, port)
            opened = True
            try:
                writer.write(_HELLO)
                await reader.read(100)
            finally:
                writer.close()
    return opened


def main(addresses: Sequence[str]) -> str:
    """Let it loose on those addresses; what to say of it. Raises `CityError` where one is no device of the lab."""
    known = devices()
    strangers = sorted(set(addresses) - known.keys())
    if strangers or not addresses:
        raise CityError(
            f"{', '.join(strangers) or 'nothing'} is no device of a city of the lab that is up: nothing was sent"
        )
    opened = asyncio.run(assault({address: known[address] for address in addresses}))
    return f"Said hello {opened} times to {len(addresses)} devices, as fast as it could. Look at tocsin-lab status."


if __name__ == "__main__":
    try:
        sys.stdout.write(f"{main(sys.argv[1:])}\n")
    except CityError as problem:
        sys.exit(f"careless: {problem}")
