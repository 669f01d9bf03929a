"""How ranges are told in words, where they end, and what must never come of one."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from checks.ranges import affects, fixed_in, understood
from checks.scheme import load_schemes
from checks.versions import compare

BELOW = """
< V1.2
<V1.2
vers:all/<V1.2
vers:generic/<1.2
All versions < V1.2
All Versions <V1.2
all firmware versions < 1.2
Versions < V1.2
prior to 1.2
All versions prior to V1.2
versions prior to version 1.2
before 1.2
firmware before V1.2
firmware versions before 1.2
earlier than 1.2
lower than 1.2
less than 1.2
older than v1.2
below 1.2
versionEndExcluding 1.2
&lt; 1.2
<_1.2
"""
UP_TO = """
<= 1.2
<=1.2
=< 1.2
≤ 1.2
<=_1.2
vers:all/<=V1.2
1.2 and earlier
1.2 or earlier
1.2 and prior
V1.2 and prior versions
Version 1.2 and below
1.2 and all previous versions
versions up to and including 1.2
through 1.2
thru 1.2
1.2 (and prior)
less than or equal to 1.2
versionEndIncluding 1.2
1.2, and earlier
all versions <= 1.2
1.2 and older firmware versions
"""
BETWEEN = """
>= 1.2 | < 1.5
>=1.2|<1.5
>= 1.2 < 1.5
>=1.2 <1.5
vers:all/>=1.2|<1.5
vers:all/>=V1.2<V1.5
>= V1.2 and < V1.5
All versions >= V1.2 and < V1.5
versionStartIncluding 1.2 versionEndExcluding 1.5
from 1.2 before 1.5
1.2 before 1.5
1.2 (including) and 1.5 (excluding)
All versions between V1.2 (including) and V1.5 (excluding)
< 1.5 | >= 1.2
1.2 prior to 1.5
"""
FROM_TO = """
>= 1.2 | <= 1.5
1.2 through 1.5
1.2 to 1.5
versions 1.2 to 1.5
1.2 - 1.5
1.2-1.5
from 1.2 to 1.5
V1.2 – V1.5
1.2 thru 1.5
from 1.2 up to and including 1.5
>=1.2_up_to_and_including_1.5
versionStartIncluding 1.2 versionEndIncluding 1.5
"""


def verdicts(text, *versions, vendor=""):
    return [affects(text, version, vendor) for version in versions]


@pytest.mark.parametrize("text", BELOW.strip().splitlines())
def test_what_is_affected_below_a_version_is_not_at_it(text):
    assert verdicts(text, "0.9", "1.1.9", "1.2", "1.2.1", "1.10", "2.0") == [True, True, False, False, False, False]
    assert fixed_in(text).lower().lstrip("v") == "1.2"


@pytest.mark.parametrize("text", UP_TO.strip().splitlines())
def test_what_is_affected_up_to_a_version_is_at_it_too(text):
    assert verdicts(text, "0.9", "1.1.9", "1.2", "1.3", "1.10", "2.0") == [True, True, True, False, False, False]
    assert fixed_in(text) == ""


@pytest.mark.parametrize("text", BETWEEN.strip().splitlines())
def test_an_interval_has_its_beginning_and_not_its_end(text):
    assert verdicts(text, "1.1", "1.2", "1.4.9", "1.5", "1.6") == [False, True, True, False, False]
    assert fixed_in(text).lower().lstrip("v") == "1.5"


@pytest.mark.parametrize("text", FROM_TO.strip().splitlines())
def test_from_one_version_to_another_both_are_meant(text):
    assert verdicts(text, "1.1", "1.2", "1.4.9", "1.5", "1.6") == [False, True, True, True, False]


@pytest.mark.parametrize(
    "text",
    [">= 1.2", "vers:all/>=V1.2", "1.2 and later", "1.2 and newer versions", "from 1.2", "since 1.2", "1.2 or higher"],
)
def test_from_a_version_on_everything_is_meant(text):
    assert verdicts(text, "1.1", "1.2", "1.2.1", "9.0") == [False, True, True, True]


@pytest.mark.parametrize("text", ["> 1.2", "after 1.2", "later than 1.2"])
def test_what_comes_after_a_version_does_not_begin_at_it(text):
    assert verdicts(text, "1.1", "1.2", "1.3") == [False, False, True]


@pytest.mark.parametrize(
    "text",
    [
        "vers:all/*",
        "*",
        "All versions",
        "all",
        "ALL VERSIONS",
        "All known versions",
        "any version",
        "all firmware versions",
    ],
)
def test_all_versions_are_all_even_one_that_is_not_known(text):
    assert verdicts(text, "1.0", "", "whatever") == [True, True, True]
    assert fixed_in(text) == ""


@pytest.mark.parametrize("text", ["1.0 | 1.1", "1.0, 1.1", "1.0 and 1.1", "V1.0 or V1.1", "1.0;1.1", "= 1.0 | = 1.1"])
def test_of_a_list_each_version_is_meant_and_no_other(text):
    assert verdicts(text, "0.9", "1.0", "1.1", "1.2") == [False, True, True, False]


@pytest.mark.parametrize("text", ["V3.X", "3.x", "3.*", "V3.x.x", "3.x and 5.1"])
def test_a_branch_is_every_version_of_it(text):
    assert verdicts(text, "2.9", "3", "3.0.1", "3.99", "4.0") == [False, True, True, True, False]


def test_a_branch_ends_where_its_fix_begins():
    assert verdicts("V3.x before V3.4", "V2.9", "V3.0", "V3.3.9", "V3.4", "V4.0") == [False, True, True, False, False]
    assert verdicts("<= V1.x", "0.9", "1.99", "2.0") == [True, True, False]
    assert verdicts("< V4.x", "3.9", "4.2", "5.0") == [True, None, False]


def test_each_interval_of_several_counts_for_itself():
    text = "> 4.001 | < 4.005 | > 5.011 | < 5.017"  # ICSA-21-063-01
    assert verdicts(text, "4.001", "4.002", "4.005", "5.011", "5.012", "5.017") == [
        False,
        True,
        False,
        False,
        True,
        False,
    ]
    assert verdicts("vers:all/<1.0|>=2.0|<2.5", "0.9", "1.5", "2.4", "2.5") == [True, False, True, False]


def test_upper_bounds_of_unnamed_branches_decide_only_outside_them_all():
    text = "<= 4.2.21 | <= 5.0.27 | <= 5.1.19 | <= 6.0.16"  # ICSA-19-059-01
    assert verdicts(text, "4.1", "4.2.21", "5.0.26", "5.0.28", "6.0.17") == [True, True, None, None, False]


def test_where_nobody_says_whether_the_end_is_meant_it_is_not_said():
    assert verdicts("up to 1.2", "1.1", "1.2", "1.3") == [True, None, False]


def test_a_bound_of_fewer_numbers_may_mean_all_that_begin_so():
    assert verdicts("<= 2.5", "2.5", "2.5.1", "2.6") == [True, None, False]
    assert verdicts("<= V14", "V14", "V14 SP1", "V15", vendor="siemens") == [True, None, False]
    assert verdicts("2.5", "2.5", "2.5.1", "2.6") == [True, None, False]
    assert verdicts("<= 6.42", "6.42", "6.42.1", vendor="mikrotik") == [True, False]  # CVE-2018-14847: mended in 6.42.1


def test_a_bound_that_names_no_build_means_every_build():
    assert verdicts("<= V5.5.0", "V5.5.0 build 170124", "V5.5.1 build 160101", vendor="hikvision") == [True, False]
    assert verdicts("< 1.3", "1.2 Build 15031615", "1.3 Build 15031615", vendor="moxa") == [True, False]
    assert verdicts("< V5.5.0 build 170124", "V5.5.0", "V5.4.9", vendor="hikvision") == [None, True]


def test_a_range_for_all_hardware_holds_for_the_firmware_of_each():
    zyxel = "V4.60 through V5.35"  # CVE-2023-28771
    assert verdicts(zyxel, "V4.50(ABUI.0)C0", "V5.21(ABUI.1)C0", "V5.36(ABUI.0)C0", vendor="zyxel") == [
        False,
        True,
        False,
    ]
    assert verdicts("< 5.36 Patch 2", "V5.36(ABUI.1)C0", "V5.36(ABUI.2)C0", vendor="zyxel") == [True, False]
    assert verdicts("before V5.21(ABAG.14)C0", "V5.21(ABAG.13)C0", "V5.21(AAZF.13)C0", vendor="zyxel") == [True, None]
    assert verdicts("< v5.6.5", "XM.v5.6.4.28924.160331.1253", "XW.v5.6.5", vendor="ubiquiti") == [True, False]


def test_a_service_release_is_later_than_its_release():
    text = "20.4 versions prior to 20.4R3-S1"
    assert verdicts(text, "20.3R1", "20.4R3", "20.4R3-S1.3", "21.1R1", vendor="juniper") == [False, True, False, False]


@pytest.mark.parametrize(
    "text",
    [
        "< V2.0 only if the web server is enabled",
        "< V2.0 (only with activated debug support)",
        "<V2.0_with_SIPROTEC_communication_module",
        "All versions < V2.0 when used with option G28",
        "< V2.0 (only affected by CVE-2019-10943)",
        "< V2.0 installed on CP100 devices",
    ],
)
def test_under_a_condition_a_version_can_be_acquitted_and_not_accused(text):
    assert verdicts(text, "V1.9", "V2.0", "V2.1") == [None, False, False]


def test_all_versions_under_a_condition_are_perhaps_affected():
    assert verdicts("All versions with Ethernet interface", "1.0", "") == [None, None]
    assert verdicts("* (with option G28)", "1.0") == [None]


def test_a_distribution_s_version_is_acquitted_and_not_accused():
    versions = ("7.4p1 Debian-10+deb9u7", "OpenSSH_7.6p1 Ubuntu-4ubuntu0.3", "7.9p1 Debian-10+deb10u2")
    assert verdicts("< 7.7", *versions, "7.4p1", vendor="openssh") == [None, None, False, True]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "unknown",
        "n/a",
        "-",
        "see advisory",
        "No version",
        "latest",
        "< ",
        "| |",
        "()",
        "< < 1.2",
        ">= 1.0 >= 2.0",
    ],
)
def test_what_names_no_version_says_nothing(text):
    assert affects(text, "1.0") is None
    assert fixed_in(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "< V1.2 unless patch KB12 is there, see 1.1.4",
        "< 1.2 foo",
        "foo < 1.2",
        "1.2 maybe",
        "< 1.2 1.3",
        "1.2 to",
        "prior to 1.2 and Suite 3.4",
    ],
)
def test_one_word_that_is_not_understood_and_nothing_is_said(text):
    assert not understood(text)
    assert affects(text, "1.0") is None


@pytest.mark.parametrize("text", ["<= 23121", "<=23121", ">= 5.0 | <= 23121"])
def test_a_serial_number_is_no_version(text):
    assert affects(text, "65", "Mitsubishi Electric") is None


def test_excluded_versions_are_not_affected():
    assert verdicts("vers:all/>=1.0|!=1.4|<2.0", "1.3", "1.4", "1.5", "2.0") == [True, False, True, False]


@pytest.mark.parametrize(
    "text",
    [
        "1.0 | " * 2000,
        "(" * 10_000,
        "< " + "1." * 5000,
        "<" * 10_000,
        "a " * 5000,
        "_" * 10_000,
        "1" * 10_000,
        "vers:" * 2000,
    ],
)
def test_a_text_of_ten_thousand_characters_says_nothing(text):
    assert affects(text, "1.0") is None
    assert affects("< 2.0", text) is None


@pytest.mark.parametrize(
    "part",
    [
        "1.",
        "1",
        "a1.",
        "_",
        "and ",
        "< ",
        "(1)",
        "1 sp1 ",
        "to ",
        "x",
        "-",
        "1.x ",
        "with ",
        "(",
        "all versions ",
        "versions prior to ",
    ],
)
def test_texts_that_almost_match_are_refused_at_once(part):
    assert affects((part * 400)[:399] + "!", "1.0") is None


WORDS = [
    *"<>=|,()*-_",
    "<=",
    ">=",
    "vers:all/",
    "and",
    "or",
    "to",
    "prior",
    "before",
    "through",
    "1.2",
    "V3.x",
    "2.0",
    "SP1",
    "all",
    "versions",
    "earlier",
    "with",
    "between",
]
words = st.lists(st.sampled_from(WORDS), max_size=9).map(" ".join)
names = st.sampled_from(["", *load_schemes()])
simple = st.builds("{}.{}.{}".format, st.integers(0, 3), st.integers(0, 3), st.integers(0, 3))
versions = st.one_of(
    simple,
    st.builds(
        "V{}{}".format,
        simple,
        st.sampled_from(["", " SP1", " SP2 Update 1", " build 170124", "rc1", "a", "-r2", "(ABCD.1)C0", "R2-S1"]),
    ),
)


@given(st.one_of(words, st.text(max_size=60)), st.one_of(versions, st.text(max_size=30)), names)
def test_whatever_it_is_given_it_answers(text, version, vendor):
    assert affects(text, version, vendor) in {True, False, None}
    assert isinstance(fixed_in(text), str)


@given(versions, versions, versions, st.sampled_from(["< {}", "<= {}", "up to {}"]), names)
def test_what_holds_below_a_bound_holds_for_every_older_version(bound, one, other, template, vendor):
    older, newer = (one, other) if compare(one, other, vendor) == -1 else (other, one)
    if compare(older, newer, vendor) == -1 and affects(template.format(bound), newer, vendor):
        assert affects(template.format(bound), older, vendor) is True


@given(versions, versions, names)
def test_a_bound_agrees_with_the_comparison(bound, version, vendor):
    order = compare(version, bound, vendor)
    below, up_to = affects(f"< {bound}", version, vendor), affects(f"<= {bound}", version, vendor)
    if order is not None:
        assert below is (order < 0)
        assert up_to is True if order <= 0 else up_to is not True
    assert below is not True or up_to is True


@given(simple, simple, simple)
def test_an_interval_is_what_is_not_below_its_beginning_and_below_its_end(low, high, version):
    low, high = (low, high) if compare(low, high) == -1 else (high, low)
    assume(low != high)
    inside = compare(low, version) in {-1, 0} and compare(version, high) == -1
    assert affects(f">= {low} | < {high}", version) is inside
