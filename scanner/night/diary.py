"""What a night says on standard error: JSON, an object a line, where no terminal is, and plain lines where one is. Nothing a device says makes a line."""

import io
import json
import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, suppress
from datetime import UTC, datetime
from typing import TextIO

from inventory.text import one_line, visible
from scanner.events import Asking, Assessed, Event, HostFound, Noted, Observer, Started, Swept

LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}
_LONGEST = 4096


class Diary:
    """Writes what happens from the level `least` on to a stream; a stream that cannot be written loses the line, and no more."""

    def __init__(self, stream: TextIO, *, as_json: bool, least: str = "info") -> None:
        self._stream = stream
        self._least = LEVELS[least]
        self.as_json = as_json

    def debug(self, event: str, message: str, site: str = "", **fields: object) -> None:
        """What only helps to find a fault."""
        self.say("debug", event, message, site, **fields)

    def info(self, event: str, message: str, site: str = "", **fields: object) -> None:
        """What happens every night."""
        self.say("info", event, message, site, **fields)

    def warning(self, event: str, message: str, site: str = "", **fields: object) -> None:
        """What somebody should look at by day."""
        self.say("warning", event, message, site, **fields)

    def error(self, event: str, message: str, site: str = "", **fields: object) -> None:
        """What kept a site from being done."""
        self.say("error", event, message, site, **fields)

    def tells(self, level: str) -> bool:
        """Whether what has that level is written."""
        return LEVELS[level] >= self._least

    def say(self, level: str, event: str, message: str, site: str = "", **fields: object) -> None:
        """Write a line: when, how bad, what (a fixed word), at which site, a sentence, and what else belongs to it."""
        if not self.tells(level):
            return
        now, message = datetime.now(UTC), one_line(message, _LONGEST)
        if self.as_json:
            record = {"time": now.isoformat(timespec="milliseconds"), "level": level, "event": event}
            told = {"site": visible(site)} if site else {}
            self._write(json.dumps(record | told | {"message": message} | fields, default=str))
        else:
            grave = "" if level in ("debug", "info") else f"{level}: "
            where = f"{one_line(site)}: " if site else ""
            self._write(f"{now.astimezone():%H:%M:%S} {grave}{where}{message}")

    def _write(self, line: str) -> None:
        with suppress(OSError, ValueError):  # a full disk, a reader that has gone away, a stream that is closed
            self._stream.write(f"{line}\n")
            self._stream.flush()


def observer(diary: Diary, site: str) -> Observer:
    """Writes what a scan tells into the log."""
    from scanner.terminal import verdict

    def told(event: Event) -> None:
        match event:
            case Started(addresses, ports, how):
                text = f"scanning {addresses:,} addresses, {ports:,} ports on each: {how}"
                diary.info("scan-started", text, site, addresses=addresses, ports=ports)
            case Assessed(assessment):
                device, worst = assessment.device, assessment.counted[:1]
                fields = {"address": device.address, "device": visible(device.identity)}
                found = {"findings": len(assessment.counted), "worst": worst[0].severity.label if worst else None}
                diary.info("device-done", verdict(assessment), site, **fields, **found)
            case Noted(text):
                diary.warning("note", text, site)
            case HostFound(address):
                diary.debug("host-found", f"{address} is alive", site, address=address)
            case Swept(done, addresses):
                diary.debug("swept", f"{done:,} of {addresses:,} addresses asked", site, done=done, addresses=addresses)
            case Asking(address, what):
                diary.debug("asking", f"{address} {what}", site, address=address)
            case _:
                pass

    return told


@contextmanager
def everything_into(diary: Diary) -> Iterator[None]:
    """Within it what others write to standard error, and to the log of Python, becomes lines of this log, if that is JSON."""
    if not diary.as_json:
        yield
        return
    handler = _Handler(diary)
    root = logging.getLogger()
    root.addHandler(handler)
    logging.captureWarnings(capture=True)
    strays = _Strays(diary)
    try:
        with redirect_stderr(strays):
            yield
    finally:
        strays.write("\n")
        logging.captureWarnings(capture=False)
        root.removeHandler(handler)


class _Strays(io.TextIOBase):
    """A stream whose lines become lines of the log."""

    def __init__(self, diary: Diary) -> None:
        self._diary = diary
        self._begun = ""

    def write(self, text: str) -> int:
        *whole, self._begun = (self._begun + text).split("\n")
        for line in whole:
            if line.strip():
                self._diary.warning("said", line)
        return len(text)


class _Handler(logging.Handler):
    """A bug's traceback is one field of one line."""

    def __init__(self, diary: Diary) -> None:
        super().__init__(logging.WARNING)
        self._diary = diary

    def emit(self, record: logging.LogRecord) -> None:
        at = visible("".join(traceback.format_exception(*record.exc_info)), 16_384) if record.exc_info else ""
        level = "error" if record.levelno >= logging.ERROR else "warning"
        self._diary.say(level, "log", record.getMessage(), logger=record.name, traceback=at)
