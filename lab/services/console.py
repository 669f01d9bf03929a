"""The settings of a device as a person reaches them: the words that all its shells know, and what may be typed as a value."""

from collections.abc import Callable, Iterable
from typing import Protocol

from lab.fake import Console, Visit
from lab.settings import FACTORY, Change, Choice, Password, Setting, SettingError

_SHORTEST_SECRET, _LONGEST_SECRET = 8, 64
_GUESSED_FIRST = frozenset(("password", "12345678", "123456789", "1234567890", "changeme", "administrator", "11111111"))
_HELP = """help             this list
show             every setting and its value
set NAME VALUE   change a setting
passwd           change the password
exit             leave
"""
_UNKNOWN = "{word}: unknown command; help lists what there is\n"


class Terminal(Protocol):
    """A person at a line, whether over Telnet or SSH."""

    def show(self, text: str) -> None:
        """Print it; every line ends in a line feed alone."""

    async def asked(self, prompt: str, *, echo: bool) -> str | None:
        """The line that is typed after `prompt`, or None where the person has gone."""


def offered(visit: Visit) -> Console | None:
    """Where the device's settings are changed; None where it has none."""
    return visit.console if visit.console and visit.console.shown() else None


def put(console: Console, wishes: Iterable[tuple[str, str]], client: str) -> None:
    """Set all of them, or none where one is not to be had; raises `SettingError`."""
    wanted = tuple(wishes)
    for name, value in wanted:
        _examine(console, name, value)
    for name, value in wanted:
        console.set(name, value, client)


def choices(console: Console) -> dict[str, tuple[str, ...]]:
    """Each setting's values; none of a password or a community, which any text may be."""
    return {
        setting.name: tuple(value for value, _ in setting.values) if isinstance(setting, Choice) else ()
        for setting, _ in console.shown()
    }


async def session(
    terminal: Terminal,
    console: Console,
    prompt: str,
    farewells: tuple[str, ...],
    client: str,
    stray: Callable[[str], None],
) -> None:
    """Serve a shell until it is left. What is no word of it goes to `stray`, unless a word of it came before: then it is a person, who has mistyped."""
    is_person = False
    while True:
        typed = await terminal.asked(prompt, echo=True)
        if typed is None or typed in farewells:
            return
        word, _, rest = typed.partition(" ")
        if word in ("help", "show", "set", "passwd"):
            is_person = True
            terminal.show(await _obeyed(terminal, console, word, rest.strip(), client))
        elif typed:
            if not is_person:
                stray(typed)
            terminal.show(_UNKNOWN.format(word=word))


async def _obeyed(terminal: Terminal, console: Console, word: str, rest: str, client: str) -> str:
    """What a word of the shell answers."""
    if word == "help":
        return _HELP
    if word == "show":
        return _table(console)
    try:
        if word == "passwd":
            return await _passwd(terminal, console, client)
        name, _, value = rest.partition(" ")
        if not value.strip():
            return "set what to what? set NAME VALUE\n"
        put(console, ((name, value.strip()),), client)
    except SettingError as error:
        return f"{error}\n"
    return f"{name} is set\n"


async def _passwd(terminal: Terminal, console: Console, client: str) -> str:
    name = next((setting.name for setting, _ in console.shown() if isinstance(setting, Password)), None)
    if name is None:
        return "the password of this device cannot be changed\n"
    first = await terminal.asked("New password: ", echo=False)
    second = await terminal.asked("Retype new password: ", echo=False) if first else None
    if not first or first != second:
        return "passwords do not match; the password is unchanged\n" if first else "the password is unchanged\n"
    put(console, ((name, first),), client)
    return "password updated\n"


def _table(console: Console) -> str:
    rows = [(setting.name, value, _values(console, setting.name)) for setting, value in console.shown()]
    names, values = (max(len(row[column]) for row in rows) for column in (0, 1))
    return "".join(f"{name:{names}}  {value:{values}}  {of}".rstrip() + "\n" for name, value, of in rows)


def _values(console: Console, name: str) -> str:
    values = choices(console)[name]
    return f"(one of {', '.join(values)})" if values else ""


def _examine(console: Console, name: str, value: str) -> None:
    """Raise `SettingError` where the device has no such setting, or it takes no such value."""
    setting = next((setting for setting, _ in console.shown() if setting.name == name), None)
    if setting is None:
        raise SettingError(f"no setting {name!r}; there are: {', '.join(choices(console))}")
    if not isinstance(setting, Choice):
        _examine_secret(setting, value)
    setting.change(value)


def _examine_secret(setting: Setting, value: str) -> None:
    """Raise `SettingError` where a text is no password: one that is guessed first would leave the device as open as the factory's, which may be set anew."""
    if value == FACTORY:
        raise SettingError(f"{FACTORY!r} is no password")
    if setting.change(value) == Change():
        return
    if not value.isprintable() or value != value.strip() or not _SHORTEST_SECRET <= len(value) <= _LONGEST_SECRET:
        raise SettingError(
            f"{setting.name} has {_SHORTEST_SECRET} to {_LONGEST_SECRET} characters that can be seen, and no space at its ends"
        )
    if value.lower() in _GUESSED_FIRST:
        raise SettingError(f"{setting.name} would be the first to be guessed")
