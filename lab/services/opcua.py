"""An OPC UA server (OPC 10000-6, UA Binary over TCP) that tells its endpoints to anyone."""

import asyncio
import struct
from dataclasses import dataclass

from lab.certificates import der_of, pem
from lab.fake import TLS, Stream, Visit
from lab.services.opcua_session import ACTIVATE, CLOSE, CREATE, READ, Build, Session
from lab.services.opcua_session import text as _text

_POLICY = "http://opcfoundation.org/UA/SecurityPolicy#"
_PROFILE = "http://opcfoundation.org/UA-Profile/Transport/uatcp-uasc-uabinary"
_MODES = {"None": 1, "Sign": 2, "SignAndEncrypt": 3}
_TOKENS = ("Anonymous", "UserName", "Certificate")
_OPEN, _CLOSE, _GET_ENDPOINTS, _FIND_SERVERS = 446, 452, 428, 422
_UNSUPPORTED, _REJECTED = 0x800B0000, 0x80550000
_LIMIT = 65_536


@dataclass(frozen=True)
class OpcUa(Stream):
    """A controller's server. `security` lists the endpoints as (policy, mode), `tokens` how users may name themselves. Any service but the
    endpoints is harm, but for one session in which a stranger is told the `build`, where there is one; so is a connection that ends without its session and
    its channel closed."""

    application: str
    uri: str
    product_uri: str
    port: int = 4840
    tls: TLS | None = None
    security: tuple[tuple[str, str], ...] = (("None", "None"), ("Basic256Sha256", "SignAndEncrypt"))
    tokens: tuple[str, ...] = ("Anonymous", "UserName")
    discovery: bool = True
    subject: str = "CN=opcua"
    build: Build | None = None

    def prepare(self, device: str, addresses: tuple[str, ...]) -> None:
        """Make the certificate."""
        self._certificate(device, addresses)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, visit: Visit) -> None:
        """Serve one connection."""
        channel_open = False
        session = Session(self.build, self._endpoints(visit)) if self.build else None
        while True:
            try:
                head = await reader.readexactly(8)
                size = int.from_bytes(head[4:], "little")
                if head[3:4] != b"F" or not 8 <= size <= _LIMIT:
                    return
                body = await reader.readexactly(size - 8)
            except asyncio.IncompleteReadError:
                if channel_open:
                    visit.harm("an OPC UA channel was left open")
                return
            kind = head[:3]
            if kind == b"CLO":
                if session and session.opened:
                    visit.harm("an OPC UA session was left open")
                return
            answer = self._answer(kind, body, session, visit)
            if answer is None:
                return
            channel_open = channel_open or answer[:3] == b"OPN"
            writer.write(answer)
            await writer.drain()

    def _answer(self, kind: bytes, body: bytes, session: Session | None, visit: Visit) -> bytes | None:
        if kind == b"HEL":
            return _chunk(b"ACK", struct.pack("<5I", 0, 65536, 65536, 0, 0))
        if kind == b"OPN":
            return self._opened()
        if kind != b"MSG" or len(body) < 20:
            return None
        number = int.from_bytes(body[18:20], "little")
        headers = body[:8] + body[8:16]
        if session and number in (CREATE, ACTIVATE, READ, CLOSE):
            answered, told, result = session.answer(number, body[20:], visit)
            return _chunk(b"MSG", headers + _response(answered, told, result))
        if number != _GET_ENDPOINTS:
            if number != _FIND_SERVERS:
                visit.harm(f"OPC UA request {number}")
            return _chunk(b"MSG", headers + _response(397, b"", _UNSUPPORTED))
        return _chunk(b"MSG", headers + _response(431, self._endpoints(visit)))

    def _opened(self) -> bytes:
        """A channel of policy None, or the refusal of one."""
        if not self.discovery:
            return _chunk(b"ERR", struct.pack("<I", _REJECTED) + _text("policy None is switched off"))
        token = struct.pack("<IIqI", 7, 1, 0, 60_000)
        security = struct.pack("<I", 7) + _text(f"{_POLICY}None") + _text(None) * 2
        return _chunk(
            b"OPN", security + struct.pack("<II", 1, 1) + _response(449, struct.pack("<I", 0) + token + _text(""))
        )

    def _endpoints(self, visit: Visit) -> bytes:
        """The array of the endpoints' descriptions."""
        endpoints = (self._endpoint(policy, mode, visit) for policy, mode in self.security)
        return struct.pack("<i", len(self.security)) + b"".join(endpoints)

    def _endpoint(self, policy: str, mode: str, visit: Visit) -> bytes:
        url = f"opc.tcp://{visit.address}:{self.port}"
        der = self._certificate(visit.device, visit.addresses)
        tokens = b"".join(
            _text(name.lower()) + struct.pack("<I", _TOKENS.index(name)) + _text(None) * 3 for name in self.tokens
        )
        return b"".join(
            (
                _text(url),
                _text(self.uri),
                _text(self.product_uri),
                b"\x02" + _text(self.application),
                struct.pack("<I", 0),
                _text(None) * 2,
                struct.pack("<i", 1) + _text(url),
                struct.pack("<i", len(der)) + der,
                struct.pack("<I", _MODES[mode]),
                _text(f"{_POLICY}{policy}"),
                struct.pack("<i", len(self.tokens)) + tokens,
                _text(_PROFILE),
                b"\0",
            )
        )

    def _certificate(self, device: str, addresses: tuple[str, ...]) -> bytes:
        """The application's certificate, DER. Its alternative names are its own URI and its addresses (OPC 10000-6, section 6.2.2)."""
        return der_of(pem(device, "application", self.subject, (self.uri, *addresses)))


def _chunk(kind: bytes, body: bytes) -> bytes:
    return kind + b"F" + struct.pack("<I", 8 + len(body)) + body


def _response(number: int, body: bytes, result: int = 0) -> bytes:
    """The type and the ResponseHeader (OPC 10000-4, section 7.33) before `body`."""
    return (
        struct.pack("<BBH", 1, 0, number)
        + struct.pack("<qII", 0, 0, result)
        + b"\0"
        + struct.pack("<i", 0)
        + b"\0\0\0"
        + body
    )
