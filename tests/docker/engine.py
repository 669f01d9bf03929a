"""A Docker engine for tests: the one that answers here, or else one of our own, in namespaces that end with it and take all it has made with them."""

import os
import select
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

NEEDED = {
    "docker": "docker.io",
    "dockerd": "docker.io",
    "unshare": "util-linux",
    "ip": "iproute2",
    "iptables": "iptables",
}


@contextmanager
def engine() -> Iterator[dict[str, str]]:
    """The environment in which `docker` and Compose find an engine; skips with the reason where there is none and none can be started."""
    if not shutil.which("docker"):
        pytest.skip("no docker here (Debian: apt-get install docker.io docker-compose)")
    if not subprocess.run(["docker", "info"], capture_output=True, check=False, timeout=60).returncode:
        yield dict(os.environ)
        return
    if os.geteuid() != 0:
        pytest.skip("no Docker engine answers, and only root may start one")
    if missing := sorted({package for tool, package in NEEDED.items() if not shutil.which(tool)}):
        pytest.skip(f"no Docker engine answers, and one of our own needs {', '.join(missing)}")
    folder = Path(tempfile.mkdtemp(prefix="tocsin-docker-"))
    try:
        with _own(folder) as host:
            yield {**os.environ, "DOCKER_HOST": host}
    finally:
        shutil.rmtree(folder)


@contextmanager
def _own(folder: Path) -> Iterator[str]:
    """An engine that has its network, its mounts and its processes to itself, so that its bridges, its rules and its containers end where it ends."""
    host = f"unix://{folder}/docker.sock"
    places = [f"--{what}={folder / what}" for what in ("data-root", "exec-root", "pidfile")]
    start = f'ip link set lo up && exec dockerd --host {host} --bridge none --cgroup-parent /tocsin-{os.getpid()} "$@"'
    apart = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    with (folder / "log").open("w") as log:
        holder = subprocess.Popen([*apart, "sh", "-c", start, "sh", *places], stdout=log, stderr=log)
    try:
        if not _answers(host, holder):
            pytest.skip(f"no Docker engine starts here: {_last(folder / 'log')}")
        yield host
    finally:
        holder.kill()  # which kills the engine, and the kernel whatever was in its namespaces
        holder.wait()
        for group in Path("/sys/fs/cgroup").glob(f"**/tocsin-{os.getpid()}"):
            _remove(group)


def _answers(host: str, holder: "subprocess.Popen[bytes]") -> bool:
    ended = select.poll()
    ended.register(os.pidfd_open(holder.pid), select.POLLIN)
    for _ in range(120):
        if not subprocess.run(["docker", "-H", host, "info"], capture_output=True, check=False).returncode:
            return True
        if ended.poll(500):
            return False
    return False


def _last(log: Path) -> str:
    return (log.read_text().splitlines() or ["it said nothing"])[-1]


def _remove(group: Path) -> None:
    """Remove a control group and those in it, the innermost first."""
    for inner in sorted(group.glob("**/"), key=lambda path: len(path.parts), reverse=True):
        inner.rmdir()
