"""One device of a city at work: what it has open, who is connected, and what they do to it."""

import asyncio
import socket
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from lab.doors import Door, is_open
from lab.fake import Changed, Console, Fate, Log, Service, Visit, nothing
from lab.plan import Placed, reconfigured
from lab.settings import FACTORY, Password, Port, Setting
from lab.silence import abandon

_RESTART = 5.0
"""Seconds that a device is silent while it restarts."""


@dataclass(slots=True)
class Site:
    """One device at work: its log, its doors by port and transport, the sockets of its connections, and when the last of them came.

    `hears` is told of every setting that is changed, after it has taken effect, and `changed` of every change of the log. `slots` are the connections since it
    was turned on, `ignored` are those that came too late to be answered, `heard` the number of those on which a client has said something. `heir` is the device
    that has its address afterwards, if one is to come.
    """

    placed: Placed
    hears: "Callable[[Site], None]"
    log: Log = field(default_factory=Log)
    connections: list[socket.socket] = field(default_factory=list)
    ignored: list[socket.socket] = field(default_factory=list)
    arrivals: deque[float] = field(default_factory=deque)
    doors: dict[Port, list[Door]] = field(default_factory=dict)
    services: dict[Port, Service] = field(default_factory=dict)
    restarting: bool = False
    off: bool = False
    slots: int = 0
    heard: int = 0
    heir: "Site | None" = None
    changed: Callable[[], None] = nothing

    @property
    def all_doors(self) -> list[Door]:
        """Its open ports, at all its addresses."""
        return [door for doors in self.doors.values() for door in doors]

    def visit(self, client: str, address: str) -> Visit:
        """What a service is told of the conversation that begins with that client, at that address of the device."""
        where = f"[{address}]" if ":" in address else address
        placed = self.placed
        manners, console = placed.fake.manners, SiteConsole(self)
        return Visit(
            client, self.log, manners, placed.name, where, placed.addresses, self.suffer, console, self.changed
        )

    def suffer(self) -> None:
        """Do to the device what harm does to it, once."""
        fate = self.placed.fake.manners.fate
        if fate is Fate.NOTED or self.log.dead or self.restarting:
            return
        for door in self.all_doors:
            door.silence()
        for connection in self.connections:
            abandon(connection)
        if fate is Fate.DIES:
            self.log.dead = True
        else:
            self.log.restarts += 1
            self.restarting = True
            asyncio.get_running_loop().call_later(_RESTART, self._restarted)

    def ignore(self, connection: socket.socket) -> None:
        """Answer nothing to somebody who was in line before the device fell silent: the kernel had shaken hands already."""
        abandon(connection)
        self.ignored.append(connection)

    def forget_ignored(self) -> None:
        """Let go of whoever is not answered."""
        for connection in self.ignored:
            connection.close()
        self.ignored.clear()

    def _restarted(self) -> None:
        """Hear whoever calls anew; the connections from before stay dead, and the device knows nothing of them."""
        self.restarting = False
        self.forget_ignored()
        self.connections = []
        for door in self.all_doors:
            door.unsilence()

    def arrive(self, connection: socket.socket, visit: Visit) -> None:
        """Count a new connection, and note what the device's manners forbid."""
        # Whoever has closed counts no more, even where we have not read its FIN yet (it came before the next SYN), and even if it is the newest:
        # two ports are not accepted from in the order in which their clients came.
        self.connections = [one for one in (*self.connections, connection) if is_open(one)]
        log, manners, now = self.log, visit.manners, time.monotonic()
        log.connections += 1
        log.open_now = len(self.connections)
        log.most_open = max(log.most_open, log.open_now, 1)
        if log.open_now > manners.connections:
            visit.harm(f"{log.open_now} connections at once")
        self.arrivals.append(now)
        while self.arrivals[0] < now - 1:
            self.arrivals.popleft()
        log.busiest_second = max(log.busiest_second, len(self.arrivals))
        self.slots += 1
        if 0 < manners.connections_ever < self.slots:
            visit.harm(f"{self.slots} connections, and none of its {manners.connections_ever} slots is ever freed")
        if 0 < manners.connections_per_second < len(self.arrivals):
            visit.harm(f"{len(self.arrivals)} connections in a second")
        self.changed()

    def note(self, client: str, setting: str) -> None:
        """Note that something was changed on it, from where ("": by the lab itself)."""
        self.log.changes.append(Changed(datetime.now(UTC).isoformat(timespec="milliseconds"), client, setting))
        self.changed()

    def leave(self, connection: socket.socket) -> None:
        """Count a connection as gone."""
        self.connections = [open_one for open_one in self.connections if open_one is not connection]
        self.log.open_now = len(self.connections)
        self.changed()


@dataclass(frozen=True, slots=True)
class SiteConsole(Console):
    """The settings of the device of a site."""

    site: Site

    def shown(self) -> tuple[tuple[Setting, str], ...]:
        """Each setting that the device has, and its value now; of a password only whether it is the factory's."""
        placed = self.site.placed
        chosen = dict(placed.chosen)
        values = (
            (setting, chosen.get(setting.name, setting.first)) for setting in (placed.base or placed.fake).settings
        )
        return tuple((setting, _unsaid(setting, value)) for setting, value in values)

    def set(self, name: str, value: str, client: str) -> None:
        """Set it, keep it, and tell whoever hears of it; raises `SettingError`."""
        site = self.site
        site.placed = reconfigured(site.placed, {**dict(site.placed.chosen), name: value})
        site.note(client, name)
        site.hears(site)


def _unsaid(setting: Setting, value: str) -> str:
    secret = isinstance(setting, Password) and value not in (FACTORY, setting.account.password)
    return "changed" if secret else (setting.first if isinstance(setting, Password) else value)
