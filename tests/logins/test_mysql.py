import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.contract import Account, Verdict
from scanner.logins import mysql

NOBODY = Account("anonymous", "", "")
ROOT = Account("mysql", "root", "root")
EMPTY = Account("mysql", "root", "")
NONCE = bytes(range(1, 21))
# Computed with PyMySQL 1.1.1 for the password "root" and this nonce.
NATIVE_PROOF = bytes.fromhex("7762abf3fd9818d9f63e079f850167cb142a0965")
SHA2_PROOF = bytes.fromhex("4c37b7a3d2d053b04847435e71b109a0b82a2658577cbbcfeaf0d75cdbf9f5c8")


def packet(number: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3, "little") + bytes((number,)) + payload


def greeting(plugin: bytes = b"mysql_native_password", capabilities: int = 0x0008F7FF & ~0x800) -> bytes:
    """Protocol::HandshakeV10 of the MySQL internals manual."""
    low, high = (capabilities & 0xFFFF).to_bytes(2, "little"), (capabilities >> 16).to_bytes(2, "little")
    head = b"\x0a8.0.36\0\x08\0\0\0" + NONCE[:8] + b"\0" + low + b"\xff\x02\0" + high + b"\x15" + bytes(10)
    return packet(0, head + NONCE[8:] + b"\0" + plugin + b"\0")


def refusal(code: int, text: bytes, number: int = 2) -> bytes:
    return packet(number, b"\xff" + code.to_bytes(2, "little") + b"#28000" + text)


CACHING = greeting(b"caching_sha2_password")
TLS = greeting(b"caching_sha2_password", 0x0008FFFF)
OK = packet(2, b"\0\0\0\2\0\0\0")
PONG = packet(1, b"\0\0\0\2\0\0\0")
FAST, FULL = packet(2, b"\1\3"), packet(2, b"\1\4")
PING, QUIT = b"\1\0\0\0\x0e", b"\1\0\0\0\1"
DENIED = refusal(1045, b"Access denied for user 'root'@'192.0.2.9' (using password: YES)")


async def tried(line, account=ROOT):
    return await mysql.attempt(line, account)


async def test_opens_by_the_native_password_with_the_ping_as_proof(scripted):
    line = scripted([[greeting(), OK, PONG]])
    answer = await tried(line)
    assert answer.verdict is Verdict.OPENED
    assert answer.evidence == b"8.0.36 mysql_native_password OK, COM_PING OK"
    assert line.sent[0][36:] == b"root\0\x14" + NATIVE_PROOF + b"mysql_native_password\0"
    assert line.sent[1:] == [PING, QUIT]


async def test_an_empty_password_has_no_proof(scripted):
    line = scripted([[greeting(), OK, PONG]])
    assert (await tried(line, EMPTY)).verdict is Verdict.OPENED
    assert line.sent[0][36:] == b"root\0\0mysql_native_password\0"


async def test_a_password_in_the_cache_of_the_server_is_proven_without_saying_it(scripted):
    line = scripted([[CACHING, FAST + packet(3, b"\0\0\0\2\0\0\0"), PONG]])
    assert (await tried(line)).verdict is Verdict.OPENED
    assert line.sent[0][36:] == b"root\0\x20" + SHA2_PROOF + b"caching_sha2_password\0"


async def test_inside_tls_the_password_itself_is_given(scripted):
    line = scripted([[TLS, b"", packet(3, b"\1\4"), packet(5, b"\0\0\0\2\0\0\0"), PONG]])
    assert (await tried(line)).verdict is Verdict.OPENED
    assert len(line.sent[0]) == 36
    assert line.sent[0][4:8] == line.sent[1][4:8]
    assert line.sent[2] == packet(4, b"root\0")


async def test_without_tls_the_password_is_encrypted_with_the_servers_key(scripted):
    key = rsa.generate_private_key(65537, 2048)
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    pem = key.public_key().public_bytes(serialization.Encoding.PEM, spki)
    line = scripted([[CACHING, FULL, packet(4, b"\1" + pem), packet(6, b"\0\0\0\2\0\0\0"), PONG]])
    assert (await tried(line)).verdict is Verdict.OPENED
    assert line.sent[1] == packet(3, b"\2")
    mixed = key.decrypt(line.sent[2][4:], padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None))
    assert bytes(a ^ b for a, b in zip(mixed, NONCE, strict=False)) == b"root\0"


@pytest.mark.parametrize(
    "key", ["none", "elliptic", "short"], ids=["no key", "a key of another kind", "a key that is too short"]
)
async def test_a_key_that_cannot_be_used_is_unreached(scripted, key):
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    pems = {
        "none": b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
        "elliptic": ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(serialization.Encoding.PEM, spki),
        # OAEP with SHA-1 takes 86 bytes with 1024 bits.
        "short": rsa.generate_private_key(65537, 1024).public_key().public_bytes(serialization.Encoding.PEM, spki),
    }
    line = scripted([[CACHING, FULL, packet(4, b"\1" + pems[key])]])
    account = Account("mysql", "root", "x" * 100)
    assert (await tried(line, account)).verdict is Verdict.UNREACHED


async def test_the_plugin_of_the_account_is_followed_once(scripted):
    switch = packet(2, b"\xfemysql_native_password\0" + NONCE + b"\0")
    line = scripted([[CACHING, switch, packet(4, b"\0\0\0\2\0\0\0"), PONG]])
    assert (await tried(line)).verdict is Verdict.OPENED
    assert line.sent[1] == packet(3, NATIVE_PROOF)
    line = scripted([[CACHING, switch, switch]])
    assert (await tried(line)).verdict is Verdict.UNREACHED
    assert len(line.sent) == 2


@pytest.mark.parametrize(
    ("switch", "name"),
    [(b"\xfeclient_ed25519\0" + bytes(32), "client_ed25519"), (b"\xfe", "mysql_old_password")],
)
async def test_a_plugin_that_is_not_spoken_is_unreached_and_named(scripted, switch, name):
    answer = await tried(scripted([[greeting(), packet(2, switch)]]))
    assert (answer.verdict, answer.reason) == (Verdict.UNREACHED, f"it asks for {name}, which is not spoken")


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        (DENIED, Verdict.REFUSED),
        (refusal(1698, b"Access denied for user 'root'@'localhost'"), Verdict.REFUSED),
        (refusal(3118, b"Access denied for user 'root'@'%'. Account is locked."), Verdict.LOCKED),
        (refusal(4151, b"Access denied, this account is locked"), Verdict.LOCKED),
        (refusal(3955, b"Access denied: account is blocked for 1 day(s)"), Verdict.LOCKED),
        (refusal(1040, b"Too many connections"), Verdict.UNREACHED),
        (refusal(1862, b"Your password has expired."), Verdict.UNREACHED),
        (refusal(1105, b"Unknown error"), Verdict.UNREACHED),
        (packet(2, b"\x2a"), Verdict.UNREACHED),
        (packet(2, b"\1\3"), Verdict.UNREACHED),
        (OK, Verdict.UNREACHED),
        (OK + refusal(1227, b"Access denied; you need SUPER"), Verdict.UNREACHED),
        (b"", Verdict.UNREACHED),
    ],
)
async def test_judges_every_answer_to_the_password(scripted, reply, verdict):
    assert (await tried(scripted([[greeting(), reply]]))).verdict is verdict


@pytest.mark.parametrize(
    ("first", "verdict"),
    [
        (packet(0, b"\xff\x69\x04Host '192.0.2.9' is blocked because of many connection errors"), Verdict.LOCKED),
        (packet(0, b"\xff\x6a\x04Host '192.0.2.9' is not allowed to connect"), Verdict.UNREACHED),
        (packet(0, b"\xff\x10\x04Too many connections"), Verdict.UNREACHED),
        (greeting(capabilities=0x0001), Verdict.UNREACHED),
        (b"SSH-2.0-dropbear\r\n", Verdict.UNREACHED),
        (b"", Verdict.UNREACHED),
    ],
)
async def test_a_greeting_that_offers_no_login_gets_no_name(scripted, first, verdict):
    line = scripted([[first]])
    assert (await tried(line)).verdict is verdict
    assert line.sent == []


async def test_without_an_account_the_greeting_is_heard_and_nothing_said(scripted):
    line = scripted([[greeting()]])
    answer = await tried(line, NOBODY)
    assert (answer.verdict, answer.reason) == (Verdict.REFUSED, "it asks for a login")
    assert line.sent == []


async def test_no_password_and_no_nonce_is_in_what_is_kept(scripted):
    account = Account("test", "city", "Se-cret")
    answer = await tried(scripted([[greeting(), refusal(1045, b"city with Se-cret")]]), account)
    assert answer.verdict is Verdict.REFUSED
    assert b"Se-cret" not in answer.evidence
    opened = await tried(scripted([[greeting(), OK, PONG]]), account)
    assert NONCE[:8] not in opened.evidence


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # the fixture is a class
@given(
    st.lists(
        st.sampled_from([OK, FAST, FULL, DENIED, packet(2, b"\xfemysql_native_password\0")])
        | st.binary(max_size=60)
        | st.binary(min_size=1, max_size=60).map(lambda junk: packet(2, junk)),
        max_size=5,
    ),
    st.sampled_from([greeting(), CACHING, TLS]),
)
async def test_junk_ends_in_a_verdict(scripted, answers, first):
    assert isinstance((await tried(scripted([[first, *answers]]))).verdict, Verdict)
    assert isinstance((await tried(scripted([answers]))).verdict, Verdict)
