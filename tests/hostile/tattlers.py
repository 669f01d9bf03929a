"""Two devices that tell whoever comes all that they were told: each login repeats the passwords that it was offered, at every port and in every writing.

They refuse everybody, but for the site's community. Where a protocol does not show the password, a device knows it all the same: it is its own.
"""

import asyncio
import base64
import html
import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import parse_qsl

from lab.account import Account
from lab.fake import Log, Manners, Visit
from lab.services import ber, usm
from lab.services.ipmi import Ipmi
from lab.services.snmp import Snmp
from tests.hostile.street import Answerer, Handler, Hostile, Told, hang, page
from tests.hostile.tattle import OWN, PASSWORDS, RED, knows, line, talk


def devices() -> list[Hostile]:
    """The two of them: hosts 2 and 3."""
    first = {21: _ftp, 23: _telnet, 80: _web(_basic), 554: _rtsp, 1883: _mqtt, 3306: _mysql, 5432: _postgresql}
    first |= {5900: _vnc, 6379: _redis, 8081: _web(_form)}
    second: dict[int, Handler] = {80: _web(_digest), 554: _rtsp_digest, 8081: _web(_redfish)}
    datagrams: dict[int, Answerer] = {161: _agent(), 623: _ipmi(), 5060: _sip}
    return [
        Hostile("tells what it was told", 2, first, datagrams, {22: _shell()}),
        Hostile("tells what it was told, by digest and in JSON", 3, second),
    ]


# Over lines


async def _telnet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, told: Told) -> None:
    writer.write(b"last: " + talk(told) + b"\r\nlogin: ")
    user = (await reader.readuntil(b"\r")).strip()
    writer.write(b"\r\nPassword: ")
    password = (await reader.readuntil(b"\r")).strip(b"\r\n\0")
    pair = user.strip(b"\0\n").decode(), password.decode()
    told.login(*pair)
    writer.write(b"\r\n" + talk(told, pair) + b"\r\nLogin incorrect\r\nlogin: ")
    await hang(reader)


async def _ftp(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, told: Told) -> None:
    writer.write(b"220 last: " + line(told) + b"\r\n")
    user = ""
    while said := await reader.readline():
        command, _, argument = said.rstrip(b"\r\n").decode().partition(" ")
        if command == "USER":
            user = argument
            writer.write(b"331 after " + line(told) + b"\r\n")
        elif command == "PASS":
            told.login(user, argument)
            writer.write(b"530 not " + line(told) + b"\r\n")
        else:
            writer.write(b"500 not now\r\n")


async def _redis(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, told: Told) -> None:
    while head := await reader.readline():
        words = []
        for _ in range(int(head[1:])) if head[:1] == b"*" else ():
            size = int((await reader.readline())[1:])
            words.append((await reader.readexactly(size + 2))[:-2].decode())
        if words[:1] == ["AUTH"]:
            told.login(words[1] if len(words) > 2 else "", words[-1])
            writer.write(b"-WRONGPASS " + line(told) + b"\r\n")
        else:
            writer.write(b"-NOAUTH Authentication required after " + line(told) + b"\r\n")


async def _postgresql(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, told: Told) -> None:
    await reader.readexactly(8)
    writer.write(b"N")
    start = await reader.readexactly(int.from_bytes(await reader.readexactly(4), "big") - 4)
    words = start[4:].split(b"\0")
    user = words[words.index(b"user") + 1].decode() if b"user" in words else ""
    if user:
        writer.write(b"R\0\0\0\x08\0\0\0\x03")
        await reader.readexactly(1)
        password = await reader.readexactly(int.from_bytes(await reader.readexactly(4), "big") - 4)
        told.login(user, password.rstrip(b"\0").decode())
    code = b"28P01" if user else b"28000"
    body = b"SFATAL\0C" + code + b"\0Mpassword authentication failed: " + line(told) + b"\0\0"
    writer.write(b"E" + (len(body) + 4).to_bytes(4, "big") + body)


async def _mysql(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, told: Told) -> None:
    greeting = b"\x0a5.5.62-" + line(told)[:60] + b"\0" + bytes(4) + b"A" * 8 + b"\0\xff\xf7\x21\x02\0\x08\0\x15"
    writer.write(_packet(0, greeting + bytes(10) + b"B" * 12 + b"\0mysql_native_password\0"))
    head = await reader.readexactly(4)
    response = await reader.readexactly(int.from_bytes(head[:3], "little"))
    user, _, rest = response[32:].partition(b"\0")
    told.proofs.append(rest[1 : 1 + rest[0]])
    pair = knows(told, user.decode())
    writer.write(_packet(head[3] + 1, b"\xff\x15\x04#28000Access denied, " + line(told, pair)))


def _packet(number: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3, "little") + bytes((number,)) + payload


async def _mqtt(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, told: Told) -> None:
    """Takes MQTT 5 alone, whose CONNACK has room for a reason string (section 3.2.2.3.9)."""
    await reader.readexactly(1)
    body = await reader.readexactly((await reader.readexactly(1))[0])
    if body[6] != 5:
        writer.write(b"\x20\x02\0" + (b"\x01" if body[7] & 0x80 else b"\x05"))
        return
    fields, at = list[str](), 11
    while at < len(body):
        size = int.from_bytes(body[at : at + 2], "big")
        fields.append(body[at + 2 : at + 2 + size].decode())
        at += 2 + size
    told.login(*fields[1:3])
    reason = line(told)[:100]
    properties = b"\x1f" + len(reason).to_bytes(2, "big") + reason
    writer.write(bytes((0x20, len(properties) + 3, 0, 0x86, len(properties))) + properties)


async def _vnc(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, told: Told) -> None:
    writer.write(b"RFB 003.008\n")
    await reader.readexactly(12)
    writer.write(b"\x01\x02")
    await reader.readexactly(1)
    writer.write(b"C" * 16)
    told.proofs.append(await reader.readexactly(16))
    told.accounts["a proof for VNC"] += 1
    if told.accounts["a proof for VNC"] > 1:  # the first is of the random password
        told.login("", OWN["vnc"][1])
    why = b"wrong: " + talk(told)
    writer.write(b"\0\0\0\x01" + len(why).to_bytes(4, "big") + why)


# HTTP, RTSP and SIP

_BASIC = re.compile(rb"Authorization: Basic ([A-Za-z0-9+/=]+)")
_USERNAME = re.compile(rb'username="([^"]*)"')
_RESPONSE = re.compile(rb'response="([0-9a-f]{32})"')
_ONVIF_PROOF = re.compile(rb"PasswordDigest\">([^<]*)<")
_ONVIF_USER = re.compile(rb"Username>([^<]*)<")
_LENGTH = re.compile(rb"Content-Length: (\d+)", re.IGNORECASE)


def _web(respond: Callable[[bytes, bytes, Told], bytes]) -> Handler:
    """One request with its body, and what `respond` makes of both."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, told: Told) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        size = _LENGTH.search(head)
        writer.write(respond(head, await reader.readexactly(int(size[1]) if size else 0), told))

    return handler


def _given(head: bytes, told: Told) -> bytes | None:
    """What to say of the account in a request; None where there is none in it."""
    if found := _BASIC.search(head):
        user, _, password = base64.b64decode(found[1]).decode().partition(":")
        told.login(user, password)
    elif found := _USERNAME.search(head):
        told.proofs += _RESPONSE.findall(head)
        knows(told, found[1].decode())
    else:
        return None
    answered = re.search(rb"(?i)authorization: ([^\r]*)", head)
    return line(told) + b" " + (answered[1].replace(b'"', b"'") if answered else b"")


def _refusing(challenge: bytes, head: bytes, told: Told) -> bytes:
    """A 401 that tells in every place that it has; REALM is one."""
    said = _given(head, told) or line(told)
    headers = (b"Server: old/1.0", b"Location: /?last=" + said, b"Set-Cookie: last=" + said)
    asks = b"WWW-Authenticate: " + challenge.replace(b"REALM", said.replace(b'"', b"'").replace(b"\\", b""))
    body = b"<title>" + said + b"</title><p>" + said
    return page(body, asks, *headers, status=b"401 " + said)


def _basic(head: bytes, body: bytes, told: Told) -> bytes:
    return _refusing(b'Basic realm="REALM"', head, told)


def _digest(head: bytes, body: bytes, told: Told) -> bytes:
    if b"/onvif/" in head.partition(b"\r\n")[0]:
        return _onvif(body, told)
    return _refusing(b'Digest realm="the device", nonce="1234", qop="auth"', head, told)


def _onvif(body: bytes, told: Told) -> bytes:
    if b"GetSystemDateAndTime" in body:
        said = b"<SystemDateAndTime><DateTimeType>NTP</DateTimeType></SystemDateAndTime>"
    else:
        found = _ONVIF_USER.search(body)
        told.proofs += _ONVIF_PROOF.findall(body)
        pair = [knows(told, found[1].decode())] if found else []
        text = html.escape(line(told, *pair).decode("utf-8", "replace").replace("\x1b", "")).encode()
        said = b"<Fault><Code><Value>Sender</Value><Subcode><Value>NotAuthorized</Value></Subcode></Code>"
        said += b"<Reason><Text>" + text + b"</Text></Reason></Fault>"
    envelope = b'<Envelope xmlns="http://www.w3.org/2003/05/soap-envelope"><Body>' + said + b"</Body></Envelope>"
    refused = b"Fault" in said
    return page(
        envelope,
        b"Content-Type: application/soap+xml",
        status=b"400 " + (line(told) if refused else b"OK") if refused else b"200 OK",
    )


def _form(head: bytes, body: bytes, told: Told) -> bytes:
    fields = dict(parse_qsl(body.decode()))
    if fields:
        told.login(fields.get("user", ""), fields.get("word", ""))
    said = talk(told) if told.pairs else b""
    form = (
        b'<form method="post" action="/login"><input name="user"><input type="password" name="word">'
        b'<input type="submit" value="Login"></form>'
    )
    refusal = b"<p>Login failed: wrong password " + said if fields else b""
    cookie = b"Set-Cookie: session=0123456789abcdef"
    return page(b"<title>Login " + said + b"</title><h1>Please log in</h1>" + refusal + form, cookie)


def _redfish(head: bytes, body: bytes, told: Told) -> bytes:
    """A management processor (DMTF DSP0266)."""
    kind, path = b"Content-Type: application/json", head.split(b" ")[1]
    if path == b"/redfish/v1/":
        return page(b'{"@odata.id":"/redfish/v1/","RedfishVersion":"1.8.0"}', kind)
    if body:
        given = json.loads(body)
        told.login(given["UserName"], given["Password"])
        message = json.dumps({"error": {"code": "Base.1.8.GeneralError", "message": line(told).decode("latin-1")}})
        return page(message.encode(), kind, b"X-Last: " + line(told), status=b"401 " + line(told))
    return page(b"<title>BMC</title>")


async def _rtsp(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, told: Told) -> None:
    await _streaming(reader, writer, told, b'Basic realm="the stream"')


async def _rtsp_digest(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, told: Told) -> None:
    await _streaming(reader, writer, told, b'Digest realm="the stream", nonce="77"')


async def _streaming(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, told: Told, challenge: bytes) -> None:
    while True:
        head = await reader.readuntil(b"\r\n\r\n")
        said = _given(head, told) or line(told)
        number = re.search(rb"CSeq: (\d+)", head)
        asked = (number[1] if number else b"1", challenge, said)
        if head.startswith(b"OPTIONS"):
            writer.write(b"RTSP/1.0 200 OK\r\nCSeq: %b\r\nPublic: DESCRIBE\r\n\r\n" % asked[0])
        else:
            writer.write(b"RTSP/1.0 401 %b\r\nCSeq: %b\r\nWWW-Authenticate: %b\r\n\r\n" % (said, *asked[:2]))


def _sip(datagram: bytes, told: Told) -> Iterable[bytes]:
    lines = datagram.decode().split("\r\n")
    kept = [one for one in lines if one.partition(":")[0] in ("Via", "From", "To", "Call-ID", "CSeq")]
    said = (_given(datagram, told) or line(told)).decode("latin-1").replace(RED, "")[:160]
    asks = 'WWW-Authenticate: Digest realm="the exchange", nonce="5"'
    yield "\r\n".join((f"SIP/2.0 401 {said}", *kept, asks, "Content-Length: 0", "", "")).encode("latin-1")


# Over datagrams


def _agent() -> Answerer:
    """SNMP: v1 and v2c answer the site's community alone, with what was told before; v3 is the lab's own, with a user of another password."""
    third = Snmp(8072, "00:00:bc:00:00:01", users=(usm.User(OWN["snmpv3"][0], "sha"),), versions=(3,))
    visit = _visit()

    def answer(datagram: bytes, told: Told) -> Iterator[bytes]:
        message, _ = ber.read(datagram)
        version, *rest = message.parts
        if version.number == 3:
            said = third.answer(datagram, visit)
            yield from () if said is None else (said,)
            return
        community, pdu = rest
        told.login("", community.content.decode())
        if community.content.decode() != OWN["snmp"][1]:
            return
        value = ber.element(ber.OCTET_STRING, b"an agent that was told " + talk(told))
        bindings = (_binding(asked, value) for asked in pdu.parts[3].parts)
        parts: tuple[Any, ...] = (ber.integer(pdu.parts[0].number), ber.integer(0), ber.integer(0))
        response = ber.element(0xA2, *parts, ber.element(ber.SEQUENCE, *bindings))
        head = (ber.integer(version.number), ber.element(ber.OCTET_STRING, community.content))
        yield ber.element(ber.SEQUENCE, *head, response)

    return answer


def _binding(asked: Any, value: bytes) -> bytes:
    return ber.element(ber.SEQUENCE, ber.element(ber.OBJECT, asked.parts[0].content), value)


def _ipmi() -> Answerer:
    """The lab's own, whose account has a password that nobody knows."""
    processor, visit = Ipmi(account=Account(OWN["ipmi"][0])), _visit()

    def answer(datagram: bytes, told: Told) -> Iterable[bytes]:
        said = processor.answer(datagram, visit)
        return () if said is None else (said,)

    return answer


def _visit() -> Visit:
    return Visit("127.0.0.1", Log(), Manners(failed_logins=99))


# SSH


def _ssh_server(told: Told) -> Any:
    """A server that tells in its banner, in its prompts and in its last words."""
    import asyncssh

    class Server(asyncssh.SSHServer):
        def connection_made(self, conn: Any) -> None:
            told.connections[22] += 1
            self._connection = conn

        def begin_auth(self, username: str) -> bool:
            self._user = username
            self._connection.send_auth_banner("last: " + _spoken(told))
            return True

        def password_auth_supported(self) -> bool:
            return True

        def kbdint_auth_supported(self) -> bool:
            return True

        def get_kbdint_challenge(self, username: str, lang: str, submethods: str) -> Any:
            return _spoken(told), _spoken(told), "", [(f"{_spoken(told)} Password: ", False)]

        def validate_kbdint_response(self, username: str, responses: Any) -> bool:
            told.login(username, responses[0])
            if username in PASSWORDS:
                raise asyncssh.DisconnectError(2, "Login failed: " + _spoken(told))
            return False

        def validate_password(self, username: str, password: str) -> bool:
            told.login(username, password)
            return False

    return Server


def _spoken(told: Told) -> str:
    return talk(told).decode("utf-8", "replace").replace("\0", "")


def _shell() -> dict[str, Any]:
    import asyncssh

    key = asyncssh.generate_private_key("ecdsa-sha2-nistp256")
    return {"server": _ssh_server, "key": key, "version": "OpenSSH_7.4"}
