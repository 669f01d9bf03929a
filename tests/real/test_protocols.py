"""The conversations, through the real wire, with the servers that devices run."""

import pytest

from scanner.conversation import Target
from scanner.protocols import ftp, mqtt, snmp, telnet

pytestmark = pytest.mark.real


async def test_snmp_names_its_engine_to_anyone_and_its_system_to_the_community(run, wire):
    endpoint = await run.start("snmpd", "city", transport="udp")
    heard = await wire.hold(snmp, Target(endpoint, community="city"))
    assert heard.facts["snmp.enterprise"] == 8072
    assert heard.facts["snmp.engine_boots"] == 1
    assert heard.facts["snmp.sys_name"] == "cobalt"
    assert heard.facts["snmp.sys_location"] == "Main St"
    assert b"city" not in heard.evidence
    stranger = await wire.hold(snmp, Target(endpoint))
    assert stranger.facts["snmp.engine_id"] == heard.facts["snmp.engine_id"]
    assert "snmp.sys_descr" not in stranger.facts


async def test_the_engine_is_heard_where_the_community_was_changed(run, wire):
    endpoint = await run.start("snmpd", "changed", transport="udp")
    heard = await wire.hold(snmp, Target(endpoint, community="city"))
    assert heard.facts["snmp.enterprise"] == 8072
    assert "snmp.sys_descr" not in heard.facts


async def test_mqtt_hears_the_version_of_a_broker_that_lets_anyone_in(run, wire):
    heard = await wire.hold(mqtt, Target(await run.start("mosquitto")))
    assert heard.facts["mqtt.anonymous"] is True
    assert str(heard.facts["mqtt.broker_version"]).startswith("mosquitto version ")


async def test_mqtt_hears_that_a_broker_asks_for_an_account(run, wire):
    heard = await wire.hold(mqtt, Target(await run.start("mosquitto", "bridge", "secret")))
    assert heard.facts == {"mqtt.return_code": 5, "mqtt.anonymous": False}


async def test_ftp_hears_the_banner_of_vsftpd(run, wire):
    banner = "AP9630 Network Management Card AOS v6.4.0 FTP server ready."
    heard = await wire.hold(ftp, Target(await run.start("vsftpd", banner)))
    assert heard.facts == {"ftp.code": 220, "ftp.banner": banner, "ftp.starttls": False}


@pytest.mark.parametrize("server", ["telnetd", "busybox_telnetd"])
async def test_telnet_sees_the_login_below_a_banner_of_hashes(run, wire, server):
    heard = await wire.hold(telnet, Target(await run.start(server, "root", "pass")))
    assert heard.facts["telnet.prompt"] == "login"
    assert "Welcome!" in str(heard.facts["telnet.banner"])


async def test_telnet_sees_a_shell_without_a_login(run, wire):
    heard = await wire.hold(telnet, Target(await run.start("telnetd_without_login")))
    assert heard.facts["telnet.prompt"] == "shell"
    assert "BusyBox v1.19.4" in str(heard.facts["telnet.banner"])
