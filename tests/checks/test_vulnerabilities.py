from datetime import date

from checks.contract import informed
from checks.firmware_advisory import firmware_advisory
from checks.firmware_known_exploited import firmware_known_exploited
from checks.intelligence import of_tables
from checks.knowledge import Advisory, Exploited, Points
from checks.tls_flaws import tls_known_flaws
from checks.vulnerabilities import MOST, published
from inventory.findings import Vulnerability

LISTED = Exploited(
    "CVE-2021-36260", "Hikvision", "Security cameras web server", "Title", date(2022, 1, 10), date(2022, 1, 24)
)
VECTOR = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
KNOWN = of_tables(
    exploited=[LISTED],
    points={
        "CVE-2021-36260": Points("active", "yes", "total", 9.8, VECTOR, ("CWE-77",)),
        "CVE-2020-0001": Points("none", "no", "partial"),
        "CVE-2020-0003": Points("none", "no", "partial", 7.5),
    },
)


def test_what_is_published_stands_beside_each_and_the_worst_comes_first():
    assert published(("CVE-2020-0001", "CVE-2020-0002", "CVE-2021-36260", "CVE-2020-0003"), KNOWN) == (
        Vulnerability("CVE-2021-36260", True, "active", True, True, VECTOR, ("CWE-77",)),
        Vulnerability("CVE-2020-0002"),
        Vulnerability("CVE-2020-0003", False, "none", False, False),
        Vulnerability("CVE-2020-0001", False, "none", False, False),
    )


def test_of_hundreds_the_worst_are_kept_and_each_once():
    many = [f"CVE-2020-{number:04}" for number in range(1, 400)]
    kept = published((*many, *many, "CVE-2021-36260"), KNOWN)
    assert len(kept) == MOST
    assert kept[0].cve == "CVE-2021-36260"


def test_the_flaws_of_tls_are_among_what_is_exploited(make, judge, tls):
    facts = {
        "tls_flaws.heartbleed": "vulnerable: it answers",
        "tls_flaws.ccs": "vulnerable: it answers",
        "tls_flaws.robot": "sound: it answers to every padding with the same (alert 20)",
    }
    flaws = judge(tls_known_flaws, make(("tls", 443, tls()), ("tls_flaws", 443, facts))).flaws
    assert [(hole.cve, hole.exploited) for flaw in flaws for hole in flaw.vulnerabilities] == [
        ("CVE-2014-0160", True),
        ("CVE-2014-0224", False),
    ]


def test_a_finding_of_advisories_keeps_what_is_behind_it(make, judge):
    row = Advisory(
        "ICSA-20-001-01",
        "Hikvision",
        "DS-2CD2142FWD-I",
        "< V5.5.800",
        ("CVE-2020-0001", "CVE-2021-36260"),
        date(2021, 9, 19),
    )
    bundle = of_tables(exploited=[LISTED], points=dict(KNOWN.points), advisories=[row])
    device = make(
        ("http", 80, {}), claims={"vendor": "Hikvision", "model": "DS-2CD2142FWD-I", "firmware": "V5.4.5 build 170124"}
    )
    checks = informed((firmware_advisory, firmware_known_exploited), {"intelligence": bundle})
    found = {check.id: judge(check, device).flaws for check in checks}
    assert [hole.cve for flaw in found["firmware-advisory"] for hole in flaw.vulnerabilities] == [
        "CVE-2021-36260",
        "CVE-2020-0001",
    ]
    assert [hole.cve for flaw in found["firmware-known-exploited"] for hole in flaw.vulnerabilities] == [
        "CVE-2021-36260"
    ]
