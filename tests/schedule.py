"""In which order the files of tests begin, and which of them share a process.

Each file is run by one process, in order (`--dist loadfile`). A file that waits long for scans begins early, so that no process is left alone with it at the
end; files that read one and the same scan are run by one process, so that it is made once.
"""

from typing import Any

from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]  # it ships no types

LONGEST = (
    "tests/nights/test_night_killed.py",
    "tests/nights/test_night_course.py",
    "tests/health/test_nights.py",
    "tests/hostile/test_scan.py",
    "tests/nights/test_broken_off.py",
    "tests/health/test_fragile.py",
    "tests/nights/test_whole_city.py",
    "tests/nights/test_three_nights.py",
    "tests/lab/test_up.py",
    "tests/test_city.py",
    "tests/nights/test_night_windows.py",
    "tests/test_cli.py",
    "tests/nights/test_cost.py",
    "tests/nights/test_never_locked.py",
    "tests/real/test_scan_logins.py",
    "tests/nights/test_depot.py",
    "tests/real/test_scan.py",
    "tests/hostile/test_firmware_age.py",
    "tests/logins/real/test_shells.py",
    "tests/nights/test_terminal.py",
    "tests/imports/test_command.py",
    "tests/nights/test_few_files.py",
    "tests/hostile/test_secrets.py",
    "tests/logins/real/test_stores.py",
    "tests/hostile/test_whole_device.py",
    "tests/real/test_one_device.py",
    "tests/real/test_scan_tls.py",
    "tests/nights/test_full_disk.py",
    "tests/intel/test_update.py",
    "tests/nights/test_three_questions.py",
    "tests/discover/test_segment.py",
    "tests/nights/test_plan.py",
    "tests/test_city_ipv6.py",
    "tests/real/test_logins.py",
    "tests/discover/test_multicast.py",
    "tests/nights/test_two_nights.py",
    "tests/nights/test_vantages.py",
    "tests/nights/test_left_out.py",
    "tests/test_architecture.py",
    "tests/nights/test_harmless.py",
    "tests/test_quarantine.py",
    "tests/protocols/real/test_plant_real.py",
    "tests/test_policy_commands.py",
    "tests/real/test_listen.py",
    "tests/protocols/real/test_control_real.py",
    "tests/protocols/real/test_tls_suites_real.py",
    "tests/nights/test_not_believed.py",
    "tests/discover/test_bridges.py",
    "tests/reach/test_reach_page.py",
    "tests/test_accept.py",
    "tests/real/test_video.py",
)
"""The files that take longest, the longest first; the others follow in the order of their names."""
TOGETHER = {
    "tests/hostile/test_tls.py": "tests/hostile/test_scan.py",
    "tests/nights/test_formats.py": "tests/test_city.py",
}
"""The files that read another file's scan, a session's fixture, and that other file."""


def file_of(nodeid: str) -> str:
    """The file of a test, or the one whose scan that file reads."""
    file = nodeid.partition("::")[0]
    return TOGETHER.get(file, file)


def turn(nodeid: str) -> int:
    """When a test's file begins: 0 is first."""
    file = file_of(nodeid)
    return LONGEST.index(file) if file in LONGEST else len(LONGEST)


class Schedule(LoadFileScheduling):  # type: ignore[misc]  # a class without types
    """One file after the other to whoever has nothing more to do.

    What it inherits looks for each test's place in the whole list, and counts all tests that were ever given to a process whenever one of them ends: with
    tens of thousands of tests that is half a minute.
    """

    def __init__(self, config: Any, log: Any) -> None:
        config.option.loadscopereorder = False  # by number of tests, which says nothing of how long they wait
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        return file_of(nodeid)

    def _assign_work_unit(self, node: Any) -> None:
        if not hasattr(self, "_places"):
            self._places = {nodeid: place for place, nodeid in enumerate(self.collection)}
        file, unit = self.workqueue.popitem(last=False)
        self.assigned_work[node][file] = unit
        node.send_runtest_some([self._places[nodeid] for nodeid in unit])

    def mark_test_complete(self, node: Any, item_index: int, duration: float = 0) -> None:
        nodeid = self.collection[item_index]
        work, file = self.assigned_work[node], file_of(nodeid)
        del work[file][nodeid]
        if not work[file]:
            del work[file]
        self._reschedule(node)
