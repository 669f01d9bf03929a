"""A Modbus/TCP server (Application Protocol V1.1b3, Messaging Implementation Guide V1.0b) that identifies itself and does nothing else."""

import asyncio
from dataclasses import dataclass

from lab.fake import TLS, Stream, Visit

_READ_DEVICE_IDENTIFICATION, _ENCAPSULATED = 0x0E, 0x2B
_ILLEGAL_FUNCTION, _ILLEGAL_ADDRESS, _ILLEGAL_VALUE, _NO_TARGET = 1, 2, 3, 11
_BASIC, _REGULAR, _ONE_OBJECT = 1, 2, 4
_FIRST_REGULAR = 3


@dataclass(frozen=True)
class Unit:
    """A device on the serial line behind a gateway; `objects` are its identification from object 0 on."""

    number: int
    objects: tuple[str, ...] = ()


@dataclass(frozen=True)
class Modbus(Stream):
    """A controller. Anything but Read Device Identification, or any other unit than its own, is harm: it would reach registers or the serial line behind.

    `regular` are the objects from 3 on (VendorUrl, ProductName, ModelName, UserApplicationName); `behind` are the units that it is a gateway for. One that is
    `fragile` faults on any byte that is not a request for its basic identification, every one on bytes that are no Modbus; and it hangs up.
    """

    port: int = 502
    tls: TLS | None = None
    vendor: str = ""
    product_code: str = ""
    revision: str = ""
    units: tuple[int, ...] = (255, 0, 1)
    regular: tuple[str, ...] = ()
    behind: tuple[Unit, ...] = ()
    fragile: bool = False

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, visit: Visit) -> None:
        """Answer request after request on one connection."""
        while True:
            try:
                header = await reader.readexactly(7)
                size = int.from_bytes(header[4:6], "big")
                if header[2:4] != b"\0\0" or not 2 <= size <= 254:
                    self._fault(header, visit)
                    return
                request = await reader.readexactly(size - 1)
            except asyncio.IncompleteReadError as cut:
                self._fault(cut.partial, visit)
                return
            if self.fragile and request != bytes((_ENCAPSULATED, _READ_DEVICE_IDENTIFICATION, _BASIC, 0)):
                self._fault(request, visit)
                return
            answer = self._answer(header[6], request, visit)
            writer.write(header[:4] + (len(answer) + 1).to_bytes(2, "big") + header[6:] + answer)
            await writer.drain()

    def _fault(self, data: bytes, visit: Visit) -> None:
        if data:
            visit.harm(f"the controller faulted on {data.hex(' ')}")

    def _answer(self, unit: int, request: bytes, visit: Visit) -> bytes:
        function = request[0]
        served = (*self.units, *(part.number for part in self.behind))
        if unit not in served and not (self.behind and unit in (255, 0, 1)):
            visit.harm(f"a Modbus request to unit {unit}, on the serial line behind the controller")
            return bytes((function | 0x80, _NO_TARGET))
        if function != _ENCAPSULATED or len(request) != 4 or request[1] != _READ_DEVICE_IDENTIFICATION:
            visit.harm(f"Modbus function {function}")
            return bytes((function | 0x80, _ILLEGAL_FUNCTION))
        if unit not in served:
            return bytes((function | 0x80, _NO_TARGET))
        return _identification(self._objects(unit), request[2], request[3])

    def _objects(self, unit: int) -> tuple[str, ...]:
        own = (self.vendor, self.product_code, self.revision, *self.regular)
        return next((part.objects for part in self.behind if part.number == unit), own)


def _identification(texts: tuple[str, ...], code: int, first: int) -> bytes:
    """The objects of a category (section 6.21); the extended category is answered with what there is. One that has no such object starts at the first."""
    if not _BASIC <= code <= _ONE_OBJECT:
        return bytes((_ENCAPSULATED | 0x80, _ILLEGAL_VALUE))
    encoded = [text.encode() for text in texts]
    objects = [bytes((number, len(text))) + text for number, text in enumerate(encoded)]
    conformity = 0x80 | (_REGULAR if len(objects) > _FIRST_REGULAR else _BASIC)
    if code == _BASIC:
        objects = objects[:_FIRST_REGULAR]
    if code == _ONE_OBJECT and first >= len(objects):
        return bytes((_ENCAPSULATED | 0x80, _ILLEGAL_ADDRESS))
    chosen = objects[first : first + 1] if code == _ONE_OBJECT else objects[first:] or objects
    head = bytes((_ENCAPSULATED, _READ_DEVICE_IDENTIFICATION, code, conformity, 0, 0, len(chosen)))
    return head + b"".join(chosen)
