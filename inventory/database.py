"""The SQLite file of an inventory: made for its owner alone, and opened with what keeps it whole."""

import os
import sqlite3
from errno import EACCES, EISDIR
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from inventory.errors import StoreError


def make_file(path: Path) -> None:
    """Make the file and its folder for their owner alone; SQLite gives its own companions the rights of the file.

    A file that is there is looked at and not opened. To close it would drop the locks that SQLite holds on it for this process (POSIX: a process loses all its
    locks on a file with any descriptor of it), and the next process to close it would take its write-ahead log for its own and delete it.
    """
    try:
        if path.exists():
            _require_writable(path)
            return
        if not path.parent.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise StoreError(f"cannot write the inventory {path}: {error.strerror}") from error


def _require_writable(path: Path) -> None:
    """Raise `OSError` for a folder, and for what this user may not read and write."""
    if path.is_dir():
        raise IsADirectoryError(EISDIR, os.strerror(EISDIR))
    if not os.access(path, os.R_OK | os.W_OK):
        raise PermissionError(EACCES, os.strerror(EACCES))


def engine(path: Path, patience: float) -> sa.Engine:
    """An engine whose transactions open with the statements of the option `opening` (Python's driver begins them late, and never for DDL)."""
    made = sa.create_engine(sa.URL.create("sqlite", database=str(path)), connect_args={"timeout": patience})

    @sa.event.listens_for(made, "connect")
    def _(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        assert isinstance(connection, sqlite3.Connection)
        connection.isolation_level = None
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")

    @sa.event.listens_for(made, "begin")
    def _(connection: sa.Connection) -> None:
        for statement in connection.get_execution_options().get("opening", ("BEGIN",)):
            connection.exec_driver_sql(statement)

    return made
