from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.findings import Acceptance
from inventory.model import Confidence, Family, Severity
from scanner import tally
from scanner.score import score
from tests.fleets import flawed, flaws

LIVED_WITH = Acceptance("the desk", "it is behind a wall", date(2027, 1, 1))
many = st.lists(
    st.builds(
        lambda flaw, family, accepted: replace(flaw, family=family, accepted=accepted),
        flaws,
        st.sampled_from(Family),
        st.sampled_from((None, None, LIVED_WITH)),
    ),
    max_size=40,
)


@given(many)
def test_the_counts_alone_give_the_score(findings):
    ranked = score(findings)
    tallied = tally.tally(findings)
    assert tally.tenths(tallied) / 10 == ranked.value
    assert tally.worst(tallied) is ranked.band


@given(many, st.data())
def test_a_tally_without_some_findings_is_the_tally_of_the_others(findings, data):
    kept = [finding for finding in findings if data.draw(st.booleans())]
    gone = sum(tally.one(finding) for finding in findings) - sum(tally.one(finding) for finding in kept)
    assert tally.tally(findings) - gone == tally.tally(kept)


@pytest.mark.parametrize("severity", Severity)
@pytest.mark.parametrize("confidence", Confidence)
def test_thousands_of_findings_do_not_run_into_one_another(severity, confidence):
    findings = [flawed(severity, "switch-off", confidence=confidence, family=family) for family in Family] * 2500
    assert tally.tenths(tally.tally(findings)) / 10 == score(findings).value


def test_what_is_accepted_adds_nothing():
    assert tally.one(replace(flawed(Severity.CRITICAL, "segment"), accepted=LIVED_WITH)) == 0
