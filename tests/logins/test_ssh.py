import asyncio
import hashlib
import logging
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import ClassVar

import asyncssh
import pytest
from asyncssh.auth import KbdIntChallenge, KbdIntResponse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.contract import Account, Answer, Verdict
from inventory.errors import ChangedHands, Unreached
from inventory.model import Endpoint
from scanner.codecs.ssh_wire import HOST_KEYS
from scanner.logins import ssh

ROOT = Account("rut240", "root", "admin01-S3cret")
NOBODY = Account("anonymous", "", "")


@dataclass(slots=True)
class Door:
    """A line to a port of this machine."""

    port: int
    host_key: str = ""

    @property
    def endpoint(self) -> Endpoint:
        return Endpoint("127.0.0.1", self.port)

    async def connected(self) -> socket.socket:
        sock = socket.create_connection(("127.0.0.1", self.port))
        sock.setblocking(False)
        return sock


class Closed:
    """A line that leads nowhere."""

    endpoint = Endpoint("127.0.0.1", 22)
    host_key = ""

    async def connected(self) -> socket.socket:
        raise Unreached("refused")


async def tried(line, account=ROOT) -> Answer:
    return await ssh.attempt(line, account)


@asynccontextmanager
async def saying(*lines: bytes) -> AsyncIterator[Door]:
    """A server that says these bytes and hangs up."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.writelines(lines)
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield Door(server.sockets[0].getsockname()[1])
    finally:
        server.close()
        await server.wait_closed()


class Router(asyncssh.SSHServer):
    """Takes one account, counts what it was given, and says at the end how it was left."""

    given: list[tuple[str, str]]
    methods: tuple[str, ...] = ("password",)
    goodbye: Callable[[asyncssh.SSHServerConnection], None] | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self.connection = conn

    def password_auth_supported(self) -> bool:
        return "password" in self.methods

    def kbdint_auth_supported(self) -> bool:
        return "keyboard-interactive" in self.methods

    def validate_password(self, username: str, password: str) -> bool:
        self.given.append((username, password))
        if self.goodbye is not None:
            type(self).goodbye(self.connection)  # type: ignore[misc]  # a plain function kept in the class
        return (username, password) == ("root", "admin01-S3cret")

    def get_kbdint_challenge(self, username: str, lang: str, submethods: str) -> KbdIntChallenge:
        return ("", "", "", [("Password: ", False)])

    def validate_kbdint_response(self, username: str, responses: KbdIntResponse) -> bool | KbdIntChallenge:
        return self.validate_password(username, responses[0])


@asynccontextmanager
async def router(host_key: str = "", **traits: object) -> AsyncIterator[tuple[Door, type[Router]]]:
    """A router; `host_key` is what it showed before, with {shown} for the hash of what it shows."""
    kind = type("Kind", (Router,), {"given": [], **traits})
    key = asyncssh.generate_private_key("ecdsa-sha2-nistp256")
    shown = hashlib.sha256(key.public_data).hexdigest()
    async with asyncssh.listen("127.0.0.1", 0, server_factory=kind, server_host_keys=[key]) as server:
        yield Door(server.get_port(), host_key.format(shown=shown)), kind


@pytest.mark.parametrize("before", ["ecdsa-sha2-nistp256 {shown}", f"ssh-ed25519 {'0' * 64}"])
async def test_a_password_is_given_to_who_shows_the_key_of_before_or_one_of_another_kind(before):
    async with router(before) as (door, _):
        assert (await tried(door)).verdict is Verdict.OPENED


async def test_no_password_is_given_to_who_shows_another_key_than_before():
    async with router(f"ecdsa-sha2-nistp256 {'0' * 64}") as (door, kind):
        with pytest.raises(ChangedHands, match="its SSH host key is not the one that was shown before"):
            await tried(door)
    assert kind.given == []


async def test_the_password_is_given_once_and_opens():
    async with router() as (door, kind):
        answer = await tried(door)
    assert (answer.verdict, answer.evidence) == (Verdict.OPENED, b"authenticated by password as root")
    assert kind.given == [("root", "admin01-S3cret")]


async def test_a_user_whom_the_system_has_no_name_for_may_ask(monkeypatch):
    def unknown(uid: int) -> None:
        raise KeyError(f"getpwuid(): uid not found: {uid}")  # as in a container that runs as a number

    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LOGNAME", "")  # so that it is put back afterwards
    monkeypatch.setattr("pwd.getpwuid", unknown)
    async with router() as (door, _):
        assert (await tried(door)).verdict is Verdict.OPENED


async def test_a_wrong_password_is_given_once_and_refused():
    async with router(methods=("password", "keyboard-interactive")) as (door, kind):
        answer = await tried(door, Account("x", "root", "wrong"))
    assert answer.verdict is Verdict.REFUSED
    assert kind.given == [("root", "wrong")]


async def test_keyboard_interactive_takes_the_password_where_nothing_else_does():
    async with router(methods=("keyboard-interactive",)) as (door, kind):
        assert (await tried(door)).verdict is Verdict.OPENED
    assert kind.given == [("root", "admin01-S3cret")]


class Talking(Router):
    """Asks by keyboard-interactive, round after round: each is instructions and prompts; the first prompt is answered with the password."""

    methods = ("keyboard-interactive",)
    rounds: tuple[tuple[str, list[tuple[str, bool]]], ...]

    def get_kbdint_challenge(self, username: str, lang: str, submethods: str) -> KbdIntChallenge:
        self.left = list(self.rounds)
        return self._next()

    def _next(self) -> KbdIntChallenge:
        instructions, prompts = self.left.pop(0)
        return ("", instructions, "", prompts)

    def validate_kbdint_response(self, username: str, responses: KbdIntResponse) -> bool | KbdIntChallenge:
        self.given += [(username, response) for response in responses]
        return self._next() if self.left else False


ASKS = ("", [("Password: ", False)])


@pytest.mark.parametrize(
    ("rounds", "verdict", "given"),
    [
        ((ASKS,), Verdict.REFUSED, 1),
        ((("Welcome", []), ASKS), Verdict.REFUSED, 1),
        # Linux-PAM, pam_faillock: a message, and then the prompt all the same.
        ((("The account is locked due to 3 failed logins.", []), ASKS), Verdict.LOCKED, 0),
        ((ASKS, ("The account is locked due to 3 failed logins.\n(10 minutes left to unlock)", [])), Verdict.LOCKED, 1),
        ((ASKS, ("Accounts are locked after 3 failures.", [])), Verdict.LOCKED, 1),
        ((("Accounts are locked after 3 failures.", []), ASKS), Verdict.REFUSED, 1),
        ((ASKS, ("Too many sessions", [])), Verdict.UNREACHED, 1),
        # Linux-PAM, pam_unix: the password has aged.
        (
            (
                ASKS,
                ("You are required to change your password immediately (administrator enforced).", []),
                ("", [("Current password: ", False)]),
                ("", [("New password: ", False)]),
            ),
            Verdict.OPENED,
            1,
        ),
        ((ASKS, ("", [("New password: ", False), ("Retype new password: ", False)])), Verdict.OPENED, 1),
        ((("", [("New password: ", False)]),), Verdict.REFUSED, 0),
        ((("", [("Verification code: ", True)]),), Verdict.REFUSED, 0),
        ((ASKS, ("", [("Verification code: ", True)])), Verdict.REFUSED, 1),
        ((ASKS, ("", [("Password: ", False)])), Verdict.REFUSED, 1),
    ],
)
async def test_a_dialogue_gets_the_password_once_and_nothing_else(rounds, verdict, given):
    taken: list[tuple[str, str]] = []
    kind = type("Kind", (Talking,), {"given": taken, "rounds": rounds})
    key = asyncssh.generate_private_key("ecdsa-sha2-nistp256")
    async with asyncssh.listen("127.0.0.1", 0, server_factory=kind, server_host_keys=[key]) as server:
        answer = await tried(Door(server.get_port()))
    assert answer.verdict is verdict
    assert taken == [("root", "admin01-S3cret")] * given
    assert "S3cret" not in repr(answer)


async def test_a_password_that_must_be_changed_is_right_and_is_not_changed():
    taken: list[tuple[str, str]] = []

    class Aged(Router):
        changed: ClassVar[list[str]] = []

        def validate_password(self, username: str, password: str) -> bool:
            taken.append((username, password))
            raise asyncssh.PasswordChangeRequired("Password expired")

        def change_password(self, username: str, old_password: str, new_password: str) -> bool:
            self.changed.append(new_password)
            return True

    key = asyncssh.generate_private_key("ecdsa-sha2-nistp256")
    async with asyncssh.listen("127.0.0.1", 0, server_factory=Aged, server_host_keys=[key]) as server:
        answer = await tried(Door(server.get_port()))
    assert (answer.verdict, answer.reason) == (Verdict.OPENED, "it wants a new password")
    assert (len(taken), Aged.changed) == (1, [])


@pytest.mark.parametrize(
    ("banner", "verdict"),
    [
        ("Authorised access only. Accounts are locked after 5 failures.", Verdict.REFUSED),
        ("Your address has been blocked.", Verdict.LOCKED),
    ],
)
async def test_a_banner_is_heeded_where_it_speaks_of_now(banner, verdict):
    class Greeting(Router):
        def begin_auth(self, username: str) -> bool:
            self.connection.send_auth_banner(banner)
            return True

    taken: list[tuple[str, str]] = []
    kind = type("Kind", (Greeting,), {"given": taken})
    key = asyncssh.generate_private_key("ecdsa-sha2-nistp256")
    async with asyncssh.listen("127.0.0.1", 0, server_factory=kind, server_host_keys=[key]) as server:
        assert (await tried(Door(server.get_port()), Account("x", "root", "wrong"))).verdict is verdict
    assert len(taken) == (verdict is Verdict.REFUSED)


async def test_without_an_account_no_password_is_given():
    async with router() as (door, kind):
        assert (await tried(door, NOBODY)).verdict is Verdict.REFUSED
    assert kind.given == []


async def test_where_no_password_is_taken_the_reason_says_so():
    async with router(methods=()) as (door, _):
        answer = await tried(door)
    assert (answer.verdict, answer.reason) == (Verdict.REFUSED, "password authentication is not offered")


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        ("Too many authentication failures", Verdict.REFUSED),
        ("Account locked", Verdict.LOCKED),
        ("Too many logins, try again later", Verdict.LOCKED),
        ("Your password admin01-S3cret is bad", Verdict.UNREACHED),
    ],
)
async def test_the_last_words_of_a_server_are_heeded(words, verdict):
    def goodbye(connection: asyncssh.SSHServerConnection) -> None:
        connection.disconnect(asyncssh.DISC_PROTOCOL_ERROR, words)

    async with router(goodbye=goodbye) as (door, _):
        answer = await tried(door)
    assert answer.verdict is verdict
    assert "S3cret" not in repr(answer)


@pytest.mark.parametrize(
    "lines",
    [
        (),
        (b"SSH-2.0-dropbear_2012.55\r\n",),
        (b"SSH-1.5-ancient\r\n",),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n",),
        (b"SSH-2.0-x\r\n", b"\xff" * 2000),
        (b"SSH-2.0-x\r\n", bytes.fromhex("0000000c0a14") + bytes(10)),
        (b"\0" * 100_000,),
    ],
)
async def test_a_server_that_breaks_off_is_unreached_with_a_reason(lines):
    async with saying(*lines) as door:
        answer = await tried(door)
    assert answer.verdict is Verdict.UNREACHED
    assert answer.reason


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(st.binary(max_size=300))
async def test_junk_in_the_key_exchange_ends_in_a_verdict(junk):
    # RFC 4253, section 6: packet length, padding length, payload (20 is KEXINIT), padding.
    payload = b"\x14" + junk
    padding = 8 + -(len(payload) + 13) % 8
    packet = (len(payload) + padding + 1).to_bytes(4, "big") + bytes((padding,)) + payload + bytes(padding)
    async with saying(b"SSH-2.0-x\r\n", packet) as door:
        assert (await tried(door)).verdict is Verdict.UNREACHED


async def test_no_connection_is_unreached():
    assert (await tried(Closed())).verdict is Verdict.UNREACHED


async def test_nothing_reaches_the_log(caplog):
    caplog.set_level(logging.DEBUG)
    async with router() as (door, _):
        await tried(door)
        ours = [record for record in caplog.records if record.name.startswith("asyncssh")]
    assert ours == []


@pytest.mark.parametrize("names", [ssh.KEX, HOST_KEYS, ssh.CIPHERS, ssh.MACS])
def test_the_lists_are_short_enough_for_an_old_dropbear(names):
    assert len(names) <= 18  # asyncssh adds two names of its own to the first list, and 20 are too many
    assert len(",".join(names)) <= 1400


def test_modern_host_keys_come_before_rsa():
    assert HOST_KEYS.index("ssh-rsa") > HOST_KEYS.index("ecdsa-sha2-nistp256") > HOST_KEYS.index("ssh-ed25519")


def test_the_client_library_is_imported_only_when_it_is_needed():
    program = "import sys, scanner.logins as l; l.load_logins(); sys.exit('asyncssh' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
