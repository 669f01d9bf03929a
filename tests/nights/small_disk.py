"""A disk that is small enough to be filled."""

import os
import subprocess
from pathlib import Path

import pytest


class SmallDisk:
    """A disk of a few megabytes that only its own processes see, in a mount namespace; a test reaches it through one of them."""

    def __init__(self, folder: Path, megabytes: int = 2) -> None:
        self.folder = folder
        own_user = [] if os.geteuid() == 0 else ["-Ur"]
        mount = f'mount -t tmpfs -o size={megabytes}m small "$0" && echo up && cat'
        unshare = ["unshare", "-m", *own_user, "sh", "-c", mount]
        self._keeper = subprocess.Popen([*unshare, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._keeper.stdout is not None
        if self._keeper.stdout.readline() != b"up\n":
            self.close()
            pytest.skip("this machine lets this user mount no tmpfs: run as root, or allow user namespaces")
        own = ["--preserve-credentials", "-U"] if own_user else []
        self.enter = ["nsenter", *own, "-m", "-t", str(self._keeper.pid)]

    def path(self, name: str) -> Path:
        """A file on it, as this process reaches it."""
        return Path(f"/proc/{self._keeper.pid}/root{self.folder / name}")

    def fill(self) -> None:
        """Leave no byte."""
        with self.path("filler").open("wb", buffering=0) as filler:
            try:
                while True:
                    filler.write(bytes(4096))
            except OSError:
                return

    def close(self) -> None:
        self._keeper.communicate()
