"""Nights that are killed at twenty moments, none of them chosen by anybody: nothing is lost, and whoever is to be told is told."""

import json
import random
import signal

import pytest

from inventory.store import Store
from scanner.chain import verify
from tests.conftest import city
from tests.nights.listener import Heard, listening
from tests.nights.process import Running, integrity
from tests.nights.town import DEVICES, Town, findings, site

KILLS = 10
"""So many with each of the two seeds."""
SENDING = {"news": "reports-written", "digest": "news-told"}
"""After which line a notice is on its way, so that a kill may come after it was sent and before that is remembered."""


def events(running: Running) -> list[str]:
    """What it said, line by line; a killed night may leave the last one torn."""
    whole = [line for line in running.said if line.endswith("}")]
    return [json.loads(line)["event"] for line in whole]


def told(heard: Heard) -> dict[str, int]:
    """How often which kind of notice came."""
    titles = [json.loads(body)["title"] for body in heard.told]
    return {kind: sum((": the night: " in title) == (kind == "digest") for title in titles) for kind in SENDING}


def write(town: Town, heard: Heard) -> None:
    town.write(site("all"), night=f'notify = ["json://{heard.here}/"]\nnotify_on = "low"\n')


@pytest.fixture(scope="module")
def described():
    with city("--mode", "loopback", "--only", ",".join(DEVICES)) as described:
        yield described
    assert described["harms"] == []


@pytest.fixture(scope="module")
def undisturbed(described, tmp_path_factory) -> tuple[int, dict[str, list[str]]]:
    """How many lines a night says that nobody kills, and what it finds."""
    with listening() as heard:
        town = Town(described, tmp_path_factory.mktemp("whole"))
        write(town, heard)
        with Running(town.command("--log-level", "debug")) as running:
            assert running.end() == 0, running.said
    assert told(heard) == {"news": 1, "digest": 1}
    return len(running.said), findings(town.report("all.json"))


def killed_until_done(town: Town, after: list[int]) -> list[list[str]]:
    """Nights of one inventory, each killed after so many lines, until one comes to its end: what each said."""
    spent = []
    while True:
        with Running(town.command("--log-level", "debug")) as running:
            if killed := bool(after) and running.until_lines(after.pop()):
                running.send(signal.SIGKILL)
            code = running.end()
        spent.append(events(running))
        if code == 0 and spent[-1][-1] in ("night-ended", "nothing-due"):
            return spent
        assert killed, running.said
        assert code == -signal.SIGKILL, running.said


@pytest.mark.parametrize("seed", [7, 8])
def test_a_night_that_is_killed_at_twenty_moments_is_finished_by_the_next(described, undisturbed, tmp_path, seed):
    lines, expected = undisturbed
    kills, moments = 0, random.Random(seed)
    while kills < KILLS:
        (folder := tmp_path / f"after{kills}").mkdir()
        with listening() as heard:
            town = Town(described, folder)
            write(town, heard)
            spent = killed_until_done(town, [moments.randint(1, lines) for _ in range(min(5, KILLS - kills))])
        kills += len(spent) - 1
        came, torn = told(heard), [night[-1] if night else "" for night in spent[:-1]]
        for kind, before in SENDING.items():
            assert 1 <= came[kind] <= 1 + torn.count(before), (kind, torn)
        assert findings(town.report("all.json")) == expected
        assert [path.name for path in (town.reports / "latest").iterdir()] == ["all.json"], torn
        assert integrity(folder / "tocsin.db") == "ok"
        assert verify(folder / "audit.jsonl").first_broken is None, torn
        with Store.open(folder / "tocsin.db", create=False) as store:
            assert store.nights.owed() == ()
            assert len(store.report().assessments) == len(DEVICES)
