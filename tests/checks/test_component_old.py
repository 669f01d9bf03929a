from dataclasses import replace
from datetime import date
from functools import partial

import pytest

from checks.component_old import component_old
from checks.intelligence import built_in
from inventory.model import Confidence, Severity

SSH = ("ssh", 22, {"ssh.software": "dropbear_2012.55"})


@pytest.mark.parametrize(
    ("component", "severity"),
    [
        ("dropbear 2012.55", Severity.MEDIUM),
        ("lighttpd 1.4.35", Severity.MEDIUM),
        ("OpenSSH 7.4", Severity.LOW),
        ("dropbear 2020.81", Severity.LOW),
    ],
)
def test_a_component_is_judged_by_the_age_of_its_code(make, judge, claim, component, severity):
    judged = judge(component_old, make(SSH, said=(claim("component", component, 22, "ssh.software"),)))
    assert [(flaw.endpoint.port, flaw.severity) for flaw in judged.flaws] == [(22, severity)]
    assert component in judged.flaws[0].detail
    assert judged.flaws[0].evidence == b"evidence of ssh"


def test_a_component_of_the_last_five_years_passes(make, judge, claim):
    judged = judge(component_old, make(SSH, said=(claim("component", "dropbear 2025.88", 22, "ssh.software"),)))
    assert (judged.flaws, judged.ended) == ([], "passed")


def test_a_component_on_two_ports_is_found_once(make, judge, claim):
    said = tuple(claim("component", "lighttpd 1.4.35", port, "http.server") for port in (80, 8080))
    assert judge(component_old, make(SSH, said=said)).ports == [80]


def test_two_components_on_one_port_are_two_findings_with_facets_of_their_own(make, judge, claim):
    said = tuple(claim("component", name, 80, "http.server") for name in ("PHP 5.3.3", "lighttpd 1.4.35"))
    flaws = judge(component_old, make(SSH, said=said)).flaws
    assert {flaw.facet for flaw in flaws} == {"php", "lighttpd"}


def test_the_confidence_of_the_claim_is_that_of_the_finding(make, judge, claim):
    said = claim("component", "dropbear 2012.55", 22, "ssh.software", Confidence.INFERRED)
    assert judge(component_old, make(SSH, said=(said,))).flaws[0].confidence is Confidence.INFERRED


def test_a_system_that_is_the_firmware_is_judged_once_by_its_releases(make, judge, claim):
    said = tuple(
        claim(name, value, 5678, "mndp.version")
        for name, value in (("firmware", "6.42.1"), ("component", "routeros 6.42.1"))
    )
    router = make(SSH, claims={"vendor": "MikroTik"}, said=said)
    judged = judge(component_old, router)
    assert (judged.flaws, judged.ended, judged.reason) == (
        [],
        "skipped",
        "judged by the releases known of its firmware",
    )


def test_a_device_that_names_no_component_is_skipped(make, judge):
    assert judge(component_old, make(SSH)).reason == "names no component with a version"


def test_a_component_without_a_known_date_is_skipped_and_named(make, judge, claim):
    judged = judge(component_old, make(SSH, said=(claim("component", "acmeweb 1.0", 22, "ssh.software"),)))
    assert (judged.ended, judged.reason) == ("skipped", "no release date is known of acmeweb 1.0")


def test_what_a_distribution_packaged_says_nothing_of_its_patch_level(make, judge, claim):
    ssh = {"ssh.software": "OpenSSH_7.4p1", "ssh.comment": "Debian-10+deb9u7"}
    judged = judge(
        component_old, make(("ssh", 22, ssh), said=(claim("component", "openssh 7.4p1", 22, "ssh.software"),))
    )
    assert judged.flaws[0].detail.endswith(
        "It is Debian's build: fixes are carried back without a change of the number, which so says nothing of its patch level."
    )


def test_what_a_maker_compiled_is_told_without_a_distribution(make, judge, claim):
    judged = judge(component_old, make(SSH, said=(claim("component", "dropbear 2012.55", 22, "ssh.software"),)))
    assert judged.flaws[0].detail == "dropbear 2012.55 was released on 2012-02-22, 14.7 years before this scan."


def test_an_operating_system_is_judged_like_any_other_component(make, judge, claim):
    judged = judge(component_old, make(SSH, said=(claim("component", "debian 9", 22, "ssh.software"),)))
    assert [flaw.severity for flaw in judged.flaws] == [Severity.LOW]


def test_a_release_of_which_only_the_year_is_known_is_told_by_its_year(make, judge, claim):
    judged = judge(component_old, make(SSH, said=(claim("component", "rompager 4.07", 22, "ssh.software"),)))
    assert judged.flaws[0].detail.startswith("rompager 4.07 was released in 2002, 24.8 years")


def test_a_scan_that_is_judged_anew_is_judged_by_the_day_that_is_asked_for(make, judge, claim):
    said = (claim("component", "dropbear 2025.88", 22, "ssh.software"),)
    later = replace(component_old, judge=partial(component_old.judge, intelligence=built_in().on(date(2036, 1, 1))))
    flaw = judge(later, make(SSH, said=said)).flaws[0]
    assert (flaw.severity, flaw.detail[-18:]) == (Severity.MEDIUM, "before 2036-01-01.")


def test_two_spellings_of_one_component_are_one_finding(make, judge, claim):
    said = tuple(claim("component", name, 80, "http.server") for name in ("Apache 2.2.15", "apache-httpd 2.2.22"))
    assert [flaw.facet for flaw in judge(component_old, make(SSH, said=said)).flaws] == ["apache-httpd"]
