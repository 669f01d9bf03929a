"""The doors of a device: every login that it offers, and the protocol it asks in.

One row of WAYS for each protocol of `scanner/logins/`: its name in a sentence, and what of that protocol's facts says that a login is asked for, and where.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from inventory.model import Device, Endpoint, Observation


@dataclass(frozen=True, slots=True)
class Door:
    """An endpoint that asks for a login, and the protocol it asks in; `path` and `form` as in `checks.contract.Login`."""

    endpoint: Endpoint
    protocol: str
    path: str = ""
    form: str = ""

    def __str__(self) -> str:
        return f"{WAYS[self.protocol].title} on {self.endpoint.port}/{self.endpoint.transport}"


@dataclass(frozen=True, slots=True)
class Way:
    """How a login is offered: its protocol's name in a sentence, the protocol that is heard there, and what must have been said.

    `doors` gives the doors that one observation of that protocol shows. `anonymous` says that the control without an account is asked first: it costs the
    device no failed login, and tells a service that asks for nothing, or that is too busy to ask. `accounts` is the catalogue's word for what opens it, where
    that is another. `locks` says whether a failed login can lock an account or an address; where it cannot, none need be counted.
    """

    title: str
    heard: str
    doors: Callable[[Device, Observation], Iterator[Door]]
    anonymous: bool = False
    accounts: str = ""
    locks: bool = True


def doors(device: Device) -> tuple[Door, ...]:
    """Every login of the device, in a fixed order."""
    found = {door for way in WAYS.values() for seen in device.speaking(way.heard) for door in way.doors(device, seen)}
    return tuple(sorted(found, key=lambda door: (door.endpoint.sort_key, door.protocol, door.path, door.form)))


def _http(_: Device, seen: Observation) -> Iterator[Door]:
    if seen.facts.get("http.auth"):
        yield Door(seen.endpoint, "http")


def _telnet(_: Device, seen: Observation) -> Iterator[Door]:
    if seen.facts.get("telnet.prompt") == "login":
        yield Door(seen.endpoint, "telnet")


def _ssh(_: Device, seen: Observation) -> Iterator[Door]:
    yield Door(seen.endpoint, "ssh")


def _snmpv3(_: Device, seen: Observation) -> Iterator[Door]:
    if seen.facts.get("snmp.engine_id"):
        yield Door(seen.endpoint, "snmpv3")


def _ipmi(_: Device, seen: Observation) -> Iterator[Door]:
    if "2.0" in str(seen.facts.get("ipmi.version", "")):  # the sessions of 1.5 are not spoken
        yield Door(seen.endpoint, "ipmi")


def _vnc(_: Device, seen: Observation) -> Iterator[Door]:
    types = seen.facts.get("vnc.security_types")
    asked = isinstance(types, tuple) and "VNC Authentication" in types
    if asked and not seen.facts.get("vnc.no_authentication"):
        yield Door(seen.endpoint, "vnc")


def _mqtt(_: Device, seen: Observation) -> Iterator[Door]:
    if seen.facts.get("mqtt.return_code") in _MQTT_REFUSALS:
        yield Door(seen.endpoint, "mqtt")


_MQTT_REFUSALS = (4, 5, 0x86, 0x87)
"""Bad user name or password, and not authorised: in MQTT 3.1.1 and in 5."""
WAYS: Mapping[str, Way] = {
    "http": Way("HTTP", "http", _http, anonymous=True),
    "ipmi": Way("IPMI", "ipmi", _ipmi, anonymous=True),
    "mqtt": Way("MQTT", "mqtt", _mqtt, anonymous=True),
    "snmpv3": Way("SNMPv3", "snmp", _snmpv3, anonymous=True, locks=False),  # RFC 3414 knows no lock
    "ssh": Way("SSH", "ssh", _ssh),
    "telnet": Way("Telnet", "telnet", _telnet),
    # Each connection is a mark against us (scanner/logins/vnc.py), and the list of locks has answered the control already.
    "vnc": Way("VNC", "vnc", _vnc),
}
HEARD = tuple(sorted({way.heard for way in WAYS.values()}))
"""The protocols that show a door."""
