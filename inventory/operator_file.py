"""A file that the operator names, read whole: a regular one of a bounded size, and nothing that could have us wait for whoever writes to it."""

import os
import stat
from pathlib import Path

from inventory.errors import ConfigError


def read_operator_file(path: Path, largest: int, what: str) -> bytes:
    """The bytes of the file, at most `largest`; `ConfigError` says why it cannot be read, or is no `what` ("policy", "register")."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise ConfigError(f"cannot read {path}: it is a folder, a pipe or a device, and no file")
            raw = file.read(largest + 1)
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        raise ConfigError(f"cannot read {str(path)!r}: {error}") from error  # a NUL in its name
    if len(raw) > largest:
        raise ConfigError(f"{path} has more than {largest:,} bytes: it is no {what}")
    return raw
