"""The lab's SNMPv3 users, RMCP+ sessions and VNC challenges, against net-snmp, ipmitool and the standards."""

import pytest

from lab.account import Account
from lab.fake import Log, Manners, Visit
from lab.services.ipmi import Ipmi
from lab.services.snmp import SYS_DESCR, SYS_NAME, Snmp
from lab.services.usm import User
from lab.services.vnc import Vnc, encrypted

USERS = (
    User("adminmd5", "md5", "adminmd5"),
    User("adminsha", "sha", "adminsha"),
    User("long", "sha256", "long-password"),
    User("bare", ""),
    User("kept", "sha"),
    User("secure", "sha", "adminsha", privacy=True),
)
AGENT = Snmp(enterprise=318, mac="00:c0:b7:9e:10:28", port=1610, descr="A switch", users=USERS)
BMC = Ipmi(port=6230, suites=(1, 2, 3, 15, 16, 17), account=Account("ADMIN", "ADMIN"))


async def snmpget(tool, house, user, *more):
    where = (f"{house.address}:1610", SYS_DESCR)
    return (await tool("snmpget", "-r", "0", "-t", "5", "-v3", "-u", user, *more, "-On", *where)).text


@pytest.mark.real
@pytest.mark.parametrize(
    ("user", "algorithm", "password"),
    [("adminmd5", "MD5", "adminmd5"), ("adminsha", "SHA", "adminsha"), ("long", "SHA-256", "long-password")],
)
async def test_snmpget_reads_as_a_user_with_its_password_only(build, tool, user, algorithm, password):
    house = await build(AGENT)
    right = ("-l", "authNoPriv", "-a", algorithm, "-A", password)
    assert '= STRING: "A switch"' in await snmpget(tool, house, user, *right)
    wrong = await snmpget(tool, house, user, *right[:-1], "another-one")
    assert "Authentication failure" in wrong
    assert "authorizationError" in await snmpget(tool, house, user, "-l", "noAuthNoPriv")
    assert house.log.logins[f"user {user}"] == 1


@pytest.mark.real
@pytest.mark.parametrize(
    ("user", "said"),
    [
        ("nobody", "Unknown user name"),
        ("bare", "Unsupported security level"),
        ("kept", "Authentication failure"),
        ("secure", "authorizationError"),
    ],
)
async def test_snmpget_is_told_what_is_wrong_with_a_user(build, tool, user, said):
    house = await build(AGENT)
    assert said in await snmpget(tool, house, user, "-l", "authNoPriv", "-a", "SHA", "-A", "adminsha")
    assert house.harms == []


@pytest.mark.real
async def test_a_set_by_a_user_is_harm(build, tool):
    house = await build(AGENT)
    where = (f"{house.address}:1610", SYS_NAME, "s", "x")
    user = ("-u", "adminmd5", "-l", "authNoPriv", "-a", "MD5", "-A", "adminmd5")
    await tool("snmpset", "-r", "0", "-t", "0.2", "-v3", *user, *where)
    assert house.harms == ["an SNMP SET"]


async def ipmitool(tool, house, suite, password):
    where = ("-H", house.address, "-p", "6230", "-R", "1", "-N", "1")
    return await tool("ipmitool", "-I", "lanplus", "-C", suite, *where, "-U", "ADMIN", "-P", password, "mc", "info")


@pytest.mark.real
@pytest.mark.parametrize("suite", ["3", "17"])
async def test_ipmitool_opens_a_session_with_the_password_only(build, tool, suite):
    house = await build(BMC)
    await ipmitool(tool, house, suite, "ADMIN")
    # Its first message in the session, encrypted and signed with the keys of both sides, sets the privilege.
    assert "IPMI command 0x3b in a session" in house.harms
    house = await build(BMC)
    said = await ipmitool(tool, house, suite, "wrong")
    assert "RAKP 2 HMAC is invalid" in said.text or "Unable to establish" in said.text
    assert not any("in a session" in harm for harm in house.harms)


def visit() -> Visit:
    return Visit("192.0.2.9", Log(), Manners(), "bmc")


def test_a_session_without_a_password_is_harm():
    here = visit()
    request = bytes.fromhex("0600ff07 06 10 00000000 00000000 2000 00000000 01020304") + b"".join(
        bytes((kind, 0, 0, 8, 0, 0, 0, 0)) for kind in range(3)
    )
    answer = Ipmi(suites=(0, 3)).answer(request, here)
    assert answer is not None
    assert answer[17] == 0x11
    assert here.log.harms == ["a session without a password was asked for (cipher suite 0)"]


def test_there_is_room_for_so_many_sessions_and_no_more():
    here, bmc = visit(), Ipmi(sessions=2)
    request = bytes.fromhex("0600ff07 06 10 00000000 00000000 2000 00000000 01020304") + b"".join(
        bytes((kind, 0, 0, 8, number, 0, 0, 0)) for kind, number in enumerate((1, 1, 1))
    )
    answers = [bmc.answer(request, here) for _ in range(3)]
    assert [answer[17] for answer in answers if answer] == [0, 0, 1]
    assert here.log.harms == ["more sessions were asked for than there is room for"]


def test_the_challenge_is_encrypted_as_the_standard_says():
    # FIPS 81, table B1, whose key 0123456789abcdef is the password 80c4a2e691d5b3f7 with the bits of each byte turned round.
    password = bytes.fromhex("80c4a2e691d5b3f7").decode("latin-1")
    assert encrypted(b"Now is t", password).hex() == "3fa40e8a984d4815"


async def test_a_desktop_is_locked_after_so_many_connections(build):
    house = await build(Vnc(port=5900, marks=2))
    said = [await house.talk(5900, b"RFB 003.008\n", until=until) for until in (b"\x01\x02", b"\x01\x02", b"failures")]
    assert said[0] == b"RFB 003.008\n\x01\x02"
    assert said[2] == b"RFB 003.003\n\0\0\0\0\0\0\0\x1aToo many security failures"
    assert len(house.harms) == 1
