"""`tocsin-lab up` as its callers use it: a process that prints two lines of JSON, and what a test asks of it."""

import json
import os
import select
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

# `env` is in between because setpriv still has root's privileges while it executes the next program.
NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env")
CLI = ("-P", "-m", "lab.cli")


@dataclass
class Up:
    """A city that is up, seen from its caller."""

    process: subprocess.Popen[bytes]
    first: dict[str, Any]
    prefix: tuple[str, ...]
    python: str

    @property
    def city(self) -> int:
        """The process id of the city."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return int(children[0])

    def inside(self, *command: str) -> str:
        """What a command prints in the scanner's place."""
        whole = [*self.prefix, *self.first["enter"], *command]
        return subprocess.run(whole, capture_output=True, text=True, check=True, timeout=60, cwd="/").stdout

    def end(self) -> dict[str, Any]:
        """Close its standard input and return its last line."""
        output, _ = self.process.communicate(timeout=60)
        last: dict[str, Any] = json.loads(output.splitlines()[-1])
        return last


def own_network(first: int = 200) -> str:
    """A loopback network that no other test run on this machine uses; another where `first` is 50."""
    return f"127.{first + os.getpid() % 50}.{os.getpid() // 50 % 250}.0/24"


def python_for(prefix: tuple[str, ...]) -> str:
    """An interpreter that the user of `prefix` can run the lab with."""
    environment = path()
    for candidate in (sys.executable, "/usr/bin/python3"):
        trial = [
            *prefix,
            candidate,
            "-P",
            "-c",
            "import sys, lab.up, click, cryptography, asyncssh; sys.exit(sys.version_info < (3, 11))",
        ]
        if (
            shutil.which(candidate)
            and not subprocess.run(trial, env=environment, capture_output=True, check=False, cwd="/").returncode
        ):
            return candidate
    pytest.skip("no Python that user nobody may run has the lab's libraries: install one outside /root")


def path() -> dict[str, str]:
    """An environment in which another interpreter finds the lab and its libraries."""
    libraries = [entry for entry in sys.path if entry.endswith("site-packages")]
    places = os.pathsep.join((str(Path(__file__).parents[2]), *libraries))
    return {**os.environ, "PYTHONPATH": places, "PYTHONDONTWRITEBYTECODE": "1"}


Start = Callable[..., Up]


def gone(*pids: int) -> bool:
    """Whether those processes end; waits for each."""
    for pid in pids:
        try:
            descriptor = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        waiting = select.poll()
        waiting.register(descriptor, select.POLLIN)
        ended = waiting.poll(30_000)
        os.close(descriptor)
        if not ended:
            return False
    return True
