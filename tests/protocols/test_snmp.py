import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import PeerError, ProtocolError, TimedOut
from inventory.model import Endpoint
from scanner.conversation import Send, Target
from scanner.protocols import snmp

NUMBER = 0x40000001
TARGET = Target(Endpoint("192.0.2.1", 161, "udp"))
WITH_COMMUNITY = Target(Endpoint("192.0.2.1", 161, "udp"), community="public")
# Recorded from net-snmp 5.9.3 (Debian's snmpd), with our message ID 0x40000001.
REPORT = bytes.fromhex(
    "30710201033011020440000001020300ffe30401000201030421301f041180001f8880a76b7d125f22016b000000000201010201010400040004003036"
    "041180001f8880a76b7d125f22016b000000000400a81f0204400000010201000201003011300f060a2b060106030f01010400410101"
)
SYSTEM = bytes.fromhex(
    "3081b002010104067075626c6963a281a2020440000001020100020100308193304006082b06010201010100043445636f6e6f6c69746520436f62616c"
    "74204154433b204c696e757820322e362e33353b206275696c6420323031332d30362d3138301606082b06010201010200060a2b06010401bf0803020a"
    "301206082b060102010105000406636f62616c74300e06082b0601020101030043020095301306082b0601020101060004074d61696e205374"
)
NO_SUCH_OBJECT = bytes.fromhex("302902010104067075626c6963a21c020440000001020100020100300e300c06082b060102010101008000")


@pytest.fixture(autouse=True)
def _known_number(monkeypatch):
    monkeypatch.setattr(snmp, "fresh_number", lambda: NUMBER)


class Agent:
    """Plays an agent: one datagram, or None for silence, for each request."""

    def __init__(self, *answers: bytes | None) -> None:
        self._answers = list(answers)
        self.sent: list[bytes] = []

    def hold(self, conversation):
        waiting: list[bytes] = []
        try:
            step = next(conversation)
            while True:
                if isinstance(step, Send):
                    self.sent.append(step.data)
                    waiting = [answer for answer in (self._answers.pop(0),) if answer is not None]
                    step = conversation.send(b"")
                elif waiting:
                    step = conversation.send(waiting.pop(0))
                else:
                    step = conversation.throw(TimedOut())
        except StopIteration as ended:
            return ended.value


def test_an_engine_names_itself_to_anyone(recite):
    heard, sent = recite(snmp.probe(TARGET), [REPORT])
    assert heard.facts == {
        "snmp.engine_id": "80001f8880a76b7d125f22016b00000000",
        "snmp.enterprise": 8072,
        "snmp.engine_boots": 1,
        "snmp.engine_time": 1,
    }
    assert sent == [
        bytes.fromhex(
            "303e0201033011020440000001020300ffe30401040201030410300e0400020100020100040004000400301404000400a00e"
            "0204400000010201000201003000"
        )
    ]


def test_the_sites_community_reads_the_system_group():
    heard = Agent(REPORT, SYSTEM).hold(snmp.probe(WITH_COMMUNITY))
    assert heard.facts["snmp.sys_descr"] == "Econolite Cobalt ATC; Linux 2.6.35; build 2013-06-18"
    assert heard.facts["snmp.sys_object_id"] == "1.3.6.1.4.1.8072.3.2.10"
    assert heard.facts["snmp.sys_name"] == "cobalt"
    assert heard.facts["snmp.sys_uptime"] == 149
    assert heard.facts["snmp.sys_location"] == "Main St"
    assert heard.facts["snmp.enterprise"] == 8072


def test_the_community_is_not_in_the_evidence_even_where_the_device_repeats_it():
    answer = SYSTEM.replace(b"Cobalt", b"public")
    heard = Agent(REPORT, answer).hold(snmp.probe(WITH_COMMUNITY))
    assert b"public" not in heard.evidence
    assert "public" not in repr(heard)
    assert "public" not in repr(WITH_COMMUNITY)


def test_the_system_group_suffices_where_version_3_is_not_spoken():
    heard = Agent(None, SYSTEM).hold(snmp.probe(WITH_COMMUNITY))
    assert heard.facts["snmp.sys_name"] == "cobalt"
    assert "snmp.engine_id" not in heard.facts


def test_the_engine_suffices_where_the_community_was_changed():
    heard = Agent(REPORT, None, None).hold(snmp.probe(WITH_COMMUNITY))
    assert heard.facts["snmp.enterprise"] == 8072


def test_an_agent_that_speaks_only_version_1_is_asked_in_it():
    answer = SYSTEM.replace(bytes.fromhex("020101 0406"), bytes.fromhex("020100 0406"), 1)
    agent = Agent(None, None, answer)
    assert agent.hold(snmp.probe(WITH_COMMUNITY)).facts["snmp.sys_name"] == "cobalt"
    assert agent.sent[2] == snmp.get(snmp.V1, "public", NUMBER)


@pytest.mark.parametrize("target", [TARGET, WITH_COMMUNITY])
def test_silence_is_silence(target):
    with pytest.raises(TimedOut):
        Agent(None, None, None).hold(snmp.probe(target))


def test_without_a_community_the_system_group_is_not_asked_for():
    agent = Agent(REPORT)
    agent.hold(snmp.probe(TARGET))
    assert len(agent.sent) == 1


def test_an_answer_to_another_message_is_passed_over(recite):
    stray = REPORT.replace(bytes.fromhex("40000001"), bytes.fromhex("40000002"))
    with pytest.raises(TimedOut):
        recite(snmp.probe(TARGET), [stray], silent=True)
    assert snmp.parse_report(stray, NUMBER) is None


def test_an_object_that_the_device_has_not_is_no_fact():
    heard = Agent(None, NO_SUCH_OBJECT).hold(snmp.probe(WITH_COMMUNITY))
    assert heard.facts == {}


# RFC 3411, section 5, SnmpEngineID: the formats 1 (IPv4), 2 (IPv6), 3 (MAC), 4 (text), and the older form without the first bit.
@pytest.mark.parametrize(
    ("engine_id", "facts"),
    [
        ("8000013e01c0000201", {"snmp.enterprise": 318, "snmp.engine_ip": "192.0.2.1"}),
        ("8000013e02" + "20010db8" + "00" * 11 + "01", {"snmp.enterprise": 318, "snmp.engine_ip": "2001:db8::1"}),
        ("8000013e0300c0b7123456", {"snmp.enterprise": 318, "snmp.engine_mac": "00:c0:b7:12:34:56"}),
        ("8000013e0461706331", {"snmp.enterprise": 318, "snmp.engine_text": "apc1"}),
        ("0000013e0000000000000000", {"snmp.enterprise": 318}),
        ("8000013e0300c0b712", {"snmp.enterprise": 318}),
        ("80000", {}),
        ("00" * 40, {}),
    ],
)
def test_an_engine_id_is_read_as_rfc_3411_says(engine_id, facts):
    raw = bytes.fromhex(engine_id if len(engine_id) % 2 == 0 else engine_id + "1")
    found = snmp._engine(raw)
    assert found.pop("snmp.engine_id") == raw.hex()
    assert found == facts


@pytest.mark.parametrize("community", ["public", "p", "x" * 200, "x" * 255, "Zürich"])
def test_everything_it_sends_is_in_its_says(community):
    agent = Agent(REPORT, SYSTEM)
    agent.hold(snmp.probe(Target(TARGET.endpoint, community=community)))
    assert len(agent.sent) == 2
    assert all(any(say.allows(request) for say in snmp.SAYS) for request in agent.sent)


def test_no_set_hides_in_the_community_of_a_get():
    # An agent takes the first PDU behind the community and may pass over what follows; so the community has to end where its length says.
    asked = snmp.get(snmp.V2C, "", NUMBER)
    reboot = bytes.fromhex("a319 0204 40000001 020100 020100 300b 3009 0604 2b060101 020101")
    smuggled = asked.replace(b"\x04\x00\xa0", b"\x04\x06public" + reboot + b"\xa0", 1)
    assert smuggled != asked
    assert not any(say.allows(smuggled) for say in (*snmp.SAYS, snmp.ASK_SYS_DESCR))


def test_no_other_object_and_no_set_is_in_its_says():
    asked = snmp.get(snmp.V2C, "public", NUMBER)
    others = (
        asked.replace(b"\xa0", b"\xa3", 1),  # SET
        asked.replace(b"\xa0", b"\xa5", 1),  # GETBULK
        snmp.get(snmp.V2C, "public", NUMBER, ("1.3.6.1.2.1.1.4.0",)),
        snmp.get(snmp.V3, "public", NUMBER),
        asked + b"\0",
    )
    assert not any(say.allows(request) for say in snmp.SAYS for request in others)


def test_the_login_asks_for_sys_descr_in_both_versions_only():
    for version in (snmp.V1, snmp.V2C):
        assert snmp.ASK_SYS_DESCR.allows(snmp.get(version, "private", NUMBER, (snmp.SYS_DESCR,)))
    assert not snmp.ASK_SYS_DESCR.allows(snmp.get(snmp.V2C, "private", NUMBER))


@pytest.mark.parametrize("size", range(len(REPORT)))
def test_a_report_cut_anywhere_ends_in_a_peer_error(recite, size):
    with pytest.raises(PeerError):
        recite(snmp.probe(TARGET), [REPORT[:size]])


@pytest.mark.parametrize("size", range(len(SYSTEM)))
def test_a_response_cut_anywhere_is_a_protocol_error(size):
    with pytest.raises(ProtocolError):
        snmp.parse_response(SYSTEM[:size])


@given(st.binary(max_size=200))
def test_junk_ends_in_a_response_or_in_protocol_error(junk):
    for parse in (snmp.parse_response, lambda data: snmp.parse_report(data, NUMBER)):
        try:
            parse(junk)
        except ProtocolError:
            continue


@given(st.sampled_from([REPORT, SYSTEM]), st.data())
def test_an_answer_with_any_byte_changed_ends_in_facts_or_in_a_peer_error(answer, data):
    at = data.draw(st.integers(0, len(answer) - 1))
    broken = answer[:at] + bytes((data.draw(st.integers(0, 255)),)) + answer[at + 1 :]
    target = TARGET if answer is REPORT else WITH_COMMUNITY
    agent = Agent(broken) if answer is REPORT else Agent(None, broken, None)
    try:
        heard = agent.hold(snmp.probe(target))
    except PeerError:
        return
    assert set(heard.facts) <= set(snmp.FACTS)
