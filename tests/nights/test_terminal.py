"""What a scan shows: on a terminal of any kind and width, in a file, and when its reader goes away."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import LOOPBACK, city, scanning, tocsin
from tests.terminals import all_shown

QUICK = (f"{LOOPBACK}.12", f"{LOOPBACK}.29", "--ports", "80,443", "--checks", "tls", "--checks", "firmware")
PLAIN = {"TERM": "xterm-256color", "PYTHONWARNINGS": "default"}


@pytest.fixture(scope="module")
def described():
    with city("--mode", "loopback", "--only", "axis_camera,hp_printer") as described:
        yield described


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "TERM")}
    return kept | PLAIN | more


def on_a_terminal(command: list[str], **more: str) -> tuple[int, str, str]:
    """Run with standard error on a terminal of 100 columns: the exit code, what stood in standard output, and all that the terminal was sent."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    none, pipe = subprocess.DEVNULL, subprocess.PIPE
    process = subprocess.Popen(command, stdin=none, stdout=pipe, stderr=slave, env=environment(**more))
    os.close(slave)
    shown = all_shown(master)
    out = process.communicate()[0]
    return process.returncode, out.decode(), shown.decode()


def screen(shown: str) -> list[str]:
    """The lines that are left on a terminal: line feeds, returns, "erase this line" and "one line up" are obeyed (ECMA-48), styles are not."""
    lines, row, column = [""], 0, 0
    for part in re.findall(r"\x1b\[[?0-9;]*[A-Za-z]|[\r\n]|[^\x1b\r\n]+", shown):
        if part == "\n":
            row += 1
            lines += [""] * (row + 1 - len(lines))
        elif part == "\r":
            column = 0
        elif part == "\x1b[2K":
            lines[row] = ""
        elif part == "\x1b[1A":
            row -= 1
        elif not part.startswith("\x1b"):
            lines[row] = lines[row].ljust(column)[:column] + part + lines[row][column + len(part) :]
            column += len(part)
    return [line.rstrip() for line in lines]


def report_is_whole(described: dict[str, Any], folder: Path) -> bool:
    again = subprocess.run(tocsin(described, folder, "report"), capture_output=True, text=True, check=True)
    return "2 alive" in again.stdout and "did not end" not in again.stdout


def test_a_terminal_shows_what_is_done_and_how_long_it_takes_and_nothing_is_left(described, tmp_path):
    code, _, shown = on_a_terminal(scanning(described, tmp_path, *QUICK))
    assert code == 1
    assert re.search(r"devices.*\d/\d.*(-:--:--|\d:\d\d:\d\d)", shown)
    assert re.search(rf"{re.escape(LOOPBACK)}\.(12|29) [a-z]+\r?\n", shown)
    left = "\n".join(screen(shown))
    assert f"{LOOPBACK}.29 HP LaserJet 400 M401dn printer: 1 finding, high" in left
    assert "done: 2 devices" in left
    assert not re.search(r"[━╸╺⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]|-:--:--|\d:\d\d:\d\d", left)
    assert shown.rfind("\x1b[?25h") > shown.rfind("\x1b[?25l")


def test_no_color_is_obeyed_on_a_terminal(described, tmp_path):
    _, _, shown = on_a_terminal(scanning(described, tmp_path, *QUICK), NO_COLOR="1")
    assert not re.search(r"\x1b\[[0-9;]*(3[0-8]|4[0-8]|9[0-7])[0-9;]*m", shown)
    assert "done: 2 devices" in shown


def test_a_dumb_terminal_gets_plain_lines(described, tmp_path):
    _, _, shown = on_a_terminal(scanning(described, tmp_path, *QUICK), TERM="dumb")
    assert "\x1b" not in shown
    assert not re.search("[━⠋⠙⠹⠸]", shown)
    assert f"{LOOPBACK}.29 HP LaserJet 400 M401dn printer: 1 finding, high" in shown


@pytest.mark.parametrize("columns", [40, 200])
def test_a_table_is_as_wide_as_columns_says(described, tmp_path, columns):
    command = scanning(described, tmp_path, *QUICK)
    ended = subprocess.run(command, capture_output=True, text=True, check=False, env=environment(COLUMNS=str(columns)))
    widths = [len(line) for line in ended.stdout.splitlines()]
    assert max(widths) <= columns
    assert columns == 40 or max(widths) > 100
    assert "\x1b" not in ended.stdout + ended.stderr
    assert "HP LaserJet" in ended.stdout


def test_a_reader_that_goes_away_costs_nothing(described, tmp_path):
    command = scanning(described, tmp_path, *QUICK)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    said = process.stderr.read()
    process.stderr.close()
    assert process.wait() == 1
    assert "Traceback" not in said
    assert "rror" not in said
    assert report_is_whole(described, tmp_path)


def test_an_output_on_a_full_disk_is_said_and_the_scan_is_kept(described, tmp_path):
    with Path("/dev/full").open("w") as full:
        command = scanning(described, tmp_path, *QUICK)
        ended = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert ended.returncode == 2
    assert ended.stderr.splitlines()[-1] == "tocsin: cannot write to standard output: No space left on device"
    assert "Traceback" not in ended.stderr
    assert report_is_whole(described, tmp_path)


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-"])
def test_a_closed_stream_stops_no_scan(described, tmp_path, closed):
    command = ["sh", "-c", f'exec "$@" {closed}', "sh", *scanning(described, tmp_path, *QUICK)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert ended.returncode == 1, ended.stderr
    assert "Traceback" not in ended.stderr
    assert report_is_whole(described, tmp_path)
