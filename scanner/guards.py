"""The guards that need no network: ports that are never touched, what a protocol may say, how often one may try to log in, and how long to listen."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from checks.contract import Account, Verdict
from inventory.errors import ScopeError
from inventory.model import Endpoint
from scanner.conversation import Say
from scanner.scope import address_of

NEVER_TOUCH = frozenset({515, *range(9100, 9108)})
"""Printers print what is sent here: LPD (RFC 1179) and raw printing; nmap leaves the latter out for the same reason."""

ATTEMPTS_PER_ACCOUNT = 2
LOCK_MARGIN = 2
"""Failures that are left to the people who work with the device."""


@dataclass(frozen=True, slots=True)
class Caps:
    """How long a device may keep us, in seconds, and how much it may say, in bytes.

    `conversation` bounds all the steps of one conversation together, over all its connections; the waits for our own pace do not count. `connect`,
    `step` and `datagram` (a step over UDP) bound one step, `drain` the wait for the other side to close, `login` one whole attempt.
    """

    conversation: float = 20.0
    connect: float = 3.0
    step: float = 5.0
    datagram: float = 1.5
    drain: float = 0.5
    login: float = 60.0
    received: int = 262_144


class UndeclaredRequest(Exception):
    """A bug of ours: a protocol wanted to send what its SAYS does not declare. Nothing was sent."""


def declared(says: Sequence[Say], request: bytes) -> str:
    """The name of the template that `request` is made from; raises `UndeclaredRequest` when there is none."""
    for say in says:
        if say.allows(request):
            return say.name
    raise UndeclaredRequest(f"a request of {len(request)} bytes matches none of: {', '.join(say.name for say in says)}")


def touchable(endpoint: Endpoint, never_touch: frozenset[int]) -> None:
    """Raise `ScopeError` for a port that is never touched, or that is none."""
    if not 1 <= endpoint.port <= 65535:
        raise ScopeError(f"{endpoint} is refused: there is no such port")
    if endpoint.port in never_touch:
        raise ScopeError(
            f"{endpoint} is refused: the port is never touched, because a connection alone can do harm there"
        )


def shifted(endpoint: Endpoint, shift: int) -> int:
    """The port at which `endpoint` is reached in a lab without privileges: ports below 1024 lie `shift` higher, on this machine only."""
    if not shift or endpoint.port >= 1024:
        return endpoint.port
    if not address_of(endpoint.address).is_loopback:
        raise ScopeError(
            f"{endpoint} is refused: a port shift is for the lab on this machine's loopback addresses only"
        )
    return endpoint.port + shift


def server_name(name: str) -> str | None:
    """The name for SNI; None for an address, or for what is no host name."""
    try:
        address_of(name)
    except ScopeError:
        with suppress(UnicodeError):
            return name if name.encode("idna") and not name.startswith(".") else None
    return None


@dataclass(slots=True)
class _Logins:
    attempts: dict[tuple[str, str], int] = field(default_factory=dict)
    failures: int = 0
    lock_threshold: int = 0
    locked: bool = False


@dataclass(slots=True)
class LoginCap:
    """How often each device was asked to let somebody in during this run.

    An attempt counts as failed from its beginning until it proves otherwise, so that no two at once can pass the cap together. The anonymous control, which
    offers no account, is no attempt; a locked device is left alone by it too.
    """

    _devices: dict[str, _Logins] = field(default_factory=dict)

    def enter(self, device: str, account: Account, lock_threshold: int) -> str:
        """Count an attempt and return "", or return why it may not be made."""
        logins = self._devices.setdefault(device, _Logins())
        if lock_threshold > 0:
            logins.lock_threshold = min(lock_threshold, logins.lock_threshold or lock_threshold)
        if logins.locked:
            return "the device said that it locks; it is asked for no more logins in this run"
        if _anonymous(account):
            return ""
        if logins.lock_threshold and logins.failures >= logins.lock_threshold - LOCK_MARGIN:
            return f"the device locks after {logins.lock_threshold} failed logins, and {logins.failures} were made in this run"
        tried = logins.attempts.get(_key(account), 0)
        if tried >= ATTEMPTS_PER_ACCOUNT:
            return f"this account was tried {tried} times on the device in this run, which is the cap"
        logins.attempts[_key(account)] = tried + 1
        logins.failures += 1
        return ""

    def leave(self, device: str, account: Account, verdict: Verdict) -> None:
        """Take the answer to an attempt that was entered; NOT_TRIED gives the attempt back, because nothing reached the device."""
        logins = self._devices[device]
        logins.locked = logins.locked or verdict is Verdict.LOCKED
        if _anonymous(account):
            return
        if verdict in {Verdict.OPENED, Verdict.NO_LOGIN_ASKED, Verdict.NOT_TRIED}:
            logins.failures -= 1
            logins.attempts[_key(account)] -= 1  # what opened has not failed, and what was not asked was no attempt


def _anonymous(account: Account) -> bool:
    return not account.user and not account.password


def _key(account: Account) -> tuple[str, str]:
    """The account's name; an SNMP community is name and password in one."""
    return (account.user, "" if account.user else account.password)
