"""The names by which an operator may call what an inventory holds, for whoever is still typing one: read at once, and none where that cannot be done.

This goes past `inventory.store`, which takes longer to open than a shell may wait, makes files and brings them to the newest layout. Here nothing is written.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

_MOST = 500
_DEVICES = "SELECT identity, address, kind, max(assessed) FROM assessments GROUP BY identity ORDER BY address"
_SCANS = "SELECT id, substr(started, 1, 16) FROM scans ORDER BY started DESC LIMIT ?"
_FINDINGS = """
SELECT DISTINCT json_extract(one.value, '$.id') AS finding, json_extract(one.value, '$.check')
FROM briefs, json_each(briefs.record, '$.outcomes[0].findings') AS one
WHERE finding LIKE ? ORDER BY finding LIMIT ?
"""


def devices(path: Path) -> list[tuple[str, str]]:
    """Every id and every address, each with what it stands for."""
    found = _asked(path, _DEVICES)
    by_address = [(str(address), str(kind)) for _, address, kind, _ in found]
    return by_address + [(str(identity), str(address)) for identity, address, _, _ in found]


def scans(path: Path) -> list[tuple[str, str]]:
    """The ids of the newest scans, each with when it was begun."""
    return [(str(scan), str(started)) for scan, started in _asked(path, _SCANS, _MOST)]


def findings(path: Path, beginning: str) -> list[tuple[str, str]]:
    """The ids of findings that begin so, each with its check; none while too little is typed to choose by."""
    if len(beginning) < 2 or not all(digit in "0123456789abcdef" for digit in beginning):
        return []
    return [(str(finding), str(check)) for finding, check in _asked(path, _FINDINGS, f"{beginning}%", _MOST)]


def _asked(path: Path, query: str, *values: object) -> Sequence[tuple[object, ...]]:
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=0.2)) as connection:
            return connection.execute(query, values).fetchall()
    except sqlite3.Error:  # there is none, it is older, damaged or busy
        return []
