"""The contract of all sources: each file goes to one format, and whatever a format is fed, it ends in batches or in `UnreadableSource`."""

import gzip
import re
from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.knowledge import TABLES
from scanner.intel.source import HEAD, UnreadableSource, cves_of, format_of, load_formats

SAMPLES = {
    "known_exploited_vulnerabilities.json": (
        "kev",
        (
            b'{"title":"x","catalogVersion":"2025.08.25","dateReleased":"2025-08-25T17:04:19Z","count":1,"vulnerabilities":'
            b'[{"cveID":"CVE-2017-7921","vendorProject":"Hikvision","product":"x","vulnerabilityName":"y","dateAdded":"2026-03-05",'
            b'"dueDate":"2026-03-26","knownRansomwareCampaignUse":"Unknown"}]}'
        ),
    ),
    "kev.csv": (
        "kev",
        (
            b"cveID,vendorProject,product,vulnerabilityName,dateAdded,dueDate,knownRansomwareCampaignUse\n"
            b"CVE-2017-7921,Hikvision,x,y,2026-03-05,2026-03-26,Unknown\n"
        ),
    ),
    "epss.csv": (
        "epss",
        b"#model_version:v4,score_date:2025-08-25T00:00:00Z\ncve,epss,percentile\nCVE-2017-7921,0.9,0.99\n",
    ),
    "epss.csv.gz": (
        "epss",
        gzip.compress(b"#model_version:v4,score_date:2025-08-25\ncve,epss,percentile\nCVE-2017-7921,0.9,1\n"),
    ),
    "openwrt.json": (
        "endoflife",
        b'[{"cycle":"23.05","releaseDate":"2023-10-11","eol":"2025-08-16","latest":"23.05.6","latestReleaseDate":"2025-08-16"}]',
    ),
    "fortios": (
        "endoflife",
        b'{"schema_version":"1.2.0","result":{"name":"fortios","releases":[{"name":"6.0","releaseDate":"2018-03-29","eolFrom":"2022-09-29"}]}}',
    ),
    "pan-os.md": (
        "endoflife",
        b'---\ntitle: PAN-OS\nreleases:\n  - releaseCycle: "9.0"\n    releaseDate: 2019-02-06\n    eol: 2022-03-01\n---\n',
    ),
    "csaf.csv": (
        "csaf",
        (
            b"advisory,initial,current,cve,cwe,cvss3,vendor,product,version\n"
            b"ICSA-1,2020-01-01,2020-01-02,CVE-2020-0001,CWE-1,CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H,Moxa,NPort,< 2\n"
        ),
    ),
    "icsa.json": (
        "csaf",
        (
            b'{"document":{"csaf_version":"2.0","tracking":{"id":"X","initial_release_date":"2024-01-04T07:00:00Z",'
            b'"current_release_date":"2024-01-04T07:00:00Z"}},"product_tree":{"branches":[{"category":"vendor","name":"Moxa","branches":'
            b'[{"category":"product_name","name":"NPort","product":{"product_id":"1","name":"x"}}]}]},"vulnerabilities":'
            b'[{"cve":"CVE-2024-0001","product_status":{"known_affected":["1"]},"scores":[{"cvss_v3":{"baseScore":9.8}}]}]}'
        ),
    ),
    "CVE-2024-0001.json": (
        "vulnrichment",
        (
            b'{"dataType":"CVE_RECORD","cveMetadata":{"cveId":"CVE-2024-0001","datePublished":"2024-02-08T00:00:00"},"containers":{"cna":'
            b'{"affected":[{"vendor":"Moxa","product":"NPort","cpes":["cpe:2.3:o:moxa:nport:1.0:*:*:*:*:*:*:*"],"versions":[{"version":"1"}]}]},'
            b'"adp":[{"metrics":[{"other":{"type":"ssvc","content":{"options":[{"Exploitation":"poc"},{"Automatable":"no"},'
            b'{"Technical Impact":"total"}]}}},{"cvssV3_1":{"baseScore":9.8}}]}]}}'
        ),
    ),
    "vulnrichment.csv": (
        "vulnrichment",
        (
            b"cve,published,vendor,product,exploitation,automatable,technical_impact,cvss,cpe\n"
            b"CVE-2023-1000,2024-01-10,tenda,x,poc,yes,total,V=9.8,cpe:2.3:o:tenda:ax:1:*:*\n"
        ),
    ),
    "hikvision.csv": (
        "cameras",
        b"model,hw,version,date,filename,supported_models,source\nA-1,G0,1.0,2020-01-02,x_V1.0_200102_.zip,A-1,l\n",
    ),
    "reolink.csv": (
        "cameras",
        b"source,model,hw_ver,version,vendor_date,filename\nl,A-1,G0,v3.0.0.1_22100600,2022-10-11,x\n",
    ),
    "releases.csv": ("operator", b"vendor,model,version,date,source\nAcme,A-1,1.0,2020-01-02,notes\n"),
    "lives.csv": (
        "operator",
        b"vendor,family,end_of_sale,end_of_support,last_firmware,source,checked\nAcme,A,,2020-01-02,,notes,2026-11-20\n",
    ),
    "lifecycle.toml": (
        "own",
        b'[[lifecycle]]\nvendor = "A"\nnames = ["B"]\nsource = "C"\nchecked = 2026-11-21\nend_of_sale = 2020-01-02\n',
    ),
}
"""A whole small file of each shape, and the format that it is of."""
KIND = {name: load_formats()[kind] for name, (kind, _) in SAMPLES.items()}


def ends_well(kind, name, content):
    """Whether the format reads the bytes to rows of the tables that it names, or refuses them in one line."""
    try:
        batches = kind.read([(name, content)])
    except UnreadableSource as refused:
        return 10 < len(str(refused)) < 2000
    text = {batch.table: msgspec.json.encode(batch.rows) for batch in batches}
    for table, rows in text.items():
        msgspec.json.decode(rows, type=TABLES[table])
    return set(text) <= set(kind.TABLES)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_file_goes_to_the_format_that_it_is_of_and_gives_rows(name):
    kind, content = SAMPLES[name]
    found = format_of(name, content)
    assert found is not None
    assert kind == found.NAME
    batches = found.read([(name, content)])
    assert sum(len(batch.rows) for batch in batches) > 0
    assert all(batch.licence and batch.as_of > date(2000, 1, 1) for batch in batches)


@pytest.mark.parametrize("name", SAMPLES)
def test_no_two_formats_claim_one_file(name):
    content = SAMPLES[name][1]
    assert len([each for each in load_formats().values() if each.recognises(name, content[:HEAD])]) == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("README.md", b"# Facts\n"),
        ("x.json", b'{"a": 1}'),
        ("page.html", b"<!doctype html>"),
        ("x.csv", b"a,b\n1,2\n"),
        ("x", b""),
    ],
)
def test_what_is_of_no_format_is_nobody_s(name, content):
    assert format_of(name, content) is None


@pytest.mark.parametrize("kind", load_formats().values(), ids=lambda kind: kind.NAME)
def test_a_format_says_what_it_fills_and_is_named_as_its_parts_are(kind):
    assert set(kind.TABLES) <= set(TABLES)
    assert re.fullmatch("[a-z][a-z-]+", kind.NAME)
    assert kind.read([]) == []


@given(st.sampled_from(sorted(SAMPLES)), st.binary(max_size=400))
def test_junk_ends_in_rows_or_in_a_refusal(name, junk):
    assert ends_well(KIND[name], name, junk)


@given(st.sampled_from(sorted(SAMPLES)), st.data())
def test_a_file_that_was_cut_or_overwritten_ends_in_rows_or_in_a_refusal(name, data):
    content = SAMPLES[name][1]
    at = data.draw(st.integers(0, len(content)))
    gone = data.draw(st.integers(0, 20))
    junk = data.draw(
        st.one_of(st.binary(max_size=20), st.sampled_from([b"", b"null", b"-1", b"[]", b"{}", b'"', b"1e999", b"\x00"]))
    )
    assert ends_well(KIND[name], name, content[:at] + junk + content[at + gone :])


@given(st.sampled_from([name for name in sorted(SAMPLES) if name.endswith((".json", "fortios"))]), st.data())
def test_a_field_of_another_type_ends_in_rows_or_in_a_refusal(name, data):
    content = SAMPLES[name][1]
    values = list(re.finditer(rb'(?<=:)("[^"]*"|[\d.]+)', content))
    value = data.draw(st.sampled_from(values))
    other = data.draw(
        st.sampled_from(
            [b"null", b"true", b"7", b"[]", b'{"a":[]}', b'""', b'"' + b"9" * 10_000 + b'"', b'"2021-02-31"']
        )
    )
    assert ends_well(KIND[name], name, content[: value.start()] + other + content[value.end() :])


def test_the_vulnerabilities_of_every_table_that_has_some_are_known():
    tables: dict[str, set[str]] = {}
    for name, (_, content) in SAMPLES.items():
        for batch in KIND[name].read([(name, content)]):
            tables.setdefault(batch.table, set()).update(cves_of(batch.table, batch.rows))
    assert tables["exploited"] == {"CVE-2017-7921"}
    assert {"CVE-2020-0001", "CVE-2024-0001"} <= tables["advisories"]
    assert "CVE-2024-0001" in tables["points"]
    assert tables["firmware"] == set()
