"""The login form that a page itself describes, filled in once. Whether it opened is seen by comparison alone.

Afterwards neither the answer nor the page itself may ask for a password any more, and something must be there that was not before and that nobody sees without
having logged in: a way to log out, or a page that a stranger is refused. A server that greets everybody is found out by the random pair, which opens it too.
"""

import re
from urllib.parse import urlencode

from checks.contract import Answer, Verdict
from inventory.errors import PeerError
from scanner.codecs.http1 import Response
from scanner.codecs.http_refusal import MESSAGE, is_busy, lock_of, news_of, text_of, words_of
from scanner.codecs.login_page import LoginForm, leads_out, login_form, way_out
from scanner.logins.web_visit import Visit, page_of
from scanner.refusals import says_refused

_FORM = "application/x-www-form-urlencoded"
_REDIRECTS = 2
_FORGED = re.compile(
    r"\bcsrf|\bxsrf|\bforg(?:ed|ery)\b|\b(?:invalid|missing|expired|bad) (?:\w+ )?(?:token|referer|session)",
    re.IGNORECASE,
)


async def try_page(visit: Visit, path: str) -> Answer:
    """Get the page, or the one of the same server that it leads on to, and fill its form in once; without an account, only see whether it asks."""
    start = path
    path, response = await _page_that_asks(visit, start)
    text, page = text_of(response), page_of(response)
    if why := lock_of(response, words_of(response), threats=False):
        return visit.answer(Verdict.LOCKED, response, why)
    form = login_form(page, text)
    if isinstance(form, str):
        return visit.answer(Verdict.UNREACHED, response, form)
    if visit.account.anonymous:
        return visit.answer(Verdict.REFUSED, response, "it asks for a login")
    action = visit.inside(form.action, path, page.base) if form.action else path
    if action is None:
        return visit.answer(Verdict.UNREACHED, response, "its form leads to another server")
    return await _fill_in(visit, (start, path), response, form, action)


async def _page_that_asks(visit: Visit, path: str) -> tuple[str, Response]:
    return await _followed(visit, path, await visit.get(path))


async def _followed(visit: Visit, path: str, response: Response) -> tuple[str, Response]:
    """Where an answer leads on this same server in the end, and the page there."""
    for _ in range(_REDIRECTS):
        page = page_of(response)
        refresh = visit.inside(page.refresh, path) if page.refresh and not page.password_form else None
        onward = visit.onward(response, path) or refresh
        if onward is None or onward == path:
            break
        path, response = onward, await visit.get(onward)
    return path, response


async def _fill_in(visit: Visit, paths: tuple[str, str], before: Response, form: LoginForm, action: str) -> Answer:
    """Send the form of the second of `paths`, to which the first led."""
    account, path = visit.account, paths[1]
    body = urlencode(form.filled(account.user, account.password)).encode()
    response = await visit.post(action, _FORM, body, [("Referer", visit.origin + path)])
    ended = _ended(visit, response, before)
    if ended is not None:
        return ended
    landed, landing = await _followed(visit, action, response)
    if landing is not response and (ended := _ended(visit, landing, before)) is not None:
        return ended
    if not 200 <= landing.status < 300:
        return visit.answer(Verdict.UNREACHED, landing, "it leads to another server, or to no page")
    return await _compare(visit, paths, before, (response, landing, landed))


def _ended(visit: Visit, response: Response, before: Response) -> Answer | None:
    """What an answer to the login says outright; None where it lets one go on."""
    text, page = text_of(response), page_of(response)
    inside = not page.password_form and bool(way_out(page))
    words = "" if inside else news_of(response, before)  # whoever is in may well read of doors and locks
    if why := lock_of(response, words):
        return visit.answer(Verdict.LOCKED, response, why)
    if is_busy(response, words):
        return visit.answer(Verdict.UNREACHED, response, "it has no room for one more")
    if response.status >= 400 and _FORGED.search(text):
        return visit.answer(Verdict.UNREACHED, response, "it took the form for a forged one")
    if response.status in (401, 403) or page.password_form:
        return visit.answer(Verdict.REFUSED, response, "it asks again")
    if response.status >= 400:
        return visit.answer(Verdict.UNREACHED, response, f"status {response.status} in answer to the login")
    refused = len(words) < MESSAGE and says_refused(words)
    return visit.answer(Verdict.REFUSED, response, "it says that the login failed") if refused else None


async def _compare(
    visit: Visit, paths: tuple[str, str], before: Response, answers: tuple[Response, Response, str]
) -> Answer:
    """Look at the page again, with what the login gave: `answers` are the answer to it, the page that it led to, and where that stands."""
    response, landing, landed = answers
    again = await visit.get(paths[0])
    at, shown = (
        (landed, landing) if visit.onward(again, paths[0]) == landed else await _followed(visit, paths[0], again)
    )
    welcome, back = page_of(landing), page_of(shown)
    asks = back.password_form or at == paths[1] != paths[0] or not 200 <= shown.status < 300
    marker = "" if asks or way_out(page_of(before)) else way_out(welcome) or way_out(back)
    if not asks and not marker and landing is not response and landed not in paths:
        marker = await _refused_to_strangers(visit, landed)
    left = await _leave(visit, leads_out(welcome) or leads_out(back), landed if leads_out(welcome) else at)
    if asks:
        return visit.answer(Verdict.UNREACHED, response, "it took the login, but the page still asks for one")
    if not marker:
        return visit.answer(Verdict.UNREACHED, response, "nothing there is shown to those alone who have logged in")
    reason = "" if left else "it offers no way to end the session, which times out by itself"
    return visit.answer(Verdict.OPENED, landing, reason, f"after the login: {marker[:80]}")


async def _refused_to_strangers(visit: Visit, path: str) -> str:
    """What a stranger is told at a page that was shown to us; "" where it is shown to anybody."""
    stranger = await visit.get(path, stranger=True)
    if stranger.status in (401, 403):
        return f"{path} refuses a stranger with {stranger.status}"
    if 300 <= stranger.status < 400 or page_of(stranger).password_form:
        return f"{path} sends a stranger to the login"
    return ""


async def _leave(visit: Visit, out: str, path: str) -> bool:
    """Follow the page's own link out; whether there was one and it answered."""
    way = visit.inside(out, path) if out else None
    if way is None:
        return False
    try:
        await visit.get(way, [("Referer", visit.origin + path)])
    except PeerError:
        return False
    return True
