"""A folder of keys that the devices of a city share where each is a process of its own; without one, keys live as long as the process."""

import hashlib
import json
import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

_FOLDERS: list[Path] = []


def keep_in(folder: Path) -> None:
    """Keep keys in `folder` from now on."""
    _FOLDERS[:] = [folder]


def kept(what: tuple[str, ...], make: Callable[[], bytes]) -> bytes:
    """What was made under that name before, here or by another process; else what `make` makes, which all get from then on."""
    if not _FOLDERS:
        return make()
    path = _FOLDERS[0] / hashlib.sha256(json.dumps(what).encode()).hexdigest()
    if not path.exists():
        _apart(lambda: _put(path, make()))
    return path.read_bytes() if path.exists() else make()


def _put(path: Path, made: bytes) -> None:
    """Leave it at `path`, whole; whoever comes second leaves what is there."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    draft.touch(0o600, exist_ok=False)
    draft.write_bytes(made)
    with suppress(FileExistsError):
        path.hardlink_to(draft)
    draft.unlink()


def _apart(work: Callable[[], None]) -> None:
    """Do it in a child: the library that makes keys takes more memory than most devices, and is not needed again."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    os.waitpid(child, 0)
