import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.findings import Finding
from inventory.model import Confidence, Endpoint, Family, Severity
from scanner.score import CEILING, FLOOR, effective, score

SEVERITIES = st.sampled_from(Severity)


def finding(severity, family=Family.PORTS, confidence=Confidence.CONFIRMED, port=80, check="a-check"):
    return Finding(
        f"{check}-{port}",
        check,
        family,
        severity,
        confidence,
        Endpoint("192.0.2.1", port),
        "A title",
        "A detail.",
        "",
        "Act.",
    )


@st.composite
def findings(draw, severities=SEVERITIES, most=12):
    made = draw(
        st.lists(
            st.tuples(severities, st.sampled_from(Family), st.sampled_from(Confidence), st.integers(0, 65535)),
            max_size=most,
        )
    )
    return [replace(finding(*one), id=str(number)) for number, one in enumerate(made)]


def points(line):
    match = re.match(r"\+(\d+)\.(\d) ", line)
    assert match
    return int(match[1]) * 10 + int(match[2])


def test_a_device_without_findings_has_nothing_due():
    empty = score([])
    assert (empty.value, empty.band, empty.due, empty.why) == (0.0, Severity.INFO, "", ())


@pytest.mark.parametrize(
    ("severity", "value", "due"),
    [
        (Severity.CRITICAL, 90.0, "3 days"),
        (Severity.HIGH, 70.0, "14 days"),
        (Severity.MEDIUM, 40.0, "60 days"),
        (Severity.LOW, 10.0, "next upgrade"),
        (Severity.INFO, 0.0, ""),
    ],
)
def test_one_finding_stands_on_the_floor_of_its_band(severity, value, due):
    alone = score([finding(severity)])
    assert (alone.value, alone.band, alone.due) == (value, severity, due)


def test_a_second_finding_of_the_family_takes_its_share_of_the_headroom():
    assert score([finding(Severity.HIGH), finding(Severity.HIGH, port=81)]).value == 72.4  # 90 - 20 * 0.88
    assert score([finding(Severity.HIGH), finding(Severity.LOW, port=81)]).value == 70.4  # 90 - 20 * 0.98


def test_another_family_takes_a_quarter_of_its_own_value_of_the_headroom():
    two = [finding(Severity.CRITICAL), finding(Severity.HIGH, Family.TLS)]
    assert score(two).value == 91.8  # 100 - 10 * (1 - 0.25 * 0.7) = 91.75


def test_what_is_less_sure_counts_for_less():
    assert effective(finding(Severity.CRITICAL, confidence=Confidence.LIKELY)) is Severity.HIGH
    assert effective(finding(Severity.CRITICAL, confidence=Confidence.INFERRED)) is Severity.MEDIUM
    assert effective(finding(Severity.LOW, confidence=Confidence.INFERRED)) is Severity.LOW
    assert score([finding(Severity.CRITICAL, confidence=Confidence.INFERRED)]).due == "60 days"


def test_the_why_says_where_every_point_comes_from():
    told = score([finding(Severity.CRITICAL, port=23), finding(Severity.MEDIUM, Family.TLS, port=443)]).why
    assert told == ("+90.0 A title on 23/tcp (critical)", "+1.0 A title on 443/tcp (medium)")


def test_the_why_says_when_a_finding_counts_for_less():
    told = score([finding(Severity.CRITICAL, confidence=Confidence.LIKELY)]).why
    assert told == ("+70.0 A title on 80/tcp (critical, likely only: counts as high)",)


@given(findings())
def test_the_value_is_in_its_band(found):
    ranked = score(found)
    assert 0 <= ranked.value <= 100
    assert FLOOR[ranked.band] * 100 <= ranked.value <= CEILING[ranked.band] * 100
    assert ranked.value < CEILING[ranked.band] * 100 or ranked.band is Severity.CRITICAL


@given(findings())
def test_the_worst_effective_severity_is_the_band(found):
    assert score(found).band == max(map(effective, found), default=Severity.INFO)


@given(findings(), st.randoms())
def test_the_order_of_the_findings_does_not_matter(found, random):
    shuffled = list(found)
    random.shuffle(shuffled)
    assert score(shuffled) == score(found)


@given(findings(), findings(most=1))
def test_one_more_finding_never_lowers_the_value(found, more):
    extra = [replace(one, id="extra") for one in more]
    assert score(found + extra).value >= score(found).value


@given(findings(), st.data())
def test_a_worse_finding_never_lowers_the_value(found, data):
    if found:
        at = data.draw(st.integers(0, len(found) - 1))
        worse = Severity(min(found[at].severity + 1, Severity.CRITICAL))
        changed = [*found[:at], replace(found[at], severity=worse), *found[at + 1 :]]
        assert score(changed).value >= score(found).value


@given(findings(severities=st.sampled_from((Severity.LOW, Severity.INFO)), most=60))
def test_no_number_of_lows_outranks_one_high(found):
    assert score(found).value < score([finding(Severity.HIGH)]).value


def test_a_thousand_of_one_band_stay_below_the_next():
    for worse, severity in ((Severity.CRITICAL, Severity.HIGH), (Severity.HIGH, Severity.MEDIUM)):
        many = [finding(severity, family, port=port) for family in Family for port in range(250)]
        assert score(many).value < score([finding(worse)]).value


@given(findings())
def test_the_points_sum_up_to_the_value_and_come_worst_first(found):
    ranked = score(found)
    attributed = [points(line) for line in ranked.why]
    assert len(attributed) == len(found)
    assert sum(attributed) == round(ranked.value * 10)
    assert attributed == sorted(attributed, reverse=True)
