import errno
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import StoreError
from scanner.audit import Audit
from scanner.chain import GENESIS, verify

WHEN = datetime(2026, 11, 21, 3, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "audit" / "audit.jsonl"


def write(path, *outcomes):
    with Audit(path) as audit:
        for outcome in outcomes:
            audit.line(
                when=WHEN,
                target="10.0.0.1:80/tcp",
                protocol="http",
                said=["get"],
                bytes_out=40,
                bytes_in=200,
                connections=1,
                outcome=outcome,
                rule="site 'north', approved by CISO",
            )
        return audit.head


def lines(path):
    return path.read_bytes().splitlines(keepends=True)


def test_a_line_says_what_was_done_and_by_whose_leave(path):
    head = write(path, "heard")
    assert json.loads(path.read_text()) == {
        "time": "2026-11-21T03:00:00.123+00:00",
        "target": "10.0.0.1:80/tcp",
        "protocol": "http",
        "said": ["get"],
        "bytes_out": 40,
        "bytes_in": 200,
        "connections": 1,
        "outcome": "heard",
        "rule": "site 'north', approved by CISO",
        "previous": GENESIS,
        "hash": head,
    }


def test_an_untouched_file_verifies_over_several_runs(path):
    write(path, "heard", "TimedOut")
    head = write(path, "heard")
    assert verify(path).lines == 3
    assert verify(path).first_broken is None
    assert json.loads(lines(path)[2])["hash"] == head


def test_a_changed_line_is_found(path):
    write(path, "heard", "refused: it is denied", "heard")
    path.write_bytes(path.read_bytes().replace(b"refused: it is denied", b"heard"))
    assert verify(path).first_broken == 2
    assert verify(path).lines == 3
    assert "changed" in verify(path).reason


@pytest.mark.parametrize(
    "tamper",
    [
        lambda all_: all_[:1] + all_[2:],
        lambda all_: [all_[0], all_[2], all_[1]],
        lambda all_: [all_[0], all_[0], *all_[1:]],
        lambda all_: all_[1:],
        lambda all_: [all_[0], b'{"hash":"x","previous":"y"}\n', *all_[1:]],
        lambda all_: [all_[0], b"nothing of ours\n", *all_[1:]],
        lambda all_: [all_[0].replace(b'"http"', b'"http" '), *all_[1:]],
    ],
    ids=["removed", "swapped", "doubled", "beheaded", "inserted", "inserted junk", "respaced"],
)
def test_a_chain_that_was_tampered_with_is_found(path, tamper):
    write(path, "one", "two", "three")
    path.write_bytes(b"".join(tamper(lines(path))))
    assert verify(path).first_broken in {1, 2}
    assert verify(path).reason


@given(st.data())
def test_any_changed_byte_is_found(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("audit") / "audit.jsonl"
    write(path, "one", "two", "three")
    whole = bytearray(path.read_bytes())
    at = data.draw(st.integers(0, len(whole) - 2))  # the last line feed may be missing: the line is whole without it
    whole[at] ^= data.draw(st.integers(1, 255))
    path.write_bytes(whole)
    assert verify(path).first_broken is not None


def test_a_torn_line_is_kept_and_put_on_record(path):
    write(path, "heard", "heard")
    torn = path.read_bytes()[:-40]
    path.write_bytes(torn)
    assert verify(path).first_broken == 2
    write(path, "heard")
    assert path.read_bytes().startswith(torn + b"\n")
    assert json.loads(lines(path)[2])["segment"] == "the line before was torn by a run that was killed"
    assert verify(path).first_broken is None
    assert verify(path).lines == 4


def test_a_torn_line_that_is_changed_later_is_found(path):
    write(path, "heard", "heard")
    path.write_bytes(path.read_bytes()[:-40])
    write(path, "heard")
    path.write_bytes(lines(path)[0] + lines(path)[1].replace(b"http", b"HTTP") + b"".join(lines(path)[2:]))
    assert verify(path).first_broken == 2


def test_a_run_killed_while_it_recorded_a_torn_line_is_recorded_too(path):
    write(path, "heard", "heard")
    path.write_bytes(path.read_bytes()[:-40])
    write(path)
    path.write_bytes(path.read_bytes()[:-40])
    write(path, "heard")
    assert verify(path).first_broken is None


def test_a_first_line_that_was_torn_is_recorded(path):
    write(path, "heard")
    path.write_bytes(path.read_bytes()[:30])
    write(path, "heard")
    assert verify(path).first_broken is None


def test_a_whole_last_line_without_its_line_feed_is_a_line(path):
    write(path, "heard")
    path.write_bytes(path.read_bytes()[:-1])
    write(path, "heard")
    assert verify(path).lines == 2
    assert verify(path).first_broken is None


@given(st.data())
def test_a_file_cut_anywhere_can_be_continued_and_verifies(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("audit") / "audit.jsonl"
    write(path, "one", "two", "three")
    whole = path.read_bytes()
    kept = whole[: data.draw(st.integers(0, len(whole)))]
    path.write_bytes(kept)
    write(path, "four")
    assert path.read_bytes().startswith(kept)
    assert verify(path).first_broken is None


def test_continues_a_long_file_from_its_end(path):
    write(path, *("x" * 400 for _ in range(500)))
    assert path.stat().st_size > 2 * 65536
    write(path, "heard")
    assert verify(path).first_broken is None
    assert verify(path).lines == 501


@pytest.mark.parametrize("content", [b"my notes\n", b"\x7fELF" + bytes(100), b"{}" * 800_000, b"[1,2]\n"])
def test_does_not_append_to_a_file_of_another_kind(path, content):
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(StoreError, match="something else than audit lines; name another file"):
        Audit(path)
    assert path.read_bytes() == content


def test_two_runs_do_not_interleave(path):
    with Audit(path), pytest.raises(StoreError, match="in use by another scan"):
        Audit(path)
    Audit(path).close()


def test_a_killed_run_leaves_no_lock(path):
    program = f"import os, pathlib; from scanner.audit import Audit; Audit(pathlib.Path({str(path)!r})); os.kill(os.getpid(), 9)"
    root = Path(__file__).parent.parent
    ended = subprocess.run(
        [sys.executable, "-P", "-c", program], cwd=root, env=os.environ | {"PYTHONPATH": str(root)}, check=False
    )
    assert ended.returncode == -9
    write(path, "heard")
    assert verify(path).lines == 1


def test_a_full_disk_is_said_once_and_for_all(path, monkeypatch):
    def full(file: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    audit = Audit(path)
    monkeypatch.setattr(os, "write", full)
    with pytest.raises(StoreError, match="No space left on device"):
        audit.line(when=WHEN, target="10.0.0.1:80/tcp", protocol="http", outcome="heard")
    with pytest.raises(StoreError, match="No space left on device"):
        audit.ready()
    audit.close()


def test_a_place_that_cannot_be_written_is_said(tmp_path):
    with pytest.raises(StoreError, match="cannot be opened"):
        Audit(tmp_path)
    with pytest.raises(StoreError, match="cannot be read"):
        verify(tmp_path / "none.jsonl")


def test_a_closed_audit_takes_no_lines(path):
    audit = Audit(path)
    audit.close()
    audit.close()
    with pytest.raises(StoreError, match="is closed"):
        audit.ready()


def test_only_its_owner_reads_the_file(path):
    write(path, "heard")
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_a_device_could_put_into_a_line_is_made_visible(path):
    write(path, "unreached: \x1b[2J\n\u202e")
    assert path.read_bytes().count(b"\n") == 1
    assert json.loads(path.read_text())["outcome"] == r"unreached: \x1b[2J \u202e"


@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_what_keeps_nothing_is_no_audit_file(tmp_path, kind):
    path = Path("/dev/null")
    if kind == "pipe":
        path = tmp_path / "audit.jsonl"
        os.mkfifo(path)
    with pytest.raises(StoreError, match="keeps nothing"):
        Audit(path)
