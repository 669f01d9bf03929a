from datetime import date
from ipaddress import IPv4Network, ip_network
from pathlib import Path

import pytest

from inventory.errors import ConfigError, ScopeError
from inventory.model import Level
from scanner.config import PaceOverrides, Settings, find_settings, load_settings
from scanner.networks import Connected, connected
from scanner.nightly import Retention
from scanner.starter import starter

WHOLE = """\
# tocsin.toml
store = "kept/inventory.db"
audit = "/var/log/tocsin/audit.jsonl"
[city]
name = "Riverside"
[[site]]
name = "traffic-north"
networks = ["10.20.0.0/22", "fd00:1::/64"]
deny = ["10.20.0.1"]
department = "Transport"
approved_by = "CISO, ticket 4711"
valid_until = 2027-03-31
level = "login"
window = "01:00-05:00"
never_touch = [7001, 4000]
snmp_community = "river-ro"
[site.pace]
packets_per_second = 500
device_packets_per_second = 40.5
connections_per_device = 1
device_connections_per_second = 4
[[site]]
name = "library"
networks = ["192.168.7.0/24"]
"""


@pytest.fixture
def load(tmp_path):
    def load(text: str) -> Settings:
        path = tmp_path / "tocsin.toml"
        path.write_text(text)
        path.chmod(0o600)
        return load_settings(path)

    return load


def site(lines: str) -> str:
    """A site with those lines from line 4 on."""
    return f'[[site]]\nname = "north"\nnetworks = ["10.0.0.0/24"]\n{lines}\n'


def test_reads_all_that_a_site_may_say(load, tmp_path):
    settings = load(WHOLE)
    north, library = settings.sites
    assert settings.city == "Riverside"
    assert settings.store == tmp_path / "kept" / "inventory.db"
    assert settings.audit == Path("/var/log/tocsin/audit.jsonl")
    assert north.networks == (ip_network("10.20.0.0/22"), ip_network("fd00:1::/64"))
    assert north.deny == (ip_network("10.20.0.1/32"),)
    assert (north.department, north.approved_by) == ("Transport", "CISO, ticket 4711")
    assert (north.valid_until, north.level, north.window) == (date(2027, 3, 31), Level.LOGIN, "01:00-05:00")
    assert north.never_touch == {7001, 4000}
    assert north.pace == PaceOverrides(500, 40.5, 1, 4)
    assert north.pace.changes()["device_packets_per_second"] == 40.5
    assert (library.level, library.valid_until, library.pace.changes()) == (Level.IDENTIFY, None, {})
    assert settings.site("library") is library
    assert settings.warnings == ()


def test_the_community_is_in_no_repr(load):
    settings = load(WHOLE)
    assert settings.sites[0].snmp_community == "river-ro"
    assert "river-ro" not in repr(settings)


def test_a_community_that_others_may_read_is_warned_of(load, tmp_path):
    load(WHOLE)
    (tmp_path / "tocsin.toml").chmod(0o640)
    (warning,) = load_settings(tmp_path / "tocsin.toml").warnings
    assert "chmod 600" in warning
    assert "river-ro" not in warning


WRONG = [
    ('[[site]]\nname = "a"\nnetwroks = []', r"line 3: \[\[site\]\] has no key 'netwroks'; did you mean 'networks'\?"),
    ('[city]\nname = "a"\ntitle = "b"', r"line 3: \[city\] has no key 'title'; known: name"),
    ("\n[[sites]]\nname = 1", r"line 2: the top of the file has no key 'sites'; did you mean 'site'\?"),
    ('[city]\nname = "a', r"line 2: "),
    ("[city]\nname = 5", r"line 2: name must be text in quotes, not 5"),
    ("[city]\nname = [", r"line 2: "),
    ('city = "x"', r"line 1: city must be a table, headed \[city\]"),
    ('[site]\nname = "x"', r"line 1: each site must be a table of its own, headed \[\[site\]\]"),
    ('[[site]]\nnetworks = ["10.0.0.0/8"]', r"line 1: \[\[site\]\] needs a name"),
    ('[[site]]\nname = "north"', r"line 1: the site 'north' needs networks"),
    ('[[site]]\nname = "north"\nnetworks = "10.0.0.0/8"', r"line 3: networks must be a list of networks"),
    (
        '[[site]]\nname = "n"\nnetworks = [\n  "10.0.0.0/8",\n  "10.1.2.3/16",\n]',
        r"line 5: in networks, '10.1.2.3/16' has bits beyond its mask; did you mean '10.1.0.0/16'\?",
    ),
    ('[[site]]\nname = "n"\nnetworks = ["city hall"]', r"line 3: in networks, 'city hall' is not a network"),
    (site("deny = [3]"), r"line 4: deny must be a list of networks; 3 is none"),
    (site('valid_until = "2027-03-31"'), r"line 4: valid_until must be a date without quotes"),
    (site("valid_until = 2027-03-31T00:00:00"), r"line 4: valid_until must be a date"),
    (site('level = "logins"'), r"line 4: level must be 'identify' or 'login', not 'logins'; did you mean 'login'\?"),
    (site('window = "1-5"'), r"line 4: window must be two times of day"),
    (site('window = "05:00-05:00"'), r"line 4: window must be two times of day"),
    (site("never_touch = [0]"), r"line 4: in never_touch, 0 is no port"),
    (site("never_touch = [true]"), r"line 4: never_touch must be a list of port numbers; True is none"),
    (site("snmp_community = 17"), r"line 4: snmp_community must be text in quotes$"),
    (site('tls = "vulnerabilities"'), r"line 4: tls must be 'posture' or 'full', not 'vulnerabilities'"),
    (site("tls = true"), r"line 4: tls must be text in quotes, not True"),
    (
        site('tls_profile = "mozila-modern"'),
        r"line 4: there is no TLS profile 'mozila-modern'; did you mean 'mozilla-modern'; known: device, ",
    ),
    ('[city]\nname = "a"\n[tls]\nprofile = "pci"', r"line 4: there is no TLS profile 'pci'; known: device, "),
    ("[tls]\nkeys = []", r"line 2: \[tls\] has no key 'keys'; known: profile, known_keys"),
    ('[tls]\nknown_keys = "a.txt"', r"line 2: known_keys must be a list of files"),
    (
        site("[site.pace]\nconnections_per_device = 1.5"),
        r"line 5: connections_per_device must be a whole number above 0",
    ),
    (site("[site.pace]\npackets_per_second = 0"), r"line 5: packets_per_second must be a number above 0, not 0"),
    (site("[site.pace]\npackets_per_second = nan"), r"line 5: packets_per_second must be a number above 0"),
    (site("[site.pace]\nspeed = 9"), r"line 5: \[site.pace\] has no key 'speed'"),
    (site("") + site(""), r"line 6: there are two sites named 'north'"),
    (site("") + site("level = 3").replace("north", "south"), r"line 8: level must be text"),
    ('[city]\nname = """\nlevel = 1\n"""\n[[site]]\nlevel = 1\n', r"line 5: \[\[site\]\] needs a name"),
]


@pytest.mark.parametrize(("text", "complaint"), WRONG, ids=[complaint[:60] for _, complaint in WRONG])
def test_what_is_wrong_is_named_with_its_line(load, text, complaint):
    with pytest.raises(ConfigError, match=r"tocsin\.toml " + complaint):
        load(text)


def test_bytes_that_are_no_text_are_named_with_their_line(tmp_path):
    path = tmp_path / "tocsin.toml"
    path.write_bytes(b"[city]\nname = '\xe9'\n")
    with pytest.raises(ConfigError, match="line 2: this is not UTF-8"):
        load_settings(path)


def test_a_site_without_approval_is_refused_by_the_scope(load):
    settings = load(WHOLE)
    settings.sites[0].require_approval()
    with pytest.raises(ScopeError, match="nobody has approved a scan of the site 'library'"):
        settings.sites[1].require_approval()


def test_an_unknown_site_names_the_one_that_was_meant(load):
    with pytest.raises(ConfigError, match=r"no site 'libary'.*did you mean 'library'"):
        load(WHOLE).site("libary")


def test_the_file_here_is_found_and_none_is_no_error(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert find_settings(None) == Settings()
    Path("tocsin.toml").write_text(WHOLE)
    assert find_settings(None).city == "Riverside"


def test_a_file_that_was_named_must_be_there(tmp_path):
    with pytest.raises(ConfigError, match=r"cannot read .*nowhere.toml: No such file"):
        find_settings(tmp_path / "nowhere.toml")


# /proc/net/route of a Debian machine with a default route, a private network, a container bridge and a link-local route (x86, little endian).
ROUTES = """\
Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t0100140A\t0003\t0\t0\t0\t00000000\t0\t0\t0
eth0\t0000140A\t00000000\t0001\t0\t0\t0\t00FCFFFF\t0\t0\t0
docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0
eth0\t0000FEA9\t00000000\t0001\t0\t0\t1000\t0000FFFF\t0\t0\t0
eth1\t0000A8C0\t0100140A\t0003\t0\t0\t0\t00FFFFFF\t0\t0\t0
"""


def test_the_networks_here_are_those_without_a_gateway(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.byteorder", "little")
    (tmp_path / "route").write_text(ROUTES)
    assert connected(tmp_path / "route") == (
        Connected(IPv4Network("10.20.0.0/22"), "eth0"),
        Connected(IPv4Network("172.17.0.0/16"), "docker0"),
    )
    assert connected(tmp_path / "nothing") == ()


def test_the_starter_loads_and_waits_for_an_approval(load):
    networks = (Connected(IPv4Network("10.20.0.0/22"), "eth0"), Connected(IPv4Network("10.30.0.0/22"), "eth0"))
    settings = load(starter(networks))
    assert [site.networks for site in settings.sites] == [(networks[0].network,), (networks[1].network,)]
    with pytest.raises(ScopeError):
        settings.sites[0].require_approval()


def test_the_starter_of_a_machine_without_networks_loads_too(load):
    assert load(starter(())).sites == ()


def test_what_the_starter_has_in_comments_is_understood(load):
    text = starter((Connected(IPv4Network("10.20.0.0/22"), "eth0"),))
    told = "\n".join(line.removeprefix("# ") if "=" in line or "[" in line else line for line in text.splitlines())
    settings = load(told)
    assert settings.store is not None
    assert settings.vantage == "office"
    assert settings.register is not None
    assert settings.policy is not None
    assert settings.waivers is not None
    assert settings.sites[0].pace == PaceOverrides(500, 40, 1, 4)
    assert settings.nights.max_duration == 3 * 3600
    assert settings.retention == Retention()
    assert settings.contacts == {"Transport": "Anna Example, +1 555 0100"}


def test_the_site_and_the_department_of_an_address_are_of_one_site(tmp_path):
    path = tmp_path / "tocsin.toml"
    site = '[[site]]\nname = "{}"\nnetworks = ["10.20.0.0/24"]\ndepartment = "{}"\n'
    path.write_text(site.format("alpha", "Zoo") + site.format("beta", "Art"))
    settings = find_settings(path)
    assert (settings.site_of("10.20.0.5"), settings.department("10.20.0.5")) == ("beta", "Art")
