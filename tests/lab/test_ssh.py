import pytest

from lab.account import Account
from lab.services.ssh import Ssh

QUIET = ("-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-p", "2222")


def askpass(folder, password):
    """The environment in which OpenSSH's client types `password`."""
    script = folder / "askpass"
    script.write_text(f"#!/bin/sh\necho {password}\n")
    script.chmod(0o700)
    return {"SSH_ASKPASS": str(script), "SSH_ASKPASS_REQUIRE": "force", "DISPLAY": ":0"}


@pytest.mark.real
@pytest.mark.parametrize(
    ("version", "host_key", "listed"),
    [("dropbear_2020.81", "ed25519", "ssh-ed25519"), ("OpenSSH_7.4", "rsa", "ssh-rsa")],
)
async def test_ssh_keyscan_reads_the_version_and_the_host_key(build, tool, version, host_key, listed):
    house = await build(Ssh(port=2222, version=version, host_key=host_key))
    said = await tool("ssh-keyscan", "-t", listed.removeprefix("ssh-"), "-p", "2222", house.address)
    assert f"SSH-2.0-{version}\n" in said.text
    assert f" {listed} AAAA" in said.text


@pytest.mark.real
async def test_openssh_logs_in_with_the_account_and_a_session_is_harm(build, tool, tmp_path):
    house = await build(Ssh(port=2222, account=Account("root", "admin01")))
    await tool("ssh", *QUIET, f"root@{house.address}", "uptime", env=askpass(tmp_path, "admin01"))
    assert house.log.logins == {"root": 0}
    assert house.harms == ["a session over SSH: uptime"]


@pytest.mark.real
async def test_openssh_is_refused_with_another_password(build, tool, tmp_path):
    house = await build(Ssh(port=2222, account=Account("root", "admin01")))
    arguments = (*QUIET, "-o", "NumberOfPasswordPrompts=1", f"root@{house.address}", "uptime")
    said = await tool("ssh", *arguments, env=askpass(tmp_path, "wrong"))
    assert "Permission denied (password)" in said.text
    assert house.log.logins == {"root": 1}
    assert house.harms == []


@pytest.mark.real
async def test_an_old_dropbear_offers_only_what_it_knew(build, tool):
    house = await build(
        Ssh(port=2222, version="dropbear_2012.55", host_key="rsa", kex=("diffie-hellman-group14-sha1",))
    )
    said = await tool("ssh", "-o", "LogLevel=INFO", *QUIET, "-o", "BatchMode=yes", f"root@{house.address}")
    assert "no matching" in said.text
    assert "Their offer: diffie-hellman-group14-sha1" in said.text


async def test_greets_before_it_is_spoken_to(build):
    house = await build(Ssh(port=2222, version="dropbear_2012.55"))
    assert (await house.talk(2222, until=b"\r\n")).startswith(b"SSH-2.0-dropbear_2012.55\r\n")


async def test_hangs_up_on_what_is_not_ssh(build):
    house = await build(Ssh(port=2222))
    heard = await house.talk(2222, b"GET / HTTP/1.1\r\n\r\n")
    assert heard.startswith(b"SSH-2.0-dropbear_2020.81\r\n")
