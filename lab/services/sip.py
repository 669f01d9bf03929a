"""A SIP user agent or a registrar (RFC 3261) that answers OPTIONS, over UDP and over TCP. Whatever makes it ring, bind or talk is harm."""

import asyncio
from dataclasses import dataclass

from lab.account import Account
from lab.fake import TLS, Datagram, Stream, Visit
from lab.services import digest

_METHODS = "INVITE, ACK, BYE, CANCEL, OPTIONS, NOTIFY, REFER, SUBSCRIBE, INFO, MESSAGE, UPDATE"
_REPEATED = ("via", "from", "to", "call-id", "cseq")


@dataclass(frozen=True, slots=True)
class Register:
    """What a registrar keeps: the one account of `realm`, which may ask for its own bindings. With `options` it asks for the account at OPTIONS already.

    After `locks_after` failures of one account it is locked (0: never).
    """

    realm: str
    account: Account
    options: bool = False
    locks_after: int = 0


def reply(
    request: bytes, agent: str, header: str, status: str, visit: Visit, register: Register | None = None
) -> bytes | None:
    """The answer to a request; None for what is no request."""
    first, *lines = request.decode("utf-8", "replace").partition("\r\n\r\n")[0].split("\r\n")
    method, _, rest = first.partition(" ")
    if not rest.endswith(" SIP/2.0"):
        return None
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    binds = method == "REGISTER" and "contact" in headers
    if method != "OPTIONS" and (register is None or method != "REGISTER" or binds):
        visit.harm(f"a SIP {method}{' with a Contact' if binds else ''}")
        return None
    needed = (*_REPEATED, "max-forwards", *(("contact",) if method == "OPTIONS" else ()))
    missing = [name for name in needed if not headers.get(name)]
    if missing:
        visit.harm(f"a SIP request without {', '.join(missing)}, at which some devices fall over")
        return None
    uri = rest.removesuffix(" SIP/2.0")
    asked = "" if register is None else _refusal(register, method, uri, headers.get("authorization", ""), visit)
    challenge = (
        [f"WWW-Authenticate: {digest.challenge(register.realm)}"] if register and asked.startswith("401") else []
    )
    repeated = [f"{name.title()}: {headers[name]}{';tag=lab' if name == 'to' else ''}" for name in _REPEATED]
    allowed = _METHODS if register is None else f"REGISTER, {_METHODS}"
    own = [f"{header}: {agent}", f"Allow: {allowed}", "Content-Length: 0", "", ""]
    return "\r\n".join([f"SIP/2.0 {asked or status}", *repeated, *challenge, *own]).encode()


def _refusal(register: Register, method: str, uri: str, credentials: str, visit: Visit) -> str:
    """The status for whoever is not the account, "" for the account and for what everybody may ask."""
    if method == "OPTIONS" and not register.options:
        return ""
    given = digest.fields(credentials.partition(" ")[2])
    if not digest.fresh(given):
        return "401 Unauthorized"
    user = given.get("username", "")
    if visit.locked(user, register.locks_after):
        return "403 Account locked"
    opened = given.get("uri") == uri and digest.opens(given, method, register.realm, register.account)
    visit.login(user, opened=opened)
    return "" if opened else "403 Forbidden"


@dataclass(frozen=True)
class Sip(Datagram):
    """A user agent over UDP, or with a `register` a registrar. `agent` is what it calls itself, in the header `header`."""

    agent: str
    port: int = 5060
    header: str = "User-Agent"
    status: str = "200 OK"
    register: Register | None = None

    def answer(self, datagram: bytes, visit: Visit) -> bytes | None:
        """Answer OPTIONS, and REGISTER where it binds nothing."""
        return reply(datagram, self.agent, self.header, self.status, visit, self.register)


@dataclass(frozen=True)
class SipStream(Stream):
    """The same over TCP."""

    agent: str = ""
    port: int = 5060
    tls: TLS | None = None
    header: str = "User-Agent"
    status: str = "200 OK"
    register: Register | None = None

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, visit: Visit) -> None:
        """Answer request after request."""
        while True:
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                return
            said = reply(head, self.agent, self.header, self.status, visit, self.register)
            if said is None:
                return
            writer.write(said)
            await writer.drain()
