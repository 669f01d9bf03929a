"""Which findings a waiver holds for, what it does to a score, and how it stands."""

import ipaddress
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.findings import Finding, Outcome, Shift
from inventory.model import Claim, Confidence, Endpoint, Family, Gap, Severity, Status
from inventory.register import parse_register
from inventory.review import Found, review
from inventory.waivers import Belonging, State, Trace, Waiver, Waivers
from scanner.city import City
from scanner.config import Settings, Site
from scanner.exits import Exit, exit_for
from scanner.ranking import placed, ranked
from scanner.waiving import belonging, nowhere, waived
from tests.riverside import (
    CAMERA,
    DEFAULT_ACCOUNT,
    GATEWAY,
    LEFT_ALONE,
    METER,
    OPEN_TELNET,
    RECORDER,
    REPORT,
    SHARED_KEY,
)

TODAY = date(2026, 11, 20)
LATER = TODAY + timedelta(days=90)
KNOWN = {one.device.identity: one.device for one in REPORT.assessments}
NOWHERE = Belonging()
TELNET = "cleartext-administration"


WORD = Waiver("Transport", "A wall stands before it.", LATER, file="waivers.toml", line=5)


def waiver(**named):
    return replace(WORD, **named)


def city(*rules, today=TODAY, sought=nowhere):
    return waived(City(today), Waivers(rules, today), sought)


def holds(rule, finding=OPEN_TELNET, device=CAMERA.device, there=NOWHERE):
    return Waivers((rule,), TODAY, lambda _: there).accepted(finding, device) is not None


@pytest.mark.parametrize(
    "named",
    [
        {"finding": OPEN_TELNET.id},
        {"check": TELNET, "device": "mac:44:19:b6:01:02:03"},
        {"check": TELNET, "address": "10.77.0.10"},
        {"check": TELNET, "network": ipaddress.ip_network("10.77.0.0/24")},
        {"check": TELNET, "vendor": "hikvision"},
        {"check": TELNET, "model": "DS-2CD2142FWD-I"},
        {"check": TELNET, "kind": "camera"},
        {"check": TELNET, "facet": "tcp/23"},
        {"check": TELNET, "port": 23},
        {"check": TELNET, "port": 23, "vendor": "Hikvision", "kind": "camera"},
    ],
)
def test_a_waiver_holds_for_what_meets_all_that_it_names(named):
    assert holds(waiver(**named))


@pytest.mark.parametrize(
    "named",
    [
        {"finding": DEFAULT_ACCOUNT.id},
        {"finding": OPEN_TELNET.id, "device": "key:9f2c"},
        {"check": "default-credentials", "kind": "camera"},
        {"check": TELNET, "device": "mac:44:19:b6"},
        {"check": TELNET, "address": "10.77.0.1"},
        {"check": TELNET, "network": ipaddress.ip_network("10.78.0.0/24")},
        {"check": TELNET, "network": ipaddress.ip_network("fd00::/8")},
        {"check": TELNET, "vendor": "Hik"},
        {"check": TELNET, "kind": "recorder"},
        {"check": TELNET, "facet": "udp/23"},
        {"check": TELNET, "port": 80},
        {"check": TELNET, "port": 23, "vendor": "Hikvision", "kind": "nas"},
        {"check": TELNET, "site": "traffic-north"},
        {"check": TELNET, "department": "Transport"},
    ],
)
def test_a_waiver_holds_for_nothing_that_differs_in_one_thing_that_it_names(named):
    assert not holds(waiver(**named))


def test_a_device_that_is_unidentified_is_of_no_vendor():
    assert not holds(waiver(check=TELNET, vendor="None"), device=METER.device)


def test_a_network_is_that_of_the_address_at_which_it_was_found():
    two = replace(CAMERA.device, addresses=("10.77.0.10", "10.99.0.10"))
    there = replace(OPEN_TELNET, endpoint=Endpoint("10.99.0.10", 23))
    rule = waiver(check=TELNET, network=ipaddress.ip_network("10.77.0.0/24"))
    assert holds(rule, OPEN_TELNET, two)
    assert not holds(rule, there, two)


def test_a_site_and_a_department_are_the_register_s_and_those_of_the_networks():
    site = Site("harbour", (ipaddress.ip_network("10.77.0.0/25"),), department="Port")
    known = City(TODAY, register=parse_register("address,site,department\n10.77.0.10,quay,Cranes\n", "register.csv"))
    there = belonging(known, Settings(sites=(site,)))(CAMERA.device)
    assert there == Belonging(frozenset({"harbour", "quay"}), frozenset({"Port", "Cranes"}))
    assert holds(waiver(check=TELNET, site="harbour", department="Cranes"), there=there)
    assert not holds(waiver(check=TELNET, site="harbour", department="Parks"), there=there)


def test_a_device_that_is_known_by_its_mac_address_only_belongs_to_no_network():
    silent = replace(CAMERA.device, addresses=("44:19:b6:01:02:03",))
    site = Site("harbour", (ipaddress.ip_network("10.77.0.0/25"),))
    assert belonging(City(TODAY), Settings(sites=(site,)))(silent) == Belonging()
    odd = replace(OPEN_TELNET, endpoint=Endpoint("44:19:b6:01:02:03", 0))
    assert not holds(waiver(check=TELNET, network=ipaddress.ip_network("10.0.0.0/8")), odd, silent)


def test_of_two_words_the_one_that_lasts_longer_is_told():
    short = waiver(finding=OPEN_TELNET.id, until=TODAY, line=1)
    long = waiver(check=TELNET, kind="camera", line=2)
    word = Waivers((short, long), TODAY).accepted(OPEN_TELNET, CAMERA.device)
    assert word
    assert (word.until, word.rule) == (LATER, "waivers.toml line 2")


@pytest.mark.parametrize(
    ("named", "accepted"),
    [
        ({"finding": SHARED_KEY.id}, True),
        ({"check": "shared-key", "network": ipaddress.ip_network("10.77.0.0/24")}, True),
        ({"check": "shared-key", "vendor": "Hikvision"}, False),
        ({"check": "shared-key", "device": "key:9f2c"}, False),
        ({"check": "shared-key", "port": 443}, False),
    ],
)
def test_a_fleet_finding_is_accepted_by_its_id_or_where_all_of_its_devices_are_meant(named, accepted):
    told = ranked(REPORT, city(waiver(**named))).fleet[0].accepted
    assert (told is not None) is accepted


def test_a_fleet_finding_of_a_device_that_is_not_there_is_accepted_by_its_id_alone():
    unknown = replace(SHARED_KEY, devices=("key:9f2c", "serial:far-away"))
    by_network = waiver(check="shared-key", network=ipaddress.ip_network("10.0.0.0/8"))
    assert Waivers((by_network,), TODAY).accepted_together(unknown, KNOWN) is None
    assert Waivers((waiver(finding=SHARED_KEY.id),), TODAY).accepted_together(unknown, KNOWN)


SEVERITIES = st.sampled_from(Severity)


@st.composite
def assessments(draw):
    parts = draw(
        st.lists(
            st.tuples(SEVERITIES, st.sampled_from(Family), st.sampled_from(Confidence), st.integers(1, 65535)),
            min_size=1,
            max_size=8,
        )
    )
    found = tuple(
        Finding(f"{number:016x}", "a-check", family, severity, sure, Endpoint("10.77.0.10", port), "T", "D", "", "R")
        for number, (severity, family, sure, port) in enumerate(parts)
    )
    return replace(CAMERA, outcomes=(Outcome("a-check", Status.FOUND, "", found),))


@given(assessments(), st.data())
def test_accepting_never_raises_a_score_and_its_end_restores_it_exactly(assessment, data):
    known = placed(assessment, City(TODAY))
    some = data.draw(st.sets(st.sampled_from([finding.id for finding in assessment.findings])))
    rules = [waiver(finding=finding) for finding in some]
    lived_with = placed(known, city(*rules))
    assert lived_with.score.value <= known.score.value
    assert lived_with.score.band <= known.score.band
    assert {finding.id for finding in lived_with.accepted} == some
    assert {finding.id for finding in lived_with.findings} == {finding.id for finding in known.findings}
    more = placed(known, city(*rules, waiver(check="a-check", port=assessment.findings[0].endpoint.port)))
    assert more.score.value <= lived_with.score.value
    after = LATER + timedelta(days=1)
    assert placed(lived_with, city(*rules, today=after)) == known


def claimed(**said):
    return tuple(Claim(name, value, Confidence.CONFIRMED, "test") for name, value in said.items())


SOME = [
    *(one.device for one in REPORT.assessments),
    replace(METER.device, identity="twin", claims=claimed(vendor="HIKVISION", model="ds-2cd2142fwd-i", kind="camera")),
]
NAMED = st.fixed_dictionaries(
    {"check": st.sampled_from((TELNET, "default-credentials"))},
    optional={
        "device": st.sampled_from([one.identity for one in SOME]),
        "address": st.sampled_from([one.address for one in SOME]),
        "vendor": st.sampled_from(("Hikvision", "hikvision", "Axis")),
        "model": st.sampled_from(("DS-2CD2142FWD-I", "ds-2cd2142fwd-i")),
        "kind": st.sampled_from(("camera", "meter")),
        "site": st.sampled_from(("north", "south")),
        "port": st.sampled_from((23, 80)),
        "network": st.just(ipaddress.ip_network("10.77.0.0/28")),
    },
)


@given(st.lists(NAMED, max_size=12), st.permutations(SOME))
def test_whichever_way_waivers_are_found_all_that_hold_are(named, devices):
    def belongs(device):
        return Belonging(frozenset(("north",) if device.identity.startswith("mac") else ()))

    rules = [waiver(finding=OPEN_TELNET.id), *(waiver(**one) for one in named)]
    rules = [replace(rule, line=line) for line, rule in enumerate(rules)]
    waivers = Waivers(rules, TODAY, belongs)
    for device in devices:
        for finding in (OPEN_TELNET, DEFAULT_ACCOUNT):
            all_ = {r.line for r in rules if r.is_about(finding) and r.names(device, belongs)}
            assert {rule.line for rule in waivers.about(finding, device)} == all_


def test_the_last_day_is_one_on_which_it_still_holds():
    rule = waiver(finding=DEFAULT_ACCOUNT.id, until=TODAY)
    assert placed(CAMERA, city(rule)).accepted
    assert not placed(CAMERA, city(rule, today=TODAY + timedelta(days=1))).accepted


def test_what_is_accepted_is_no_reason_for_exit_code_1():
    only = replace(REPORT, assessments=(replace(CAMERA, outcomes=CAMERA.outcomes[:2]),))
    assert exit_for(only, Severity.HIGH) is Exit.FINDINGS
    rules = [waiver(finding=f.id) for f in (DEFAULT_ACCOUNT, OPEN_TELNET, SHARED_KEY)]
    complete = replace(only, coverage=replace(only.coverage, unreached=0))
    assert exit_for(ranked(complete, city(*rules)), Severity.HIGH) is Exit.CLEAN
    assert exit_for(ranked(complete, city(*rules[:2])), Severity.HIGH) is Exit.FINDINGS


def test_a_quarantine_and_what_was_not_reached_stay_what_they_are():
    held = replace(METER, quarantine=LEFT_ALONE)
    rule = waiver(check="tls-old-version", device=METER.device.identity)
    for unsure in (held, METER):
        report = ranked(replace(REPORT, assessments=(unsure,), fleet=()), city(rule))
        assert exit_for(report, Severity.INFO) is Exit.INCOMPLETE
        assert report.assessments[0].outcomes == unsure.outcomes


def stand(rule, *found, fleet=(), traces=(), **how):
    def sought(ids):
        return {id_: trace for id_, trace in dict(traces).items() if id_ in ids}

    (standing,) = review(Waivers((rule,), TODAY), Found(found, fleet, **how), sought)
    return standing


PASSED = replace(CAMERA, outcomes=(Outcome(TELNET, Status.PASSED, "it is off"),))
ON_CAMERA = waiver(check=TELNET, device=CAMERA.device.identity)


def test_a_waiver_that_accepts_something_names_what():
    standing = stand(ON_CAMERA, CAMERA, GATEWAY)
    assert (standing.state, standing.days) == (State.ACTIVE, 90)
    assert [(use.finding, use.device) for use in standing.uses] == [(OPEN_TELNET, CAMERA.device)]
    assert not standing.is_news


def test_a_waiver_that_ends_within_fourteen_days_is_told_of():
    assert stand(replace(ON_CAMERA, until=TODAY + timedelta(days=14)), CAMERA).is_news
    assert not stand(replace(ON_CAMERA, until=TODAY + timedelta(days=15)), CAMERA).is_news


def test_a_waiver_is_unused_where_its_check_ran_again_and_passed():
    standing = stand(ON_CAMERA, PASSED)
    assert (standing.state, standing.is_news) == (State.UNUSED, True)


@pytest.mark.parametrize(
    "found",
    [
        GATEWAY,
        replace(CAMERA, outcomes=()),
        replace(CAMERA, outcomes=(Outcome(TELNET, Status.UNREACHED, "it fell silent"),)),
        replace(CAMERA, outcomes=(Outcome(TELNET, Status.SKIPPED, "speaks no telnet"),)),
        replace(CAMERA, outcomes=(Outcome(TELNET, Status.FAILED, "a bug of ours"),)),
        replace(CAMERA, outcomes=(Outcome(TELNET, Status.FOUND, "http on 10.77.0.10:80/tcp: not asked"),)),
        replace(PASSED, quarantine=LEFT_ALONE),
    ],
    ids=["another device", "not run", "unreached", "skipped", "failed", "found in part", "quarantined"],
)
def test_a_waiver_is_not_called_unused_by_a_scan_that_could_not_have_shown_it(found):
    standing = stand(ON_CAMERA, found)
    assert (standing.state, standing.is_news) == (State.UNSEEN, False)
    assert standing.why


@pytest.mark.parametrize("rule", [ON_CAMERA, waiver(finding="0" * 16)])
def test_a_scan_that_asked_nothing_or_not_every_port_calls_nothing_unused(rule):
    assert stand(rule, PASSED, asked=False).state is State.UNSEEN


def test_a_waiver_for_a_kind_is_unused_only_where_every_such_device_was_judged():
    rule = waiver(check=TELNET, kind="camera")
    other = replace(PASSED, device=replace(PASSED.device, identity="serial:2", addresses=("10.77.0.11",)))
    assert stand(rule, PASSED, other).state is State.UNUSED
    assert stand(rule, PASSED, replace(other, outcomes=())).why == f"10.77.0.11: the check {TELNET} was not run"


def test_a_waiver_for_another_site_is_not_unused():
    assert stand(waiver(check=TELNET, site="elsewhere"), PASSED).state is State.UNSEEN


def test_a_finding_is_looked_for_where_it_was_seen_last():
    rule = waiver(finding=OPEN_TELNET.id)
    trace = {OPEN_TELNET.id: Trace(TELNET, (CAMERA.device.identity,))}
    assert stand(rule, PASSED, traces=trace).state is State.UNUSED
    assert stand(rule, GATEWAY, traces=trace).state is State.UNSEEN
    never = stand(rule, GATEWAY)
    assert (never.state, never.why) == (State.UNUSED, "no scan in this inventory has ever found it: is the id right?")


def test_a_fleet_finding_is_gone_only_where_all_of_its_devices_were_examined_in_full():
    rule, trace = waiver(finding=SHARED_KEY.id), {SHARED_KEY.id: Trace("shared-key", SHARED_KEY.devices, fleet=True)}
    assert stand(rule, CAMERA, RECORDER, fleet=(SHARED_KEY,)).state is State.ACTIVE
    assert stand(rule, CAMERA, RECORDER, traces=trace).state is State.UNUSED
    assert stand(rule, CAMERA, traces=trace).state is State.UNSEEN
    assert stand(rule, CAMERA, RECORDER, traces=trace, ended=False).state is State.UNSEEN
    cut = replace(RECORDER, device=replace(RECORDER.device, gaps=(Gap(Endpoint("10.77.0.31", 443), "tls", "silent"),)))
    assert stand(rule, CAMERA, cut, traces=trace).state is State.UNSEEN


def test_a_rule_for_which_there_is_no_device_is_unused_where_all_there_is_was_looked_at():
    assert stand(waiver(check=TELNET, kind="nas"), PASSED, whole=True).state is State.UNUSED
    assert stand(waiver(check=TELNET, kind="nas"), PASSED).state is State.UNSEEN


def test_what_is_over_is_told_with_what_counts_again_unless_another_took_its_place():
    over = replace(ON_CAMERA, until=TODAY - timedelta(days=1), line=1)
    standing = stand(over, CAMERA)
    assert (standing.state, standing.days, standing.is_news) == (State.EXPIRED, -1, True)
    assert [use.finding for use in standing.uses] == [OPEN_TELNET]
    old, new = review(Waivers((over, ON_CAMERA), TODAY), Found((CAMERA,), ()), nowhere)
    assert (old.state, old.why, old.is_news) == (State.EXPIRED, "renewed in waivers.toml line 5", False)
    assert new.state is State.ACTIVE


def test_what_has_become_worse_than_was_accepted_counts_again_and_is_told_of():
    as_high = waiver(check=TELNET, kind="camera", severity=Severity.HIGH)
    worse = replace(OPEN_TELNET, severity=Severity.CRITICAL)
    assert holds(as_high)
    assert not holds(as_high, worse)
    outcome = Outcome(TELNET, Status.FOUND, "", (worse,))
    rules = Waivers((as_high,), TODAY)
    (standing,) = review(rules, Found((replace(CAMERA, outcomes=(outcome,)),), ()), nowhere)
    assert (standing.state, standing.is_news) == (State.UNUSED, True)
    assert standing.why == "what it is for is critical by now, and counts again"


@pytest.mark.parametrize(("confidence", "held"), [(Confidence.INFERRED, False), (Confidence.LIKELY, True)])
def test_a_guess_at_what_a_device_is_takes_no_finding_away(confidence, held):
    claims = tuple(replace(claim, confidence=confidence) for claim in CAMERA.device.claims)
    assert holds(waiver(check=TELNET, kind="camera"), device=replace(CAMERA.device, claims=claims)) is held


def test_a_device_joins_no_department_by_the_serial_number_that_it_states():
    rows = "address,serial,site,department\n10.99.0.1,SN-3,lab,Education\n"
    known = City(TODAY, register=parse_register(rows, "register.csv"))
    claim = replace(CAMERA.device.claims[0], name="serial", value="SN-3")
    forged = replace(CAMERA.device, claims=(*CAMERA.device.claims, claim))
    assert belonging(known, Settings())(forged) == NOWHERE
    assert belonging(known, Settings())(replace(forged, addresses=("10.99.0.1",))).sites == {"lab"}


def test_the_exit_code_goes_by_the_worse_of_what_a_finding_is_called_and_what_the_city_makes_of_it():
    quiet = replace(OPEN_TELNET, severity=Severity.MEDIUM)

    def code(*moved):
        outcome = Outcome(TELNET, Status.FOUND, "", (replace(quiet, shifts=tuple(Shift(by, "why") for by in moved)),))
        report = replace(REPORT, assessments=(replace(CAMERA, outcomes=(outcome,), quarantine=None),), fleet=())
        return [exit_for(report, fail_on) is Exit.FINDINGS for fail_on in (Severity.MEDIUM, Severity.HIGH)]

    assert code() == [True, False]
    assert code(1) == [True, True]
    assert code(-1) == [True, False]


def test_a_host_that_is_not_believed_leaves_the_scan_incomplete_unless_somebody_lives_with_it():
    told = replace(OPEN_TELNET, check="untrusted-evidence", severity=Severity.MEDIUM, confidence=Confidence.CONFIRMED)
    outcome = Outcome("untrusted-evidence", Status.FOUND, "", (told,))
    host = replace(CAMERA, device=replace(CAMERA.device, untrusted="it opens every port"), outcomes=(outcome,))
    seen = replace(REPORT.coverage, unreached=0)
    report = replace(REPORT, assessments=(replace(host, quarantine=None),), fleet=(), coverage=seen)
    assert exit_for(report, Severity.HIGH) is Exit.INCOMPLETE
    own = ranked(report, city(waiver(check="untrusted-evidence", address="10.77.0.10")))
    assert exit_for(own, Severity.HIGH) is Exit.CLEAN
