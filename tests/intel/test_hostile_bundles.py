"""Bundles and feeds from somebody who means harm: each is refused in one sentence, at little cost, and what was in force still is."""

import hashlib
import json
import struct
import tracemalloc
import zipfile
import zlib
from datetime import timedelta
from io import BytesIO

import pytest

from checks.archive import SCHEMA, Archive, DamagedIntelligence, beside
from checks.intelligence import Intelligence
from checks.knowledge import Lifecycle, Product, Release
from inventory.errors import ConfigError
from scanner.exits import Exit
from scanner.intel.bundle import pack, part
from scanner.intel.reading import plain_text
from scanner.intel.source import Batch, load_formats
from scanner.intel.update import going_back
from scanner.options import Options
from tests.hostile.web_devices import DRESS
from tests.intel.conftest import TODAY, bundle
from tests.intel.feeds import catalogue

ZEROS = 64 * 1024 * 1024


def bomb() -> bytes:
    """A megabyte of zeros and a half, sixty-four times over."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return b"".join([*(packer.compress(bytes(1024 * 1024)) for _ in range(64)), packer.flush()])


def origin(**changes: object) -> dict[str, object]:
    whole: dict[str, object] = {"name": "x", "table": "lifecycle", "as_of": "2026-11-21", "rows": 1, "where": ""}
    return whole | changes


def manifest(*origins: dict[str, object]) -> bytes:
    return json.dumps({"schema": SCHEMA, "made": "2026-11-21", "origins": origins}).encode()


def zipped(members: list[tuple[str, bytes]], kind: int = zipfile.ZIP_DEFLATED, comment: bytes = b"") -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", kind) as archive:
        archive.comment = comment
        for name, text in members:
            archive.writestr(name, text)
    return packed.getvalue()


def of_rows(table: str, text: str) -> bytes:
    """A bundle whose one part is right by its hash, whatever its rows are."""
    stated = origin(table=table, sha256=hashlib.sha256(text.encode()).hexdigest(), size=len(text.encode()))
    return zipped([("manifest.json", manifest(stated)), (f"{table}/x.json", text.encode())])


def of_one(table: str, **fields: object) -> bytes:
    return of_rows(table, json.dumps([ROWS[table] | fields], ensure_ascii=False))


def stating(packed: bytes, size: int) -> bytes:
    """The same archive, whose list says of its last member that it has so many bytes when unpacked (APPNOTE.TXT, section 4.3.12)."""
    at = packed.rindex(b"PK\x01\x02") + 24
    return packed[:at] + struct.pack("<L", size) + packed[at + 4 :]


def encrypted(packed: bytes) -> bytes:
    at = packed.rindex(b"PK\x01\x02") + 8
    return packed[:at] + b"\x01\x00" + packed[at + 2 :]


def in_zip64() -> bytes:
    """The records that a larger archive ends in, before those of a small one (sections 4.3.14 and 4.3.15)."""
    whole = bundle()
    record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, 1000, 0)
    return whole[:-22] + record + struct.pack("<4sLQL", b"PK\x06\x07", 0, len(whole) - 22, 1) + whole[-22:]


ROWS: dict[str, dict[str, object]] = {
    "lifecycle": {"vendor": "Acme", "names": ["X1"], "source": "acme.example", "checked": "2026-11-21"},
    "firmware": {
        "vendor": "Acme",
        "names": ["X1"],
        "releases": [{"version": "1"}],
        "source": "s",
        "as_of": "2026-11-21",
    },
    "advisories": {
        "id": "A-1",
        "vendor": "Acme",
        "product": "X1",
        "affected": "",
        "cves": [],
        "published": "2026-11-21",
    },
    "exploited": {
        "cve": "CVE-2021-36260",
        "vendor": "Acme",
        "product": "X1",
        "title": "t",
        "added": "2026-11-21",
        "due": "2026-11-21",
    },
}
TWICE = [("manifest.json", manifest()), ("manifest.json", manifest())]
WRONG = {
    "another way of packing, which unpacks without a bound": (
        zipped([("manifest.json", manifest())], zipfile.ZIP_BZIP2),
        "packed in another way than ours",
    ),
    "and another": (zipped([("manifest.json", manifest())], zipfile.ZIP_LZMA), "packed in another way than ours"),
    "encrypted": (encrypted(zipped([("manifest.json", manifest())])), "'manifest.json' is encrypted"),
    "for more than 4 GB": (in_zip64(), "zip64"),
    "a comment": (zipped([("manifest.json", manifest())], comment=b"PK\x05\x06"), "it is no bundle"),
    "a list of members without end": (zipped([(f"{n:060}", b"") for n in range(1300)]), "list of members is longer"),
    "4 GB that it says it has": (stating(zipped([("manifest.json", manifest())]), 2**32 - 2), "larger than"),
    "a million origins": (zipped([("manifest.json", manifest(*[origin()] * 1001))]), "length <= 1000"),
    "rows less than none": (zipped([("manifest.json", manifest(origin(rows=-1)))]), "it is no bundle"),
    "a manifest of another type": (zipped([("manifest.json", b'{"schema": ["x"]}')]), "it is no bundle"),
    "a day that no calendar has": (zipped([("manifest.json", manifest(origin(as_of="2026-02-31")))]), "no bundle"),
    "a product that is every product": (of_one("lifecycle", names=["*"]), "which would be every product"),
    "a product of one letter": (of_one("firmware", names=["-X-*"]), "names '-X-\\*' of 'Acme'"),
    "what a terminal obeys": (of_one("advisories", vendor="Acme\x1b[31m"), "a terminal obeys or nobody sees"),
    "what nobody sees": (of_one("exploited", title="a\u202eb"), "a terminal obeys or nobody sees"),
    "another line": (of_one("lifecycle", note="a\nb"), "a terminal obeys or nobody sees"),
    "a text without end": (of_one("lifecycle", note="x" * 10_000), "length <= 2000"),
    "a version without end": (of_one("firmware", releases=[{"version": "1" * 10_000}]), "length <= 400"),
    "releases without end": (of_one("firmware", releases=[{"version": "1"}] * 5001), "length <= 5000"),
    "a score below nothing": (of_one("advisories", cvss=-1), ">= 0"),
    "a score that is no number": (of_rows("advisories", '[{"cvss": NaN}]'), "cannot be read"),
    "a score without end": (of_one("advisories", cvss=1e300), "<= 10"),
    "a release on a day that no calendar has": (of_one("firmware", as_of="0000-00-00"), "cannot be read"),
    "rows that are one": (of_rows("lifecycle", '{"names": "*"}'), "cannot be read"),
}


@pytest.mark.parametrize(("packed", "why"), WRONG.values(), ids=WRONG)
def test_what_means_harm_is_refused_with_a_sentence_and_what_is_in_force_stays(run, in_force, tmp_path, packed, why):
    path, before = tmp_path / "given.zip", in_force.read_bytes()
    path.write_bytes(packed)
    with pytest.raises(DamagedIntelligence, match=why):
        Archive.open(path).verify()
    for words in (("intel", "import", path, "--allow-older"), ("intel", "verify", path), ("--intel", path, "intel", "export", "x")):  # fmt: skip
        code, out, err = run(*words)
        assert (code, out) == (Exit.USAGE, "")
        assert err.startswith(f"tocsin: the intelligence {path} ")
        assert err.count("\n") == 1
        assert len(err) < 1000
        assert err.rstrip("\n").isprintable()
    with pytest.raises(ConfigError):
        Options(intel=path).intelligence()
    assert in_force.read_bytes() == before


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name_are_refused_because_two_readers_may_take_either():
    with pytest.raises(DamagedIntelligence, match=r"it holds .* twice"):
        Archive(zipped(TWICE))


def test_a_member_that_says_it_is_small_is_not_unpacked_further():
    """It says that it has 100 bytes, and is 64 MB of zeros."""
    text = bomb()
    name = b"lifecycle/x.json"
    stated = origin(sha256=hashlib.sha256(b"").hexdigest(), size=100)
    packed = zipped([("manifest.json", manifest(stated)), (name.decode(), b"x" * len(text))], zipfile.ZIP_STORED)
    at = packed.rindex(b"PK\x01\x02")
    packed = packed.replace(b"x" * len(text), text)
    at = packed.rindex(b"PK\x01\x02")
    packed = packed[: at + 10] + struct.pack("<H", zipfile.ZIP_DEFLATED) + packed[at + 12 :]
    packed = stating(packed, 100)
    tracemalloc.start()
    try:
        with pytest.raises(DamagedIntelligence, match=r"lifecycle/x\.json cannot be read|is not the one"):
            Archive(packed).verify()
        assert tracemalloc.get_traced_memory()[1] < ZEROS / 16
    finally:
        tracemalloc.stop()


def test_the_name_of_a_member_leads_nowhere(tmp_path):
    """Members that no origin names are not looked at, and nothing is ever written to a file of a member's name."""
    extra = zipped([("manifest.json", manifest()), ("../../etc/cron.d/x", b"x"), ("/etc/passwd", b"x")])
    Archive(extra).verify()
    assert list(tmp_path.iterdir()) == []


def test_a_row_without_a_maker_speaks_of_nobody_s_devices():
    lives = [
        Lifecycle(vendor, ("X1",), "s", TODAY, end_of_support=TODAY - timedelta(days=1))
        for vendor in ("", "!!", "GmbH")
    ]
    packed = pack([part(Batch("x", "lifecycle", lives, TODAY, 3, "facts"), "tests")], TODAY)
    assert set(Intelligence.of(Archive(packed)).lifecycles) == {"gmbh"}


def test_a_source_of_a_day_that_has_not_come_would_keep_every_later_one_out(in_force):
    late = TODAY + timedelta(days=400)
    given = pack(
        [part(Batch("kev", "exploited", [], late, 0, "facts"), "tests")],
        TODAY,
    )
    why = going_back(Archive(given).manifest, Archive.open(in_force).manifest, TODAY)
    assert why == f"its kev (exploited) is of {late}, a day that has not come yet"


def dressed() -> bytes:
    """CISA's catalogue, dressed up."""
    document = json.loads(catalogue(12, TODAY))
    for row in document["vulnerabilities"]:
        row |= {"vendorProject": "Hik" + DRESS[:60], "product": DRESS[60:], "vulnerabilityName": DRESS}
    return json.dumps(document).encode()


def test_what_a_feed_dresses_up_is_written_without_what_is_obeyed_or_unseen(run, in_force, tmp_path):
    (tmp_path / "kev.json").write_bytes(dressed())
    code, out, err = run("intel", "update", tmp_path / "kev.json")
    assert (code, err) == (Exit.CLEAN, "")
    assert out.rstrip("\n").isprintable()
    rows = Intelligence.open(in_force).table("exploited")
    assert {row.title for row in rows} == {plain_text(DRESS)}
    assert all(text.isprintable() for row in rows for text in (row.vendor, row.product, row.title))
    assert run("intel", "verify")[0] == Exit.CLEAN


HOSTILE_FEEDS = {
    "a text without end": (b'{"title": "' + b"A" * 3_000_000 + b'"}', "larger than"),
    "nested without end": (b'{"catalogVersion":' + b"[" * 500_000, "kev"),
    "columns without end": (b"cveID," * 200_000, ""),
    "what a terminal obeys": (
        catalogue(1, TODAY).replace(b"CVE-2021-36260", b"\\u001b[31mCVE"),
        "a cveID that is none",
    ),
    "a day that never was": (catalogue(12, TODAY).replace(b'"2022-01-10"', b'"2022-02-31"'), "is no day"),
    "a count that is none": (catalogue(12, TODAY).replace(b'"count": 12', b'"count": 1e400'), "kev"),
    "an archive": (zipped([("kev.json", catalogue(12, TODAY))]), "is no JSON"),
}


@pytest.mark.parametrize(("content", "why"), HOSTILE_FEEDS.values(), ids=HOSTILE_FEEDS)
def test_a_folder_of_hostile_feeds_is_refused_with_a_sentence_and_what_is_in_force_stays(
    run, in_force, tmp_path, content, why
):
    folder, before = tmp_path / "feeds", in_force.read_bytes()
    folder.mkdir()
    (folder / "known_exploited_vulnerabilities.json").write_bytes(content)
    code, out, err = run("intel", "update", "--from", folder)
    assert (code, out) == (Exit.INCOMPLETE, "")
    assert err.endswith("tocsin: nothing was changed: what was in force still is\n")
    assert why in err
    assert err.replace("\n", "").isprintable()
    assert len(err) < 4000
    assert in_force.read_bytes() == before
    assert not beside(in_force).exists()


def test_a_declaration_about_everything_is_refused_by_name():
    own = load_formats()["own"]
    text = b'[[lifecycle]]\nvendor = "Acme"\nnames = ["*"]\nsource = "acme.example"\nchecked = 2026-11-21\nend_of_support = 2020-01-01\n'
    with pytest.raises(ValueError, match=r"Acme.*every"):
        own.read([("own.toml", text)])


def test_the_largest_tables_that_are_taken_are_taken():
    releases = tuple(Release(f"1.{number}") for number in range(5000))
    rows = [Product("Acme", ("X1", "ABC*"), releases, "s", TODAY)]
    packed = pack([part(Batch("x", "firmware", rows, TODAY, 1, "facts"), "tests")], TODAY)
    archive = Archive(packed)
    archive.verify()
    assert Intelligence.of(archive).products["acme"] == tuple(rows)
