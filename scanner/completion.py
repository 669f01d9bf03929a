"""What a shell is told of a word that is still being typed: what the word may become, by the name of the parameter or the option that it is for.

What comes from devices is offered only where no shell could read anything else into it: it lands in the operator's command line.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    add_completion_class,
    get_completion_class,
    split_arg_string,
)

from inventory import names
from inventory.errors import OperatorError

if TYPE_CHECKING:
    from scanner.options import Options

VARIABLE = "_TOCSIN_COMPLETE"
INSTALL = {
    "bash": "tocsin completion bash > ~/.local/share/bash-completion/completions/tocsin",
    "zsh": 'tocsin completion zsh > "${fpath[1]}/_tocsin"',
    "fish": "tocsin completion fish > ~/.config/fish/completions/tocsin.fish",
}
"""How the script of a shell is put where it is read from."""
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@%+/-]*")
Named: TypeAlias = Iterable[tuple[str, str]]
"""What a word may become, each with what it stands for."""
Source: TypeAlias = Callable[["Options", str], Named]


class Bash(BashComplete):
    """Bash takes a word apart at colons and signs of equality, which ids, addresses and filters are full of: here the line is read whole."""

    source_template = """\
%(complete_func)s() {
    local IFS=$'\\n' line=${COMP_LINE:0:COMP_POINT} response completion type value current breaks=
    current=${line##*[[:space:]]}
    [[ $COMP_WORDBREAKS == *:* ]] && breaks+=:
    [[ $COMP_WORDBREAKS == *=* ]] && breaks+==
    local given=
    [[ -n $breaks ]] && given=${current%%"${current##*[$breaks]}"}
    response=$(env COMP_WORDS="$line" %(complete_var)s=bash_complete "$1" 2>/dev/null)
    for completion in $response; do
        IFS=',' read type value <<< "$completion"
        if [[ $type == 'dir' ]]; then
            COMPREPLY=()
            compopt -o dirnames 2>/dev/null
        elif [[ $type == 'file' ]]; then
            COMPREPLY=()
            compopt -o default 2>/dev/null
        elif [[ $type == 'plain' ]]; then
            [[ $value == *[:=,] ]] && compopt -o nospace 2>/dev/null
            COMPREPLY+=("${value#"$given"}")
        fi
    done
    return 0
}

complete -o nosort -F %(complete_func)s %(prog_name)s
"""

    def source(self) -> str:
        """The script; which version of bash there is will be seen where it is read."""
        return self.source_template % self.source_vars()

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the one that is typed, and that."""
        line = os.environ.get("COMP_WORDS", "")
        words = split_arg_string(line)
        typed = words.pop() if words and not line[-1:].isspace() else ""
        return words[1:], typed


add_completion_class(Bash, "bash")


class Typed(click.ParamType):  # type: ignore[type-arg]  # generic in the newest click alone
    """A parameter whose values are completed from what there is."""

    name = "text"

    def __init__(self, source: Source) -> None:
        self._source = source

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """What the word may become; nothing, and silently, where that cannot be read."""
        try:
            found = dict(self._source(_options(ctx), incomplete))
        except (OperatorError, OSError, ValueError):
            return []
        typed = incomplete.casefold()
        fitting = [name for name in found if name.casefold().startswith(typed) and _SAFE.fullmatch(name.lstrip("-!"))]
        return [CompletionItem(name, help=_plain(found[name])) for name in fitting]


def attach(command: click.Command) -> click.Command:
    """The command, with completion for each of its parameters whose name says what it is."""
    for param in command.params:
        called = (param.name or "", *(option.lstrip("-") for option in param.opts))
        source = next((_SOURCES[name] for name in called if name in _SOURCES), None)
        if source is not None and not isinstance(param.type, (click.Choice, click.Path)):
            param.type = Typed(source)
    for below in command.commands.values() if isinstance(command, click.Group) else ():
        attach(below)
    return command


def script(shell: str, program: click.Command) -> str:
    """The script for that shell, with the sentence that says how it is installed."""
    made = get_completion_class(shell)
    assert made is not None
    source = made(program, {}, "tocsin", VARIABLE).source().lstrip("\n")
    first, rest = source.split("\n", 1)  # zsh wants its #compdef in the first line
    return (
        f"{first}\n# To install it: {INSTALL[shell]}\n{rest}"
        if first.startswith("#")
        else (f"# To install it: {INSTALL[shell]}\n{source}")
    )


def _plain(text: str) -> str:
    return text if _SAFE.fullmatch(text) else ""


def _options(context: click.Context) -> Options:
    from scanner.options import Options

    given = context.find_root().params
    config, store = (Path(given[name]) if given.get(name) else None for name in ("config", "store"))
    return Options(config, store)


def _bare(found: Iterable[str]) -> Named:
    return ((name, "") for name in found)


def _devices(options: Options, _: str) -> Named:
    return names.devices(options.store_path())


def _findings(options: Options, typed: str) -> Named:
    return names.findings(options.store_path(), typed)


def _scans(options: Options, _: str) -> Named:
    return names.scans(options.store_path())


def _either(options: Options, typed: str) -> Named:
    return (*_devices(options, typed), *_findings(options, typed))


def _sites(options: Options, _: str) -> Named:
    return ((site.name, site.department) for site in options.settings().sites)


def _departments(options: Options, _: str) -> Named:
    return _bare(site.department for site in options.settings().sites if site.department)


def _kinds(_: Options, __: str) -> Named:
    from inventory.model import KINDS

    return _bare(KINDS)


def _checks(_: Options, __: str) -> Named:
    from scanner.waiving import known_checks

    return _bare(sorted(known_checks()))


def _checks_and_families(options: Options, typed: str) -> Named:
    from inventory.model import Family

    return (*_bare(Family), *_checks(options, typed))


def _formats(_: Options, __: str) -> Named:
    from scanner.report import formats

    return _bare(formats())


def _columns(_: Options, typed: str) -> Named:
    from scanner.columns import DEVICE, FINDING

    before = typed[: typed.rfind(",") + 1] or ("-" if typed.startswith("-") else "")
    return _bare(f"{before}{name}" for name in {**DEVICE, **FINDING})


def _filters(options: Options, typed: str) -> Named:
    """The keys, and behind one of them the values that it may have."""
    from datetime import date

    from scanner.filters import keys, values

    known = re.match(r"([-!]?)([a-z_-]+)(:|!=|=)(.*,)?", typed)
    if known is None:
        turned = typed[:1] if typed[:1] in ("-", "!") else ""
        return ((f"{turned}{key.name}:", key.about) for key in keys(date.min).values())
    found = {"site": _sites, "department": _departments, "check": _checks}.get(known[2])
    said = [name for name, _ in found(options, "")] if found else values(known[2])
    return _bare(f"{known[0]}{value}" for value in said)


_SOURCES: Mapping[str, Source] = {
    "device": _devices,
    "finding": _findings,
    "scan": _scans,
    "old": _scans,
    "new": _scans,
    "site": _sites,
    "department": _departments,
    "kind": _kinds,
    "check": _checks,
    "checks": _checks_and_families,
    "format": _formats,
    "sort": _columns,
    "columns": _columns,
    "words": _filters,
}
"""By the names that the commands give their parameters, or their options."""
_OTHERWISE: Mapping[str, Mapping[str, Source]] = {"why": {"device": _either}}


def for_command(name: str, command: click.Command) -> click.Command:
    """The command of that name as a shell sees it."""
    attach(command)
    for param in command.params:
        if source := _OTHERWISE.get(name, {}).get(param.name or ""):
            param.type = Typed(source)
    return command
