"""A device that is a process of its own: it tells what is done to it in a file, and keeps its keys in a folder."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from lab import keys
from lab.city import City, CityError
from lab.fake import load_fake
from lab.plan import Placed
from lab.recording import Recorder
from tests.conftest import LOOPBACK

CLI = [sys.executable, "-P", "-m", "lab.cli"]


def serving(name: str, address: str, record: Path, keep: Path) -> "subprocess.Popen[str]":
    """A device that is up."""
    wish = [*CLI, "serve", name, "--address", address, "--record", str(record), "--keep", str(keep)]
    device = subprocess.Popen(wish, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert device.stdout
    assert json.loads(device.stdout.readline())["mode"] == "loopback"
    return device


def test_the_record_appears_with_the_device_and_ends_with_what_was_done(tmp_path):
    record, address = tmp_path / "hp.json", f"{LOOPBACK}.231"
    record.write_text("of an earlier device")
    with serving("hp_printer", address, record, tmp_path) as device:
        assert json.loads(record.read_text())["harms"] == []
        with socket.create_connection((address, 9100), 20) as printing:
            printing.sendall(b"a page")
            printing.shutdown(socket.SHUT_WR)
            assert printing.recv(1) == b""  # which it says after it has printed
        device.terminate()
        assert device.wait(30) == 0
    assert json.loads(record.read_text())["harms"] == [
        {"device": "hp_printer", "harm": "a connection to port 9100, which prints whatever comes"},
        {"device": "hp_printer", "harm": "page 1 was printed: b'a page' on port 9100"},
    ]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


async def test_a_harm_is_told_at_once_and_a_connection_later(tmp_path):
    fake = load_fake("hp_printer")
    assert fake
    city = City((Placed(fake, fake.name, "127.0.0.1"),))
    recorder = Recorder(city, tmp_path / "hp.json")
    recorder.begin()
    site = city._sites[0]
    site.log.datagrams += 1
    site.changed()
    assert json.loads((tmp_path / "hp.json").read_text())["log"]["hp_printer"]["datagrams"] == 0
    site.visit("client", "127.0.0.1").harm("paper")
    assert json.loads((tmp_path / "hp.json").read_text())["log"]["hp_printer"]["datagrams"] == 1
    assert json.loads((tmp_path / "hp.json").read_text())["harms"] == [{"device": "hp_printer", "harm": "paper"}]


def test_a_record_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "hp.json").mkdir()
    with pytest.raises(CityError, match=f"cannot write {tmp_path}/hp.json: Is a directory"):
        Recorder(City(()), tmp_path / "hp.json")


def test_a_pipe_or_a_device_is_not_replaced_by_a_record(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(CityError, match=f"cannot write {tmp_path}/pipe: it is no ordinary file"):
        Recorder(City(()), tmp_path / "pipe")
    assert (tmp_path / "pipe").is_fifo()


def test_what_devices_have_in_common_they_have_in_common_as_processes_too(tmp_path):
    """A key that a process has made is another's, and its own again when it comes back."""
    made = (
        "from lab import certificates, keys; from lab.fake import TLS; from pathlib import Path; import sys;"
        "keys.keep_in(Path(sys.argv[1]));"
        "print(certificates.shown(sys.argv[2], TLS('modern', common=sys.argv[3]), ()).decode())"
    )

    def shown(device: str, common: str) -> str:
        run = [sys.executable, "-P", "-c", made, str(tmp_path), device, common]
        return subprocess.run(run, capture_output=True, text=True, check=True).stdout

    assert shown("nas", "library") == shown("printer", "library")
    assert shown("nas", "") == shown("nas", "") != shown("printer", "")
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


def test_a_key_that_two_make_at_once_is_the_first_ones(tmp_path, monkeypatch):
    monkeypatch.setattr(keys, "_FOLDERS", [tmp_path])

    def make() -> bytes:
        keys.kept(("a key",), lambda: b"the first")
        return b"the second"

    assert keys.kept(("a key",), make) == b"the first"
    assert keys.kept(("a key",), make) == b"the first"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_device_alone_needs_no_other_fake_and_no_cryptography():
    needed = "import sys; from lab.fake import load_fake; load_fake('modicon_plc'); print(sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-P", "-c", needed], capture_output=True, text=True, check=True).stdout
    assert "lab.devices.modicon_plc" in loaded
    assert "lab.devices.hp_printer" not in loaded
    assert "cryptography" not in loaded
    assert load_fake("no_such_device") is None
    assert load_fake("../fake") is None


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("centre",), "centre is not one device but 16"),
        (("hp_printer", "--address", "nowhere"), "nowhere is no IPv4 address"),
    ],
)
def test_what_is_no_device_or_no_address_is_named(arguments, said):
    done = subprocess.run([*CLI, "serve", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert said in done.stderr
