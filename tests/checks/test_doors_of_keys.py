import pytest

from checks.doors import WAYS, doors

ENGINE = {"snmp.engine_id": "80001f8804"}


@pytest.mark.parametrize(
    ("heard", "facts", "protocols"),
    [
        ("snmp", ENGINE, ["snmpv3"]),
        ("snmp", {"snmp.sys_descr": "by a community"}, []),
        ("ipmi", {"ipmi.version": "1.5 and 2.0"}, ["ipmi"]),
        ("ipmi", {"ipmi.version": "1.5"}, []),
        ("ipmi", {"ipmi.completion": 0xCC}, []),
        ("vnc", {"vnc.security_types": ("Tight", "VNC Authentication"), "vnc.no_authentication": False}, ["vnc"]),
        ("vnc", {"vnc.security_types": ("None", "VNC Authentication"), "vnc.no_authentication": True}, []),
        ("vnc", {"vnc.security_types": ("VeNCrypt",), "vnc.no_authentication": False}, []),
        ("vnc", {"vnc.refusal": "Too many security failures"}, []),
        ("mqtt", {"mqtt.return_code": 5, "mqtt.anonymous": False}, ["mqtt"]),
        ("mqtt", {"mqtt.return_code": 0x87, "mqtt.anonymous": False}, ["mqtt"]),
        ("mqtt", {"mqtt.return_code": 0, "mqtt.anonymous": True}, []),
        ("mqtt", {"mqtt.return_code": 3, "mqtt.anonymous": False}, []),
    ],
)
def test_a_service_is_a_door_where_it_asks_for_an_account_that_can_be_offered(make, heard, facts, protocols):
    assert [door.protocol for door in doors(make((heard, 4000, facts)))] == protocols


def test_only_users_of_snmpv3_know_no_lock():
    assert {name for name in ("snmpv3", "ipmi", "vnc", "mqtt") if not WAYS[name].locks} == {"snmpv3"}


def test_a_desktop_is_not_asked_without_an_account_first():
    assert {name for name in ("snmpv3", "ipmi", "vnc", "mqtt") if not WAYS[name].anonymous} == {"vnc"}
