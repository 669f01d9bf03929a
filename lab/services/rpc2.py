"""Dahua's RPC2 over HTTP, server side, as far as the login of its web page goes: the challenge, its answer, the device's type, and the logout.

The proof is MD5 in capitals of user, random number and MD5 of user, realm and password, parted by colons. The first `global.login` has no password and is
answered by the challenge, which is no failed login (published analyses of the protocol: mcw0/DahuaConsole). Any other method would be harm.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lab.account import Account
from lab.fake import Visit
from lab.services.http import Application, Asked, Page

PATHS = ("/RPC2_Login", "/RPC2")
_CHALLENGE, _WRONG, _LOCKED, _NO_SESSION = 268632079, 268632085, 268632081, 287637505
_CHALLENGED = 64
"""Challenges that are remembered."""


@dataclass(frozen=True)
class Rpc2(Application):
    """The two paths of the interface; `model` is told to who has logged in, and an account locks after `lock` failures."""

    realm: str
    account: Account
    model: str = ""
    lock: int = 5
    _random: dict[int, str] = field(default_factory=dict, init=False, compare=False, repr=False)
    _open: set[int] = field(default_factory=set, init=False, compare=False, repr=False)

    def answer(self, asked: Asked, visit: Visit) -> Page:
        """A document in JSON."""
        try:
            said = json.loads(asked.body) if asked.method == "POST" else None
        except ValueError:
            said = None
        if not isinstance(said, dict):
            return Page(status=400)
        method, session = said.get("method"), said.get("session")
        if method == "global.login":
            params = said.get("params")
            return self._login(said, params if isinstance(params, dict) else {}, visit)
        if session not in self._open:
            return _told(said, {"error": {"code": _NO_SESSION, "message": "Invalid session in request data!"}})
        if method == "global.logout":
            self._open.discard(session)
            return _told(said, {"result": True})
        if method == "magicBox.getDeviceType":
            return _told(said, {"params": {"type": self.model}, "result": True})
        visit.harm(f"{method!r} by RPC2")
        return _told(said, {})

    @property
    def interface_account(self) -> Account:
        """The account that the CGI interface takes as well, by Digest (Dahua, HTTP API for DVR, section 3.1)."""
        return self.account

    def _login(self, said: Mapping[str, Any], params: Mapping[str, Any], visit: Visit) -> Page:
        session, user, proof = said.get("session"), str(params.get("userName", "")), str(params.get("password", ""))
        if not isinstance(session, int) or session not in self._random:
            return self._challenge(said)
        left = max(0, self.lock - visit.log.logins.get(user, 0))
        if visit.locked(user, self.lock):
            return _told(said, _refusal(_LOCKED, "User is locked!", left, visit.locked_for(user)))
        opened = self._proves(user, self._random.pop(session), proof)
        visit.login(user, opened=opened)
        if not opened:
            return _told(said, _refusal(_WRONG, "User or password not valid!", left - 1, 0))
        self._open.add(session)
        return _told(said, {"params": {"keepAliveInterval": 60}, "result": True})

    def _challenge(self, said: Mapping[str, Any]) -> Page:
        session = secrets.randbelow(2**31)
        while len(self._random) >= _CHALLENGED:
            del self._random[next(iter(self._random))]
        self._random[session] = str(secrets.randbelow(10**9))
        params = {"encryption": "Default", "random": self._random[session], "realm": self.realm}
        error = {"code": _CHALLENGE, "message": "Component error: login challenge!"}
        return _told({**said, "session": session}, {"error": error, "params": params})

    def _proves(self, user: str, random: str, proof: str) -> bool:
        if self.account.password is None or user != self.account.user:
            return self.account.anyone
        known = _md5(f"{user}:{self.realm}:{self.account.password}")
        return self.account.anyone or proof == _md5(f"{user}:{random}:{known}")


def rpc2(realm: str, account: Account, model: str = "", lock: int = 5) -> tuple[tuple[str, Application], ...]:
    """An `Rpc2` at both its paths."""
    application = Rpc2(realm, account, model, lock)
    return tuple((path, application) for path in PATHS)


def _refusal(code: int, message: str, left: int, seconds: int) -> dict[str, Any]:
    params = {"remainLockSecond": seconds, "remainLoginTimes": left}
    return {"error": {"code": code, "message": f"Component error: {message}"}, "params": params}


def _told(said: Mapping[str, Any], what: Mapping[str, Any]) -> Page:
    document = {"id": said.get("id"), "result": False, "session": said.get("session"), **what}
    return Page(json.dumps(document), kind="application/json")


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest().upper()
