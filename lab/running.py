"""Which cities are up: a note for each, in a folder of this user's own, so that they can be asked, ended, and cleaned up after, and nothing else is.

A process is named by its id, when it started and the boot since which that counts: a number that was given to another process names nothing of ours.
"""

import json
import os
import re
import select
import signal
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lab.city import CityError

NOTES = "TOCSIN_LAB_NOTES"
"""Names the folder to commands inside a user namespace, where this user has another number."""
_LONGEST_END_MS = 70_000
_OURS = re.compile(r"city-(\d{1,10})\.(json|sock|json\.new)")


@dataclass(frozen=True, slots=True)
class Process:
    """A process, named for good: `started` is in clock ticks since `boot`."""

    pid: int
    started: int
    boot: str

    @property
    def is_alive(self) -> bool:
        """Whether it runs still."""
        return _process(self.pid) == self


@dataclass(frozen=True, slots=True)
class Note:
    """A city: the process that keeps it up, since when, and once it is up where and why it is as it is, how many devices it has, and what is kept of it where.

    `others` are the processes that end with the first, unless they are killed or stopped.
    """

    file: Path
    keeper: Process
    since: str
    mode: str = ""
    network: str = ""
    why: str = ""
    devices: int = 0
    keep: str = ""
    others: tuple[Process, ...] = ()

    @property
    def is_up(self) -> bool:
        """Whether it can be asked something."""
        return bool(self.mode) and self.keeper.is_alive

    @property
    def socket(self) -> Path:
        """Where it can be asked."""
        return self.file.with_suffix(".sock")

    def __str__(self) -> str:
        return f"{self.network or 'a city that is coming up'} (process {self.keeper.pid}, since {self.since})"


@contextmanager
def noted() -> Iterator[Path]:
    """Note that this process keeps a city up; yields the note, which whoever outlives it may remove."""
    keeper = _process(os.getpid())
    assert keeper  # it is this process
    note = Note(_folder() / f"city-{keeper.pid}.json", keeper, datetime.now(UTC).isoformat(timespec="seconds"))
    _write(note)
    try:
        yield note.file
    finally:
        forget(note.file)


def complete(file: Path, others: Sequence[int], **known: Any) -> Note:
    """Add to a note what is known of the city once it is up: the fields of `Note` by name, and the ids of the other processes."""
    note = _read(file)
    if note is None:
        raise CityError(f"{file} is gone: was the lab ended?")
    alive = tuple(process for process in map(_process, others) if process)
    note = replace(note, others=alive, **known)
    _write(note)
    return note


def forget(file: Path) -> None:
    """Remove a note and the socket beside it."""
    file.with_suffix(".sock").unlink(missing_ok=True)
    file.unlink(missing_ok=True)


def notes() -> tuple[Note, ...]:
    """The note of every city of this user, those that were killed too; what else lies in the folder is not looked at."""
    files = sorted(file for file in _folder().iterdir() if _OURS.fullmatch(file.name) and file.suffix == ".json")
    return tuple(note for note in map(_read, files) if note)


def clean() -> tuple[Note, ...]:
    """End and remove what cities have left behind whose keeper was killed, and that alone; returns their notes."""
    killed = tuple(note for note in notes() if not note.keeper.is_alive)
    for note in killed:
        _end_others(note)
        forget(note.file)
    for file in _folder().iterdir():  # a note that was half written, a socket whose note is gone already
        name = _OURS.fullmatch(file.name)
        if name and file.suffix != ".json" and _process(int(name[1])) is None:
            file.unlink(missing_ok=True)
    return killed


def end_all() -> tuple[int, ...]:
    """End every city of this user in order; returns the ids of the processes that kept them up."""
    ended = []
    for note in notes():
        alive = any(process.is_alive for process in (note.keeper, *note.others))
        if _end(note.keeper, signal.SIGTERM) is False:
            raise CityError(f"the city of process {note.keeper.pid} does not end")
        _end_others(note)
        forget(note.file)
        if alive:
            ended.append(note.keeper.pid)
    return tuple(ended)


def _end_others(note: Note) -> None:
    for process in note.others:
        if _end(process, signal.SIGTERM) is False and _end(process, signal.SIGKILL) is False:
            raise CityError(f"process {process.pid} of the city {note} does not end")


def _end(process: Process, number: signal.Signals) -> bool | None:
    """Send a signal to a process and to no other, and say whether it ends; None where it had ended before."""
    try:
        held = os.pidfd_open(process.pid)
    except OSError:
        return None
    try:
        if not process.is_alive:
            return None  # the number was given to another process
        signal.pidfd_send_signal(held, number)
        signal.pidfd_send_signal(held, signal.SIGCONT)  # one that was stopped obeys no other before
        waiting = select.poll()
        waiting.register(held, select.POLLIN)
        return bool(waiting.poll(_LONGEST_END_MS))
    except (ProcessLookupError, PermissionError):
        return None
    finally:
        os.close(held)


def _process(pid: int) -> Process | None:
    """The process of that id, by when it started (proc(5), /proc/pid/stat, field 22); None where there is none, or only what is left of one."""
    try:
        fields = Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return None
    return None if fields[0] in "ZX" else Process(pid, int(fields[19]), boot)


def _read(file: Path) -> Note | None:
    """The note in a file; None where it is gone, or was not written by us."""
    try:
        said = json.loads(file.read_text())
        processes = [Process(**process) for process in (said.pop("keeper"), *said.pop("others"))]
        return Note(file, keeper=processes[0], others=tuple(processes[1:]), **said)
    except (OSError, ValueError, TypeError, AttributeError, KeyError):
        return None


def _write(note: Note) -> None:
    """Write a note, whole or not at all."""
    record = {name: value for name, value in asdict(note).items() if name != "file"}
    new = note.file.with_name(f"{note.file.name}.new")
    try:
        new.write_text(json.dumps(record, indent=1) + "\n")
        new.replace(note.file)
    except OSError as error:
        raise CityError(f"cannot write {note.file}: {error.strerror}") from error


def _folder() -> Path:
    """This user's own folder for notes."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    usual = Path(runtime, "tocsin-lab") if runtime else Path(tempfile.gettempdir(), f"tocsin-lab-{os.geteuid()}")
    folder = Path(os.environ.get(NOTES) or usual)
    with suppress(FileExistsError):
        try:
            folder.mkdir(mode=0o700)
        except OSError as error:
            if isinstance(error, FileExistsError):
                raise
            raise CityError(
                f"cannot make {folder}: {error.strerror}; name a folder of your own in XDG_RUNTIME_DIR"
            ) from error
    status = folder.lstat()
    if status.st_uid != os.geteuid() or not folder.is_dir() or folder.is_symlink():
        raise CityError(
            f"{folder} is not this user's own folder; remove it, or name a folder of your own in XDG_RUNTIME_DIR"
        )
    return folder
