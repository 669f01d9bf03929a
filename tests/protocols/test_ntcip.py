from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import ProtocolError, TimedOut
from inventory.model import Claim, Confidence, Device, Endpoint, Observation
from lab.fake import Log, Manners, Visit
from lab.services.snmp import Snmp
from scanner.conversation import Conversation, Heard, Read, ReadSome, Send, Step, Target
from scanner.protocols import ntcip, snmp
from tests.holding import hold_with

ENDPOINT = Endpoint("192.0.2.1", 161, "udp")
TARGET = Target(ENDPOINT, community="city")
# NTCIP 1201 v03, section 2.2: the global configuration and the module table.
GLOBAL = "1.3.6.1.4.1.1206.4.2.6.1"
MODULE = f"{GLOBAL}.3.1"
HARDWARE = ((f"{MODULE}.3.1", "SWARCO"), (f"{MODULE}.4.1", "ITC-3"), (f"{MODULE}.5.1", "Rev. C"), (f"{MODULE}.6.1", 2))
SOFTWARE = (
    (f"{MODULE}.3.2", "SWARCO"),
    (f"{MODULE}.4.2", "ITC-PC"),
    (f"{MODULE}.5.2", "20140318 - v4.11"),
    (f"{MODULE}.6.2", 3),
)
SCALARS = ((f"{GLOBAL}.1.0", 41977), (f"{GLOBAL}.2.0", 2), (f"{GLOBAL}.4.0", "NTCIP 1202v02.19"))
ASC = "1.3.6.1.4.1.1206.4.2.1"
NODES = ((f"{MODULE}.2.1", ASC), (f"{MODULE}.2.2", ASC))


class Agent:
    """The lab's agent at the other end, which knows version 1 only unless told otherwise."""

    def __init__(self, *objects: tuple[str, str | int], versions: tuple[int, ...] = (0,), nodes: bool = True) -> None:
        self._agent = Snmp(
            1206,
            "58:fc:db:b1:40:88",
            community="city",
            objects=objects,
            identifiers=NODES if nodes else (),
            versions=versions,
        )
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


def test_reads_the_configuration_and_the_modules_in_version_1():
    agent = Agent(*SCALARS, *HARDWARE, *SOFTWARE)
    heard = agent.hold(ntcip.probe(TARGET))
    assert heard.facts == {
        "ntcip.max_modules": 2,
        "ntcip.set_id": 41977,
        "ntcip.base_standards": "NTCIP 1202v02.19",
        "ntcip.hardware_make": "SWARCO",
        "ntcip.hardware_model": "ITC-3",
        "ntcip.hardware_version": "Rev. C",
        "ntcip.software_make": "SWARCO",
        "ntcip.software_model": "ITC-PC",
        "ntcip.software_version": "20140318 - v4.11",
        "ntcip.modules": ("hardware: SWARCO, ITC-3, Rev. C", "software: SWARCO, ITC-PC, 20140318 - v4.11"),
        "ntcip.device_nodes": (ASC,),
    }
    assert len(agent.sent) == 3


def test_an_object_that_is_missing_spoils_nothing_in_version_1():
    heard = Agent((f"{GLOBAL}.2.0", 1), *HARDWARE).hold(ntcip.probe(TARGET))
    assert heard.facts["ntcip.hardware_make"] == "SWARCO"
    assert "ntcip.set_id" not in heard.facts


def test_version_2c_is_asked_where_version_1_meets_silence():
    heard = Agent(*SCALARS, *HARDWARE, versions=(1,), nodes=False).hold(ntcip.probe(TARGET))
    assert heard.facts["ntcip.hardware_model"] == "ITC-3"


def test_at_most_four_modules_are_read_whatever_the_device_counts():
    agent = Agent((f"{GLOBAL}.1.0", 1), (f"{GLOBAL}.2.0", 255), (f"{GLOBAL}.4.0", ""))
    agent.hold(ntcip.probe(TARGET))
    assert len(agent.sent) == 5


def test_everything_it_sends_is_in_its_says_and_the_security_node_is_not():
    agent = Agent((f"{GLOBAL}.2.0", 1), *HARDWARE)
    agent.hold(ntcip.probe(TARGET))
    assert len(agent.sent) == 5
    assert all(any(say.allows(request) for say in ntcip.SAYS) for request in agent.sent)
    security = snmp.get(snmp.V1, "city", 0x40000001, ("1.3.6.1.4.1.1206.4.2.6.5.1.0",))
    others = (security, agent.sent[0].replace(b"\xa0", b"\xa3", 1))
    assert not any(say.allows(request) for say in ntcip.SAYS for request in others)


def test_an_agent_that_is_none_of_ntcip_and_a_silent_one():
    with pytest.raises(ProtocolError):
        Agent(nodes=False).hold(ntcip.probe(TARGET))
    with pytest.raises(TimedOut):
        Agent(versions=()).hold(ntcip.probe(TARGET))


def test_the_community_is_kept_out_of_what_the_device_repeats():
    heard = Agent((f"{GLOBAL}.2.0", 1), (f"{MODULE}.3.1", "city of X"), nodes=False).hold(ntcip.probe(TARGET))
    assert "city" not in repr(heard)


def device(kind: str, facts: dict[str, str]) -> Device:
    seen = Observation(ENDPOINT, "snmp", facts, b"", datetime(2026, 11, 21, tzinfo=UTC)) if facts else None
    claims = (Claim("kind", kind, Confidence.LIKELY, "test"),) if kind else ()
    return Device("a", ("192.0.2.1",), observations=(seen,) if seen else (), claims=claims)


OTHER = "1.3.6.1.4.1.8072.3.2.10"


@pytest.mark.parametrize(
    ("kind", "object_id", "ports"),
    [
        ("", OTHER, [161]),
        ("traffic-controller", OTHER, [161]),
        ("message-sign", "", [501]),
        ("printer", OTHER, []),
        ("gateway", f"{ASC}.1", [161]),
        ("", "", []),
    ],
)
def test_it_is_invited_to_what_may_be_a_traffic_device(kind, object_id, ports):
    invited = ntcip.invited(device(kind, {"snmp.sys_object_id": object_id} if object_id else {}))
    assert [target.endpoint.port for target in invited] == ports


VALUE = st.tuples(st.sampled_from([2, 4, 6]), st.binary(min_size=1, max_size=8))


@given(st.dictionaries(st.sampled_from([f"{MODULE}.{column}.1" for column in range(2, 7)]), VALUE))
def test_any_values_end_in_facts_or_in_protocol_error(values):
    try:
        row = ntcip.module(snmp.Response(1, 0, values, b""), 1, "city")
    except ProtocolError:
        return
    assert set(ntcip.modules([row])) <= set(ntcip.FACTS)
