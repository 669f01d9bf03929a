import ssl
import warnings
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from inventory.errors import PeerClosed, ProtocolError, TimedOut
from scanner.conversation import Read, ReadAll, Reconnect, Say, Send, StartTLS, Target
from scanner.protocols import tls

HELLO = b"HELLO\r\n"
VERSIONS = {
    "TLSv1": ssl.TLSVersion.TLSv1,
    "TLSv1.1": ssl.TLSVersion.TLSv1_1,
    "TLSv1.2": ssl.TLSVersion.TLSv1_2,
    "TLSv1.3": ssl.TLSVersion.TLSv1_3,
}


def certificate(key):
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "camera")])
    start = datetime(2015, 1, 1, tzinfo=UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(start).not_valid_after(start + timedelta(days=365))
    return made.sign(key, hashes.SHA256())


@pytest.fixture(scope="module")
def keys():
    # A key of 1,024 bits, as on a camera of 2012: only a client that asks for no security level speaks to it.
    return {"rsa": rsa.generate_private_key(65537, 1024), "ec": ec.generate_private_key(ec.SECP256R1())}


@pytest.fixture
def server_context(keys, tmp_path):
    """`server_context("TLSv1", "rsa")` is a server that speaks this version only, and its certificate in DER."""

    def make(version="TLSv1.2", kind="rsa", ciphers="ALL:COMPLEMENTOFALL:@SECLEVEL=0"):
        made = certificate(keys[kind])
        pem = tmp_path / "server.pem"
        private = keys[kind].private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        pem.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers(ciphers)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = context.maximum_version = VERSIONS[version]
        context.load_cert_chain(pem)
        return context, made.public_bytes(serialization.Encoding.DER)

    return make


def inside_tls(peer):
    return Target(peer.endpoint, tls=True)


async def greet(reader, writer):
    writer.write(b"hello yourself, and much more that nobody reads" * 500)
    await writer.drain()


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", ["rsa", "ec"])
async def test_speaks_every_version_to_expired_weak_and_strange_certificates(
    serve, wire, protocol, server_context, version, kind
):
    context, _ = server_context(version, kind)
    peer = await serve(greet, ssl=context)

    def steps():
        yield Send(HELLO)
        return (yield Read(14))

    heard = await wire().hold(protocol(steps), inside_tls(peer))
    assert heard.evidence == b"hello yourself"
    assert await peer.endings() == ["FIN"]
    assert peer.heard == [HELLO]


@pytest.mark.parametrize("ciphers", ["AES128-SHA", "NULL-SHA256", "AECDH-AES128-SHA"])
async def test_speaks_old_suites(serve, wire, protocol, server_context, ciphers):
    context, _ = server_context(ciphers=f"{ciphers}:@SECLEVEL=0")
    peer = await serve(greet, ssl=context)

    def steps():
        return (yield Read(5))

    assert (await wire().hold(protocol(steps), inside_tls(peer))).evidence == b"hello"


async def test_starttls_answers_with_the_certificate(serve, wire, protocol, server_context):
    context, der = server_context("TLSv1.3")

    async def talk(reader, writer):
        assert await reader.readline() == HELLO
        writer.write(b"go ahead\r\nforged")  # said in the clear, by whoever sits in between
        await writer.start_tls(context)
        writer.write(b"secret")

    peer = await serve(talk)

    def steps():
        yield Send(HELLO)
        yield Read(10)
        shown = yield StartTLS()
        return shown + b"|" + (yield Read(6))

    made = wire()
    heard = await made.hold(protocol(steps), peer.target)
    assert heard.evidence == (der + b"|secret")[:512]
    assert made.traffic.connections == 1


async def test_a_handshake_that_our_codec_ends_is_closed_and_says_nothing_inside(serve, wire, server_context):
    context, der = server_context("TLSv1.3", "ec")
    peer = await serve(ssl=context)
    made = wire()
    heard = await made.hold(tls, peer.target)
    assert heard.facts["tls.chain"] == (sha256(der).hexdigest(),)
    assert heard.facts["tls.tickets"] is True
    assert await peer.endings() == ["FIN"]
    assert peer.heard == []
    assert made.traffic.connections <= tls.CONNECTIONS


async def test_every_reconnect_shakes_hands_again(serve, wire, protocol, server_context):
    context, _ = server_context("TLSv1.3")
    peer = await serve(greet, ssl=context)

    def steps():
        first = yield Read(5)
        yield Reconnect()
        return first + (yield Read(5))

    assert (await wire().hold(protocol(steps), inside_tls(peer))).evidence == b"hellohello"
    assert await peer.endings(2) == ["FIN", "FIN"]


async def test_the_end_of_tls_is_the_end_of_what_is_said(serve, wire, protocol, server_context):
    context, _ = server_context("TLSv1.2")

    async def talk(reader, writer):
        writer.write(b"whole")
        writer.close()

    peer = await serve(talk, ssl=context)

    def steps():
        whole = yield ReadAll()
        try:
            yield Read(1)
        except PeerClosed:
            return whole

    assert (await wire().hold(protocol(steps), inside_tls(peer))).evidence == b"whole"


async def test_a_server_that_speaks_no_tls_is_a_protocol_error_and_is_closed_with_fin(serve, wire, hello, audited):
    async def talk(reader, writer):
        writer.write(b"HTTP/1.0 400 Bad Request\r\n\r\n" * 1000)

    peer = await serve(talk)
    with pytest.raises(ProtocolError, match="TLS"):
        await wire().hold(hello, inside_tls(peer))
    assert await peer.endings() == ["FIN"]
    assert audited()[0]["outcome"] == "ProtocolError"
    assert audited()[0]["said"] == []


async def test_a_server_that_closes_in_the_handshake_has_closed(serve, wire, hello):
    async def talk(reader, writer):
        await reader.read(1)
        writer.write_eof()

    peer = await serve(talk)
    with pytest.raises(PeerClosed):
        await wire().hold(hello, inside_tls(peer))


async def test_a_server_that_never_answers_the_handshake_is_given_up(serve, wire, hello, quick):
    peer = await serve()
    with pytest.raises(TimedOut):
        await wire(caps=quick).hold(hello, inside_tls(peer))
    assert await peer.endings() == ["FIN"]


async def test_a_failed_starttls_is_thrown_into_the_conversation(serve, wire, protocol):
    async def talk(reader, writer):
        await reader.read(1)
        writer.write(b"454 TLS not available\r\n")

    peer = await serve(talk)

    def steps():
        try:
            yield StartTLS()
        except ProtocolError as error:
            return str(error).encode()

    assert (await wire().hold(protocol(steps), peer.target)).evidence.startswith(b"TLS: ")


async def test_an_endless_stream_inside_tls_ends_at_the_cap(serve, wire, protocol, server_context):
    context, _ = server_context("TLSv1.3")

    async def talk(reader, writer):
        while True:
            writer.write(b"A" * 65536)
            await writer.drain()

    peer = await serve(talk, ssl=context)

    def steps():
        return b"%d" % len((yield ReadAll(10**9)))

    assert (await wire().hold(protocol(steps), inside_tls(peer))).evidence == b"65536"


@pytest.mark.parametrize("name", ["", "127.0.9.1", "camera.city.example", ".", "a..b", "x" * 300, "kämera"])
async def test_any_name_of_the_operators_leads_to_a_handshake(serve, wire, protocol, server_context, name):
    context, _ = server_context("TLSv1.2")
    named = []
    context.sni_callback = lambda session, server_name, context: named.append(server_name)
    peer = await serve(greet, ssl=context)

    def steps():
        yield Read(5)

    await wire().hold(protocol(steps), Target(peer.endpoint, name=name, tls=True))
    assert named == [{"camera.city.example": name, "kämera": "xn--kmera-gra"}.get(name)]


def client_hello():
    """A ClientHello as OpenSSL writes it, held back from any network."""
    heard, to_say = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = ssl.create_default_context().wrap_bio(heard, to_say, server_hostname="camera")
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    return to_say.read()


async def test_a_raw_hello_that_hears_a_certificate_closes_with_fin(serve, wire, protocol, server_context):
    context, _ = server_context("TLSv1.2")

    async def talk(reader, writer):
        heard, to_say = ssl.MemoryBIO(), ssl.MemoryBIO()
        heard.write(await reader.read(65536))
        with pytest.raises(ssl.SSLWantReadError):
            context.wrap_bio(heard, to_say, server_side=True).do_handshake()
        writer.write(to_say.read())

    peer = await serve(talk)

    def steps():
        yield Send(client_hello())
        return (yield Read(1))

    says = (Say.like("client-hello", rb"\x16\x03.+"),)
    heard = await wire().hold(protocol(steps, says=says), peer.target)
    assert heard.evidence == b"\x16"
    assert await peer.endings() == ["FIN"]
