import re
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.components import TABLE, name_and_version, read, released

TEXT = TABLE.read_text(encoding="utf-8")
RELEASES = read(TEXT)


@pytest.mark.parametrize(
    ("component", "version", "day"),
    [
        ("dropbear", "2012.55", date(2012, 2, 22)),
        ("dropbear", "2020.81", date(2020, 10, 29)),
        ("lighttpd", "1.4.35", date(2014, 3, 12)),
        ("OpenSSH", "7.4", date(2016, 12, 19)),
        ("openssh", "7.4p1", date(2016, 12, 19)),
        ("Apache", "2.4.7", date(2013, 11, 19)),
        ("openssl", "1.0.1e", date(2013, 2, 11)),
        ("BusyBox", "v1.22.1", date(2014, 1, 20)),
        ("Linux", "2.6.35", date(2010, 8, 1)),
        ("boa", "0.94.14rc21", date(2005, 2, 23)),
        ("mini_httpd", "1.19", date(2003, 12, 19)),
    ],
)
def test_a_version_has_the_day_it_was_released(component, version, day):
    assert released(component, version) == day


@pytest.mark.parametrize(
    ("component", "stated", "plain"),
    [
        ("linux", "3.10.0-957.el7.x86_64", "3.10"),
        ("linux", "2.6.35+vendor", "2.6.35"),
        ("openssh", "7.4p1-10+deb9u7", "7.4"),
        ("nginx", "1.18.0_custom", "1.18.0"),
    ],
)
def test_what_a_packager_adds_is_left_out(component, stated, plain):
    assert released(component, stated) == released(component, plain) is not None


@pytest.mark.parametrize("version", ["1.4.35-devel-12M", "1.4.35-rc1", "1.4.35-git", "1.4.35~beta2"])
def test_a_build_from_before_a_release_is_not_dated_by_it(version):
    assert released("lighttpd", version) is None


@pytest.mark.parametrize(("component", "version"), [("lighttpd", "1.4.3500"), ("acmeweb", "1.0"), ("dropbear", "")])
def test_what_the_table_does_not_know_has_no_date(component, version):
    assert released(component, version) is None


@given(st.text(), st.text())
def test_junk_has_no_date_and_raises_nothing(component, version):
    day = released(component, version)
    assert day is None or day.year >= 1990


@pytest.mark.parametrize(
    ("text", "name", "version"),
    [
        ("dropbear 2012.55", "dropbear", "2012.55"),
        ("OpenSSH_7.4p1 Debian-10+deb9u7", "OpenSSH", "7.4p1"),
        ("lighttpd/1.4.35", "lighttpd", "1.4.35"),
        ("mini_httpd/1.19 19dec2003", "mini_httpd", "1.19"),
        ("BusyBox v1.22.1", "BusyBox", "1.22.1"),
        ("Portable SDK for UPnP devices/1.6.17", "Portable SDK for UPnP devices", "1.6.17"),
    ],
)
def test_a_claim_is_read_as_name_and_version(text, name, version):
    assert name_and_version(text) == (name, version)


@pytest.mark.parametrize("text", ["", "lighttpd", "Boa", "1.2.3"])
def test_a_claim_without_a_version_is_none(text):
    assert name_and_version(text) is None


def test_no_row_is_of_a_bulk_import_or_of_1970():
    assert min(min(versions.values()) for versions in RELEASES.values()) > "1990"
    assert "2.6.12" not in RELEASES["linux-kernel"]
    assert "2.0.3" not in RELEASES["apache-httpd"]
    assert RELEASES["boa"]["0.94.14rc21"] == "2005-02-23"


def test_every_component_names_its_source():
    heads = [line for line in TEXT.splitlines() if line.startswith("@")]
    assert len(heads) == len(RELEASES) >= 20
    assert all(line.partition("\t")[2] for line in heads)


def test_every_date_is_a_date():
    for versions in RELEASES.values():
        assert all(date.fromisoformat(day) for day in versions.values())


@pytest.mark.parametrize("component", sorted(RELEASES))
def test_no_version_is_dated_long_after_its_successor(component):
    series: dict[str, list[tuple[int, date]]] = {}
    for version, day in RELEASES[component].items():
        match = re.fullmatch(r"(\d+\.\d+\.)(\d+)", version)
        if match:
            series.setdefault(match[1], []).append((int(match[2]), date.fromisoformat(day)))
    for members in series.values():
        for (_, earlier), (_, later) in pairwise(sorted(members)):
            assert earlier <= later + timedelta(days=30)


def test_a_component_without_a_source_is_refused():
    with pytest.raises(ValueError, match="acme has no source"):
        read("@acme\n1.0\t2020-01-01\n")


def test_of_two_dates_the_earlier_is_kept():
    assert read("@acme\tits news page\n1.0\t2020-01-02\n1.0\t2020-01-01\n") == {"acme": {"1.0": "2020-01-01"}}
