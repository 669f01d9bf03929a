"""ENTITY-MIB and NTCIP 1201 with net-snmp's agent, which is told what to say, and a recorded UPS with snmpsim, all through the real wire."""

from datetime import UTC, datetime

import pytest

from inventory.errors import TimedOut
from inventory.model import Endpoint, Facts, Observation
from scanner.conversation import Target
from scanner.fingerprint import fingerprint
from scanner.protocols import entity, ntcip, snmp

pytestmark = pytest.mark.real

ENTRY = "1.3.6.1.2.1.47.1.1.1.1"
MODULE = "1.3.6.1.4.1.1206.4.2.6.1"
CHASSIS = (
    f"override {ENTRY}.5.1 integer 3",
    f'override {ENTRY}.11.1 octet_str "TBZ1234567"',
    f'override {ENTRY}.13.1 octet_str "EDS-G512E"',
    f'override {ENTRY}.10.1 octet_str "V5.6"',
)
TRAFFIC = (
    f"override {MODULE}.1.0 integer 4711",
    f"override {MODULE}.2.0 integer 1",
    f'override {MODULE}.4.0 octet_str "NTCIP 1202v02.19"',
    f"override {MODULE}.3.1.2.1 object_id .1.3.6.1.4.1.1206.4.2.1",
    f'override {MODULE}.3.1.3.1 octet_str "Econolite"',
    f'override {MODULE}.3.1.4.1 octet_str "Cobalt"',
    f'override {MODULE}.3.1.5.1 octet_str "20190612 - v32.65"',
    f"override {MODULE}.3.1.6.1 integer 3",
)


def observed(facts: Facts) -> Observation:
    return Observation(Endpoint("127.0.0.1", 161, "udp"), "snmp", facts, b"", datetime(2026, 11, 21, tzinfo=UTC))


async def test_entity_reads_the_chassis_of_net_snmp(run, wire):
    endpoint = await run.start("snmpd", "city", "", *CHASSIS, transport="udp")
    heard = await wire.hold(entity, Target(endpoint, community="city"))
    assert heard.facts == {
        "entity.index": 1,
        "entity.serial": "TBZ1234567",
        "entity.model": "EDS-G512E",
        "entity.software_rev": "V5.6",
    }


async def test_ntcip_reads_the_modules_of_net_snmp(run, wire):
    endpoint = await run.start("snmpd", "city", "", *TRAFFIC, transport="udp")
    heard = await wire.hold(ntcip, Target(endpoint, community="city"))
    assert heard.facts["ntcip.software_version"] == "20190612 - v32.65"
    assert heard.facts["ntcip.device_nodes"] == ("1.3.6.1.4.1.1206.4.2.1",)
    assert heard.facts["ntcip.set_id"] == 4711


async def test_a_community_that_is_none_meets_silence(run, wire):
    endpoint = await run.start("snmpd", "changed", "", *CHASSIS, transport="udp")
    for protocol in (entity, ntcip):
        with pytest.raises(TimedOut):
            await wire.hold(protocol, Target(endpoint, community="city"))


async def test_a_recorded_ups_names_its_maker(run, wire):
    endpoint = await run.start("snmpsim", "eaton-9PX-partial-walk", transport="udp")
    heard = await wire.hold(snmp, Target(endpoint, community="recorded"))
    assert heard.facts["snmp.sys_object_id"] == "1.3.6.1.4.1.705.1"
    assert "snmp.sys_descr" not in heard.facts
    (kind,) = [claim for claim in fingerprint([observed(heard.facts)], None) if claim.name == "kind"]
    assert kind.value == "ups"
