"""The key of the pseudonyms: made once and kept beside the inventory, so that two reports of one city agree and nobody else finds the way back."""

import os
import secrets
from pathlib import Path

from inventory.errors import ConfigError

NAME = "share.key"
_SIZE = 32


def share_key(named: Path | None, inventory: Path) -> bytes:
    """The key that the operator named, else that of the folder of the inventory."""
    return key_in(named) if named else key_beside(inventory.parent)


def key_in(path: Path) -> bytes:
    """The key that the operator named; `ConfigError` where there is none."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"cannot read the key of the pseudonyms in {path}: {error.strerror}") from error
    if len(raw) != _SIZE:
        raise ConfigError(
            f"{path} holds {len(raw)} bytes, and a key of pseudonyms is {_SIZE}: head -c {_SIZE} /dev/urandom > {path}"
        )
    return raw


def key_beside(folder: Path) -> bytes:
    """The key of that folder; made, for its owner alone, where there is none."""
    path = folder / NAME
    if not path.exists():
        _make(path)
    return key_in(path)


def _make(path: Path) -> None:
    """Whole or not at all, and never in the place of another's: of two commands that make it at once, both use the first."""
    beside = path.with_name(f".{NAME}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(file, secrets.token_bytes(_SIZE))
            os.fsync(file)
        finally:
            os.close(file)
        try:
            os.link(beside, path)
        except FileExistsError:
            pass
        finally:
            beside.unlink()
    except OSError as error:
        raise ConfigError(
            f"cannot make the key of the pseudonyms in {path}: {error.strerror}; --share-key FILE names another place"
        ) from error
