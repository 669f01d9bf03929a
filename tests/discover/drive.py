"""Runs one sweep and prints what it yields as JSON lines; started by tests inside a namespace.

python drive.py '{"targets": ["10.99.0.0/24"], "ports": [80], "allow": ["10.99.0.0/24"], "deny": ["10.99.0.66"]}'
"""

import asyncio
import json
import sys
from dataclasses import asdict, replace
from ipaddress import ip_network
from typing import Any

from checks.ports import never_touch
from inventory.errors import OperatorError
from inventory.model import Level
from scanner.discover import Sweep, discover, parse_targets
from scanner.pace import PACES
from scanner.scope import Grant, Scope

PACE = {"packets_per_second": 2000, "device_packets_per_second": 200, "device_connections_per_second": 50}


def write(record: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(record) + "\n")
    sys.stdout.flush()


def sweep_of(order: dict[str, Any]) -> Sweep:
    allowed, denied = (tuple(map(ip_network, order.get(key, ()))) for key in ("allow", "deny"))
    scope = Scope([Grant(allowed, denied, Level.IDENTIFY, "test")])
    rest = {name: order[name] for name in ("engine", "shift") if name in order}
    pace = replace(PACES["lab"], **{**PACE, **order.get("pace", {})})
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
