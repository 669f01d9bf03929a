from datetime import UTC, datetime

import pytest

from checks.firmware_unknown import firmware_unknown
from checks.intelligence import of_tables
from checks.knowledge import Component
from inventory.model import Confidence, Severity

HTTP = ("http", 80, {"http.status": 200})


def test_a_device_that_says_nothing_of_its_age_is_told_as_information(make, judge):
    judged = judge(firmware_unknown, make(HTTP, claims={"vendor": "Acme", "model": "Box"}))
    (flaw,) = judged.flaws
    assert (flaw.severity or firmware_unknown.severity, flaw.endpoint.port) == (Severity.INFO, 0)
    assert flaw.detail.startswith("It states no version; ")


def test_a_version_that_no_table_knows_leaves_the_age_unknown(make, judge):
    (flaw,) = judge(firmware_unknown, make(HTTP, claims={"vendor": "Acme", "firmware": "4.2.1"})).flaws
    assert flaw.detail.startswith("It runs 4.2.1, and no table at hand knows that release; ")


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("firmware_date", "2017-01-24", "built on 2017-01-24"),
        ("component", "dropbear 2012.55", "built not before 2012-02-22"),
    ],
)
def test_one_bound_is_enough_to_pass_and_is_said(make, judge, claim, name, value, reason):
    judged = judge(firmware_unknown, make(HTTP, said=(claim(name, value, 80, "http.server", Confidence.CONFIRMED),)))
    assert (judged.flaws, judged.ended, judged.reason) == ([], "passed", reason)


def test_what_was_not_identified_is_not_judged(make, judge):
    assert judge(firmware_unknown, make(HTTP)).reason == "it was not identified"


def test_newer_intelligence_can_end_the_doubt(make, claim):
    device = make(HTTP, said=(claim("component", "acmeweb 1.0", 80, "http.server"),))
    table = of_tables(components=[Component("acmeweb", "test", {"1.0": "2019-03-01"})])
    assert len(list(firmware_unknown.judge(device))) == 1
    assert list(firmware_unknown.judge(device, intelligence=table)) == []
    assert device.observations[0].when < datetime(2027, 1, 1, tzinfo=UTC)
