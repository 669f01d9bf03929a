"""The page of a device's web server on which its settings are changed; whoever is served it has logged in, where the device asks for that."""

import html
from urllib.parse import parse_qsl

from lab.fake import Console
from lab.services.console import choices, put
from lab.settings import SettingError

PATH = "/config"
_FORM = "application/x-www-form-urlencoded"


def answer(console: Console, method: str, kind: str, body: bytes, client: str) -> tuple[int, str]:
    """The status and the page: the settings as they are, after those of a form were set. A field that was left empty is left as it is."""
    if method != "POST":
        return 200, _page(console, "")
    if kind != _FORM:
        return 415, _page(console, f"A form is expected ({_FORM}).")
    fields = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    wishes = [(name, value) for name, value in fields if value and not _stands(console, name, value)]
    try:
        put(console, wishes, client)
    except SettingError as error:
        return 400, _page(console, f"Nothing was set: {error}.")
    return 200, _page(console, f"Set: {', '.join(name for name, _ in wishes) or 'nothing, for all stands so'}.")


def _stands(console: Console, name: str, value: str) -> bool:
    """Whether a setting has that value already: a browser sends every field of the form."""
    return value in choices(console).get(name, ()) and any(
        setting.name == name and now == value for setting, now in console.shown()
    )


def _page(console: Console, told: str) -> str:
    rows = "".join(
        f"<tr><td>{html.escape(setting.title)} ({setting.name})</td><td>{html.escape(now)}</td>"
        f"<td>{_field(setting.name, now, choices(console)[setting.name])}</td></tr>\n"
        for setting, now in console.shown()
    )
    return (
        "<!DOCTYPE html>\n<html><head><title>Configuration</title></head><body><h1>Configuration</h1>\n"
        f"<p>{html.escape(told)}</p>\n"
        f'<form method="post"><table>\n{rows}</table><input type="submit" value="Save"></form></body></html>\n'
    )


def _field(name: str, now: str, values: tuple[str, ...]) -> str:
    if not values:
        return f'<input type="password" name="{name}" autocomplete="new-password">'
    options = "".join(f"<option{' selected' if value == now else ''}>{html.escape(value)}</option>" for value in values)
    return f'<select name="{name}">{options}</select>'
