"""Asks a city that is up what is true of it and what was done to it, and changes what stands in it, over a Unix socket of this user's own.

A request is a JSON object on a line, its `do` one of: truth, record, status, settings (of a `device`), set (a `setting` of a `device` to a `value`), off and on
(a `device`), reset. The `setting` address is where a device stands. The answer is a JSON object on a line; where the request cannot be met, it holds an `error`
in a sentence.
"""

import asyncio
import ipaddress
import json
import os
import socket
import struct
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from lab import running
from lab.city import City, CityError
from lab.fake import POWER
from lab.plan import Placed, Plan, refused
from lab.running import Note
from lab.settings import Choice, Password, SettingError
from lab.truth import truth

Power: TypeAlias = Callable[[Placed, bool], None]
"""Takes a device from the network, or brings it back (True); raises `CityError`."""
Rewire: TypeAlias = Callable[[Placed, str], None]
"""Takes the network of a device to another address; raises `CityError`."""
ADDRESS = "address"
"""What is set on every device besides its own settings: where it stands."""

_LONGEST_REQUEST = 65536
_LONGEST_ANSWER = 2**28
_PATIENCE = 120.0
"""Seconds: the truth of ten thousand devices takes some."""


# Whoever asks


def cities() -> tuple[Note, ...]:
    """Every city of this user that is up and can be asked."""
    return tuple(note for note in running.notes() if note.is_up)


def the_city(which: str = "") -> Note:
    """The one city that is up, or that of a network or process id; raises `CityError` where there is none, or more than one."""
    known = cities()
    found = [note for note in known if which in ("", note.network, str(note.keeper.pid))]
    if len(found) == 1:
        return found[0]
    there = "; ".join(str(note) for note in known) or "none"
    if not known:
        raise CityError("no city is up: bring one up with tocsin-lab up")
    if not found:
        raise CityError(f"no city {which} is up; up are: {there}")
    raise CityError(f"more than one city is up, say which with --city NETWORK or --city PROCESS: {there}")


def ask(city: Note, request: Mapping[str, Any]) -> dict[str, Any]:
    """The city's answer; raises `CityError` where it refuses or does not answer."""
    try:
        with socket.socket(socket.AF_UNIX) as asking, _short(city.socket) as path:
            asking.settimeout(_PATIENCE)
            asking.connect(path)
            if _user_of(asking) != os.geteuid():
                raise CityError(f"{city.socket} belongs to another user")
            asking.sendall(json.dumps(request).encode() + b"\n")
            answer = json.loads(b"".join(_heard(asking)))
    except TimeoutError as error:
        raise CityError(f"the city {city} does not answer") from error
    except OSError as error:
        raise CityError(f"the city {city} cannot be asked: {error.strerror}") from error
    except ValueError as error:
        raise CityError(f"the city {city} ended while it was asked") from error
    if not isinstance(answer, dict):
        raise CityError(f"the city {city} answered with no JSON object")
    if "error" in answer:
        raise CityError(str(answer["error"]))
    return answer


def _heard(asking: socket.socket) -> Iterator[bytes]:
    size = 0
    while data := asking.recv(2**20):
        size += len(data)
        if size > _LONGEST_ANSWER:
            raise ValueError("more than any city has to say")
        yield data


# The city


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a city that is up takes requests; with `macs` its devices have MAC addresses."""

    city: City
    plan: Plan
    macs: bool
    power: Power = lambda placed, on: None
    rewire: Rewire = lambda placed, address: None

    def answer(self, line: bytes) -> dict[str, Any]:
        """What one request brings about."""
        try:
            asked = json.loads(line)
            if not isinstance(asked, dict):
                raise TypeError("it is no JSON object")
            doing = _DONE.get(asked.get("do", ""))
            if doing is None:
                raise ValueError(f"it says to do {asked.get('do')!r}, and not one of {', '.join(_DONE)}")
            return doing(self, asked)
        except (CityError, SettingError) as error:
            return {"error": str(error)}
        except (ValueError, TypeError, RecursionError) as error:
            return {"error": f"this is no request to a city: {error}"}
        except KeyError as error:
            return {"error": f"this is no request to a city: it says no {error}"}

    def truth(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """What is true of it now; a device that is off is not there."""
        return truth(present(self.plan, self.city), macs=self.macs)

    def record(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """What was done to it so far."""
        return self.city.record()

    def status(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """How many devices it has, which of them are off, how they fared, and what is added to their ports below 1024."""
        record = self.city.record()
        logs: Mapping[str, Mapping[str, Any]] = record["log"]
        return {
            "devices": len(logs),
            "off": sorted(self.city.off),
            "harms": len(record["harms"]),
            "dead": sorted(name for name, log in logs.items() if log["dead"]),
            "restarted": sorted(name for name, log in logs.items() if log["restarts"]),
            "changes": sum(change["setting"] != POWER for log in logs.values() for change in log["changes"]),
            "faults": len(record["faults"]),
            "printed": {name: log["pages"] for name, log in logs.items() if log["pages"]},
            "shift": self.city.shift,
        }

    def settings(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """What can be set on a device, to which values (None: any text; a secret may become its factory's again), and as it is now; and where it stands."""
        device = _text(asked, "device")
        shown = self.city.console(device).shown()
        return {
            "settings": [
                {
                    "name": setting.name,
                    "title": setting.title,
                    "value": value,
                    "values": [name for name, _ in setting.values] if isinstance(setting, Choice) else None,
                    "secret": isinstance(setting, Password),
                }
                for setting, value in shown
            ],
            ADDRESS: self.city.device(device).address,
        }

    def set(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Set something on a device, as an instructor does."""
        device, setting, value = (_text(asked, name) for name in ("device", "setting", "value"))
        if setting == ADDRESS:
            return self._move(device, value)
        self.city.console(device).set(setting, value, "")
        return {"done": f"{setting} of {device} is set"}

    def _move(self, device: str, address: str) -> dict[str, Any]:
        """Give a device another address."""
        placed = self.city.device(device)
        if placed.address == address:
            return {"done": f"{device} was at {address}"}
        whose = {one.address: one.name for one in self.city.placed} | {self.plan.scanner: "the scanner"}
        if reason := refused(self.plan, placed, address, whose):
            raise CityError(f"{device} cannot be moved to {address!r}: {reason}")
        self.city.move(device, address, self.rewire)
        return {"done": f"{device} is at {address}, and was at {placed.address}"}

    def off(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Turn a device off."""
        device = _text(asked, "device")
        if device in self.city.off:
            return {"done": f"{device} was off"}
        self.city.away(device)
        self.power(self.city.device(device), False)
        return {"done": f"{device} is off"}

    def on(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Turn a device on; what was dead lives again."""
        device = _text(asked, "device")
        self.power(self.city.device(device), True)
        self.city.back(device)
        return {"done": f"{device} is on"}

    def reset(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Forget what was done to it."""
        self.city.forget()
        return {"done": "all logs begin anew"}


def present(plan: Plan, city: City) -> Plan:
    """The city as it is now, without the devices that are off."""
    there = (one for one in city.placed if one.name not in city.off)
    return replace(plan, placed=tuple(sorted(there, key=lambda one: ipaddress.ip_address(one.address))))


_DONE: Mapping[str, Callable[[Desk, Mapping[str, Any]], dict[str, Any]]] = {
    "truth": Desk.truth,
    "record": Desk.record,
    "status": Desk.status,
    "settings": Desk.settings,
    "set": Desk.set,
    "off": Desk.off,
    "on": Desk.on,
    "reset": Desk.reset,
}


def _text(asked: Mapping[str, Any], name: str) -> str:
    value = asked[name]
    if not isinstance(value, str):
        raise TypeError(f"{name} is no text")
    return value


@asynccontextmanager
async def answering(note: Note, desk: Desk) -> AsyncIterator[None]:
    """Answer whoever asks at the note's socket, as long as the block runs."""
    listener = _listener(note.socket)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(
            OSError, ValueError
        ):  # whoever asked is gone, is slow (TimeoutError), or sent more than a request
            async with asyncio.timeout(_PATIENCE):
                if _user_of(writer.get_extra_info("socket")) == os.geteuid():
                    writer.write(json.dumps(desk.answer(await reader.readline())).encode() + b"\n")
                    await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, sock=listener, limit=_LONGEST_REQUEST)
    try:
        yield
    finally:
        server.close()
        note.socket.unlink(missing_ok=True)


def _listener(path: Path) -> socket.socket:
    """A Unix socket that nobody but this user may connect to, from its first moment on."""
    path.unlink(missing_ok=True)  # that of a process that was killed and had our number
    made = socket.socket(socket.AF_UNIX)
    before = os.umask(0o177)
    try:
        with _short(path) as name:
            made.bind(name)
    except OSError as error:
        made.close()
        raise CityError(f"cannot make {path}: {error.strerror}") from error
    finally:
        os.umask(before)
    return made


@contextmanager
def _short(path: Path) -> Iterator[str]:
    """A name of the path that fits into the 108 bytes of an address (unix(7)), however long the path is."""
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def _user_of(connected: Any) -> int:
    """Whose process is at the other end (unix(7), SO_PEERCRED), as this user namespace numbers users."""
    credentials = connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    _, user, _ = struct.unpack("3i", credentials)
    return int(user)
