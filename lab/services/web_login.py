"""Logins of web servers, server side: a form with a token and a session cookie (HTML Living Standard 4.10, RFC 6265), and one in JSON with a bearer token.

Both count failures in the fake's log, lock after `lock` of them where it is not 0, and forget a session at the logout. A session that is left open is harm: a
device has few of them.
"""

import json
import secrets
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from lab.account import Account
from lab.fake import Visit
from lab.services.http import Application, Asked, Page

_FORM = "application/x-www-form-urlencoded"
_SESSIONS = 2


@dataclass(frozen=True)
class _Sessions:
    """Sessions that are open and form tokens that were handed out."""

    open: set[str] = field(default_factory=set)
    handed_out: list[str] = field(default_factory=list)

    def begin(self, visit: Visit) -> str:
        """A new session; one more than the device has is harm."""
        if len(self.open) >= _SESSIONS:
            visit.harm("a login while every session was left open")
            self.open.clear()
        session = secrets.token_hex(12)
        self.open.add(session)
        return session

    def token(self) -> str:
        """A token for one form; the last sixteen are remembered."""
        token = secrets.token_hex(8)
        self.handed_out[:] = [*self.handed_out[-15:], token]
        return token

    def spend(self, token: str) -> bool:
        """Whether that token was handed out, and not used yet."""
        if token not in self.handed_out:
            return False
        self.handed_out.remove(token)
        return True


@dataclass(frozen=True)
class FormLogin(Application):
    """A page with a form at "/", its target at "/login", what it opens at "/home", and "/logout". Stands at all four (`web_login.paths`)."""

    title: str
    account: Account
    lock: int = 0
    _sessions: _Sessions = field(default_factory=_Sessions, init=False, compare=False, repr=False)

    def answer(self, asked: Asked, visit: Visit) -> Page:
        """The page that was asked for, or the form where somebody has not logged in."""
        session = _cookie(asked, "session")
        if asked.path == "/login" and asked.method == "POST":
            return self._login(asked, visit)
        if session not in self._sessions.open:
            return self._form() if asked.path == "/" else _moved("/")
        if asked.path == "/logout":
            self._sessions.open.discard(session)
            return _moved("/", ("Set-Cookie", "session=; Max-Age=0"))
        return Page(_page(self.title, 'All is well. <a href="/logout">Log out</a>'))

    def logged_in(self, asked: Asked) -> bool:
        """Whether the request has the cookie of a session."""
        return _cookie(asked, "session") in self._sessions.open

    def _login(self, asked: Asked, visit: Visit) -> Page:
        fields = {name: values[0] for name, values in parse_qs(asked.body.decode("latin-1"), True).items()}
        if asked.kind != _FORM or not self._sessions.spend(fields.get("csrf", "")):
            return Page(_page(self.title, "The CSRF token is invalid."), status=400)
        user, password = fields.get("user", ""), fields.get("password", "")
        if visit.locked(user, self.lock):
            visit.harm(f"a login as {user!r}, which is locked")
            return self._form("Your account is locked. Try again later.")
        opened = self.account.opens(user, password)
        visit.login(user, opened=opened)
        if not opened:
            return self._form("The user name or the password is wrong.")
        return _moved("/home", ("Set-Cookie", f"session={self._sessions.begin(visit)}; HttpOnly; Path=/"))

    def _form(self, told: str = "Please log in.") -> Page:
        form = (
            f'<form method="post" action="/login"><input type="hidden" name="csrf" value="{self._sessions.token()}">'
            '<input type="text" name="user"><input type="password" name="password"><button type="submit">Log in</button></form>'
        )
        return Page(_page(self.title, f"{told}</p>{form}<p>"))


@dataclass(frozen=True)
class JsonLogin(Application):
    """The API of the MultiConnect rCell and Conduit (S000576, 2.2 to 2.4): "/api/login", "/api/whoami", "/api/logout", with a token in the query."""

    account: Account
    lock: int = 0
    _sessions: _Sessions = field(default_factory=_Sessions, init=False, compare=False, repr=False)

    def answer(self, asked: Asked, visit: Visit) -> Page:
        """A document in JSON."""
        if asked.path == "/api/login":
            return self._login(asked, visit)
        if not self.logged_in(asked):
            return _json(401, {"code": 401, "error": "not authorized", "status": "fail"})
        if asked.path == "/api/logout":
            self._sessions.open.discard(_token(asked))
            return _json(200, {"code": 200, "status": "success"})
        result = {"address": visit.client, "permission": "admin", "user": self.account.user}
        return _json(200, {"code": 200, "result": result, "status": "success"})

    def logged_in(self, asked: Asked) -> bool:
        """Whether the query has the token of a session."""
        return _token(asked) in self._sessions.open

    def _login(self, asked: Asked, visit: Visit) -> Page:
        try:
            said = json.loads(asked.body) if asked.method == "POST" else None
        except ValueError:
            said = None
        if not isinstance(said, dict):
            return _json(400, {"code": 400, "error": "bad request", "status": "error"})
        user, password = str(said.get("username", "")), str(said.get("password", ""))
        if visit.locked(user, self.lock):
            visit.harm(f"a login as {user!r}, which is locked")
            return _json(423, {"code": 423, "error": "user is locked", "status": "fail"})
        opened = self.account.opens(user, password)
        visit.login(user, opened=opened)
        if not opened:
            return _json(401, {"code": 401, "error": "login failed", "status": "fail"})
        token = self._sessions.begin(visit)
        return _json(200, {"code": 200, "result": {"token": token, "permission": "admin"}, "status": "success"})


@dataclass(frozen=True)
class Greeter(Application):
    """A server that shows its form to every GET and welcomes every POST, and knows no session."""

    title: str

    def answer(self, asked: Asked, visit: Visit) -> Page:
        """The form, or a welcome."""
        if asked.method == "POST":
            visit.login("anybody", opened=True)
            return Page(_page(self.title, "Welcome! Your request was received."))
        form = '<form method="post"><input name="user"><input type="password" name="pw"><input type="submit" value="Login"></form>'
        return Page(_page(self.title, f"Login</p>{form}<p>"))


def first_run(title: str) -> Page:
    """A page on which the first administrator chooses a password; nothing may be sent from it (`Page.form` counts that as a login)."""
    form = (
        '<form method="post" action="/setup"><input type="text" name="user" value="admin"><input type="password" name="password">'
        '<input type="password" name="confirm_password"><input type="submit" value="Create"></form>'
    )
    return Page(_page(title, f"Create the administrator account to begin.</p>{form}<p>"), form=True)


def paths(application: Application, *where: str) -> tuple[tuple[str, Application], ...]:
    """The same application at several paths."""
    return tuple((path, application) for path in where)


def form_login(title: str, account: Account, lock: int = 0) -> tuple[tuple[str, Application], ...]:
    """A `FormLogin` at all its paths."""
    return paths(FormLogin(title, account, lock), "/", "/login", "/home", "/logout")


def json_login(account: Account, lock: int = 0) -> tuple[tuple[str, Application], ...]:
    """A `JsonLogin` at all its paths."""
    return paths(JsonLogin(account, lock), "/api/login", "/api/whoami", "/api/logout")


def _page(title: str, inside: str) -> str:
    return f"<!DOCTYPE html>\n<html><head><title>{title}</title></head>\n<body><p>{inside}</p></body></html>\n"


def _moved(where: str, *headers: tuple[str, str]) -> Page:
    return Page(status=302, headers=(("Location", where), *headers))


def _json(status: int, document: object) -> Page:
    return Page(json.dumps(document), kind="application/json", status=status)


def _token(asked: Asked) -> str:
    return parse_qs(asked.query).get("token", [""])[0]


def _cookie(asked: Asked, name: str) -> str:
    pairs = (pair.strip().partition("=") for pair in asked.headers.get("cookie", "").split(";"))
    return next((value for key, _, value in pairs if key == name), "")
