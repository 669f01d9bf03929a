"""A value as a key that is equal only to itself: what was computed once for a device is found again without comparing devices.

A device holds facts in dictionaries and so cannot be a key. The key keeps its value alive, so that no other can ever be taken for it, as could happen with a
bare `id`; what is in the value is never changed after it was made.
"""

from typing import Generic, TypeVar

T = TypeVar("T")


class Same(Generic[T]):
    """A key for `value` itself, whatever it is equal to."""

    __slots__ = ("value",)

    def __init__(self, value: T) -> None:
        self.value = value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.value is self.value
