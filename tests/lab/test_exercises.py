"""The worksheets of the exercises, and the command that shows, starts and checks them."""

import re
from pathlib import Path

import pytest

from lab import lesson, progress, running
from lab.city import CityError
from lab.exercises import careless
from lab.plan import lay_out
from lab.settings import configured
from tests.lab.learning import EXERCISES, lab

ROOT = Path(__file__).parents[2]
EACH = pytest.mark.parametrize("exercise", EXERCISES.values(), ids=lambda one: str(one.number))
HEADINGS = ["Steps", "Think about it", "Look at the report", "Check"]


# The worksheets


def test_there_are_eight_numbered_from_one():
    assert list(EXERCISES) == [1, 2, 3, 4, 5, 6, 7, 8]


@EACH
def test_a_worksheet_has_every_part_and_is_short(exercise):
    text = exercise.sheet.read_text()
    assert text.startswith(f"# Exercise {exercise.number}: {exercise.title}\n")
    assert all(part in text for part in ("**Goal.**", "**You need**", "**In a real city**"))
    headings = re.findall(r"^## ([A-Z][\w ]+?)(?:: \w+)?$", text, re.MULTILINE)
    assert [one for one in headings if not one.startswith("Part")] == (
        HEADINGS if exercise.number != 8 else HEADINGS[1:]
    )
    assert len(text.splitlines()) < 100
    assert f"tocsin-lab exercise {exercise.number} start" in text
    assert f"tocsin-lab exercise {exercise.number} check" in text
    assert "tocsin-lab enter" in text


def test_the_overview_leads_to_each_worksheet():
    overview = (ROOT / "lab" / "exercises" / "README.md").read_text()
    told = re.findall(r"^\| (\d) \| \[(.*)\]\((.*)\) \| (\d+) \|$", overview, re.MULTILINE)
    assert told == [
        (str(one.number), one.title, one.sheet.name, re.findall(r"(\d+) minutes", one.sheet.read_text())[0])
        for one in EXERCISES.values()
    ]


@EACH
def test_a_worksheet_names_the_files_and_questions_that_are_asked_for(exercise):
    text = exercise.sheet.read_text()
    assert [name for name in exercise.reports if f"-o {name}" not in text] == []
    assert re.findall(r"^    (\w+): \(", text, re.MULTILINE) == list(exercise.questions)
    assert len(exercise.hints) == 3


@EACH
def test_every_address_that_a_worksheet_names_is_a_device_of_its_city(exercise):
    plan = lay_out("10.77.0.0/24", exercise.count, exercise.devices)
    standing = {one.address for one in plan.placed} | {"10.77.0.0"}
    assert set(re.findall(r"10\.77\.0\.\d+", exercise.sheet.read_text())) <= standing


@EACH
def test_what_happens_to_its_city_can_happen(exercise):
    standing = {one.name: one.fake for one in lay_out("10.77.0.0/24", exercise.count, exercise.devices).placed}
    for order in (order for phase in exercise.phases for order in phase if order["do"] != "reset"):
        fake = standing[order["device"]]
        if order["do"] == "set":
            assert configured(fake, {order["setting"]: order["value"]}).causes != fake.causes


# The command


def test_the_list_has_each_exercise_and_how_far_it_is(home):
    progress.write(2, progress.Progress(passed="2026-11-22"))
    progress.write(3, progress.Progress(hints=1))
    code, told = lab("exercise")
    assert code == 0
    assert told.splitlines()[:3] == [
        "1  -                  Find the devices and name them",
        "2  passed 2026-11-22  What would a stranger try first?",
        "3  begun              Change the password, prove that it is fixed",
    ]
    assert len(told.splitlines()) == 8


def test_a_number_alone_shows_the_worksheet(home):
    assert lab("exercise", "5") == (0, EXERCISES[5].sheet.read_text())


def test_hints_come_one_after_the_other_and_the_last_one_stays(home):
    told = [lab("exercise", "1", "hint")[1] for _ in range(4)]
    assert [text.partition(":")[0] for text in told] == ["Hint 1 of 3", "Hint 2 of 3", "Hint 3 of 3", "Hint 3 of 3"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("9",), "there is no exercise 9; there are: 1, 2, 3, 4, 5, 6, 7, 8"),
        (("1", "check"), "exercise 1 is not up: bring it up with `tocsin-lab exercise 1 start` in another terminal"),
        (("1", "check", "--truth", "truth.json"), "--truth and --record go together"),
        (("1", "dance"), "'dance' is not one of 'start', 'hint', 'check'"),
        (("1", "start", "--network", "nowhere"), "nowhere is not an IPv4 network"),
    ],
)
def test_what_cannot_be_is_a_usage_error_that_says_what_to_do(home, words, said):
    (home / "truth.json").write_text("{}")
    code, told = lab("exercise", *words)
    assert code == 2
    assert said in told


@pytest.mark.parametrize(
    ("mode", "network", "said"),
    [
        ("namespace", "10.77.0.0/24", ""),
        ("namespace", "10.99.0.0/24", "Where the worksheet says 10.77.0.10, here it is 10.99.0.10."),
        (
            "loopback",
            "127.77.0.0/24",
            "Where the worksheet says 10.77.0.10, here it is 127.77.0.10; there are no MAC addresses.",
        ),
    ],
)
def test_whose_addresses_are_not_those_of_the_worksheet_is_told(home, mode, network, said):
    with running.noted() as file:
        city = running.complete(file, (), mode=mode, network=network)
        told = lesson._guide(EXERCISES[1], city, 0)
    assert [line for line in told.splitlines() if line.startswith("Where the worksheet")] == ([said] if said else [])


def test_progress_that_was_spoilt_is_named(home):
    progress.write(1, progress.Progress())
    (progress.folder(1) / "progress.json").write_text("[]")
    code, told = lab("exercise", "1", "hint")
    assert code == 1
    assert "progress.json is not what was kept there" in told


def test_nothing_to_enter_is_said(home):
    code, told = lab("enter", "true")
    assert code == 1
    assert "no city is up: bring one up with tocsin-lab up" in told


def test_the_careless_script_talks_to_devices_of_the_lab_only(home):
    with pytest.raises(CityError, match=r"127\.0\.0\.1 is no device of a city of the lab that is up: nothing was sent"):
        careless.main(["127.0.0.1"])
