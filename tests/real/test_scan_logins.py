"""`tocsin scan --level login` over a street of real logins: every account as delivered is found, no changed one is, and nobody is brought near a lock."""

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.logins.real.stores_server import open_folder
from tests.real.logins_street import CONTRACTOR, LIMIT, NETWORK, OWN, SCANNER, STREET, Server
from tests.real.servers import as_root
from tests.real.street import CHANGED, House, build, scan
from tests.segment import Segment

pytestmark = pytest.mark.real
CHECKS = ("default-credentials", "accepts-any-password", "snmp-default-community")
SECRETS = (CONTRACTOR, CHANGED, "admin01", "foobared")
"""Those of the passwords that are no word or number which may stand anywhere."""


@dataclass
class Street:
    """The hosts at work, by number, the scanner's own folder, and what this machine lacks, by server."""

    segment: Segment
    folder: Path
    houses: dict[int, House] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)

    def furnish(self, name: str) -> None:
        """Start both servers of that name, or remember what is not installed."""
        try:
            for number, password in STREET[name].hosts:
                STREET[name].furnish(self.houses[number], password)
        except pytest.skip.Exception as missing:
            self.missing[name] = str(missing)

    def scan(self, *targets: str) -> dict[str, Any]:
        """One scan to level login, with the operator's own accounts."""
        return scan(self.segment.scanner, self.folder, list(targets), "--level", "login")

    def tocsin(self, *arguments: str) -> str:
        """What a command prints, with the scans' inventory and audit file."""
        kept = ["--store", str(self.folder / "tocsin.db"), "--audit", str(self.folder / "audit.jsonl")]
        command = ["env", "COLUMNS=400", sys.executable, "-P", "-m", "scanner.cli", *kept, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True, cwd=self.folder).stdout

    def failures(self) -> Counter[int]:
        """How many failed logins each host has written down until now."""
        hosts = [
            (server, *host)
            for name, server in STREET.items()
            if server.writes_failures_down and name not in self.missing
            for host in server.hosts
        ]
        return Counter({number: server.failures(self.houses[number], word) for server, number, word in hosts})


@dataclass(frozen=True)
class Night:
    """What two scans of one night told, and how many failed logins the hosts had written down after each."""

    street: Street
    first: dict[str, Any]
    second: dict[str, Any]
    failed: Counter[int]
    failed_later: Counter[int]

    def device(self, number: int, *, later: bool = False) -> dict[str, Any]:
        address, report = self.street.houses[number].address, self.second if later else self.first
        (found,) = [device for device in report["devices"] if device["addresses"] == [address]]
        return found  # type: ignore[no-any-return]  # JSON

    def found(self, number: int, *, later: bool = False) -> list[tuple[str, str, str]]:
        """The check, the port and the account of each account that opens the host."""
        flaws = [flaw for flaw in self.device(number, later=later)["findings"] if flaw["check"] in CHECKS]
        return [(flaw["check"], f"{flaw['port']}/{flaw['transport']}", flaw["account"]) for flaw in flaws]

    def outcome(self, number: int, check: str) -> tuple[str, str]:
        (one,) = [one for one in self.device(number)["outcomes"] if one["check"] == check]
        return one["status"], one["reason"]


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    """Every host of the street at work."""
    as_root()
    with open_folder() as folder:
        segment = Segment(SCANNER, 24, all_users=True)
        made = Street(segment, tmp_path_factory.mktemp("scanner"))
        try:
            numbers = [number for server in STREET.values() for number, _ in server.hosts]
            made.houses |= {number: build(segment, folder, number) for number in numbers}
            with ThreadPoolExecutor(4) as several:
                list(several.map(made.furnish, STREET))
            (made.folder / "tocsin.toml").write_text('[credentials]\naccounts = "accounts.toml"\n')
            (made.folder / "accounts.toml").write_text(OWN)
            yield made
        finally:
            segment.close()


@pytest.fixture(scope="module")
def night(street: Street) -> Night:
    """The whole segment scanned twice, one scan right after the other."""
    first, failed = street.scan(NETWORK), street.failures()
    second, later = street.scan(NETWORK), street.failures()
    return Night(street, first, second, failed, later)


@pytest.fixture
def server(request: pytest.FixtureRequest, street: Street) -> Server:
    """The server of that name, if this machine has it."""
    if request.param in street.missing:
        pytest.skip(street.missing[request.param])
    return STREET[request.param]


each = pytest.mark.parametrize("server", STREET, indirect=True)
each_with_a_log = pytest.mark.parametrize(
    "server", [name for name, server in STREET.items() if server.writes_failures_down], indirect=True
)


@each
def test_the_account_that_a_host_was_delivered_with_is_found_at_its_port(server, night):
    assert night.found(server.number) == [(server.check, server.port, server.account)]


@each
def test_of_a_host_whose_password_was_changed_nothing_is_reported(server, night):
    assert night.found(server.number + 100) == []
    status, reason = night.outcome(server.number + 100, server.check)
    assert status == "passed", reason
    assert "no documented default account opens it" in reason or reason == "answers to no documented community"


@each
def test_no_login_of_the_street_accepts_just_anything(server, night):
    for number, _ in server.hosts:
        status, reason = night.outcome(number, "accepts-any-password")
        assert status == "passed", reason
        assert "a wrong pair was refused by " in reason


def test_nothing_about_a_login_is_left_in_doubt(night):
    for report in (night.first, night.second):
        doubts = {
            (device["addresses"][0], outcome["check"]): outcome["reason"]
            for device in report["devices"]
            for outcome in device["outcomes"]
            if outcome["status"] not in ("found", "passed", "skipped")
        }
        assert doubts == {}
        assert report["coverage"]["unreached"] == 0
        assert report["exit"] == 1


@each_with_a_log
def test_no_host_has_seen_more_failed_logins_than_the_ledger_allows(server, night):
    for number, _ in server.hosts:
        assert night.failed[number] <= LIMIT + server.strangers[0]
    assert night.failed[server.number + 100] > server.strangers[0], "the default account was never offered to it"


def test_the_second_scan_of_the_night_makes_no_login_attempt(night):
    assert night.first["scan"]["traffic"]["login_attempts"] > 2 * len(STREET)
    assert night.second["scan"]["traffic"]["login_attempts"] == 0
    assert {device["traffic"]["login_attempts"] for device in night.second["devices"]} == {0}


@each_with_a_log
def test_the_hosts_have_seen_no_further_login_in_the_second_scan(server, night):
    for number, _ in server.hosts:
        assert night.failed_later[number] == night.failed[number] + server.strangers[1]


@each
def test_the_second_scan_of_the_night_reports_the_same_with_its_date(server, night):
    flaws, later = (
        {flaw["id"]: flaw for flaw in night.device(server.number, later=again)["findings"] if flaw["check"] in CHECKS}
        for again in (False, True)
    )
    assert night.found(server.number, later=True) == night.found(server.number)
    assert night.found(server.number + 100, later=True) == []
    assert later.keys() == flaws.keys()
    for name, flaw in later.items():
        assert re.search(
            r" That was seen at 20\d\d-\d\d-\d\d \d\d:\d\d UTC, and is not asked again within 24 hours\.",
            flaw["detail"],
        )
        assert " That was seen at " not in flaws[name]["detail"]
        assert flaw["evidence"] == flaws[name]["evidence"]


def rows_of(shown: str) -> list[list[str]]:
    """The attempts in what `tocsin ledger show` prints: device, port, protocol, account, catalogue, from and answer."""
    return [re.split(r" {2,}", line.strip())[1:] for line in shown.splitlines() if re.match(r"20\d\d-\d\d-\d\d ", line)]


def test_the_ledger_shows_every_attempt_and_no_password(night):
    shown = night.street.tocsin("ledger", "show")
    rows = rows_of(shown)
    assert shown.splitlines()[-1] == f"{len(rows)} attempts in the ledger"
    opened = {(row[0], row[1], row[4]) for row in rows if row[6] == "opened"}
    here = [server for name, server in STREET.items() if name not in night.street.missing]
    assert opened == {
        (night.street.houses[server.number].address, server.port, server.account.partition(":")[0]) for server in here
    }
    assert not [secret for secret in SECRETS if secret in shown]


@pytest.mark.parametrize("server", ["inetutils-telnetd", "busybox-telnetd", "mosquitto"], indirect=True)
def test_the_operators_own_account_is_offered_to_every_host_of_its_protocol(server, night):
    for number, _ in server.hosts:
        rows = rows_of(night.street.tocsin("ledger", "show", night.street.houses[number].address))
        assert [row[3] for row in rows if row[4] == "contractor"] == ["root"]


def test_the_password_of_no_account_is_kept_anywhere(night):
    kept = [path for path in night.street.folder.iterdir() if path.name != "accounts.toml"]
    assert {"tocsin.db", "audit.jsonl", "report.json"} <= {path.name for path in kept}
    assert [(path.name, secret) for path in kept for secret in SECRETS if secret.encode() in path.read_bytes()] == []


@pytest.mark.parametrize("server", ["lighttpd-basic"], indirect=True)
def test_a_host_that_the_ledger_was_told_to_forget_is_asked_anew(server, night):
    street = night.street
    number, address = server.number + 100, street.houses[server.number + 100].address
    before, others = street.failures(), rows_of(street.tocsin("ledger", "show", street.houses[server.number].address))
    forgotten = street.tocsin("ledger", "forget", address, "--because", "the password was changed on site")
    assert re.fullmatch(rf"{address}: forgot [34] attempts; the next scan at level login asks it again\n", forgotten)
    assert street.tocsin("ledger", "show", address) == "0 attempts in the ledger\n"
    assert '"because: the password was changed on site"' in (street.folder / "audit.jsonl").read_text()
    third = street.scan(address, street.houses[server.number].address)
    attempts = {device["addresses"][0]: device["traffic"]["login_attempts"] for device in third["devices"]}
    assert attempts == {address: LIMIT, street.houses[server.number].address: 0}
    after = street.failures()
    assert after - before == Counter({number: LIMIT})
    assert rows_of(street.tocsin("ledger", "show", street.houses[server.number].address)) == others
