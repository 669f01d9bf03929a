"""The login drivers against the servers that devices really run: opened where the password is as documented, refused where it was changed."""

import asyncssh
import pytest

from checks.contract import Account, Verdict
from inventory.model import Endpoint
from scanner.conversation import Target
from scanner.logins import http, snmp, ssh, telnet
from scanner.protocols import ftp, mqtt
from scanner.protocols import snmp as snmp_probe
from scanner.protocols import telnet as telnet_probe

pytestmark = pytest.mark.real
ADMIN = Account("camera", "admin", "12345")
WRONG = Account("control", "admin", "no-such-password")
NOBODY = Account("anonymous", "", "")


@pytest.mark.parametrize("scheme", ["basic", "digest"])
async def test_http_opens_where_the_default_password_is_set(run, line_to, scheme):
    line = line_to(await run.start("lighttpd", scheme, "admin", "12345"))
    answer = await http.attempt(line, ADMIN)
    assert answer.verdict is Verdict.OPENED
    assert answer.evidence == b"HTTP/1.1 200 OK\n<title>Network Camera</title>"


@pytest.mark.parametrize("scheme", ["basic", "digest"])
async def test_http_refuses_where_the_password_was_changed(run, line_to, scheme):
    line = line_to(await run.start("lighttpd", scheme, "admin", "changed"))
    assert (await http.attempt(line, ADMIN)).verdict is Verdict.REFUSED
    assert (await http.attempt(line, NOBODY)).verdict is Verdict.REFUSED


@pytest.mark.parametrize("server", ["dropbear", "sshd"])
async def test_ssh_opens_with_the_password_and_refuses_any_other(run, line_to, unix_user, set_password, server):
    right = Account("device", unix_user.user, unix_user.password)
    endpoint = await run.start(server)
    answer = await ssh.attempt(line_to(endpoint), right)
    assert (answer.verdict, answer.reason) == (Verdict.OPENED, "")
    assert answer.evidence == f"authenticated by password as {unix_user.user}".encode()
    assert (await ssh.attempt(line_to(endpoint), NOBODY)).verdict is Verdict.REFUSED
    set_password(unix_user, "another-one")
    assert (await ssh.attempt(line_to(endpoint), right)).verdict is Verdict.REFUSED


async def test_ssh_refuses_where_only_keys_are_taken(run, line_to, unix_user):
    right = Account("device", unix_user.user, unix_user.password)
    answer = await ssh.attempt(line_to(await run.start("sshd", "PasswordAuthentication no")), right)
    assert answer.verdict is Verdict.REFUSED
    assert answer.reason == "password authentication is not offered"


async def test_ssh_still_speaks_to_a_server_of_the_oldest_kind(run, line_to, unix_user):
    old = ("KexAlgorithms diffie-hellman-group1-sha1", "Ciphers 3des-cbc", "MACs hmac-md5")
    right = Account("device", unix_user.user, unix_user.password)
    assert (await ssh.attempt(line_to(await run.start("sshd", *old)), right)).verdict is Verdict.OPENED


@pytest.mark.parametrize("server", ["telnetd", "busybox_telnetd"])
async def test_telnet_opens_with_the_password_and_refuses_any_other(run, line_to, server):
    line = line_to(await run.start(server, "root", "pass"))
    opened = await telnet.attempt(line, Account("door", "root", "pass"))
    assert opened.verdict is Verdict.OPENED
    assert opened.evidence.endswith(b"\n#")
    assert b"pass" not in opened.evidence
    assert (await telnet.attempt(line, WRONG)).verdict is Verdict.REFUSED
    assert (await telnet.attempt(line, NOBODY)).verdict is Verdict.REFUSED


async def test_telnet_opens_the_systems_own_login(run, line_to, unix_user, set_password):
    line = line_to(await run.start("telnetd_with_login"))
    right = Account("device", unix_user.user, unix_user.password)
    opened = await telnet.attempt(line, right)
    assert (opened.verdict, opened.evidence[-1:]) == (Verdict.OPENED, b"$")
    set_password(unix_user, "another-one")
    refused = await telnet.attempt(line, right)
    assert refused.verdict is Verdict.REFUSED
    assert b"Login incorrect" in refused.evidence


async def test_snmp_opens_by_the_community_that_is_set_and_no_other(run, line_to):
    line = line_to(await run.start("snmpd", "public", transport="udp"))
    opened = await snmp.attempt(line, Account("snmp", "", "public"))
    assert opened.verdict is Verdict.OPENED
    assert opened.evidence == b"Econolite Cobalt ATC; Linux 2.6.35; build 2013-06-18"
    line.patience = 0.3
    assert (await snmp.attempt(line, Account("snmp", "", "changed"))).verdict is Verdict.REFUSED
    assert (await snmp.attempt(line, NOBODY)).verdict is Verdict.REFUSED


async def test_snmp_names_its_engine_to_anyone_and_its_system_to_the_community(run, line_to):
    line = line_to(await run.start("snmpd", "city", transport="udp"))
    heard = await line.hold(snmp_probe.probe(Target(line.endpoint, community="city")))
    assert heard.facts["snmp.enterprise"] == 8072
    assert heard.facts["snmp.engine_boots"] == 1
    assert heard.facts["snmp.sys_name"] == "cobalt"
    assert heard.facts["snmp.sys_location"] == "Main St"
    assert b"city" not in heard.evidence
    stranger = await line.hold(snmp_probe.probe(Target(line.endpoint)))
    assert "snmp.sys_descr" not in stranger.facts


async def test_mqtt_hears_the_version_of_a_broker_that_lets_anyone_in(run, line_to):
    line = line_to(await run.start("mosquitto"))
    heard = await line.hold(mqtt.probe(Target(line.endpoint)))
    assert heard.facts["mqtt.anonymous"] is True
    assert str(heard.facts["mqtt.broker_version"]).startswith("mosquitto version ")


async def test_mqtt_hears_that_a_broker_asks_for_an_account(run, line_to):
    line = line_to(await run.start("mosquitto", "bridge", "secret"))
    heard = await line.hold(mqtt.probe(Target(line.endpoint)))
    assert heard.facts == {"mqtt.return_code": 5, "mqtt.anonymous": False}


async def test_ftp_hears_the_banner_of_vsftpd(run, line_to):
    line = line_to(await run.start("vsftpd", "AP9630 Network Management Card AOS v6.4.0 FTP server ready."))
    heard = await line.hold(ftp.probe(Target(line.endpoint)))
    assert heard.facts == {
        "ftp.code": 220,
        "ftp.banner": "AP9630 Network Management Card AOS v6.4.0 FTP server ready.",
    }


async def test_the_telnet_probe_sees_the_login_below_a_banner_of_hashes(run, line_to):
    line = line_to(await run.start("telnetd", "root", "pass"))
    heard = await line.hold(telnet_probe.probe(Target(line.endpoint)))
    assert heard.facts["telnet.prompt"] == "login"
    assert "Welcome!" in str(heard.facts["telnet.banner"])


async def test_a_shell_without_a_login_is_seen_and_not_logged_into(run, line_to):
    line = line_to(await run.start("telnetd_without_login"))
    line.patience = 1.0
    heard = await line.hold(telnet_probe.probe(Target(line.endpoint)))
    assert heard.facts["telnet.prompt"] == "shell"
    assert "BusyBox v1.19.4" in str(heard.facts["telnet.banner"])
    assert (await telnet.attempt(line, ADMIN)).verdict is Verdict.NO_LOGIN_ASKED


class _Door(asyncssh.SSHServer):
    """An SSH server that wants no password of "guest" and "admin01" of root."""

    def begin_auth(self, username: str) -> bool:
        return username != "guest"

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == ("root", "admin01")


@pytest.mark.parametrize(
    ("user", "password", "verdict"),
    [
        ("root", "admin01", Verdict.OPENED),
        ("root", "wrong", Verdict.REFUSED),
        ("guest", "guest", Verdict.NO_LOGIN_ASKED),
        ("", "", Verdict.REFUSED),
    ],
)
async def test_ssh_against_a_router_that_is_asyncssh(line_to, user, password, verdict):
    key = asyncssh.generate_private_key("ssh-rsa", key_size=2048)
    async with asyncssh.listen(
        "127.0.0.1", 0, server_factory=_Door, server_host_keys=[key], server_version="dropbear_2020.81"
    ) as server:
        answer = await ssh.attempt(line_to(Endpoint("127.0.0.1", server.get_port())), Account("router", user, password))
    assert answer.verdict is verdict
