"""The exercises as a learner does them: the commands of each worksheet are read from it, and run against its city."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from lab.exercise import Exercise
from tests.conftest import LAB
from tests.lab.learning import EXERCISES, commands, lab

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Learner:
    """Somebody at a terminal, with an exercise's city up in another one."""

    home: Path
    exercise: Exercise
    programs: Path

    def types(self, *lines: str) -> str:
        """What those commands print, in one shell in the city's network; a question that finds something ends with 1."""
        script = "\n".join(
            f"{line} || test $? -eq 1" if line.startswith(("tocsin scan ", "tocsin tls ")) else line for line in lines
        )
        line = [*LAB, "enter", "sh", "-ec", script]
        path = f"{self.programs}:{Path(sys.executable).parent}:{os.environ['PATH']}"
        done = subprocess.run(
            line,
            cwd=self.home,
            env={**os.environ, "PATH": path, "PYTHONPATH": self.path},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @property
    def path(self) -> str:
        """Where Python looks: first in the learner's own checkout, where there is one."""
        return f"{self.home / 'checkout'}:{ROOT}"

    def block(self, number: int) -> str:
        """What the commands of a block of the worksheet print."""
        return self.types(*commands(self.exercise)[number])

    def answers(self, **words: str) -> None:
        (self.home / "answers.txt").write_text("".join(f"{name}: {word}\n" for name, word in words.items()))

    def check(self) -> list[str]:
        """What the checker says is missing."""
        code, told = lab("exercise", str(self.exercise.number), "check")
        lines = told.splitlines()
        assert code == (0 if lines[-1].startswith("Passed: ") else 1)
        return lines[:-1]


Begin = Callable[[int], Learner]


@pytest.fixture
def begin(home: Path, tmp_path: Path, namespaces: None) -> Iterator[Begin]:
    """`begin(3)` starts an exercise in another terminal, and returns the learner."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, module in (("tocsin", "scanner.cli"), ("tocsin-lab", "lab.cli"), ("python", "")):
        of = f"-P -m {module}" if module else ""
        (programs / name).write_text(f'#!/bin/sh\nexec {sys.executable} {of} "$@"\n')
        (programs / name).chmod(0o755)
    started = []

    def start(number: int) -> Learner:
        line = [*LAB, "exercise", str(number), "start", "--mode", "namespace"]
        city = subprocess.Popen(
            line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)}, text=True
        )
        started.append(city)
        assert city.stdout
        for said_then in city.stdout:
            if said_then.startswith("Ctrl-C"):
                return Learner(home, EXERCISES[number], programs)
        pytest.fail("the city did not come up")

    yield start
    for city in started:
        city.communicate(timeout=60)
        assert city.returncode == 0


@pytest.mark.real
def test_exercise_1_names(begin):
    learner = begin(1)
    assert learner.check() == [
        "There is no report.json here: let a scan write it with -o report.json, or name it with --report."
    ]
    plan = learner.block(0)
    assert "Hikvision DS-2CD2142FWD-I camera" in learner.block(1)
    shown = learner.block(2)
    assert "packets:" in plan
    assert "AP9630" in shown
    assert len(learner.check()) == 2
    learner.answers(cameras="10.77.0.10 10.77.0.12", silent="10.77.0.20, 10.77.0.29")
    assert learner.check() == []


@pytest.mark.real
def test_exercise_2_stranger(begin):
    learner = begin(2)
    learner.block(0)
    assert "password of its own" in learner.block(1)
    assert "default-credentials" in learner.block(2)
    assert len(learner.check()) == 3
    learner.answers(open="10.77.0.10 10.77.0.28 10.77.0.30", anything="10.77.0.168", first="10.77.0.28")
    assert learner.check() == []


TELNET = """
import socket
with socket.create_connection(("10.77.0.30", 23), 20) as line:
    for prompt, typed in (("login: ", "root"), ("Password: ", "pass"), ("# ", "show"), ("# ", "passwd"),
                          ("New password: ", "reed-lamp-7"), ("Retype new password: ", "reed-lamp-7"), ("# ", "exit")):
        heard = b""
        while not heard.endswith(prompt.encode()):
            heard += line.recv(1)
        line.sendall(typed.encode() + b"\\r\\n")
"""


@pytest.mark.real
def test_exercise_3_password(begin):
    learner = begin(3)
    before, camera, forget, after = commands(learner.exercise)
    learner.types(*before)
    shutil.copy(learner.home / "before.json", learner.home / "after.json")
    told = learner.check()
    assert told[0] == "The password of 10.77.0.10 was not changed at the device yet."
    assert "tocsin ledger forget" in told[1]
    assert len(told) == 4
    (learner.home / "telnet.py").write_text(TELNET)
    assert "password" in learner.types(*camera, "python -P telnet.py")
    said_then = learner.types(*forget, *after)
    assert "fixed" in said_then
    assert learner.check() == []


SSH = """
import asyncio, asyncssh
async def main():
    async with asyncssh.connect("10.77.0.27", username="root", password="admin01", known_hosts=None) as connection:
        done = await connection.run(input="show\\nset certificate own\\nexit\\n")
        print(done.stdout)
asyncio.run(main())
"""


@pytest.mark.real
def test_exercise_4_tls(begin):
    learner = begin(4)
    looking, before, pages, after = commands(learner.exercise)
    assert "TLS 1.0" in learner.types(*looking[:1])
    learner.types(*before)
    learner.answers(old="10.77.0.11", expired="10.77.0.131")
    assert learner.check() == [
        "There is no after.json here: let a scan write it with -o after.json, or name it with --report."
    ]
    (learner.home / "ssh.py").write_text(SSH)
    (theirs,) = re.findall(r"`(curl .*?)`", learner.exercise.hints[2])
    assert "certificate" in learner.types(*pages, "python -P ssh.py")
    learner.types(theirs, *after)
    assert learner.check() == []


@pytest.mark.real
def test_exercise_5_shared_key(begin):
    learner = begin(5)
    _, scan, look = commands(learner.exercise)
    learner.types(*scan)
    said_then = learner.types(*look)
    assert len(learner.check()) == 2
    groups = re.findall(r"devices: ((?:10\.77\.0\.\d+,?\s+)+)", said_then)
    learner.answers(shared=" ".join(groups).replace("\n", " "), keys=str(len(groups)))
    assert learner.check() == []


@pytest.mark.real
def test_exercise_6_nights(begin):
    learner = begin(6)
    monday, day, tuesday = commands(learner.exercise)
    assert learner.check()[0] == "There is no monday.json here: scan the whole network with -o monday.json."
    learner.types(*monday)
    assert learner.check() == [
        "When monday.json is there, `tocsin-lab exercise 6 start` in this terminal lets Tuesday come."
    ]
    learner.types(*day)
    said_then = learner.types(*tuesday)
    assert "fixed" in said_then
    assert len(learner.check()) == 4
    learner.answers(new="10.77.0.47", gone="10.77.0.29", worse="10.77.0.12", fixed="10.77.0.10")
    assert learner.check() == []


@pytest.mark.real
def test_exercise_7_check(begin):
    learner = begin(7)
    shutil.copytree(ROOT / "checks", learner.home / "checkout" / "checks")
    (example,) = re.findall(r"```python\n(.*?)```", learner.exercise.sheet.read_text(), re.DOTALL)
    theirs = 'if told is not None and told.endpoint:\n        yield Flaw(told.endpoint, "It tells its serial number.")'
    written = re.sub(r"\.\.\.  #.*", theirs, example)
    (learner.home / "checkout" / "checks" / "serial_number_told.py").write_text(written)
    assert "The serial number is told to everybody" in learner.block(0)
    assert learner.check() == []


@pytest.mark.real
def test_exercise_8_fragile(begin):
    learner = begin(8)
    script, repair, scan = commands(learner.exercise)
    assert learner.check() == ["Nothing was hurt yet: part 1 is to let the careless script loose and see what it does."]
    learner.types(*script)
    assert learner.check()[0].startswith("The careless script did its work.")
    learner.types(*repair)
    (settings,) = re.findall(r"```toml\n(.*?)```", learner.exercise.sheet.read_text(), re.DOTALL)
    (learner.home / "tocsin.toml").write_text(settings.replace("deny = []", 'deny = ["10.77.0.24"]'))
    assert "10.77.0.24 is refused" in learner.types(*scan)
    assert learner.check() == []
