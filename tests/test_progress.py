import io
import unicodedata

import pytest

from inventory.findings import Acceptance
from scanner.city import City
from scanner.events import Asking, Assessed, Ended, Event, HostFound, Noted, Started, Swept
from scanner.progress import watch, with_rank
from tests.riverside import CAMERA, HOSTILE, METER, NOON, RECORDER, REPORT

EVENTS: list[Event] = [
    Started(254, 40, "ARP and SYN by the l2 bridge"),
    Swept(100, 254),
    HostFound("10.77.0.10", "44:19:b6:01:02:03"),
    Asking("10.77.0.10", "http"),
    Assessed(CAMERA),
    HostFound("10.77.0.31", None),
    Asking(HOSTILE, HOSTILE),
    Assessed(RECORDER),
    Assessed(METER),
    Noted(f"no answer {HOSTILE}"),
    Swept(254, 254),
    Ended(REPORT),
]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def told(stream: io.StringIO, *, quiet: bool = False) -> str:
    with watch(quiet=quiet, stream=stream) as observer:
        for event in EVENTS:
            observer(event)
    return stream.getvalue()


def test_a_log_gets_one_plain_line_for_each_thing_worth_keeping():
    hostile = r"\x1b]0;owned\x07\x1b[2J\u202egnp.exe [bold red]loud[/] =cmd|calc \u200b\x9b31m"
    assert told(io.StringIO()).splitlines() == [
        "scanning 254 addresses, 40 ports on each: ARP and SYN by the l2 bridge",
        "10.77.0.10 Hikvision DS-2CD2142FWD-I camera: 3 findings, critical",
        f"10.77.0.31 {hostile}: 1 finding, critical",
        "10.77.0.22 unidentified: nothing found",
        f"note: no answer {hostile}",
        "done: 4 devices, 2 critical",
    ]


def test_quiet_says_nothing():
    assert told(io.StringIO(), quiet=True) == told(Terminal(), quiet=True) == ""


@pytest.mark.parametrize("color", ["", "1"])
def test_a_terminal_shows_the_bars_and_obeys_no_device(monkeypatch, color):
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NO_COLOR", color)
    shown = told(Terminal())
    for said in ("addresses", "devices", "254/254", "3 findings, critical", "done: 4 devices", "[bold red]loud[/]"):
        assert said in shown
    for obeyed in ("\x1b]0", "\x1b[2J", "\x07", "\u202e", "\u200b", "\x9b"):
        assert obeyed not in shown


def test_the_display_is_closed_when_a_scan_fails():
    stream = Terminal()

    def scan() -> None:
        with watch(stream=stream) as observer:
            observer(EVENTS[0])
            raise KeyError

    with pytest.raises(KeyError):
        scan()
    assert stream.getvalue().count("\x1b[?25l") == stream.getvalue().count("\x1b[?25h")  # the cursor is back


def test_no_line_of_a_log_has_a_hidden_character():
    assert {c for c in told(io.StringIO()) if unicodedata.category(c) in ("Cc", "Cf")} == {"\n"}


def test_what_the_city_lives_with_is_not_counted_at_the_end():
    word = Acceptance("Transport", "A wall.", NOON.date())
    city = City(NOON.date(), accepted=lambda _, device: word if device == CAMERA.device else None)
    stream = io.StringIO()
    with watch(stream=stream) as observer:
        for event in EVENTS:
            with_rank(observer, city)(event)
    assert stream.getvalue().splitlines()[-1] == "done: 4 devices, 1 critical"
