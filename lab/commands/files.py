"""Files that an operator names: read with a bound, written whole or not at all, and every trouble with one said in a sentence."""

import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import click

_LARGEST = 2**30
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
NEW_FILE = click.Path(dir_okay=False, path_type=Path)


def read_object(path: Path) -> dict[str, Any]:
    """The JSON object in a file, or the one in its first line with that in its last added to it, as `up` prints them; raises `click.UsageError`."""
    text = _text(path)
    try:
        return _object(text)
    except (ValueError, RecursionError) as error:
        lines = [line for line in text.splitlines() if line.strip()]
        with suppress(ValueError, RecursionError):
            if len(lines) == 2:
                return {**_object(lines[0]), **_object(lines[1])}
        raise click.UsageError(f"{path} is no JSON object: {error}") from error


def write_whole(path: Path, text: str) -> None:
    """Write a file, or leave what was there; raises `click.ClickException`."""
    try:
        if path.exists() and not path.is_file():
            path.write_text(text, encoding="utf-8")  # a pipe, a terminal: nothing to replace
            return
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
        descriptor, new = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
                os.fchmod(descriptor, mode)
            Path(new).replace(path.resolve())
        except BaseException:
            Path(new).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise click.ClickException(f"cannot write {path}: {error.strerror}") from error


def may_be_written(path: Path) -> None:
    """Raise `click.ClickException` where a file could not be written later."""
    existing = path if path.exists() else path.absolute().parent
    if not existing.exists() or not os.access(existing, os.W_OK):
        trouble = "no permission" if existing.exists() else f"there is no folder {existing}"
        raise click.ClickException(f"cannot write {path}: {trouble}")


def as_json(record: Mapping[str, Any] | list[Any]) -> str:
    """A record for people and programs both."""
    return json.dumps(record, indent=1, ensure_ascii=False) + "\n"


def plain(text: str) -> str:
    """Text from a report or a device, with all that a terminal would obey, or a reader not see, made visible."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


def _text(path: Path) -> str:
    try:
        size = path.stat().st_size
        if size > _LARGEST:
            raise click.UsageError(f"{path} has {size >> 20} MiB, more than the {_LARGEST >> 20} that are read")
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise click.UsageError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{path} is no JSON: it is not UTF-8") from error


def _object(text: str) -> dict[str, Any]:
    said = json.loads(text)
    if not isinstance(said, dict):
        raise ValueError(f"it is a {type(said).__name__}")
    return cast("dict[str, Any]", said)


def _umask() -> int:
    before = os.umask(0)
    os.umask(before)
    return before
