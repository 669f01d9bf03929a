"""What can be set on a fake device, and what each setting makes of it and of its truth.

A device declares itself as it stands in the city: that is the first value of each of its settings. A learner sets others through the device itself (its web
page, Telnet or SSH), and a state ("shipped", "neglected", "kept") is a named choice of them.
"""

import difflib
import secrets
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from lab.account import Account
from lab.exchange import exchanged

if TYPE_CHECKING:
    from lab.fake import TLS, Build, Expected, Fake, Service

Port = tuple[int, str]
"""A port's number and its transport."""
STATES = ("shipped", "neglected", "kept")
"""As it comes out of its box; badly kept; well kept."""
FACTORY = "factory"
"""The value of a password that is the factory's."""
SECRET = ""
"""The value of a password that was changed to one that nobody knows."""
_HTTP: Port = (80, "tcp")
_KNOWN_TO_ALL = frozenset(
    ("public", "private", "admin", "administrator", "community", "snmp", "cisco", "write", "read")
)
"""Communities that are the first to be tried."""


class SettingError(Exception):
    """A device has no such setting, or the setting no such value; the message names what there is."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a value of a setting makes of a device.

    `exchanges` are pairs of what stands in it: strings (within others too), accounts, locks, TLS, whole services. `closes` are ports whose services are gone,
    with all that they cause; `opens` are services that it has then. `lifts` and `causes` are findings that are gone, and that are new; `apart` are those of
    `Fake.together` that it takes no part in any more, `joins` those that it does then. `build` is when the other firmware was built.
    `secured` puts the web server of port 80 behind TLS at port 443, with what it causes there too, and leaves a redirect at port 80. `hushes` are ports that
    are still there and tell strangers nothing any more.
    """

    exchanges: tuple[tuple[object, object], ...] = ()
    closes: frozenset[Port] = frozenset()
    opens: "tuple[Service, ...]" = ()
    lifts: "frozenset[Expected]" = frozenset()
    causes: "frozenset[Expected]" = frozenset()
    apart: tuple[str, ...] = ()
    joins: tuple[str, ...] = ()
    build: "Build | None" = None
    secured: "TLS | None" = None
    hushes: frozenset[Port] = frozenset()


class Setting(ABC):
    """Something that can be set. Subclasses are frozen dataclasses."""

    name: str
    title: str

    @property
    @abstractmethod
    def first(self) -> str:
        """The value as which the device declares itself."""

    @abstractmethod
    def change(self, value: str) -> Change:
        """What a value makes of the device; raises `SettingError`."""


@dataclass(frozen=True)
class Choice(Setting):
    """A setting with a few values, the first of them as the device declares itself."""

    name: str
    title: str
    values: tuple[tuple[str, Change], ...]

    @property
    def first(self) -> str:
        """The value as which the device declares itself."""
        return self.values[0][0]

    def change(self, value: str) -> Change:
        """What a value makes of the device; raises `SettingError`."""
        known = dict(self.values)
        if value not in known:
            raise SettingError(f"{self.name} is one of {', '.join(known)}, not {value!r}")
        return known[value]


@dataclass(frozen=True)
class Password(Setting):
    """The password of an account, which any text may become; what is lifted is lifted by every password but the factory's."""

    account: Account
    lifts: "frozenset[Expected]"
    causes: "frozenset[Expected]" = frozenset()
    apart: tuple[str, ...] = ()
    name: str = "password"
    title: str = "Password"

    @property
    def first(self) -> str:
        """The value as which the device declares itself."""
        return FACTORY

    def change(self, value: str) -> Change:
        """What a password makes of the device; `SECRET` is one that nobody knows."""
        if value in (FACTORY, self.account.password):
            return Change()
        changed = replace(self.account, password=value or None)
        return Change(((self.account, changed),), lifts=self.lifts, causes=self.causes, apart=self.apart)


@dataclass(frozen=True)
class Community(Setting):
    """The SNMP community that reads all, which any text may become. It is exchanged as text, so no other text of the device may hold it."""

    community: str
    lifts: "frozenset[Expected]"
    causes: "frozenset[Expected]" = frozenset()
    apart: tuple[str, ...] = ()
    name: str = "community"
    title: str = "SNMP read community"

    @property
    def first(self) -> str:
        """The value as which the device declares itself."""
        return self.community

    def change(self, value: str) -> Change:
        """What a community makes of the device; `SECRET` is one that nobody knows. Raises `SettingError` for another that everybody knows."""
        if value == self.community:
            return Change()
        if value.lower() in _KNOWN_TO_ALL:
            raise SettingError(f"the community {value!r} is known to everybody")
        return Change(
            ((self.community, value or secrets.token_hex(8)),),
            lifts=self.lifts,
            causes=self.causes,
            apart=self.apart,
            hushes=frozenset(((161, "udp"),)),
        )


def switch(name: str, title: str, *ports: Port, change: Change | None = None) -> Choice:
    """Services that can be turned off; `change` says what else that makes of the device."""
    return Choice(name, title, (("on", Change()), ("off", replace(change or Change(), closes=frozenset(ports)))))


def configured(fake: "Fake", chosen: Mapping[str, str]) -> "Fake":
    """The fake as those of its settings make it that are chosen; raises `SettingError`."""
    known = {setting.name: setting for setting in fake.settings}
    for name in chosen:
        if name not in known:
            nearest = ", ".join(difflib.get_close_matches(name, known, cutoff=0.4) or known) or "none"
            raise SettingError(f"{fake.name} has no setting {name!r}; it has: {nearest}")
    changes = [setting.change(chosen[setting.name]) for setting in fake.settings if setting.name in chosen]
    state = _state(fake, chosen)
    for change in changes:
        fake = _changed(fake, change)
    return replace(_told(fake, changes), state=state)


def in_state(fake: "Fake", state: str) -> Mapping[str, str]:
    """The settings that put a fake into a state; none where it does not know that state or stands in it."""
    return dict(dict(fake.states).get(state, ()))


def _state(fake: "Fake", chosen: Mapping[str, str]) -> str:
    """The name of the state into which those settings bring it, "" where it has none."""
    others = {s.name: chosen[s.name] for s in fake.settings if s.name in chosen and chosen[s.name] != s.first}
    return next((name for name, settings in ((fake.state, ()), *fake.states) if dict(settings) == others), "")


def _changed(fake: "Fake", change: Change) -> "Fake":
    services = tuple(one for one in fake.services if (one.port, one.transport) not in change.closes)
    causes = frozenset(one for one in fake.causes if (one.port, one.transport) not in change.closes)
    if change.secured:
        services, causes = _secured(services, causes, change.secured)
    return replace(
        fake,
        firmware=exchanged(fake.firmware, change.exchanges),
        services=(*exchanged(services, change.exchanges), *change.opens),
        causes=(causes - change.lifts) | change.causes,
        together=(*(what for what in fake.together if what not in change.apart), *change.joins),
        build=change.build or fake.build,
    )


def _told(fake: "Fake", changes: Sequence[Change]) -> "Fake":
    """The fake without what nothing tells any more."""
    from lab.fake import Expected

    gone = frozenset().union(*(change.closes | change.hushes for change in changes))
    untold = {what for what, ports in fake.told if gone.issuperset(ports)}
    unknown = {Expected("firmware-unknown", 0)} if "age" in untold else set()
    unsaid: dict[str, Any] = dict.fromkeys(untold - {"age"})
    return replace(fake, causes=fake.causes | unknown, **unsaid)


def _secured(
    services: "tuple[Service, ...]", causes: "frozenset[Expected]", tls: "TLS"
) -> "tuple[tuple[Service, ...], frozenset[Expected]]":
    """The web server of port 80 behind TLS at 443, and what it causes there: all but that it speaks in clear text."""
    from lab.services.http import Http

    web = next(one for one in services if isinstance(one, Http) and one.port == _HTTP[0])
    others = exchanged(tuple(one for one in services if one is not web), (("http://{address}/", "https://{address}/"),))
    moved = (replace(one, port=443) for one in causes if (one.port, one.transport) == _HTTP)
    stay = {one for one in causes if (one.port, one.transport) != _HTTP}
    secure = replace(web, port=443, tls=tls)
    return (
        (Http(redirect="https://{address}"), secure, *others),
        frozenset(stay) | {one for one in moved if one.check != "cleartext-administration"},
    )
