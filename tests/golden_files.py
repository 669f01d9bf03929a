"""Whole outputs kept as files; TOCSIN_UPDATE_GOLDEN=1 writes them anew, to be read as a diff."""

import os
from pathlib import Path

GOLDEN = Path(__file__).parent / "golden"


def assert_golden(name: str, text: str) -> None:
    """Compare `text` with the whole of `tests/golden/<name>`."""
    path = GOLDEN / name
    if os.environ.get("TOCSIN_UPDATE_GOLDEN") == "1":
        path.write_text(text)
    assert text == path.read_text(), (
        f"{path} differs: if it should, run again with TOCSIN_UPDATE_GOLDEN=1 and read the diff"
    )
