import pytest

from scanner import doctor
from scanner.doctor import Ability, examine


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
