"""An MQTT broker of versions 3.1, 3.1.1 and 5 (OASIS), as far as its door and `$SYS/broker/version`."""

import asyncio
import contextlib
from dataclasses import dataclass

from lab.account import Account
from lab.fake import TLS, Stream, Visit

_CONNECT, _PUBLISH, _SUBSCRIBE, _PING, _DISCONNECT = 1, 3, 8, 12, 14
_ACCEPTED, _NOT_AUTHORISED = 0, 5
_CLEAN, _WILL = 0x02, 0x04
_BAD_CREDENTIALS, _NOT_AUTHORISED_5 = 4, 0x87
_SIZE_LIMIT = 65536
_VERSION_TOPIC = "$SYS/broker/version"


@dataclass(frozen=True)
class Mqtt(Stream):
    """A broker; without an account it takes any client. Reading what the city's devices say ("#"), publishing, or leaving something behind is harm."""

    port: int = 1883
    tls: TLS | None = None
    account: Account | None = None
    version: str = "mosquitto version 2.0.18"

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, visit: Visit) -> None:
        """Take the CONNECT, and requests after it if it was accepted; hang up on a packet that ends too early."""
        with contextlib.suppress(IndexError):
            await self._serve(reader, writer, visit)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, visit: Visit) -> None:
        first = await _packet(reader)
        if first is None or first[0] >> 4 != _CONNECT:
            return
        level, code = self._judge(first[1], visit)
        if code == _ACCEPTED:
            _note_what_stays(first[1], visit)
        writer.write(bytes((0x20, 3, 0, code, 0)) if level == 5 else bytes((0x20, 2, 0, code)))
        while code == _ACCEPTED and (packet := await _packet(reader)):
            if packet[0] >> 4 == _DISCONNECT:
                return
            writer.write(self._respond(packet[0] >> 4, packet[1], level, visit))
            await writer.drain()

    def _judge(self, body: bytes, visit: Visit) -> tuple[int, int]:
        """The protocol level and the return code (3.1.1, section 3.2.2.3)."""
        name, rest = _text(body)
        level, flags = rest[0], rest[1]
        if (name, level) not in ((b"MQTT", 4), (b"MQIsdp", 3), (b"MQTT", 5)):
            return 4, 1
        if self.account is None:
            return level, _ACCEPTED
        user, password = _credentials(rest[4:], flags, level)
        if user is None:
            return level, _NOT_AUTHORISED_5 if level == 5 else _NOT_AUTHORISED
        opened = self.account.opens(user, password)
        visit.login(user, opened=opened)
        refused = 0x86 if level == 5 else _BAD_CREDENTIALS
        return level, _ACCEPTED if opened else refused

    def _respond(self, kind: int, body: bytes, level: int, visit: Visit) -> bytes:
        if kind == _PING:
            return bytes((0xD0, 0))
        if kind == _PUBLISH:
            visit.harm("an MQTT PUBLISH")
        if kind != _SUBSCRIBE:
            return b""
        rest = body[2:]
        if level == 5:
            rest = rest[1 + rest[0] :]
        codes, published = bytearray(), b""
        while rest:
            topic, rest = _text(rest)
            rest = rest[1:]
            text = topic.decode("utf-8", "replace")
            codes.append(0 if text.startswith("$SYS/") else 0x80)
            if text == _VERSION_TOPIC:
                published += _publish(text, self.version, level)
            elif not text.startswith("$SYS/"):
                visit.harm(f"an MQTT subscription to {text!r}")
        properties = b"\0" if level == 5 else b""
        return bytes((0x90, 2 + len(properties) + len(codes))) + body[:2] + properties + bytes(codes) + published


def _note_what_stays(body: bytes, visit: Visit) -> None:
    """What a client that was let in leaves behind (3.1.1, section 3.1.2): a message that the broker publishes at its end, or a session that it keeps."""
    flags = _text(body)[1][1]
    if flags & _WILL:
        visit.harm("an MQTT CONNECT with a will, which is published when the client is gone")
    if not flags & _CLEAN:
        visit.harm("an MQTT CONNECT whose session the broker keeps")


async def _packet(reader: asyncio.StreamReader) -> tuple[int, bytes] | None:
    """The first byte and the body of the next control packet, or None at its end (3.1.1, section 2.2.3)."""
    try:
        first = await reader.readexactly(1)
        size, shift = 0, 0
        while True:
            octet = (await reader.readexactly(1))[0]
            size |= (octet & 0x7F) << shift
            shift += 7
            if not octet & 0x80:
                break
        if size > _SIZE_LIMIT:
            return None
        return first[0], await reader.readexactly(size)
    except asyncio.IncompleteReadError:
        return None


def _text(data: bytes) -> tuple[bytes, bytes]:
    size = int.from_bytes(data[:2], "big")
    return data[2 : 2 + size], data[2 + size :]


def _credentials(payload: bytes, flags: int, level: int) -> tuple[str | None, str]:
    """The user name (None: not given) and password of a CONNECT's payload (section 3.1.3)."""
    if level == 5:
        payload = payload[1 + payload[0] :]
    _, payload = _text(payload)
    if flags & 0x04:
        if level == 5:
            payload = payload[1 + payload[0] :]
        _, payload = _text(payload)
        _, payload = _text(payload)
    if not flags & 0x80:
        return None, ""
    user, payload = _text(payload)
    password, _ = _text(payload) if flags & 0x40 else (b"", b"")
    return user.decode("utf-8", "replace"), password.decode("utf-8", "replace")


def _publish(topic: str, message: str, level: int) -> bytes:
    name = topic.encode()
    body = len(name).to_bytes(2, "big") + name + (b"\0" if level == 5 else b"") + message.encode()
    return bytes((0x31, len(body))) + body
