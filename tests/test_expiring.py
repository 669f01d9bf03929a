"""`tocsin expiring`: the calendar from the inventory."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from inventory.model import Device, Endpoint, Observation
from inventory.store import Store
from scanner import cli
from scanner.expiry import calendar, name_in
from tests.riverside import REPORT, SCAN

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
CITY = """
[[site]]
name = "depot"
networks = ["10.77.0.0/24"]
department = "Traffic"
[[site]]
name = "park"
networks = ["10.78.0.0/24"]
"""


def device(address, *seen):
    observations = tuple(
        Observation(Endpoint(address, port), protocol, facts, b"", NOON) for protocol, port, facts in seen
    )
    return Device(f"address:{address}", (address,), observations=observations)


def leaf(name, ends, **more):
    return {
        "tls.subject": f"CN={name},O=City",
        "tls.sha256": name,
        "tls.not_after": ends,
        "tls.issuer": "CN=CA",
        **more,
    }


@pytest.fixture
def listed(tmp_path, monkeypatch, capfd):
    """What the command prints of those devices: exit code, lines."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("COLUMNS", "140")
    (tmp_path / "tocsin.toml").write_text(CITY, encoding="utf-8")
    (tmp_path / "tocsin.toml").chmod(0o600)

    def run(*devices, options=()):
        with Store.open(tmp_path / "state" / "tocsin" / "inventory.db") as store:
            store.begin(SCAN, "plan")
            for one in devices:
                store.save(SCAN.id, replace(REPORT.assessments[0], device=one, outcomes=()))
            store.finish(SCAN.id, SCAN, (), REPORT.coverage)
        code = cli.run(["expiring", *options])
        out = capfd.readouterr().out
        return code, [" ".join(line.split()) for line in out.splitlines()]

    return run


def test_certificates_are_listed_by_month_those_that_ended_first(listed):
    code, lines = listed(
        device("10.77.0.1", ("tls", 443, leaf("cam1", "2091-03-05T00:00:00+00:00"))),
        device(
            "10.78.0.2", ("tls", 443, leaf("cam2", "2011-03-05T00:00:00+00:00", **{"tls.issuer": "CN=cam2,O=City"}))
        ),
        device(
            "10.79.0.3",
            ("opcua", 4840, {"opcua.certificate_subject": "CN=plc", "opcua.certificate_not_after": "2091-03-04"}),
        ),
    )
    assert code == 0
    assert lines[0] == "ends device port subject issuer whose"
    assert lines[2:] == [
        "ended",
        "2011-03-05 10.78.0.2 443/tcp cam2 itself park",
        "March 2091",
        "2091-03-04 10.79.0.3 4840/tcp plc - -",
        "2091-03-05 10.77.0.1 443/tcp cam1 CA Traffic",
        "3 certificates, 1 of them ended",
    ]


def test_days_leaves_out_what_ends_later(listed):
    soon = (datetime.now(UTC) + timedelta(days=29)).isoformat()
    later = (datetime.now(UTC) + timedelta(days=31)).isoformat()
    made = (device("10.77.0.1", ("tls", 443, leaf("soon", soon)), ("tls", 8443, leaf("later", later))),)
    _, lines = listed(*made, options=("--days", "30"))
    assert "soon" in lines[3]
    assert lines[-1] == "1 certificate, 0 of them ended"


def test_an_inventory_without_certificates_says_so(listed):
    assert listed(device("10.77.0.1")) == (0, ["0 certificates, 0 of them ended"])


def test_a_device_without_an_ip_address_is_listed_all_the_same(listed):
    heard = device("00:00:bc:00:00:01", ("tls", 443, leaf("x", "2011-03-05")))
    assert listed(heard)[1][3] == "2011-03-05 00:00:bc:00:00:01 443/tcp x CA -"


def test_what_a_certificate_says_cannot_steer_the_terminal(listed):
    _, lines = listed(device("10.77.0.1", ("tls", 443, leaf("\x1b[2J[red]x\n\u202e", "2011-03-05"))))
    assert not any("\x1b" in line or "\u202e" in line for line in lines)
    assert "[red]x" in lines[3]


@pytest.mark.parametrize("days", ["-1", "soon", "36501"])
def test_days_that_are_none_are_wrong_usage(listed, days):
    assert listed(options=("--days", days))[0] == 2


def test_a_certificate_at_two_ports_is_one_entry_and_an_authority_one_for_all():
    chain = {
        "tls.chain": ("cam", "ca"),
        "tls.chain_subjects": ("CN=cam", "CN=CA"),
        "tls.chain_not_after": ("2091-01-01", "2061-01-01"),
    }
    facts = leaf("cam", "2091-01-01", **chain)
    devices = [device(f"10.77.0.{at}", ("tls", 443, facts), ("tls", 8443, facts)) for at in (1, 2)]
    entries = calendar(devices)
    assert [(one.shown.of_authority, len(one.devices), one.endpoints) for one in entries] == [
        (True, 2, ("443/tcp", "8443/tcp")),
        (False, 1, ("443/tcp", "8443/tcp")),
        (False, 1, ("443/tcp", "8443/tcp")),
    ]


@pytest.mark.parametrize(
    ("distinguished", "name"),
    [("CN=cam\\, east,O=City", "cam, east"), ("O=City,CN=cam", "cam"), ("O=City", "O=City"), ("", "")],
)
def test_the_common_name_is_shown_where_there_is_one(distinguished, name):
    assert name_in(distinguished) == name
