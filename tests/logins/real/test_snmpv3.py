"""SNMPv3 users, through the real wire, against net-snmp's agent."""

from functools import partial

import pytest

from checks.contract import Verdict
from scanner.logins import snmpv3

pytestmark = pytest.mark.real

NOBODY = ("closed", "127.0.0.2")
"""A community that is read from nowhere."""


@pytest.fixture
def ask(ask):
    """The one question, to SNMPv3."""
    return partial(ask, snmpv3)


def user(name: str, algorithm: str, password: str, level: str = "auth") -> tuple[str, str]:
    return f"createUser {name} {algorithm} {password}", f"rouser {name} {level}"


@pytest.mark.parametrize(
    ("scheme", "algorithm"), [("md5", "MD5"), ("sha", "SHA"), ("sha256", "SHA-256"), ("sha512", "SHA-512")]
)
async def test_the_documented_user_opens_and_a_changed_password_refuses(run, ask, scheme, algorithm):
    endpoint = await run.start("snmpd", *NOBODY, *user("adminmd5", algorithm, "adminmd5"), transport="udp")
    opened = await ask(endpoint, "adminmd5", "adminmd5", scheme)
    assert (opened.verdict, opened.reason) == (Verdict.OPENED, "")
    assert (
        opened.evidence
        == f"an answer authenticated with the user's key ({scheme}): Econolite Cobalt ATC; Linux 2.6.35; build 2013-06-18".encode()
    )
    wrong = await ask(endpoint, "adminmd5", "another1", scheme)
    assert (wrong.verdict, wrong.reason) == (Verdict.REFUSED, "the digest is wrong")
    stranger = await ask(endpoint, "tc12345678", "Qanything1")
    assert (stranger.verdict, stranger.reason) == (Verdict.REFUSED, "it knows no such user")
    assert (await ask(endpoint, "", "")).verdict is Verdict.REFUSED


async def test_a_user_who_may_read_nothing_without_privacy_is_proven_all_the_same(run, ask):
    settings = ("createUser secure SHA adminmd5 AES adminmd5", "rouser secure priv")
    endpoint = await run.start("snmpd", *NOBODY, *settings, transport="udp")
    opened = await ask(endpoint, "secure", "adminmd5", "sha")
    assert opened.verdict is Verdict.OPENED
    assert opened.evidence.endswith(b": authorizationError, for it asks for more than authentication")
    assert (await ask(endpoint, "secure", "another1", "sha")).verdict is Verdict.REFUSED


async def test_a_user_without_a_password_opens_where_none_is_asked_for(run, ask):
    endpoint = await run.start("snmpd", *NOBODY, "createUser initial", "rouser initial noauth", transport="udp")
    assert (await ask(endpoint, "initial", "")).verdict is Verdict.OPENED
    assert (await ask(endpoint, "initial", "anything1", "md5")).verdict is Verdict.UNREACHED
    hardened = await run.start("snmpd", *NOBODY, *user("initial", "SHA", "changed-one"), transport="udp")
    refused = await ask(hardened, "initial", "")
    assert (refused.verdict, refused.reason) == (Verdict.REFUSED, "it asks for authentication")


async def test_an_engine_without_users_refuses(run, ask):
    endpoint = await run.start("snmpd", *NOBODY, transport="udp")
    assert (await ask(endpoint, "adminmd5", "adminmd5", "md5")).verdict is Verdict.REFUSED
    assert (await ask(endpoint, "", "")).verdict is Verdict.REFUSED
