"""What the screen shows: the devices of the inventory or of a scan, in one order and by one filter, each with its whole record when it is opened."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from inventory.known import Known
from inventory.model import Severity
from scanner import columns
from scanner.acceptance import Word, accept
from scanner.filters import Filter, read_filter
from scanner.listed import chosen, devices_of, with_particulars
from scanner.options import Options
from scanner.ranking import placed, ranked_known
from scanner.rows import ListedDevice

SORTS = ("score", "address", "kind", "name", "worst", "seen")
"""By what the list is sorted, in the order in which a key goes through them."""


class Shelf:
    """All devices, and those that are shown; every method raises `OperatorError` for what the operator can mend."""

    def __init__(self, options: Options, scan: str | None = None) -> None:
        self.options = options
        self.scan = scan
        self._city = options.city()
        self.every: list[ListedDevice] = with_particulars(options, devices_of(options, scan, self._city))
        self.sorted_by = SORTS[0]
        self.turned = False
        self.filter = Filter()
        self.rows: Sequence[ListedDevice] = ()
        self._arrange()

    @property
    def today(self) -> date:
        """The day by which everything is ranked."""
        return self._city.today

    def choose(self, typed: str) -> None:
        """Show those that a filter means; ConfigError where it cannot be read, and what is shown stays as it is."""
        self.filter = read_filter(typed, self.today)
        self._arrange()

    def sort(self, by: str, *, turned: bool = False) -> None:
        """Put the list into another order."""
        self.sorted_by, self.turned = by, turned
        self._arrange()

    def whole(self, row: ListedDevice) -> Known:
        """The device with its whole record, ranked as of today."""
        with self.options.open_store() as store:
            record = store.whole(row.known)
        return replace(row.known, assessment=placed(record, self._city))

    def accept(self, row: ListedDevice, finding: str, word: Word) -> list[str]:
        """Live with a finding of that device, as `tocsin accept` does, and rank the device anew."""
        told = accept(self.options, finding, word)
        self._city = self.options.city(warn=False)
        again = replace(row, known=ranked_known(row.known, self._city))
        self.every = [again if one.device.identity == row.device.identity else one for one in self.every]
        self._arrange()
        return told

    def again(self, row: ListedDevice) -> ListedDevice:
        """The same device as it stands now."""
        identity = row.device.identity
        return next((one for one in self.every if one.device.identity == identity), row)

    @property
    def counts(self) -> str:
        """How many devices are shown, and how many of them are in each of the worst bands."""
        of = (
            f"{len(self.rows):,} of {len(self.every):,}" if len(self.rows) != len(self.every) else f"{len(self.rows):,}"
        )
        bands = [row.known.assessment.score.band for row in self.rows if row.known.assessment.counted]
        said = [f"{bands.count(band):,} {band.label}" for band in (Severity.CRITICAL, Severity.HIGH) if band in bands]
        return ", ".join((f"{of} device{'' if len(self.every) == 1 else 's'}", *said))

    def _arrange(self) -> None:
        by = columns.Sorting(columns.DEVICE[self.sorted_by], self.turned)
        self.rows = columns.in_order(chosen(self.options, self.every, self.filter), by)
