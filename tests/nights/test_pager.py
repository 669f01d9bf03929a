"""What is longer than a terminal goes through its reader's pager; what is not, or goes into a pipe, does not. On a real pseudo-terminal."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from dataclasses import replace
from pathlib import Path

import pytest

from inventory.store import Store
from tests.riverside import CAMERA, REPORT, SCAN
from tests.terminals import all_shown

ROOT = Path(__file__).parent.parent.parent
TOCSIN = [sys.executable, "-P", "-m", "scanner.cli"]
MANY = 60


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """An inventory of sixty devices, and a pager that says that it was called and with which LESS, and shows how many lines it got."""
    folder = tmp_path_factory.mktemp("paged")
    devices = [
        replace(CAMERA, device=replace(CAMERA.device, identity=f"serial:{number}", addresses=(f"10.77.1.{number}",)))
        for number in range(1, MANY + 1)
    ]
    with Store.open(folder / "inventory.db") as store:
        store.begin(SCAN, "plan")
        store.save_lot(SCAN.id, devices)
        store.finish(SCAN.id, SCAN, (), REPORT.coverage)
    script(folder / "pager", 'echo "paged with $LESS"; grep -c 10.77.1.')
    script(folder / "enough", "read line; echo enough")
    return folder


def script(path, body):
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


def on_a_terminal(folder, *arguments, lines=24, **more):
    """Run with all of its streams on a terminal: exit code, and all that the terminal was sent."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, 100, 0, 0))
    kept = {name: value for name, value in os.environ.items() if name not in ("PAGER", "LESS", "NO_COLOR", "COLUMNS")}
    own = {"PYTHONPATH": str(ROOT), "TERM": "xterm", "XDG_STATE_HOME": str(folder)}
    command = [*TOCSIN, "--store", str(folder / "inventory.db"), *arguments]
    process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, cwd=folder, env=kept | own | more)
    os.close(slave)
    shown = all_shown(master)
    return process.wait(), shown.decode()


def test_a_long_list_goes_through_the_pager_whole(folder):
    code, shown = on_a_terminal(folder, "devices", PAGER=str(folder / "pager"))
    assert (code, shown) == (0, f"paged with FRX\r\n{MANY}\r\n")


@pytest.mark.parametrize(
    "command", [("findings",), ("show", "10.77.1.1"), ("report",), ("checks", "explain", "default-credentials")]
)
def test_whatever_is_long_does(folder, command):
    code, shown = on_a_terminal(folder, *command, lines=5, PAGER="false", TOCSIN_PAGER=str(folder / "pager"), LESS="R")
    assert (code, shown.splitlines()[0]) == (0, "paged with R")


@pytest.mark.parametrize(
    "how",
    [
        {"PAGER": ""},
        {"PAGER": "cat"},
        {"PAGER": "/usr/bin/cat -u"},
        {"PAGER": "no-such-pager --at-all"},
        {"PAGER": "less 'unclosed"},
        {"TOCSIN_PAGER": "", "PAGER": "false"},
        {"TERM": "dumb"},
    ],
)
def test_without_a_pager_all_is_printed_and_nothing_is_complained_of(folder, how):
    code, shown = on_a_terminal(folder, "devices", **how)
    assert code == 0
    assert shown.count("10.77.1.") == MANY
    assert shown.endswith(f"{MANY} devices\r\n")


def test_a_command_can_be_told_to_use_none(folder):
    assert on_a_terminal(folder, "devices", "--no-pager", PAGER="false")[1].endswith(f"{MANY} devices\r\n")


def test_what_fits_is_printed_at_once(folder):
    assert on_a_terminal(folder, "devices", "--limit", "3", PAGER="false")[1].endswith(f"3 of {MANY} devices\r\n")


def test_a_reader_who_has_enough_is_no_error(folder):
    assert on_a_terminal(folder, "devices", PAGER=str(folder / "enough")) == (0, "enough\r\n")


def test_a_pipe_has_no_pager(folder):
    command = [*TOCSIN, "--store", str(folder / "inventory.db"), "devices"]
    own = {"PYTHONPATH": str(ROOT), "PAGER": "false", "XDG_STATE_HOME": str(folder)}
    ended = subprocess.run(command, capture_output=True, text=True, check=True, cwd=folder, env=os.environ | own)
    assert ended.stdout.count("10.77.1.") == MANY


@pytest.mark.parametrize("command", [("why", "10.77.1.1"), ("report",)])
def test_a_terminal_without_unicode_gets_signs_of_ascii_within_its_width(folder, command):
    code, shown = on_a_terminal(folder, *command, PYTHONIOENCODING="ascii", PAGER="", NO_COLOR="1")
    assert code == 0
    assert shown.isascii()
    assert "->" in shown
    assert not re.search(r"\\u|\\x", shown)
    assert max(map(len, shown.split("\r\n"))) <= 100
