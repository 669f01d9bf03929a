"""The rows of a table by the names of their products, so that those that speak of a device are found without looking at all of them."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Generic, TypeVar

from checks.knowledge import Lifecycle, Product
from checks.products import plain

Row = TypeVar("Row", Product, Lifecycle)
_Places = dict[str, list[int]]


class NameIndex(Generic[Row]):
    """The rows by their makers and, as `plain` writes them, by their exact names and the beginnings that stand for any ending."""

    def __init__(self, table: Mapping[str, Iterable[Row]]) -> None:
        """Set the table out; it is keyed by `plain_vendor`."""
        self.rows: list[Row] = []
        self._vendors: list[str] = []
        self._exact: _Places = {}
        self._families: _Places = {}
        for vendor, rows in table.items():
            for row in rows:
                self._put(vendor, row)

    def of_vendors(self, names: Iterable[str], vendors: Iterable[str]) -> Iterator[tuple[Row, tuple[str, ...]]]:
        """The rows of those makers that one of the names fits, maker by maker, each with the names that do."""
        fits: dict[int, dict[str, None]] = {}
        for called in names:
            for at in chain(self._exact.get(called, ()), self._beginning(called)):
                fits.setdefault(at, {})[called] = None
        for vendor in vendors:
            yield from ((self.rows[at], tuple(fits[at])) for at in sorted(fits) if self._vendors[at] == vendor)

    def of_others(self, names: Iterable[str], vendors: Iterable[str]) -> Iterator[tuple[Row, tuple[str, ...]]]:
        """The rows of all other makers that bear one of the names exactly."""
        known = frozenset(vendors)
        fits: dict[int, dict[str, None]] = {}
        for called in names:
            for at in self._exact.get(called, ()):
                fits.setdefault(at, {})[called] = None
        yield from ((self.rows[at], tuple(fits[at])) for at in sorted(fits) if self._vendors[at] not in known)

    def _put(self, vendor: str, row: Row) -> None:
        at = len(self.rows)
        self.rows.append(row)
        self._vendors.append(vendor)
        for name in row.names:
            places = (self._families if name.endswith("*") else self._exact).setdefault(plain(name), [])
            if not places or places[-1] != at:
                places.append(at)

    def _beginning(self, name: str) -> Iterator[int]:
        for length in range(len(name) + 1):
            yield from self._families.get(name[:length], ())
