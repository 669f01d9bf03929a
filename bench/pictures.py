"""Records the pictures of the README: `python bench/pictures.py [NAME…]` runs the commands in a terminal against a city of the lab; docs/pictures holds them.

Each picture is what a command really printed on a terminal of 100 columns, colours and all. What differs from run to run for no reason that concerns a reader
(the time, the scan's number, how many packets it took) is set to one value, so that a picture changes only when the output does.
"""

import contextlib
import html
import io
import json
import os
import pty
import re
import signal
import subprocess
import sys
import tempfile
import termios
import tty
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "pictures"
WIDTH = 100
DAY = date(2026, 11, 22)
"""The night in which all pictures are."""
CITY = (
    "apc_ups,axis_camera,econolite_controller,hid_controller,hikvision_camera,hp_printer,modicon_plc,uniview_recorder"
)
SETTINGS = """[city]
name = "Riverside"

[[site]]
name = "harbour"
networks = ["10.77.0.0/24"]
approved_by = "CISO, ticket 4711"
valid_until = 2099-12-31
level = "login"
"""


@dataclass(frozen=True, slots=True)
class Picture:
    """A command whose output is shown, up to the first line that `until` is found in ("": all of it)."""

    name: str
    command: str
    until: str = ""


@dataclass(frozen=True, slots=True)
class Errand:
    """A command that is run between two pictures, unseen."""

    command: str


STORY: tuple[Picture | Errand, ...] = (
    Picture("scan", "tocsin scan --pace lab", r"^1  10\.77"),
    Picture("fix-first", "tocsin fix-first"),
    Picture("why", "tocsin why 10.77.0.10"),
    Errand("tocsin-lab set hikvision_camera telnet off"),
    Errand("tocsin-lab set axis_camera account none"),
    Errand("tocsin-lab off hp_printer"),
    Errand("tocsin scan --pace lab --quiet"),
    Picture("diff", "tocsin diff"),
    Picture("exercises", "tocsin-lab exercise"),
)
"""The pictures in their order: a night, what it found, and the night after."""

# One dark card for GitHub's light and its dark pages alike; contrast of 4.5 and more against the ground.
THEME = TerminalTheme(
    (22, 27, 34),
    (214, 222, 230),
    [
        (72, 79, 88),
        (224, 62, 58),
        (86, 211, 100),
        (227, 179, 65),
        (121, 192, 255),
        (210, 168, 255),
        (86, 212, 221),
        (255, 255, 255),
    ],
    [
        (139, 148, 158),
        (255, 161, 152),
        (126, 231, 135),
        (242, 204, 96),
        (165, 214, 255),
        (226, 197, 255),
        (179, 240, 255),
        (255, 255, 255),
    ],
)
FORM = """<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" role="img">
    <style>
    .{unique_id}-matrix {{
        font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", "DejaVu Sans Mono", monospace;
        font-size: {char_height}px; white-space: pre;
        line-height: {line_height}px;
    }}
    .{unique_id}-title {{ font-size: 18px; font-family: system-ui, "Segoe UI", Helvetica, Arial, sans-serif; }}
    {styles}
    </style>
    <defs>
    <clipPath id="{unique_id}-clip-terminal"><rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" /></clipPath>
    {lines}
    </defs>
    {chrome}
    <g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
    {backgrounds}
    <g class="{unique_id}-matrix" xml:space="preserve">
    {matrix}
    </g>
    </g>
</svg>
"""
_SCAN = re.compile(r"\b20\d{6}T\d{6}Z-[0-9a-f]{4}\b")
_SAME = (
    (r"\b20\d\d-\d\d-\d\d \d\d:\d\d\b", f"{DAY} 02:00"),
    (r"(?<=02:00 to )\d\d:\d\d", "02:01"),
    (r"(?<=the intelligence of )20\d\d-\d\d-\d\d", f"{DAY}"),
    (r"sha256:[0-9a-f]{16}", "sha256:dc8deeea44eb6fa6"),
    (r"[\d,]+ packets, \d+ connections", "2,754 packets, 79 connections"),
)
_PRINTED = re.compile(
    r'<text class="([^"]*-r\d+)" x="([\d.]+)" (y="[\d.]+") textLength="[\d.]+" clip-path="[^"]*">([^<]*)</text>'
)
_COLUMN = re.compile(r"\S+(?: \S+)*")
_ADVANCE = 12.2
"""How wide rich draws a character of 20 pixels."""
_AGE = re.compile(r"(?<=built on )(\d{4}-\d\d-\d\d), \d+\.\d years")


def main(wanted: Sequence[str]) -> None:
    """Record all pictures, or those of the given names."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in record(wanted):
        (FOLDER / f"{name}.svg").write_text(text, encoding="utf-8")
        sys.stdout.write(f"{FOLDER / name}.svg\n")


def record(wanted: Sequence[str] = ()) -> Iterator[tuple[str, str]]:
    """Each picture's name and its SVG, up to the last that is wanted (none: all)."""
    left = set(wanted) or {one.name for one in STORY if isinstance(one, Picture)}
    with tempfile.TemporaryDirectory() as folder, city(Path(folder)) as enter:
        (Path(folder) / "tocsin.toml").write_text(SETTINGS)
        for one in STORY:
            if not left:
                return
            said = run(one.command, Path(folder), enter)
            if isinstance(one, Picture) and one.name in left:
                left.discard(one.name)
                yield one.name, drawn(one.command, shown(normal(said), one.until))


@contextlib.contextmanager
def city(folder: Path) -> Iterator[list[str]]:
    """The city, while the block runs; how to enter it."""
    lab = subprocess.Popen(
        [sys.executable, "-P", "-m", "lab.cli", "up", "--mode", "namespace", "--only", CITY],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=surroundings(folder),
    )
    assert lab.stdin is not None
    assert lab.stdout is not None
    try:
        yield list(json.loads(lab.stdout.readline() or "{}").get("enter", ()))
    finally:
        lab.stdin.close()
        lab.stdout.read()
        lab.stdout.close()
        lab.wait()


def surroundings(folder: Path) -> dict[str, str]:
    """The environment of all commands: an inventory and a lab of their own, and a terminal that shows colours."""
    own = {"TOCSIN_STORE": "inventory.db", "TOCSIN_AUDIT": "audit.jsonl", "XDG_RUNTIME_DIR": str(folder)}
    gone = ("NO_COLOR", "COLUMNS", "TOCSIN_CONFIG", "TOCSIN_INTEL", "TOCSIN_WAIVERS")
    kept = {name: value for name, value in os.environ.items() if name not in gone}
    return {
        **kept,
        **own,
        "TERM": "xterm-256color",
        "PYTHONPATH": str(ROOT),
        "LC_ALL": "C.UTF-8",
        "XDG_STATE_HOME": str(folder),
    }


def run(command: str, folder: Path, enter: Sequence[str]) -> str:
    """What a command prints on a terminal; its progress is not shown."""
    program, *words = command.split()
    module = {"tocsin": "scanner.cli", "tocsin-lab": "lab.cli"}[program]
    near, far = pty.openpty()
    termios.tcsetwinsize(far, (50, WIDTH))
    tty.setraw(far)  # so that a line feed stays one
    line = [*enter, sys.executable, "-P", "-m", module, *words]
    with subprocess.Popen(
        line, cwd=folder, stdin=subprocess.DEVNULL, stdout=far, stderr=subprocess.PIPE, env=surroundings(folder)
    ) as process:
        os.close(far)
        printed = b"".join(_heard(near))
        assert process.stderr is not None
        complaint = process.stderr.read().decode()
    os.close(near)
    if process.returncode not in (0, 1):
        raise SystemExit(f"{command}: ended with {process.returncode}: {complaint}")
    return printed.decode()


def _heard(terminal: int) -> Iterator[bytes]:
    with contextlib.suppress(OSError):  # EIO: nobody writes any more (pty(7))
        while data := os.read(terminal, 65536):
            yield data


def normal(said: str) -> str:
    """The output with what differs from run to run set to one value; the scans are of one night after the other."""
    for pattern, value in _SAME:
        said = re.sub(pattern, value, said)
    for number, scan in enumerate(dict.fromkeys(_SCAN.findall(said))):
        night = DAY + timedelta(number)
        said = said.replace(f"{scan} ({DAY} ", f"{scan} ({night} ").replace(
            scan, f"{night:%Y%m%d}T020000Z-7a3{number:x}"
        )
    return _AGE.sub(lambda found: f"{found[1]}, {(DAY - date.fromisoformat(found[1])).days / 365.25:.1f} years", said)


def shown(said: str, until: str) -> str:
    """The part of the output that the picture has, and whether more follows."""
    lines = said.rstrip().splitlines()
    plain = [Text.from_ansi(line).plain for line in lines]
    end = next((number for number, line in enumerate(plain) if until and re.search(until, line)), len(lines))
    while end < len(lines) and not plain[end - 1].strip():
        end -= 1
    return "\n".join([*lines[:end], *(["\x1b[2m…\x1b[0m"] if end < len(lines) else [])])


def drawn(command: str, output: str) -> str:
    """The SVG of a terminal in which that command has printed that output."""
    console = Console(
        record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor", _environ={}
    )
    console.print(Text(f"$ {command}", style="bold"), soft_wrap=True)
    console.print(Text.from_ansi(output), soft_wrap=True)
    name = re.sub("[^a-z]+", "-", command)
    drawing = console.export_svg(title=command, theme=THEME, code_format=FORM, unique_id=name)
    lines = (line.rstrip() for line in _PRINTED.sub(_apart, drawing).splitlines())
    return "".join(f"{line}\n" for line in lines if line)


def _apart(printed: re.Match[str]) -> str:
    """A text of a line as its columns, each at its own place: not every program that draws SVG spaces letters as it is told to."""
    look, left, clip, text = printed.groups()
    return "".join(
        f'<text class="{look}" x="{round(float(left) + _ADVANCE * column.start(), 1):g}" {clip}>{_escaped(column[0])}</text>\n'
        for column in _COLUMN.finditer(html.unescape(text).replace("\xa0", " "))
    )


def _escaped(text: str) -> str:
    return html.escape(text, quote=False).replace(" ", "&#160;")


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    main(sys.argv[1:])
