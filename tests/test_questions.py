"""What is asked where, before anything is asked."""

import pytest

from checks.ports import default_ports, never_connect, reason
from inventory.model import Endpoint
from scanner.conversation import Safety, is_hardy
from scanner.protocols import load_protocols
from scanner.questions import CONTROL_PORTS, LADDER, expected, is_unknown, may_be_another, speaker

ADDRESS = "192.0.2.7"
IT = {"ftp", "http", "ldap", "mqtt", "rtsp", "smtp", "ssh", "telnet", "tls"} | {
    "containers",
    "memcached",
    "mongodb",
    "mysql",
    "postgresql",
    "rdp",
    "redis",
    "smb",
    "socks",
}


def at(port: int) -> Endpoint:
    return Endpoint(ADDRESS, port)


def test_only_it_protocols_are_hardy():
    assert {protocol.NAME for protocol in load_protocols().values() if is_hardy(protocol)} == IT


def test_the_ladder_is_of_hardy_protocols_of_tcp():
    assert [name for name in LADDER if not is_hardy(load_protocols()[name])] == []


@pytest.mark.parametrize("port", default_ports())
def test_a_port_that_the_list_knows_is_never_unknown(port):
    assert reason(port)
    assert not is_unknown(at(port))


@pytest.mark.parametrize("port", [7, 1234, 4321, 61234])
def test_a_port_of_no_list_is_unknown(port):
    assert is_unknown(at(port))
    assert not may_be_another(at(port))


@pytest.mark.parametrize("port", [950, 1013, 4001, 4032, 10001, 3001, 2101])
def test_a_port_of_serial_servers_is_not_asked_as_an_unknown_one(port):
    assert not is_unknown(at(port))
    assert not may_be_another(at(port))


@pytest.mark.parametrize("port", sorted(CONTROL_PORTS))
def test_a_port_of_controllers_is_asked_for_what_is_expected_there_only(port):
    assert not is_unknown(at(port))
    assert not may_be_another(at(port))


@pytest.mark.parametrize("port", sorted(never_connect()))
def test_a_debuggers_port_is_neither_unknown_nor_expected_so_that_nobody_connects_to_it(port):
    assert not is_unknown(at(port))
    assert expected(at(port)) == []
    assert port not in default_ports()


@pytest.mark.parametrize("port", [2022, 990, 992, 8899])
def test_a_port_that_a_serial_server_may_have_is_not_asked_further_though_something_is_expected_there(port):
    assert expected(at(port))
    assert not may_be_another(at(port))


@pytest.mark.parametrize(("port", "further"), [(80, True), (22, True), (1883, True), (502, False), (102, False)])
def test_a_port_where_a_controller_may_stand_is_not_asked_further(port, further):
    assert may_be_another(at(port)) is further


@pytest.mark.parametrize("port", [2323, 8899, 10554, 2222, 9999])
def test_ports_that_services_are_moved_to_are_asked_by_default_and_expected(port):
    assert port in default_ports()
    assert expected(at(port))


def test_every_tcp_protocol_of_class_b_is_asked_where_it_is_expected_or_invited_only():
    for protocol in load_protocols().values():
        if protocol.TRANSPORT == "tcp" and protocol.SAFETY is Safety.B and not is_hardy(protocol):
            assert not any(is_unknown(at(port)) for port in protocol.PORTS)


def test_a_controllers_connection_is_of_class_b_for_it_has_few():
    for protocol in load_protocols().values():
        if protocol.TRANSPORT == "tcp" and CONTROL_PORTS.intersection(protocol.PORTS) and not is_hardy(protocol):
            assert protocol.SAFETY is Safety.B, protocol.NAME


def test_the_protocol_that_recognises_its_own_speaks():
    found = speaker(b"SSH-2.0-dropbear\r\n")
    assert found is not None
    assert found.NAME == "ssh"
    assert speaker(b"\x00\x01\x02") is None
