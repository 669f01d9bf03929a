"""What every test may ask for."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from inventory.errors import PeerClosed, ProtocolError, TimedOut
from scanner.conversation import Conversation, Read, ReadAll, ReadSome, ReadUntil, Reconnect, Send, StartTLS, Step
from tests.holding import hold_with
from tests.schedule import Schedule, turn

settings.register_profile("tocsin", deadline=None)  # how fast a parser is says nothing of whether it is right
settings.load_profile("tocsin")
LAB = [sys.executable, "-P", "-m", "lab.cli"]
TOCSIN = [sys.executable, "-P", "-m", "scanner.cli"]
LOOPBACK = f"127.{100 + os.getpid() % 100}.{os.getpid() // 100 % 250}"
"""The first three numbers of the loopback network where this test run, and no other on this machine, has its cities."""


def pytest_configure() -> None:
    """Take Ctrl-C's signal as usual: a runner in the background ignores it, and every program that a test starts would inherit that."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest."""
    items.sort(key=lambda item: turn(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hand out the files as tests/schedule.py says."""
    return Schedule(config, log) if config.getoption("dist") == "loadfile" else None


Recite = Callable[..., tuple[Any, list[bytes]]]


@contextmanager
def city(*wish: str) -> Iterator[dict[str, Any]]:
    """A city that stands while the block runs; what the lab tells at its end is merged in."""
    own = ["--network", f"{LOOPBACK}.0/24"] if "loopback" in wish else []
    lab = subprocess.Popen([*LAB, "up", *own, *wish], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert lab.stdin is not None
    assert lab.stdout is not None
    try:
        described = json.loads(lab.stdout.readline())
        yield described
    finally:
        lab.stdin.close()
        rest = lab.stdout.read()
        lab.stdout.close()
        assert lab.wait() == 0
    described |= json.loads(rest.splitlines()[-1])


def tocsin(described: dict[str, Any], folder: Path, *arguments: str) -> list[str]:
    """The command line of the program within a city, with its inventory and audit trail in `folder`."""
    kept = ["--store", str(folder / "tocsin.db"), "--audit", str(folder / "audit.jsonl")]
    return [*described["enter"], *TOCSIN, *kept, *arguments]


def scanning(described: dict[str, Any], folder: Path, *more: str) -> list[str]:
    """The command line of a scan of a city, or of the targets that `more` begins with."""
    targets = [] if more and not more[0].startswith("-") else [described["network"]]
    shift = ["--low-ports-at", str(described["shift"])] if described["shift"] else []
    report = ["-o", str(folder / "report.json")]
    wish = ["scan", *targets, "--authorised-by", "test", "--pace", "lab", *report, *shift, *more]
    return tocsin(described, folder, *wish)


def scan(described: dict[str, Any], folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """Scan a city, with the report in `folder`/report.json."""
    command = scanning(described, folder, *more)
    return subprocess.run(command, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL)


@cache
def namespaces_are_forbidden() -> bool:
    """Whether this machine lets this user make no network namespace."""
    return subprocess.run(["unshare", "-Urn", "true"], check=False, capture_output=True).returncode != 0


@pytest.fixture(scope="session")
def namespaces() -> None:
    """Skip where a city cannot have a network of its own."""
    if namespaces_are_forbidden():
        pytest.skip("this machine forbids network namespaces to this user: run as root, or allow user namespaces")


@pytest.fixture(scope="session")
def whole_city(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], dict[str, Any]]:
    """`whole_city("namespace")` and `whole_city("loopback")`: every device in that mode, scanned once at level login; its description, the report, the log, and
    the folder with the inventory ("tocsin.db").

    A file that asks for it is to stand in `TOGETHER` of tests/schedule.py beside tests/test_city.py: then one process runs both, and the scan is made once.
    """

    @cache
    def scanned(mode: str) -> dict[str, Any]:
        folder = tmp_path_factory.mktemp(mode)
        with city("--mode", mode, "--only", "all") as described:
            ended = scan(described, folder, "--level", "login")
        assert ended.returncode in (1, 3), ended.stderr
        report = json.loads((folder / "report.json").read_text())
        return {**described, "report": report, "stdout": ended.stdout, "folder": folder}

    return scanned


class Recorded:
    """The other side of a conversation, played from recorded bytes.

    `answers` holds one bytes object for each connection (or, over UDP, for each datagram). `cut` delivers at most that many bytes to each ReadSome.
    A `silent` peer stays and says nothing more, where another closes.
    """

    def __init__(self, answers: Sequence[bytes], cut: int = 0, silent: bool = False) -> None:
        self._answers = list(answers)
        self._buffer = self._answers.pop(0) if self._answers else b""
        self._cut = cut
        self._end = TimedOut if silent else PeerClosed
        self.sent: list[bytes] = []

    def answer(self, step: Step) -> bytes:  # noqa: PLR0911 - one return for each kind of step
        match step:
            case Send(data):
                self.sent.append(data)
                return b""
            case Reconnect():
                self._buffer = self._answers.pop(0) if self._answers else b""
                return b""
            case StartTLS():
                return b""
            case Read(size):
                return self._take(size)
            case ReadUntil(delimiter, limit):
                at = self._buffer.find(delimiter)
                if at < 0 and len(self._buffer) >= limit:
                    raise ProtocolError("no delimiter")
                return self._take(at + len(delimiter) if at >= 0 else len(self._buffer) + 1)
            case ReadSome(limit):
                if not self._buffer:
                    raise self._end
                return self._take(min(limit, self._cut or limit, len(self._buffer)))
            case ReadAll(limit):
                return self._take(min(limit, len(self._buffer)))

    def _take(self, size: int) -> bytes:
        if len(self._buffer) < size:
            partial, self._buffer = self._buffer, b""
            raise self._end(partial)
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken


def hold(
    conversation: Conversation[Any], answers: Sequence[bytes], cut: int = 0, silent: bool = False
) -> tuple[Any, list[bytes]]:
    """Hold `conversation` against recorded answers; return what it returned and what it sent."""
    peer = Recorded(answers, cut, silent)
    return hold_with(conversation, peer.answer), peer.sent


@pytest.fixture
def recite() -> Recite:
    """`recite(probe(target), [bytes, …], cut=3)` holds a conversation with recorded bytes and returns (result, what was sent)."""
    return hold
