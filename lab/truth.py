"""What a city truly is, as JSON."""

from dataclasses import asdict
from datetime import date
from typing import Any

from lab.fake import Build, Fake, Stream
from lab.fleet import fleet
from lab.plan import Placed, Plan

SCHEMA = "tocsin-lab-truth/1"
STATED = ("vendor", "model", "kind", "firmware", "serial")


def truth(plan: Plan, *, macs: bool) -> dict[str, Any]:
    """The declared truth; `macs` is False where no frames are to be seen and so no MAC address is."""
    return {
        "schema": SCHEMA,
        "network": str(plan.network),
        "scanner": plan.scanner,
        "devices": [_device(one, macs=macs) for one in plan.placed],
        "fleet": fleet(plan.placed),
    }


def _device(one: Placed, *, macs: bool) -> dict[str, Any]:
    fake = one.fake
    return {
        "name": one.name,
        "title": fake.title,
        "address": one.address,
        "addresses": list(one.addresses),
        "mac": fake.mac if macs else None,
        **{name: getattr(fake, name) for name in STATED},
        "state": fake.state or None,
        "services": _services(fake),
        "findings": [
            {"check": expected.check, "transport": expected.transport, "port": expected.port}
            for expected in sorted(fake.causes)
        ],
        "manners": asdict(fake.manners),
        "build": _build(fake.build),
    }


def _build(build: Build | None) -> dict[str, str | None] | None:
    """When its firmware was built and what came after it, the days in ISO 8601."""
    if build is None:
        return None
    stated = asdict(build)
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in stated.items()}


def _services(fake: Fake) -> list[dict[str, Any]]:
    stated = (
        {
            "transport": service.transport,
            "port": service.port,
            "protocol": type(service).__name__.lower(),
            "tls": isinstance(service, Stream) and service.inside_tls,
        }
        for service in fake.services
    )
    return sorted(stated, key=lambda service: (str(service["transport"]), int(str(service["port"]))))
