"""The order of the files of tests is one of files that are there, and loses none."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.schedule import LONGEST, TOGETHER, Schedule, file_of, turn

ROOT = Path(__file__).parent.parent
TESTS = ["tests/a.py::one", "tests/a.py::two", "tests/b.py::one", "tests/b.py::two", "tests/c.py::one"]


class Process:
    """A process of xdist's that notes what it is told to run, and that it may end."""

    gateway = SimpleNamespace(id="gw0")
    shutting_down = False

    def __init__(self) -> None:
        self.told: list[int] = []

    def send_runtest_some(self, places: list[int]) -> None:
        self.told += places

    def shutdown(self) -> None:
        self.shutting_down = True


@pytest.fixture
def schedule(pytestconfig: pytest.Config) -> Any:
    option = SimpleNamespace(tx=["2*popen"], loadscopereorder=True)
    config = SimpleNamespace(option=option, getvalue=lambda name: getattr(option, name))
    made = Schedule(config, None)
    for process in (Process(), Process()):
        made.add_node(process)
        made.add_node_collection(process, TESTS)
    made.schedule()
    return made


@pytest.mark.parametrize("name", [*LONGEST, *TOGETHER, *TOGETHER.values()])
def test_every_file_that_is_named_is_there(name):
    assert (ROOT / name).is_file()


def test_the_longest_begin_before_all_that_are_not_named():
    assert [turn(f"{name}::test") for name in LONGEST] == list(range(len(LONGEST)))
    assert turn("tests/test_schedule.py::test") == len(LONGEST)


def test_files_that_read_one_scan_are_run_by_one_process():
    for name, other in TOGETHER.items():
        assert file_of(f"{name}::test[x::y]") == file_of(f"{other}::test") == other


def run(schedule: Any, *processes: Process) -> None:
    """Let the processes run all that they are told, in turns."""
    left = [(process, iter(process.told)) for process in processes]
    while left:
        process, places = left.pop(0)
        place = next(places, None)
        if place is not None:
            schedule.mark_test_complete(process, place)
            left.append((process, places))


def files(process: Process) -> set[str]:
    return {TESTS[place].partition("::")[0] for place in process.told}


def test_every_test_is_run_once_and_each_file_by_one_process(schedule):
    one, other = schedule.nodes
    run(schedule, one, other)
    assert sorted(one.told + other.told) == list(range(len(TESTS)))
    assert files(one).isdisjoint(files(other))
    assert schedule.tests_finished
    assert not schedule.has_pending


def test_what_a_process_that_died_had_left_is_run_by_its_successor(schedule):
    one, other = schedule.nodes
    schedule.mark_test_complete(one, one.told[0])
    left = one.told[1:]
    assert schedule.remove_node(one) == TESTS[left[0]]
    successor = Process()
    schedule.add_node(successor)
    schedule.add_node_collection(successor, TESTS)
    schedule.schedule()
    run(schedule, successor, other)
    assert sorted(successor.told) == sorted(left)
    assert not schedule.has_pending
