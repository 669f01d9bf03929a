"""Which cities are up: a file for each, so that `tocsin-lab down` ends them and nothing else."""

import os
import select
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from lab.city import CityError

_LONGEST_END_MS = 20_000


@contextmanager
def noted() -> Iterator[Path]:
    """Note that this process keeps a city up; yields the note, which whoever outlives it may remove."""
    note = _folder() / str(os.getpid())
    note.write_text(str(_started(os.getpid())))
    try:
        yield note
    finally:
        note.unlink(missing_ok=True)


def end_all() -> tuple[int, ...]:
    """End every city of this user in order; returns their process ids."""
    ended = []
    for note in sorted(_folder().iterdir()):
        if note.name.isdecimal() and _end(int(note.name), note):
            ended.append(int(note.name))
        note.unlink(missing_ok=True)
    return tuple(ended)


def _end(pid: int, note: Path) -> bool:
    try:
        process = os.pidfd_open(pid)
    except OSError:
        return False  # it is gone, and its note was left behind
    try:
        if note.read_text() != str(_started(pid)):
            return False  # the number was given to another process
        signal.pidfd_send_signal(process, signal.SIGTERM)
        waiting = select.poll()
        waiting.register(process, select.POLLIN)
        if not waiting.poll(_LONGEST_END_MS):
            raise CityError(f"the city of process {pid} does not end")
    except FileNotFoundError:
        return False
    finally:
        os.close(process)
    return True


def _started(pid: int) -> int:
    """When a process started, in clock ticks since boot: with its id, this names it for good (proc(5), /proc/pid/stat, field 22)."""
    return int(Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()[19])


def _folder() -> Path:
    """This user's own folder for notes."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    folder = Path(runtime, "tocsin-lab") if runtime else Path(tempfile.gettempdir(), f"tocsin-lab-{os.geteuid()}")
    with suppress(FileExistsError):
        try:
            folder.mkdir(mode=0o700)
        except (FileNotFoundError, PermissionError) as error:
            raise CityError(f"cannot make {folder}: {error.strerror}") from error
    status = folder.lstat()
    if status.st_uid != os.geteuid() or not folder.is_dir() or folder.is_symlink():
        raise CityError(f"{folder} is not this user's own folder")
    return folder
