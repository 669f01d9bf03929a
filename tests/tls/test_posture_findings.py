"""What is worth mending is found by the posture as it is found by asking everything."""

from dataclasses import replace

from hypothesis import given, settings

from checks.contract import load_checks
from inventory.errors import PeerError
from inventory.model import Family, Severity
from scanner.conversation import Depth
from scanner.protocols import tls
from tests.checks.conftest import held, made
from tests.holding import hold_with
from tests.tls.simulated import Server
from tests.tls.test_posture import EXCHANGES, TARGET, ask, configurations

CHECKS = [check for check in load_checks() if check.family is Family.TLS and check.needs == ("tls",)]


def grave(facts):
    """The findings from medium on, and the checks that came to no verdict."""
    found, open_ = set(), set()
    for check in CHECKS:
        judged = held(check, made(("tls", 443, facts)))
        open_ |= {check.id} if judged.ended == "unreached" else set()
        severities = ((flaw, flaw.severity or check.severity) for flaw in judged.flaws)
        found |= {(check.id, flaw.title, severity) for flaw, severity in severities if severity >= Severity.MEDIUM}
    return found, open_


@settings(max_examples=60, deadline=None)
@given(configurations())
def test_any_server_has_the_same_findings_from_medium_on_as_in_full(configuration):
    patient = replace(configuration, dies_after=0, chokes_above=0)
    try:
        facts, _ = ask(patient)
    except PeerError:
        return
    if not facts["tls.versions"]:
        return
    whole = hold_with(tls.probe(replace(TARGET, depth=Depth.FULL)), Server(patient, EXCHANGES).answer).facts
    (found, open_), (all_, _) = grave(facts), grave(whole)
    assert found <= all_
    assert {check for check, _, _ in all_ - found} <= open_
