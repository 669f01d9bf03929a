"""The operator's CSV of component releases and the project's own table: what is read, and what is refused."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.components import released
from checks.intelligence import of_tables
from checks.knowledge import Component
from scanner.intel.source import UnreadableSource
from scanner.intel.sources import components
from scanner.intel.sources.components import honest, merged, of_csv, of_table, own

OURS = (
    b"component,version,date,source\nAcmeWeb,1.2,2019-05-04,maker's release notes of 2019\nacmeweb,1.3,2020-02,mail\n"
)
GATHERED = (
    b"component,version,date,date_quality,tag_or_source,repo,repo_head\n"
    b"dropbear,2012.55,2012-02-22,changelog,CHANGES,mkj/dropbear,cafe\n"
    b"dropbear,2012.55,2012-02-23,git-tag,DROPBEAR_2012.55,mkj/dropbear,cafe\n"
    b"dropbear,0.30,2013-06-16,import-bulk(do not use),DROPBEAR_0.30,mkj/dropbear,cafe\n"
    b"linux-kernel,2.6.12.1,1970-01-01,release-data,releases/linux-kernel.json,endoflife-date/release-data,cafe\n"
)


def test_an_operator_adds_components_of_his_own():
    (batch,) = components.read([("ours.csv", OURS)])
    assert batch.rows == [
        Component("acmeweb", "maker's release notes of 2019; mail", {"1.2": "2019-05-04", "1.3": "2020-02"})
    ]
    assert (batch.table, batch.count, batch.as_of) == ("components", 2, date(2020, 2, 1))


def test_of_two_days_the_earlier_is_kept_and_a_bulk_import_is_not():
    (dropbear, _) = of_csv("releases.csv", GATHERED)
    assert dropbear == Component("dropbear", "mkj/dropbear", {"2012.55": "2012-02-22"})


def test_a_release_of_1970_is_known_without_a_day():
    (_, kernel) = of_csv("releases.csv", GATHERED)
    assert kernel.versions == {"2.6.12.1": ""}
    assert released("Linux", "2.6.12.1", of_tables(components=[kernel])) is None


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        (
            b"acmeweb,1.2,2021-02-31,mail",
            "ours.csv, line 2: '2021-02-31' is no day, month or year as ISO 8601 writes it",
        ),
        (b"acmeweb,1.2,04.05.2019,mail", "ours.csv, line 2: '04.05.2019' is no day"),
        (b"acmeweb,1.2,2021-1-1,mail", "ours.csv, line 2: '2021-1-1' is no day"),
        (b"acmeweb,1.2,2021-05-04,", "ours.csv, line 2: its source is missing"),
        (b"acmeweb,1.2", "ours.csv, line 2: its source is missing"),
        (b",1.2,2021-05-04,mail", "ours.csv, line 2: its component is missing"),
        (b"acmeweb,,2021-05-04,mail", "ours.csv, line 2: its version is missing"),
        (b"acmeweb," + b"1" * 10_000 + b",2021-05-04,mail", "ours.csv, line 2: its version is too long"),
        (b"acmeweb,1.2,2021-05-04," + b"x" * 200_000, "ours.csv is not a CSV file (field larger than field limit"),
        (b"acmeweb,1.2,2021-05-04,\xff", "ours.csv is not UTF-8 text"),
        (b"", "ours.csv holds no release"),
    ],
)
def test_a_row_that_cannot_be_used_is_refused_by_its_line(row, complaint):
    with pytest.raises(UnreadableSource) as refused:
        components.read([("ours.csv", b"component,version,date,source\n" + row)])
    assert str(refused.value).startswith(complaint)


@pytest.mark.parametrize(
    "head", [OURS[:40], b"\xef\xbb\xbf" + OURS, GATHERED[:4096], b"Component,Version,Date,Source\n"]
)
def test_a_file_of_component_releases_is_known_by_its_first_line(head):
    assert components.recognises("anything.txt", head)


@pytest.mark.parametrize("head", [b"", b"vendor,model,version,date\n", b'{"versions": {}}'])
def test_another_file_is_not_taken_for_component_releases(head):
    assert not components.recognises("releases.csv", head)


@given(st.binary(max_size=400))
def test_junk_is_read_or_refused(junk):
    try:
        rows = components.read([("ours.csv", b"component,version,date,source\n" + junk)])[0].rows
    except UnreadableSource:
        return
    assert all(isinstance(row, Component) and row.source for row in rows)


def test_two_rows_of_one_component_become_one_with_both_sources():
    rows = [
        Component("acmeweb", "a", {"1.0": "2019-01-02", "1.1": "2020-01-01"}),
        Component("acmeweb", "b", {"1.0": "2019-01-01"}),
    ]
    assert merged(rows) == [Component("acmeweb", "a; b", {"1.0": "2019-01-01", "1.1": "2020-01-01"})]


@pytest.mark.parametrize(
    ("versions", "believed"),
    [
        # Apache 2.4.28 and 2.2.25, whose tags were made anew years later
        ({"2.4.28": "2019-01-17", "2.4.29": "2017-10-17"}, {"2.4.28": "2017-10-17", "2.4.29": "2017-10-17"}),
        ({"2.2.25": "2016-12-16", "2.2.34": "2017-07-07"}, {"2.2.25": "2016-12-16", "2.2.34": "2017-07-07"}),
        # another branch is no successor
        ({"1.0.1u": "2016-09-22", "1.0.2": "2015-01-22"}, {"1.0.1u": "2016-09-22", "1.0.2": "2015-01-22"}),
        # a branch begins with the release that bears its name: OpenSSL 0.9.5 and 0.9.5a
        ({"0.9.5": "2000-05-25", "0.9.5a": "2000-04-01"}, {"0.9.5": "2000-04-01", "0.9.5a": "2000-04-01"}),
        ({"0.9.8z": "2014-07-01", "0.9.8za": "2014-06-05"}, {"0.9.8z": "2014-06-05", "0.9.8za": "2014-06-05"}),
        # a candidate comes before its release, whatever its day
        ({"1.0": "2020-02-01", "1.0rc1": "2020-01-01"}, {"1.0": "2020-02-01", "1.0rc1": "2020-01-01"}),
        # an unknown day says nothing of its neighbours, a year nothing of the days in it
        ({"1.0": "2020-02-01", "1.1": "", "1.2": "2020"}, {"1.0": "2020-02-01", "1.1": "", "1.2": "2020"}),
        ({"1.0": "2020-02-01", "1.1": "2019"}, {"1.0": "2019", "1.1": "2019"}),
    ],
)
def test_no_version_is_dated_later_than_a_successor_that_must_contain_it(versions, believed):
    assert honest(versions) == believed


def test_every_fact_of_the_project_itself_names_its_source():
    blocks = list(own())
    assert len(blocks) >= 20
    assert all(block.source and block.versions for block in blocks)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("@acme\n1.0\t2020-01-01\n", "acme has no source"),
        ("1.0\t2020-01-01\n", "stands below no component"),
        ("@acme\tits page\n1.0\t2020-02-31\n", "is not dated"),
        ("@acme\tits page\n1.0\n", "is not dated"),
    ],
)
def test_a_table_without_a_source_or_a_day_is_refused(text, complaint):
    with pytest.raises(ValueError, match=complaint):
        list(of_table(text))
