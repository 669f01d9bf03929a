from datetime import date

import pytest

from scanner import doctor
from scanner.doctor import Ability, examine, in_force
from scanner.options import Options


@pytest.fixture
def proc(tmp_path):
    """The part of /proc that is read, of a machine where everything is allowed."""
    for path, text in {
        "self/status": "Name:\tpython\nCapEff:\t000001fffeffffff\n",
        "self/ns/user": "",
        "sys/user/max_user_namespaces": "31000\n",
        "net/route": "Iface\tDestination\tGateway\neth0\t0000140A\t00000000\t0001\t0\t0\t0\t00FCFFFF\n",
    }.items():
        (tmp_path / "proc" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "proc" / path).write_text(text)
    return tmp_path / "proc"


def of(name: str, store, proc) -> Ability:
    return next(ability for ability in examine(store, proc=proc) if ability.name == name)


def test_what_cannot_be_had_has_a_remedy(tmp_path):
    unable = [ability for ability in examine(tmp_path, proc=tmp_path / "nothing") if not ability.able]
    assert {"raw sockets", "user namespaces", "inventory", "IPv4 networks"} <= {ability.name for ability in unable}
    assert all(ability.remedy for ability in unable)


@pytest.mark.parametrize(
    ("mask", "able"),
    [("000001fffeffffff", True), ("0000000000002000", True), ("0000000000001000", False), ("0000000000000000", False)],
)
def test_raw_sockets_take_the_thirteenth_capability(tmp_path, proc, mask, able):
    (proc / "self/status").write_text(f"CapInh:\t0000000000002000\nCapEff:\t{mask}\n")
    assert of("raw sockets", tmp_path / "x.db", proc).able is able


@pytest.mark.parametrize(
    ("switch", "value"),
    [
        ("sys/user/max_user_namespaces", "0"),
        ("sys/kernel/unprivileged_userns_clone", "0"),
        ("sys/kernel/apparmor_restrict_unprivileged_userns", "1"),
    ],
)
def test_each_switch_can_forbid_user_namespaces(tmp_path, proc, monkeypatch, switch, value):
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert of("user namespaces", tmp_path / "x.db", proc).able
    (proc / switch).parent.mkdir(parents=True, exist_ok=True)
    (proc / switch).write_text(f"{value}\n")
    ability = of("user namespaces", tmp_path / "x.db", proc)
    assert not ability.able
    assert ability.remedy.startswith(f"sysctl -w {switch.removeprefix('sys/').replace('/', '.')}=")


def test_a_tool_that_is_missing_names_its_package(tmp_path, proc, monkeypatch):
    monkeypatch.setattr(doctor, "_SBIN", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert of("ip", tmp_path / "x.db", proc).remedy == "apt-get install iproute2"
    (tmp_path / "ip").write_text("#!/bin/sh\n")
    (tmp_path / "ip").chmod(0o755)
    assert of("ip", tmp_path / "x.db", proc).able


def test_an_inventory_is_possible_where_its_folder_can_be_made(tmp_path, proc):
    assert of("inventory", tmp_path / "new" / "deep" / "x.db", proc).able
    (tmp_path / "file").write_text("")
    assert not of("inventory", tmp_path / "file" / "x.db", proc).able


def test_looking_makes_nothing(tmp_path, proc):
    before = sorted(tmp_path.rglob("*"))
    examine(tmp_path / "state" / "x.db", proc=proc)
    assert sorted(tmp_path.rglob("*")) == before


def test_the_networks_here_are_listed(tmp_path, proc, monkeypatch):
    monkeypatch.setattr("sys.byteorder", "little")
    assert of("IPv4 networks", tmp_path / "x.db", proc).detail == "10.20.0.0/22 on eth0"


WAIVER = """
[[waiver]]
check = "tls-old-version"
vendor = "Acme"
owner = "the desk"
reason = "replaced in spring"
accepted = 2026-10-01
until = {}
"""


@pytest.fixture
def town(tmp_path, monkeypatch):
    """A folder with a tocsin.toml that names a policy and a register, and waivers beside it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    for name, text in {
        "tocsin.toml": '[policy]\nfile = "policy.toml"\n[register]\nfile = "register.csv"\n',
        "policy.toml": '[[rule]]\nkind = "camera"\nspeak = ["web"]\n',
        "register.csv": "address,owner\n10.20.0.5,Traffic\n10.20.0.6,Traffic\n",
        "waivers.toml": WAIVER.format("2026-11-30") + WAIVER.format("2026-11-10"),
    }.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def judged_by(town):
    return {one.name: one for one in in_force(Options(town / "tocsin.toml"), date(2026, 11, 21))}


def test_what_devices_are_judged_by_is_named(town):
    found = judged_by(town)
    assert list(found) == ["intelligence", "policy", "register", "waivers"]
    assert [one for one in found.values() if not one.able] == []
    assert found["intelligence"].detail.startswith("of 20")
    assert found["policy"].detail.startswith("policy.toml ")
    assert found["policy"].detail.endswith(": 1 rule and 0 vantages beyond what is shipped")
    assert found["register"].detail.endswith("register.csv: 2 rows")
    assert found["waivers"].detail.endswith("waivers.toml: 2 waivers, 1 expired")


def test_a_file_that_cannot_be_followed_is_named_with_its_line(town):
    for name in ("policy.toml", "waivers.toml"):
        (town / name).write_text("\n\nfoo = 1\n")
    (town / "register.csv").write_text("address\n10.20.0.5\n10.20.0.5\n")
    found = judged_by(town)
    for name, said in {"policy": "line 3", "waivers": "line 3", "register": "line 3"}.items():
        assert not found[name].able
        assert said in found[name].detail
        assert found[name].remedy


def test_what_the_city_does_not_have_is_not_asked_for(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    found = {one.name: one.detail for one in in_force(Options(), date(2026, 11, 21))}
    assert list(found) == ["intelligence", "policy"]
    assert found["policy"].startswith("built in")
