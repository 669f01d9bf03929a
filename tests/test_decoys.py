"""What a host says that no device would."""

from datetime import UTC, datetime

import pytest

from inventory.model import Endpoint, Facts, Observation
from scanner.decoys import load_decoys, made_up
from scanner.protocols import load_protocols

NOW = datetime(2026, 11, 21, tzinfo=UTC)
S7: Facts = {"s7.system_name": "SIMATIC 300", "s7.plant": "", "s7.order_number": "6ES7 315-2EH14-0AB0"}
FINS: Facts = {"fins.model": "CJ2M-CPU33"}
ROCKWELL: Facts = {"enip.vendor_id": 1, "enip.device_type": 14, "enip.product_name": "1769-L33ER"}
NIAGARA: Facts = {"fox.station_name": "TownHall", "fox.brand": "vykon"}


def heard(*said: tuple[str, Facts], behind: str = "") -> list[Observation]:
    return [
        Observation(Endpoint("192.0.2.7", 1000 + place), protocol, facts, b"", NOW, behind)
        for place, (protocol, facts) in enumerate(said)
    ]


def only(*protocols: str) -> list[Observation]:
    return heard(*((protocol, {}) for protocol in protocols))


# Facts as mushorg/conpot's templates (conpot/templates/default) and DinoTools/dionaea (src/connection.c) make them.
@pytest.mark.parametrize(
    ("protocol", "facts", "decoy"),
    [
        ("s7", {"s7.system_name": "Technodrome", "s7.plant": "Mouser Factory", "s7.serial": "88111222"}, "conpot-s7"),
        (
            "snmp",
            {
                "snmp.sys_descr": "Siemens, SIMATIC, S7-200",
                "snmp.sys_name": "CP 443-1 EX40",
                "snmp.sys_location": "Venus",
            },
            "conpot-snmp",
        ),
        ("enip", {"enip.product_name": "1756-L61/B LOGIX5561", "enip.serial": "006C061A"}, "conpot-enip"),
        ("enip_tcp", {"enip.product_name": "1756-L61/B LOGIX5561", "enip.serial": "006C061A"}, "conpot-enip-tcp"),
        ("bacnet", {"bacnet.instance": 36113, "bacnet.model": "VAV-DD Controller"}, "conpot-bacnet"),
        (
            "tls",
            {
                "tls.subject": "CN=Nepenthes Development Team,O=dionaea.carnivore.it,C=DE",
                "tls.issuer": "OU=anv,O=dionaea.carnivore.it,CN=Nepenthes Development Team,C=DE",
            },
            "dionaea-tls",
        ),
    ],
)
def test_the_words_of_a_honeypot_as_it_comes_are_known(protocol, facts, decoy):
    assert made_up(heard((protocol, facts))).endswith(f"({decoy})")
    assert made_up(heard((protocol, facts), behind="unit 1")) == ""
    for fact in facts:
        if fact != "s7.serial":
            assert made_up(heard((protocol, {**facts, fact: "Sewage works"}))) == ""


@pytest.mark.parametrize(
    "said",
    [
        (("s7", S7), ("enip", ROCKWELL)),
        (("s7", S7), ("fins", FINS), ("fins", FINS)),
        (("fox", NIAGARA), ("bacnet", {"bacnet.vendor": "Honeywell"}), ("s7", S7)),
        (("fins", FINS), ("enip", {**ROCKWELL, "enip.vendor_id": 47}), ("bacnet", {"bacnet.vendor": "Omron"})),
        (("s7", S7), ("bacnet", {"bacnet.vendor": "Siemens Building Technologies"}), ("enip", ROCKWELL)),
        (("s7", S7), ("fins", FINS), ("enip", {**ROCKWELL, "enip.device_type": 12})),
    ],
    ids=[
        "two behind a router",
        "two",
        "a Niagara station's brand",
        "one maker",
        "one maker by two names",
        "an adapter",
    ],
)
def test_what_a_router_may_forward_and_a_maker_may_sell_is_believed(said):
    assert made_up(heard(*said)) == ""


@pytest.mark.parametrize(
    ("said", "makers"),
    [
        ((("s7", S7), ("fins", FINS), ("enip", ROCKWELL)), "Omron, Rockwell, Siemens"),
        ((("s7", S7), ("fox", NIAGARA), ("fins", FINS)), "Niagara, Omron, Siemens"),
        (
            (("s7", S7), ("bacnet", {"bacnet.vendor": "Delta Controls"}), ("enip_tcp", ROCKWELL)),
            "Delta, Rockwell, Siemens",
        ),
    ],
)
def test_controllers_of_three_makers_are_no_device(said, makers):
    assert made_up(heard(*said)) == f"it answers as controllers of 3 makers at once ({makers})"


def test_a_gateway_speaks_many_protocols_and_not_all():
    gateway = ("bacnet", "dnp3", "enip", "iec104", "modbus", "opcua", "knx")
    assert made_up(only(*gateway, "enip_tcp", "snmp", "http", "tls", "mqtt", "ftp", "ssh", "telnet")) == ""
    assert made_up(only(*gateway, "fins")).startswith("it speaks 8 control protocols at once (bacnet, dnp3, ")


@pytest.mark.parametrize("decoy", load_decoys(), ids=lambda decoy: decoy.id)
def test_each_decoy_names_declared_facts_of_its_protocol_and_its_source(decoy):
    assert {*decoy.says, *decoy.holds} <= set(load_protocols()[decoy.protocol].FACTS)
    assert decoy.says or decoy.holds
    assert decoy.source
