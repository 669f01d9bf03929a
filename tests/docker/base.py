"""A base image without any network: this machine's own Python and what its packages depend on, with the wheels of the lab in it."""

import io
import re
import subprocess
import sys
import tarfile
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_FIRST = ("python3-venv", "dash", "coreutils", "sed", "libc-bin", "base-files")
_UNWANTED = re.compile(r"/usr/share/(doc|man|locale|info|lintian|perl)/|/\.$")
_LINKS = {"bin": "usr/bin", "sbin": "usr/sbin", "lib": "usr/lib", "lib64": "usr/lib64"}
_PIP = "[global]\nno-index = true\nfind-links = /wheels\n"


def write(target: Path, wheels: Path) -> None:
    """Write the base as an archive that `docker import` reads; skips where Debian's packages cannot be asked."""
    if not Path("/var/lib/dpkg/info/python3-venv.list").exists():
        pytest.skip(
            "the base image is made of Debian's own python3-venv, which is not here; or name one: BASE=python:3.12-slim"
        )
    _fetch(wheels)
    with tarfile.open(target, "w") as archive:
        for name, place in _LINKS.items():
            archive.addfile(_link(name, place))
        for path in sorted(_files()):
            archive.add(path, recursive=False)
        archive.add(wheels, "wheels")
        told = tarfile.TarInfo("etc/pip.conf")
        told.size, told.mode = len(_PIP), 0o644
        archive.addfile(told, io.BytesIO(_PIP.encode()))


def _fetch(wheels: Path) -> None:
    """Get what the lab needs, as this interpreter's pip gets everything else."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    needed = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    subprocess.run([sys.executable, "-m", "pip", "wheel", "--quiet", "--wheel-dir", wheels, *needed], check=True)


def _link(name: str, place: str) -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.linkname = tarfile.SYMTYPE, place
    return made


def _files() -> set[str]:
    """All files of the packages, where they truly are: /lib is a link to /usr/lib."""
    listed = subprocess.run(["dpkg-query", "-L", *_packages()], capture_output=True, text=True, check=True).stdout
    named = {"/bin/sh", *(line for line in listed.splitlines() if line.startswith("/") and not _UNWANTED.search(line))}
    there = {Path(path).parent.resolve() / Path(path).name for path in named}
    return {str(path) for path in there if (path.is_symlink() or path.exists()) and path.name not in _LINKS}


def _packages() -> set[str]:
    """The packages and all that they depend on, as far as they are installed here."""
    form = "-f${Package}|${Pre-Depends}, ${Depends}\n"
    listed = subprocess.run(["dpkg-query", "-W", form], capture_output=True, text=True, check=True).stdout
    depends = dict(line.partition("|")[::2] for line in listed.splitlines() if "|" in line)
    found: set[str] = set()
    waiting = list(_FIRST)
    while waiting:
        package = waiting.pop()
        if package in depends and package not in found:
            found.add(package)
            waiting += _named(package, depends)
    return found


def _named(package: str, depends: Mapping[str, str]) -> Iterator[str]:
    for need in depends[package].split(","):
        for choice in need.split("|"):
            yield re.sub(r"[ (:].*", "", choice.strip())
