"""How deep TLS is asked, what it is held against and which keys are known: from the command line and `tocsin.toml` to the job and its plan."""

from datetime import datetime
from pathlib import Path

import pytest

from checks.profiles import profile_named
from inventory.errors import ConfigError
from inventory.model import Level
from scanner.config import Settings, load_settings
from scanner.conversation import Depth
from scanner.jobs import Request, build
from scanner.plan import describe

NOW = datetime(2026, 11, 21, 2, 0).astimezone()
DIGEST = "ab" * 32
TWO_SITES = """
[tls]
profile = "nist-800-52r2"
known_keys = ["ours.txt"]

[[site]]
name = "north"
networks = ["192.0.2.0/25"]
approved_by = "CISO"
tls = "full"
tls_profile = "bsi-tr-02102-2"

[[site]]
name = "south"
networks = ["192.0.2.128/25"]
approved_by = "CISO"
"""


@pytest.fixture
def two_sites(tmp_path) -> Settings:
    path = tmp_path / "tocsin.toml"
    path.write_text(TWO_SITES)
    path.chmod(0o600)
    (tmp_path / "ours.txt").write_text(f"{DIGEST} the old gateway\n")
    return load_settings(path)


def job(settings=None, **wishes):
    wishes = {"targets": ("192.0.2.7",), "authorised_by": "test"} | wishes
    return build(Request(**wishes), settings or Settings(), NOW)


def told(job, check="tls-profile"):
    """What a check of the job is told by keyword."""
    (judge,) = [one.judge for one in job.checks if one.id == check]
    return getattr(judge, "keywords", {})


def test_unless_told_otherwise_the_posture_is_asked_and_nothing_more_is_wanted():
    plain = job()
    assert (plain.depth, plain.requested, plain.profile) == (Depth.POSTURE, frozenset(), "device")
    assert told(plain) == {"profile": profile_named("device")}


@pytest.mark.parametrize(
    ("tls", "depth"), [(("posture",), Depth.POSTURE), (("full",), Depth.FULL), (("posture", "full"), Depth.FULL)]
)
def test_in_full_includes_the_posture(tls, depth):
    assert job(tls=tls).depth is depth


def test_flaws_are_tested_for_only_at_level_login():
    asked = job(tls=("vulnerabilities",), level=Level.LOGIN)
    assert asked.depth is Depth.POSTURE
    assert asked.requested - job(level=Level.LOGIN).requested == {"tls_flaws"}
    with pytest.raises(ConfigError, match=r"--tls vulnerabilities .* needs --level login"):
        job(tls=("vulnerabilities",))


def test_the_site_that_is_scanned_says_how(two_sites):
    north = job(two_sites, targets=(), site="north", authorised_by=None)
    assert (north.depth, north.profile) == (Depth.FULL, "bsi-tr-02102-2")
    assert told(north) == {"profile": profile_named("bsi-tr-02102-2")}
    south = job(two_sites, targets=(), site="south", authorised_by=None)
    assert (south.depth, south.profile) == (Depth.POSTURE, "nist-800-52r2")


def test_the_command_line_goes_before_the_site(two_sites):
    north = job(two_sites, targets=(), site="north", authorised_by=None, tls=("posture",), tls_profile="device")
    assert (north.depth, north.profile) == (Depth.POSTURE, "device")


def test_networks_that_are_named_belong_to_no_site(two_sites):
    named = job(two_sites, targets=("192.0.2.7",))
    assert (named.depth, named.profile) == (Depth.POSTURE, "nist-800-52r2")


def test_an_unknown_profile_is_refused():
    with pytest.raises(
        ConfigError, match="there is no TLS profile 'nist-800'; did you mean 'nist-800-52r2'; known: device"
    ):
        job(tls_profile="nist-800")
    with pytest.raises(ConfigError, match="there is no TLS profile ''; known: device, mozilla-modern, "):
        job(tls_profile="")


def test_lists_of_known_keys_are_read_before_anything_is_sent(two_sites, tmp_path):
    missing = tmp_path / "missing.txt"
    with pytest.raises(ConfigError, match=r"missing\.txt"):
        job(two_sites, known_keys=(missing,))
    broken = tmp_path / "broken.txt"
    broken.write_text(f"{DIGEST}\nno hash\n")
    with pytest.raises(ConfigError, match=r"broken.txt line 2: "):
        job(known_keys=(broken,))
    (tmp_path / "ours.txt").unlink()
    with pytest.raises(ConfigError, match=r"ours\.txt"):
        job(two_sites)


def test_another_depth_or_profile_is_another_question():
    plans = [
        job().plan,
        job(tls=("full",)).plan,
        job(tls_profile="mozilla-modern").plan,
        job(level=Level.LOGIN).plan,
        job(tls=("vulnerabilities",), level=Level.LOGIN).plan,
    ]
    assert len(set(plans)) == len(plans)
    assert job(tls=("posture",), tls_profile="device").plan == plans[0]


@pytest.mark.parametrize(
    ("wishes", "line"),
    [
        ({}, "TLS:           the posture: at most 15 hellos an endpoint, with those that identify it"),
        (
            {"tls_profile": "mozilla-modern"},
            "; held against mozilla-modern, for whose list of suites --tls full must be asked",
        ),
        ({"tls": ("full",), "tls_profile": "mozilla-modern"}, "; held against mozilla-modern\n"),
        ({"tls": ("full",)}, "TLS:           in full: "),
        ({"tls": ("vulnerabilities",), "level": Level.LOGIN}, "; tests for known flaws, besides: tls_flaws"),
    ],
)
def test_the_plan_says_what_of_tls_is_asked(wishes, line):
    assert line in describe(job(**wishes))


def test_paths_of_lists_are_relative_to_the_configuration(two_sites, tmp_path):
    assert two_sites.known_keys == (Path(tmp_path / "ours.txt"),)
