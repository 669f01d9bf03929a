"""Hostile TLS servers, each with what is to come of it: answers that are none, answers without end, and picks of what was not offered."""

import asyncio
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any

from tests.hostile.street import Answerer, Handler, Hostile, Told, endlessly, hang, page, pages
from tests.hostile.tls_bytes import (
    HELLO_DONE,
    IN_13,
    SERVER_HELLO,
    certificate,
    certificate_message,
    dressed_everywhere,
    fragment,
    handshake,
    key_of_curve,
    key_of_prime,
    record,
    records,
    retry,
    server_hello,
    vector,
)
from tests.hostile.web_devices import DRESSED
from tests.tls.simulated import Offer

FIRST = 64
"""The host number of the first of them."""
DTLS = 5684
Answer = Callable[[bytes, Told], Iterable[bytes]]
"""What is said to a hello (a record, or SSL 2.0's), piece by piece."""


@dataclass(frozen=True, slots=True)
class Case:
    """A server, and what the scan is to say of it: the versions that it was heard to speak (None: there is no observation of TLS), a pattern that one of
    its reasons matches, and some of its facts (None: it is not there)."""

    name: str
    tcp: Mapping[int, Handler]
    versions: tuple[str, ...] | None
    reason: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    udp: Mapping[int, Answerer] = field(default_factory=dict)
    port: int = 443

    @property
    def asked_at(self) -> int:
        """The port at which the scan comes to speak of TLS."""
        return DTLS if self.udp else self.port


def devices() -> list[Hostile]:
    """One address each, from FIRST on."""
    return [Hostile(case.name, host, case.tcp, case.udp) for host, case in hosts().items()]


def hosts() -> dict[int, Case]:
    """The cases by host number."""
    return dict(enumerate(CASES, FIRST))


# How they speak


async def _hello(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readexactly(2)
    if head[0] & 0x80:
        return head + await reader.readexactly((head[0] & 0x7F) << 8 | head[1])
    head += await reader.readexactly(3)
    return head + await reader.readexactly(int.from_bytes(head[3:], "big"))


def _at(answer: Answer, *, hangs: bool = False, older: bytes = b"") -> dict[int, Handler]:
    """At port 443: what is said to each hello, after which it closes or `hangs`; `older` is what a hello of SSL 2.0 is answered with."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, told: Told) -> None:
        hello = await _hello(reader)
        told.requests.append(hello)
        if hello[0] & 0x80:
            writer.write(older)
        for piece in answer(hello, told) if hello[0] == 22 else ():
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)
        if hangs:
            await hang(reader)

    return {443: handler}


def _always(*said: bytes) -> Answer:
    return lambda hello, told: said


def _flight(*messages: bytes) -> bytes:
    return record(22, b"".join(messages))


def _leaf() -> bytes:
    return certificate_message(certificate("leaf"))


def _whole(pick: bytes = SERVER_HELLO, *more: bytes) -> Answer:
    """A flight that is as it should be, but for what it picks and `more` before its end."""
    return lambda hello, told: [_flight(pick, _leaf(), *more, HELLO_DONE)]


# Picks


def _everything(hello: bytes, told: Told) -> Iterable[bytes]:
    """It knows all that it is offered, and takes the first."""
    offer = Offer.read(hello)
    suite = int(offer.suites[0], 16)
    if offer.version == 0x0304:
        share = b"\0\x33" + vector(2, b"\0\x1d" + vector(2, bytes((9,)) + bytes(31)))
        return [_flight(server_hello(suite, extensions=IN_13 + share))]
    group = (offer.groups or [23])[0]
    key = key_of_curve(group) if suite >> 8 == 0xC0 else key_of_prime(b"\xff" * 128)
    return [_flight(server_hello(suite, offer.version), _leaf(), key, HELLO_DONE)]


def _fickle(hello: bytes, told: Told) -> Iterable[bytes]:
    """Another version, suite, group and certificate each time."""
    chance = random.Random(len(told.requests))
    offer = Offer.read(hello)
    suite = int(chance.choice([*offer.suites, f"{chance.getrandbits(16):04x}"]), 16)
    version = chance.choice([offer.version, 0x0300, 0x0301, 0x0302, 0x0303, 0x0304])
    key = chance.choice([key_of_curve(chance.getrandbits(5)), key_of_prime(chance.randbytes(chance.randrange(1, 300)))])
    pick = server_hello(suite, min(version, 0x0303), random=chance.randbytes(32), compression=chance.getrandbits(1))
    return [_flight(pick, certificate_message(chance.randbytes(200)), key, HELLO_DONE)]


def _endless_certificate(hello: bytes, told: Told) -> Iterable[bytes]:
    """A Certificate message of 2^24 - 1 bytes, all of which come."""
    return (_flight(SERVER_HELLO, b"\x0b\xff\xff\xff"), *repeat(record(22, bytes(16384)), 1024))


def _dressed(hello: bytes, told: Told) -> Iterable[bytes]:
    return [_flight(SERVER_HELLO, certificate_message(dressed_everywhere(DRESSED)), HELLO_DONE)]


def _clock(hello: bytes, told: Told) -> Iterable[bytes]:
    """From 1970 to 2106 and back."""
    now = (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x69\0\0\0")[len(told.requests) % 3]
    return [_flight(server_hello(random=now + random.Random(len(told.requests)).randbytes(28)), _leaf(), HELLO_DONE)]


def _only_13(said: bytes) -> Answer:
    """To a hello for TLS 1.3 this, again and again; to any other protocol_version."""
    return lambda hello, told: [said] * 20 if Offer.read(hello).version == 0x0304 else [record(21, b"\x02\x46")]


def _prime(prime: bytes) -> Answer:
    return _whole(server_hello(0x0039), key_of_prime(prime))


def _bytewise(payload: bytes) -> list[bytes]:
    return [bytes((byte,)) for byte in payload]


def _chain() -> bytes:
    """One certificate, and 499 that are none."""
    return certificate_message(certificate("leaf"), *[b"\x30\x03\x02\x01\x05"] * 499)


# Behind a command of another protocol


def _ftp(after: Iterable[bytes], *, hello: Iterable[bytes] = (b"220 what?\r\n",)) -> dict[int, Handler]:
    """It offers AUTH TLS, and says this to it and that to a hello."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, told: Told) -> None:
        writer.write(b"220 (vsFTPd 3.0.3)\r\n")
        while line := await reader.readline():
            if line.startswith(b"FEAT"):
                writer.write(b"211-Features:\r\n AUTH TLS\r\n211 End\r\n")
            elif line.startswith(b"AUTH"):
                for piece in after:
                    writer.write(piece)
                    await writer.drain()
                told.requests.append(await reader.read(4096))
                writer.writelines(hello)
                break

    return {21: handler}


def _smtp(after: bytes) -> dict[int, Handler]:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, told: Told) -> None:
        writer.write(b"220 hostile.test ESMTP\r\n")
        while line := await reader.readline():
            writer.write(b"250-hostile.test\r\n250 STARTTLS\r\n" if line.startswith(b"EHLO") else b"220 Go ahead\r\n")
            if line.startswith(b"STARTTLS"):
                await endlessly(writer, after)

    return {25: handler}


def _ldap(reader_said: bytes) -> dict[int, Handler]:
    """It names StartTLS among its extensions, grants it, and talks on in the clear."""
    extension = b"1.3.6.1.4.1.1466.20037"
    entry = b"\x30" + vector(
        1, b"\x04" + vector(1, b"supportedExtension") + b"\x31" + vector(1, b"\x04" + vector(1, extension))
    )
    found = b"\x64" + vector(1, b"\x04\0\x30" + vector(1, entry))

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, told: Told) -> None:
        while asked := await reader.read(4096):
            if extension in asked:
                writer.write(bytes.fromhex("300c 020101 7807 0a0100 0400 0400"))
                told.requests.append(await reader.read(4096))
                writer.write(reader_said)
                break
            writer.write(b"\x30" + vector(1, b"\x02\x01\x01" + found))
            writer.write(bytes.fromhex("300c 020101 6507 0a0100 0400 0400"))

    return {389: handler}


# DTLS


def _dtls(*said: bytes) -> dict[int, Answerer]:
    """Behind CoAP, which invites to it: these datagrams to each."""
    return {5683: _coap, DTLS: lambda datagram, told: said}


def _coap(datagram: bytes, told: Told) -> list[bytes]:
    """2.05 with one resource (RFC 7252, section 3)."""
    return [b"\x60\x45" + datagram[2:4] + b"\xff</a>"]


def _cookies(datagram: bytes, told: Told) -> list[bytes]:
    """Another cookie to each hello, that which brings one back among them."""
    cookie = b"\xfe\xff" + vector(1, len(told.datagrams).to_bytes(16, "big"))
    return [fragment(3, len(cookie), 0, cookie)]


_WEB: dict[int, Handler] = {80: pages(lambda head, told: page(b"<title>node</title>"))}
_HELLO = server_hello(version=0xFEFD)[4:]
_REQUESTS = record(22, handshake(0, b"")) * 100
_BEGUN = fragment(2, len(_HELLO), 0, _HELLO)
_12 = ("TLSv1.2",)
_DTLS_12 = ("DTLSv1.2",)
_UNREAD = "it did not answer where they were offered"
CASES = (
    Case("garbage after the ServerHello", _at(_always(_flight(SERVER_HELLO), bytes(range(256)) * 40)), _12, _UNREAD),
    Case("a certificate of 16 MB", _at(_endless_certificate), _12, "left 2 hellos without an answer"),
    Case("a chain of 500 certificates", _at(_always(_flight(SERVER_HELLO, _chain(), HELLO_DONE))), _12, facts={"tls.subject": "O=leaf"}),
    Case("dressed up in every name of its certificate", _at(_dressed), _12, "serial", {"tls.serial": "-1"}),
    Case("one byte a segment", _at(_always(*_bytewise(_flight(SERVER_HELLO, _leaf(), HELLO_DONE)))), _12, facts={"tls.subject": "O=leaf"}),
    Case("one byte a record", _at(_always(*records(22, SERVER_HELLO + _leaf() + HELLO_DONE, 1))), _12, _UNREAD),
    Case("hangs after the ServerHello", _at(_always(_flight(SERVER_HELLO)), hangs=True), _12, _UNREAD),
    Case("hangs within the certificate", _at(_always(_flight(SERVER_HELLO, _leaf()[:200])), hangs=True), _12, _UNREAD),
    Case("hangs within a record", _at(_always(_flight(SERVER_HELLO)[:30]), hangs=True), None, "did not answer in time"),
    Case("warnings without end", _at(lambda h, t: repeat(record(21, b"\x01\x70") * 500)), None, "ProtocolError"),
    Case("HelloRequests without end", _at(lambda h, t: repeat(_REQUESTS)), None, "ProtocolError"),
    Case("HelloRequests without end after the ServerHello", _at(lambda h, t: (_flight(SERVER_HELLO), *repeat(_REQUESTS, 20))), _12, _UNREAD),
    Case("ServerHellos without end", _at(lambda h, t: repeat(_flight(SERVER_HELLO) * 100)), _12, _UNREAD),
    Case("HelloRetryRequests without end", _at(_only_13(_flight(retry(0x17)))), ("TLSv1.3",), "a HelloRetryRequest after another"),
    Case("HelloRetryRequests for what nobody has", _at(_only_13(_flight(retry(0x4242)))), ("TLSv1.3",), "not seen"),
    Case("a suite that was not offered", _at(_whole(server_hello(0xFEED))), _12, "it picks 0xfeed, which was not offered", {"tls.accepted": []}),
    Case("NULL, whether it was offered or not", _at(_whole(server_hello(0x0002))), _12, facts={"tls.accepted": ["TLSv1.2 0x0002"]}),
    Case("a version of tomorrow", _at(_whole(server_hello(version=0x0305))), (), "no version of TLS was agreed on"),
    Case("TLS 1.3 whatever was offered", _at(_whole(server_hello(0x1301, 0x0304))), (), "no version of TLS was agreed on"),
    Case("compression that was not offered", _at(_whole(server_hello(compression=0x40))), _12, "did not agree to a hello with it", {"tls.compression": None}),
    Case("a curve that was not offered", _at(_whole(SERVER_HELLO, key_of_curve(0x4242))), _12, facts={"tls.groups": ["0x4242"]}),
    Case("an empty prime", _at(_prime(b"")), _12, "shows no prime that can be read", {"tls.dh_bits": None}),
    Case("a prime of one bit", _at(_prime(b"\x01")), _12, facts={"tls.dh_bits": 1}),
    Case("a prime of 100,000 bits", _at(_prime(b"\xff" * 12500)), _12, facts={"tls.dh_bits": 100_000}),
    Case("the prime 0", _at(_prime(bytes(128))), _12, "shows no prime that can be read", {"tls.dh_bits": None}),
    Case("an even prime", _at(_prime(b"\xff" * 127 + b"\xfe")), _12, facts={"tls.dh_bits": 1024}),
    Case("takes everything", _at(_everything), ("SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2"), facts={"tls.unsettled": [], "tls.preference": "client"}),
    Case("another mind each time", _at(_fickle), ("TLSv1.0",), "did not agree"),
    Case("a clock that jumps", _at(_clock), _12, facts={"tls.clock": None}),
    Case("SSL 2.0 of absurd lengths", _at(_whole(), older=b"\xff\xff\x04\0\x01\0\x02" + b"\xff" * 70), _12, "sslv2: a SERVER-HELLO .* ends early"),
    Case("SSL 2.0 that never ends", _at(_whole(), older=b"\xff\xff\x04", hangs=True), _12, "sslv2: a SERVER-HELLO .* ends early"),
    Case("FTP that grants TLS without end", _ftp(repeat(b"234-and\r\n" * 100)), None, "reply of more than", port=21),
    Case("FTP that answers the hello before it comes", _ftp([b"234 go\r\n" + _flight(SERVER_HELLO, _leaf(), HELLO_DONE)], hello=()), _12, port=21),
    Case("FTP that grants TLS and stays in the clear", _ftp([b"234 go\r\n"]), None, "not TLS: 220", port=21),
    Case("SMTP that grants TLS without end", _smtp(b"220 Go ahead\r\n" * 100), None, "not TLS: 220", port=25),
    Case("LDAP that grants TLS and stays in the clear", _ldap(DRESSED), None, "not TLS: hex 1b 5d", port=389),
    Case("DTLS in fragments that overlap", _WEB, _DTLS_12, udp=_dtls(*(fragment(2, len(_HELLO), at, _HELLO[at : at + 20]) for at in range(20)))),
    Case("DTLS in fragments that contradict each other", _WEB, None, "ProtocolError", udp=_dtls(fragment(2, 50, 0, bytes(20)), fragment(2, 60, 10, bytes(20)))),
    Case("DTLS in fragments of nothing", _WEB, None, "ProtocolError", udp=_dtls(*[fragment(2, 0, 0, b""), fragment(2, 38, 0, b"")] * 50)),
    Case("DTLS of 16 MB", _WEB, _DTLS_12, udp=_dtls(_BEGUN, fragment(11, 0xFFFFFF, 0, bytes(1000), number=1))),
    Case("DTLS again and again", _WEB, _DTLS_12, udp=_dtls(*[_BEGUN] * 500)),
    Case("DTLS that wants another cookie each time", _WEB, (), "did not answer in time", udp={5683: _coap, DTLS: _cookies}),
)  # fmt: skip
