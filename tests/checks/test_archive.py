"""The file that the intelligence is kept in, whole and damaged."""

import hashlib
import json
import zipfile
from datetime import date
from io import BytesIO

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.archive import Archive, DamagedIntelligence, beside
from checks.intelligence import Intelligence
from checks.knowledge import TABLES, Component, Epss
from scanner.intel.bundle import pack, part
from scanner.intel.source import Batch

DAY = date(2026, 11, 21)
OLDER = date(2026, 1, 1)


def batch(name, table, rows, as_of=DAY):
    return Batch(name, table, rows, as_of, len(rows), "facts")


def bundle(*batches):
    return pack([part(one, "tests") for one in batches], DAY)


BUSYBOX = Component("busybox", "git.busybox.net", {"1.19.4": "2012-02-04", "1.20.0": "2012-04-22"})
WHOLE = bundle(batch("components", "components", [BUSYBOX]), batch("epss", "epss", {"CVE-2021-36260": Epss(0.9, 1.0)}))


def zipped(**members: bytes) -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return packed.getvalue()


def manifest(**changes) -> bytes:
    origin = {
        "name": "kev",
        "table": "exploited",
        "as_of": "2026-11-21",
        "rows": 1,
        "where": "",
        "sha256": "",
        "size": 2,
    }
    whole = {"schema": "tocsin-intelligence/1", "made": "2026-11-21", "origins": [origin | changes.pop("origin", {})]}
    return json.dumps(whole | changes).encode()


def test_the_same_parts_give_the_same_bytes_whatever_their_order():
    one, other = batch("a", "epss", {}), batch("b", "epss", {})
    assert bundle(one, other) == bundle(other, one)


def test_a_table_is_what_all_its_sources_say_and_the_newer_has_the_last_word():
    old = batch("z", "epss", {"CVE-2021-36260": Epss(0.1, 0.1), "CVE-2017-7921": Epss(0.2, 0.2)}, OLDER)
    new = batch("a", "epss", {"CVE-2021-36260": Epss(0.9, 0.9)})
    found = Intelligence.of(Archive(bundle(new, old)))
    assert found.epss == {"CVE-2021-36260": Epss(0.9, 0.9), "CVE-2017-7921": Epss(0.2, 0.2)}


def test_a_component_has_the_releases_of_all_its_sources_and_of_two_days_the_earlier():
    other = Component("busybox", "endoflife", {"1.19.4": "2012-02-05", "1.20.0": "", "1.21.0": "2013-01-21"})
    found = Intelligence.of(Archive(bundle(batch("a", "components", [BUSYBOX]), batch("b", "components", [other]))))
    assert found.components["busybox"] == Component(
        "busybox",
        "git.busybox.net, endoflife",
        {"1.19.4": "2012-02-04", "1.20.0": "2012-04-22", "1.21.0": "2013-01-21"},
    )


@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
def test_whatever_byte_is_changed_it_is_the_same_rows_or_damaged(at, by):
    damaged = bytearray(WHOLE)
    damaged[at] ^= by
    try:
        archive = Archive(bytes(damaged))
        archive.verify()
        found = Intelligence.of(archive)
        rows = (found.table("components"), found.table("epss"))
    except DamagedIntelligence:
        return
    assert archive.hash != Archive(WHOLE).hash
    assert rows == ([BUSYBOX], {"CVE-2021-36260": Epss(0.9, 1.0)})


@given(st.integers(0, len(WHOLE) - 1))
def test_a_bundle_that_is_cut_off_is_damaged(size):
    with pytest.raises(DamagedIntelligence):
        Archive(WHOLE[:size])


NO_BUNDLE = {
    "nothing": (b"", "it is no bundle"),
    "another archive": (zipped(readme=b"x"), "it is no bundle .manifest.json is missing"),
    "another schema": (
        zipped(**{"manifest.json": manifest(schema="tocsin-intelligence/9")}),
        "its schema is 'tocsin-int",
    ),
    "a manifest that is none": (zipped(**{"manifest.json": b'{"schema": "tocsin-intelligence/1"}'}), "it is no bundle"),
    "a manifest cut off": (zipped(**{"manifest.json": manifest()[:-4]}), "it is no bundle"),
    "nested": (zipped(**{"manifest.json": b"[" * 100_000}), "it is no bundle"),
    "a name that leads elsewhere": (
        zipped(**{"manifest.json": manifest(origin={"name": "../../etc/passwd"})}),
        "is no name of a part",
    ),
    "an impossible day": (zipped(**{"manifest.json": manifest(made="2026-02-31")}), "it is no bundle"),
    "a part twice": (
        zipped(**{"manifest.json": manifest(origins=json.loads(manifest())["origins"] * 2)}),
        "its manifest names the part exploited/kev.json twice",
    ),
}


@pytest.mark.parametrize(("packed", "why"), NO_BUNDLE.values(), ids=NO_BUNDLE)
def test_what_is_no_bundle_is_refused_with_the_reason(packed, why):
    with pytest.raises(DamagedIntelligence, match=why):
        Archive(packed)


def test_an_archive_that_unpacks_to_more_than_is_taken_is_not_unpacked(monkeypatch):
    monkeypatch.setattr("checks.archive.LARGEST", 100_000)
    with pytest.raises(DamagedIntelligence, match="unpacked, it is larger than 100,000 bytes"):
        Archive(zipped(**{"manifest.json": manifest(), "exploited/kev.json": b" " * 200_000}))


def with_rows(text: bytes, table: str = "exploited") -> Archive:
    stated = {"table": table, "sha256": hashlib.sha256(text).hexdigest()}
    return Archive(zipped(**{"manifest.json": manifest(origin=stated), f"{table}/kev.json": text}))


@pytest.mark.parametrize(
    ("text", "table", "why"),
    [
        (b'[{"cve": 3}]', "exploited", "cannot be read"),
        (b"[{]", "exploited", "cannot be read"),
        (b"[" * 100_000, "exploited", "cannot be read"),
        (
            b'[{"name": "x", "source": "y", "versions": {"1.0": "2026-02-31"}}]',
            "components",
            "has '2026-02-31' as the day",
        ),
    ],
)
def test_rows_that_are_none_are_damage_although_their_hash_is_right(text, table, why):
    with pytest.raises(DamagedIntelligence, match=why):
        with_rows(text, table).verify()


def test_a_part_that_is_missing_or_another_is_damage():
    with pytest.raises(DamagedIntelligence, match=r"exploited/kev.json cannot be read .*is missing"):
        Archive(zipped(**{"manifest.json": manifest()})).verify()
    with pytest.raises(DamagedIntelligence, match="is not the one of which its manifest speaks"):
        Archive(zipped(**{"manifest.json": manifest(), "exploited/kev.json": b"[]"})).verify()


def test_a_table_of_a_later_tocsin_is_left_alone():
    archive = with_rows(b'{"made": "up"}', "certificates")
    archive.verify()
    assert all(not Intelligence.of(archive).table(name) for name in TABLES)


def test_the_file_beside_says_which_bundle_it_is(tmp_path):
    path = tmp_path / "a.zip"
    path.write_bytes(WHOLE)
    digest = hashlib.sha256(WHOLE).hexdigest()
    for stated in (digest, f"{digest}  a.zip\n", f"{digest.upper()} *a.zip\n"):
        beside(path).write_text(stated)
        assert Archive.open(path).hash == digest
    for stated, why in (
        ("0" * 64, "a.zip.sha256 says 0000"),
        ("c0ffee", "does not begin with a SHA-256"),
        ("", "does not"),
    ):
        beside(path).write_text(stated)
        with pytest.raises(DamagedIntelligence, match=why):
            Archive.open(path)


def test_a_bundle_that_is_replaced_while_it_is_read_is_read_again(tmp_path, monkeypatch):
    path, new = tmp_path / "a.zip", bundle(batch("epss", "epss", {}))
    path.write_bytes(WHOLE)
    beside(path).write_text(hashlib.sha256(new).hexdigest())
    pairs = iter([(WHOLE, hashlib.sha256(new).hexdigest()), (new, hashlib.sha256(new).hexdigest())])
    monkeypatch.setattr("checks.archive._pair", lambda _: next(pairs))
    assert Archive.open(path).packed == new


def test_a_file_that_never_ends_is_not_read_to_its_end(tmp_path):
    (tmp_path / "a.zip").symlink_to("/dev/zero")
    with pytest.raises(DamagedIntelligence, match="is no regular file"):
        Archive.open(tmp_path / "a.zip")


def test_every_table_is_decoded_to_what_it_is_declared_as():
    for name, kind in TABLES.items():
        assert msgspec.json.decode(msgspec.json.encode(kind()), type=kind) == kind(), name
