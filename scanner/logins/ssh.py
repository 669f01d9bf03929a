"""SSH: one password, given once, and no session after it. asyncssh does the cryptography; without an account only the "none" method is tried (RFC 4252, 5.2).

The proof is the server's SSH_MSG_USERAUTH_SUCCESS, or its demand for a new password (RFC 4252, section 8; PAM's by keyboard-interactive), which nobody else
hears and which is never answered. What it says meanwhile in banners, instructions and prompts is heeded where it speaks of a lock.

The lists of algorithms are short on purpose: dropbear before 2020 hangs up on more than 20 names in a list (its MAX_PROPOSED_ALGO), and dropbear 2022.83 with
only an ed25519 key dies of a client that prefers RSA. Old names stay in: without them, the devices that most need the question could not be asked.
"""

import asyncio
import getpass
import hashlib
import logging
import os
import re
import warnings
from collections.abc import Sequence
from typing import Any

from checks.contract import Account, Answer, Verdict
from inventory.errors import ChangedHands, PeerError
from inventory.text import one_line
from scanner.codecs.ssh_wire import HOST_KEYS
from scanner.conversation import Line
from scanner.mask import masked
from scanner.refusals import few_left, says_busy, says_locked, wants_new_password

NAME = "ssh"
KEX = (
    "curve25519-sha256",
    "curve25519-sha256@libssh.org",
    "ecdh-sha2-nistp256",
    "ecdh-sha2-nistp384",
    "ecdh-sha2-nistp521",
    "diffie-hellman-group-exchange-sha256",
    "diffie-hellman-group16-sha512",
    "diffie-hellman-group14-sha256",
    "diffie-hellman-group14-sha1",
    "diffie-hellman-group-exchange-sha1",
    "diffie-hellman-group1-sha1",
)
CIPHERS = (
    "chacha20-poly1305@openssh.com",
    "aes128-gcm@openssh.com",
    "aes256-gcm@openssh.com",
    "aes128-ctr",
    "aes192-ctr",
    "aes256-ctr",
    "aes128-cbc",
    "aes192-cbc",
    "aes256-cbc",
    "3des-cbc",
)
MACS = (
    "hmac-sha2-256-etm@openssh.com",
    "hmac-sha2-512-etm@openssh.com",
    "hmac-sha2-256",
    "hmac-sha2-512",
    "hmac-sha1",
    "hmac-sha1-96",
    "hmac-md5",
)
_DEADLINE = 30.0
_NOBODY = "anonymous"
_SAID_LIMIT = 2048
_ASKS_PASSWORD = re.compile(
    r"pass ?(?:word|code|phrase)|passwort|kennwort|mot de passe|contraseña|senha|密码|口令|パスワード", re.IGNORECASE
)
# OpenSSH's MaxAuthTries counts within one connection: with one password it is a refusal, not a lock.
_PER_CONNECTION = re.compile(r"\btoo many authentication failures\b", re.IGNORECASE)
_BREAKAGE = (
    OSError,
    EOFError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    RuntimeError,
)
"""asyncssh passes on whatever its parsers and the cryptography beneath them raise at hostile bytes."""


async def attempt(line: Line, account: Account) -> Answer:
    """Authenticate once over one connection and close it."""
    try:
        sock = await line.connected()
    except PeerError as error:
        return Answer(Verdict.UNREACHED, reason=str(error))
    return await _authenticate(sock, line, account)


async def _authenticate(sock: Any, line: Line, account: Account) -> Answer:
    asyncssh, breakage = _client_library()
    _name_this_user()
    address, exchange = line.endpoint.address, Exchange(account, line.host_key)
    try:
        async with asyncio.timeout(_DEADLINE):
            connection = await asyncssh.connect(address, sock=sock, **_options(exchange, asyncssh.SSHClient))
            connection.close()
            await connection.wait_closed()
    except asyncssh.PermissionDenied as error:
        return _denied(exchange, error)
    except breakage as error:
        if exchange.is_another:
            raise ChangedHands(
                "another device answers here now: its SSH host key is not the one that was shown before"
            ) from error
        return _broken(exchange, error)
    return _opened(exchange)


class Exchange:
    """What is said on both sides while one account is tried: the password is handed out once, and nothing else is ever answered."""

    def __init__(self, account: Account, host_key: str = "") -> None:
        self.account = account
        self._host_key = host_key
        self.is_another = False
        self.was_asked = False
        self.wants_change = False
        self._is_interactive = False
        self.greeting = ""
        self.said = ""
        """What the server said before and after it was given the password."""

    @property
    def user(self) -> str:
        """The name that is offered."""
        return self.account.user or _NOBODY

    def trusts(self, kind: str, blob: bytes) -> bool:
        """Whether a host key may be that of the device that was identified: the same, or one of another kind."""
        known, _, digest = self._host_key.partition(" ")
        self.is_another = kind == known and hashlib.sha256(blob).hexdigest() != digest
        return not self.is_another

    def password(self) -> str | None:
        """The password, the first time, unless the server says that it would be in vain."""
        if self.was_asked or self.account.anonymous or says_locked(self.greeting, threats=False):
            return None
        self.was_asked = True
        return self.account.password

    def interactive(self) -> str | None:
        """Begin keyboard-interactive, once, where no password was given yet."""
        begins = not (self.was_asked or self._is_interactive or self.account.anonymous)
        self._is_interactive = True
        return "" if begins else None

    def hear(self, text: str) -> None:
        """Take a banner, an instruction or a prompt."""
        if self.was_asked:
            self.said = f"{self.said}\n{text}"[:_SAID_LIMIT]
        else:
            self.greeting = f"{self.greeting}\n{text}"[:_SAID_LIMIT]

    def challenge(self, instructions: str, prompts: Sequence[tuple[str, bool]]) -> list[str] | None:
        """The answers to one round of keyboard-interactive (RFC 4256): none to none, the password to the one prompt that asks for it; None breaks off."""
        self.hear("\n".join((instructions, *(prompt for prompt, _ in prompts))))
        if not prompts:
            return []
        if wants_new_password(self.said if self.was_asked else self.greeting):
            self.wants_change = self.was_asked
            return None
        if len(prompts) > 1 or not _ASKS_PASSWORD.search(prompts[0][0]):
            return None
        password = self.password()
        return None if password is None else [password]


def _client(exchange: Exchange, base: type[Any]) -> Any:
    """asyncssh's client that lets `exchange` answer; `base` is `asyncssh.SSHClient`, which is imported late."""

    class Client(base):  # type: ignore[misc]  # a class that is only known when the library is loaded
        def validate_host_public_key(self, host: str, addr: str, port: int, key: Any) -> bool:
            return exchange.trusts(key.get_algorithm(), key.public_data)

        def auth_banner_received(self, msg: str, lang: str) -> None:
            exchange.hear(msg)

        def password_auth_requested(self) -> str | None:
            return exchange.password()

        def password_change_requested(self, prompt: str, lang: str) -> object:
            exchange.wants_change = exchange.was_asked
            return NotImplemented

        def kbdint_auth_requested(self) -> str | None:
            return exchange.interactive()

        def kbdint_challenge_received(
            self, name: str, instructions: str, lang: str, prompts: Sequence[tuple[str, bool]]
        ) -> list[str] | None:
            return exchange.challenge(f"{name}\n{instructions}", prompts)

    return Client()


def _client_library() -> tuple[Any, tuple[type[Exception], ...]]:
    """asyncssh, imported late because it is heavy, and what a device can make it raise; what it has to say to the log and as warnings stays in it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import asyncssh
        from cryptography import exceptions
    warnings.filterwarnings("ignore", module=r"asyncssh(\..*)?")
    logging.getLogger("asyncssh").setLevel(logging.CRITICAL + 1)
    broken_cryptography = (exceptions.UnsupportedAlgorithm, exceptions.InvalidSignature, exceptions.InternalError)
    return asyncssh, (asyncssh.Error, *broken_cryptography, *_BREAKAGE)


def _name_this_user() -> None:
    """Have a name for the user of this process where the system knows none, as in a container: asyncssh makes no connection without, and tells it to nobody."""
    try:
        getpass.getuser()
    except (KeyError, OSError):  # since Python 3.13 the latter
        os.environ["LOGNAME"] = _NOBODY


def _options(exchange: Exchange, base: type[Any]) -> dict[str, object]:
    """No known hosts file, no keys, no agent, no configuration file, no GSS: nothing of the person who runs the scan is shown to a device."""
    # The dialogue first, as OpenSSH's own client does it: there PAM says that an account is locked before it takes the password.
    methods = () if exchange.account.anonymous else ("keyboard-interactive", "password")
    return {
        "client_factory": lambda: _client(exchange, base),
        "username": exchange.user,
        "password": None,
        "preferred_auth": methods,
        "known_hosts": ([], [], []),  # so that each key is shown to the client above
        "client_keys": None,
        "agent_path": None,
        "config": None,
        "gss_host": None,
        "tunnel": None,
        "proxy_command": None,
        "kex_algs": KEX,
        "server_host_key_algs": HOST_KEYS,
        "encryption_algs": CIPHERS,
        "mac_algs": MACS,
        "compression_algs": None,
        "login_timeout": _DEADLINE,
    }


def _opened(exchange: Exchange) -> Answer:
    if not exchange.was_asked:
        # An account whose password is none is opened so (RFC 4252, section 5.2); where another is not asked for its password, nobody is.
        named = bool(exchange.account.user) and not exchange.account.password
        evidence = f"authenticated without a password as {exchange.user}".encode()
        return Answer(Verdict.OPENED if named else Verdict.NO_LOGIN_ASKED, evidence)
    return Answer(Verdict.OPENED, f"authenticated by password as {exchange.user}".encode())


def _denied(exchange: Exchange, error: Exception) -> Answer:
    verdict = _verdict(exchange, str(error), Verdict.REFUSED)
    if verdict is not Verdict.REFUSED:
        return Answer(verdict, reason=_LOCKED if verdict is Verdict.LOCKED else "it is busy")
    if exchange.wants_change:
        evidence = f"asked for a new password after that of {exchange.user}"
        return Answer(Verdict.OPENED, evidence.encode(), "it wants a new password")
    if not exchange.was_asked and not exchange.account.anonymous:
        return Answer(Verdict.REFUSED, reason="password authentication is not offered")
    return Answer(Verdict.REFUSED, reason="permission denied")


def _broken(exchange: Exchange, error: BaseException) -> Answer:
    """The connection ended before the server had decided, unless its last word was about the attempts themselves."""
    reason = _reason(exchange, error)
    if exchange.was_asked and _PER_CONNECTION.search(reason):
        return Answer(Verdict.REFUSED, reason=reason)
    return Answer(_verdict(exchange, str(error), Verdict.UNREACHED), reason=reason)


_LOCKED = "it says that it locks"


def _verdict(exchange: Exchange, last_words: str, otherwise: Verdict) -> Verdict:
    """What was said after the password counts with its threats, what was said to anybody only where it speaks of now."""
    after = "\n".join((exchange.said, _PER_CONNECTION.sub("", last_words)))
    if says_locked(after) or few_left(after) or says_locked(exchange.greeting, threats=False):
        return Verdict.LOCKED
    return Verdict.UNREACHED if says_busy(after) else otherwise


def _reason(exchange: Exchange, error: BaseException) -> str:
    said = masked(str(error).encode(errors="replace"), exchange.account.password)
    return one_line(said, 200) or type(error).__name__
