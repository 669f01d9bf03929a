"""The lab in Docker as a user of it has it: the image, the city that is up, and commands in the scanner's place."""

import json
import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
_NAME = f"tocsin-test-{os.getpid()}"


@dataclass(frozen=True)
class Lab:
    """A city in Docker; `environment` is what its file is read with."""

    compose: tuple[str, ...]
    environment: Mapping[str, str]
    project: str
    network: str
    out: Path

    def call(self, *command: str, timeout: float = 300) -> "subprocess.CompletedProcess[str]":
        """Run Compose on the lab's file."""
        whole = [*self.compose, "-p", self.project, "-f", str(ROOT / "lab/compose.yaml"), *command]
        return _run(whole, self.environment, timeout)

    def docker(self, *command: str, timeout: float = 120) -> str:
        """What a docker command prints; it must succeed."""
        done = _run(["docker", *command], self.environment, timeout)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def scan(self) -> "subprocess.CompletedProcess[str]":
        """Run the scanner's container as a user of the lab does."""
        return self.call("run", "--rm", "-T", "scanner", timeout=600)

    def in_scanner(self, *command: str) -> "subprocess.CompletedProcess[str]":
        """Run a command in the scanner's container. What it says is taken from its log: docker-compose 1.29 may miss what is said before it listens."""
        name = f"{self.project}-{secrets.token_hex(4)}"
        started = self.call("run", "-d", "-T", "--name", name, "scanner", *command)
        if started.returncode:
            return started
        code = int(self.docker("wait", name, timeout=300))
        said = _run(["docker", "logs", name], self.environment, 60)
        self.docker("rm", name)
        return subprocess.CompletedProcess(command, code, said.stdout, said.stderr)

    def left(self) -> list[str]:
        """What of the project the engine still has."""
        label = f"label=com.docker.compose.project={self.project}"
        kinds = (("ps", "-a", "-q"), ("network", "ls", "-q"), ("volume", "ls", "-q"))
        return [one for kind in kinds for one in self.docker(*kind, "--filter", label).split()]

    def containers(self) -> list[dict[str, Any]]:
        """Everything that Docker knows of each container of the project."""
        label = f"label=com.docker.compose.project={self.project}"
        inspected: list[dict[str, Any]] = json.loads(
            self.docker("inspect", *self.docker("ps", "-a", "-q", "--filter", label).split())
        )
        return inspected


def _run(command: Sequence[str], environment: Mapping[str, str], timeout: float) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=timeout, stdin=subprocess.DEVNULL
    )


def compose_command(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Compose v2 where there is one, else docker-compose."""
    if not _run(["docker", "compose", "version"], environment, 60).returncode:
        return ("docker", "compose")
    if shutil.which("docker-compose"):
        return ("docker-compose",)
    pytest.skip("no Docker Compose here (Debian: apt-get install docker-compose)")


@contextmanager
def lab(environment: Mapping[str, str], out: Path) -> Iterator[Lab]:
    """The lab with its image built on the image that the environment names as BASE; whatever happens, it is taken down and its image removed."""
    seat = 1 + os.getpid() % 250
    out.chmod(0o777)  # the scanner is neither root nor whoever runs the tests
    told = {"SEAT": str(seat), "OUT": str(out), "UID": "1000", "GID": "1000"}
    told |= {"TOCSIN_LAB_IMAGE": _NAME, "HEALTH_INTERVAL": "5s"}
    up = Lab(compose_command(environment), {**environment, **told}, _NAME, f"10.77.{seat}.0/24", out)
    try:
        built = up.call("build", "scanner", timeout=600)
        assert built.returncode == 0, built.stdout + built.stderr
        yield up
    finally:
        if up.left():
            up.call("--profile", "all", "--profile", "scan", "down", "-v", "-t", "3")
        _run(["docker", "rmi", "-f", _NAME], up.environment, 60)
