"""Web forms and JSON logins: the page is asked for, the account is sent once, and it counts only where that opens what a stranger is not shown.

`line.form` names what may stand at the endpoint, the likeliest first, with "+" between: ids of `checks/forms.py`, or "html", the form that the page at
`line.path` itself describes. The first whose page shows it is filled in. Sent are the page's GET, where the maker has one the challenge, one login, the page
that proves it and the way out. Nothing is ever set: a page for choosing a password is left alone, and so is whatever is not plainly a login.
"""

from checks.contract import Account, Answer, Verdict
from checks.forms import HTML, load_forms
from inventory.errors import PeerError
from scanner.codecs.html_page import is_still
from scanner.codecs.http1 import Response
from scanner.codecs.http_refusal import text_of
from scanner.conversation import Line
from scanner.logins.described_form import fill_in, is_shown
from scanner.logins.html_form import try_page
from scanner.logins.web_visit import Visit

NAME = "http-form"


async def attempt(line: Line, account: Account) -> Answer:
    """Fill in, once, the form that stands there; without an account, only see that it asks."""
    if not (account.user + account.password).isprintable():
        return Answer(Verdict.NOT_TRIED, reason="the account has characters that cannot be typed")
    try:
        return await _attempt(Visit(line, account))
    except PeerError as error:
        return Answer(Verdict.UNREACHED, reason=str(error))


async def _attempt(visit: Visit) -> Answer:
    known, pages = load_forms(), dict[str, Response]()
    for name in (visit.line.form or HTML).split("+"):
        if name == HTML:
            return await try_page(visit, visit.line.path or "/")
        form = known.get(name)
        if form is None:
            continue
        if form.page not in pages:
            visit.cookies.clear()
            pages[form.page] = await visit.get(form.page)
        if is_shown(form, pages[form.page]):
            return await fill_in(visit, form, pages[form.page])
    start = pages.get(visit.line.path or "/")
    if start is not None and start.status == 200 and is_still(text_of(start)):
        return visit.answer(Verdict.NO_LOGIN_ASKED, start, "its page has nothing on it that could ask for a login")
    return Answer(Verdict.UNREACHED, reason="none of the forms that are known of this maker stands there")
