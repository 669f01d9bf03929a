"""A waiver written to its file: behind all that stands there, which is not touched, and whole or not at all, whoever else writes at the same time."""

import fcntl
import os
import time
import tomllib
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from inventory.errors import ConfigError
from inventory.text import one_line
from inventory.waivers import Waiver
from scanner.output import save

PATIENCE = 10.0
"""Seconds to wait for another process that writes."""
_EVERY = 0.05
HEAD = """\
# What the city lives with for a time, by whose word, and why. Read by every command of Tocsin that ranks; reviewed by people, in git.
# Each entry names a finding by its id, or a check and where: device, address, network, vendor, model, kind, site, department, facet or port.
# owner, reason and until, its last day, are required; it ends by itself, at most 365 days after it was accepted.
# An accepted finding stays in every report, as accepted. A quarantine, what could not be examined and the coverage cannot be accepted.
"""
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_HIDDEN = frozenset(("Cc", "Cf", "Co", "Cn", "Zl", "Zp"))


def quoted(text: str) -> str:
    """A TOML basic string that reads as `text`, in which nothing is hidden from who reviews the file; ConfigError for what no TOML can hold."""
    return f'"{"".join(map(_escaped, text))}"'


def entry(waiver: Waiver, remark: str) -> str:
    """The waiver as a table of its own, under a comment of one line."""
    lines = [f"# {one_line(remark, 300)}", "[[waiver]]"]
    lines += [f"{name} = {value if name == 'port' else quoted(value)}" for name, value in waiver.criteria.items()]
    lines += [f'severity = "{waiver.severity.label}"'] if waiver.severity is not None else []
    lines += [f"owner = {quoted(waiver.owner)}", f"reason = {quoted(waiver.reason)}"]
    lines += [f"accepted = {waiver.accepted}"] if waiver.accepted else []
    return "\n".join((*lines, f"until = {waiver.until}", ""))


@contextmanager
def alone(path: Path) -> Iterator[Path]:
    """The file's real path, while no other process that asks in this way writes in its folder; the lock leaves nothing behind."""
    path = Path(os.path.realpath(path))
    try:
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {path.parent}: {error.strerror}") from error
    try:
        _wait_for(folder, path)
        yield path
    finally:
        os.close(folder)


def append(path: Path, text: str) -> None:
    """Put the entry `text` at the end of the file, which is made if it is absent."""
    try:
        before = path.read_bytes().decode() if path.exists() else HEAD
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read {path}: {error}") from error
    between = "" if not before else "\n" if before.endswith("\n") else "\n\n"
    after = before + between + text
    try:
        tomllib.loads(after.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"an entry cannot follow what stands in {path} ({error}); nothing was written") from error
    save(path, after)


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    category = unicodedata.category(character)
    if category == "Cs":
        raise ConfigError("that text is not UTF-8: no file can hold it")
    if category not in _HIDDEN:
        return character
    point = ord(character)
    return f"\\u{point:04X}" if point <= 0xFFFF else f"\\U{point:08X}"


def _wait_for(folder: int, path: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise ConfigError(f"another process is writing beside {path}; try again when it has ended") from None
            time.sleep(_EVERY)
        except OSError as error:
            raise ConfigError(f"cannot lock {path.parent}: {error.strerror}") from error
        else:
            return
