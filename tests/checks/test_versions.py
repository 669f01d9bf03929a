"""Versions as devices, release archives and advisories write them, in the order in which their makers released them."""

from itertools import pairwise, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.scheme import LONGEST, load_schemes, scheme_of
from checks.versions import compare

# The vendor and where the strings are from; below it the strings, oldest first.
ORDERED = """
Hikvision | ICSA-17-124-01
5.2.0 build 140721 < 5.2.0 build 140805 < 5.3.1 build 150410 < 5.3.5 Build 160106 < V5.4.0 build 160401 < 5.4.0_160530 < 5.4.4 Build 161125 < 5.4.5 Build 160928
Hikvision | the Hikvision release archive
1.2.8 < 3.9.50 < 5.5.338 < 5.5.810 < 5.6.0 < 5.7.17 < 5.8.1 < 5.8.30 < 5.11.0
Dahua | System Version of IPC-HDBW1320E and later; ICSA-22-193-01
2.400.0000000.16.R, Build Date: 2017-08-31 < 2.800.0000000.8.R < 2.800.0000000.16.R, Build Date: 2019-12-18 < 2.800.0000000.27.R < 2.820.0000000.48.R.220614
Honeywell | ICSA-19-304-04: cameras that Dahua makes
2.000.HW00.0.R.20190823 < 2.420.HW00.12.20190819 < 2.460.HW00.5.R.20190827
MikroTik | mikrotik.com/download/changelogs
6.40.9 (bugfix) < 6.42 < 6.42.6 (long-term) < 6.49.10 < 7.1beta6 < 7.1rc2 < 7.1 < 7.15.3 (stable)
Axis Communications | help.axis.com, AXIS OS portal
5.51.7.4 < LTS 2016 < 8.20.1 < 8.40.4.6 < 9.80.3.4 < 9.80.3.12 < 10.11 < LTS 2022 < 11.11.73
Zyxel | CVE-2020-9054, CVE-2024-29973: NAS542
V5.21(ABAG.4)C0 < V5.21(ABAG.13)C0 < V5.21(ABAG.14)C0
Zyxel | answers and release notes of the USG FLEX
V5.21(ABUI.1)b2 < V5.21(ABUI.1)C0 < V5.36(ABUI.2)C0 < V5.37(ABUI.0) < V5.38(ABUI.0)C0
D-Link | DIR-600, DIR-645 and DIR-842 at support.dlink.com, CVE-2020-8962
1.02B03 < 1.04b05 < v2.06.B09 < v2.06.B09_HOTFIX < 2.16b01 < v3.13B09 < v3.13B09_HOTFIX
D-Link | DIR-868L for a provider, www.fortinet.com/blog
v1.09SHC < v1.21SHCb03
NETGEAR | kb.netgear.com, R7000
V1.0.4.84_10.1.84 < V1.0.9.88_10.2.88 < V1.0.11.100_10.2.100 < V1.0.11.106_10.2.100 < V1.0.11.116_10.2.100
TP-Link Technologies | the status page of TL-WR841N and WR840N
3.16.9 Build 150310 < 3.16.9 Build 150316 Rel.62177n < 3.16.9 Build 151021 Rel.76995n < 3.16.9 Build 160325 Rel.62500n < 3.16.9 Build 160406 Rel.40792n
Cisco Systems, Inc. | ICSA-19-094-02, ICSA-21-110-02: IOS 15.2E of Stratix switches
15.2(4)E1 < 15.2(6)E0a < 15.2(6)E1 < 15.2(6)E2a < 15.2(7)E0s < 15.2(7)E3
Rockwell Automation | ICSA-17-094-03, ICSA-19-094-02: IOS 15.2EA
15.2(4)EA7 < 15.2(4a)EA5
Cisco | release notes of IOS 12.2SE
12.2(25)SE < 12.2(35)SE5 < 12.2(50)SE < 12.2(55)SE < 12.2(55)SE12 < 12.2(58)SE2
Cisco | release notes of IOS XE
03.06.06E < 16.6.4 < 16.9.5 < 16.12.04 < 16.12.4a < 17.3.1
Fortinet | docs.fortinet.com, release notes of FortiOS
v6.0.9,build0335,200121 (GA) < v6.2.3,build1066 < v6.4.5,build1828 < v7.0.1,build0157 < 7.2.0
Juniper Networks | sysDescr of an ex2300, and Juniper's advisories
20.4R3 < 20.4R3-S1.3 < 20.4R3-S2 < 20.4R3-S8 < 20.4R3-S10.2 < 21.1R1 < 21.1R2-S2 < 21.1R3
Juniper | Juniper KB1868 and release notes
10.4R2.6 < 12.1X46-D10 < 12.1X46-D86 < 15.1X49-D30 < 15.1X49-D170.4 < 18.4R2
Aruba | sysDescr of a 2930F, and release notes
WC.16.10.0012 < WC.16.10.0015 < WC.16.10.0021 < WC.16.11.0001 < WC.16.11.0010
Siemens AG | ICSA-23-348-05, ICSA-20-161-04, ICSA-24-102-02
V4.0.400 < V4.2.1 < V5.2 SP3 < V5.2 SP3 HF14 < V5.2 SP3 HF15 < V7.5 SP1 Update 3 < V7.5 SP2 < V7.5_SP2_Update_16 < V16 Update 3 < V16 Update 3a < V19
Siemens | ICSA-24-193-07, ICSA-18-226-02, ICSA-20-042-06
V2.9 < V2.9 SP1 < V3.15 P013 < V3.15 P014 < V7.4 SP1 Upd 13 < V7.4 SP1 Update 14
Moxa | ICSA and Moxa's advisories
1.2 Build 09123015 < 1.3 Build 15031615 < 1.3 build 15082117 < v3.2 < V3.8 build 18010515 < 5.1
Weidmueller | ICSA-19-339-02
3.3.8 Build 16102416 < 3.3.16 Build 16102416 < 3.4.4 Build 16102416
Rockwell Automation | ICSA-24-284-18, ICSA-24-226-02, ICSA-24-256-18
20.011 < 20.054_kit1 < 31.011 < v.32.011 < 32.013 < v.33.011 < v33.015
Schneider Electric | ICSA-23-201-01 and SEVD advisories of Modicon
SV1.70 IR22 < V2.30 < SV2.6 < V2.80 < 2.9 < V3.01 < V3.20 < SV3.51 < SV4.10
Omron | ICSA advisories of NJ, NX and CX-Programmer
1.28 < 1.48 < Ver.1.49 < 1.54 < 9.65 < 9.70
Mitsubishi Electric | ICSA-21-049-02, ICSA-20-212-04, ICSA-20-182-02
1.003D < 1.015R < 1.94Y < 1.167Z < 1.250L < 3.245F
Reolink | the Reolink download centre
v3.0.0.1337_22091901 < v3.0.0.1388_22100600 < v3.0.0.1388_22100601 < v3.0.0.4662_250807128 < v3.1.0.3429_24041813 < v3.3.0.456_26031912
Reolink | the same, releases of 2019 to 2021
448_19061408 < 654_20040904 < 65_20071003 < 20121103 < 2021020447 < 21031206
Reolink | RLC-823S1, whose releases are written in two ways
v3.1.0.3688_24081510_v1.0.0.146 < v3.1.0_4366_24121214
Uniview | version answers of cameras at github.com; ICSA-24-156-01
QIPC-B2202.2.0.230111 < QIPC-B2202.10.17.C06222.L61.NB.250307
Uniview | the same
IPC-B2202.3.73.C06290.NB.230628 < IPC-B2202.7.11.230222
openssl | openssl.org/news
0.9.8u < 0.9.8za < 1.0.1 < 1.0.1e < 1.0.2k-fips < 1.0.2za < 1.1.1n < 3.0.14
openssh | openssh.com/releasenotes.html
2.5.2p1 < OpenSSH_5.4p1 < 6.6.1p1 < 7.4p1 < 8.5p1 < 10.2p1
dropbear | matt.ucc.asn.au/dropbear/CHANGES
0.48.1 < 0.52 < dropbear_0.53.1 < 2011.54 < 2012.55 < 2019.78 < 2025.87
proftpd | proftpd.org/docs/NEWS
1.2.2 < 1.3.0 < 1.3.4 < 1.3.7a < 1.3.7d < 1.3.8 < 1.3.8c
php | php.net/ChangeLog
5.1.6 < 5.3.14 < 5.4.38 < 5.6.5 < 7.2.22 < 7.2.33
nginx | nginx.org/en/CHANGES
0.1.30 < 0.8.29 < 0.8.54 < 1.20.2 < 1.25.4 < 1.29.7
boa | boa.org/news.html
0.93.15 < 0.94.11 < 0.94.13 < 0.94.14rc20 < 0.94.14rc21
live555 | live555.com/liveMedia/public/changelog.txt
2012.11.30 < 2015.01.27 < 2015.03.01 < 2016.06.23 < 2023.06.14
NTCIP | dates that stand for versions
20120101 < 2012-05-05 < 20170412 < 2017-04-13 < 2023-06-14
Ubiquiti Networks | dl.ubnt.com
XM.v5.6.3.28591.151130.1749 < XM.v5.6.4.28924.160331.1253 < XM.v5.6.5 < XM.v5.6.6.29183.160526.1225 < XM.v5.6.11
Ubiquiti | community.ui.com/releases
v4.0.80.10875 < 4.3.28.11361 < v6.0.4 < v6.2.49 < v6.3.6
QNAP | QNAP's advisories
4.2.6 Build 20170517 < 4.3.6.0895 Build 20190328 < 4.3.6.1965 build 20220302 < 4.5.4.2012 build 20220419 < 5.1.0.2348 build 20230325
Synology | Synology-SA-20:18, Synology-SA-20:26 and DSM release notes
6.2.1-23824 < 6.2.3-25426 < 6.2.3-25426-2 < 6.2.3-25426-3 < DSM 7.1.1-42962
Lantronix | ICSA; TALOS-2021-1312
2.0.0.13 < 6.5.0.7 < 6.8.0.3 < V6.10.0.1 < 8.9.0.0R4
APC | sysDescr of network management cards; ICSA-21-313-01
v3.7.0 < v3.7.2 < v3.9.2 < v6.5.0 < v6.9.6
Polycom | release notes of UC Software
3.3.5.0247 < 4.0.1.13681 < 5.9.0.9373 < 5.9.3.2857 < 5.9.5.0614
Grandstream | CVE-2019-10655, CVE-2020-5722, CVE-2020-5757
1.0.3.219 < 1.0.11.23 < 1.0.19.20 < 1.0.20.22 < 1.0.20.23
Hanwha Techwin | attributes.cgi answers; ICSA-17-136-03
1.41.01_20200101 < 1.41.01_20200318_R342 < 1.41.01_20201216_R86 < 1.41.02
Huawei | Huawei's advisories of CloudEngine
V200R003C00SPC810 < V200R005C00SPC800 < V200R005C10SPC800 < V200R019C00SPC800 < V200R019C10SPC800
Honeywell | ICSA-24-116-04
R510.2_HF14 < R511.5_TCU4_HF4 < R520.1_TCU5 < R520.2_TCU4_HF2
Fujitsu | ICSA-23-248-01: letters and numbers by turns
V01L001 < V01L010 < V01L053 < V02L007 < V02L061
ntp | ntp.org
4.2.6p5 < 4.2.8 < 4.2.8p9 < 4.2.8p10 < 4.2.8p15
any | what stands before and behind
v1.2 < Version 1.3 < Ver. 1.4 < firmware 1.5 < FW 1.6 < V1.7 final
"""
INCOMPARABLE = [
    ("Hikvision", "V5.5.0", "V5.5.0 build 170124"),  # any of its builds
    ("Dahua", "2.420.AC00.18.R, Build Date: 2019-12-18", "2.800.0000000.16.R.200101"),  # made for different customers
    ("Axis", "LTS 2018", "8.40.4.3"),  # one of that track
    ("Zyxel", "V5.21(ABIX.1)C0", "1.02(AAAB.3)C0"),  # of different hardware
    ("Cisco", "12.2(55)SE12", "15.0(2)M1"),  # of different trains
    ("Rockwell Automation", "15.2(7)E3", "15.2(4)EA7"),
    ("Juniper", "15.1X49-D30", "15.1R3"),
    ("Juniper", "20.4R3-S2-EVO", "20.4R3"),
    ("Aruba", "WC.16.10.0012", "YA.16.11.0003"),
    ("Siemens", "V4.7 SP1", "V4.7 HF27"),  # a hotfix of the one is not in the other
    ("Siemens", "CPCI85 V05.11", "V16.30"),  # of a part of the device
    ("Mitsubishi Electric", "23121", "24051"),  # serial numbers
    ("Mitsubishi Electric", "23121", "65"),
    ("Ubiquiti", "XM.v5.6.5", "XW.v6.3.6"),
    ("Uniview", "DIPC-B1219.5.9", "NVR-B3801.20.17"),
    ("Reolink", "20121103", "v3.0.0.1388_22100600"),
    ("D-Link", "v1.21SHCb03", "2.16b01"),  # one is a provider's
    ("Uniview", "DIPC-B1219.5.9.C04605.NB.210330", "DIPC-B1216.9.11.250326"),  # the lower number is four years younger
    ("Uniview", "DIPC-B1232.9.3.C00010.251208", "CIPC-B2202.3.8.L68.260128"),
    ("", "2017 R2", "7.5"),  # since the year counts
    ("", "20170412", "5.2"),
    ("", "1.2.3", "1.2.3 custom"),
    ("", "1.2a", "1.2b"),  # letters: nobody says of what
    ("", "R11A", "R11B"),
    ("", "latest", "1.0"),
    ("", "", "1.0"),
    ("", "", ""),
]
SPELLINGS = [
    ("Hikvision", "V5.5.0 build 170124", "5.5.0_170124"),
    ("Dahua", "2.800.0000000.16.R, Build Date: 2019-12-18", "V2.800.0000000.16.R.20191218"),
    ("Rockwell Automation", "v.32.011", "32.11"),
    ("Schneider Electric", "SV2.80", "V2.80"),
    ("Schneider Electric", "2.9", "V2.90"),
    ("MikroTik", "7.15.3 (stable)", "RouterOS 7.15.3"),
    ("TP-Link", "1.0.3 Build 20200810 rel.12345", "1.0.3 Build 200810 Rel.12345n"),
    ("Fortinet", "v7.0.1,build0157", "v7.0.1,build0157,210714 (GA)"),
    ("Synology", "6.2.3-25426-2", "DSM 6.2.3-25426 Update 2"),
    ("openssl", "1.0.2k", "1.0.2k-fips"),
    ("Siemens", "V7.5 SP2 Upd16", "V7.5_SP2_Update_16"),
    ("Zyxel", "V5.36(ABUH.2)C0", "V5.36(ABUH.2)"),
    ("", "1.2", "v1.2.0"),
    ("", "20170412", "2017-04-12"),
]
BLOCKS = ORDERED.strip().splitlines()
RELEASES = [(head.split(" | ")[0], line.split(" < ")) for head, line in zip(BLOCKS[::2], BLOCKS[1::2], strict=True)]
REAL = [(vendor, text) for vendor, texts in RELEASES for text in texts]
REAL += [(vendor, text) for vendor, *texts in INCOMPARABLE for text in texts]


@pytest.mark.parametrize(("vendor", "texts"), RELEASES, ids=[f"{row[0]} {row[1][0]}" for row in RELEASES])
def test_a_maker_s_versions_are_in_the_order_of_their_release(vendor, texts):
    for older, newer in pairwise(texts):
        assert (older, newer, compare(older, newer, vendor)) == (older, newer, -1)
        assert compare(newer, older, vendor) == 1
    assert compare(texts[0], texts[-1], vendor) == -1


def test_every_scheme_is_held_to_five_real_versions():
    held: dict[str, set[str]] = {}
    for vendor, text in REAL:
        held.setdefault(scheme_of(vendor).name, set()).add(text)
    assert {name for name in load_schemes() if len(held.get(name, ())) < 5} == set()


@pytest.mark.parametrize(("vendor", "one", "other"), INCOMPARABLE)
def test_what_nobody_can_say_is_not_said(vendor, one, other):
    assert compare(one, other, vendor) is None
    assert compare(other, one, vendor) is None


@pytest.mark.parametrize(("vendor", "one", "other"), SPELLINGS)
def test_two_spellings_of_a_version_are_the_same(vendor, one, other):
    assert compare(one, other, vendor) == 0
    assert compare(other, one, vendor) == 0


def test_a_vendor_goes_by_its_name_however_it_is_written_and_a_scheme_by_its_own():
    assert scheme_of("Hangzhou Hikvision Digital Technology Co., Ltd.").name == "dated-build"
    assert scheme_of("hikvision") is scheme_of("HIKVISION") is scheme_of("dated-build")
    assert scheme_of("Nobody we know").name == scheme_of("").name == "dotted"


def test_every_scheme_says_where_it_is_from():
    assert all(each.source and each.name == name for name, each in load_schemes().items())


@pytest.mark.parametrize("vendor", ["", *load_schemes()])
def test_a_version_longer_than_any_is_compared_with_itself_alone(vendor):
    for long in (
        "1" * 10_000,
        "1." * 5_000,
        "1.2 SP" * 2_000,
        "(" * 10_000,
        "v" * 10_000,
        "1.0" + "a1" * 5_000,
        " " * 10_000 + "1",
    ):
        assert compare(long, "1.0", vendor) is None
        assert compare(long, long, vendor) == 0


@pytest.mark.parametrize("vendor", ["", *load_schemes()])
def test_texts_that_almost_match_are_read_at_once(vendor):
    for part in ("1.", "1", "a1", "(1)", "-1", "_", " sp1", "1.2 ", "build 1 ", "x.", "Ver. "):
        text = (part * LONGEST)[: LONGEST - 1] + "!"
        assert compare(text, "1.0", vendor) in {-1, 0, 1, None}


scheme_names = st.sampled_from(["", *load_schemes()])
real = st.sampled_from(sorted({text for _, text in REAL}))
pieces = st.lists(
    st.sampled_from([*"0129.-_ ()vVabR", "SP", "rc", "build ", "170124", "2017", "HF", "x", ".", "Update "]), max_size=9
).map("".join)
numbered = st.builds(
    "{}{}.{}{}{}".format,
    st.sampled_from(["", "V", "SV", "R", "XM.v", "WC."]),
    st.integers(0, 3),
    st.integers(0, 2),
    st.sampled_from(
        ["", "a", "b", ".0", ".1", "rc1", "rc2", "-beta", "p1", "B01", "(2)E1", "(ABCD.1)C0", "R2-S1", "R2", "X1-D2"]
    ),
    st.sampled_from(["", " SP1", " SP2", " SP1 HF1", " HF1", " Update 1", " build 170124", "_160101", " x", "_kit1"]),
)
versions = st.one_of(real, pieces, numbered, st.text(max_size=20))


@given(versions, versions, scheme_names)
def test_what_is_newer_than_another_has_that_for_an_older(one, other, vendor):
    order = compare(one, other, vendor)
    assert compare(other, one, vendor) == (None if order is None else -order)


@given(versions, scheme_names)
def test_a_version_is_the_same_as_itself(text, vendor):
    assert compare(text, text, vendor) == (0 if text.strip() else None)


@given(st.one_of(numbered, real), st.one_of(numbered, real), st.one_of(numbered, real), scheme_names)
def test_of_three_versions_the_order_of_two_pairs_is_that_of_the_third(one, two, three, vendor):
    for first, second, third in permutations((one, two, three)):
        orders = compare(first, second, vendor), compare(second, third, vendor)
        if set(orders) <= {-1, 0}:
            assert compare(first, third, vendor) == (-1 if -1 in orders else 0)
