import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import ProtocolError, TimedOut
from inventory.model import Device, Endpoint, Observation
from lab.fake import Log, Manners, Visit
from lab.services.snmp import Snmp
from scanner.conversation import Conversation, Heard, Read, ReadSome, Send, Step, Target
from scanner.protocols import entity, snmp
from tests.holding import hold_with

ENDPOINT = Endpoint("192.0.2.1", 161, "udp")
TARGET = Target(ENDPOINT, community="city")
ENTRY = "1.3.6.1.2.1.47.1.1.1.1"  # RFC 6933: entPhysicalEntry


def row(index: int, kind: int, serial: str, **more: str | bytes) -> tuple[tuple[str, str | int | bytes], ...]:
    columns = {"descr": 2, "hardware": 8, "firmware": 9, "software": 10, "mfg": 12, "model": 13, "date": 17}
    said = tuple((f"{ENTRY}.{columns[name]}.{index}", value) for name, value in more.items())
    return ((f"{ENTRY}.5.{index}", kind), (f"{ENTRY}.11.{index}", serial), *said)


# DateAndTime of RFC 2579: 2014-10-14,0:0:0.0
SWITCH = row(
    1001, 3, "FDO1842U0K1", model="IE-2000-8TC-G-B", software="15.2(7)E3", date=bytes.fromhex("07de0a0e00000000")
)
SECOND = row(2001, 3, "FDO1842U0K2")


class Agent:
    """The lab's agent at the other end, and everything that it was sent."""

    def __init__(self, *objects: tuple[str, str | int | bytes], versions: tuple[int, ...] = (0, 1)) -> None:
        self._agent = Snmp(9, "00:16:c8:3d:a0:91", community="city", objects=objects, versions=versions)
        self._log = Log()
        self._answer: bytes | None = None
        self.sent: list[bytes] = []

    def hold(self, conversation: Conversation[Heard]) -> Heard:
        heard: Heard = hold_with(conversation, self._step)
        assert self._log.harms == []
        return heard

    def _step(self, step: Step) -> bytes:
        if isinstance(step, Send):
            self.sent.append(step.data)
            self._answer = self._agent.answer(step.data, Visit("test", self._log, Manners()))
            return b""
        assert isinstance(step, Read | ReadSome)
        if self._answer is None:
            raise TimedOut
        answer, self._answer = self._answer, None
        return answer


def test_reads_the_row_of_the_chassis():
    agent = Agent(*SWITCH)
    heard = agent.hold(entity.probe(TARGET))
    assert heard.facts == {
        "entity.index": 1001,
        "entity.serial": "FDO1842U0K1",
        "entity.model": "IE-2000-8TC-G-B",
        "entity.software_rev": "15.2(7)E3",
        "entity.mfg_date": "2014-10-14",
    }
    assert len(agent.sent) == 2


def test_the_other_members_of_a_stack_are_parts():
    heard = Agent(*SWITCH, *SECOND).hold(entity.probe(TARGET))
    assert heard.facts["entity.serial"] == "FDO1842U0K1"
    assert heard.parts == (("chassis 2001", {"entity.index": 2001, "entity.serial": "FDO1842U0K2"}),)


def test_the_stack_stands_in_where_no_chassis_is_at_the_usual_places():
    assert Agent(*row(1, 11, "STACK12345")).hold(entity.probe(TARGET)).facts["entity.serial"] == "STACK12345"


def test_a_date_of_zeros_is_none():
    heard = Agent(*row(1, 3, "A12345", date=bytes(8))).hold(entity.probe(TARGET))
    assert "entity.mfg_date" not in heard.facts


def test_everything_it_sends_is_in_its_says():
    agent = Agent(*SWITCH, *SECOND)
    agent.hold(entity.probe(TARGET))
    assert len(agent.sent) == 3
    assert all(any(say.allows(request) for say in entity.SAYS) for request in agent.sent)
    others = (agent.sent[0].replace(b"\xa0", b"\xa5", 1), snmp.get(snmp.V2C, "city", 0x40000001, (f"{ENTRY}.14.1",)))
    assert not any(say.allows(request) for say in entity.SAYS for request in others)


def test_an_agent_without_the_mib_is_no_entity_and_a_silent_one_is_silent():
    with pytest.raises(ProtocolError):
        Agent().hold(entity.probe(TARGET))
    with pytest.raises(TimedOut):
        Agent(versions=(0,)).hold(entity.probe(TARGET))


def test_nothing_is_sent_without_a_community():
    agent = Agent()
    with pytest.raises(ProtocolError):
        agent.hold(entity.probe(Target(ENDPOINT)))
    assert agent.sent == []


def test_the_community_is_kept_out_of_what_the_device_repeats():
    heard = Agent(*row(1, 3, "city-city-1")).hold(entity.probe(TARGET))
    assert "city" not in repr(heard)


@pytest.mark.parametrize(
    ("facts", "asked"), [({"snmp.sys_object_id": "1.3.6.1.4.1.9.1.1"}, 1), ({"snmp.enterprise": 9}, 0)]
)
def test_it_is_invited_where_a_community_was_answered(facts, asked):
    from datetime import UTC, datetime

    seen = Observation(ENDPOINT, "snmp", facts, b"", datetime(2026, 11, 21, tzinfo=UTC))
    device = Device("address:192.0.2.1", ("192.0.2.1",), observations=(seen,))
    assert entity.invited(device) == (Target(ENDPOINT),) * asked


@given(
    st.dictionaries(
        st.sampled_from([f"{ENTRY}.{c}.1" for c in (2, 5, 8, 9, 10, 11, 12, 13, 17)]), st.binary(max_size=20)
    )
)
def test_any_values_end_in_facts(values):
    response = snmp.Response(1, 0, {name: (4, value) for name, value in values.items()}, b"")
    assert set(entity.read_row(response, 1, "city")) <= set(entity.FACTS)
    assert entity.chassis(response) == []
