import asyncio
import traceback
from types import SimpleNamespace

import pytest

from checks.contract import Account, Answer, Login, Verdict
from inventory.errors import PeerError, TimedOut, Unreached
from inventory.model import Endpoint, Facts, Level
from scanner.boundary import LoginBug
from scanner.conversation import Heard, Read, ReadUntil, Safety, Send, Target
from scanner.pace import PACES, Clock

ADMIN = Account("acme-camera", "admin", "hunter2-the-password")
SNMP = Account("snmp-site", "", "s3cret-community")
NOBODY = Account("control:anonymous", "", "")


async def ask(reader, writer):
    """A login that refuses everybody."""
    writer.write(b"login: ")
    await reader.readline()
    writer.write(b"no\r\n")


def account(number):
    return Account(f"entry-{number}", f"user{number}", "x")


async def login(made, driver, endpoint, who, *, device, lock_threshold=0, **question):
    """Put the question whether the account opens the endpoint of that device."""
    asked = Login(endpoint, driver.NAME, who, lock_threshold, **question)
    return await made.login(driver, asked, tls=False, names=(device,))


@pytest.fixture
def driver():
    """`driver(verdict)` logs in by the conversation of `ask` and answers with that verdict."""

    def make(verdict=Verdict.REFUSED, name="test"):
        def talk(account):
            yield ReadUntil(b": ")
            yield Send(f"{account.user} {account.password}\r\n".encode())
            return (yield Read(2))

        async def attempt(line, account):
            try:
                return Answer(verdict, await line.hold(talk(account)))
            except PeerError as error:
                return Answer(Verdict.UNREACHED, reason=str(error))

        return SimpleNamespace(NAME=name, attempt=attempt)

    return make


async def test_an_attempt_is_made_and_answered(serve, wire, driver, audited):
    peer = await serve(ask)
    made = wire()
    answer = await login(made, driver(Verdict.OPENED), peer.endpoint, ADMIN, device="camera")
    assert (answer.verdict, answer.evidence) == (Verdict.OPENED, b"no")
    assert made.traffic.login_attempts == 1
    assert await peer.endings() == ["FIN"]
    assert audited()[0]["protocol"] == "test"
    assert audited()[0]["outcome"] == "opened"
    assert audited()[0]["said"] == ["login attempt"]
    assert audited()[0]["account"] == "admin (acme-camera)"
    assert audited()[0]["connections"] == 1


@pytest.mark.parametrize("who", [ADMIN, SNMP], ids=["account", "community"])
async def test_no_password_or_community_is_in_the_audit(serve, wire, driver, audit_path, who):
    peer = await serve(ask)
    await login(wire(), driver(), peer.endpoint, who, device="camera")
    assert who.id in audit_path.read_text()
    assert who.password not in audit_path.read_text()


@pytest.mark.parametrize(
    ("settings", "port", "reason"),
    [
        ({"level": Level.IDENTIFY}, 23, "this scan may identify only"),
        ({"granted": Level.IDENTIFY}, 23, "allows level identify, not login"),
        ({"networks": ["127.0.8.0/24"]}, 23, "in no granted network"),
        ({}, 9100, "never touched"),
    ],
)
async def test_what_a_guard_forbids_is_not_tried(wire, driver, audited, settings, port, reason):
    made = wire(**settings)
    answer = await login(made, driver(), Endpoint("127.0.9.1", port), ADMIN, device="camera")
    assert answer.verdict is Verdict.NOT_TRIED
    assert reason in answer.reason
    assert audited()[0]["outcome"].startswith("refused: ")
    assert made.traffic.login_attempts == made.traffic.connections == 0


async def test_an_account_is_tried_twice_on_a_device_whatever_the_protocol_and_port(serve, wire, driver, audited):
    peers = [await serve(ask) for _ in range(3)]
    made = wire()
    answers = [
        await login(made, driver(name=name), peer.endpoint, ADMIN, device="camera")
        for peer, name in zip(peers, ("telnet", "http", "ssh"), strict=True)
    ]
    assert [answer.verdict for answer in answers] == [Verdict.REFUSED, Verdict.REFUSED, Verdict.NOT_TRIED]
    assert "tried 2 times" in answers[2].reason
    assert peers[2].most_open == 0
    assert audited()[2]["outcome"].startswith("not tried: ")
    assert made.traffic.login_attempts == 2


async def test_another_device_has_its_own_count(serve, wire, driver):
    peer = await serve(ask)
    made = wire()
    for device in ("one", "two"):
        for name in ("telnet", "ssh"):
            answer = await login(made, driver(name=name), peer.endpoint, ADMIN, device=device)
            assert (answer.verdict, answer.when) == (Verdict.REFUSED, None)


@pytest.mark.parametrize(("threshold", "tried"), [(5, 3), (3, 1), (2, 0), (1, 0)])
async def test_two_failures_are_left_before_the_device_locks(serve, wire, driver, threshold, tried):
    peer = await serve(ask)
    made = wire()
    answers = [
        await login(made, driver(), peer.endpoint, account(n), device="camera", lock_threshold=threshold)
        for n in range(6)
    ]
    assert [answer.verdict for answer in answers].count(Verdict.REFUSED) == tried
    assert made.traffic.login_attempts == tried
    assert f"locks after {threshold}" in answers[-1].reason


async def test_a_login_that_opens_is_no_failure(serve, wire, driver):
    peer = await serve(ask)
    made = wire()
    for number in range(4):
        answer = await login(
            made, driver(Verdict.OPENED), peer.endpoint, account(number), device="camera", lock_threshold=3
        )
        assert answer.verdict is Verdict.OPENED


async def test_a_locked_device_is_asked_for_no_more_logins(serve, wire, driver):
    peer = await serve(ask)
    made = wire()
    await login(made, driver(Verdict.LOCKED), peer.endpoint, ADMIN, device="camera")
    for who in (account(1), NOBODY):
        answer = await login(made, driver(), peer.endpoint, who, device="camera")
        assert answer.verdict is Verdict.NOT_TRIED
        assert "locks" in answer.reason
    assert len(await peer.endings()) == 1


async def test_the_anonymous_control_is_no_attempt(serve, wire, driver):
    peer = await serve(ask)
    made = wire()
    for _ in range(4):
        answer = await login(made, driver(), peer.endpoint, NOBODY, device="camera", lock_threshold=3, again=True)
        assert (answer.verdict, answer.when, answer.left) == (Verdict.REFUSED, None, 1)
    assert made.traffic.login_attempts == 0


async def test_an_attempt_that_reached_nobody_does_not_count(wire, driver):
    made = wire()
    for _ in range(4):
        answer = await login(made, driver(), Endpoint("127.0.9.3", 9), ADMIN, device="camera")
        assert (answer.verdict, answer.reason) == (Verdict.UNREACHED, "connection refused")
    assert made.traffic.login_attempts == 0


async def test_attempts_at_once_cannot_pass_the_cap_together(serve, wire, driver):
    peers = [await serve(ask, host=f"127.0.9.{n}") for n in range(1, 6)]
    made = wire()
    answers = await asyncio.gather(*(login(made, driver(), peer.endpoint, ADMIN, device="camera") for peer in peers))
    assert [answer.verdict for answer in answers].count(Verdict.REFUSED) == 2


async def test_attempts_at_one_address_are_made_one_after_the_other(serve, wire, driver):
    peer = await serve(ask)
    made = wire()
    await asyncio.gather(
        *(login(made, driver(), peer.endpoint, account(n), device="camera", lock_threshold=20) for n in range(8))
    )
    assert await peer.endings(8) == ["FIN"] * 8
    assert peer.most_open == 1


async def test_an_attempt_that_hangs_is_broken_off_and_counts_as_failed(serve, wire, quick):
    peer = await serve()

    async def attempt(line, account):
        await line.connected()
        await asyncio.Event().wait()

    made = wire(caps=quick)
    driver = SimpleNamespace(NAME="ssh", attempt=attempt)
    async with asyncio.timeout(10):
        answer = await login(made, driver, peer.endpoint, ADMIN, device="camera", lock_threshold=3)
    assert (answer.verdict, answer.reason) == (Verdict.UNREACHED, "the attempt was not over within 1 s")
    assert await peer.endings() == ["FIN"]
    second = await login(made, driver, peer.endpoint, account(1), device="camera", lock_threshold=3)
    assert second.verdict is Verdict.NOT_TRIED


async def test_the_wait_for_the_pace_does_not_use_up_the_attempt(serve, wire, driver, quick):
    peer = await serve(ask)

    async def sleep(seconds):
        await asyncio.sleep(1.2)  # more than an attempt may last

    made = wire(caps=quick, pace=PACES["gentle"], clock=Clock(monotonic=lambda: 1000.0, sleep=sleep))
    answer = await login(made, driver(), peer.endpoint, ADMIN, device="camera")
    assert answer.verdict is Verdict.REFUSED


@pytest.mark.parametrize("error", [TimedOut(), Unreached("no route to host")])
async def test_a_drivers_peer_error_becomes_its_reason(wire, error):
    async def attempt(line, account):
        raise error

    driver = SimpleNamespace(NAME="test", attempt=attempt)
    answer = await login(wire(), driver, Endpoint("127.0.9.1", 23), ADMIN, device="camera")
    assert (answer.verdict, answer.reason) == (Verdict.UNREACHED, str(error))


async def test_a_drivers_bug_is_raised_and_audited_with_its_place_and_without_its_words(wire, audited):
    async def attempt(line, account):
        raise KeyError(account.password) from ValueError(account)

    driver = SimpleNamespace(NAME="test", attempt=attempt)
    with pytest.raises(LoginBug) as raised:
        await login(wire(), driver, Endpoint("127.0.9.1", 23), ADMIN, device="camera")
    told = "".join(traceback.format_exception(raised.value))
    assert "raise KeyError(account.password)" in told
    assert told.endswith("LoginBug: KeyError in the login driver test\n")
    assert ADMIN.password not in told
    assert audited()[0]["outcome"] == "failed: LoginBug"


async def test_what_a_device_repeats_of_another_account_is_not_kept(wire):
    async def attempt(line, account):
        return Answer(Verdict.REFUSED, f"last tried: {ADMIN.password}".encode(), f"not {ADMIN.user}:{ADMIN.password}")

    driver, question = SimpleNamespace(NAME="test", attempt=attempt), Login(Endpoint("127.0.9.1", 23), "test", SNMP)
    answer = await wire().login(driver, question, tls=False, names=("d",), before=[ADMIN])
    assert (answer.evidence, answer.reason) == (b"last tried: ***", "not ***")


async def test_what_a_device_was_told_in_a_login_is_hidden_in_what_it_says_after_it(serve, wire, driver):
    async def say(reader, writer):
        writer.write(b"last: hunter2-the-password\r\n")

    peer = await serve(say)
    said: Facts = {
        "test.text": "last: hunter2-the-password",
        "test.list": ("admin:HUNTER2-THE-PASSWORD", "x"),
        "test.yes": True,
    }

    def probe(target):
        line = yield ReadUntil(b"\n")
        return Heard(said, line, parts=(("unit 1", said),))

    protocol = SimpleNamespace(NAME="test", TRANSPORT="tcp", SAFETY=Safety.A, SAYS=(), probe=probe)
    made = wire()
    before = await made.hold(protocol, Target(peer.endpoint))
    await login(made, driver(), peer.endpoint, ADMIN, device="camera")
    after = await made.hold(protocol, Target(peer.endpoint))
    hidden: Facts = {"test.text": "last: ***", "test.list": ("***", "x"), "test.yes": True}
    assert (before.facts, before.evidence) == (said, b"last: hunter2-the-password\r\n")
    assert (after.facts, after.evidence, after.parts) == (hidden, b"last: ***\r\n", (("unit 1", hidden),))


async def test_evidence_of_a_login_is_cut(wire):
    async def attempt(line, account):
        return Answer(Verdict.OPENED, b"x" * 5000)

    driver = SimpleNamespace(NAME="test", attempt=attempt)
    answer = await login(wire(), driver, Endpoint("127.0.9.1", 23), ADMIN, device="camera")
    assert len(answer.evidence) == 512


async def test_evidence_of_a_login_names_nobody(wire):
    async def attempt(line, account):
        return Answer(Verdict.OPENED, b"Contact : Jane Doe      Time : 09:12\nUp Time : 40 Days")

    driver = SimpleNamespace(NAME="test", attempt=attempt)
    answer = await login(wire(), driver, Endpoint("127.0.9.1", 23), ADMIN, device="camera")
    assert answer.evidence == b"Contact : ***      Time : 09:12\nUp Time : 40 Days"


async def test_a_library_gets_a_socket_that_is_closed_with_fin_and_counted_whatever_it_does(serve, wire, audited):
    async def talk(reader, writer):
        writer.write(b"SSH-2.0-dropbear_2012.55\r\n")
        await reader.read(1)
        writer.write(b"x" * 50_000)

    peer = await serve(talk)

    async def attempt(line, account):
        reader, writer = await asyncio.open_connection(sock=await line.connected())
        writer.write(b"SSH-2.0-x\r\n")
        banner = await reader.readline()
        writer.close()  # with 50,000 bytes unread or on their way
        await writer.wait_closed()
        return Answer(Verdict.REFUSED, banner)

    made = wire()
    driver = SimpleNamespace(NAME="ssh", attempt=attempt)
    answer = await login(made, driver, peer.endpoint, ADMIN, device="camera")
    assert answer.evidence == b"SSH-2.0-dropbear_2012.55\r\n"
    assert await peer.endings() == ["FIN"]
    assert audited()[0]["bytes_out"] == 11
    assert audited()[0]["bytes_in"] >= 26
    assert made.traffic.connections == 1
    assert made.traffic.packets_sent >= 4


async def test_a_line_has_one_connection_at_a_time_even_for_a_driver_in_a_hurry(serve, wire):
    async def talk(reader, writer):
        writer.write(b"hello")

    peer = await serve(talk)

    def listen():
        return (yield Read(5))

    async def attempt(line, account):
        await line.connected()
        heard = await asyncio.gather(*(line.hold(listen()) for _ in range(4)))
        return Answer(Verdict.REFUSED, b"".join(heard))

    driver = SimpleNamespace(NAME="test", attempt=attempt)
    answer = await login(wire(), driver, peer.endpoint, ADMIN, device="camera")
    assert answer.evidence == b"hello" * 4
    assert await peer.endings(5) == ["FIN"] * 5
    assert peer.most_open == 1


async def test_a_login_over_udp_is_one_too(serve_udp, wire, audited):
    peer = await serve_udp(lambda datagram: [b"opened"])

    def talk():
        yield Send(b"get")
        return (yield Read(6))

    async def attempt(line, account):
        return Answer(Verdict.OPENED, await line.hold(talk()))

    made = wire()
    answer = await login(made, SimpleNamespace(NAME="snmp", attempt=attempt), peer.endpoint, SNMP, device="ups")
    assert answer.evidence == b"opened"
    assert audited()[0]["account"] == "no name (snmp-site)"
    assert made.traffic.login_attempts == 1


async def test_a_datagram_to_a_closed_port_reached_nobody_and_is_no_attempt(wire):
    def talk(account):
        yield Send(account.password.encode())
        return (yield Read(1))

    async def attempt(line, account):
        return Answer(Verdict.OPENED, await line.hold(talk(account)))

    made, driver = wire(), SimpleNamespace(NAME="snmp", attempt=attempt)
    for _ in range(3):
        answer = await login(made, driver, Endpoint("127.0.9.1", 9, "udp"), SNMP, device="camera", locks=False)
        assert (answer.verdict, answer.reason) == (Verdict.UNREACHED, "connection refused")
    assert made.traffic.login_attempts == 0


async def test_a_port_that_closes_in_the_midst_of_an_attempt_was_reached(wire):
    class Once(asyncio.DatagramProtocol):
        def connection_made(self, transport):
            self.transport = transport

        def datagram_received(self, data, client):
            self.transport.sendto(b"?", client)
            self.transport.close()

    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(Once, ("127.0.9.1", 0))
    endpoint = Endpoint("127.0.9.1", transport.get_extra_info("sockname")[1], "udp")

    def talk(account):
        yield Send(b"hello")
        yield Read(1)
        yield Send(account.password.encode())
        return (yield Read(1))

    async def attempt(line, account):
        return Answer(Verdict.OPENED, await line.hold(talk(account)))

    made, driver = wire(), SimpleNamespace(NAME="sip", attempt=attempt)
    answer = await login(made, driver, endpoint, ADMIN, device="phone", lock_threshold=4)
    assert (answer.verdict, answer.reason, answer.left) == (Verdict.UNREACHED, "connection refused", 1)
    assert made.traffic.login_attempts == 1
