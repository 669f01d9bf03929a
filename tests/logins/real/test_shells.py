"""SSH and Telnet, through the real wire, against the servers of Unix: with the password as documented, changed, aged, and locked by PAM."""

import pytest

from checks.contract import Verdict
from scanner.logins import ssh, telnet
from tests.logins.real.private_users import OURS, USER, PrivateUsers, allowed
from tests.real import servers

pytestmark = pytest.mark.real
PASSWORD = "Right-pa55"
INTERACTIVE = ("UsePAM yes", "PasswordAuthentication no", "KbdInteractiveAuthentication yes")
BY_PASSWORD = ("UsePAM yes", "PasswordAuthentication yes", "KbdInteractiveAuthentication no")
SERVERS = pytest.mark.parametrize(
    ("driver", "server"),
    [
        (ssh, ("private_dropbear",)),
        (ssh, ("private_sshd",)),
        (ssh, ("private_sshd", *INTERACTIVE)),
        (ssh, ("private_sshd", *BY_PASSWORD)),
        (telnet, ("private_telnetd",)),
        (telnet, ("private_busybox",)),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else value.NAME,
)
ASKING_PAM = pytest.mark.parametrize(
    ("driver", "server"),
    [
        (ssh, ("private_sshd", *INTERACTIVE)),
        (ssh, ("private_sshd", *BY_PASSWORD)),
        (telnet, ("private_telnetd",)),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else value.NAME,
)


@pytest.fixture(autouse=True)
def our_servers(monkeypatch):
    allowed()
    for name, server in OURS.items():
        monkeypatch.setitem(servers.SERVERS, name, server)


@pytest.fixture
def ask(ask):
    """The one question, of the private user with the documented password unless told otherwise."""

    async def once(driver, endpoint, user=USER, password=PASSWORD):
        return await ask(driver, endpoint, user, password)

    return once


async def started(run, server, users):
    return await run.start(server[0], users, *server[1:])


@SERVERS
async def test_the_documented_password_opens(run, ask, tmp_path, driver, server):
    users = PrivateUsers(tmp_path)
    users.set_password(PASSWORD)
    endpoint = await started(run, server, users)
    answer = await ask(driver, endpoint)
    assert answer.verdict is Verdict.OPENED
    assert PASSWORD not in repr(answer)
    assert (await ask(driver, endpoint, "tc01234567", "Q0123456789")).verdict is Verdict.REFUSED


@SERVERS
async def test_a_password_that_was_changed_does_not(run, ask, tmp_path, driver, server):
    users = PrivateUsers(tmp_path)
    users.set_password("another-one")
    endpoint = await started(run, server, users)
    assert (await ask(driver, endpoint)).verdict is Verdict.REFUSED
    assert (await ask(driver, endpoint, "", "")).verdict is Verdict.REFUSED


@pytest.mark.parametrize(("driver", "server"), [(ssh, ("private_sshd", *INTERACTIVE)), (telnet, ("private_telnetd",))])
async def test_a_lock_by_pam_is_told_before_a_password_is_given(run, ask, tmp_path, driver, server):
    users = PrivateUsers(tmp_path, deny=1)
    users.set_password(PASSWORD)
    endpoint = await started(run, server, users)
    assert (await ask(driver, endpoint, USER, "wrong")).verdict is Verdict.REFUSED
    assert (await ask(driver, endpoint)).verdict is Verdict.LOCKED


async def test_a_lock_that_is_not_told_is_a_refusal(run, ask, tmp_path):
    users = PrivateUsers(tmp_path, deny=1)
    users.set_password(PASSWORD)
    endpoint = await started(run, ("private_sshd", *BY_PASSWORD), users)
    assert (await ask(ssh, endpoint, USER, "wrong")).verdict is Verdict.REFUSED
    assert (await ask(ssh, endpoint)).verdict is Verdict.REFUSED


@ASKING_PAM
async def test_a_password_that_has_aged_is_right_and_stays_as_it_is(run, ask, tmp_path, driver, server):
    users = PrivateUsers(tmp_path)
    users.set_password(PASSWORD, aged=True)
    before = users.shadow
    endpoint = await started(run, server, users)
    assert (await ask(driver, endpoint)).verdict is Verdict.OPENED
    assert (await ask(driver, endpoint, USER, "wrong")).verdict is Verdict.REFUSED
    assert users.shadow == before


@pytest.mark.parametrize("threat", ["Accounts are locked out after 3 failed logins.", "# Authorised use only #"])
async def test_a_banner_before_the_login_decides_nothing(run, ask, tmp_path, threat):
    users = PrivateUsers(tmp_path)
    users.set_password(PASSWORD)
    (tmp_path / "banner").write_text(f"{threat}\n")
    endpoint = await run.start("private_sshd", users, f"Banner {tmp_path}/banner")
    assert (await ask(ssh, endpoint)).verdict is Verdict.OPENED
    assert (await ask(ssh, endpoint, USER, "wrong")).verdict is Verdict.REFUSED


async def test_keys_only_is_a_refusal(run, ask, tmp_path):
    users = PrivateUsers(tmp_path)
    users.set_password(PASSWORD)
    answer = await ask(ssh, await run.start("private_sshd", users, "PasswordAuthentication no"))
    assert (answer.verdict, answer.reason) == (Verdict.REFUSED, "password authentication is not offered")


async def test_an_account_without_a_password_opens_by_the_name_alone(run, ask, tmp_path):
    endpoint = await run.start("private_sshd", PrivateUsers(tmp_path), "PermitEmptyPasswords yes")
    answer = await ask(ssh, endpoint, USER, "")
    assert answer.verdict is Verdict.OPENED
    assert (await ask(ssh, endpoint, "tc01234567", "Q0123456789")).verdict is Verdict.REFUSED
