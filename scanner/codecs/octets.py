"""Bytes that are read from the front, with every length checked: what is missing is a `ProtocolError`, never an IndexError."""

from inventory.errors import ProtocolError


class Octets:
    """A place in some bytes. `name` is what they are called where they end too early."""

    __slots__ = ("_at", "_data", "_name")

    def __init__(self, data: bytes, name: str) -> None:
        self._data = data
        self._name = name
        self._at = 0

    def __bool__(self) -> bool:
        return self._at < len(self._data)

    @property
    def left(self) -> int:
        """How many are left."""
        return len(self._data) - self._at

    def take(self, size: int) -> bytes:
        """The next `size` bytes."""
        if not 0 <= size <= self.left:
            raise ProtocolError(f"{self._name} that ends early")
        self._at += size
        return self._data[self._at - size : self._at]

    def number(self, size: int) -> int:
        """The next `size` bytes as an unsigned number, the highest byte first."""
        return int.from_bytes(self.take(size), "big")

    def rest(self) -> bytes:
        """All that is left."""
        return self.take(self.left)
