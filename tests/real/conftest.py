"""Real servers on 127.0.0.1, and the real wire to them."""

import asyncio
import os
import secrets
import signal
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from checks.contract import Account, Answer
from inventory.model import Endpoint, Level
from scanner.audit import Audit
from scanner.pace import PACES
from scanner.scope import Grant, Scope
from scanner.wire import Wire
from tests.ports import free_port
from tests.real.asking import ask_once
from tests.real.generic_servers import GENERIC
from tests.real.servers import SERVERS, Command, as_root, change_password, tool
from tests.segment import listens


@dataclass(slots=True)
class Runner:
    """Starts real servers on 127.0.0.1 and waits until they listen; ends those it started."""

    folder: Path
    _running: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    async def start(self, name: str, *settings: str, transport: str = "tcp") -> Endpoint:
        """Start the server of that name with its settings at a free port."""
        port, log = free_port(transport), self.folder / f"{name}.log"
        process = self._spawn({**SERVERS, **GENERIC}[name](self.folder, "127.0.0.1", port, *settings), log)
        while not listens(process.pid, port, transport):
            assert process.poll() is None, f"{name} ended at once: {log.read_text(errors='replace')}"
            await asyncio.sleep(0.01)
        return Endpoint("127.0.0.1", port, transport)

    def _spawn(self, command: Command, log: Path) -> "subprocess.Popen[bytes]":
        with log.open("wb") as output:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
            )
        self._running.append(process)
        return process

    def stop(self) -> None:
        """End every server with its children."""
        for process in self._running:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        for process in self._running:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(10)


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Runner]:
    """`await run.start("lighttpd", "digest", "admin", "12345")` returns the endpoint of a real server."""
    runner = Runner(tmp_path)
    yield runner
    runner.stop()


@pytest.fixture
def unix_user() -> Iterator[Account]:
    """A user of this system with a password, for as long as the test runs."""
    as_root()
    account = Account("unix", f"tocsin{secrets.token_hex(4)}", f"Right-{secrets.token_hex(4)}")
    subprocess.run(
        [tool("useradd", "passwd"), "--no-create-home", "--home-dir", "/", "--shell", "/bin/sh", account.user],
        check=True,
    )
    try:
        change_password(account, account.password)
        yield account
    finally:
        subprocess.run([tool("userdel", "passwd"), "--force", account.user], check=True, capture_output=True)


@pytest.fixture
def set_password() -> Callable[[Account, str], None]:
    """`set_password(account, "another")` changes a password of the system."""
    return change_password


@pytest.fixture
def wire(tmp_path: Path) -> Iterator[Wire]:
    """The real wire, allowed to log in on the loopback addresses only."""
    grant = Grant((ip_network("127.0.0.0/8"),), (), Level.LOGIN, "the test")
    with Audit(tmp_path / "audit.jsonl") as audit:
        yield Wire(Scope((grant,)), PACES["lab"], audit, level=Level.LOGIN)


@pytest.fixture
def log_in(wire: Wire) -> Callable[..., Awaitable[Answer]]:
    """`await log_in(driver, endpoint, user, password)` asks once, through the wire."""

    async def ask(driver: Any, endpoint: Endpoint, user: str, password: str) -> Answer:
        return await ask_once(wire, driver, endpoint, Account("test", user, password))

    return ask
