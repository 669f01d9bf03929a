"""Digest access authentication, server side: RFC 7616 with MD5 and qop "auth", and RFC 2069 for clients that give no qop."""

import hashlib
import hmac
import re
import secrets
import time

from lab.account import Account

_SECRET = secrets.token_bytes(16)
_FIELD = re.compile(r'(\w+)\s*=\s*(?:"([^"]*)"|([^\s,]+))')
_NONCE_LIFE = 300.0


def challenge(realm: str, *, stale: bool = False) -> str:
    """The value of a WWW-Authenticate header with a new nonce."""
    text = f'Digest realm="{realm}", qop="auth", nonce="{_nonce()}", algorithm=MD5'
    return text + ", stale=true" if stale else text


def fields(credentials: str) -> dict[str, str]:
    """The parameters of an Authorization header, without its scheme."""
    return {name.lower(): quoted or plain for name, quoted, plain in _FIELD.findall(credentials)}


def fresh(given: dict[str, str]) -> bool:
    """Whether the nonce is one that this process gave, not long ago (RFC 7616, section 3.3: "stale")."""
    made, _, seal = given.get("nonce", "").partition("-")
    if not hmac.compare_digest(seal.encode(), _seal(made).encode()):
        return False
    return time.monotonic() - int(made, 16) / 1000 < _NONCE_LIFE


def opens(given: dict[str, str], method: str, realm: str, account: Account) -> bool:
    """Whether the response proves the account's password (RFC 7616, section 3.4.1)."""
    if account.anyone:
        return True
    if account.password is None or given.get("username") != account.user:
        return False
    first = _md5(f"{account.user}:{realm}:{account.password}")
    second = _md5(f"{method}:{given.get('uri', '')}")
    middle = [given.get("nonce", "")]
    if "qop" in given:
        middle += [given.get("nc", ""), given.get("cnonce", ""), given["qop"]]
    return given.get("response", "").lower() == _md5(":".join((first, *middle, second)))


def _nonce() -> str:
    made = f"{int(time.monotonic() * 1000):x}"
    return f"{made}-{_seal(made)}"


def _seal(made: str) -> str:
    return hmac.new(_SECRET, made.encode(), "sha256").hexdigest()[:32]


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
