"""endoflife.date in its four shapes: pieces of routeros, openwrt, fortios and sns-hardware of 2026-08, as its API and its two repositories have them."""

from datetime import date

import msgspec
import pytest

from checks.knowledge import Lifecycle, Release
from scanner.intel.source import UnreadableSource
from scanner.intel.sources import endoflife

ROUTEROS = b"""---
title: RouterOS
permalink: /routeros

# For 7.x and later:
# - Non-LTS : eol(x) = releaseDate(x + 1)
releases:
  - releaseCycle: "7.23"
    releaseDate: 2026-05-26
    eol: 2026-08-17
    latest: "7.23.3"
    latestReleaseDate: 2026-08-03

  - releaseCycle: "7.21"
    lts: true
    releaseDate: 2026-01-12
    eol: false # releaseDate( Next LTS cycle )
    latest: "7.21.5"
    latestReleaseDate: 2026-07-06

  - releaseCycle: "6.48"
    releaseDate: 2020-12-22
    eol: true
    latest: "6.48.7"
    latestReleaseDate: 2023-05-23
---

> [MikroTik RouterOS](https://mikrotik.com/software) is an operating system based on the Linux kernel
"""
ROUTEROS_VERSIONS = b"""{
  "releases": {},
  "versions": {
    "7.23": {"name": "7.23", "date": "2026-05-26"},
    "7.22.3": {"name": "7.22.3", "date": "2026-05-08"},
    "7.1rc1": {"name": "7.1rc1", "date": "2021-09-01"}
  }
}"""
OPENWRT = b"""[{"cycle":"23.05","releaseDate":"2023-10-11","eol":"2025-08-16","support":"2025-02-04","latest":"23.05.6",
"latestReleaseDate":"2025-08-16","lts":false},{"cycle":"25.12","releaseDate":"2026-03-05","eol":false,"support":false,
"latest":"25.12.5","latestReleaseDate":"2026-06-30","lts":false}]"""
FORTIOS = b"""{"schema_version": "1.2.0", "generated_at": "2026-08-20T00:34:01+00:00", "last_modified": "2026-05-01T00:00:00+00:00",
"result": {"name": "fortios", "label": "FortiOS", "category": "os", "tags": ["fortinet", "os"], "releases": [
{"name": "6.0", "codename": null, "label": "6.0", "releaseDate": "2018-03-29", "isLts": false, "isEoas": true,
"eoasFrom": "2021-03-29", "isEol": true, "eolFrom": "2022-09-29", "isMaintained": false, "latest": null, "custom": null},
{"name": "8.0", "codename": null, "label": "8.0", "releaseDate": "2026-04-21", "isLts": false, "isEol": false,
"eolFrom": "2030-10-21", "isMaintained": true, "latest": {"name": "8.0.1", "date": "2026-06-02", "link": null}, "custom": null}]}}"""
STORMSHIELD = b"""---
title: Stormshield Firewall
releases:
  - releaseCycle: "sn200"
    releaseDate: 2014-09-01
    eoas: 2017-12-31
    eol: 2022-12-31
    lowestSNSVersion: "1.0.0"
"""
NGINX = b'[{"cycle":"1.31","releaseDate":"2026-05-13","eol":false,"latest":"1.31.3","latestReleaseDate":"2026-07-15","lts":false}]'


def tables(*files):
    return {batch.table: batch.rows for batch in endoflife.read(files)}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("routeros.md", ROUTEROS),
        ("routeros.json", ROUTEROS_VERSIONS),
        ("openwrt.json", OPENWRT),
        ("fortios", FORTIOS),
        ("sns-hardware.md", STORMSHIELD),
    ],
)
def test_each_of_the_four_shapes_is_recognised(name, content):
    assert endoflife.recognises(name, content[:4096])
    assert endoflife.read([(name, content)])


def test_the_releases_of_a_product_are_joined_from_all_its_files():
    (product,) = tables(("routeros.md", ROUTEROS), ("routeros.json", ROUTEROS_VERSIONS))["firmware"]
    assert (product.vendor, product.names, product.as_of) == ("MikroTik", ("RouterOS",), date(2026, 8, 3))
    assert product.releases == (
        Release("6.48", date(2020, 12, 22)),
        Release("6.48.7", date(2023, 5, 23)),
        Release("7.21", date(2026, 1, 12)),
        Release("7.22.3", date(2026, 5, 8)),
        Release("7.23", date(2026, 5, 26)),
        Release("7.21.5", date(2026, 7, 6)),
        Release("7.23.3", date(2026, 8, 3)),
    )


def test_a_newer_minor_of_routeros_ends_nobodys_support():
    assert "lifecycle" not in tables(("routeros.md", ROUTEROS))


def test_the_end_of_a_branch_that_its_maker_declared_is_a_lifecycle_of_that_branch():
    (life,) = tables(("openwrt.json", OPENWRT))["lifecycle"]
    assert life == Lifecycle(
        "OpenWrt",
        ("OpenWrt",),
        "endoflife: endoflife.date/openwrt",
        date(2026, 6, 30),
        "23.05",
        end_of_support=date(2025, 8, 16),
    )


def test_the_second_interface_names_the_same_things_otherwise():
    found = tables(("fortios", FORTIOS))
    assert [(life.branch, life.end_of_support) for life in found["lifecycle"]] == [
        ("6.0", date(2022, 9, 29)),
        ("8.0", date(2030, 10, 21)),
    ]
    assert [release.version for release in found["firmware"][0].releases] == ["6.0", "8.0", "8.0.1"]


def test_all_products_of_the_second_interface_may_come_at_once():
    answer = msgspec.json.decode(FORTIOS)
    full = {**answer, "result": [answer["result"], {**answer["result"], "name": "pan-os"}]}
    found = tables(("full", msgspec.json.encode(full)))
    assert [product.names for product in found["firmware"]] == [("FortiOS",), ("PAN-OS",)]


def test_models_of_a_maker_have_an_end_of_sale_and_an_end_of_support():
    (life,) = tables(("sns-hardware.md", STORMSHIELD))["lifecycle"]
    assert (life.vendor, life.names, life.branch) == ("Stormshield", ("SN200",), "")
    assert (life.end_of_sale, life.end_of_support) == (date(2017, 12, 31), date(2022, 12, 31))


def test_software_in_banners_is_a_component_with_its_latest_release():
    found = tables(("nginx.json", NGINX))
    assert [(component.name, component.versions) for component in found["components"]] == [
        ("nginx", {"1.31.3": "2026-07-15"})
    ]
    assert "firmware" not in found


def test_a_date_of_1970_is_left_out_and_counted():
    kernel = b'{"versions": {"2.6.12.3": {"date": "1970-01-01"}, "2.6.13": {"date": "2005-08-28"}}}'
    openwrt = ("openwrt.json", OPENWRT)
    batches = endoflife.read([("linux-kernel.json", kernel), openwrt])
    assert [note for batch in batches for note in batch.notes] == [
        "1 row was left out: a date that is none, or none that can be ('1970-01-01') (first: linux-kernel.json, 2.6.12.3)"
    ]
    assert batches[0].rows[0].versions == {"2.6.13": "2005-08-28"}


@pytest.mark.parametrize("day", ["2025-02-31", "2107-01-01", "soon"])
def test_an_end_that_no_calendar_has_ends_nothing(day):
    found = tables(("openwrt.json", OPENWRT.replace(b"2025-08-16", day.encode(), 1)))
    assert "lifecycle" not in found


def test_a_page_with_anything_else_in_its_list_is_refused():
    page = ROUTEROS.replace(b"    lts: true\n", b"    lts: &anchor [1, 2]\n      - deeper\n")
    with pytest.raises(UnreadableSource, match=r"routeros\.md cannot be read: its line '      - deeper'"):
        endoflife.read([("routeros.md", page)])


def test_another_schema_is_refused_with_what_is_missing():
    with pytest.raises(UnreadableSource, match=r"openwrt\.json is not of the known schema: .*`cycle`"):
        endoflife.read([("openwrt.json", OPENWRT.replace(b'"cycle"', b'"branch"'))])
