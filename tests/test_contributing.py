"""What CONTRIBUTING.md names is there, and its example of an account can be read."""

import re
from pathlib import Path

import pytest

from checks.credentials import read
from checks.doors import WAYS
from checks.forms import load_forms

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
PATHS = sorted(set(re.findall(r"`((?:checks|inventory|lab|scanner|tests|bench)/[\w./-]+)`", TEXT)))


@pytest.mark.parametrize("path", [path for path in PATHS if "NAME" not in path])
def test_every_file_that_it_names_is_there(path):
    assert (ROOT / path).exists()


def test_the_example_of_an_account_can_be_read():
    (example,) = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    (entry,) = read(example, "CONTRIBUTING.md")
    assert entry.fits("ACME", "GW-200", "gateway", "3.2")
    assert (entry.lock_threshold, entry.seldom, entry.firmware_before) == (5, True, "4.0.0")


def test_the_door_and_the_form_that_it_shows_are_there():
    assert "redis" in WAYS
    assert "dahua-rpc2" in load_forms()


def test_every_login_driver_has_a_door():
    drivers = {path for path in (ROOT / "scanner" / "logins").glob("*.py") if "async def attempt(" in path.read_text()}
    names = {found[1] for path in drivers if (found := re.search(r'^NAME = "([^"]+)"', path.read_text(), re.MULTILINE))}
    assert names - {"snmp"} <= set(WAYS)  # communities have a check of their own
