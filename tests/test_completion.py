"""Completion as the shells themselves do it: their own machinery is driven, without a terminal."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from inventory import names
from inventory.store import Store
from scanner import cli
from tests.riverside import CAMERA, REPORT, SCAN

ROOT = Path(__file__).parent.parent
SITES = '[[site]]\nname = "harbour"\nnetworks = ["10.77.0.0/24"]\ndepartment = "Transport"\napproved_by = "CISO"\n'
SHELLS = [
    pytest.param(shell, marks=pytest.mark.skipif(shutil.which(shell) is None, reason=f"{shell} is not installed"))
    for shell in ("bash", "zsh", "fish")
]


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    """A machine with the program in the path, an inventory and a configuration, and each shell's script where it is read."""
    folder = tmp_path_factory.mktemp("machine")
    program = folder / "bin" / "tocsin"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -P -m scanner.cli "$@"\n')
    program.chmod(0o755)
    strange = replace(
        CAMERA, device=replace(CAMERA.device, identity="serial:x:$(touch gone)", addresses=("10.77.0.66",))
    )
    with Store.open(folder / "inventory.db") as store:
        store.begin(SCAN, "plan")
        store.save_lot(SCAN.id, (*REPORT.assessments, strange))
        store.finish(SCAN.id, SCAN, (), REPORT.coverage)
    (folder / "tocsin.toml").write_text(SITES)
    for shell in ("bash", "zsh", "fish"):
        made = CliRunner().invoke(cli.tocsin, ["completion", shell], prog_name="tocsin")
        assert "# To install it: tocsin completion " in made.output
        (folder / f"tocsin.{shell}").write_text(made.output)
    (folder / "_tocsin").write_text((folder / "tocsin.zsh").read_text())
    return folder


def environment(machine, **more):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TOCSIN")}
    path = f"{machine / 'bin'}{os.pathsep}{os.environ['PATH']}"
    own = {"PATH": path, "PYTHONPATH": str(ROOT), "HOME": str(machine), "TOCSIN_STORE": str(machine / "inventory.db")}
    return kept | own | {"TERM": "dumb", "LC_ALL": "C.UTF-8"} | more


BASH = """
source tocsin.bash
complete -p tocsin >&2 || exit 1
COMP_LINE=$1 COMP_POINT=${#1} COMPREPLY=()
_tocsin_completion tocsin
printf '%s\\n' "${COMPREPLY[@]}"
"""
ZSH = """
compdef() { print -u2 -- "compdef $*" }
_describe() { print -rl -- D${^${(P)3}} }
compadd() { print -rl -- P${^${(P)5}} }
source ./_tocsin
words=(${(z)1})
[[ $1 == *' ' ]] && words+=('')
CURRENT=$#words
_tocsin_completion
"""
"""What zsh's completion system gives a script and takes from it; the system itself wants a terminal."""


def completed(machine, shell, line, **more):
    """What that shell offers for a line that is typed so far."""
    run = {"cwd": machine, "env": environment(machine, **more), "capture_output": True, "text": True, "timeout": 60}
    if shell == "bash":
        ended = subprocess.run(["bash", "--norc", "-c", BASH, "bash", line], check=True, **run)
        assert "-F _tocsin_completion tocsin" in ended.stderr
        return [word for word in ended.stdout.splitlines() if word]
    if shell == "fish":
        script = f'source tocsin.fish; complete -C "{line}"'
        ended = subprocess.run(["fish", "--no-config", "-c", script], check=True, **run)
        return [word.split("\t")[0] for word in ended.stdout.splitlines()]
    ended = subprocess.run(["zsh", "-f", "-c", ZSH, "zsh", line], check=True, **run)
    assert ended.stderr == "compdef _tocsin_completion tocsin\n"
    words = ended.stdout.splitlines()
    described = [re.split(r"(?<!\\):", word[1:])[0].replace("\\:", ":") for word in words if word[0] == "D"]
    return described + [word[1:] for word in words if word[0] == "P"]


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("tocsin dev", "devices"),
        ("tocsin scan --lev", "--level"),
        ("tocsin devices --format c", "csv"),
        ("tocsin report --format js", "json"),
        ("tocsin night --site har", "harbour"),
        ("tocsin checks explain default-c", "default-credentials"),
        ("tocsin show 10.77.0.1", "10.77.0.10"),
        ("tocsin report 2026", SCAN.id),
        (f"tocsin accept {CAMERA.findings[0].id[:4]}", CAMERA.findings[0].id),
        (f"tocsin why {CAMERA.findings[0].id[:4]}", CAMERA.findings[0].id),
    ],
)
def test_a_word_is_completed(machine, shell, line, word):
    assert word in completed(machine, shell, line)


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("line", "word"),
    [("tocsin devices kind:cam", "kind:camera"), ("tocsin show mac:44:19", CAMERA.device.identity)],
)
def test_a_word_with_colons_is_completed_though_bash_takes_it_apart(machine, shell, line, word):
    given = line.rpartition(" ")[2].rpartition(":")[0] + ":"
    rest = word.removeprefix(given) if shell == "bash" else word  # bash has the beginning in the line already
    assert rest in completed(machine, shell, line)


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_what_a_shell_could_execute_is_never_offered(machine):
    assert completed(machine, "bash", "tocsin show serial:x") == []
    assert "10.77.0.66" in completed(machine, "bash", "tocsin show 10.77.0.6")


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
@pytest.mark.parametrize("store", ["nowhere.db", "tocsin.toml", "."])
def test_without_an_inventory_nothing_is_offered_and_nothing_is_said(machine, store):
    ended = subprocess.run(
        ["tocsin"],
        cwd=machine,
        env=environment(machine, TOCSIN_STORE=store, COMP_WORDS="tocsin show 10.", _TOCSIN_COMPLETE="bash_complete"),
        capture_output=True,
        text=True,
        check=True,
    )
    assert (ended.stdout.strip(), ended.stderr) == ("", "")
    assert not (machine / "nowhere.db").exists()


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_a_configuration_that_is_wrong_is_passed_over_in_silence(machine, tmp_path):
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("[[site]\n")
    more = {"TOCSIN_CONFIG": str(wrong), "COMP_WORDS": "tocsin scan --site ", "_TOCSIN_COMPLETE": "bash_complete"}
    ended = subprocess.run(
        ["tocsin"], cwd=machine, env=environment(machine, **more), capture_output=True, text=True, check=True
    )
    assert (ended.stdout.strip(), ended.stderr) == ("", "")


def test_reading_names_writes_nothing_and_knows_no_finding_by_a_letter(machine):
    before = sorted(path.name for path in machine.iterdir())
    assert names.findings(machine / "inventory.db", "a") == []
    assert names.findings(machine / "inventory.db", "%%") == []
    assert [scan for scan, _ in names.scans(machine / "inventory.db")] == [SCAN.id]
    assert sorted(path.name for path in machine.iterdir()) == before


def test_every_parameter_that_is_completed_belongs_to_a_command():
    from scanner.completion import _OTHERWISE, _SOURCES

    context = click.Context(cli.tocsin)
    commands = [cli.tocsin.get_command(context, name) for name in cli.tocsin.list_commands(context)]
    commands += [below for one in commands if isinstance(one, click.Group) for below in one.commands.values()]
    params = [param for one in commands if one for param in one.params]
    assert set(_SOURCES) <= {name.lstrip("-") for param in params for name in (param.name, *param.opts)}
    assert set(_OTHERWISE) <= set(cli.tocsin.list_commands(context))
