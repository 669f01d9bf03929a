"""SNMPv3's User-based Security Model, the engine's side (RFC 3414, section 3.2; its longer hashes are RFC 7860)."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from lab.services import ber
from lab.services.ber import Element

UNSUPPORTED_LEVELS, NOT_IN_TIME, UNKNOWN_USERS, UNKNOWN_ENGINES, WRONG_DIGESTS = (
    f"1.3.6.1.6.3.15.1.1.{number}.0" for number in range(1, 6)
)
AUTHORISATION_ERROR = 16
_HASHES = {"md5": ("md5", 12), "sha": ("sha1", 12), "sha224": ("sha224", 16), "sha256": ("sha256", 24)}
_AUTHENTICATED = 1
_WINDOW = 150


@dataclass(frozen=True, slots=True)
class User:
    """A user. The password None is one that nobody knows; without a scheme none is asked for. With `privacy` it reads nothing that is not encrypted."""

    name: str
    scheme: str = "md5"
    password: str | None = field(default=None, repr=False)
    privacy: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A message as it came: what an engine must look at before it looks at the PDU."""

    whole: bytes
    flags: int
    engine: bytes
    boots: int
    time: int
    user: str
    parameters: bytes

    @classmethod
    def of(cls, datagram: bytes, header: Element, security: bytes) -> "Asked":
        """Read the header and the security parameters of a message."""
        engine, boots, time, user, parameters, _ = ber.read(security)[0].parts
        flags = header.parts[2].content[0]
        name = user.content.decode("utf-8", "replace")
        return cls(datagram, flags, engine.content, boots.number, time.number, name, parameters.content)

    @property
    def authenticated(self) -> bool:
        """Whether it says that it is."""
        return bool(self.flags & _AUTHENTICATED)

    def is_signed_by(self, user: User) -> bool:
        """Whether its digest is the user's."""
        place = self.whole.find(self.parameters)
        size = len(self.parameters)
        blank = self.whole[:place] + bytes(size) + self.whole[place + size :]
        return size > 0 and user.password is not None and sign(blank, user, self.engine) == self.parameters

    def fault(self, known: User | None, engine: bytes, boots: int, time: int) -> str:
        """The counter that the message raises, "" where it is taken (section 3.2, steps 3 to 7)."""
        if self.engine != engine:
            return UNKNOWN_ENGINES
        if known is None:
            return UNKNOWN_USERS
        if self.authenticated and not known.scheme:
            return UNSUPPORTED_LEVELS
        if not self.authenticated:
            return ""
        if not self.is_signed_by(known):
            return WRONG_DIGESTS
        return "" if self.boots == boots and abs(self.time - time) <= _WINDOW else NOT_IN_TIME


def sign(message: bytes, user: User, engine: bytes) -> bytes:
    """The digest of a message whose own is zero (section 6.3)."""
    name, size = _HASHES[user.scheme]
    return hmac.digest(_key(user.password or "", engine, name), message, name)[:size]


def signed(make: Callable[[bytes], bytes], user: User, engine: bytes) -> bytes:
    """The message that `make` makes around its digest."""
    return make(sign(make(bytes(_HASHES[user.scheme][1])), user, engine))


@cache
def _key(password: str, engine: bytes, name: str) -> bytes:
    """The password as a key of this engine (sections 2.6 and A.2)."""
    typed = password.encode()
    digest = hashlib.new(name, (typed * (1_048_576 // len(typed) + 1))[:1_048_576]).digest()
    return hashlib.new(name, digest + engine + digest).digest()
