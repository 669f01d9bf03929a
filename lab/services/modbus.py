"""A Modbus/TCP server (Application Protocol V1.1b3, Messaging Implementation Guide V1.0b) that identifies itself and does nothing else."""

import asyncio
from dataclasses import dataclass

from lab.fake import TLS, Stream, Visit

_READ_DEVICE_IDENTIFICATION, _ENCAPSULATED = 0x0E, 0x2B
_ILLEGAL_FUNCTION, _ILLEGAL_ADDRESS, _ILLEGAL_VALUE, _NO_TARGET = 1, 2, 3, 11
_BASIC, _ONE_OBJECT = 1, 4


@dataclass(frozen=True)
class Modbus(Stream):
    """A controller. Anything but Read Device Identification, or any other unit than its own, is harm: it would reach registers or the serial line behind.

    So are bytes that are no Modbus: there are controllers that fault on them.
    """

    port: int = 502
    tls: TLS | None = None
    vendor: str = ""
    product_code: str = ""
    revision: str = ""
    units: tuple[int, ...] = (255, 0, 1)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, visit: Visit) -> None:
        """Answer request after request on one connection."""
        while True:
            try:
                header = await reader.readexactly(7)
                size = int.from_bytes(header[4:6], "big")
                if header[2:4] != b"\0\0" or not 2 <= size <= 254:
                    visit.harm("bytes on the Modbus port that are no Modbus")
                    return
                request = await reader.readexactly(size - 1)
            except asyncio.IncompleteReadError as broken_off:
                if broken_off.partial:
                    visit.harm("bytes on the Modbus port that are no Modbus")
                return
            answer = self._answer(header[6], request, visit)
            writer.write(header[:4] + (len(answer) + 1).to_bytes(2, "big") + header[6:] + answer)
            await writer.drain()

    def _answer(self, unit: int, request: bytes, visit: Visit) -> bytes:
        function = request[0]
        if unit not in self.units:
            visit.harm(f"a Modbus request to unit {unit}, on the serial line behind the controller")
            return bytes((function | 0x80, _NO_TARGET))
        if function != _ENCAPSULATED or len(request) != 4 or request[1] != _READ_DEVICE_IDENTIFICATION:
            visit.harm(f"Modbus function {function}")
            return bytes((function | 0x80, _ILLEGAL_FUNCTION))
        return self._identification(request[2], request[3])

    def _identification(self, code: int, first: int) -> bytes:
        """The basic objects (section 6.21); regular and extended categories are answered with what there is."""
        if not _BASIC <= code <= _ONE_OBJECT:
            return bytes((_ENCAPSULATED | 0x80, _ILLEGAL_VALUE))
        texts = [text.encode() for text in (self.vendor, self.product_code, self.revision)]
        objects = [bytes((number, len(text))) + text for number, text in enumerate(texts)]
        if code == _ONE_OBJECT and first >= len(objects):
            return bytes((_ENCAPSULATED | 0x80, _ILLEGAL_ADDRESS))
        chosen = objects[first : first + 1] if code == _ONE_OBJECT else objects[first:] or objects
        head = bytes((_ENCAPSULATED, _READ_DEVICE_IDENTIFICATION, code, 0x81, 0, 0, len(chosen)))
        return head + b"".join(chosen)
