"""What a page with a field for a password is: a login, and which fields it fills; a first run, where a password is yet to be set; or neither.

A page is taken for a login only where nothing else is thinkable: one form, one password, at most one name, nothing that could be a setting. What would set a
password must never be sent. Pure, in time linear in the page.
"""

import re
from dataclasses import dataclass

from scanner.codecs.html_page import Field, Form, Page

_LOGIN = re.compile(
    r"\blog[ _-]?(?:[io]n|me[ _-]?in)\b|\blog(?:on|in)(?![a-z])|\blogin|\bsign[ _-]?[io]n\b|\bauthenticat|\bauthori[sz]|\banmeld|\beinlogg"
    r"|\bconnexion\b|\bse connecter\b|\biniciar sesi|\bacceder\b|\bentrar\b|\baccedi\b|\baccesso\b|\binloggen\b|\baanmelden\b|\blogga in\b|\blogg inn\b"
    r"|\bzaloguj|\blogowani|\bp\u0159ihl\u00e1|\bkirjaudu|\bвход\b|\bвойти\b|登录|登錄|登入|ログイン|로그인",
    re.IGNORECASE,
)
_SETTING = re.compile(
    r"\b(?:set|create|choose|define|pick|assign|setup|set up)\s+(?:(?:an?|the|your|up|its)\s+)*"
    r"(?:(?:new|first|initial|own|strong|admin\w*|root|user|device|default|login|secure)\s+)*"
    r"(?:passwords?|passphrase|accounts?|credentials|user name and password)\b"
    r"|\bnew password\b|\b(?:confirm|repeat|retype|re-type|re-enter|reenter|verify)(?: \w+){0,3} password"
    r"|\bpassword (?:confirmation|again|\(again\))|\bset-?up wizard\b"
    r"|\b(?:first|initial)[ -](?:time )?(?:set-?up|run|configuration|start|use|login)\b"
    r"|\bnot (?:yet )?(?:been )?(?:activated|initiali[sz]ed)\b|\bactivate (?:the|this|your) (?:device|camera)\b"
    r"|\bneues (?:kennwort|passwort)\b|\b(?:kennwort|passwort) best|\bnouveau mot de passe\b|\bnueva contrase",
    re.IGNORECASE,
)
"""What only a page says on which a password is set. "Enter your password" is no such thing."""
_SETS = re.compile(
    r"conf(?:irm)?(?![a-z]*ig)|again|re[-_]?(?:type|peat|enter)|verif|new|(?:pass|pwd|pw|password|passwd)[-_]?2|2nd|second",
    re.IGNORECASE,
)
_OTHER_SECRET = re.compile(r"wpa|psk|wep|ssid|ppp|smtp|ftp|snmp|ddns|dyndns|radius|apn|proxy|vpn", re.IGNORECASE)
_HASHING = re.compile(
    r"\b(?:hex_|b64_|rstr_)?(?:md5|sha-?(?:1|256|512))\b|\bcrypto-?js\b|\bjsencrypt\b|\brsa(?:key|encrypt|\.js)\b|\bencrypt(?:ed)?_?(?:pass|pwd|string)?\w{0,20}\("
    r"|\bbtoa\(|\bbase64(?:\.|_?)(?:encode|js)\w{0,10}\b|\bhash(?:ed)?_?(?:pass|pwd)",
    re.IGNORECASE,
)
_LEAVING = re.compile(
    r"\blog[ _-]?(?:out|off)\b|\blog(?:out|off)(?![a-z])|\bsign[ _-]?(?:out|off)\b|\babmelden\b|\bausloggen\b"
    r"|\b(?:se )?d\u00e9connex?(?:ion|ter)\b|\bcerrar sesi\u00f3n\b|\bdisconnetti\b|\buitloggen\b|\bafmelden\b"
    r"|\bwyloguj|\blogga ut\b|\bodhl\u00e1sit|\bвыход\b|\bвыйти\b|退出|注销|登出|ログアウト|로그아웃",
    re.IGNORECASE,
)
_LEAVING_PATH = re.compile(r"(?:log[-_]?(?:out|off)|sign[-_]?out)(?![a-z])", re.IGNORECASE)
_DOING = re.compile(
    r"reset|reboot|restart|default|factory|delete|remove|erase|format|upgrade|update|shutdown|save|apply|set[-_=]",
    re.IGNORECASE,
)
_FIELDS = 40
_NAMED = ("text", "email")
_QUIET = frozenset(("hidden", "checkbox", "reset", "button"))
_SENDING = ("submit", "image")


@dataclass(frozen=True, slots=True)
class LoginForm:
    """A form that can be filled in: where it goes, as it stands in the page, and its fields; `user` is "" where only a password is asked for."""

    action: str
    user: str
    password: str
    fields: tuple[Field, ...]

    def filled(self, user: str, password: str) -> tuple[tuple[str, str], ...]:
        """Its names and values with an account, in the order in which a browser sends them; what is not ticked is not sent."""
        given = {self.user: user, self.password: password}
        return tuple(
            (field.name, given[field.name] if field.kind in (*_NAMED, "password") else field.value)
            for field in self.fields
            if field.name and field.kind in (*_NAMED, "password", "hidden", "submit")
        )


def is_first_run(page: Page) -> bool:
    """Whether the page asks for a password that is yet to be set, and for none that is."""
    forms = _asking(page)
    if any(len(form.of("password")) == 1 and _says_login(page, form) for form in forms):
        return False
    twice = any(
        len(form.of("password")) > 1 and any(_SETS.search(f.name) for f in form.of("password")) for form in forms
    )
    said = _SETTING.search(f"{page.title} {page.words}") is not None
    several = sum(len(form.of("password")) for form in forms) > 1
    return (said and bool(forms)) or (twice and several and not _asks_for_old(forms))


def login_form(page: Page, text: str) -> LoginForm | str:
    """The page's own login, or why it is not filled in; `text` is the page as it came."""
    forms = _asking(page)
    if not forms:
        return "the page asks for no password"
    if is_first_run(page) or _SETTING.search(f"{page.title} {page.words}"):
        return "the page sets a password, which is never done"
    if len(forms) > 1 or any(field.kind == "password" for field in page.loose):
        return "it has more than one field for a password, or one outside of any form"
    form = forms[0]
    why = _unlike_a_login(form) or ("" if _says_login(page, form) else "nothing on the page says that it is a login")
    if why:
        return why
    if _HASHING.search(text):
        return "a script changes what is typed before it is sent"
    (password,) = form.of("password")
    named = form.of(*_NAMED)
    return LoginForm(form.action, named[0].name if named else "", password.name, form.fields)


def leads_out(page: Page) -> str:
    """Where the page's link for ending the session leads, as it stands there; "" where it has none."""
    for link in page.links:
        if (
            _LEAVING_PATH.search(link.to)
            and not _DOING.search(link.to)
            and not link.to.lower().startswith("javascript")
        ):
            return link.to
    return ""


def way_out(page: Page) -> str:
    """The words with which the page offers to end a session, which it offers nobody who has none; "" where it does not."""
    said = _LEAVING.search(f"{page.words} {' '.join(field.value for field in page.loose)}")
    if said:
        return said[0]
    tags = (match[0] for link in page.links if (match := _LEAVING_PATH.search(link.tag)))
    return next(tags, "")


def _asking(page: Page) -> tuple[Form, ...]:
    """What on the page has a field for a password; fields outside of any form are one more."""
    return tuple(form for form in (*page.forms, Form(fields=page.loose)) if form.of("password"))


def _asks_for_old(forms: tuple[Form, ...]) -> bool:
    return any(re.search(r"old|curr", field.name, re.IGNORECASE) for form in forms for field in form.of("password"))


def _says_login(page: Page, form: Form) -> bool:
    buttons = " ".join(f"{field.name} {field.value}" for field in form.of(*_SENDING, "button"))
    return (
        _LOGIN.search(f"{page.title} {page.words} {form.action} {form.about} {buttons}".replace("/", " ")) is not None
    )


def _unlike_a_login(form: Form) -> str:
    """What keeps a form from being a login that can be sent as it stands, "" where nothing does."""
    passwords, named, sending = form.of("password"), form.of(*_NAMED), form.of(*_SENDING)
    others = [f for f in form.fields if f.kind not in {*_QUIET, *_NAMED, *_SENDING, "password"}]
    reasons = (
        (form.method != "post", "its form puts the password into an address"),
        (form.encoding not in ("", "application/x-www-form-urlencoded"), "its form is sent in another encoding"),
        (len(passwords) != 1 or not passwords[0].name, "its form has not exactly one named field for a password"),
        (len(named) > 1 or any(not field.name for field in named), "its form asks for more than a name"),
        (bool(others), f"its form asks for more: {others[0].kind[:20] if others else ''}"),
        (len(form.fields) > _FIELDS, "its form has very many fields"),
        (not sending, "its form is sent by a script"),
        (len(sending) > 1, "its form has more than one button"),
        (any(_OTHER_SECRET.search(f.name) for f in (*passwords, *named)), "its form is about another secret"),
        (any(_SETS.search(field.name) for field in passwords), "its form sets a password"),
    )
    return next((reason for holds, reason in reasons if holds), "")
