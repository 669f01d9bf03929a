import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.contract import Account, Verdict
from scanner.logins import snmp
from scanner.protocols.snmp import ASK_SYS_DESCR

NUMBER = 0x40000001
PUBLIC = Account("snmp-public", "", "public")
# Recorded from net-snmp 5.9.3 (Debian's snmpd) in v1 (the versions differ in one byte), with our request ID.
SYS_DESCR = bytes.fromhex(
    "305d02010004067075626c6963a2500204400000010201000201003042304006082b06010201010100043445636f6e6f6c69746520436f62616c742041"
    "54433b204c696e757820322e362e33353b206275696c6420323031332d30362d3138"
)
NO_SUCH_OBJECT = bytes.fromhex("302902010104067075626c6963a21c020440000001020100020100300e300c06082b060102010101008000")
AUTHORISATION_ERROR = NO_SUCH_OBJECT.replace(b"\x02\x01\x00\x02\x01\x00", b"\x02\x01\x10\x02\x01\x00")


@pytest.fixture(autouse=True)
def _known_number(monkeypatch):
    monkeypatch.setattr(snmp, "fresh_number", lambda: NUMBER)


async def test_opens_with_sys_descr_as_proof(scripted):
    line = scripted([[b"", SYS_DESCR]])
    answer = await snmp.attempt(line, PUBLIC)
    assert answer.verdict is Verdict.OPENED
    assert answer.evidence == b"Econolite Cobalt ATC; Linux 2.6.35; build 2013-06-18"
    assert all(ASK_SYS_DESCR.allows(request) for request in line.sent)


async def test_version_1_is_asked_where_version_2_met_silence(scripted):
    line = scripted([[b"", None], [b"", SYS_DESCR]], silent=True)
    assert (await snmp.attempt(line, PUBLIC)).verdict is Verdict.OPENED
    assert [request[4] for request in line.sent] == [1, 0]


async def test_silence_is_a_refusal(scripted):
    line = scripted([[b"", None], [b"", None]], silent=True)
    assert (await snmp.attempt(line, PUBLIC)).verdict is Verdict.REFUSED
    assert len(line.sent) == 2


async def test_a_closed_port_is_no_refusal(scripted):
    answer = await snmp.attempt(scripted([[b""]]), PUBLIC)
    assert answer.verdict is Verdict.UNREACHED


@pytest.mark.parametrize("reply", [NO_SUCH_OBJECT, AUTHORISATION_ERROR])
async def test_a_community_that_reads_nothing_is_refused(scripted, reply):
    assert (await snmp.attempt(scripted([[b"", reply]]), PUBLIC)).verdict is Verdict.REFUSED


async def test_an_agent_that_answers_without_a_community_asks_for_none(scripted):
    answer = await snmp.attempt(scripted([[b"", SYS_DESCR]]), Account("anonymous", "", ""))
    assert answer.verdict is Verdict.NO_LOGIN_ASKED


async def test_the_community_is_not_in_the_evidence(scripted):
    reply = SYS_DESCR.replace(b"Cobalt", b"public")
    answer = await snmp.attempt(scripted([[b"", reply]]), PUBLIC)
    assert answer.verdict is Verdict.OPENED
    assert b"public" not in answer.evidence


async def test_no_connection_is_unreached(scripted):
    assert (await snmp.attempt(scripted([]), PUBLIC)).verdict is Verdict.UNREACHED


async def test_a_community_that_no_message_holds_is_not_tried(scripted):
    line = scripted([[b"", SYS_DESCR]])
    assert (await snmp.attempt(line, Account("long", "", "x" * 256))).verdict is Verdict.NOT_TRIED
    assert line.sent == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # the fixtures keep nothing between examples
@given(st.lists(st.binary(max_size=80), max_size=2))
async def test_junk_ends_in_a_verdict(scripted, replies):
    answer = await snmp.attempt(scripted([[b"", reply] for reply in replies], silent=True), PUBLIC)
    assert answer.verdict in {Verdict.REFUSED, Verdict.UNREACHED}
