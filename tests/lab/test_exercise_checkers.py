"""The checkers of the exercises: what they say is missing, of literal reports, truths and records."""

import json
from dataclasses import replace
from typing import Any

import pytest

from lab import progress
from lab.exercise import Absent, Work
from tests.lab.learning import EXERCISES, lab


def finding(check: str, port: int = 80) -> dict[str, Any]:
    return {"check": check, "port": port, "transport": "tcp", "title": "t", "detail": "d", "remedy": "r"}


def said(address: str, *found: str, passed: tuple[str, ...] = (), score: float = 0.0) -> dict[str, Any]:
    """A device of a report."""
    outcomes = [{"check": one, "status": "found", "reason": ""} for one in found]
    outcomes += [{"check": one, "status": "passed", "reason": "no"} for one in passed]
    return {
        "id": address,
        "addresses": [address],
        "vendor": "V",
        "model": "M",
        "kind": "camera",
        "score": score,
        "quarantine": None,
        "findings": [finding(one) for one in found],
        "outcomes": outcomes,
    }


def report(*devices: dict[str, Any], level: str = "login") -> dict[str, Any]:
    scan = {"level": level, "site": "works", "pace": "normal"}
    return {"schema": "tocsin-report/1", "scan": scan, "devices": list(devices), "fleet": []}


def real(name: str, address: str, *found: str, **stated: Any) -> dict[str, Any]:
    """A device of the truth."""
    known = {"vendor": "V", "model": "M", "kind": "camera", "firmware": None, "serial": None, **stated}
    return {"name": name, "address": address, **known, "findings": [finding(one) for one in found]}


def work(*devices: dict[str, Any], reports: dict[str, Any], harms: tuple[str, ...] = (), **more: Any) -> Work:
    log = {one["name"]: {"changes": [], "connections": 0, "datagrams": 0} for one in devices}
    record = {"harms": [{"device": one, "harm": "it fell over"} for one in harms], "log": log}
    return Work({"devices": list(devices), "fleet": []}, record, reports, **more)


def missing(number: int, done: Work) -> list[str]:
    return list(EXERCISES[number].check(done))


ONE = real("a", "10.0.0.1", firmware="1.0")
TRUTH = {"devices": [real(name, "10.0.0.1") for name in EXERCISES[1].devices], "fleet": []}
RECORD: dict[str, Any] = {"harms": [], "log": {name: {} for name in EXERCISES[1].devices}}


def test_1_wants_every_device_named_and_both_answers():
    answers = {"cameras": ("10.0.0.1", "10.0.0.2"), "silent": ("10.0.0.2",)}
    two = real("b", "10.0.0.2")
    whole = report(said("10.0.0.1"), said("10.0.0.2"))
    assert missing(1, work(ONE, two, reports={"report.json": whole}, answers=answers)) == []
    poor = report({**said("10.0.0.1"), "model": None}, level="identify")
    assert missing(1, work(ONE, two, reports={"report.json": poor}, harms=("b",))) == [
        "b was hurt: it fell over. Look at what you sent it, and begin anew with `start --anew`.",
        "The scan tried no logins: scan again with --level login.",
        "Your report does not have the model of 10.0.0.1: was it scanned in full, without --ports and --checks?",
        "Something stands at 10.0.0.2 that your report does not have: was the whole network scanned?",
        "There is no answer yet to 'cameras' (the addresses of all cameras).",
        "There is no answer yet to 'silent' (the addresses of all devices that state no firmware version).",
    ]


def test_an_answer_that_is_wrong_is_told_without_the_right_one():
    done = work(
        ONE, reports={"report.json": report(said("10.0.0.1"))}, answers={"cameras": ("10.0.0.9",), "silent": ("-",)}
    )
    assert missing(1, done)[:2] == [
        "Your answer to 'cameras' has 10.0.0.9, which is not so (the addresses of all cameras).",
        "Your answer to 'cameras' lacks 1 entry (the addresses of all cameras).",
    ]


def test_2_wants_the_worst_one_and_tells_no_lock_from_a_bad_lock():
    doors = (real("a", "10.0.0.1", "default-credentials"), real("b", "10.0.0.2", "accepts-any-password"))
    seen = report(said("10.0.0.1", "default-credentials", score=90), said("10.0.0.2", "accepts-any-password", score=95))
    right = {"open": ("10.0.0.1",), "anything": ("10.0.0.2",), "first": ("10.0.0.2",)}
    assert missing(2, work(*doors, reports={"report.json": seen}, answers=right)) == []
    swapped = {**right, "first": ("10.0.0.1",)}
    assert missing(2, work(*doors, reports={"report.json": seen}, answers=swapped)) == [
        "Your answer to 'first' has 10.0.0.1, which is not so (the address that your report ranks first).",
        "Your answer to 'first' lacks 1 entry (the address that your report ranks first).",
    ]


CHECK = "default-credentials"
CHANGED = {"when": "2026-11-22T02:00:00.000+00:00", "client": "10.77.0.1:4711", "setting": "password"}


def secured(before: dict[str, Any], after: dict[str, Any], *still: str, client: str = CHANGED["client"]) -> list[str]:
    both = (real("hikvision_camera", "10.0.0.1", *still), real("hid_controller", "10.0.0.2", *still))
    done = work(*both, reports={"before.json": before, "after.json": after})
    if client:
        for one in done.record["log"].values():
            one["changes"] = [{**CHANGED, "client": client}]
    return missing(3, done)


def test_3_wants_a_proof_before_and_after():
    before = report(said("10.0.0.1", CHECK), said("10.0.0.2", CHECK))
    after = report(said("10.0.0.1", passed=(CHECK,)), said("10.0.0.2", passed=(CHECK,)))
    assert secured(before, after) == []
    assert len(secured(after, after)) == 2


def test_3_tells_what_was_not_looked_at_from_what_is_fixed():
    before = report(said("10.0.0.1", CHECK), said("10.0.0.2", CHECK))
    silent = {**said("10.0.0.2"), "outcomes": [{"check": CHECK, "status": "unreached", "reason": "it was silent"}]}
    assert secured(before, report(silent)) == [
        "after.json does not have 10.0.0.1: a device that was not looked at is not fixed.",
        "after.json proves nothing of 10.0.0.2: the check was unreached (it was silent).",
    ]


def test_3_says_that_the_scanner_remembers():
    before = report(said("10.0.0.1", CHECK), said("10.0.0.2", CHECK))
    told = secured(before, before, CHECK, client="")
    assert told[0] == "The password of 10.0.0.1 was not changed at the device yet."
    assert "tocsin ledger forget" in told[1]


def test_5_wants_all_members_of_all_keys():
    cameras = [real(f"c{n}", f"10.0.0.{n}") for n in range(1, 6)]
    done = work(*cameras, reports={"report.json": report(*(said(f"10.0.0.{n}") for n in range(1, 6)))})
    fleet = [
        {"check": "shared-key", "devices": ["10.0.0.1", "10.0.0.2"]},
        {"check": "shared-key", "devices": ["10.0.0.3", "10.0.0.4"]},
    ]
    done = replace(
        done, truth={**done.truth, "fleet": fleet}, answers={"shared": ("10.0.0.1", "10.0.0.2"), "keys": ("1",)}
    )
    assert missing(5, done) == [
        "Your report has 0 shared keys, and there are more: ask 443/tcp of all cameras, and all that concerns TLS.",
        "Your answer to 'shared' lacks 2 entries (the addresses of all cameras whose key another camera has too).",
        "Your answer to 'keys' has 1, which is not so (how many keys are shared).",
        "Your answer to 'keys' lacks 1 entry (how many keys are shared).",
    ]


def test_6_wants_both_nights_whole():
    monday = {"truth": {"devices": [real("a", "10.0.0.1")]}}
    first = work(real("a", "10.0.0.1"), reports={"monday.json": report(said("10.0.0.2"))}, noted=(monday,))
    assert missing(6, first) == [
        "monday.json does not have 10.0.0.1, which was there that night: scan the whole network.",
        "When monday.json is there, `tocsin-lab exercise 6 start` in this terminal lets Tuesday come.",
    ]
    assert (
        missing(6, replace(first, reports={}))[0]
        == "There is no monday.json here: scan the whole network with -o monday.json."
    )


def test_7_names_what_is_found_wrongly():
    doors = (real("a", "10.0.0.1", serial="1"), real("b", "10.0.0.2"))
    check = "serial-number-told"
    right = report(said("10.0.0.1", check), said("10.0.0.2", passed=(check,)))
    assert missing(7, work(*doors, reports={"report.json": right})) == []
    wrong = report(said("10.0.0.1", passed=(check,)), said("10.0.0.2", check))
    wrong["devices"][1]["findings"][0]["remedy"] = " "
    assert missing(7, work(*doors, reports={"report.json": wrong})) == [
        "serial-number-told is found on 10.0.0.2, which told nobody a serial number.",
        "serial-number-told is not found on 1 device that told its serial number.",
        "The finding on 10.0.0.2 does not say what to do (remedy).",
    ]
    (without,) = missing(7, work(*doors, reports={"report.json": report(said("10.0.0.1"))}))
    assert without.startswith("No device of your report was judged by a check 'serial-number-told'")


def test_8_wants_the_denied_device_untouched_and_the_others_seen():
    plant = (real("modicon_plc", "10.0.0.1"), real("brittle_plc", "10.0.0.2"))
    done = work(*plant, reports={"report.json": report(said("10.0.0.2"))}, noted=({}, {}))
    assert missing(8, done) == []
    done.record["log"]["modicon_plc"]["datagrams"] = 3
    careless_scan = report()
    careless_scan["scan"] |= {"site": "", "pace": "lab"}
    assert missing(8, replace(done, reports={"report.json": careless_scan})) == [
        "10.0.0.1 was touched 3 times, which the water works do not allow: deny it in tocsin.toml.",
        "What was done cannot be undone: begin anew with `tocsin-lab exercise 8 start --anew`.",
        "The report is of no site: write the site into tocsin.toml, and scan with --site.",
        "The scan went at the pace that is for labs: scan at the pace of a real city, which is the default, or gentle.",
        "10.0.0.2 is not in your report: it may be scanned, so scan it.",
    ]


@pytest.mark.parametrize("number", [3, 4])
def test_a_device_that_the_learner_turned_off_is_to_be_turned_on(number):
    done = work(ONE, reports=dict.fromkeys(EXERCISES[number].reports, report(said("10.0.0.1"))))
    with pytest.raises(Absent, match=r"(\w+) is turned off: turn it on with `tocsin-lab on \1`, and check again"):
        missing(number, done)


def test_a_class_hands_in_files_where_the_lab_cannot_be_asked(home):
    (home / "records").mkdir()
    names = EXERCISES[1].devices
    for name in names:
        (home / "records" / f"{name}.json").write_text(json.dumps({"harms": [], "log": {name: {}}}))
    city = [real(name, f"10.0.0.{host}", firmware="1.0") for host, name in enumerate(names, 1)]
    (home / "truth.json").write_text(json.dumps({"devices": city, "fleet": []}))
    (home / "report.json").write_text(json.dumps(report(*(said(one["address"]) for one in city))))
    (home / "answers.txt").write_text(f"# mine\nCameras: {', '.join(one['address'] for one in city)},\n")
    files = ("--truth", "truth.json", "--record", "records")
    code, told = lab("exercise", "1", "check", *files, "--answer", "silent: ")
    assert (code, told.splitlines()[0][:40]) == (1, "There is no answer yet to 'silent' (the "[:40])
    (home / "truth.json").write_text(json.dumps({"devices": [{**city[0], "firmware": None}, *city[1:]], "fleet": []}))
    assert lab("exercise", "1", "check", *files, "--answer", "silent: 10.0.0.1")[0] == 0
    known = progress.read(1)
    assert known is not None
    assert known.passed


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "There is no report.json here: let a scan write it with -o report.json, or name it with --report."),
        ("{", "report.json is no report in JSON"),
        ('{"schema": "other"}', "report.json is no report of a scan (schema tocsin-report/1)"),
        pytest.param("[" * 200_000, "report.json is no report in JSON", id="deep"),
    ],
)
def test_a_report_that_is_none_is_said(home, content, told):
    (home / "truth.json").write_text(json.dumps(TRUTH))
    (home / "record.json").write_text(json.dumps(RECORD))
    if content is not None:
        (home / "report.json").write_text(content)
    code, said_then = lab("exercise", "1", "check", "--truth", "truth.json", "--record", "record.json")
    assert code == 1
    assert told in said_then


@pytest.mark.parametrize("number", EXERCISES)
@pytest.mark.parametrize(
    "changed", [{"scan": None}, {"devices": [{"addresses": []}]}, {"devices": 3}, {"fleet": [3]}], ids=str
)
def test_no_report_is_so_wrong_that_a_checker_fails(home, number, changed):
    names = EXERCISES[number].devices
    (home / "truth.json").write_text(json.dumps({"devices": [real(name, "10.0.0.1") for name in names], "fleet": []}))
    (home / "record.json").write_text(json.dumps({"harms": [], "log": {name: {"changes": []} for name in names}}))
    for name in EXERCISES[number].reports:
        (home / name).write_text(json.dumps(report(said("10.0.0.1")) | changed))
    assert lab("exercise", str(number), "check", "--truth", "truth.json", "--record", "record.json")[0] in (1, 2)


@pytest.mark.parametrize(
    ("truth", "record", "told"),
    [
        ({"truth": None}, RECORD, "truth.json is not what `tocsin-lab truth` prints"),
        ({"truth": "abc"}, RECORD, "truth.json is not what `tocsin-lab truth` prints"),
        ({"devices": [3]}, RECORD, "truth.json is not what `tocsin-lab truth` prints"),
        ({"devices": TRUTH["devices"][1:]}, RECORD, "truth.json has no hikvision_camera, which the exercise is about"),
        (TRUTH, {"log": None, "harms": []}, "record.json is no record of what was done to devices"),
        (TRUTH, {"log": {}, "harms": 3}, "record.json is no record of what was done to devices"),
        (TRUTH, {"log": {}, "harms": []}, "record.json does not tell what was done to hikvision_camera"),
    ],
)
def test_files_that_are_not_of_the_exercise_are_said(home, truth, record, told):
    (home / "truth.json").write_text(json.dumps(truth))
    (home / "record.json").write_text(json.dumps(record))
    code, said_then = lab("exercise", "1", "check", "--truth", "truth.json", "--record", "record.json")
    assert code == 2
    assert told in said_then
