"""A street of fakes on a loopback address that no other test run uses, and real tools to talk to them with."""

import asyncio
import itertools
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lab.city import City
from lab.fake import Fake, Log, Manners, Service
from lab.plan import Placed
from lab.settings import Setting
from tests.lab.brought_up import CLI, NOBODY, Start, Up, path, python_for

_HOSTS = itertools.count(1)
Tool = Callable[..., Awaitable["Said"]]


@dataclass(frozen=True)
class Said:
    """What a tool printed, both streams together, and how it ended."""

    text: str
    code: int


@dataclass(frozen=True)
class House:
    """One fake at work, at an address of its own."""

    city: City
    address: str

    @property
    def log(self) -> Log:
        return Log(**self.city.record()["log"]["house"])

    @property
    def harms(self) -> list[str]:
        return self.log.harms

    async def talk(self, port: int, *turns: bytes, until: bytes = b"") -> bytes:
        """Send each turn, then read until the end, or until `until` has come."""
        reader, writer = await asyncio.open_connection(self.address, port)
        heard = b""
        try:
            async with asyncio.timeout(20):
                for turn in turns:
                    writer.write(turn)
                    await writer.drain()
                while (not until or until not in heard) and (data := await reader.read(4096)):
                    heard += data
        finally:
            writer.close()
            await writer.wait_closed()
        return heard

    async def ask(self, port: int, datagram: bytes) -> bytes:
        """Send a datagram and return the answer."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[bytes] = loop.create_future()

        class Asker(asyncio.DatagramProtocol):
            def datagram_received(self, data: bytes, addr: Any) -> None:
                answer.set_result(data)

        transport, _ = await loop.create_datagram_endpoint(Asker, remote_addr=(self.address, port))
        transport.sendto(datagram)
        async with asyncio.timeout(20):
            heard = await answer
        transport.close()
        return heard


Build = Callable[..., Awaitable[House]]
Keep = Callable[[Placed], None]


def _forget(placed: Placed) -> None:
    """What is set is kept nowhere."""


@pytest.fixture
async def build() -> AsyncIterator[Build]:
    """`await build(service, …, manners=Manners(…))` puts up a house with those services and returns it."""
    cities = []

    async def put_up(
        *services: Service, manners: Manners | None = None, settings: tuple[Setting, ...] = (), keep: Keep = _forget
    ) -> House:
        pid = os.getpid()
        address = f"127.{100 + pid % 100}.{pid // 100 % 250}.{next(_HOSTS) % 250 + 1}"
        fake = Fake(
            "house", "", 1, "02:00:00:00:00:01", services, frozenset(), manners=manners or Manners(), settings=settings
        )
        city = City((Placed(fake, "house", address),), keep=keep)
        await city.open()
        cities.append(city)
        return House(city, address)

    yield put_up
    for city in cities:
        await city.close()
        assert city.faults == []


@pytest.fixture
def tool() -> Tool:
    """`await tool("curl", "-s", url)` runs a real tool, or skips the test where the machine lacks it."""

    async def run(name: str, *arguments: str, typed: bytes = b"", env: dict[str, str] | None = None) -> Said:
        path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
        if path is None:
            pytest.skip(f"{name} is not installed: apt-get install {_PACKAGES.get(name, name)}")
        process = await asyncio.create_subprocess_exec(
            path,
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={**os.environ, **(env or {})},
        )
        async with asyncio.timeout(60):
            output, _ = await process.communicate(typed)
        return Said(output.decode("utf-8", "replace"), process.returncode or 0)

    return run


_PACKAGES = {
    "ssh": "openssh-client",
    "ssh-keyscan": "openssh-client",
    "snmpget": "snmp",
    "snmpset": "snmp",
    "snmpwalk": "snmp",
    "mosquitto_sub": "mosquitto-clients",
}


@pytest.fixture
def notes() -> Iterator[Path]:
    """Where the lab notes what is up; anyone may write there, because some tests are nobody."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        yield Path(folder)


@pytest.fixture
def start(notes: Path) -> Iterator[Start]:
    """`start("--devices", "5", prefix=NOBODY)` brings a city up and waits for its first line."""
    started = []

    def begin(*arguments: str, prefix: tuple[str, ...] = (), **streams: Any) -> Up:
        if prefix == NOBODY and os.geteuid() != 0:
            pytest.skip("only root can become nobody, and this user is an ordinary one anyway")
        python = python_for(prefix)
        process = subprocess.Popen(
            [*prefix, python, *CLI, "up", *arguments],
            stdin=streams.get("stdin", subprocess.PIPE),
            stdout=subprocess.PIPE,
            stderr=streams.get("stderr"),
            env={**path(), "XDG_RUNTIME_DIR": str(notes)},
            cwd="/",
        )
        started.append(process)
        assert process.stdout
        line = process.stdout.readline()
        return Up(process, json.loads(line), prefix, python)

    yield begin
    for process in started:
        if process.poll() is None:
            process.terminate()
            process.communicate(timeout=60)
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream:
                stream.close()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A learner's folder, with a state of its own."""
    for name in ("state", "run", "work"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    for name in ("TOCSIN_STORE", "TOCSIN_AUDIT", "TOCSIN_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work"
