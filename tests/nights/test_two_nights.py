"""Two nights on one network: something new, something gone, something changed, something mended, and what the commands say of it."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import city, scan, tocsin

ROOT = Path(__file__).parents[2]
TARGETS = ("10.77.0.12", "10.77.0.22", "10.77.0.23", "10.77.0.29")
PORTS = ("--ports", "80,443,554,1883")


@pytest.fixture(scope="module")
def nights(namespaces: None, tmp_path_factory: pytest.TempPathFactory):
    """On the second night the gateway's broker wants an account, the camera's video is off, the printer is gone and a parking meter has come."""
    folder = tmp_path_factory.mktemp("nights")
    with city("--mode", "namespace", "--only", "axis_camera,lighting_gateway,hp_printer") as described:
        assert scan(described, folder, *TARGETS, *PORTS).returncode == 1
    shutil.copytree(ROOT / "lab", folder / "second" / "lab")
    gateway = folder / "second/lab/devices/lighting_gateway.py"
    mend(gateway, "import Mqtt", "import Mqtt\nfrom lab.account import Account")
    mend(gateway, 'version="mosquitto version 2.0.18"', 'account=Account("lights")')
    mend(folder / "second/lab/devices/axis_camera.py", "        Rtsp(realm=_REALM, account=_ACCOUNT),\n", "")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", f"{folder / 'second'}:{ROOT}")
        with city("--mode", "namespace", "--only", "axis_camera,lighting_gateway,flowbird_meter") as described:
            assert scan(described, folder, *TARGETS, *PORTS).returncode == 1
    described["enter"] = []
    return described, folder


def mend(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))


def said(nights: tuple[dict[str, Any], Path], *words: str) -> str:
    described, folder = nights
    ended = subprocess.run(tocsin(described, folder, *words), capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def sections(text: str) -> dict[str, str]:
    """What stands under each head of a diff."""
    parts = [part.partition("\n") for part in text.split("\n\n")]
    return {head.partition(" (")[0]: rest for head, _, rest in parts}


def test_the_difference_is_told(nights):
    told = sections(said(nights, "diff"))
    assert "10.77.0.23 1883/tcp A service lets everyone in without an account" in told["Findings: fixed"]
    assert "10.77.0.22 443/tcp Expired certificate" in told["Findings: new"]
    assert "10.77.0.29 80/tcp Old firmware" in told["Findings: not observed"]
    assert "the device was not seen" in told["Findings: not observed"]
    assert "10.77.0.22  Flowbird Strada parking-meter" in told["Devices: new"]
    assert "10.77.0.12  Axis P3245-LV camera" in told["Devices: changed"]
    assert "554/tcp no longer answers" in told["Devices: changed"]
    assert "10.77.0.29  HP LaserJet 400 M401dn printer" in told["Devices: not observed"]
    assert not {"10.77.0.23", "10.77.0.12"} & set(told["Devices: not observed"].split())


def test_every_device_ever_seen_is_listed(nights):
    listed = said(nights, "devices")
    assert [line.split()[0] for line in listed.splitlines() if line.startswith("10.")] == list(TARGETS)
    assert "4 devices" in listed


@pytest.mark.parametrize(
    "name", ["10.77.0.12", "ac:cc:8e:01:23:45", "AC-CC-8E-01-23-45", "accc.8e01.2345", "ACCC8E012345"]
)
def test_a_device_is_known_by_address_mac_and_serial(nights, name):
    shown = said(nights, "show", name)
    assert shown.startswith("10.77.0.12  Axis P3245-LV camera\n")
    assert "scans: 2" in shown


def test_a_device_is_known_by_the_beginning_of_its_id(nights):
    (line,) = [line for line in said(nights, "show", "10.77.0.29").splitlines() if line.startswith("id ")]
    identity = line.split()[1].rstrip(";")
    assert said(nights, "show", identity[:-2]) == said(nights, "show", "10.77.0.29")


def test_why_names_the_finding_and_the_remedy(nights):
    told = said(nights, "why", "10.77.0.22")
    assert "Expired certificate" in told
    assert "Renew" in told or "Install a new certificate" in told
    assert "nothing was found that raises its score" in said(nights, "why", "10.77.0.12")


def test_why_says_of_what_is_only_told_that_it_weighs_nothing(nights):
    """The broker that now asks for a password, in clear, does not tell its version to strangers any more."""
    told = said(nights, "why", "10.77.0.23")
    assert "10.0 of 100, low" in told
    assert re.search(r"\+10\.0  [0-9a-f]{8}  low +A message broker is reached in clear", told)
    assert re.search(r"\+0\.0  [0-9a-f]{8}  info +Firmware of unknown age", told)


@pytest.mark.parametrize(
    ("command", "name"), [("show", "10.77.0.99"), ("why", "00:00:00:00:00:01"), ("show", "nobody")]
)
def test_an_unknown_device_is_named(nights, command, name):
    described, folder = nights
    ended = subprocess.run(tocsin(described, folder, command, name), capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert ended.stderr == f"tocsin: no device {name!r} among the 4 in the inventory; `tocsin devices` lists them\n"
