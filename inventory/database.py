"""The SQLite file of an inventory: made for its owner alone, and opened with what keeps it whole."""

import os
import sqlite3
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from inventory.errors import StoreError


def make_file(path: Path) -> None:
    """Make the file and its folder for their owner alone; SQLite gives its own companions the rights of the file."""
    try:
        if not path.parent.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise StoreError(f"cannot write the inventory {path}: {error.strerror}") from error


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
