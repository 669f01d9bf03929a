"""SSH: one password, given once, and no session after it. asyncssh does the cryptography; without an account only the "none" method is tried (RFC 4252, 5.2).

The lists of algorithms are short on purpose: dropbear before 2020 hangs up on more than 20 names in a list (its MAX_PROPOSED_ALGO), and dropbear 2022.83 with
only an ed25519 key dies of a client that prefers RSA. Old names stay in: without them, the devices that most need the question could not be asked.
"""

import asyncio
import logging
import re
import warnings
from typing import Any

from checks.contract import Account, Answer, Verdict
from inventory.errors import PeerError
from inventory.text import one_line
from scanner.codecs.ssh_wire import HOST_KEYS
from scanner.conversation import Line
from scanner.mask import masked

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
_LOCK = re.compile(r"\block(?:ed|out)\b|\btoo many (?!auth)|\btry again (?:later|in|after)\b", re.IGNORECASE)
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
    return await _authenticate(sock, line.endpoint.address, account)


async def _authenticate(sock: Any, address: str, account: Account) -> Answer:
    asyncssh, breakage = _client_library()
    credentials = _Credentials(account)
    try:
        async with asyncio.timeout(_DEADLINE):
            connection = await asyncssh.connect(address, sock=sock, **_options(credentials))
            connection.close()
            await connection.wait_closed()
    except asyncssh.PermissionDenied as error:
        return _denied(credentials, error)
    except breakage as error:
        return _broken(credentials, error)
    return _opened(credentials)


class _Credentials:
    """Hands the password out once, and remembers whether it was asked for."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.anonymous = not account.user and not account.password
        self.was_asked = False

    def password(self) -> str:
        """What asyncssh calls when the server asks."""
        self.was_asked = True
        return self.account.password


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


def _options(credentials: _Credentials) -> dict[str, object]:
    """No known hosts, no keys, no agent, no configuration file, no GSS: nothing of the person who runs the scan is shown to a device."""
    methods = () if credentials.anonymous else ("password", "keyboard-interactive")
    return {
        "username": credentials.account.user or _NOBODY,
        "password": None if credentials.anonymous else credentials.password,
        "preferred_auth": methods,
        "known_hosts": None,
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


def _opened(credentials: _Credentials) -> Answer:
    user = credentials.account.user or _NOBODY
    if not credentials.was_asked:
        return Answer(Verdict.NO_LOGIN_ASKED, f"authenticated without a password as {user}".encode())
    return Answer(Verdict.OPENED, f"authenticated by password as {user}".encode())


def _denied(credentials: _Credentials, error: Exception) -> Answer:
    if not credentials.was_asked and not credentials.anonymous:
        return Answer(Verdict.REFUSED, reason="password authentication is not offered")
    return Answer(_verdict(error, Verdict.REFUSED), reason="permission denied")


def _broken(credentials: _Credentials, error: BaseException) -> Answer:
    """The connection ended before the server had decided, unless its last word was about the attempts themselves."""
    reason = _reason(credentials, error)
    if credentials.was_asked and _PER_CONNECTION.search(reason):
        return Answer(Verdict.REFUSED, reason=reason)
    return Answer(_verdict(error, Verdict.UNREACHED), reason=reason)


def _verdict(error: BaseException, otherwise: Verdict) -> Verdict:
    return Verdict.LOCKED if _LOCK.search(str(error)) else otherwise


def _reason(credentials: _Credentials, error: BaseException) -> str:
    said = masked(str(error).encode(errors="replace"), credentials.account.password)
    return one_line(said, 200) or type(error).__name__
