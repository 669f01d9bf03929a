"""A bundle is put in force: written beside, read back whole, and swapped in; whatever happens on the way, one whole bundle is in force.

The file FILE.sha256 is taken away before the bundle is replaced and written anew after it, so that an interruption leaves the old bundle or the new one, at
worst without it. The bundle that was in force stays as FILE.previous.zip.
"""

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from checks.archive import Archive, DamagedIntelligence, beside
from inventory.errors import ConfigError
from inventory.lock import Lock

PATIENCE = 2.0
"""Seconds to wait for another update."""
_BUSY = "another update (process {holder}) is replacing the intelligence beside {path}; wait until it has ended"
_STAYS = "nothing was changed: what was in force still is"


@contextmanager
def alone(path: Path) -> Iterator[Path]:
    """Be the only one that replaces the bundle at `path`, which is given back without links; its folder is made."""
    meant = Path(os.path.realpath(path))
    try:
        meant.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"cannot make the folder {meant.parent}: {error.strerror}") from error
    lock = Lock(meant.with_name(meant.name + ".lock"), PATIENCE, _BUSY)
    lock.acquire()
    try:
        yield meant
    finally:
        lock.release()


def put(path: Path, packed: bytes) -> Archive:
    """Put a bundle in force at `path`; raises `ConfigError`, and then the old one is still there."""
    fresh = path.with_name(f".{path.name}.new")
    try:
        if _is(path, packed):
            return Archive(packed)
        _write(fresh, packed, path)
        archive = Archive.open(fresh)
        archive.verify()
        if archive.packed != packed:
            raise DamagedIntelligence("it reads back differently than it was written")
        if path.exists():
            _keep(path)
        beside(path).unlink(missing_ok=True)
        fresh.replace(path)
        _flush(path.parent)
        _state(path, archive.hash)
    except OSError as error:
        raise ConfigError(f"cannot write the intelligence {path}: {error.strerror}; {_STAYS}") from error
    except DamagedIntelligence as error:
        raise ConfigError(f"the new intelligence cannot be used: {error}; {_STAYS}") from error
    finally:
        with contextlib.suppress(OSError):
            fresh.unlink(missing_ok=True)
    return archive


def _is(path: Path, packed: bytes) -> bool:
    """Whether that is in force already, whole."""
    try:
        return Archive.open(path).packed == packed
    except (OSError, DamagedIntelligence):
        return False


def write_pair(path: Path, archive: Archive) -> None:
    """Write a bundle to a file and its SHA-256 beside it, for somebody else; raises `ConfigError`."""
    meant = Path(os.path.realpath(path))
    fresh = meant.with_name(f".{meant.name}.new")
    try:
        if meant.exists() and not meant.is_file():
            raise ConfigError(f"cannot write {path}: it is no regular file")
        _write(fresh, archive.packed, meant)
        beside(meant).unlink(missing_ok=True)
        fresh.replace(meant)
        _state(meant, archive.hash)
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {error.strerror}") from error
    finally:
        with contextlib.suppress(OSError):
            fresh.unlink(missing_ok=True)


def _state(path: Path, digest: str) -> None:
    """Write beside a bundle what its SHA-256 is, as `sha256sum` does."""
    fresh = path.with_name(f".{path.name}.sha256.new")
    _write(fresh, f"{digest}  {path.name}\n".encode(), path)
    fresh.replace(beside(path))
    _flush(path.parent)


def previous(path: Path) -> Path:
    """Where the bundle that was in force before is kept."""
    return path.with_name(f"{path.stem}.previous{path.suffix}")


def _keep(path: Path) -> None:
    """Keep what is in force under the name of the previous one, too."""
    kept = path.with_name(f".{path.name}.kept")
    kept.unlink(missing_ok=True)
    try:
        kept.hardlink_to(path)
    except OSError:  # a file system without links
        _write(kept, path.read_bytes(), path)
    beside(previous(path)).unlink(missing_ok=True)
    kept.replace(previous(path))


def _write(fresh: Path, content: bytes, like: Path) -> None:
    """Write a file that is nobody else's, with the mode of the one that it is to replace, and see it on the disk."""
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    with os.fdopen(descriptor, "wb") as file:
        if like.exists():
            os.fchmod(file.fileno(), like.stat().st_mode & 0o777)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _flush(folder: Path) -> None:
    """See the names in a folder on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
