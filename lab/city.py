"""A whole city of fakes in one asyncio process: every service of every device, and an account of all that is done to them."""

import asyncio
import contextlib
import difflib
import errno
import socket
import ssl
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from types import MappingProxyType
from typing import Any, SupportsIndex, cast

from lab import certificates
from lab.doors import Door, Doors, OwnDoors
from lab.fake import POWER, Console, Datagram, Log, Service, Stream, Visit
from lab.open_files import allow
from lab.plan import Placed
from lab.preparation import Preparation
from lab.refusal import TellingContext
from lab.segment import Tap, take_over
from lab.settings import Port
from lab.silence import abandon
from lab.site import Site, SiteConsole

SHIFT = 20000
"""What is added to ports below 1024 where this user may not bind them."""
_LONGEST_CONVERSATION = 300.0
_PREPARED = 253
"""Up to so many devices, all keys are made before the city is up, so that no client waits for one: an RSA key takes 50 to 100 ms."""
_OTHER_FILES = 500
"""How many files are open besides the ports: connections, and what the interpreter needs."""


class CityError(Exception):
    """The city cannot be brought up here; the message says why."""


class PortTakenError(CityError):
    """A port that a device needs is another's; lab/taken.py says whose."""

    def __init__(self, address: str, port: int, transport: str) -> None:
        super().__init__(f"cannot bind {address} port {port}/{transport}: it is taken")
        self.address, self.port, self.transport = address, port, transport


class City:
    """Devices at work. `shift` is added to their ports below 1024; `keep` keeps the settings of a device that were changed. `interfaces` are theirs by name,
    where they have frames of their own."""

    def __init__(
        self,
        placed: Sequence[Placed],
        shift: int = 0,
        keep: Callable[[Placed], None] = lambda placed: None,
        doors: Doors | None = None,
        interfaces: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.shift = shift
        self.faults: list[str] = []
        self._keep = keep
        self._doors = doors or OwnDoors()
        self._preparation = Preparation()
        self._interfaces = interfaces
        self._sites = [Site(one, self._reconfigured) for one in placed]
        self._heirs = [self._expecting(site) for site in self._sites if site.placed.fake.heir]
        self._taps: list[Tap] = []
        self._conversations: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Make every key (in a large city, when the first client comes for it) and listen on every port; raises `CityError` where one is not to be had."""
        self._allow_files()
        for site in (*self._sites, *self._heirs) if len(self._sites) <= _PREPARED else ():
            for service in site.placed.fake.services:
                self._preparation.make(site.placed, service)
        for site in self._sites:
            interface, stack = self._interfaces.get(site.placed.name), site.placed.fake.stack
            if interface and stack:
                self._taps.append(Tap(interface, site.placed, stack, site.log))
            else:
                self._furnish(site, site.placed.fake.services)
        self._doors.settle()

    def _expecting(self, site: Site) -> Site:
        """The device that is to have the address of this one."""
        assert site.placed.fake.heir
        heir = replace(site.placed, fake=site.placed.fake.heir, name=site.placed.fake.heir.name)
        site.heir = Site(heir, self._reconfigured)
        return site.heir

    def _allow_files(self) -> None:
        ports = sum(len(site.placed.fake.services) * len(site.placed.addresses) for site in self._sites)
        wanted = self._doors.sockets(ports) + _OTHER_FILES
        if (granted := allow(wanted)) < wanted:
            fewer = len(self._sites) * (granted - _OTHER_FILES) // ports
            raise CityError(
                f"a city of {len(self._sites)} devices has {ports} ports open, and this user may have {granted} files open: ask for about {fewer} "
                f"devices, or raise the limit (prlimit --nofile={wanted} --pid $$ as root, or nofile in /etc/security/limits.conf)"
            )

    def port(self, port: int) -> int:
        """Where a device's port is bound."""
        return port + self.shift if port < 1024 else port

    async def close(self) -> None:
        """Hang up on everyone and close every port."""
        for site in (*self._sites, *self._heirs):
            self._furnish(site, ())
            site.forget_ignored()
        for tap in self._taps:
            tap.close()
        self._preparation.end()
        for conversation in self._conversations:
            conversation.cancel()
        await asyncio.gather(*self._conversations, return_exceptions=True)

    def watch(self, watcher: Callable[[], None]) -> None:
        """Tell `watcher` from now on whenever a log changes."""
        for site in (*self._sites, *self._heirs):
            site.changed = watcher

    @property
    def told(self) -> int:
        """How many harms, changes, logins and faults of its own were noted so far: what should not wait to be told."""
        return len(self.faults) + sum(site.log.told for site in (*self._sites, *self._heirs))

    def record(self) -> dict[str, Any]:
        """What happened: each harm with its device, every device's log, and the faults of the lab itself."""
        named = [(site.placed.name, site.log) for site in (*self._sites, *self._heirs)]
        return {
            "harms": [{"device": name, "harm": harm} for name, log in named for harm in log.harms],
            "log": {name: asdict(log) for name, log in named},
            "faults": self.faults,
        }

    @property
    def placed(self) -> tuple[Placed, ...]:
        """Its devices as they are set now."""
        return tuple(site.placed for site in self._sites)

    @property
    def off(self) -> frozenset[str]:
        """The names of its devices that are turned off."""
        return frozenset(site.placed.name for site in self._sites if site.off)

    def console(self, name: str) -> Console:
        """The settings of the device of that name; raises `CityError`."""
        return SiteConsole(self._site(name))

    def device(self, name: str) -> Placed:
        """The device of that name, as it is now; raises `CityError`."""
        return self._site(name).placed

    def away(self, name: str, *, told: bool = True) -> None:
        """Turn a device off: all its ports close, and its connections are silent; not `told` of where it comes up so. Raises `CityError`."""
        site = self._site(name)
        site.off = True
        self._cut(site)
        if told:
            site.note("", POWER)

    def back(self, name: str) -> None:
        """Turn a device on again, as it is set now; one that was dead lives again. Raises `CityError`."""
        site = self._site(name)
        site.off = site.log.dead = site.restarting = False
        self._cut(site)
        self._change(site, site.placed.fake.services)
        site.note("", POWER)

    def move(self, name: str, address: str, rewire: Callable[[Placed, str], None]) -> None:
        """Give a device another address, which nobody else has: its connections are silent, and its ports are there from now on.

        `rewire` takes the device's network there, and back. Raises `CityError`, and leaves it where it was, where the address is not to be had.
        """
        site = self._site(name)
        before = site.placed.address
        self._cut(site)
        rewire(site.placed, address)
        try:
            self._settle_at(site, address)
        except CityError:
            self._cut(site)
            rewire(site.placed, before)
            self._settle_at(site, before)
            raise
        site.note("", "address")

    def _settle_at(self, site: Site, address: str) -> None:
        site.placed = replace(site.placed, address=address)
        if site.heir:
            site.heir.placed = replace(site.heir.placed, address=address)
        if not site.off:
            self._change(site, site.placed.fake.services)

    def forget(self) -> None:
        """Begin all logs anew; what is dead stays dead."""
        self.faults.clear()
        for site in (*self._sites, *self._heirs):
            site.log = Log(dead=site.log.dead)

    def _site(self, name: str) -> Site:
        found = next((site for site in self._sites if site.placed.name == name), None)
        if found is None:
            nearest = difflib.get_close_matches(name, (site.placed.name for site in self._sites), cutoff=0.4)
            hint = f"; nearest: {', '.join(nearest)}" if nearest else ""
            raise CityError(f"no device of this city is called {name!r}{hint}")
        return found

    def _cut(self, site: Site) -> None:
        """Close its ports, be silent in its connections, and forget that there were any."""
        for cut in site.connections:
            abandon(cut)
        site.connections, site.slots = [], 0
        site.forget_ignored()
        site.arrivals.clear()
        self._change(site, ())

    def _reconfigured(self, site: Site) -> None:
        if not site.off:
            self._change(site, site.placed.fake.services)
        self._keep(site.placed)

    def _change(self, site: Site, services: Sequence[Service]) -> None:
        self._furnish(site, services)
        self._doors.settle()

    def _furnish(self, site: Site, services: Sequence[Service]) -> None:
        """Close the doors to what is gone, open those to what is new, and let the others lead to what is there now."""
        wanted: dict[Port, Service] = {(service.port, service.transport): service for service in services}
        for port in [port for port in site.doors if port not in wanted]:
            for door in site.doors.pop(port):
                door.close()
        site.services = wanted
        for port in wanted:
            if port not in site.doors:
                doors = site.doors.setdefault(port, [])
                for address in site.placed.addresses:
                    doors.append(self._opened(site, port, address))

    def _opened(self, site: Site, port: Port, address: str) -> Door:
        where, listens = self.port(port[0]), isinstance(site.services[port], Stream)
        try:
            if listens:
                return self._doors.listen(address, where, partial(self._came, site, port, address))
            return self._doors.receive(address, where, partial(self._heard, site, port, address))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise PortTakenError(address, where, port[1]) from error
            raise CityError(f"cannot bind {address} port {where}: {error.strerror}") from error

    def _came(self, site: Site, port: Port, address: str, connection: socket.socket, client: Any) -> None:
        if site.log.dead or site.restarting:
            site.ignore(connection)
            return
        service = cast("Stream", site.services[port])
        visit = site.visit(f"{client[0]}:{client[1]}", address)
        site.arrive(connection, visit)
        conversation = asyncio.ensure_future(self._serve(connection, site, service, visit))
        self._conversations.add(conversation)
        conversation.add_done_callback(self._conversations.discard)

    def _heard(
        self, site: Site, port: Port, address: str, data: bytes, client: Any, answer: Callable[[bytes], None]
    ) -> None:
        """Answer a datagram that has come to a device's port."""
        site.log.datagrams += 1
        site.changed()
        service = cast("Datagram", site.services[port])
        try:
            for said in service.answers(data, site.visit(f"{client[0]}:{client[1]}", address)):
                answer(said)
        except Exception:
            self._note_fault(site, port)

    def _note_fault(self, site: Site, port: Port) -> None:
        """Keep what is wrong with the lab itself, where its tests and `verify` see it."""
        self.faults.append(f"{site.placed.name} port {port[0]}/{port[1]}: {traceback.format_exc()}")
        traceback.print_exc(file=sys.stderr)

    async def _serve(self, connection: socket.socket, site: Site, service: Stream, visit: Visit) -> None:
        try:
            async with asyncio.timeout(_LONGEST_CONVERSATION):
                await self._preparation.make_for(connection, site.placed, service)
                heard = await _converse(connection, service, visit)
                site.heard += heard
        except OSError:
            pass  # TLS that did not come about, a client that went away, or one that stayed too long (TimeoutError)
        except Exception:
            self._note_fault(site, (service.port, service.transport))
        finally:
            site.leave(connection)
            if site.heir and site.heard >= site.placed.fake.holds:
                heir, site.heir = site.heir, None
                self._hand_over(site, heir)

    def _hand_over(self, site: Site, heir: Site) -> None:
        """Give the address of a device to its heir. Who was connected to it is not told."""
        for deaf in site.connections:
            abandon(deaf)
        self._furnish(site, ())
        if site.placed.name in self._interfaces:
            take_over(self._interfaces[site.placed.name], heir.placed)
        self._furnish(heir, heir.placed.fake.services)


class _Reader(asyncio.StreamReader):
    """A reader that knows whether anything has come."""

    heard = False

    def feed_data(self, data: Iterable[SupportsIndex]) -> None:
        self.heard = True
        super().feed_data(data)


async def _converse(connection: socket.socket, service: Stream, visit: Visit) -> bool:
    """Hold one conversation, inside TLS where the service says so, and return whether the client said anything.

    TLS begins here and not in a listener, so that each connection is counted as it comes.
    """
    loop = asyncio.get_running_loop()
    reader = _Reader(limit=65536)
    protocol = asyncio.StreamReaderProtocol(reader)
    context = None
    if service.tls:
        told = TellingContext(certificates.context(visit.device, service.tls, visit.addresses), connection)
        context = cast("ssl.SSLContext", told)  # asyncio asks nothing else of it
    transport, _ = await loop.connect_accepted_socket(lambda: protocol, connection, ssl=context)
    writer = asyncio.StreamWriter(transport, protocol, reader, loop)
    try:
        await service.talk(reader, writer, visit)
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
    return reader.heard


def shift_needed(placed: Sequence[Placed]) -> int:
    """0 where this user may bind ports below 1024, else SHIFT."""
    for one in placed:
        for service in one.fake.services:
            if service.port < 1024:
                return _shift(one.address, service)
    return 0


def _shift(address: str, service: Service) -> int:
    kind = socket.SOCK_STREAM if isinstance(service, Stream) else socket.SOCK_DGRAM
    with socket.socket(socket.AF_INET, kind) as trial:
        try:
            trial.bind((address, service.port))
        except PermissionError:
            return SHIFT
        except OSError:
            pass  # opening the city will say what is wrong
    return 0
