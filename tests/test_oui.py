"""Prefixes are as the IEEE's registry has them (Debian's ieee-data 20220827)."""

import gzip
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.build_oui import REGISTRIES, build
from inventory.oui import is_local, normal, vendor_of

HEAD = "Registry,Assignment,Organization Name,Organization Address\n"


@pytest.mark.parametrize(
    ("mac", "vendor"),
    [
        ("44:19:b6:01:02:03", "Hangzhou Hikvision Digital Technology Co.,Ltd."),
        ("3c:ef:8c:01:02:03", "Zhejiang Dahua Technology Co., Ltd."),
        ("AC-CC-8E-01-23-45", "Axis Communications AB"),
        ("48ea63010203", "Zhejiang Uniview Technologies Co., Ltd."),
        ("0080.f401.0203", "TELEMECANIQUE ELECTRIQUE"),
        ("00:0a:b0:01:02:03", "LOYTEC electronics GmbH"),
        ("00:1e:42:01:02:03", "Teltonika"),
        ("00:c0:b7:01:02:03", "AMERICAN POWER CONVERSION CORP"),
        ("3c:d9:2b:01:02:03", "Hewlett Packard"),
        ("00:06:8e:01:02:03", "HID Corporation"),
    ],
)
def test_names_the_maker_of_a_prefix_however_the_address_is_written(mac, vendor):
    assert vendor_of(mac) == vendor


@pytest.mark.parametrize(
    ("mac", "vendor"),
    [
        ("70:b3:d5:f2:f1:23", "TELEPLATFORMS"),  # MA-S 70B3D5F2F
        ("20:85:93:b1:23:45", "IOG Products LLC"),  # MA-M 208593B
        ("00:50:c2:7d:51:23", "DEUTA-WERKE GmbH"),  # IAB 0050C27D5
    ],
)
def test_the_longest_prefix_counts(mac, vendor):
    assert vendor_of(mac) == vendor


def test_a_block_that_is_cut_up_names_nobody_itself():
    assert vendor_of("70:b3:d5:00:00:00") != "IEEE Registration Authority"
    assert vendor_of("74:1a:e0:90:00:00") is None  # MA-M 741AE09, assigned in private


@pytest.mark.parametrize("mac", ["02:19:b6:01:02:03", "46:19:b6:01:02:03", "01:00:5e:00:00:01", "00:00:00:00:00:00"])
def test_a_local_or_group_address_has_no_maker(mac):
    assert is_local(mac)
    assert vendor_of(mac) is None


def test_an_assigned_address_is_not_local():
    assert not is_local("44:19:b6:01:02:03")


@given(st.text(max_size=40))
def test_what_is_no_address_has_no_maker(text):
    assert normal(text) is not None or (vendor_of(text) is None and is_local(text))


def test_every_way_to_write_an_address_is_one():
    assert {normal(m) for m in ("4419.B601.0203", "44-19-B6-01-02-03", "4419b6010203")} == {"44:19:b6:01:02:03"}


def test_the_data_say_whence_and_when():
    packed = resources.files("inventory").joinpath("data", "oui.txt.gz").read_bytes()
    assert gzip.decompress(packed).decode().splitlines()[:2] == [
        "# IEEE Registration Authority: MA-L, MA-M, MA-S and IAB",
        "# of 2022-08-27",
    ]
    assert len(packed) < 1_000_000


def test_builds_the_same_bytes_from_the_same_registries(tmp_path):
    rows = {
        "oui.csv": "MA-L,AABBCC,Some  Maker &amp; Co,Street\nMA-L,70B3D5,IEEE Registration Authority,NJ\nMA-L,AABBCC,Other,X\n",
        "mam.csv": "MA-M,AABBCC1,Private,\n",
        "oui36.csv": 'MA-S,70B3D5F2F,"Tiny, Inc.\u200e",Y\n',
        "iab.csv": "",
    }
    for registry in REGISTRIES:
        (tmp_path / registry).write_text(HEAD + rows[registry], encoding="utf-8")
    packed = build(tmp_path)
    assert packed == build(tmp_path)
    assert gzip.decompress(packed).decode().splitlines()[2:] == [
        "70B3D5F2F Tiny, Inc.",
        "AABBCC Other / Some Maker & Co",
    ]
