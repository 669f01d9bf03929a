"""The login drivers, through the real wire, against the servers that devices run: opened where the password is as documented, refused where it was changed."""

import asyncssh
import pytest

from checks.contract import Verdict
from inventory.model import Endpoint
from scanner.logins import http, snmp, ssh, telnet

pytestmark = pytest.mark.real


@pytest.mark.parametrize("scheme", ["basic", "digest"])
async def test_http_opens_where_the_default_password_is_set(run, log_in, scheme):
    endpoint = await run.start("lighttpd", scheme, "admin", "12345")
    answer = await log_in(http, endpoint, "admin", "12345")
    assert answer.verdict is Verdict.OPENED
    assert answer.evidence == b"HTTP/1.1 200 OK\n<title>Network Camera</title>"


@pytest.mark.parametrize("scheme", ["basic", "digest"])
async def test_http_refuses_where_the_password_was_changed(run, log_in, scheme):
    endpoint = await run.start("lighttpd", scheme, "admin", "changed")
    assert (await log_in(http, endpoint, "admin", "12345")).verdict is Verdict.REFUSED
    assert (await log_in(http, endpoint, "", "")).verdict is Verdict.REFUSED


async def test_ssh_still_speaks_to_a_server_of_the_oldest_kind(run, log_in, unix_user):
    old = ("KexAlgorithms diffie-hellman-group1-sha1", "Ciphers 3des-cbc", "MACs hmac-md5")
    answer = await log_in(ssh, await run.start("sshd", *old), unix_user.user, unix_user.password)
    assert answer.verdict is Verdict.OPENED


@pytest.mark.parametrize("server", ["telnetd", "busybox_telnetd"])
async def test_telnet_opens_with_the_password_and_refuses_any_other(run, log_in, server):
    endpoint = await run.start(server, "root", "pa55word")
    opened = await log_in(telnet, endpoint, "root", "pa55word")
    assert opened.verdict is Verdict.OPENED
    assert opened.evidence.endswith(b"\n#")
    assert b"pa55word" not in opened.evidence
    assert (await log_in(telnet, endpoint, "root", "no-such")).verdict is Verdict.REFUSED
    assert (await log_in(telnet, endpoint, "", "")).verdict is Verdict.REFUSED


async def test_a_shell_without_a_login_is_not_logged_into(run, log_in):
    endpoint = await run.start("telnetd_without_login")
    assert (await log_in(telnet, endpoint, "admin", "12345")).verdict is Verdict.NO_LOGIN_ASKED


async def test_snmp_opens_by_the_community_that_is_set_and_no_other(run, log_in):
    endpoint = await run.start("snmpd", "public", transport="udp")
    opened = await log_in(snmp, endpoint, "", "public")
    assert opened.verdict is Verdict.OPENED
    assert opened.evidence == b"Econolite Cobalt ATC; Linux 2.6.35; build 2013-06-18"
    assert (await log_in(snmp, endpoint, "", "changed")).verdict is Verdict.REFUSED
    assert (await log_in(snmp, endpoint, "", "")).verdict is Verdict.REFUSED


async def test_a_closed_udp_port_has_refused_no_community(run, log_in):
    endpoint = await run.start("snmpd", "public", transport="udp")
    run.stop()
    assert (await log_in(snmp, endpoint, "", "public")).verdict is Verdict.UNREACHED


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
async def test_ssh_against_a_router_that_is_asyncssh(log_in, user, password, verdict):
    key = asyncssh.generate_private_key("ssh-rsa", key_size=2048)
    async with asyncssh.listen(
        "127.0.0.1", 0, server_factory=_Door, server_host_keys=[key], server_version="dropbear_2020.81"
    ) as server:
        answer = await log_in(ssh, Endpoint("127.0.0.1", server.get_port()), user, password)
    assert answer.verdict is verdict


async def test_the_audit_names_the_account_and_never_the_password(run, log_in, tmp_path):
    endpoint = await run.start("lighttpd", "basic", "admin", "S3cret-word")
    assert (await log_in(http, endpoint, "admin", "S3cret-word")).verdict is Verdict.OPENED
    agent = await run.start("snmpd", "S3cret-city", transport="udp")
    assert (await log_in(snmp, agent, "", "S3cret-city")).verdict is Verdict.OPENED
    audit = (tmp_path / "audit.jsonl").read_text()
    assert "admin" in audit
    assert "S3cret" not in audit
    assert "UzNjcmV0" not in audit
