"""Bytes that may be packed with gzip (RFC 1952), unpacked up to a bound."""

import zlib

MAGIC = b"\x1f\x8b"


class TooLarge(ValueError):
    """More bytes than are taken."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"it is larger than {limit:,} bytes, the most that is taken")


class Inflater:
    """Takes bytes as they come and gives the whole of them back, unpacked if they are `packed`; raises `TooLarge` and ValueError."""

    def __init__(self, limit: int, *, packed: bool) -> None:
        self._limit = limit
        self._stream = zlib.decompressobj(31) if packed else None
        self._whole = bytearray()

    def feed(self, data: bytes) -> None:
        """Take some more."""
        while data:
            if self._stream is None:
                self._whole += data
                data = b""
            else:
                data = self._unpack(self._stream, data)
            if len(self._whole) > self._limit:
                raise TooLarge(self._limit)

    def end(self) -> bytes:
        """All of it."""
        if self._stream is not None and not self._stream.eof:
            raise ValueError("it is packed with gzip and breaks off in the middle")
        return bytes(self._whole)

    def _unpack(self, stream: "zlib._Decompress", data: bytes) -> bytes:
        """Unpack what fits below the bound; what is left over is another member."""
        if stream.eof:
            self._stream = stream = zlib.decompressobj(31)
        try:
            self._whole += stream.decompress(data, self._limit - len(self._whole) + 1)
        except zlib.error as error:
            raise ValueError(f"it is packed with gzip and damaged ({error})") from error
        return stream.unused_data


def unpacked(content: bytes, limit: int) -> bytes:
    """The content, unpacked where it is packed with gzip; raises `TooLarge` and ValueError."""
    inflater = Inflater(limit, packed=content.startswith(MAGIC))
    inflater.feed(content)
    return inflater.end()
