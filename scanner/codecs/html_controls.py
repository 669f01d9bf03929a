"""What a page offers to administer: the words on its own links, buttons and forms, in the languages that devices speak in a European city.

A device whose start page has a button to restart it, for anybody who comes by, is administered without a login. Only controls count, never prose; only short
labels, for a headline is long; only what leads nowhere else, for a manual is somewhere else; and no list of files, whose labels are their names. A page that
also leads to a login shows what it offers to whoever has logged in, and so offers nothing here.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from inventory.text import one_line
from scanner.codecs.html_page import attributes, pieces

_LABEL_LIMIT, _WORDS_LIMIT, _CONTROLS_LIMIT, _LABELS_SHOWN = 48, 5, 2000, 8


def _words(text: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(text.split('|'))})(?!\w)", re.IGNORECASE)


_LABELS = {
    "configuration": _words(
        "settings|setup|configuration|configure|einstellungen|konfiguration|paramètres|réglages|configuración|ajustes|impostazioni"
        "|configurazione|instellingen|configuratie|ustawienia|konfiguracja|nastavení|configurações|inställningar"
    ),
    "network": _words(
        "network|network settings|tcp/ip|ip settings|wireless|wlan|wi-?fi|netzwerk|réseau|rete|netwerk|sieć|síť|nätverk"
    ),
    "restart": _words(
        r"restart|reboot|neustart|neu starten|redémarrer|redémarrage|reiniciar|reinicio|riavvia|riavvio|herstarten|herstart"
        r"|uruchom ponownie|restartovat|omstart|starta om"
    ),
    "firmware": _words(
        r"(?:update|upgrade|upload|flash)(?: the)? (?:firmware|software)|(?:firmware|software)[- ](?:update|upgrade|upload)"
        r"|firmware|firmware-?aktualisierung|mise à jour(?: du (?:micro)?logiciel)?|actualizar firmware|aggiornamento"
    ),
    "factory-defaults": _words(
        r"factory (?:defaults?|reset|settings)|(?:reset|restore)(?: to)?(?: factory)? (?:defaults?|settings)|werkseinstellungen?|werksreset"
        r"|paramètres d['’]usine|valores de fábrica|impostazioni di fabbrica|fabrieksinstellingen|ustawienia fabryczne"
    ),
    "users": _words(
        r"users|user (?:accounts?|management|administration)|accounts|(?:change |set )?password|passwords|benutzer|benutzerverwaltung|passwort"
        r"(?: ändern)?|kennwort(?: ändern)?|utilisateurs|mot de passe|usuarios|contraseña|utenti|gebruikers|wachtwoord|użytkownicy|hasło"
    ),
    "backup": _words(
        r"back ?up|(?:backup|save|restore|export|import|upload|download) (?:the )?(?:configuration|config|settings)"
        r"|datensicherung|sauvegarde|copia de seguridad"
    ),
}
_SAVE = _words(
    r"save|apply|ok|speichern|übernehmen|enregistrer|appliquer|guardar|aplicar|salva|applica|opslaan|toepassen|zapisz|zastosuj|uložit|spara"
)
_ADDRESSES = "addresses"
_LOGIN = _words(
    r"log ?[io]n|sign[ -]?in|anmelden|anmeldung|einloggen|connexion|se connecter|iniciar sesión|acceso|accedi|accesso|inloggen|aanmelden"
    r"|zaloguj|přihlásit|logga in|entrar"
)
_PATHS = {
    "restart": frozenset(("reboot", "restart", "doreboot", "sysreboot")),
    "firmware": frozenset(("firmware", "fwupdate", "fwupgrade", "fwupload", "upgrade", "sysupgrade", "fwup")),
    "factory-defaults": frozenset(("factory", "factoryreset", "factorydefault", "factorydefaults", "restoredefaults")),
}
_FIELDS = re.compile(r"(?:sub)?net_?mask|subnet(?:_?mask)?|(?:default_?)?gateway|def_?gw|ssid", re.IGNORECASE)
_BUTTONS = frozenset(("submit", "button", "image"))


@dataclass(frozen=True, slots=True)
class Controls:
    """What there is to administer, in the words of this module: all of it, and what a button or a form of this very page does; and the first labels of it."""

    offered: tuple[str, ...] = ()
    operable: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Control:
    label: str
    target: str
    acts: bool


def read_controls(text: str) -> Controls:
    """Read a page, however broken its markup."""
    offered: set[str] = set()
    operable: set[str] = set()
    labels: list[str] = []
    for control in _controls(text):
        label = one_line(html.unescape(control.label), _LABEL_LIMIT + 1)
        if _LOGIN.search(label):
            return Controls()
        found = _named(label, control)
        offered |= found
        operable |= found if control.acts else set()
        if found and len(labels) < _LABELS_SHOWN:
            labels.append(label or one_line(control.target, _LABEL_LIMIT))
    return Controls(_ordered(offered), _ordered(operable), tuple(labels))


def _ordered(found: set[str]) -> tuple[str, ...]:
    return tuple(name for name in (*_LABELS, _ADDRESSES) if name in found)


def _named(label: str, control: _Control) -> set[str]:
    """The words of this module that a control stands for."""
    if _leads_elsewhere(control.target) or _is_a_file(label, control.target):
        return set()
    path = control.target.partition("?")[0].rpartition("/")[2].lower()
    tokens = set(re.split(r"[^a-z]+", path)[:8])
    found = {name for name, known in _PATHS.items() if tokens & known} if control.acts or not label else set()
    if len(label) <= _LABEL_LIMIT and len(label.split()) <= _WORDS_LIMIT:
        found |= {name for name, pattern in _LABELS.items() if pattern.search(label)}
    if control.acts and _SAVE.fullmatch(label):
        found.add("configuration")
    if control.acts and _FIELDS.fullmatch(label):
        found.add(_ADDRESSES)
    return found


def _leads_elsewhere(target: str) -> bool:
    return "://" in target or target.startswith("//") or target[:7].lower() == "mailto:"


def _is_a_file(label: str, target: str) -> bool:
    """Whether a link is an entry of a list of files: its label is its own name."""
    return bool(label) and label.strip("/") == target.removeprefix("./").strip("/")


def _controls(text: str) -> Iterator[_Control]:
    """The links with their labels, the buttons, the forms, and the fields of which a form is made; at most so many of them."""
    inside, target, label = "", "", ""
    left = _CONTROLS_LIMIT
    for kind, piece in pieces(text):
        if left <= 0:
            return
        if inside and kind == "text":
            label += piece[: _LABEL_LIMIT * 4] if len(label) < _LABEL_LIMIT * 4 else ""
        elif inside and kind in {"/" + inside, "a", "button"}:
            yield _Control(label, target, inside == "button")
            inside, left = "", left - 1
        if kind not in {"a", "button", "area", "form", "input", "img"}:
            continue
        said = attributes(piece)
        left -= 1
        if kind in {"a", "button"}:
            inside, target, label = kind, said.get("href", said.get("formaction", "")), ""
        elif kind == "img" and inside:
            label += " " + said.get("alt", "")[: _LABEL_LIMIT * 4]
        elif kind == "area":
            yield _Control(said.get("alt", ""), said.get("href", ""), acts=False)
        elif kind == "form":
            yield _Control("", said.get("action", ""), acts=True)
        elif kind == "input":
            yield from _field(said)
    if inside:
        yield _Control(label, target, inside == "button")


def _field(said: dict[str, str]) -> Iterator[_Control]:
    """A button made of an input, or a field that a form asks for, by its name."""
    kind = said.get("type", "text").lower()
    if kind in _BUTTONS:
        yield _Control(said.get("value", said.get("alt", "")), said.get("formaction", ""), acts=True)
    elif kind in {"text", "number"} and _FIELDS.fullmatch(said.get("name", "")):
        yield _Control(said["name"], "", acts=True)
