"""What is deleted from the inventory, the reports and the audit trail: by age, class by class, and a device at a person's word."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from inventory.errors import StoreError
from inventory.store import Store
from scanner.audit import Audit
from scanner.chain import verify
from scanner.cli import run
from scanner.nightly import Retention
from scanner.pruning import prune
from tests.riverside import CAMERA, NOON, REPORT

KEPT = Retention()
ROOT = Path(__file__).parents[1]


def kept(path: Path, *days: int) -> None:
    """An inventory with the city's scan, made so many days before noon each."""
    with Store.open(path, create=True) as store:
        for day in days:
            scan = replace(REPORT.scan, id=f"scan-{day}", started=NOON - timedelta(days=day), ended=NOON)
            store.begin(scan, "plan")
            for assessment in REPORT.assessments:
                store.save(scan.id, replace(assessment, when=scan.started))
            store.finish(scan.id, scan, REPORT.fleet, REPORT.coverage)


def audited(path: Path, *days: int) -> None:
    for day in days:
        with Audit(path) as audit:
            audit.line(
                when=NOON - timedelta(days=day), target="10.77.0.10:80/tcp", protocol="http", outcome=f"day {day}"
            )


@pytest.fixture
def inventory(tmp_path):
    return tmp_path / "inventory.db"


def files(path: Path) -> bytes:
    """All that the inventory has on the disk."""
    return b"".join(each.read_bytes() for each in sorted(path.parent.glob(f"{path.name}*")))


def test_evidence_goes_after_its_time_and_what_it_proved_stays(inventory, tmp_path):
    kept(inventory, 91, 5)
    with Store.open(inventory) as store:
        done = prune(store, tmp_path / "none", None, KEPT, NOON)
        old, new = store.report("scan-91"), store.report("scan-5")
    assert (done.evidence, done.scans) == (1, 0)
    assert [f.id for a in old.assessments for f in a.findings] == [f.id for a in new.assessments for f in a.findings]
    assert not any(seen.evidence or seen.facts for a in old.assessments for seen in a.device.observations)
    assert not any(finding.evidence for a in old.assessments for finding in a.findings)
    assert any(seen.evidence for a in new.assessments for seen in a.device.observations)
    assert old.scan.evidence_deleted == NOON.date()
    assert "what the devices said in this scan was deleted on 2026-11-20" in old.scan.notes[-1]


def test_what_is_deleted_cannot_be_read_from_the_file(inventory, tmp_path):
    kept(inventory, 91)
    assert b"<modelNumber>V5.4.5 build 170124</modelNumber>" in files(inventory)
    with Store.open(inventory) as store:
        prune(store, tmp_path / "none", None, KEPT, NOON)
        assert b"<modelNumber>V5.4.5 build 170124</modelNumber>" not in files(inventory)


def test_a_scan_goes_altogether_after_its_time(inventory, tmp_path):
    kept(inventory, 731, 729)
    with Store.open(inventory) as store:
        done = prune(store, tmp_path / "none", None, KEPT, NOON)
        assert [scan.id for scan in store.scans()] == ["scan-729"]
        assert {known.first_seen for known in store.briefs.newest()} == {NOON - timedelta(days=729)}
    assert (done.evidence, done.scans) == (1, 1)


def test_pruning_twice_does_nothing_the_second_time(inventory, tmp_path):
    kept(inventory, 731, 91)
    audited(tmp_path / "audit.jsonl", 3000, 5)
    with Store.open(inventory) as store:
        assert prune(store, tmp_path / "audit.jsonl", None, KEPT, NOON).audit == 1
        again = prune(store, tmp_path / "audit.jsonl", None, KEPT, NOON)
    assert (again.evidence, again.scans, again.audit, again.problems) == (0, 0, 0, ())


def test_a_scan_without_its_evidence_is_not_judged_anew(inventory, tmp_path, capfd):
    kept(inventory, 91)
    with Store.open(inventory) as store:
        prune(store, tmp_path / "none", None, KEPT, NOON)
    assert run(["--store", str(inventory), "report", "scan-91", "--rescore"]) == 2
    assert "cannot be judged anew: what the devices said in it was deleted on 2026-11-20" in capfd.readouterr().err


def test_a_dry_run_says_the_same_and_deletes_nothing(inventory, tmp_path, capfd, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "reports" / "2020-01-01"
    folder.mkdir(parents=True)
    (folder / "north.json").write_text("{}")
    Path("tocsin.toml").write_text("[night]\nreports = 'reports'\n")
    now = datetime.now(UTC)
    kept(inventory, (NOON - now).days + 1000)
    audited(tmp_path / "audit.jsonl", 4000)
    before = (tmp_path / "audit.jsonl").read_bytes()
    arguments = ["--store", str(inventory), "--audit", str(tmp_path / "audit.jsonl"), "prune"]
    assert run([*arguments, "--dry-run"]) == 0
    said = capfd.readouterr().out
    with Store.open(inventory) as store:
        assert [scan.id for scan in store.scans()] != []
    assert (tmp_path / "audit.jsonl").read_bytes() == before
    assert folder.exists()
    assert run(arguments) == 0
    assert capfd.readouterr().out.split() == said.replace("would be deleted", "deleted").split()
    assert not folder.exists()


def test_only_folders_of_nights_are_deleted_and_only_what_reports_may_be_in_them(inventory, tmp_path):
    kept(inventory, 1)
    reports = tmp_path / "reports"
    for name in ("2026-01-01", "2026-11-19", "2026-99-99", "notes"):
        (reports / name).mkdir(parents=True)
        (reports / name / "north.json").write_text("")
    (reports / "2026-01-02").mkdir()
    (reports / "2026-01-02" / "letter.odt").write_text("")
    (reports / "latest").symlink_to("2026-11-19")
    with Store.open(inventory) as store:
        done = prune(store, tmp_path / "none", reports, KEPT, NOON)
    assert done.folders == ("2026-01-01",)
    assert "2026-01-02 cannot be deleted: Directory not empty" in done.problems[0]
    assert sorted(path.name for path in reports.iterdir()) == [
        "2026-01-02",
        "2026-11-19",
        "2026-99-99",
        "latest",
        "notes",
    ]
    assert (reports / "2026-01-02" / "letter.odt").exists()


def test_the_audit_trail_loses_its_beginning_and_still_holds(tmp_path):
    path = tmp_path / "audit.jsonl"
    audited(path, 3000, 2900, 2600, 2500, 1)
    with Audit(path) as audit:
        assert audit.shorten(NOON - timedelta(days=2555), NOON) == 3
        audit.line(when=NOON, target="10.77.0.11:80/tcp", protocol="http", outcome="later")
    assert "day 2600" not in path.read_text()
    verified = verify(path)
    assert (verified.first_broken, verified.deleted, verified.lines) == (None, 3, 5)
    assert path.stat().st_mode & 0o777 == 0o600


def test_an_audit_trail_that_is_shortened_twice_counts_on(tmp_path):
    path = tmp_path / "audit.jsonl"
    audited(path, 30, 20, 10)
    with Audit(path) as audit:
        audit.shorten(NOON - timedelta(days=25), NOON)
    with Audit(path) as audit:
        assert audit.shorten(NOON - timedelta(days=15), NOON) == 1
    assert (verify(path).first_broken, verify(path).deleted) == (None, 2)


def test_all_of_an_audit_trail_can_be_old(tmp_path):
    path = tmp_path / "audit.jsonl"
    audited(path, 30, 20)
    with Audit(path) as audit:
        assert audit.shorten(NOON, NOON) == 2
        audit.line(when=NOON, target="10.77.0.11:80/tcp", protocol="http", outcome="later")
    assert (verify(path).first_broken, verify(path).deleted, verify(path).lines) == (None, 2, 3)


def test_a_beginning_that_somebody_else_cut_off_is_seen(tmp_path):
    path = tmp_path / "audit.jsonl"
    audited(path, 30, 20, 10, 5)
    with Audit(path) as audit:
        audit.shorten(NOON - timedelta(days=25), NOON)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:1] + lines[2:]))
    assert verify(path).first_broken == 2
    path.write_text("".join(lines[:-1]))
    assert "no line after it bears that out" in verify(path).reason
    path.write_text("".join(lines[1:]))
    assert verify(path).first_broken == 1


def test_half_a_line_at_the_cut_is_still_accounted_for(tmp_path):
    path = tmp_path / "audit.jsonl"
    audited(path, 30)
    with path.open("a") as file:
        file.write('{"torn')
    audited(path, 10)
    with Audit(path) as audit:
        assert audit.shorten(NOON - timedelta(days=20), NOON) == 1
    assert verify(path).first_broken is None
    assert '{"torn' in path.read_text()


def test_who_waits_for_the_old_file_gets_the_new_one(tmp_path):
    path = tmp_path / "audit.jsonl"
    audited(path, 30, 5)
    with Audit(path) as audit:
        inode = path.stat().st_ino
        audit.shorten(NOON - timedelta(days=20), NOON)
        assert path.stat().st_ino != inode
        with pytest.raises(StoreError, match="in use by another scan"):
            Audit(path)
    audited(path, 0)
    assert verify(path).first_broken is None


def test_an_audit_trail_stays_as_it_is_where_the_new_one_cannot_be_written(tmp_path):
    path = tmp_path / "audit.jsonl"
    audited(path, 30, *[5] * 40)
    before = path.read_bytes()
    program = (
        "import resource, signal, sys; from datetime import UTC, datetime; from pathlib import Path; from scanner.audit import Audit\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "with Audit(Path(sys.argv[1])) as audit:\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))\n"
        "    audit.shorten(datetime.fromisoformat(sys.argv[2]), datetime.now(UTC))\n"
    )
    until = (NOON - timedelta(days=20)).isoformat()
    ran = subprocess.run(
        [sys.executable, "-c", program, str(path), until], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert "cannot be shortened: File too large" in ran.stderr
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["audit.jsonl"]


def forget(inventory: Path, folder: Path, device: str, *more: str) -> int:
    arguments = ["--store", str(inventory), "--audit", str(folder / "audit.jsonl")]
    return run([*arguments, "forget", device, "--because", "sold", *more])


def test_a_device_is_forgotten_in_every_scan_and_in_what_it_had_with_others(inventory, tmp_path, capfd):
    kept(inventory, 5, 1)
    identity, serial = CAMERA.device.identity, CAMERA.device.mac or ""
    assert serial.encode() in files(inventory)
    assert forget(inventory, tmp_path, "10.77.0.10", "--dry-run") == 0
    assert "2 records of 2 scans" in capfd.readouterr().out
    assert serial.encode() in files(inventory)
    assert forget(inventory, tmp_path, "10.77.0.10") == 0
    with Store.open(inventory) as store:
        assert identity not in {known.assessment.device.identity for known in store.briefs.newest()}
        reports = [store.report("scan-5"), store.report("scan-1")]
    assert {one for report in reports for found in report.fleet for one in found.devices} & {identity} == set()
    assert all(len(found.devices) > 1 for report in reports for found in report.fleet)
    assert serial.encode() not in files(inventory)
    (line,) = map(json.loads, (tmp_path / "audit.jsonl").read_text().splitlines())
    assert (line["target"], line["protocol"], line["rule"]) == ("10.77.0.10", "inventory", "because: sold")


def test_what_somebody_is_still_to_be_told_of_a_device_is_forgotten_with_it(inventory, tmp_path):
    from inventory.model import Severity
    from inventory.news import Happened, News

    kept(inventory, 1)
    finding = CAMERA.findings[0]
    news = News("key", finding.id, Happened.NEW, Severity.HIGH, "A secret title", NOON, address="10.77.0.10")
    with Store.open(inventory) as store:
        store.news.expect("listener", "north", (news,), NOON)
        store.news.expect("other", "north", (news,), NOON)
        store.news.told("other", (news,), NOON)
    assert files(inventory).count(b"A secret title") >= 1
    assert forget(inventory, tmp_path, "10.77.0.10") == 0
    with Store.open(inventory) as store:
        assert store.news.untold("listener", "north") == ()
    assert b"A secret title" not in files(inventory)


def test_the_logins_of_the_last_day_are_not_forgotten(inventory, tmp_path):
    from inventory.identity import known_by
    from inventory.ledger import Attempt, Ruling

    kept(inventory, 1)
    names = known_by(CAMERA.device)
    now = datetime.now(UTC)
    with Store.open(inventory) as store:
        for hours in (1, 30):
            attempt = Attempt(names, "80/tcp", "http", "entry", "admin", now - timedelta(hours=hours))
            store.ledger.enter(attempt, lambda _: Ruling())
    assert forget(inventory, tmp_path, "10.77.0.10") == 0
    with Store.open(inventory) as store:
        assert [now - one.when for one in store.ledger.tried(names)] == [timedelta(hours=1)]


def test_a_device_in_quarantine_is_not_forgotten(inventory, tmp_path, capfd):
    kept(inventory, 1)
    held = next(a.quarantine for a in REPORT.assessments if a.quarantine)
    with Store.open(inventory) as store:
        store.quarantine(held)
    assert forget(inventory, tmp_path, held.identity) == 2
    assert "is in quarantine" in capfd.readouterr().err
    with Store.open(inventory) as store:
        assert held.identity in {known.assessment.device.identity for known in store.briefs.newest()}


def test_no_device_is_forgotten_without_a_reason_and_none_that_is_unknown(inventory, tmp_path, capfd):
    kept(inventory, 1)
    assert run(["--store", str(inventory), "forget", "10.77.0.10", "--because", " "]) == 2
    assert "--because is empty" in capfd.readouterr().err
    assert forget(inventory, tmp_path, "10.77.0.99") == 2
    assert "10.77.0.99" in capfd.readouterr().err
