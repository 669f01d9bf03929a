"""The README names every command and every exit code."""

import re
from pathlib import Path

import click
import pytest

from lab.cli import main as lab
from scanner.cli import tocsin
from scanner.exits import Exit
from scanner.questions import datagrams

README = (Path(__file__).parent.parent / "README.md").read_text()
COMMANDS = tocsin.list_commands(click.Context(tocsin))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_readme(name):
    assert re.search(rf"\| `tocsin {name}\b", README)


def test_no_command_is_in_the_readme_that_is_none():
    named = set(re.findall(r"`tocsin ([a-z-]+)", README))
    assert named <= set(COMMANDS)


@pytest.mark.parametrize("option", re.findall(r"--[a-z][a-z-]+", README))
def test_every_option_in_the_readme_is_one(option):
    context = click.Context(tocsin)
    commands = [tocsin, lab, *(tocsin.get_command(context, name) for name in COMMANDS)]
    commands += [below for group in commands if isinstance(group, click.Group) for below in group.commands.values()]
    known = {word for command in commands if command for p in command.params for word in (*p.opts, *p.secondary_opts)}
    assert option in known


def test_the_readme_names_what_every_device_is_asked_by_udp():
    (told,) = re.findall(r"one UDP datagram for each of (.*?):", README, re.DOTALL)
    named = re.findall(r"([a-z]+) (\d+)", told.replace("\n", " ").replace(" and ", " "))
    asked = [(protocol.NAME, str(endpoint.port)) for protocol, endpoint in datagrams("192.0.2.1", ())]
    assert named == asked


def test_every_exit_code_is_in_the_help():
    told = tocsin.help or ""
    assert [code for code in Exit if not re.search(rf"\b{code.value} ", told)] == []


def test_the_exit_codes_of_a_night_are_in_the_readme():
    (told,) = re.findall(r"\*\*Exit codes\*\*(.*?)\n\n", README, re.DOTALL)
    assert [code for code in Exit if code < Exit.BUG and not re.search(rf"\b{code.value} ", told)] == []
