"""What `tocsin night --install` writes is understood by systemd and by cron, and nobody else's file is replaced."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from scanner.night.units import MARK, times_of
from tests.conftest import TOCSIN

SITES = """
[[site]]
name = "north"
networks = ["10.20.0.0/24"]
approved_by = "test"
window = "22:30-04:00"
[[site]]
name = "depot 50%"
networks = ["10.21.0.0/24"]
approved_by = "test"
window = "01:00-05:00"
[night]
reports = "re ports"
formats = ["json"]
"""


@pytest.fixture
def place(tmp_path):
    """A folder whose name has what unit files and crontabs read as something else."""
    place = tmp_path / 'riverside 5% "new" $HOME'
    (place / "units").mkdir(parents=True)
    (place / "tocsin.toml").write_text(SITES)
    return place


def install(place: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [*TOCSIN, "--config", str(place / "tocsin.toml"), "night", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def tool(name: str, package: str) -> str:
    if (path := shutil.which(name)) is None:
        pytest.skip(f"{name} is not installed: apt-get install {package}")
    return path


def test_the_service_and_its_timer_are_what_systemd_takes_them_for(place):
    ended = install(place, "--install", "--to", str(place / "units"), "--max-duration", "3h", "--site", "depot 50%")
    assert ended.returncode == 0, ended.stderr
    assert "tocsin-night.service is written" in ended.stdout
    assert "systemctl enable --now" in ended.stdout
    service, timer = (place / "units" / f"tocsin-night.{kind}" for kind in ("service", "timer"))
    analyze = tool("systemd-analyze", "systemd")
    verified = subprocess.run(
        [analyze, "verify", "--man=no", timer, service], capture_output=True, text=True, check=False
    )
    assert (verified.returncode, verified.stderr) == (0, "")
    exposure = [analyze, "security", "--offline=true", "--no-pager", "--threshold=20", str(service)]
    judged = subprocess.run(exposure, capture_output=True, text=True, check=False)
    assert judged.returncode == 0, judged.stdout[-300:]
    text = service.read_text()
    assert "CapabilityBoundingSet=CAP_NET_RAW\n" in text
    assert 'night --site "depot 50%%" --max-duration 3h\n' in text
    assert '$$HOME/tocsin.toml"' in text
    assert 'ReadWritePaths="-' in text
    assert oct(service.stat().st_mode & 0o777) == "0o644"


def test_the_timer_fires_when_windows_open(place):
    printed = install(place, "--install", "--dry-run")
    assert re.findall(r"OnCalendar=(.*)", printed.stdout) == ["*-*-* 01:00:00", "*-*-* 22:30:00"]
    only = install(place, "--install", "systemd", "--to", "-", "--site", "north")
    assert re.findall(r"OnCalendar=(.*)", only.stdout) == ["*-*-* 22:30:00"]
    assert list((place / "units").iterdir()) == []
    assert times_of(["", ""]) == ("02:00",)


def test_a_file_that_it_did_not_write_is_left_unless_it_is_forced(place):
    unit = place / "units" / "tocsin-night.timer"
    unit.write_text("[Timer]\nOnCalendar=daily\n")
    refused = install(place, "--install", "--to", str(place / "units"))
    assert refused.returncode == 2
    assert "was written by somebody else" in refused.stderr
    assert unit.read_text() == "[Timer]\nOnCalendar=daily\n"
    assert not (place / "units" / "tocsin-night.service").exists()
    assert install(place, "--install", "--to", str(place / "units"), "--force").returncode == 0
    assert unit.read_text().startswith(MARK)
    assert install(place, "--install", "--to", str(place / "units")).returncode == 0


@pytest.mark.parametrize("option", ["heartbeat", "notify"])
def test_no_secret_is_written_where_everyone_can_read_it(place, option):
    refused = install(place, "--install", "--to", str(place / "units"), f"--{option}", "https://example.org/s3cret")
    assert refused.returncode == 2
    assert f"put {option} into [night]" in refused.stderr
    assert "s3cret" not in refused.stderr


def test_a_folder_that_is_not_there_is_said(place):
    refused = install(place, "--install", "cron", "--to", str(place / "nowhere"))
    assert refused.returncode == 2
    assert "there is no folder" in refused.stderr


def test_cron_runs_the_words_as_they_were_given(place):
    """Up to the shell: cron makes a line feed of a bare percent sign, and takes the backslash from one that has it (crontab(5))."""
    assert install(place, "--install", "cron", "--to", str(place / "units")).returncode == 0
    lines = (place / "units" / "tocsin-night").read_text().splitlines()
    entries = [line for line in lines if re.match(r"\d", line)]
    owner = place.owner()
    assert [entry.split()[:6] for entry in entries] == [
        ["0", "1", "*", "*", "*", owner],
        ["30", "22", "*", "*", "*", owner],
    ]
    command = entries[0].split(None, 6)[6]
    assert not re.search(r"(?<!\\)%", command)
    shown = command.replace(r"\%", "%").replace("&& ", "&& printf '%s\\n' ", 1)
    words = subprocess.run(["sh", "-c", shown], capture_output=True, text=True, check=True).stdout.splitlines()
    assert str(place / "tocsin.toml") in words
    assert words[-3:] == ["night", "--log-level", "warning"]


def test_cron_takes_the_lines(place):
    crontab = tool("crontab", "cron")
    printed = install(place, "--install", "cron", "--dry-run").stdout
    (place / "table").write_text(printed)
    for check in ("-n", "-T"):  # Debian's cron, and cronie
        checked = subprocess.run([crontab, check, str(place / "table")], capture_output=True, text=True, check=False)
        if "usage" not in checked.stderr:
            break
    else:
        pytest.skip("this crontab cannot check a file")
    assert checked.returncode == 0, checked.stderr
