import os
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
import textwrap
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.errors import StoreError
from inventory.model import Endpoint, Observation
from inventory.records import decode, encode
from inventory.report import Assessment, Coverage
from inventory.store import Store
from inventory.tables import METADATA
from tests.riverside import CAMERA, GATEWAY, METER, NOON, RECORDER, REPORT, SCAN, SHARED_KEY

LATER = timedelta(days=1)
ROOT = Path(__file__).parent.parent


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state" / "inventory.db"


def filled(path: Path) -> Store:
    store = Store.open(path)
    store.begin(replace(SCAN, ended=None), "plan")
    for assessment in REPORT.assessments:
        store.save(SCAN.id, assessment)
    store.finish(SCAN.id, SCAN, REPORT.fleet, REPORT.coverage)
    return store


def python(program: str, *arguments: object) -> subprocess.Popen[str]:
    """Start a program of ours in another process; it finds our packages where this test found them."""
    return subprocess.Popen(
        [sys.executable, "-P", "-c", textwrap.dedent(program), *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )


def test_a_report_comes_back_as_it_was(path):
    with filled(path) as store:
        assert store.report() == store.report(SCAN.id[:10]) == replace(REPORT, assessments=REPORT.ranked, register=None)
        assert store.scans() == (SCAN,)


facts = st.dictionaries(
    st.text(max_size=20),
    st.one_of(
        st.text(),
        st.integers(-(2**63), 2**64 - 1),
        st.floats(allow_nan=False, allow_infinity=False),
        st.booleans(),
        st.lists(st.text()).map(tuple),
    ),
)


@settings(deadline=None)  # the first example waits for imports
@given(facts=facts, evidence=st.binary(max_size=512))
def test_whatever_a_device_says_comes_back_as_it_was(facts, evidence):
    seen = Observation(Endpoint("2001:db8::1", 161, "udp"), "snmp", facts, evidence, NOON)
    assessment = replace(CAMERA, device=replace(CAMERA.device, observations=(seen,)))
    again = decode(encode(assessment), Assessment)
    assert again == assessment
    assert [type(value) for value in again.device.observations[0].facts.values()] == [type(v) for v in facts.values()]


def test_the_file_and_its_folder_are_for_their_owner_alone(path):
    with filled(path):
        kept = list(path.parent.iterdir())
        assert {stat.S_IMODE(file.stat().st_mode) for file in kept} == {0o600}
        assert len(kept) == 4  # the file, its journal, the journal's index, the lock
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_migrations_make_the_tables_that_the_queries_use(path):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    Store.open(path).close()
    with sa.create_engine(f"sqlite:///{path}").connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), METADATA)
    connection.engine.dispose()
    assert differences == []


def test_a_device_saved_twice_in_a_scan_is_there_once(path):
    with Store.open(path) as store:
        store.begin(SCAN, "plan")
        store.save(SCAN.id, CAMERA)
        store.save(SCAN.id, replace(CAMERA, outcomes=()))
        assert store.report().assessments == (replace(CAMERA, outcomes=()),)


def test_records_that_are_one_device_become_one_row_that_each_address_finds(path):
    one, other = (replace(GATEWAY, device=replace(GATEWAY.device, addresses=(a,))) for a in ("10.77.0.26", "fd00::26"))
    joined = replace(GATEWAY, device=replace(GATEWAY.device, addresses=("10.77.0.26", "fd00::26"), noted=("fe80::26",)))
    with Store.open(path) as store:
        store.begin(SCAN, "plan")
        for assessment in (one, other, METER):
            store.save(SCAN.id, assessment)
        assert store.assessment(SCAN.id, "fd00::26") == other
        assert store.assessment(SCAN.id, "fd00::27") is None
        store.save_lot(SCAN.id, (joined, METER), instead=True)
        assert sorted(map(repr, store.report().assessments)) == sorted(map(repr, (joined, METER)))
        assert store.assessed(SCAN.id) == {"10.77.0.26", "fd00::26", *METER.device.addresses}
        for address in ("10.77.0.26", "fd00::26", "fe80::26"):
            assert store.device(address).assessment == joined


def test_an_unfinished_scan_is_found_by_its_plan_and_goes_on(path):
    with Store.open(path) as store:
        started = replace(SCAN, ended=None)
        store.begin(started, "plan")
        store.save(SCAN.id, RECORDER)
    with Store.open(path) as store:
        assert store.unfinished("another plan") is None
        assert store.unfinished("plan") == started
        assert store.assessed(SCAN.id) == {"10.77.0.31", "10.77.0.131"}
        store.begin(started, "plan")
        assert store.assessed(SCAN.id) == {"10.77.0.31", "10.77.0.131"}
        store.finish(SCAN.id, SCAN, (), Coverage())
        assert store.unfinished("plan") is None


def test_an_unfinished_scan_that_a_finished_one_overtook_is_not_resumed(path):
    with Store.open(path) as store:
        store.begin(replace(SCAN, id="first", ended=None), "plan")
        store.begin(replace(SCAN, id="second", started=NOON + LATER), "plan")
        store.finish("second", replace(SCAN, id="second", started=NOON + LATER), (), Coverage())
        assert store.unfinished("plan") is None


def test_the_report_of_an_unfinished_scan_says_so(path):
    with Store.open(path) as store:
        store.begin(replace(SCAN, ended=None), "plan")
        store.save(SCAN.id, METER)
        report = store.report()
    assert report.coverage == Coverage(1, 1, 0, 1, 1)
    assert "did not end" in report.scan.notes[-1]


def test_an_inventory_that_is_opened_twice_loses_nothing_to_another_process_that_closes_it(path):
    look = "import sys; from inventory.store import Store; print(len(Store.open(sys.argv[1]).report().assessments))"
    again = "import sys; from inventory.store import Store\nwith Store.open(sys.argv[1]) as store: print(len(store.devices()))"
    with Store.open(path) as store:
        store.begin(replace(SCAN, ended=None), "plan")
        store.save(SCAN.id, METER)
        with Store.open(path):  # as a night does, which keeps its own while it scans
            assert python(again, path).communicate()[0] == "1\n"
            store.save(SCAN.id, CAMERA)
        assert python(again, path).communicate()[0] == "2\n"
        store.save(SCAN.id, GATEWAY)
    assert python(look, path).communicate()[0] == "3\n"


def test_a_folder_is_no_inventory(tmp_path):
    with pytest.raises(StoreError, match="Is a directory"):
        Store.open(tmp_path)


def test_the_newest_finished_scan_is_reported_before_a_newer_unfinished_one(path):
    with filled(path) as store:
        store.begin(replace(SCAN, id="next", started=NOON + LATER, ended=None), "plan")
        assert store.report().scan.id == SCAN.id
        assert [scan.id for scan in store.scans()] == ["next", SCAN.id]


def test_a_device_is_known_as_it_was_last_seen_and_since_when(path):
    with filled(path) as store:
        store.begin(replace(SCAN, id="next", started=NOON + LATER), "plan")
        moved = replace(GATEWAY, when=NOON + LATER, device=replace(GATEWAY.device, addresses=("10.77.0.99",)))
        store.save("next", moved)
        known = store.device("serial:MESH1")
        assert known.assessment == moved
        assert (known.first_seen, known.last_seen, known.scans) == (NOON, NOON + LATER, 2)
        assert [k.assessment.device.identity for k in store.devices()] == sorted(
            a.device.identity for a in REPORT.assessments
        )


@pytest.mark.parametrize(
    "text",
    ["mac:44:19:b6:01:02:03", "MAC:44:19", "10.77.0.10", "4419.b601.0203", "44-19-B6-01-02-03"],
)
def test_a_device_is_found_by_id_address_or_mac(path, text):
    with filled(path) as store:
        assert store.device(text).assessment == CAMERA


@pytest.mark.parametrize("text", ["mesh1", "10.77.0.26", "serial"])
def test_a_device_is_found_by_serial(path, text):
    with filled(path) as store:
        assert store.device(text).assessment == GATEWAY


def test_an_ambiguous_name_names_the_candidates(path):
    with filled(path) as store, pytest.raises(StoreError, match=r"fits 2 devices: mac:00:11.*mac:44:19"):
        store.device("mac:")


def test_an_unknown_device_is_said_to_be_unknown(path):
    with filled(path) as store:
        for text in ("10.9.9.9", "", "nonsense"):
            with pytest.raises(StoreError, match="no device"):
                store.device(text)


def test_an_address_names_the_device_that_had_it_last(path):
    with filled(path) as store:
        store.begin(replace(SCAN, id="next", started=NOON + LATER), "plan")
        heir = replace(
            METER, when=NOON + LATER, device=replace(METER.device, identity="new", addresses=("10.77.0.10",))
        )
        store.save("next", heir)
        assert store.device("10.77.0.10").assessment == heir


def test_an_unknown_scan_names_the_newest(path):
    with filled(path) as store, pytest.raises(StoreError, match=f"no scan 'x'.*{SCAN.id}"):
        store.report("x")


def test_the_beginning_of_two_ids_is_refused(path):
    with filled(path) as store:
        store.begin(replace(SCAN, id="2026-other"), "plan")
        with pytest.raises(StoreError, match="2 scans"):
            store.report("2026")


def test_an_empty_inventory_has_no_report(path):
    with Store.open(path) as store, pytest.raises(StoreError, match="holds no scan yet"):
        store.report()


WRITER = """
    import sys
    from dataclasses import replace
    from inventory.store import Store
    from tests.riverside import CAMERA, SCAN
    store = Store.open(sys.argv[1])
    store.begin(replace(SCAN, ended=None), "plan")
    for number in range(1, 250):
        store.save(SCAN.id, replace(CAMERA, device=replace(CAMERA.device, identity=f"d{number}", addresses=(f"10.0.0.{number}",))))
        print(number, flush=True)
"""


def test_every_device_that_was_saved_survives_kill_9(path):
    with python(WRITER, path) as writer:
        assert writer.stdout is not None
        said = [int(writer.stdout.readline()) for _ in range(20)]
        writer.send_signal(signal.SIGKILL)
        said += [int(line) for line in writer.stdout if line.endswith("\n")]
    assert writer.returncode == -signal.SIGKILL
    with Store.open(path) as store:
        unfinished = store.unfinished("plan")
        assert unfinished is not None
        assert {f"10.0.0.{number}" for number in said} <= store.assessed(unfinished.id)
        assert all(known.assessment.findings == CAMERA.findings for known in store.devices())
        store.begin(unfinished, "plan")  # the dead process's lock died with it


READER = """
    import sys
    from inventory.store import Store
    with Store.open(sys.argv[1], create=False, patience=0) as store:
        print(len(store.devices()), len(store.report().assessments))
"""


def test_another_process_reads_while_a_scan_writes(path):
    with Store.open(path) as store:
        store.begin(replace(SCAN, ended=None), "plan")
        store.save(SCAN.id, CAMERA)
        with store._transaction(store._writing):  # as in the middle of a save
            reader = python(READER, path)
            assert reader.communicate()[0] == "1 1\n"


def test_a_second_scan_is_refused_and_told_which_process_has_the_lock(path):
    holder = """
        import sys
        from inventory.store import Store
        from tests.riverside import SCAN
        store = Store.open(sys.argv[1])
        store.begin(SCAN, "plan")
        print("held", flush=True)
        sys.stdin.read()
    """
    with python(holder, path) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with Store.open(path, patience=0) as store, pytest.raises(StoreError, match=f"process {other.pid}"):
            store.begin(SCAN, "plan")
        other.communicate()
    with Store.open(path, patience=0) as store:
        store.begin(SCAN, "plan")


def test_a_store_that_another_program_holds_is_said_to_be_locked(path):
    Store.open(path).close()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with Store.open(path, patience=0) as store, pytest.raises(StoreError, match="locked"):
        store.begin(SCAN, "plan")
    other.close()


def test_many_may_open_a_new_store_at_once(path):
    with ThreadPoolExecutor(8) as pool:
        stores = list(pool.map(lambda _: Store.open(path), range(8)))
    for store in stores:
        assert store.scans() == ()
        store.close()


def test_devices_may_be_saved_from_other_threads(path):
    with Store.open(path) as store, ThreadPoolExecutor(4) as pool:
        store.begin(SCAN, "plan")
        list(pool.map(lambda assessment: store.save(SCAN.id, assessment), REPORT.assessments))
        assert len(store.report().assessments) == 4


@pytest.mark.parametrize("content", [b"this is not a database" * 50, b"SQLite format 3\0" + b"\xff" * 4000])
def test_a_damaged_file_is_left_untouched_and_told_how_to_move_aside(tmp_path, content):
    path = tmp_path / "inventory.db"
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"damaged.*mv '.*inventory.db' '.*inventory.db.damaged'"):
        Store.open(path)
    assert path.read_bytes() == content


def test_a_scan_does_not_begin_on_a_file_with_damaged_pages(path):
    filled(path).close()
    content = bytearray(path.read_bytes())
    content[4096 * 2 : 4096 * 4] = b"\xa5" * 8192
    path.write_bytes(content)
    with pytest.raises(StoreError, match="damaged"), Store.open(path) as store:
        store.begin(replace(SCAN, id="next"), "plan")
    assert path.read_bytes() == content


def test_a_record_that_cannot_be_read_is_damage(path):
    with filled(path) as store:
        with store._transaction(store._writing) as connection:
            connection.execute(sa.text("UPDATE assessments SET record = '{\"device\": 3}'"))
        with pytest.raises(StoreError, match="damaged"):
            store.report()


def test_a_database_of_another_program_is_left_untouched(tmp_path):
    path = tmp_path / "photos.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE photos (name TEXT)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="not Tocsin's"):
        Store.open(path)
    assert path.read_bytes() == before


def test_an_inventory_of_a_newer_version_is_left_untouched(path):
    filled(path).close()
    with sqlite3.connect(path) as other:
        other.execute("UPDATE alembic_version SET version_num = '9999'")
    other.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match=r"newer Tocsin.*9999"):
        Store.open(path)
    assert path.read_bytes() == before


def test_a_missing_store_is_not_made_where_it_is_only_read(path):
    with pytest.raises(StoreError, match=r"no inventory at .* yet"):
        Store.open(path, create=False)
    assert not path.parent.exists()


def test_a_url_is_refused(tmp_path):
    with pytest.raises(StoreError, match="give a path"):
        Store.open("postgresql://db.example/tocsin")


def test_a_folder_in_the_way_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    for path in (tmp_path, tmp_path / "file" / "inventory.db"):
        with pytest.raises(StoreError, match="cannot write"):
            Store.open(path)


OPENER = """
    import os, sys
    import sqlalchemy.dialects.sqlite
    from inventory.errors import StoreError
    from inventory.store import Store
    if os.geteuid() == 0:  # file permissions do not bind root
        os.setgroups([]); os.setgid(65534); os.setuid(65534)
    try:
        Store.open(sys.argv[1])
    except StoreError as error:
        print(error)
"""


@pytest.fixture
def world_folder():
    """A folder that any user can reach, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_a_read_only_folder_is_said(world_folder):
    locked = world_folder / "locked"
    locked.mkdir()
    locked.chmod(0o555)
    said = python(OPENER, locked / "inventory.db").communicate()[0]
    assert said == f"cannot write the inventory {locked / 'inventory.db'}: Permission denied\n"


def test_a_store_that_may_only_be_read_is_said(world_folder):
    path = world_folder / "inventory.db"
    Store.open(path).close()
    path.chmod(0o444)
    world_folder.chmod(0o555)
    assert "cannot write the inventory" in python(OPENER, path).communicate()[0]


FILLER = """
    import sys
    from dataclasses import replace
    from inventory.errors import StoreError
    from inventory.store import Store
    from tests.riverside import CAMERA, SCAN
    store = Store.open(sys.argv[1])
    store.begin(replace(SCAN, ended=None), "plan")
    saved = 0
    try:
        while True:
            name = f"d{saved}"
            store.save(SCAN.id, replace(CAMERA, device=replace(CAMERA.device, identity=name, addresses=(f"10.0.{saved // 256}.{saved % 256}",))))
            saved += 1
    except StoreError as error:
        print(error)
    print(saved, len(store.assessed(SCAN.id)))
"""


@pytest.mark.real
def test_a_full_disk_is_said_and_what_was_saved_is_kept(tmp_path):
    probe = [
        "unshare",
        "--user",
        "--map-root-user",
        "--mount",
        "mount",
        "-t",
        "tmpfs",
        "-o",
        "size=1m",
        "none",
        tmp_path,
    ]
    try:
        possible = subprocess.run(probe, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        possible = False
    if not possible:
        pytest.skip(
            "no user and mount namespaces here: needs unshare (apt-get install util-linux) and a kernel that allows it"
        )
    mount = f'mount -t tmpfs -o size=1m none "{tmp_path}" && exec "$0" -P -c "$1" "{tmp_path}/inventory.db"'
    run = [
        "unshare",
        "--user",
        "--map-root-user",
        "--mount",
        "sh",
        "-c",
        mount,
        sys.executable,
        textwrap.dedent(FILLER),
    ]
    ended = subprocess.run(run, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False)
    said, counts = ended.stdout.splitlines()
    assert "full" in said
    saved, kept = counts.split()
    assert int(saved) == int(kept) > 10


def test_saving_the_fleet_keeps_its_findings(path):
    with filled(path) as store:
        assert store.report().fleet == (SHARED_KEY,)
