"""Web logins that are described: what to ask, what to send, and what each answer means. Read and checked here; `scanner/logins/http_form.py` fills them in.

The files are `data/forms/*.toml`, and `Form` says what an entry holds. Each names its source and carries an example of every page and answer, which are its
tests. A login is believed only where a page is shown that nobody sees without it (`proof`), and is ended (`leave`) where its maker has a way to.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from checks.form_template import Template, template
from inventory.model import Device, Observation

FOLDER = Path(__file__).parent / "data" / "forms"
HTML = "html"
"""The form that a page itself describes."""
ANY = "any"
"""The vendor of a form that many makers use (LuCI)."""
EXAMPLE_USER, EXAMPLE_PASSWORD = "operator", "Tocsin&1"
"""The account of the examples."""
STEPS = ("page", "challenge", "answer")
_ENCODINGS = ("form", "json", "text")
_SOURCES = ("body", "cookie", "header", "json", "location")
_GIVEN = frozenset(("user", "password", "origin"))
_REQUIRED = frozenset(("id", "vendor", "products", "heard", "page", "shows", "submit", "opened", "refused", "proof"))
_OPTIONAL = frozenset(("challenge", "tokens", "locked", "busy", "left", "leave"))
_ASK = frozenset(("method", "path", "encoding", "fields", "type", "headers"))
_SIGN = frozenset(("status", "location", "cookie", "json", "body"))
_EXAMPLES = frozenset(("page", "challenge", "submits", "opened", "refused", "locked", "proof", "stranger", "leave"))
_NEEDED_EXAMPLES = frozenset(("page", "submits", "opened", "refused", "proof"))


@dataclass(frozen=True, slots=True)
class Field:
    """A named value of a body, in its order."""

    name: str
    value: "Body"


Body: TypeAlias = Template | int | bool | tuple[Field, ...] | list["Body"]
"""What a body is made of: texts with holes, numbers, objects as their fields, and lists."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One request; only the way out may be a DELETE, of the session that was given.

    `encoding` says how `fields` are sent: "form" (urlencoded), "json", or "text", where they are one text of the media type `type`."""

    path: Template
    method: str = "GET"
    encoding: str = "form"
    fields: Body = ()
    type: str = ""
    headers: tuple[tuple[str, Template], ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """The names of all values that it needs."""
        return self.path.names.union(_names(self.fields), *(value.names for _, value in self.headers))


@dataclass(frozen=True, slots=True)
class Token:
    """A value that an answer holds: `step` is which ("page", "challenge", "answer"), `source` where in it, `what` a cookie, a header or a JSON path.

    For "body" and "location" it is the first group of `pattern`.
    """

    name: str
    step: str
    source: str
    what: str = ""
    pattern: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True)
class Sign:
    """What an answer shows; all that is named must hold. `json` pairs paths ("0.value.Token.name") with what must be found there, as JSON writes it."""

    status: tuple[int, ...] = ()
    location: re.Pattern[str] | None = None
    cookie: re.Pattern[str] | None = None
    json: tuple[tuple[str, re.Pattern[str]], ...] = ()
    body: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """One maker's web login.

    `heard` pairs facts with what they must hold for the form to be looked for, `page` is where it stands, and `shows` what that page must hold to be it.
    `opened`, `refused`, `locked` and `busy` are what the answer shows then, each any of its signs; the first group of `left` is how many attempts an answer
    says are left. `proof` is asked with what the answer gave, and only somebody logged in is answered with one of the signs in `marker`.
    """

    id: str
    vendor: str
    products: tuple[re.Pattern[str], ...]
    heard: tuple[tuple[str, re.Pattern[str]], ...]
    page: str
    shows: re.Pattern[str]
    submit: Ask
    opened: tuple[Sign, ...]
    refused: tuple[Sign, ...]
    proof: Ask
    marker: tuple[Sign, ...]
    source: str
    challenge: Ask | None = None
    tokens: tuple[Token, ...] = ()
    locked: tuple[Sign, ...] = ()
    busy: tuple[Sign, ...] = ()
    left: re.Pattern[str] | None = None
    leave: Ask | None = None
    examples: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

    def fits(self, vendor: str, model: str) -> bool:
        """Whether it may be the login of that product."""
        if self.vendor not in (ANY, vendor):
            return False
        return not self.products or any(product.search(model) for product in self.products)

    def may_stand(self, seen: Observation) -> bool:
        """Whether what the web server said of itself speaks for it."""
        return all(pattern.search(str(seen.facts.get(fact, ""))) for fact, pattern in self.heard)

    def tokens_of(self, step: str) -> tuple[Token, ...]:
        """The values that are to be read from that answer."""
        return tuple(token for token in self.tokens if token.step == step)

    @property
    def open_to_strangers(self) -> bool:
        """Whether its proof can be asked for without having logged in."""
        return not self.proof.names & {token.name for token in self.tokens if token.step != "page"}


@cache
def load_forms() -> Mapping[str, Form]:
    """Every described form by its id, in the order of the files."""
    forms: dict[str, Form] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        for form in read(path.read_text(encoding="utf-8"), path.name):
            if form.id in forms or form.id == HTML:
                raise ValueError(f"{path.name}: form {form.id!r} stands there twice")
            forms[form.id] = form
    return forms


def forms_for(device: Device, seen: Observation, known: Iterable[Form] | None = None) -> tuple[Form, ...]:
    """The described forms that may stand on that web server, the maker's own first."""
    vendor, model = (claim.value if (claim := device.claim(name)) else "" for name in ("vendor", "model"))
    every = load_forms().values() if known is None else known
    return tuple(
        sorted((f for f in every if f.fits(vendor, model) and f.may_stand(seen)), key=lambda f: f.vendor == ANY)
    )


def read(text: str, name: str) -> tuple[Form, ...]:
    """Read one file; `ValueError` names the file, the form, the key and what is wrong with it."""
    tables = tomllib.loads(text)
    if set(tables) != {"form"}:
        raise ValueError(f"{name}: only [[form]] tables may stand here, found {', '.join(sorted(tables))}")
    return tuple(_form(raw, f"{name}: form {raw.get('id', number)!r}") for number, raw in enumerate(tables["form"], 1))


def _form(raw: Mapping[str, Any], where: str) -> Form:
    _keys(raw, where, _REQUIRED | {"source", "examples"}, _OPTIONAL)
    page = _text(raw["page"], f"{where}: page")
    if not page.startswith("/"):
        raise ValueError(f"{where}: page must be a path")
    proof = dict(_table(raw["proof"], f"{where}: proof"))
    marker = _signs(proof.pop("shows", []), f"{where}: proof: shows")
    if not marker:
        raise ValueError(f"{where}: proof: shows nothing")
    left = raw.get("left")
    form = Form(
        id=_text(raw["id"], f"{where}: id"),
        vendor=_text(raw["vendor"], f"{where}: vendor"),
        products=tuple(_pattern(text, f"{where}: products") for text in _list(raw["products"], f"{where}: products")),
        heard=_heard(raw["heard"], f"{where}: heard"),
        page=page,
        shows=_pattern(raw["shows"], f"{where}: shows"),
        submit=_ask(raw["submit"], f"{where}: submit", "POST"),
        opened=_signs(raw["opened"], f"{where}: opened"),
        refused=_signs(raw["refused"], f"{where}: refused"),
        proof=_ask(proof, f"{where}: proof", "GET"),
        marker=marker,
        source=_text(raw["source"], f"{where}: source"),
        challenge=_ask(raw["challenge"], f"{where}: challenge", "POST") if "challenge" in raw else None,
        tokens=tuple(_token(one, f"{where}: tokens") for one in _list(raw.get("tokens", []), f"{where}: tokens")),
        locked=_signs(raw.get("locked", []), f"{where}: locked"),
        busy=_signs(raw.get("busy", []), f"{where}: busy"),
        left=_pattern(left, f"{where}: left", groups=1) if left is not None else None,
        leave=_ask(raw["leave"], f"{where}: leave", "GET") if "leave" in raw else None,
        examples=_examples(raw["examples"], f"{where}: examples"),
    )
    _check(form, where)
    return form


def _check(form: Form, where: str) -> None:
    """Raise `ValueError` where a request needs what is not known by then, or a sign or an example is lacking."""
    for key, signs in (("opened", form.opened), ("refused", form.refused)):
        if not signs:
            raise ValueError(f"{where}: {key}: no sign")
    if form.submit.method != "POST":
        raise ValueError(f"{where}: submit: a password is never put into an address")
    if "DELETE" in (form.proof.method, form.challenge.method if form.challenge else ""):
        raise ValueError(f"{where}: only the way out deletes, and only the session")
    known = set(_GIVEN)
    for step, asks in (
        ("page", (("challenge", form.challenge),)),
        ("challenge", (("submit", form.submit),)),
        ("answer", (("proof", form.proof), ("leave", form.leave))),
    ):
        known |= {token.name for token in form.tokens_of(step)}
        for key, ask in asks:
            if ask is not None and ask.names - known:
                raise ValueError(f"{where}: {key}: nothing is known of {', '.join(sorted(ask.names - known))}")
    if form.challenge is not None and "password" in form.challenge.names:
        raise ValueError(f"{where}: challenge: the password is offered once only")
    if form.challenge is None and form.tokens_of("challenge"):
        raise ValueError(f"{where}: tokens: there is no challenge to read one from")
    wanted = {key for key, there in (("challenge", form.challenge), ("locked", form.locked)) if there}
    if wanted - set(form.examples):
        raise ValueError(f"{where}: examples: no {', '.join(sorted(wanted - set(form.examples)))}")


def _ask(raw: object, where: str, method: str) -> Ask:
    table = _table(raw, where)
    _keys(table, where, frozenset(("path",)), _ASK - {"path"})
    method, encoding = table.get("method", method), table.get("encoding", "form")
    if method not in ("GET", "POST", "DELETE") or encoding not in _ENCODINGS:
        raise ValueError(f"{where}: method is GET, POST or (to leave) DELETE, encoding one of {', '.join(_ENCODINGS)}")
    path = _text(table["path"], f"{where}: path")
    if not path.startswith(("/", "{")):
        raise ValueError(f"{where}: path must begin with a slash or a token")
    fields: Body = _body(table.get("fields", {}), f"{where}: fields")
    plain = isinstance(fields, tuple) and all(isinstance(one.value, Template) for one in fields)
    if (encoding == "form" and not plain) or (encoding == "text" and not isinstance(fields, Template)):
        raise ValueError(f"{where}: fields: no {encoding}")
    headers = tuple(
        (key, _template(value, f"{where}: headers"))
        for key, value in _table(table.get("headers", {}), f"{where}: headers").items()
    )
    return Ask(_template(path, where), method, encoding, fields, str(table.get("type", "")), headers)


def _body(raw: object, where: str) -> Body:
    if isinstance(raw, dict):
        return tuple(Field(name, _body(value, f"{where}: {name}")) for name, value in raw.items())
    if isinstance(raw, list):
        return [_body(value, where) for value in raw]
    if isinstance(raw, bool | int):
        return raw
    return _template(raw, where)


def _names(body: Body) -> frozenset[str]:
    if isinstance(body, Template):
        return body.names
    if isinstance(body, list):
        return frozenset().union(*(_names(one) for one in body))
    if isinstance(body, tuple):
        return frozenset().union(*(_names(one.value) for one in body))
    return frozenset()


def _token(raw: object, where: str) -> Token:
    table = _table(raw, where)
    _keys(table, where, frozenset(("name", "of")), frozenset(_SOURCES))
    name, step = _text(table["name"], where), _text(table["of"], where)
    sources = [source for source in _SOURCES if source in table]
    if len(sources) != 1 or step not in STEPS or name in _GIVEN:
        raise ValueError(f"{where}: {name}: of is one of {', '.join(STEPS)}, and one of {', '.join(_SOURCES)} is named")
    (source,) = sources
    if source in ("body", "location"):
        return Token(name, step, source, pattern=_pattern(table[source], f"{where}: {name}", groups=1))
    return Token(name, step, source, _text(table[source], f"{where}: {name}"))


def _signs(raw: object, where: str) -> tuple[Sign, ...]:
    return tuple(_sign(one, where) for one in _list(raw, where))


def _sign(raw: object, where: str) -> Sign:
    table = _table(raw, where)
    _keys(table, where, frozenset(), _SIGN)
    status = table.get("status", [])
    numbers = tuple(status) if isinstance(status, list) else (status,)
    if not table or not all(isinstance(number, int) and 100 <= number <= 599 for number in numbers):
        raise ValueError(f"{where}: a sign names at least one thing, and a status is a number from 100 to 599")
    json = tuple((path, _pattern(text, where)) for path, text in _table(table.get("json", {}), where).items())
    location, cookie, body = (
        _pattern(table[key], f"{where}: {key}") if key in table else None for key in ("location", "cookie", "body")
    )
    return Sign(numbers, location, cookie, json, body)


def _heard(raw: object, where: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    table = _table(raw, where)
    if not table or not all(fact.startswith("http.") for fact in table):
        raise ValueError(f"{where}: names at least one fact of HTTP")
    return tuple((fact, _pattern(text, where)) for fact, text in table.items())


def _examples(raw: object, where: str) -> dict[str, str]:
    table = _table(raw, where)
    _keys(table, where, _NEEDED_EXAMPLES, _EXAMPLES - _NEEDED_EXAMPLES)
    return {key: _text(value, f"{where}: {key}") for key, value in table.items()}


def _keys(raw: Mapping[str, Any], where: str, required: frozenset[str], optional: frozenset[str]) -> None:
    unknown, missing = set(raw) - required - optional, required - set(raw)
    if unknown or missing:
        words = [f"unknown key {key!r}" for key in sorted(unknown)] + [f"no {key}" for key in sorted(missing)]
        raise ValueError(f"{where}: {', '.join(words)}")


def _table(raw: object, where: str) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise ValueError(f"{where}: must be a table")
    return raw


def _list(raw: object, where: str) -> list[Any]:
    if not isinstance(raw, list):
        raise ValueError(f"{where}: must be a list")
    return raw


def _text(raw: object, where: str) -> str:
    if not isinstance(raw, str) or not raw.strip():
        raise ValueError(f"{where}: must be a text that says something")
    return raw


def _template(raw: object, where: str) -> Template:
    if not isinstance(raw, str):
        raise ValueError(f"{where}: must be a text")
    try:
        return template(raw)
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None


def _pattern(raw: object, where: str, groups: int = 0) -> re.Pattern[str]:
    try:
        pattern = re.compile(_text(raw, where), re.IGNORECASE)
    except re.error as error:
        raise ValueError(f"{where}: {raw!r} is no regular expression ({error})") from None
    if pattern.groups < groups:
        raise ValueError(f"{where}: {raw!r} needs a group")
    return pattern
