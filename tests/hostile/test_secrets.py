"""No password and no community in what is shown, logged or kept: two devices that tell whatever they were told are scanned, and every byte is searched."""

import base64
import hashlib
import html
import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from tests.hostile import tattle, tattlers
from tests.hostile.street import SHIFT, STREET, Told, standing
from tests.terminals import all_shown

pytestmark = pytest.mark.timeout(300)
SITE_COMMUNITY = "K&site-community7Qz"
PORTS = "21,22,23,80,554,1883,3306,5432,5900,6379,8081"
TOCSIN = [sys.executable, "-P", "-m", "scanner.cli"]
# As the program, with all that any library has to say on standard error.
LOUD = """
import logging, sys
logging.basicConfig(level=logging.DEBUG)
from scanner.cli import main
main()
"""
# As the program, with a driver that breaks with the password in its words, in its causes and in a task that nobody waits for.
CRASHING = """
import asyncio, logging, sys
logging.basicConfig(level=logging.DEBUG)
from scanner.logins import telnet

async def forgotten(account):
    raise KeyError(account.user, account.password)

async def attempt(line, account):
    task = asyncio.create_task(forgotten(account), name=f"task of {account.password}")
    await asyncio.wait((task,))
    del task
    try:
        raise LookupError(account.password)
    except LookupError as error:
        error.add_note(account.password)
        raise RuntimeError(f"{account.user}:{account.password}", account) from error

telnet.attempt = attempt
from scanner.cli import main
main()
"""


@dataclass(slots=True)
class Night:
    """What a scan was told to keep for itself, and all that it said and wrote."""

    folder: Path
    secrets: dict[str, str] = field(default_factory=dict)
    said: dict[str, bytes] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)

    @property
    def report(self) -> dict[str, Any]:
        report: dict[str, Any] = json.loads((self.folder / "out" / "report.json").read_text())
        return report

    def written(self) -> Iterator[tuple[str, bytes]]:
        """All of it, by name: what was said, and every file but those that hold the secrets; and what stands there in base64, as evidence does."""
        files = (path for path in sorted(self.folder.rglob("*")) if path.is_file() and path.parent.name != "given")
        for name, content in (*self.said.items(), *((path.name, path.read_bytes()) for path in files)):
            yield name, content
            runs = set(re.findall(rb"[A-Za-z0-9+/]{12,}={0,2}", content))
            yield f"{name}, decoded", b"\n".join(base64.b64decode(run[: len(run) & ~3]) for run in sorted(runs))


def configure(folder: Path) -> None:
    """The operator's files, in the folder "given"."""
    for name in ("given", "out", "tmp", "home"):
        (folder / name).mkdir()
    own, config = folder / "given" / "own.toml", folder / "given" / "tocsin.toml"
    own.write_text(tattle.accounts_file())
    site = f'[[site]]\nname = "street"\nnetworks = ["{STREET}.0/29"]\napproved_by = "test"\nlevel = "login"\n'
    config.write_text(f'[credentials]\naccounts = "own.toml"\n{site}snmp_community = "{SITE_COMMUNITY}"\n')
    (folder / "given" / "crashing.py").write_text(CRASHING)
    own.chmod(0o600)
    config.chmod(0o600)


def run(folder: Path, *words: str, program: tuple[str, ...] = ("-m", "scanner.cli")) -> tuple[int, bytes, bytes]:
    """The exit code, what came on standard output, and what a terminal on standard error was sent."""
    master, slave = pty.openpty()
    kept = ("--config", "given/tocsin.toml", "--store", "out/tocsin.db", "--audit", "out/audit.jsonl")
    own = {"HOME": str(folder / "home"), "TMPDIR": str(folder / "tmp"), "COLUMNS": "200", "TERM": "xterm-256color"}
    environment = {**os.environ, **own, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command, nothing, out = (
        [sys.executable, "-P", *program, *kept, *words],
        subprocess.DEVNULL,
        folder / "tmp" / "stdout",
    )
    with out.open("wb") as stdout:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdin=nothing, stdout=stdout, stderr=slave)
    os.close(slave)
    shown = all_shown(master)
    code = process.wait()
    return code, out.read_bytes(), shown


def scanning(*more: str) -> tuple[str, ...]:
    shift = ("--low-ports-at", str(SHIFT)) if SHIFT else ()
    return ("scan", "--pace", "lab", *shift, *more)


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    """A whole night of it, and the morning after."""
    folder = tmp_path_factory.mktemp("secrets")
    configure(folder)
    night = Night(folder)

    def tocsin(*words: str, program: tuple[str, ...] = ("-m", "scanner.cli")) -> int:
        code, night.said[f"{' '.join(words)}: stdout"], night.said[f"{' '.join(words)}: stderr"] = run(
            folder, *words, program=program
        )
        return code

    devices = tattlers.devices()
    with standing(devices):
        assert tocsin(*scanning("--plan")) == 0
        files = ("-o", "out/report.json", "-o", "out/report.txt")
        assert tocsin(*scanning("--ports", PORTS, *files), program=("-c", LOUD)) == 1
    with standing(tattlers.devices()):  # others, who were told nothing yet
        only = ("--level", "login", "--ports", "23", "--checks", "default-credentials", f"{STREET}.2")
        crash = ("--debug", *scanning(*only))
        assert tocsin("--store", "out/crashed.db", *crash, program=("given/crashing.py",)) == 3
    night.told = [device.told for device in devices]
    for words in (
        ("report",),
        ("report", "-o", "out/again.json"),
        ("devices",),
        ("show", f"{STREET}.2"),
        ("show", f"{STREET}.3"),
        ("why", f"{STREET}.2"),
        ("diff",),
        ("ledger", "show"),
        ("audit", "verify"),
        ("doctor",),
    ):
        tocsin(*words)
    night.secrets = {password: user for user, password in tattle.OWN.values()} | {SITE_COMMUNITY: ""}
    for told in night.told:  # the controls' passwords too, whatever they are made like
        night.secrets |= {
            password: user for user, password in told.pairs if len(password) >= 8 and not password.isalpha()
        }
    return night


def forms(secret: str, user: str) -> dict[str, bytes]:
    """The writings in which a secret is searched for, made otherwise than the program makes them."""
    octets = secret.encode()
    found = {
        "plain": octets,
        "upper case": secret.upper().encode(),
        "cases exchanged": secret.swapcase().encode(),
        "base64": base64.b64encode(octets).rstrip(b"="),
        "base64 of the pair": base64.b64encode(f"{user}:{secret}".encode()).rstrip(b"="),
        "base64 of the end of a pair": base64.b64encode(f":{secret}".encode()).rstrip(b"=")[4:-1],
        "hexadecimal": octets.hex().encode(),
        "hexadecimal, parted": octets.hex(" ").encode(),
        "an address": quote(secret, safe="").encode(),
        "a form": quote_plus(secret).encode(),
        "a page": html.escape(secret).encode(),
        "JSON": json.dumps(secret)[1:-1].encode(),
        "JSON in JSON": json.dumps(json.dumps(secret)[1:-1])[1:-1].encode(),
        "UTF-16": secret.encode("utf-16-le"),
        "UTF-16, the other way": secret.encode("utf-16-be"),
        "NULs in JSON": "\\u0000".join(secret).encode(),
    }
    for name in ("md5", "sha1", "sha256"):
        digest = hashlib.new(name, octets).digest()
        found |= {name: digest.hex().encode(), f"{name} as it is": digest, f"{name} base64": base64.b64encode(digest)}
    return found


def test_every_protocol_was_offered_the_operators_account(night: Night):
    offered = {password for told in night.told for password in told.passwords}
    seen_on_the_wire = {
        password for protocol, (_, password) in tattle.OWN.items() if protocol not in ("ipmi", "snmpv3")
    }
    assert seen_on_the_wire <= offered
    trail = (night.folder / "out" / "audit.jsonl").read_text()
    assert {f"(own-{protocol})" for protocol in tattle.OWN} <= set(re.findall(r"\(own-\w+\)", trail))


def test_no_secret_is_written_anywhere_in_any_form(night: Night):
    found = {
        (name, secret, form)
        for name, content in night.written()
        for lower in [content.lower()]
        for secret, user in night.secrets.items()
        for form, octets in forms(secret, user).items()
        if octets.lower() in lower
    }
    assert len(night.secrets) > 20
    assert found == set(), sorted(found)


def test_no_proof_of_a_password_is_written_anywhere(night: Night):
    """What a digest comes to could be tried out at home."""
    sent = {proof for told in night.told for proof in told.proofs if proof}
    written = {proof: (proof, proof.hex().encode(), base64.b64encode(proof).rstrip(b"=")) for proof in sent}
    assert len(sent) >= 7
    found = [(n, p) for n, content in night.written() for p, forms in written.items() for f in forms if f in content]
    assert found == []


def test_a_bug_in_a_driver_is_shown_with_its_place_and_none_of_its_words(night: Night):
    (crashed,) = [said for name, said in night.said.items() if "--debug" in name and name.endswith("stderr")]
    assert b"LoginBug: RuntimeError in the login driver telnet" in crashed
    assert b"raise RuntimeError" in crashed
    assert b"Task exception was never retrieved (KeyError)" in crashed


def test_what_was_hidden_left_the_evidence_readable(night: Night):
    evidence = [f for device in night.report["devices"] for f in device["findings"]]
    assert any(finding["check"] == "snmp-default-community" for finding in evidence)
    shown = night.said[f"show {STREET}.2: stdout"].decode()
    assert "an agent that was told ***" in shown
