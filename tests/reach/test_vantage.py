"""The place from which a scan looks: named by the operator, held against the policy, kept with the scan."""

from datetime import datetime

import pytest

from checks.policy import Policy, Vantage
from inventory.errors import ConfigError
from scanner.config import Settings, load_settings
from scanner.jobs import Request, build
from scanner.plan import describe

NOON = datetime(2026, 11, 21, 12, 0).astimezone()
PLACES = Policy(vantages=(Vantage("office", "small"), Vantage("guest-wifi", "open")), name="policy.toml")
FILE = """
vantage = "office"
[[site]]
name = "north"
networks = ["192.0.2.0/25"]
deny = ["192.0.2.7", "192.0.2.200"]
approved_by = "CISO"
[[site]]
name = "library"
networks = ["198.51.100.0/25"]
approved_by = "CISO"
vantage = "guest-wifi"
"""


@pytest.fixture
def load(tmp_path):
    def load(text: str) -> Settings:
        (tmp_path / "tocsin.toml").write_text(text)
        (tmp_path / "tocsin.toml").chmod(0o600)
        return load_settings(tmp_path / "tocsin.toml")

    return load


def job(settings: Settings | None = None, policy: Policy | None = None, **wishes: object):
    wishes = wishes if "site" in wishes else {"targets": ("192.0.2.9",), "authorised_by": "test"} | wishes
    return build(Request(**wishes), settings or Settings(), NOON, policy=policy)  # type: ignore[arg-type] # a test's words


def test_nobody_need_say_from_where():
    plain = job()
    assert plain.scan.vantage == ""
    assert "vantage" not in describe(plain)


def test_the_command_line_outranks_the_site_and_the_site_the_machine(load):
    settings = load(FILE)
    assert job(settings, site="north").scan.vantage == "office"
    assert job(settings, site="library").scan.vantage == "guest-wifi"
    assert job(settings, site="library", vantage="vpn").scan.vantage == "vpn"
    assert job(settings).scan.vantage == "office"


def test_the_plan_says_it_and_a_scan_from_elsewhere_is_another_question():
    named = job(vantage="office")
    assert "vantage:       office: what answers is reached from there" in describe(named)
    assert len({named.plan, job(vantage="guest-wifi").plan, job().plan}) == 3
    assert job(vantage="office").plan == named.plan


def test_the_check_is_told_from_where_the_scan_looks():
    (judge,) = [check.judge for check in job(policy=PLACES, vantage="office").checks if check.id == "forbidden-reach"]
    assert judge.keywords["policy"].vantage == "office"


@pytest.mark.parametrize("name", ["", " ", "guest wifi", "-wifi", "wifi\x1b[2J", "wi/fi", "a" * 33, "Gäste"])
def test_a_vantage_is_a_short_word(name, load):
    with pytest.raises(ConfigError, match="--vantage must be a short word"):
        job(vantage=name)
    if name.strip() and name.isprintable():
        with pytest.raises(ConfigError, match=r"tocsin\.toml line 1: vantage must be a short word"):
            load(f'vantage = "{name}"\n')


def test_a_vantage_that_the_policy_does_not_know_is_most_likely_misspelt():
    with pytest.raises(ConfigError, match=r"policy\.toml\) has no vantage 'guest_wifi'; did you mean 'guest-wifi'\?"):
        job(policy=PLACES, vantage="guest_wifi")
    assert job(policy=PLACES).scan.vantage == ""


def test_what_is_denied_is_kept_with_the_scan_as_far_as_it_was_asked_for(load):
    assert job(load(FILE), site="north").scan.left_out == ("192.0.2.7",)
