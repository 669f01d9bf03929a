import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.findings import Acceptance, Finding, Vulnerability
from inventory.model import Claim, Confidence, Device, Endpoint, Family, Severity
from inventory.report import Context
from scanner.decisions import IMPACTS, OUTCOMES, TERMS
from scanner.score import CEILING, FLOOR, effective, score
from scanner.shifts import shifts

SEVERITIES = st.sampled_from(Severity)
CONTEXTS = st.builds(
    Context,
    vantages=st.just(("guest-wifi",)),
    ports=st.sampled_from(((), ("tcp/80",))),
    exposure=st.sampled_from(("", "small", "controlled", "open")),
    impact=st.sampled_from(("", *IMPACTS)),
    criticality=st.sampled_from(("", "low", "normal", "high", "critical")),
)
HOLES = st.lists(
    st.builds(
        Vulnerability,
        cve=st.sampled_from(("CVE-2017-7921", "CVE-2021-36260")),
        exploited=st.booleans(),
        exploitation=st.sampled_from(("", "none", "poc", "active")),
        automatable=st.sampled_from((None, False, True)),
        total=st.sampled_from((None, False, True)),
    ),
    max_size=2,
).map(tuple)
CONTROLLER = Device(
    "serial:1", ("192.0.2.1",), claims=(Claim("kind", "traffic-controller", Confidence.CONFIRMED, "a-fingerprint"),)
)


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
    context = draw(CONTEXTS)
    return [in_place(replace(finding(*one), id=str(number)), draw(HOLES), context) for number, one in enumerate(made)]


def in_place(one, holes, context):
    """A finding on a traffic controller, as the ranking puts it into its context."""
    one = replace(one, vulnerabilities=holes)
    return replace(one, shifts=shifts(one, CONTROLLER, context))


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


@given(findings(), findings(most=1), CONTEXTS)
def test_one_more_finding_never_lowers_the_value_and_never_puts_anything_off(found, more, context):
    """Nor does one finding less ever raise it: the same, read backwards."""
    extra = [replace(one, id="extra") for one in more]
    before, after = score(found, context), score(found + extra, context)
    assert after.value >= before.value
    assert after.band >= before.band
    assert TERMS.index(after.due) >= TERMS.index(before.due)
    assert OUTCOMES.index(after.decision) >= OUTCOMES.index(before.decision)


@given(findings(), st.data())
def test_what_is_accepted_counts_as_if_it_were_not_there(found, data):
    accepted = data.draw(st.lists(st.booleans(), min_size=len(found), max_size=len(found)))
    word = Acceptance("Works", "replaced in March", date(2027, 3, 1))
    marked = [replace(one, accepted=word) if yes else one for one, yes in zip(found, accepted, strict=True)]
    assert score(marked) == score([one for one, yes in zip(found, accepted, strict=True) if not yes])


@given(st.builds(finding, SEVERITIES, st.sampled_from(Family), st.sampled_from(Confidence)), HOLES, CONTEXTS)
def test_a_context_moves_a_finding_by_one_band_at_most_and_neither_a_critical_nor_a_low_one(one, holes, context):
    placed = in_place(one, holes, context)
    assert abs(effective(placed) - effective(one)) <= 1
    if one.severity in {Severity.CRITICAL, Severity.LOW, Severity.INFO}:
        assert placed.shifts == ()


@given(findings(), CONTEXTS, CONTEXTS)
def test_a_context_decides_the_date_and_leaves_the_value_to_the_findings(found, one, other):
    assert score(found, one).value == score(found, other).value


@given(findings(), st.data())
def test_a_worse_finding_never_lowers_the_value(found, data):
    if found:
        at = data.draw(st.integers(0, len(found) - 1))
        worse = Severity(min(found[at].severity + 1, Severity.CRITICAL))
        changed = [*found[:at], replace(found[at], severity=worse), *found[at + 1 :]]
        assert score(changed).value >= score(found).value


@given(findings(severities=st.sampled_from((Severity.LOW, Severity.INFO)), most=60), CONTEXTS)
def test_no_number_of_lows_outranks_one_high_whatever_their_context(found, context):
    high = in_place(finding(Severity.HIGH), (), context)
    assert score(found).value < score([high]).value


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
