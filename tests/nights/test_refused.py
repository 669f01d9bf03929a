"""What is refused, in which words and with which exit code, before a single packet."""

import socket
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeAlias

import pytest

from scanner import cli

Refused: TypeAlias = Callable[..., None]
SITE = '[[site]]\nname = "hall"\nnetworks = ["127.0.0.1/32"]\n'
APPROVED = SITE + 'approved_by = "CISO"\n'
WORD = ("--authorised-by", "test")


class Target:
    """A listener on loopback that a scan of it would reach; a connection that came waits in its backlog."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setblocking(False)
        self.port = self._listener.getsockname()[1]

    def close(self) -> None:
        self._listener.close()

    def was_left_alone(self) -> bool:
        """Whether nobody has connected."""
        try:
            self._listener.accept()[0].close()
        except BlockingIOError:
            return True
        return False


@pytest.fixture
def target() -> Iterator[Target]:
    target = Target()
    yield target
    target.close()


def nobody_knows(*_: object, **__: object) -> None:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


@pytest.fixture
def refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], target: Target
) -> Refused:
    """`refused(4, "sentence", "--site", "hall")`: a scan ends so, in one line, and sends nothing."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(socket, "getaddrinfo", nobody_knows)  # no question to a name server leaves a test
    (tmp_path / "targets.txt").write_text("127.0.0.1  # the hall\n\n127.0.0.x\n")
    (tmp_path / "folder.json").mkdir()

    def refused(code: int, sentence: str, *words: str, configuration: str = APPROVED) -> None:
        (tmp_path / "tocsin.toml").write_text(configuration)
        kept = ["--store", "state.db", "--audit", "audit.jsonl"]
        ended = cli.run([*kept, "scan", "--ports", str(target.port), *words])
        out, err = capfd.readouterr()
        assert (ended, out) == (code, ""), err
        assert sentence in err
        assert "Traceback" not in err
        assert "scanning" not in err
        assert target.was_left_alone()
        assert not (tmp_path / "state.db").exists()
        assert not (tmp_path / "audit.jsonl").exists()

    return refused


def test_a_listener_notices_who_connects(target):
    with socket.socket() as caller:
        caller.connect(("127.0.0.1", target.port))
    assert not target.was_left_alone()


WRONG_FILES = [
    ('[[site]]\nname = "hall', 2, "tocsin.toml line 2: "),
    (APPROVED + "netwroks = []\n", 2, "tocsin.toml line 5: [[site]] has no key 'netwroks'; did you mean 'networks'?"),
    ('[[site]]\nname = "hall"\nnetworks = []\n', 2, "tocsin.toml line 3: the site 'hall' needs networks"),
    ("", 2, "nothing to scan: name a network, or a site of tocsin.toml with --site"),
    (SITE, 4, "nobody has approved a scan of the site 'hall'"),
    (APPROVED + "valid_until = 2026-01-31\n", 4, "2026-01-31"),
    (APPROVED + 'deny = ["127.0.0.0/8"]\n', 4, "every target is denied by tocsin.toml"),
    (APPROVED.replace("127.0.0.1/32", "8.8.8.0/24"), 4, "8.8.8.0/24"),
    (APPROVED.replace("127.0.0.1/32", "224.0.0.0/24"), 4, "224.0.0.0/24"),
]


@pytest.mark.parametrize(("text", "code", "sentence"), WRONG_FILES, ids=[sentence for _, _, sentence in WRONG_FILES])
def test_a_configuration_that_cannot_be_followed(refused, text, code, sentence):
    refused(code, sentence, configuration=text)


WRONG_WORDS = [
    (("--site", "hal"), 2, "there is no site 'hal' in tocsin.toml; did you mean 'hall'?"),
    (("127.0.0.0/30",), 4, "127.0.0.2 lies in no approved network"),
    (("127.0.0.1", "--level", "login"), 4, "site 'hall' allows level identify, not login"),
    (("--level", "login"), 4, "site 'hall' allows level identify, not login"),
    (("8.8.8.0/24", *WORD), 4, "8.8.8.0/24"),
    (("0.0.0.0/0", *WORD, "--yes-large"), 4, "0.0.0.0/0"),
    (("127.0.0.1", "--authorised-by", " "), 2, "--authorised-by is empty: say by whose word"),
    (("10.0.0.0/8", *WORD), 2, "16,777,214 addresses are more than 65,536: add --yes-large if so many are meant"),
    (("127.0.0.300", *WORD), 2, "target '127.0.0.300': not an address or range"),
    (("127.0.0.1/33", *WORD), 2, "127.0.0.1/33"),
    (("camera.invalid", *WORD), 2, "target 'camera.invalid': the name cannot be resolved"),
    (("@targets.txt", *WORD), 2, "targets.txt, line 3: target '127.0.0.x'"),
    (("@nowhere.txt", *WORD), 2, "targets file nowhere.txt: No such file or directory"),
    (("--checks", "default-credential"), 2, "no check or family 'default-credential'; `tocsin checks` lists them"),
    (("--ports", "80,http"), 2, "http"),
    (("--ports", "70000"), 2, "70000"),
    (("--ports", "80,9100-9107"), 2, "ports: 9100 is never touched"),
    (("--engine", "masscan"), 2, "'masscan' is not one of 'builtin', 'nmap'"),
    (("--pace", "fast"), 2, "'fast' is not one of"),
    (("--window", "1-5"), 2, "--window must be two times of day such as 01:00-05:00, not '1-5'"),
    (("-o", "report.doc"), 2, ".doc"),
    (("-o", "report"), 2, "report"),
    (("-o", "nowhere/report.json"), 2, "cannot write nowhere/report.json: there is no folder nowhere"),
    (("-o", "folder.json"), 2, "cannot write folder.json: it is a folder"),
]
NAMES = [" ".join(words) for words, _, _ in WRONG_WORDS]


@pytest.mark.parametrize(("words", "code", "sentence"), WRONG_WORDS, ids=NAMES)
def test_a_command_line_that_cannot_be_followed(refused, words, code, sentence):
    refused(code, sentence, *words)


def test_outside_the_window_nothing_is_sent(refused):
    now = datetime.now().astimezone()
    begins, ends = (f"{now + timedelta(hours=hours):%H:%M}" for hours in (2, 3))
    refused(4, "window", configuration=f'{APPROVED}window = "{begins}-{ends}"\n')


def test_a_fresh_configuration_is_refused_until_somebody_approves(refused, tmp_path, capfd):
    assert cli.run(["--config", "fresh.toml", "init"]) == 0
    capfd.readouterr()
    fresh = (tmp_path / "fresh.toml").read_text() + SITE  # a machine without private networks has no site of its own
    refused(4, "write in its approved_by who did", "--site", "hall", configuration=fresh)
