"""An inventory or audit trail that cannot be written: said in one sentence, and what was saved stays readable."""

import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import LOOPBACK, city, scan, scanning, tocsin
from tests.nights.process import Running, integrity
from tests.nights.small_disk import SmallDisk

QUICK = "hp_printer,flowbird_meter,econolite_controller"  # done in this order, the last after seconds
TARGETS = tuple(f"{LOOPBACK}.{host}" for host in (20, 22, 29))
LOGIN = (*TARGETS, "--level", "login", "--fail-on", "critical", "--ports", "22,23,80,443")


@pytest.fixture(scope="module")
def described():
    with city("--mode", "loopback", "--only", QUICK) as described:
        yield described


@pytest.mark.parametrize("place", ["tocsin.db", "audit.jsonl"])
def test_another_running_scan_is_named(described, tmp_path, place):
    other = tmp_path / "other"
    other.mkdir()
    (other / place).symlink_to(tmp_path / place)
    with Running(scanning(described, tmp_path, *LOGIN)) as running:
        running.until("scanning")
        running.send(signal.SIGSTOP)  # it goes on having what it has
        second = scan(described, other, *LOGIN)
        running.send(signal.SIGKILL)
    assert second.returncode == 2
    assert second.stderr.startswith("tocsin: ")
    assert "another scan" in second.stderr
    assert "wait" in second.stderr
    assert len(second.stderr.splitlines()) == 1


def test_a_damaged_inventory_is_never_written_to(described, tmp_path):
    store = tmp_path / "tocsin.db"
    damage = b"SQLite format 3\0" + bytes(range(256)) * 40
    store.write_bytes(damage)
    ended = scan(described, tmp_path, *LOGIN)
    assert ended.returncode == 2
    assert "damaged" in ended.stderr
    assert "it was left as it is" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    assert store.read_bytes() == damage


@pytest.fixture
def small(tmp_path):
    (tmp_path / "small").mkdir()
    disk = SmallDisk(tmp_path / "small")
    yield disk
    disk.close()


def command(described: dict[str, Any], small: SmallDisk, folder: Path, *, on_it: str) -> list[str]:
    """A scan whose store or audit trail lies on the small disk."""
    words = scanning(described, folder, *LOGIN)
    return [*small.enter, *(word.replace(str(folder / on_it), str(small.folder / on_it)) for word in words)]


def said_in_one_sentence(running: Running, sentence: str) -> None:
    (complaint,) = [line for line in running.said if line.startswith("tocsin: ")]
    assert sentence in complaint
    assert complaint == running.said[-1]
    assert not any("Traceback" in line or "exception" in line for line in running.said), running.said


def test_a_disk_that_fills_up_under_the_inventory_ends_the_scan_and_keeps_what_was_saved(described, small, tmp_path):
    with Running(command(described, small, tmp_path, on_it="tocsin.db")) as running:
        running.until_reported(1)
        small.fill()
        assert running.end() == 2, running.said
    said_in_one_sentence(running, "full")
    small.path("filler").unlink()
    assert integrity(small.path("tocsin.db")) == "ok"
    listed = tocsin(described, tmp_path, "devices")
    listed = [
        *small.enter,
        *(word.replace(str(tmp_path / "tocsin.db"), str(small.folder / "tocsin.db")) for word in listed),
    ]
    devices = subprocess.run(listed, capture_output=True, text=True, check=True).stdout
    assert all(address in devices for address in running.reported)


def test_a_disk_that_fills_up_under_the_audit_trail_ends_the_scan(described, small, tmp_path):
    with Running(command(described, small, tmp_path, on_it="audit.jsonl")) as running:
        running.until_reported(1)
        small.fill()
        assert running.end() == 2, running.said
    said_in_one_sentence(running, "audit.jsonl")
    assert integrity(tmp_path / "tocsin.db") == "ok"
    devices = subprocess.run(tocsin(described, tmp_path, "devices"), capture_output=True, text=True, check=True).stdout
    assert all(address in devices for address in running.reported)


def test_a_report_that_does_not_fit_is_said_and_the_scan_is_kept(described, small, tmp_path):
    small.fill()
    words = [
        *small.enter,
        *scanning(described, tmp_path, TARGETS[2], "--ports", "80", "-o", str(small.folder / "night.json")),
    ]
    ended = subprocess.run(words, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "No space left" in ended.stderr
    assert "tocsin report" in ended.stderr
    assert (tmp_path / "report.json").exists()
    assert TARGETS[2] in ended.stdout
