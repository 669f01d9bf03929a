"""A login that `checks/forms.py` describes, filled in once, proved by a page that only somebody logged in sees, and ended.

Sent are the requests of the description and no other: the challenge where the maker has one, one login, one reading, and the way out, whatever the reading
shows. Only values that the page or an answer itself handed out are filled in beside the account.
"""

import json
import re
from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from checks.contract import Answer, Verdict
from checks.form_template import Hole, Template
from checks.forms import Ask, Body, Form, Sign, Token
from inventory.errors import PeerError, ProtocolError
from scanner.codecs.http1 import Response
from scanner.codecs.http_refusal import is_busy, lock_of, text_of, words_of
from scanner.logins.web_visit import Visit
from scanner.refusals import FEW

_TOKEN = re.compile(
    r"[^\r\n\0\ud800-\udfff]{1,2048}"
)  # JSON may name halves of characters, which nothing can be made of
_SECRET = 6
_TYPES = {"form": "application/x-www-form-urlencoded", "json": "application/json", "text": "text/plain"}
_ABSENT = object()


def is_shown(form: Form, page: Response) -> bool:
    """Whether that page is where the form stands."""
    return form.shows.search(text_of(page)) is not None


async def fill_in(visit: Visit, form: Form, page: Response) -> Answer:
    """Log in once from `page`, where the form stands; without an account, only see that its proof is not shown to everybody."""
    values = {"user": visit.account.user, "password": visit.account.password, "origin": visit.origin}
    missing = _read_tokens(visit, form, "page", page, values)
    if visit.account.anonymous:
        return await _as_stranger(visit, form, page, values)
    if missing:
        return visit.answer(Verdict.UNREACHED, page, f"the page holds no {missing}")
    if form.challenge is not None:
        challenge = await _send(visit, form.challenge, values)
        if (ended := _without_verdict(visit, form, challenge)) is not None:
            return ended
        if missing := _read_tokens(visit, form, "challenge", challenge, values):
            return visit.answer(Verdict.UNREACHED, challenge, f"the challenge holds no {missing}")
    answer = await _send(visit, form.submit, values, referer=form.page)
    return await _judged(visit, form, answer, values)


async def _as_stranger(visit: Visit, form: Form, page: Response, values: Mapping[str, str]) -> Answer:
    if why := lock_of(page, "", threats=False):
        return visit.answer(Verdict.LOCKED, page, why)
    if form.open_to_strangers and not (form.proof.names - set(values)):
        shown = await _send(visit, form.proof, values)
        if _any(form.marker, shown):
            return visit.answer(Verdict.NO_LOGIN_ASKED, shown, "it shows to a stranger what should need a login")
    return visit.answer(Verdict.REFUSED, page, "it asks for a login")


def _without_verdict(visit: Visit, form: Form, answer: Response) -> Answer | None:
    """What an answer says of locks and of room, None where it says nothing of either."""
    text = text_of(answer)
    left = form.left.search(text) if form.left else None
    if left and left[1] and left[1].isdecimal() and int(left[1][:6]) <= FEW:
        return visit.answer(Verdict.LOCKED, answer, "it says how few attempts are left")
    if _any(form.locked, answer):
        return visit.answer(Verdict.LOCKED, answer, "it says that it is locked")
    if _any(form.busy, answer):
        return visit.answer(Verdict.UNREACHED, answer, "it has no room for one more")
    return None


async def _judged(visit: Visit, form: Form, answer: Response, values: dict[str, str]) -> Answer:
    """What the answer to the login means, once it is proved."""
    if (ended := _without_verdict(visit, form, answer)) is not None:
        return ended
    opened = _any(form.opened, answer)
    if why := lock_of(answer, "" if opened else words_of(answer)):
        return visit.answer(Verdict.LOCKED, answer, why)
    if _any(form.refused, answer):
        return visit.answer(Verdict.REFUSED, answer)
    if opened:
        return await _proved(visit, form, answer, values)
    busy = is_busy(answer, words_of(answer))
    reason = "it has no room for one more" if busy else "an answer that means neither yes nor no"
    return visit.answer(Verdict.UNREACHED, answer, reason)


async def _proved(visit: Visit, form: Form, answer: Response, values: dict[str, str]) -> Answer:
    """Ask for what only somebody logged in is shown, and log out, whatever comes."""
    if missing := _read_tokens(visit, form, "answer", answer, values):
        return visit.answer(Verdict.UNREACHED, answer, f"it took the login, but its answer holds no {missing}")
    try:
        shown = await _send(visit, form.proof, values)
    finally:
        if form.leave is not None:
            await _leave(visit, form.leave, values)
    marker = next((sign for sign in form.marker if _holds(sign, shown)), None)
    if marker is None:
        return visit.answer(Verdict.UNREACHED, shown, "it took the login, and then did not show what that should open")
    reason = "" if form.leave is not None else "it has no way to end the session, which times out by itself"
    return visit.answer(Verdict.OPENED, shown, reason, f"only after the login: {_found(marker, shown)}")


async def _leave(visit: Visit, leave: Ask, values: Mapping[str, str]) -> None:
    try:
        await _send(visit, leave, values)
    except PeerError:
        return  # it has hung up; nothing more can be done for the session


async def _send(visit: Visit, ask: Ask, values: Mapping[str, str], referer: str = "") -> Response:
    path = visit.inside(ask.path.fill(values), "/")
    if path is None:
        raise ProtocolError("it leads to another server")
    headers = [(name, value.fill(values)) for name, value in ask.headers]
    if referer and not any(name.lower() == "referer" for name, _ in headers):
        headers.append(("Referer", visit.origin + referer))
    if ask.method == "GET":
        return await visit.get(path, headers)
    if ask.method == "DELETE":
        return await visit.delete(path, headers)
    body = _body(ask, values, visit)
    return await visit.post(path, ask.type or _TYPES[ask.encoding], body, headers)


def _body(ask: Ask, values: Mapping[str, str], visit: Visit) -> bytes:
    filled = _filled(ask.fields, values, visit)
    if ask.encoding == "form":
        return urlencode(filled if isinstance(filled, dict) else {}).encode()
    return (json.dumps(filled, separators=(",", ":")) if ask.encoding == "json" else str(filled)).encode()


def _filled(body: Body, values: Mapping[str, str], visit: Visit) -> object:
    """The body as JSON has it; what is made of the password is a secret like it."""
    if isinstance(body, Template):
        text = body.fill(values)
        if "password" in body.names:
            visit.hide(text)
        whole = len(body.parts) == 1 and isinstance(body.parts[0], Hole) and body.parts[0].name in visit.numbers
        return int(text) if whole else text
    if isinstance(body, list):
        return [_filled(one, values, visit) for one in body]
    if isinstance(body, tuple):
        return {field.name: _filled(field.value, values, visit) for field in body}
    return body


def _read_tokens(visit: Visit, form: Form, step: str, answer: Response, values: dict[str, str]) -> str:
    """Put the values that an answer holds into `values`; the name of the first that it does not hold, "" where there are all."""
    missing = ""
    for token in form.tokens_of(step):
        found = _token(token, answer)
        if found is None or not _TOKEN.fullmatch(found):
            missing = missing or token.name
            continue
        values[token.name] = found
        if token.source == "json" and isinstance(_at(_read_json(answer), token.what), int) and found.isdecimal():
            visit.numbers.add(token.name)
        if len(found) >= _SECRET and token.step != "challenge":
            visit.hide(found)
    return missing


def _token(token: Token, answer: Response) -> str | None:
    if token.source == "header":
        return answer.header(token.what)
    if token.source == "cookie":
        pairs = (value.partition(";")[0].partition("=") for value in answer.headers_named("Set-Cookie"))
        return next((value for name, _, value in pairs if name.strip() == token.what), None)
    if token.source == "json":
        return _json_text(_read_json(answer), token.what)
    where = (answer.header("Location") or "") if token.source == "location" else text_of(answer)
    found = token.pattern.search(where) if token.pattern else None
    return found[1] if found else None


def _any(signs: Iterable[Sign], answer: Response) -> bool:
    return any(_holds(sign, answer) for sign in signs)


def _holds(sign: Sign, answer: Response) -> bool:
    """Whether all that the sign names is there."""
    if sign.status and answer.status not in sign.status:
        return False
    if sign.location and not sign.location.search(answer.header("Location") or ""):
        return False
    if sign.cookie and not any(sign.cookie.match(value) for value in answer.headers_named("Set-Cookie")):
        return False
    if sign.json:
        document = _read_json(answer)
        texts = ((_json_text(document, path), pattern) for path, pattern in sign.json)
        if not all(text is not None and pattern.search(text) for text, pattern in texts):
            return False
    return sign.body is None or sign.body.search(text_of(answer)) is not None


def _found(sign: Sign, answer: Response) -> str:
    """What of the sign was found, for a reader."""
    if sign.body is not None and (match := sign.body.search(text_of(answer))):
        return match[0][:80]
    return ", ".join(path for path, _ in sign.json) or f"status {answer.status}"


def _read_json(answer: Response) -> object:
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        return _ABSENT


def _json_text(document: object, path: str) -> str | None:
    """What stands at "0.value.Token.name": a text as it is, anything else as JSON writes it; None where there is nothing."""
    found = _at(document, path)
    if isinstance(found, str):
        return found
    try:
        return None if found is _ABSENT else json.dumps(found)[:4096]
    except (ValueError, RecursionError):
        return None


def _at(document: object, path: str) -> object:
    for step in path.split("."):
        if isinstance(document, dict) and step in document:
            document = document[step]
        elif isinstance(document, list) and step.isdecimal() and int(step[:6]) < len(document):
            document = document[int(step[:6])]
        else:
            return _ABSENT
    return document
