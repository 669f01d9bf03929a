import pytest

from checks.first_run import first_run

WAITING = [
    ("sadp", 37020, {"sadp.activated": False}),
    ("axis", 443, {"axis.ready": True, "axis.needs_setup": True}),
    ("dhip", 37810, {"dhip.init": 165, "dhip.initialised": False}),
    ("ubiquiti", 10001, {"ubiquiti.default": True}),
    ("http", 80, {"http.status": 200, "http.first_run": True}),
]
OWNED = [
    ("sadp", 37020, {"sadp.activated": True}),
    ("sadp", 37020, {"sadp.model": "DS-2CD2043G2-I"}),
    ("axis", 443, {"axis.needs_setup": False}),
    ("axis", 443, {"axis.authentication": True}),
    ("dhip", 37810, {"dhip.init": 166, "dhip.initialised": True}),
    ("dhip", 37810, {"dhip.init": 0}),
    ("ubiquiti", 10001, {"ubiquiti.default": False}),
    ("http", 80, {"http.status": 200, "http.password_form": True, "http.first_run": False}),
    ("ubiquiti", 10001, {"ubiquiti.protocol": "v1"}),
]


@pytest.mark.parametrize(("protocol", "port", "facts"), WAITING)
def test_a_device_that_says_it_has_no_owner_is_found(make, judge, protocol, port, facts):
    (flaw,) = judge(first_run, make((protocol, port, facts))).flaws
    assert (flaw.endpoint.port, flaw.evidence) == (port, f"evidence of {protocol}".encode())


@pytest.mark.parametrize(("protocol", "port", "facts"), OWNED)
def test_a_device_that_has_one_or_does_not_say_passes(make, judge, protocol, port, facts):
    judged = judge(first_run, make((protocol, port, facts)))
    assert (judged.flaws, judged.ended) == ([], "passed")
