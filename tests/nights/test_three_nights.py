"""Three nights in a row over a city that changes by day: what is new, fixed, back and out of sight, as every output tells it, and what rings.

Ten devices stand in network namespaces, with ARP and MAC addresses of their own, and are changed through the lab's own socket. What each night has to say
follows from the lab's truth of that night and of those before, and from nothing that the scanner says.
"""

import json
import os
import re
import subprocess
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from lab.control import ask, the_city
from lab.running import Note
from tests.conftest import city, tocsin
from tests.nights.hook import Hook, hooked
from tests.nights.town import Spent, clock

pytestmark = [pytest.mark.timeout(300), pytest.mark.usefixtures("namespaces")]
pytest.importorskip("apprise", reason="apprise is not installed: pip install 'tocsin[notify]'")

NETWORK = f"10.{180 + os.getpid() % 50}.{os.getpid() // 50 % 250}"
HOSTS = {
    "hikvision_camera": 10,
    "flowbird_meter": 22,
    "lighting_gateway": 23,
    "modicon_plc": 24,
    "loytec_controller": 25,
    "air_sensor": 26,
    "teltonika_router": 27,
    "hp_printer": 29,
    "hid_controller": 30,
    "open_recorder": 31,
}
FIRST = datetime(2026, 11, 24, 1, 10)  # noqa: DTZ001 - the city's local time
A_DAY = timedelta(days=1, minutes=20)
"""From one night to the next: what a device was asked is answered anew after 24 hours."""
BEFORE_FIRST = ({"do": "set", "device": "lighting_gateway", "setting": "broker", "value": "off"},)
BEFORE_SECOND = (
    {"do": "on", "device": "modicon_plc"},
    {"do": "off", "device": "hid_controller"},
    {"do": "set", "device": "flowbird_meter", "setting": "address", "value": f"{NETWORK}.122"},
    {"do": "set", "device": "hikvision_camera", "setting": "password", "value": "kite-plum"},
    {"do": "set", "device": "hikvision_camera", "setting": "telnet", "value": "off"},
    {"do": "set", "device": "lighting_gateway", "setting": "broker", "value": "open"},
)
BEFORE_THIRD = (
    {"do": "on", "device": "hid_controller"},
    {"do": "off", "device": "teltonika_router"},
    {"do": "set", "device": "teltonika_router", "setting": "address", "value": f"{NETWORK}.127"},
    {"do": "set", "device": "loytec_controller", "setting": "address", "value": f"{NETWORK}.27"},
    {"do": "set", "device": "flowbird_meter", "setting": "address", "value": f"{NETWORK}.22"},
    {"do": "set", "device": "hikvision_camera", "setting": "password", "value": "factory"},
)
Flaw: TypeAlias = tuple[str, str, str]
"""A device's name, a check, and where ("80/tcp")."""
PASSWORD: Flaw = ("hikvision_camera", "default-credentials", "80/tcp")
STILL = "still there"
STATES = ("new", "regressed", "seen again", STILL, "not observed", "fixed")


@dataclass
class Night:
    """A night: what was true of the city, and all that was told of it."""

    truth: dict[str, Any]
    record: dict[str, Any]
    spent: Spent
    folder: Path
    report: Any
    notices: list[dict[str, str]]
    lists: dict[str, Any]
    change: Any = None

    @property
    def names(self) -> dict[str, str]:
        """The lab's names of the devices by their MAC addresses."""
        return {device["mac"]: device["name"] for device in self.truth["devices"]}

    @property
    def flaws(self) -> set[Flaw]:
        """What is wrong, as the lab knows it."""
        return {
            (device["name"], flaw["check"], f"{flaw['port']}/{flaw['transport']}")
            for device in self.truth["devices"]
            for flaw in device["findings"]
        }

    @property
    def rung(self) -> list[str]:
        """The ids of the findings that were told one by one."""
        return [
            found for notice in self.notices[:-1] for found in re.findall(r"finding ([0-9a-f]{16})\b", notice["text"])
        ]

    @property
    def counted(self) -> dict[str, int]:
        """What its page counts of the changes, by their heads."""
        page = (self.folder / "city.html").read_text()
        counts = re.search(r'<ul class="counts"[^>]*>(.*?)</ul>', page, re.DOTALL)
        assert counts
        found = re.findall(r"<strong>(\d+)</strong> ([^<]+)<", counts[1])
        return {re.sub(r"\b(finding|device)\b", r"\1s", name): int(number) for number, name in found}


@dataclass
class Past:
    """All three nights: what was told after them (`late`), by a fourth call (`quiet`) and by `tocsin show` of each device, and the lab's record."""

    nights: list[Night]
    late: list[dict[str, str]]
    quiet: Spent
    shown: dict[str, Any]
    audit: str

    def name(self, device: dict[str, Any]) -> str:
        """What the lab calls a device of a report, a list or a diff."""
        return self.names[device["mac"]]

    @property
    def names(self) -> dict[str, str]:
        """The lab's names of all devices by their MAC addresses."""
        return {mac: name for night in self.nights for mac, name in night.names.items()}

    @property
    def ids(self) -> dict[str, Flaw]:
        """What each finding is, by its id."""
        return {
            found["id"]: (self.names[device["mac"]], found["check"], f"{found['port']}/{found['transport']}")
            for night in self.nights
            for device in night.report["devices"]
            for found in device["findings"]
        }

    def told(self, number: int) -> dict[str, set[Flaw]]:
        """The findings by the states that the diff of a night gives them."""
        states: dict[str, set[Flaw]] = {state: set() for state in STATES}
        for change in self.nights[number].change["findings"]:
            states[change["state"]].add(self.ids[change["id"]])
        return states

    def due(self, number: int) -> dict[str, set[Flaw]]:
        """The findings by the states that they have by the lab's truth."""
        now, before = self.nights[number].flaws, self.nights[number - 1].flaws
        ever = set().union(*(night.flaws for night in self.nights[:number]))
        there, were = (set(self.nights[at].names.values()) for at in (number, number - 1))
        return {
            "new": now - ever,
            "regressed": {flaw for flaw in now & ever - before if flaw[0] in were},
            "seen again": {flaw for flaw in now & ever - before if flaw[0] not in were},
            STILL: now & before,
            "not observed": {flaw for flaw in before - now if flaw[0] not in there},
            "fixed": {flaw for flaw in before - now if flaw[0] in there},
        }

    def devices(self, number: int) -> dict[str, set[str]]:
        """The devices by the states that the diff of a night gives them."""
        states: dict[str, set[str]] = {}
        for change in self.nights[number].change["devices"]:
            states.setdefault(change["state"], set()).add(self.names[change["mac"]])
        return states


class Watch:
    """Spends the nights, with its inventory in `folder`."""

    def __init__(self, described: dict[str, Any], note: Note, hook: Hook, folder: Path) -> None:
        self._described, self._note, self._hook, self._folder = described, note, hook, folder
        self.now = FIRST
        config = folder / "tocsin.toml"
        config.write_text(
            f'[city]\nname = "Riverside"\n[night]\nreports = "reports"\nformats = ["html", "json"]\n'
            f'[[site]]\nname = "city"\nnetworks = ["{NETWORK}.0/24"]\napproved_by = "test"\nlevel = "login"\nwindow = "01:00-05:00"\n'
        )
        config.chmod(0o600)

    def change(self, *orders: dict[str, str]) -> None:
        """Change the city by day. Its own clock does not know that days pass: so its counts of failed logins begin anew."""
        for order in ({"do": "reset"}, *orders):
            ask(self._note, order)

    def night(self, notices: int) -> Night:
        """Spend a night, in which so many notices are due, and read everything the next morning."""
        truth = ask(self._note, {"do": "truth"})
        spent = self._run(self.now, "night", "--pace", "lab", "--notify", self._hook.url)
        assert spent.code == 1, spent.err
        record = ask(self._note, {"do": "record"})
        heard = self._hook.heard(notices)
        folder = self._folder / "reports" / f"{self.now:%Y-%m-%d}"
        report = json.loads((folder / "city.json").read_text())
        self.now += A_DAY
        lists = {name: json.loads(self.says(name, "--format", "json"))[name] for name in ("devices", "findings")}
        return Night(truth, record, spent, folder, report, heard, lists)

    def again(self) -> Spent:
        """Call the night once more a quarter of an hour later."""
        return self._run(self.now - A_DAY + timedelta(minutes=15), "night", "--pace", "lab", "--notify", self._hook.url)

    def changed(self) -> Any:
        """What `tocsin diff` says of the newest night."""
        return json.loads(self.says("diff", "--format", "json"))

    def says(self, *words: str) -> str:
        """What another command prints the next morning."""
        done = self._call(self.now - A_DAY + timedelta(hours=6), *words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _run(self, at: datetime, *words: str) -> Spent:
        done = self._call(at, *words)
        return Spent(done.returncode, done.stdout, done.stderr)

    def _call(self, at: datetime, *words: str) -> "subprocess.CompletedProcess[str]":
        command = tocsin(self._described, self._folder, "--config", str(self._folder / "tocsin.toml"), *words)
        quiet = subprocess.DEVNULL
        return subprocess.run(command, capture_output=True, text=True, stdin=quiet, env=clock(at), check=False)


@pytest.fixture(scope="module")
def past(namespaces: None, tmp_path_factory: pytest.TempPathFactory) -> Past:
    """Three nights, and what was done to the city in all of them."""
    folder = tmp_path_factory.mktemp("three")
    up = ["--network", f"{NETWORK}.0/24", "--only", ",".join(HOSTS), "--off", "modicon_plc"]
    with city("--mode", "namespace", *up) as described, hooked(described["enter"]) as hook:
        watch = Watch(described, the_city(f"{NETWORK}.0/24"), hook, folder)
        watch.change(*BEFORE_FIRST)
        nights = [watch.night(2)]
        for orders in (BEFORE_SECOND, BEFORE_THIRD):
            watch.change(*orders)
            nights.append(watch.night(2))
            nights[-1].change = watch.changed()
        quiet = watch.again()
        shown = {
            name: json.loads(watch.says("show", mac, "--format", "json"))
            for mac, name in nights[0].names.items()
            if name in ("loytec_controller", "teltonika_router")
        }
        return Past(nights, hook.rest(), quiet, shown, watch.says("audit", "verify"))


def test_each_night_finds_what_is_wrong_and_nothing_else(past):
    for night in past.nights:
        found = {past.ids[one["id"]] for device in night.report["devices"] for one in device["findings"]}
        assert found == night.flaws
        assert {device["mac"] for device in night.report["devices"]} == set(night.names)


@pytest.mark.parametrize("number", [1, 2])
def test_every_finding_stands_as_it_is_true(past, number):
    assert past.told(number) == past.due(number)


def test_what_was_done_to_the_city_is_what_is_told_of_it(past):
    """The same by hand, so that no two mistakes cancel out."""
    second, third = past.told(1), past.told(2)
    telnet = ("hikvision_camera", "cleartext-administration", "23/tcp")
    assert of(second["new"]) == {"modicon_plc", "lighting_gateway"}
    assert second["fixed"] == {PASSWORD, telnet, ("lighting_gateway", "firmware-unknown", "0/tcp")}
    assert of(second["not observed"]) == {"hid_controller"}
    assert (second["regressed"], second["seen again"]) == (set(), set())
    assert (third["new"], third["fixed"], third["regressed"]) == (set(), set(), {PASSWORD})
    assert of(third["seen again"]) == {"hid_controller"}
    assert of(third["not observed"]) == {"teltonika_router"}
    unchanged = {"flowbird_meter", "hikvision_camera", "hp_printer", "lighting_gateway", "modicon_plc", "open_recorder"}
    assert of(third["still there"]) == unchanged


def of(flaws: set[Flaw]) -> set[str]:
    """The devices."""
    return {flaw[0] for flaw in flaws}


def test_every_device_stands_as_it_is_true(past):
    assert past.devices(1) == {
        "new": {"modicon_plc"},
        "changed": {"flowbird_meter", "hikvision_camera", "lighting_gateway"},
        "not observed": {"hid_controller"},
    }
    assert past.devices(2) == {
        "changed": {"flowbird_meter", "loytec_controller"},
        "seen again": {"hid_controller"},
        "not observed": {"teltonika_router"},
    }


def test_a_device_that_moves_is_one_device_with_its_history(past):
    for name in ("flowbird_meter", "loytec_controller"):
        identities = {
            device["id"] for night in past.nights for device in night.report["devices"] if past.name(device) == name
        }
        (listed,) = (one for one in past.nights[2].lists["devices"] if past.name(one) == name)
        assert {listed["id"]} == identities
        assert listed["first_seen"][:10] == FIRST.date().isoformat()
        assert listed["scans"] == 3
    (moved,) = (one for one in past.nights[1].change["devices"] if past.name(one) == "flowbird_meter")
    assert moved["changes"] == [f"moved: {NETWORK}.22 → {NETWORK}.122"]
    taken = past.shown["teltonika_router"]
    assert taken["addresses"] == [f"{NETWORK}.27"]
    assert past.shown["loytec_controller"]["addresses"] == [f"{NETWORK}.27"]
    assert (taken["last_seen"][:10], taken["scans"]) == ((FIRST + A_DAY).date().isoformat(), 2)


def test_each_news_rings_once_in_three_nights(past):
    first, second, third = past.nights
    assert first.rung == []
    assert first.notices[0]["text"] == "first look: 4 critical, 5 high on 9 devices"
    assert {past.ids[rung] for rung in second.rung} == {
        ("lighting_gateway", "no-authentication", "1883/tcp"),
        ("modicon_plc", "cleartext-administration", "80/tcp"),
        ("modicon_plc", "unauthenticated-control", "502/tcp"),
    }
    assert [past.ids[rung] for rung in third.rung] == [PASSWORD]
    assert "critical, back: A documented default account opens the device (camera, finding" in third.notices[0]["text"]
    every = second.rung + third.rung
    assert len(set(every)) == len(every)


@pytest.mark.parametrize("number", [1, 2])
def test_what_rings_is_what_the_difference_calls_worse(past, number):
    worse = [
        change["id"]
        for change in past.nights[number].change["findings"]
        if change["state"] in ("new", "regressed") and change["counts_as"] in ("critical", "high")
    ]
    assert sorted(past.nights[number].rung) == sorted(worse)
    assert worse


def test_the_digest_comes_once_a_night_with_what_it_came_to(past):
    digests = [night.notices[-1] for night in past.nights]
    assert [digest["title"] for digest in digests] == [
        "[Tocsin] Riverside/city: the night: a first look, 4 critical, 5 high",
        "[Tocsin] Riverside/city: the night: 6 new, 3 fixed",
        "[Tocsin] Riverside/city: the night: 0 new, 1 back, 0 fixed",
    ]
    for number, devices in ((1, "1 new, 3 changed, 1 not observed"), (2, "2 changed, 1 seen again, 1 not observed")):
        counts = ", ".join(
            f"{len(flaws)} {state}" for state, flaws in past.due(number).items() if flaws and state != STILL
        )
        assert f"\n  findings: {counts}\n  devices: {devices}\n" in digests[number]["text"]
    assert past.late == []


def test_the_summary_the_exit_code_and_the_log_say_the_same(past):
    told = [re.sub(r"; reports in .*", "", night.spent.out.rstrip("\n")) for night in past.nights]
    assert told == [
        "night: 1 site, 9 devices; new or back: 4 critical, 5 high; 0 fixed, 0 not observed",
        "night: 1 site, 9 devices; new or back: 0 critical, 3 high; 3 fixed, 3 not observed",
        "night: 1 site, 9 devices; new or back: 1 critical, 0 high; 0 fixed, 5 not observed",
    ]
    assert [night.spent.code for night in past.nights] == [1, 1, 1]
    for night in past.nights:
        assert {"news-told", "digest-told", "reports-written"} <= set(night.spent.events)
        assert not [line for line in night.spent.lines if line["level"] == "error"]


def test_the_reports_are_in_dated_folders_and_latest_follows(past):
    shelf = past.nights[0].folder.parent
    assert sorted(path.name for path in shelf.iterdir()) == ["2026-11-24", "2026-11-25", "2026-11-26", "latest"]
    assert (shelf / "latest").readlink().name == "2026-11-26"
    assert all(
        sorted(path.name for path in night.folder.iterdir()) == ["city.html", "city.json"] for night in past.nights
    )


@pytest.mark.parametrize("number", [1, 2])
def test_the_page_counts_the_same_changes(past, number):
    counted = past.nights[number].counted
    states = {state: flaws for state, flaws in past.due(number).items() if flaws}
    assert {name: count for name, count in counted.items() if "finding" in name} == {
        (f"findings {state}" if state in (STILL, "not observed", "seen again") else f"{state} findings"): len(flaws)
        for state, flaws in states.items()
    }


def test_the_trend_of_the_third_night_has_three_points(past):
    page = (past.nights[2].folder / "city.html").read_text()
    (trend,) = re.findall(r'<desc id="trend-description">([^<]*)</desc>', page)
    assert trend.startswith("3 scans. On 2026-11-24: ")
    assert "On 2026-11-26: " in trend


def test_the_lists_say_what_the_reports_say(past):
    for number, night in enumerate(past.nights):
        ever = set().union(*(set(other.names.values()) for other in past.nights[: number + 1]))
        assert {past.name(device) for device in night.lists["devices"]} == ever
        gone = {flaw for other in past.nights[:number] for flaw in other.flaws if flaw[0] not in night.names.values()}
        assert {past.ids[one["id"]] for one in night.lists["findings"]} == night.flaws | gone


def test_once_it_is_done_cron_hears_one_quiet_line(past):
    assert (past.quiet.code, past.quiet.out, past.quiet.events) == (0, "", ["nothing-due"])


def test_no_night_harms_a_device_and_the_audit_trail_is_whole(past):
    for night in past.nights:
        assert night.record["harms"] == night.record["faults"] == []
        assert sum(sum(log["logins"].values()) for log in night.record["log"].values()) >= 2
    assert "each follows the one before it" in past.audit
