"""Hostile devices that attack over everything else: bare TCP, TLS, SSH, Telnet, FTP, RTSP, MQTT, Modbus and SNMP."""

import asyncio
import re
from functools import cache
from typing import Any

from lab.services import ber
from tests.hostile.street import (
    STREET,
    Answerer,
    Handler,
    Hostile,
    Told,
    at,
    endlessly,
    hang,
    page,
    pages,
    reset,
)
from tests.hostile.tls_bytes import ALERT, SERVER_HELLO, certificate, certificate_message, record, with_negative_serial
from tests.hostile.web_devices import DRESS, DRESSED, LOYTEC, dressed_description, dressed_page

ALL = (21, 22, 23, 80, 443, 502, 554, 1883, 8080, 8443)
TWIN_SERIAL = "TWIN99887766"


def devices() -> list[Hostile]:
    """One address each, hosts 1 to 5 and 26 to 48."""
    return [
        Hostile("an endless banner at every port", 1, at(*ALL, handler=_endless)),
        Hostile("one byte in 200 ms at every port", 2, at(*ALL, handler=_drip)),
        Hostile("silence at every port", 3, at(*ALL, handler=_silence)),
        Hostile("closes every port at once", 4, at(*ALL, handler=_close)),
        Hostile("resets at every port", 5, at(*ALL, handler=_reset)),
        Hostile(
            "dressed up",
            26,
            at(21, handler=saying(b"220 " + DRESSED + b"\r\n"))
            | at(22, handler=saying(b"SSH-2.0-dropbear_2012.55 " + DRESSED + b"\r\n"))
            | at(23, handler=saying(DRESSED + b"\r\n" + DRESSED + b" login: "))
            | at(80, 8080, handler=dressed_page())
            | at(49152, handler=dressed_description())
            | at(443, handler=_tls(certificate_message(_dressed_certificate())))
            | at(
                554,
                handler=after_request(
                    b'RTSP/1.0 401 No\r\nCSeq: 1\r\nServer: %b\r\nWWW-Authenticate: Digest realm="x%b", nonce="1"\r\n\r\n'
                    % (DRESSED, DRESSED.replace(b'"', b""))
                ),
            )
            | at(502, handler=_modbus(_identification(DRESSED[:60])))
            | at(
                1883,
                handler=after_request(
                    b"\x20\x02\0\0" + b"\x30" + bytes((21 + 100,)) + b"\0\x13$SYS/broker/version" + DRESSED[:100]
                ),
            ),
            {161: agent(DRESSED), 1900: _dressed_ssdp},
        ),
        Hostile(
            "TLS garbage and alerts",
            27,
            {443: after_request(b"\x16\x03\x03\xff\xff" + bytes(range(256)) * 300), 8443: after_request(ALERT)},
        ),
        Hostile(
            "a certificate with a name of 64 KB and a negative serial",
            28,
            {443: _tls(certificate_message(_long_name())), 8443: _tls(certificate_message(_monster()))},
        ),
        Hostile("a handshake that hangs", 29, {443: _tls(b""), 8443: _tls(b"\x0b\xff\xff\xff")}),
        Hostile("absurd lengths in SSH", 30, {22: _ssh(b"\xff\xff\xff\xff\x04\x14"), 8080: _ssh(b"")}),
        Hostile("absurd name lists in SSH", 31, {22: _ssh(_key_exchange())}),
        Hostile(
            "wrong lengths in MQTT and Modbus",
            32,
            at(1883, handler=after_request(b"\x20\xff\xff\xff\x7f" + bytes(1000)))
            | at(502, handler=_modbus(b"\0\1\0\0\xff\xff\xff\x2b\x0e")),
        ),
        Hostile("Modbus identification without end", 33, {502: _modbus(_identification(b"x" * 200, more=True))}),
        Hostile("Modbus exceptions without end", 34, {502: _modbus(b"\0\1\0\0\0\3\xff\xab\x0b" * 1000)}),
        Hostile(
            "SNMP of a huge length",
            35,
            {80: _close},
            {161: lambda d, told: [b"\x30\x84\xff\xff\xff\xff" + d, b"\x30\x80" * 5000]},
        ),
        Hostile("SNMP with wrong request ids", 36, {80: _close}, {161: _wrong_ids}),
        Hostile("SNMP amplified", 37, {80: _close}, {161: agent(b"A" * 60000, times=40)}),
        Hostile("ten negotiations for each", 38, {23: _negotiating}),
        Hostile(
            "opens for everybody",
            39,
            at(80, handler=pages(_open_page)) | at(23, handler=_open_telnet),
            {161: agent(b"opens for everybody")},
            {22: {"key": _key("open"), "version": "dropbear_2012.55", "opens": True}},
        ),
        Hostile("hashes in its banner", 40, {23: _hashes}),
        Hostile("holds a Telnet login for thirty seconds", 41, {23: _tarpit}),
        _twin(42),
        _twin(43),
        Hostile("FTP lines without end", 44, {21: _ftp_lines}),
        Hostile("repeats what is typed", 45, {23: _telnet_echo, 80: pages(_raritan)}),
    ]


# Bare TCP


async def _endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, told: Told) -> None:
    await endlessly(writer, b"A" * 65536)


async def _drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, told: Told) -> None:
    hung_up = asyncio.ensure_future(hang(reader))
    for byte in b"220-SSH-2.0-HTTP/1.1 200 OK " * 100:
        writer.write(bytes((byte,)))
        await asyncio.wait((hung_up,), timeout=0.2)
        if hung_up.done():
            break
    hung_up.cancel()


async def _silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, told: Told) -> None:
    await hang(reader)


async def _close(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, told: Told) -> None:
    return


async def _reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, told: Told) -> None:
    reset(writer)


def saying(said: bytes) -> Handler:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, told: Told) -> None:
        writer.write(said)
        await hang(reader)

    return handler


def after_request(said: bytes) -> Handler:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, told: Told) -> None:
        told.requests.append(await reader.read(4096))
        writer.write(said)
        await hang(reader)

    return handler


# TLS and SSH


def _tls(after_hello: bytes) -> Handler:
    return after_request(record(22, SERVER_HELLO + after_hello))


@cache
def _dressed_certificate() -> bytes:
    return certificate(DRESS, alternative=b"a\x1b[31m[bold red]\r\n=1+1.example")


@cache
def _long_name() -> bytes:
    return with_negative_serial(certificate("N" * 65536 + DRESS, "short"))


@cache
def _monster() -> bytes:
    """More than any handshake that is read."""
    return certificate("N" * 65536)


def _ssh(after_banner: bytes) -> Handler:
    return saying(b"SSH-2.0-dropbear_2012.55\r\n" + after_banner)


def _key_exchange() -> bytes:
    """A KEXINIT (RFC 4253, section 7.1) whose first name list says that it is of four gigabytes."""
    payload = b"\x14" + bytes(16) + b"\xff\xff\xff\xff" + b"curve25519-sha256," * 100
    padding = 8 - (len(payload) + 5) % 8 + 8
    return (len(payload) + padding + 1).to_bytes(4, "big") + bytes((padding,)) + payload + bytes(padding)


@cache
def _key(name: str) -> Any:
    import asyncssh

    return asyncssh.generate_private_key("ecdsa-sha2-nistp256", comment=name)


def _twin(host: int) -> Hostile:
    """An HP printer's word for its serial number, and one SSH host key."""
    server = f"Server: HP HTTP Server; HP LaserJet 400 M401dn - CF278A; Serial Number: {TWIN_SERIAL}; Built:Thu Dec 06, 2012 01:14:09PM {{X}}"
    return Hostile(
        f"twin {host}",
        host,
        {80: pages(lambda head, told: page(b"<title>HP LaserJet 400 M401dn</title>", server.encode()))},
        ssh={22: {"key": _key("twin"), "version": "OpenSSH_7.4", "opens": False}},
    )


# Telnet and FTP


async def _negotiating(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, told: Told) -> None:
    writer.write(b"\xff\xfd\x01\xff\xfb\x03")
    while data := await reader.read(4096):
        for _ in range(data.count(b"\xff")):
            writer.write(b"".join(b"\xff\xfd%c\xff\xfa\x18\x01" % option for option in range(10)))
        await writer.drain()


async def _line(reader: asyncio.StreamReader) -> str:
    """A line that somebody typed, without negotiation."""
    typed = await reader.readuntil(b"\n")
    return re.sub(rb"\xff[\xfb-\xfe].", b"", typed).strip().decode("latin-1")


async def _typed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, told: Told) -> tuple[str, str]:
    writer.write(b"\r\nlogin: ")
    user = await _line(reader)
    writer.write(b"Password: ")
    password = await _line(reader)
    told.login(user, password)
    return user, password


async def _hashes(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, told: Told) -> None:
    """What looks like a shell's prompt stands everywhere but at the end; nobody gets in."""
    writer.write(b"\r\n# # # WELCOME # # #\r\n# \r\n#\r\n")
    await _typed(reader, writer, told)
    writer.write(b"\r\n# \r\n#\r\nLogin incorrect\r\n# \r\nlogin: ")
    await hang(reader)


async def _open_telnet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, told: Told) -> None:
    await _typed(reader, writer, told)
    writer.write(b"\r\nBusyBox v1.19\r\n# ")
    await hang(reader)


async def _tarpit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, told: Told) -> None:
    await _typed(reader, writer, told)
    try:
        async with asyncio.timeout(30):
            await hang(reader)
    except TimeoutError:
        writer.write(b"\r\nLogin incorrect\r\nlogin: ")


async def _telnet_echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, told: Told) -> None:
    """All that was ever typed stands in its banner, and again in its answer; any account opens it."""
    writer.write(b"\r\n".join(word.encode() for word in told.passwords) + b"\r\nRaritan Dominion PX\r\n")
    user, password = await _typed(reader, writer, told)
    echo = f"\r\nyou are {user} with {password}\r\n{password}\r\n".encode()
    writer.write(echo + (b"# " if user == "admin" else b"Login incorrect\r\nlogin: "))
    await hang(reader)


async def _ftp_lines(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, told: Told) -> None:
    await endlessly(writer, b"220-again\r\n" * 100)


def _raritan(head: bytes, told: Told) -> bytes:
    return page(b"<title>Raritan Dominion PX</title>")


def _open_page(head: bytes, told: Told) -> bytes:
    if b"Authorization" in head:
        return page(b"<title>Welcome</title>", LOYTEC)
    return page(b"<title>LINX-151</title>", LOYTEC, b'WWW-Authenticate: Basic realm="LINX-151"', status=b"401 No")


# Modbus


def _identification(value: bytes, *, more: bool = False) -> bytes:
    """An answer to Read Device Identification with three objects of that value; `more` says that more follow (section 6.21 of the specification)."""
    objects = b"".join(bytes((number, len(value))) + value for number in range(3))
    body = b"\x2b\x0e\x01\x01" + (b"\xff\x00" if more else b"\x00\x00") + b"\x03" + objects
    return b"\0\1\0\0" + (len(body) + 1).to_bytes(2, "big") + b"\xff" + body


def _modbus(answer: bytes) -> Handler:
    """The same answer to every request, under the request's own transaction number."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, told: Told) -> None:
        while request := await reader.read(260):
            writer.write(request[:2] + answer[2:])
            await writer.drain()

    return handler


# UDP


def agent(text: bytes, times: int = 1) -> Answerer:
    """An SNMP agent that knows every community, and answers every object with the same text."""

    def answer(datagram: bytes, told: Told) -> list[bytes]:
        message, _ = ber.read(datagram)
        if message.parts[0].number == 3:
            return []
        version, community, pdu = message.parts
        told.login("", community.content.decode())
        value = ber.element(ber.OCTET_STRING, text)
        bindings = [
            ber.element(ber.SEQUENCE, ber.element(ber.OBJECT, asked.parts[0].content), value)
            for asked in pdu.parts[3].parts
        ]
        body = (ber.integer(pdu.parts[0].number), ber.integer(0), ber.integer(0), ber.element(ber.SEQUENCE, *bindings))
        response = ber.element(0xA2, *body)
        whole = (ber.integer(version.number), ber.element(ber.OCTET_STRING, community.content), response)
        return [ber.element(ber.SEQUENCE, *whole)] * times

    return answer


def _wrong_ids(datagram: bytes, told: Told) -> list[bytes]:
    """The message comes back as a response, under another number each time."""
    found = re.search(rb"\x02\x04(....)", datagram, re.DOTALL)
    if found is None:
        return []
    numbers = [(int.from_bytes(found[1], "big") + n).to_bytes(4, "big") for n in range(1, 20)]
    return [datagram.replace(found[1], number).replace(b"\xa0", b"\xa2", 1) for number in numbers]


def _dressed_ssdp(datagram: bytes, told: Told) -> list[bytes]:
    return [
        b"HTTP/1.1 200 %b\r\nST: %b\r\nUSN: %b\r\nSERVER: %b\r\nLOCATION: http://%b.26:49152/d.xml\r\n\r\n"
        % (*(DRESSED,) * 4, STREET.encode())
    ]
