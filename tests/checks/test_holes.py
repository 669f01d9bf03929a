"""Rows are those of CISA's CSAF files, word for word; devices are named as the fingerprints name them."""

import importlib.util
from datetime import date

import pytest

from checks.holes import holes, known_up_to, looked_through, newest, reached
from checks.intelligence import of_tables
from checks.knowledge import Advisory, Origin
from inventory.model import Claim, Confidence, Endpoint

DAY = date(2020, 1, 1)
READS = importlib.util.find_spec("checks.scheme") is not None
schemes = pytest.mark.skipif(not READS, reason="versions are only read as dotted numbers here")


def row(advisory, vendor, product, affected, cve="CVE-2020-0001", services=()):
    return Advisory(advisory, vendor, product, affected, (cve,), DAY, services=services)


def known(*rows):
    return of_tables(made=date(2026, 11, 21), advisories=list(rows))


def verdicts(make, claims, *rows, kind="firmware"):
    return {hole.id: hole.sure for hole in holes(make(("http", 80, {}), claims=claims), known(*rows))}


def case(vendor, model, version, advisory, table_vendor, product, affected, sure, *, marks=(), **more):
    claims = {"vendor": vendor, "model": model, "firmware": version, **more}
    row_ = row(advisory, table_vendor, product, affected)
    return pytest.param(
        {k: v for k, v in claims.items() if v}, row_, sure, id=f"{model}-{advisory}-{version}", marks=marks
    )


FWD = ("Hikvision", "DS-2CD2xx2FWD Series", ">=  5.3.1 build 150410 | <= 5.4.4  Build 161125")
L33 = ("Rockwell Automation", "1769-L33ER/A LOGIX5333ER", "20.011")
ROCKWELL = "Rockwell Automation"
SIEMENS = ("Siemens", "CPU1212C AC/DC/Rly")
X208 = "SCALANCE X208 (6GK5208-0BA10-2AA3)"
S315 = "SIMATIC S7-300 CPU 315-2 PN/DP (6ES7315-2EH14-0AB0)"
S1200 = "SIMATIC S7-1200 CPU family (incl. SIPLUS variants)"
IRT = "SCALANCE X-200IRT switch family (incl. SIPLUS NET variants)"
X200 = "SCALANCE X-200 switch family (incl. SIPLUS NET variants)"
RSG = "RUGGEDCOM RSG2100 (32M) V5.X"
MITSUBISHI = ("Mitsubishi Electric", "FX5U-32MT/ES", "1.230")
LOYTEC = ("LOYTEC", "LINX-151", "6.2.4")
STRATIX = "Stratix 5800 (running Cisco IOS XE Software with the Web UI feature enabled)"
MGUARD = ("Phoenix Contact", "FL MGUARD RS4000 TX/TX")
INNOMINATE = "PHOENIX CONTACT, Innominate Security Technologies"
LENEL = "HID Mercury access panels sold by LenelS2"
SERIAL = "MELSEC iQ-F Series FX5U-32MT/ES, Serial number 17X**** or later"


@pytest.mark.parametrize(
    ("claims", "row_", "sure"),
    [
        case(*SIEMENS, "V4.1.3", "ICSA-17-129-02", "Siemens", S1200, "< V4.2.1", True),
        case(*SIEMENS, "V4.2.1", "ICSA-17-129-02", "Siemens", S1200, "< V4.2.1", False),
        case("Siemens", "SIMATIC S7-1200", "V4.1.3", "ICSA-17-339-01", "Siemens", S1200, "< V4.2.3", True),
        case("Siemens", "SIMATIC S7-1200", "", "ICSA-17-339-01", "Siemens", S1200, "< V4.2.3", None),
        case("Siemens", "SCALANCE X208", "V5.02.03", "ICSA-20-042-04", "Siemens", X208, "vers:all/<V5.2.5", True),
        case("Siemens", "SCALANCE X208", "V5.2.5", "ICSA-20-042-04", "Siemens", X208, "vers:all/<V5.2.5", False),
        case("Siemens", "SCALANCE X208", "V5.2.5", "ICSA-22-167-14", "Siemens", X208, "vers:all/*", True),
        case("Siemens", "SCALANCE X204-2", "V5.2.1", "ICSA-17-129-02", "Siemens", X200, "< V5.2.2", True),
        case("Siemens", "SCALANCE X204IRT", "V5.3.0", "ICSA-18-163-02", "Siemens", IRT, "< V5.4.1", True),
        case("Siemens", "CPU 315-2 PN/DP", "V3.2.14", "ICSA-18-079-02", "Siemens", S315, "vers:all/<V3.2.16", True, hardware="6ES7 315-2EH14-0AB0"),
        case("Siemens", "CPU 315-2 PN/DP", "V3.2.17", "ICSA-19-283-02", "Siemens", S315, "vers:all/<V3.2.17", False, hardware="6ES7 315-2EH14-0AB0"),
        case("Siemens", "RUGGEDCOM RSG2100", "4.3.3", "ICSA-22-069-01", "Siemens", "RUGGEDCOM RSG2100", "< V4.3.8", True),
        case("Siemens", "RUGGEDCOM RSG2100", "5.5.0", "ICSA-22-069-01", "Siemens", RSG, "< V5.7.0", None),
        case("Moxa", "NPort 5110", "2.2", "ICSA-17-320-01", "Moxa", "NPort 5110", "2.2", True, marks=schemes),
        case("Moxa", "EDS-510A-1GT", "3.8", "ICSA-19-057-01", "Moxa", "EDS-510A series", "<= 3.8", True),
        case("Moxa", "EDS-510A-1GT", "3.9", "ICSA-19-057-01", "Moxa", "EDS-510A series", "<= 3.8", False),
        case("Moxa", "MGate MB3170", "3.0", "ICSA-20-056-01", "Moxa", "MB3170 series", "<= 4.0", True),
        case("Mitsubishi Electric", "R04CPU", "20", "ICSA-20-245-01", "Mitsubishi Electric", "R04CPU", "<=50", True),
        case(*MITSUBISHI, "ICSA-24-058-01", "Mitsubishi Electric Corporation", "MELSEC iQ-F FX5U-32MT/ES", "vers:all/*", True),
        case(*MITSUBISHI, "ICSA-23-143-03", "Mitsubishi Electric Corporation", SERIAL, ">=1.220|<=1.281", None),
        case("Rockwell Automation", "1766-L32BXB", "21.007", "ICSA-22-188-01", "Rockwell Automation", "MicroLogix 1400", "<= 21.007", True),
        case(*L33, "ICSA-22-144-01", ROCKWELL, "CompactLogix 5370 controllers", "<= 33.013", True),
        case("Rockwell Automation", "Stratix 5800", "17.1", "ICSA-23-297-01", "Rockwell Automation", STRATIX, "vers:all/*", None),
        case("WAGO", "750-881/000-001", "01.03.02", "ICSA-19-106-02", "WAGO", "750-881", "< FW14", None),
        case("WAGO", "750-881", "01.07.13(10)", "ICSA-19-106-02", "WAGO", "750-881", "< FW14", True, marks=schemes),
        case("Phoenix Contact", "ILC 171 ETH 2TX", "4.41", "ICSA-22-172-03", "Phoenix Contact", "ILC 1x1", "vers:all/*", True),
        case(*MGUARD, "8.4.0", "ICSA-17-250-02", INNOMINATE, "FL MGUARD RS4000 TX/TX", ">= 8.0.0 | <= 8.5.1", True, marks=schemes),
        case("Hikvision", "DS-2CD2142FWD-I", "V5.4.1 build 160525", "ICSA-17-124-01", *FWD, True, marks=schemes),
        case("Hikvision", "DS-2CD2142FWD-I", "V5.4.5 build 170124", "ICSA-17-124-01", *FWD, False, marks=schemes),
        case("Dahua", "IPC-HDW2431T-AS-S2", "", "ICSA-22-193-01", "Dahua Technology Co, Ltd", "Dahua IPC-HX2XXX", "< 2.820.0000000.48.R.220614", None),
        case("Axis", "A1001", "1.65.1", "ICSA-23-206-01", "Axis Communications", "AXIS A1001", "<= 1.65.4", True),
        case("Sierra Wireless", "AirLink GX450", "4.9.3", "ICSA-19-122-03", "Sierra Wireless", "GX450 and ES450", "< 4.9.4", True),
        case("Sierra Wireless", "AirLink GX450", "4.9.4", "ICSA-19-122-03", "Sierra Wireless", "GX450 and ES450", "< 4.9.4", False),
        case("HID", "LNL-4420", "1.29", "ICSA-22-153-01", "Carrier LenelS2", LENEL, "LNL-4420", None),
        case("APC", "AP7920", "v3.7.3", "ICSA-21-348-02", "Schneider Electric Software, LLC", "AP7xxxx and AP8xxx with NMC2", "<= 6.9.6", None),
        case("Schneider Electric", "BMX P34 2020", "v2.60", "ICSA-19-183-01", "Schneider Electric Software, LLC", "Modicon M340", "< 3.01", True),
        case("Omron", "CJ2M-CPU33", "2.0", "ICSA-23-262-05", "Omron", "CJ2M-CPU**", "<= 2.0", True),
        case(*LOYTEC, "ICSA-24-247-01", "LOYTEC electronics GmbH", "LINX-151", "vers:all/*", True),
        case("MikroTik", "RB750Gr3", "6.41.2", "CVE-2018-7445", "MikroTik", "RouterOS", "< 6.41.3", True),
    ],
)  # fmt: skip
def test_a_real_device_has_what_a_real_advisory_says(make, claims, row_, sure):
    assert verdicts(make, claims, row_) == {row_.id: sure}


@pytest.mark.parametrize(
    ("claims", "row_"),
    [
        case(*SIEMENS, "V4.1.3", "ICSA-24-284-01", "Siemens", "SIMATIC S7-1200 CPU 1211C AC/DC/Rly (6ES7211-1BE40-0XB0)", "vers:all/*", None).values[:2],
        case("Siemens", "CPU 1516-3 PN/DP", "V2.8.1", "ICSA-17-339-01", "Siemens", "SIMATIC S7-1500 Software Controller", "< V2.0", None).values[:2],
        case("Siemens", "SCALANCE X204-2", "V5.2.6", "ICSA-17-129-02", "Siemens", IRT, "< V5.4.0", None).values[:2],
        case("Moxa", "NPort 5110A", "1.4", "ICSA-17-320-01", "Moxa", "NPort 5110", "2.2", None).values[:2],
        case("Rockwell Automation", "1756-EN2T/C", "5.8", "ICSA-23-026-06", "Rockwell Automation", "1756-EN2TR/C", "<= 11.001", None).values[:2],
        case("Siemens", "RUGGEDCOM RSG2100", "4.3.3", "ICSA-22-069-01", "Siemens", RSG, "< V5.7.0", None).values[:2],
        case("Unitronics", "UniStream", "1.0", "ICSA-24-109-01", "Unitronics", "Vision 530", "vers:all/*", None).values[:2],
        case("Honeywell", "HEN04103L", "1.0", "ICSA-19-260-03", "Honeywell", "Performance Series NVRs", "HEN32204", None).values[:2],
    ],
)  # fmt: skip
def test_an_advisory_of_another_product_says_nothing_of_the_device(make, claims, row_):
    assert verdicts(make, claims, row_) == {}


def test_the_row_that_names_the_device_best_decides(make):
    family = row("ICSA-20-042-07", "Siemens", "SCALANCE X-200 switch family", "vers:all/*")
    own = row("ICSA-20-042-07", "Siemens", "SCALANCE X208", "< V5.2.4")
    claims = {"vendor": "Siemens", "model": "SCALANCE X208", "firmware": "V5.2.5"}
    assert verdicts(make, claims, family, own) == {"ICSA-20-042-07": False}


def test_of_two_ranges_of_one_product_either_is_enough(make):
    rows = (row("A", "MikroTik", "RouterOS", "< 6.40.8"), row("A", "MikroTik", "RouterOS", "< 6.30"))
    claims = {"vendor": "MikroTik", "model": "RB750Gr3", "firmware": "6.35"}
    assert verdicts(make, claims, *rows) == {"A": True}


@pytest.mark.parametrize(("version", "sure"), [("6.48.6", True), ("7.24", False)])
def test_of_two_sources_of_one_advisory_the_one_that_names_versions_decides(make, version, sure):
    rows = (
        row("CVE-2023-30799", "MikroTik", "routeros", ""),
        row("CVE-2023-30799", "MikroTik", "RouterOS", "<= 6.48.6"),
        row("CVE-2023-30799", "MikroTik", "RouterOS", ">= 6.49 | < 6.49.7"),
    )
    claims = {"vendor": "MikroTik", "model": "RB750Gr3", "cpe": "cpe:2.3:o:mikrotik:routeros:*:*:*:*:*:*:*:*"}
    assert verdicts(make, {**claims, "firmware": version}, *rows) == {"CVE-2023-30799": sure}


def test_where_two_products_may_be_meant_and_differ_it_is_open(make):
    rows = (row("A", "Siemens", "SIMATIC S7-400 CPU 412-2 PN V7 (6ES7412-2EK07-0AB0)", "vers:all/*"),
            row("A", "Siemens", "SIMATIC S7-400 CPU 412-2 PN V6 (6ES7412-2EK06-0AB0)", "< V6.0"))  # fmt: skip
    claims = {"vendor": "Siemens", "model": "SIMATIC S7-400 CPU 412-2 PN", "firmware": "V7.0"}
    assert verdicts(make, claims, *rows) == {"A": None}


def test_a_hole_names_the_first_version_without_it(make):
    device = make(claims={"vendor": "Siemens", "model": "SCALANCE X208", "firmware": "V5.02.03"})
    (hole,) = holes(device, known(row("ICSA-20-042-04", "Siemens", X208, "vers:all/<V5.2.5")))
    assert (hole.mended, hole.version, hole.what) == ("V5.2.5", "V5.02.03", X208)
    assert hole.confidence is Confidence.CONFIRMED


def test_where_the_last_affected_version_is_named_none_is_known_to_be_mended(make):
    device = make(claims={"vendor": "Axis", "model": "A1001", "firmware": "1.65.1"})
    (hole,) = holes(device, known(row("ICSA-23-206-01", "Axis Communications", "AXIS A1001", "<= 1.65.4")))
    assert hole.mended == ""


def test_one_of_a_family_is_likely_at_most(make):
    device = make(claims={"vendor": "Moxa", "model": "EDS-510A-1GT", "firmware": "3.8"})
    (hole,) = holes(device, known(row("ICSA-19-057-01", "Moxa", "EDS-510A series", "<= 3.8")))
    assert hole.confidence is Confidence.LIKELY


def test_a_claim_that_is_only_likely_makes_the_hole_so(make):
    said = tuple(
        Claim(name, value, sure, "test")
        for name, value, sure in (
            ("vendor", "Axis", Confidence.CONFIRMED),
            ("model", "A1001", Confidence.LIKELY),
            ("firmware", "1.65.1", Confidence.CONFIRMED),
        )
    )
    (hole,) = holes(make(said=said), known(row("I", "Axis Communications", "AXIS A1001", "<= 1.65.4")))
    assert hole.confidence is Confidence.LIKELY


@pytest.mark.parametrize(
    ("version", "sure"),
    [
        ("V5.5.101 build 200408", True),  # tested by the author of an exploit
        ("V5.5.800 build 211009", False),
        ("V5.5.800", None),
        ("V5.5.800 build 210625", False),
        ("V5.5.800 build 210624", True),
    ],
)
def test_a_maker_that_speaks_of_the_build_is_read_by_the_build(make, version, sure):
    claims = {"vendor": "Hikvision", "model": "HWI-B120-D/W", "firmware": version}
    assert verdicts(make, claims, row("HSRC", "Hikvision", "HWI-xxxx", "builds before 210625")) == {"HSRC": sure}


def test_the_day_of_a_dahua_build_is_read_as_it_states_it(make):
    claims = {"vendor": "Dahua", "model": "IPC-HFW5442E-ZE"}
    row_ = row("DHCC", "Dahua", "IPC-HX5XXX", "builds before 200501")
    old = {**claims, "firmware": "2.800.0000000.16.R, Build Date: 2019-12-18"}
    assert verdicts(make, old, row_) == {"DHCC": True}
    assert verdicts(make, {**claims, "firmware": "2.800.0000000.16.R"}, row_) == {"DHCC": None}


@pytest.mark.parametrize(
    ("built", "sure"), [("2019-11-30", True), ("2019-12-01", False), ("2021-04-09", False), ("2019-02-31", None)]
)
def test_a_build_that_stands_beside_the_version_is_read_as_well(make, claim, built, sure):
    claims = {"vendor": "Dahua", "model": "DHI-NVR5216-4KS2", "firmware": "4.001.0000003.1.R"}
    device = make(("dhip", 37810, {}), claims=claims, said=(claim("firmware_date", built, 37810, ""),))
    (hole,) = holes(device, known(row("957", "Dahua", "NVR5XXX", "builds before 191201")))
    assert hole.sure is sure


@pytest.mark.parametrize(("built", "named"), [("2020-12-31", True), ("2021-01-02", False)])
def test_what_names_no_versions_says_nothing_of_firmware_that_is_a_year_younger(make, claim, built, named):
    claims = {"vendor": "Axis", "model": "P1465-LE", "firmware": "12.5.56"}
    device = make(("axis", 443, {}), claims=claims, said=(claim("firmware_date", built, 443, ""),))
    assert bool(holes(device, known(row("CVE-2023-21413", "Axis", "P1465-LE", "")))) is named
    assert holes(device, known(row("CVE-2023-21413", "Axis", "P1465-LE", "< 12.6")))


def test_a_hint_at_the_build_lets_no_advisory_go(make):
    facts = {"http.last_modified": "Tue, 14 Apr 2026 09:20:11 GMT"}
    device = make(("http", 443, facts), claims={"vendor": "Axis", "model": "P1465-LE", "firmware": "12.5.56"})
    assert holes(device, known(row("CVE-2023-21413", "Axis", "P1465-LE", "")))


def test_of_one_advisory_the_row_that_names_versions_decides(make):
    claims = {"vendor": "MikroTik", "model": "RouterOS", "firmware": "7.1.5"}
    rows = (
        row("CVE-2023-30799", "MikroTik", "routeros", ""),
        row("CVE-2023-30799", "MikroTik", "RouterOS", "<= 6.48.6"),
    )
    assert verdicts(make, claims, *rows) == {"CVE-2023-30799": False}
    assert verdicts(make, {**claims, "firmware": "6.48.5"}, *rows) == {"CVE-2023-30799": True}


def test_the_second_mark_of_a_model_is_another_model(make):
    mark = row("CVE-2023-21414", "Axis", "a8207-ve mk ii", "")
    assert verdicts(make, {"vendor": "Axis", "model": "A8207-VE"}, mark) == {}
    assert verdicts(make, {"vendor": "Axis", "model": "A8207-VE Mk II"}, mark) == {"CVE-2023-21414": None}


@pytest.mark.parametrize(
    ("affected", "said"),
    [
        ("vers:all/*", "all versions"),
        ("vers:all/<V3.2.17", "<V3.2.17"),
        ("*", "all versions"),
        ("", "no versions named"),
    ],
)
def test_a_range_is_told_without_the_mark_of_its_format(make, affected, said):
    device = make(claims={"vendor": "Siemens", "model": "SCALANCE X208", "firmware": "V3.2.14"})
    (hole,) = holes(device, known(row("ICSA-19-283-02", "Siemens", "SCALANCE X208", affected)))
    assert hole.ranges == said


def test_what_only_some_builds_have_is_told_so(make):
    claims = {"vendor": "Hikvision", "model": "DS-2CD2142FWD-I", "firmware": "V5.4.5 build 170124"}
    (hole,) = holes(make(claims=claims), known(row("HSRC", "Hikvision", "DS-2CD*", "some builds before 210702")))
    assert (hole.sure, hole.doubt) == (
        None,
        "some builds before 210702 are affected, and its own is from before that day",
    )


GOAHEAD = row("CVE-2017-17562", "component", "goahead", "< 3.6.5", "CVE-2017-17562")


def test_a_component_is_judged_whatever_the_device_is(make, claim):
    device = make(
        ("http", 80, {"http.server": "GoAhead-Webs/2.5.0"}),
        said=(claim("component", "goahead 2.5.0", 80, "http.server"),),
    )
    (hole,) = holes(device, known(GOAHEAD))
    assert (hole.sure, hole.confidence, hole.what, hole.version) == (True, Confidence.LIKELY, "goahead", "2.5.0")


def test_a_component_of_a_newer_version_has_not_the_hole(make, claim):
    device = make(said=(claim("component", "goahead 5.1.0", 80, "http.server"),))
    assert [hole.sure for hole in holes(device, known(GOAHEAD))] == [False]


@pytest.mark.parametrize(
    "server",
    ["Apache/2.4.29 (Ubuntu)", "Apache/2.4.6 (CentOS) OpenSSL/1.0.1e-fips", "Apache/2.4.38 (Debian)"],
)
def test_a_distributions_component_says_nothing_of_its_holes(make, claim, server):
    said = claim("component", "apache-httpd 2.4.29", 80, "http.server")
    device = make(("http", 80, {"http.server": server}), said=(said,))
    (hole,) = holes(device, known(row("CVE-2021-40438", "component", "apache-httpd", "<= 2.4.48")))
    assert (hole.sure, hole.confidence) == (None, Confidence.INFERRED)
    assert "distribution" in hole.doubt


def test_a_component_of_a_like_name_is_another(make, claim):
    device = make(said=(claim("component", "openssh-for-windows 8.1", 22, "ssh.software"),))
    assert holes(device, known(row("CVE-2024-6387", "component", "openssh", "< 9.8"))) == ()


def test_an_unknown_maker_has_no_advisories(make):
    assert (
        holes(make(claims={"model": "SCALANCE X208", "firmware": "V5"}), known(row("I", "Siemens", X208, "vers:all/*")))
        == ()
    )
    assert looked_through(make(claims={"model": "SCALANCE X208"}), known(row("I", "Siemens", X208, "vers:all/*"))) == ""


def test_it_is_said_what_was_looked_through(make, claim):
    device = make(claims={"vendor": "APC", "model": "AP7920"}, said=(claim("component", "goahead 5.1.0", 80, "x"),))
    rows = (
        row("I", "Schneider Electric", "Modicon M340", "*"),
        row("J", "Schneider Electric", "ION7400", "*"),
        GOAHEAD,
    )
    assert looked_through(device, known(*rows)) == "2 advisories of APC and 1 advisory of components"


def test_a_table_knows_up_to_the_day_of_its_oldest_source():
    bundle = known()
    assert known_up_to(bundle, "advisories") == date(2026, 11, 21)
    for day in (date(2025, 8, 25), date(2024, 1, 1)):
        bundle.manifest = bundle.manifest.__class__(
            "s", date(2026, 11, 21), (*bundle.manifest.origins, Origin("kev", "exploited", day, 1, "x"))
        )
    assert known_up_to(bundle, "exploited") == date(2024, 1, 1)


def test_a_service_is_reached_by_its_protocol_or_its_port(make):
    device = make(("http", 8080, {}), ("ssh", 22, {}))
    assert reached(device, ()) == Endpoint("192.0.2.1", 22)
    assert reached(device, ("http",)) == Endpoint("192.0.2.1", 8080)
    assert reached(device, ("winbox",)) is None
    wide = make(("http", 80, {}))
    opened = wide.__class__(
        wide.identity, wide.addresses, open_ports=(Endpoint("192.0.2.1", 8291), Endpoint("192.0.2.1", 443))
    )
    assert reached(opened, ("winbox",)) == Endpoint("192.0.2.1", 8291)
    assert reached(opened, ("http",)) == Endpoint("192.0.2.1", 443)
    assert reached(opened, ("smb",)) is None


def test_the_newest_of_versions_is_none_where_one_is_not_known():
    assert newest(["4.2.1", "4.10.0", "4.9"], "") == "4.10.0"
    assert newest(["4.2.1", ""], "") == ""
    assert newest([], "") == ""


@pytest.mark.parametrize(
    "text", ["9" * 10_000, "V" * 10_000, "1." * 5_000, "\x00\u202e", " " * 9_000, "build " * 2_000]
)
def test_a_hostile_version_or_model_is_read_in_time(make, text):
    rows = [
        row("I", "Hikvision", "DS-2CD2xx2FWD Series", "<= 5.4.4"),
        row("J", "Hikvision", "HWI-xxxx", "builds before 210625"),
    ]
    for claims in ({"firmware": text, "model": "HWI-B120"}, {"firmware": "1", "model": text}, {"hardware": text}):
        assert len(holes(make(claims={"vendor": "Hikvision", **claims}), known(*rows))) <= 2
    assert holes(make(claims={"vendor": text}), known(*rows)) == ()


def test_what_is_told_of_the_device_behind_it_is_not_its_own(make):
    behind = Claim("model", "A1001", Confidence.CONFIRMED, "test", behind="unit 1")
    device = make(claims={"vendor": "Axis"}, said=(behind,))
    assert holes(device, known(row("I", "Axis Communications", "AXIS A1001", "*"))) == ()


@pytest.mark.parametrize(("version", "mended"), [("6.40.5", "6.40.8"), ("6.41.2", "6.42.1"), ("6.30", "6.40.8")])
def test_the_first_version_that_is_not_affected_is_that_of_the_devices_own_branch(make, version, mended):
    """MikroTik, CVE-2018-14847: mended in 6.40.8 (bugfix) and 6.42.1 (current)."""
    row_ = Advisory(
        "CVE-2018-14847",
        "MikroTik",
        "RouterOS",
        ">= 6.29 | < 6.40.8, >= 6.41 | < 6.42.1",
        ("CVE-2018-14847",),
        date(2018, 8, 2),
    )
    device = make(claims={"vendor": "MikroTik", "model": "RouterOS", "firmware": version})
    (hole,) = holes(device, known(row_))
    assert (hole.sure, hole.mended) == (True, mended)


def test_what_is_affected_under_a_condition_only_is_possible_and_the_condition_is_named(make, claim):
    """CVE-2012-1823 needs PHP as CGI; "PHP/5.3.3" in Apache's own Server header is the module."""
    row_ = Advisory(
        "CVE-2012-1823",
        "component",
        "php",
        "< 5.3.12, >= 5.4.0 | < 5.4.2 when run as CGI",
        ("CVE-2012-1823",),
        date(2012, 5, 11),
    )
    device = make(said=(claim("component", "php 5.3.3", 80, "http.server"),))
    (hole,) = holes(device, known(row_))
    assert (hole.sure, hole.confidence) == (None, Confidence.INFERRED)
    assert hole.doubt == "php 5.3.3 is affected under a condition (< 5.3.12, >= 5.4.0 | < 5.4.2 when run as CGI)"


def test_a_distribution_that_ssh_names_beside_the_version_counts_too(make, claim):
    device = make(
        ("ssh", 22, {"ssh.software": "OpenSSH_7.4p1", "ssh.comment": "Debian-10+deb9u7"}),
        said=(claim("component", "openssh 7.4p1", 22, "ssh.software"),),
    )
    (hole,) = holes(device, known(row("CVE-2018-15473", "component", "openssh", "< 7.8", "CVE-2018-15473")))
    assert (hole.sure, hole.confidence) == (None, Confidence.INFERRED)
    assert "distribution" in hole.doubt
