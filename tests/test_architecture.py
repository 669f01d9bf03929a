"""The arrows of the house: inventory <- checks <- scanner, the lab by itself, and who may touch the network."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "inventory": {"inventory"},
    "checks": {"checks", "inventory"},
    "scanner": {"scanner", "checks", "inventory"},
    "lab": {"lab"},
}
FILES = sorted(path for package in MAY_IMPORT for path in (ROOT / package).rglob("*.py"))
NETWORK = {"socket", "ssl", "socketserver"}
FETCHES = ROOT / "scanner/intel/fetch.py"
BRIDGES = {"scapy": ROOT / "scanner/bridges/l2.py", "nmap": ROOT / "scanner/bridges/nmap.py"}


@cache
def imported(path: Path) -> tuple[str, ...]:
    """The dotted names that a file imports, wherever in it the import stands."""
    return tuple(_imported(path))


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_follow_the_arrows(path):
    package = path.relative_to(ROOT).parts[0]
    strangers = {name for name in imported(path) if name.split(".")[0] in set(MAY_IMPORT) - MAY_IMPORT[package]}
    assert not strangers


@pytest.mark.parametrize(
    "path", [p for p in FILES if "lab" not in p.parts], ids=lambda path: str(path.relative_to(ROOT))
)
def test_only_the_wire_and_discovery_touch_the_network(path):
    relative = path.relative_to(ROOT)
    allowed = relative.parts[:2] == ("scanner", "discover") or relative.parts[:2] == ("scanner", "bridges")
    if relative == Path("scanner/wire.py") or allowed:
        return
    if path == FETCHES:  # which authorities a server of intelligence is trusted by, and why it is not
        assert {name for name in imported(path) if name.split(".")[0] in NETWORK} == {"ssl"}
        return
    assert not {name for name in imported(path) if name.split(".")[0] in NETWORK}


@pytest.mark.parametrize("library", sorted(BRIDGES))
def test_a_bridge_is_the_only_importer_of_its_library(library):
    importers = {path for path in FILES if any(name.split(".")[0] == library for name in imported(path))}
    assert importers == {BRIDGES[library]}


def test_one_file_fetches_and_imports_its_library_only_when_it_does():
    importers = {path for path in FILES if any(name.split(".")[0] == "httpx2" for name in imported(path))}
    assert importers == {FETCHES}
    program = "import sys, scanner.intel.gather, scanner.commands.intel\nsys.exit('httpx2' in sys.modules)"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    assert subprocess.run([sys.executable, "-P", "-c", program], env=environment, check=False).returncode == 0


def test_one_file_sends_notices_and_imports_its_library_only_when_it_does():
    importers = {path for path in FILES if any(name.split(".")[0] == "apprise" for name in imported(path))}
    assert importers == {ROOT / "scanner/apprising.py"}
    program = "import sys, scanner.notices\nsys.exit('apprise' in sys.modules)"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    assert subprocess.run([sys.executable, "-P", "-c", program], env=environment, check=False).returncode == 0


def test_no_module_imports_a_bridge():
    importers = [path for path in FILES if any(name.startswith("scanner.bridges.") for name in imported(path))]
    assert importers == []


POSSESSIVE_GROUP = re.compile(r"\)(?:\{\{?[0-9,]*\}?\}|[*+?])\+")
"""A group that is matched possessively: Python before 3.11.5, which Debian 12 has, mismatches it where it could match otherwise (cpython issue 106052)."""
HARMLESS = {"scanner/recog.py": 1}  # a backslash and one letter can match in one way only


def test_no_pattern_matches_a_group_possessively():
    files = [path for package in MAY_IMPORT for kind in ("*.py", "*.toml") for path in (ROOT / package).rglob(kind)]
    found = {str(path.relative_to(ROOT)): len(POSSESSIVE_GROUP.findall(path.read_text())) for path in files}
    assert {name: count for name, count in found.items() if count} == HARMLESS
    assert POSSESSIVE_GROUP.search(r"(?:a|ab){0,4}+c")


def test_no_test_folder_is_a_package():
    assert list((ROOT / "tests").rglob("__init__.py")) == []
