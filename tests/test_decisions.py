"""CISA's and CERT/CC's tables, row by row, as they are published (github.com/CERTCC/SSVC, data/csv); what is due for a finding, and how urgent it is."""

from itertools import product

import pytest

from inventory.findings import Finding, Vulnerability
from inventory.model import Confidence, Endpoint, Family, Severity
from inventory.report import Context
from scanner.decisions import IMPACTS, OUTCOMES, TERMS, decided, decision, due, timeline

BOD_26_04 = (  # cisa_bod_26_04_1_0_0.csv: f fix on system upgrade, 60, 14 and 3 days, ! 3 days & forensic investigation; exploited turns fastest
    (("partial", "no"), ("no", "no"), "f"),
    (("partial", "no"), ("yes", "no"), "14"),
    (("partial", "no"), ("no", "yes"), "60"),
    (("partial", "yes"), ("no", "no"), "60"),
    (("total", "no"), ("no", "no"), "f"),
    (("partial", "no"), ("yes", "yes"), "14"),
    (("partial", "yes"), ("yes", "no"), "14"),
    (("partial", "yes"), ("no", "yes"), "14"),
    (("total", "no"), ("yes", "no"), "14"),
    (("total", "no"), ("no", "yes"), "14"),
    (("total", "yes"), ("no", "no"), "60"),
    (("partial", "yes"), ("yes", "yes"), "3"),
    (("total", "no"), ("yes", "yes"), "!"),
    (("total", "yes"), ("yes", "no"), "!"),
    (("total", "yes"), ("no", "yes"), "3"),
    (("total", "yes"), ("yes", "yes"), "!"),
)
WORDS = {"f": "next upgrade", "60": "60 days", "14": "14 days", "3": "3 days", "!": "3 days & forensic investigation"}
# deployer_patch_application_priority_1_0_0.csv, the outcome of each row in order: defer, scheduled, out-of-cycle, immediate; the human impact turns fastest,
# then automatable, exposure, exploitation.
DEPLOYER = (
    "ddss dsss dsss ssss dsss ssso"  # none: small, controlled, open
    " dsss ssss dsss ssso ssso ssoo"  # public poc
    " ssoo sooo ssoo oooo sooi ooii"  # active
).replace(" ", "")
OUTCOME = {"d": "defer", "s": "scheduled", "o": "out-of-cycle", "i": "immediate"}
POINTS = list(product(("none", "poc", "active"), ("small", "controlled", "open"), (False, True), IMPACTS))


@pytest.mark.parametrize(("impact_and_automatable", "exploited_and_exposed", "term"), BOD_26_04)
def test_a_row_of_the_directive_is_looked_up(impact_and_automatable, exploited_and_exposed, term):
    impact, automatable = impact_and_automatable
    exploited, exposed = exploited_and_exposed
    found = timeline(
        exploited=exploited == "yes",
        exposed=exposed == "yes",
        automatable=automatable == "yes",
        total=impact == "total",
    )
    assert found == WORDS[term]


def test_the_directive_has_a_row_for_every_combination():
    assert len({row[:2] for row in BOD_26_04}) == 16


@pytest.mark.parametrize(("points", "letter"), list(zip(POINTS, DEPLOYER, strict=True)))
def test_a_row_of_the_deployer_s_tree_is_looked_up(points, letter):
    exploitation, exposure, automatable, impact = points
    assert decision(exploitation, exposure, automatable=automatable, impact=impact) == OUTCOME[letter]


def test_no_worse_point_makes_anything_less_urgent():
    for found, exposure, automatable, impact in POINTS:
        here = OUTCOMES.index(decision(found, exposure, automatable=automatable, impact=impact))
        for more in IMPACTS[IMPACTS.index(impact) :]:
            assert OUTCOMES.index(decision(found, exposure, automatable=automatable, impact=more)) >= here
        assert OUTCOMES.index(decision("active", exposure, automatable=automatable, impact=impact)) >= here
        assert OUTCOMES.index(decision(found, "open", automatable=automatable, impact=impact)) >= here
        assert OUTCOMES.index(decision(found, exposure, automatable=True, impact=impact)) >= here
    for given in product((False, True), repeat=4):
        names = ("exploited", "exposed", "automatable", "total")
        here = TERMS.index(timeline(**dict(zip(names, given, strict=True))))
        for at in range(4):
            worse = tuple(value or number == at for number, value in enumerate(given))
            assert TERMS.index(timeline(**dict(zip(names, worse, strict=True)))) >= here


def finding(severity=Severity.HIGH, confidence=Confidence.CONFIRMED, holes=()):
    return Finding(
        "id",
        "firmware-advisory",
        Family.FIRMWARE,
        severity,
        confidence,
        Endpoint("192.0.2.1", 80),
        "A title",
        "A detail.",
        "",
        "Act.",
        vulnerabilities=holes,
    )


EXPLOITED = Vulnerability("CVE-2021-36260", exploited=True, exploitation="active", automatable=True, total=True)
SLIGHT = Vulnerability("CVE-2020-0001", exploitation="none", automatable=False, total=False)
OPEN = Context(exposure="open")


def test_published_vulnerabilities_are_due_by_the_directive_and_not_by_the_band():
    assert due([(finding(holes=(SLIGHT,)), "14 days")], Context()).term == "next upgrade"
    assert due([(finding(holes=(SLIGHT,)), "14 days")], OPEN).term == "60 days"


def test_the_soonest_row_of_several_vulnerabilities_decides_and_is_named():
    found = due([(finding(holes=(SLIGHT, EXPLOITED)), "14 days")], Context())
    assert found.term == "3 days & forensic investigation"
    assert found.why == "CVE-2021-36260, by CISA BOD 26-04 row 13: exploited, not exposed, automatable, total impact"


def test_a_point_that_nobody_published_counts_as_the_worse_one():
    assert due([(finding(holes=(Vulnerability("CVE-2020-0002"),)), "14 days")], Context()).term == "60 days"
    assert due([(finding(holes=(Vulnerability("CVE-2020-0002"),)), "14 days")], OPEN).term == "3 days"


def test_what_is_only_inferred_is_due_by_its_band():
    guess = finding(Severity.MEDIUM, Confidence.INFERRED, (EXPLOITED,))
    assert due([(guess, "60 days")], OPEN).term == "60 days"
    assert decided([(guess, Severity.MEDIUM)], OPEN) == "scheduled"


def test_without_findings_nothing_is_due_or_decided():
    assert due([], OPEN).term == ""
    assert decided([], OPEN) == ""
    assert decided([(finding(Severity.INFO), Severity.INFO)], OPEN) == ""


@pytest.mark.parametrize(
    ("severity", "context", "outcome"),
    [
        (Severity.CRITICAL, Context(exposure="open", impact="high"), "immediate"),
        (Severity.CRITICAL, Context(), "out-of-cycle"),
        (Severity.HIGH, Context(impact="low"), "defer"),
        (Severity.HIGH, Context(exposure="open", impact="very high"), "out-of-cycle"),
        (Severity.LOW, Context(impact="very high"), "scheduled"),
    ],
)
def test_a_finding_without_published_vulnerabilities_is_decided_by_what_it_lets_a_stranger_do(
    severity, context, outcome
):
    assert decided([(finding(severity), severity)], context) == outcome


def test_an_exploited_vulnerability_is_active_whatever_its_points_say():
    stale = Vulnerability("CVE-2021-36260", exploited=True, exploitation="poc", automatable=True, total=True)
    assert decided([(finding(holes=(stale,)), Severity.HIGH)], Context(exposure="open", impact="high")) == "immediate"
