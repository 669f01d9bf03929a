"""The doors of a device: every login that it offers, and the protocol it asks in.

One row of WAYS for each protocol of `scanner/logins/`: its name in a sentence, and what of that protocol's facts says that a login is asked for, and where.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from checks.forms import HTML, forms_for
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
    that is another.
    """

    title: str
    heard: str
    doors: Callable[[Device, Observation], Iterator[Door]]
    anonymous: bool = False
    accounts: str = ""


def doors(device: Device) -> tuple[Door, ...]:
    """Every login of the device, in a fixed order."""
    found = {door for way in WAYS.values() for seen in device.speaking(way.heard) for door in way.doors(device, seen)}
    return tuple(sorted(found, key=lambda door: (door.endpoint.sort_key, door.protocol, door.path, door.form)))


def _http(_: Device, seen: Observation) -> Iterator[Door]:
    if seen.facts.get("http.auth"):
        yield Door(seen.endpoint, "http")


def _http_form(device: Device, seen: Observation) -> Iterator[Door]:
    """The web forms that may stand there, the maker's own first; none where HTTP asks itself, or where a password is yet to be set."""
    facts = seen.facts
    if facts.get("http.auth") or facts.get("http.first_run"):
        return
    names = [form.id for form in forms_for(device, seen)]
    if facts.get("http.password_form"):
        names.append(HTML)
    if names:
        yield Door(seen.endpoint, "http-form", str(facts.get("http.login_page", "/")), "+".join(names))


def _telnet(_: Device, seen: Observation) -> Iterator[Door]:
    if seen.facts.get("telnet.prompt") == "login":
        yield Door(seen.endpoint, "telnet")


def _ssh(_: Device, seen: Observation) -> Iterator[Door]:
    yield Door(seen.endpoint, "ssh")


WAYS: Mapping[str, Way] = {
    "http": Way("HTTP", "http", _http, anonymous=True),
    "http-form": Way("the web form", "http", _http_form, anonymous=True, accounts="http"),
    "ssh": Way("SSH", "ssh", _ssh),
    "telnet": Way("Telnet", "telnet", _telnet),
}
HEARD = tuple(sorted({way.heard for way in WAYS.values()}))
"""The protocols that show a door."""
