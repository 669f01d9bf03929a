"""Runs one sweep and prints what it yields as JSON lines; started by tests inside a namespace.

python drive.py '{"targets": ["10.99.0.0/24"], "ports": [80], "allow": ["10.99.0.0/24"], "deny": ["10.99.0.66"]}'
"""

import asyncio
import json
import sys
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from checks.ports import never_touch
from inventory.errors import OperatorError, ScopeError
from inventory.model import Level
from scanner import spans
from scanner.discover import Sweep, discover, parse_targets


@dataclass(frozen=True)
class Pace:
    name: str = "lab"
    packets_per_second: float = 2000
    device_packets_per_second: float = 200
    device_connections_per_second: float = 50


@dataclass(frozen=True)
class Grant:
    networks: tuple[str, ...]
    deny: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scope:
    grants: tuple[Grant, ...]

    def allow(self, address: str, level: Level, now: datetime) -> None:
        asked = [spans.of_address(address)]
        for grant in self.grants:
            if spans.within(asked, map(spans.read, grant.deny)):
                raise ScopeError(f"{address} is denied")
        if not any(spans.within(asked, map(spans.read, grant.networks)) for grant in self.grants):
            raise ScopeError(f"{address} is in no grant")


def write(record: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(record) + "\n")
    sys.stdout.flush()


def sweep_of(order: dict[str, Any]) -> Sweep:
    scope = Scope((Grant(tuple(order["allow"]), tuple(order.get("deny", ()))),))
    rest = {name: order[name] for name in ("engine", "shift") if name in order}
    pace = Pace(**order.get("pace", {}))
    skip = frozenset(order.get("skip", ()))
    targets = parse_targets(order["targets"])
    return Sweep(
        targets, tuple(order["ports"]), pace, scope, Level.IDENTIFY, skip=skip, never_touch=never_touch(), **rest
    )


async def main() -> None:
    try:
        async for record in discover(sweep_of(json.loads(sys.argv[1]))):
            write({"kind": type(record).__name__, **asdict(record)})
    except OperatorError as error:
        write({"kind": type(error).__name__, "text": str(error)})


if __name__ == "__main__":
    asyncio.run(main())
