"""The devices and the findings that a list is made of, each by the record that speaks for it or by one scan's, ranked as of today."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from inventory.model import Endpoint
from inventory.report import Assessment
from inventory.store import Store
from scanner.city import City
from scanner.filters import SHOWN, Filter
from scanner.options import Options
from scanner.ranking import placed, ranked_known
from scanner.rows import NOTHING, ListedDevice, ListedFinding, found_on
from scanner.subjects import about_device, about_finding

_IN_RECORDS = frozenset(("firmware", "port", SHOWN))


def devices_of(options: Options, scan: str | None = None, city: City | None = None) -> list[ListedDevice]:
    """Every device by the record that speaks for it, or by that of one scan; by address, and ranked by what the city knows today."""
    city = city or options.city()
    with options.open_store() as store:
        briefs = store.briefs.newest() if scan is None else store.briefs.of_scan(store.scan(scan).id)
        held = {entry.identity for entry in store.quarantined()}
    ranked = (ranked_known(each, city) for each in briefs)
    rows = (ListedDevice(each, not held.isdisjoint(each.identities)) for each in ranked)
    return sorted(rows, key=lambda row: Endpoint(row.device.address, 0).sort_key)


def chosen(options: Options, rows: Sequence[ListedDevice], wanted: Filter) -> list[ListedDevice]:
    """The devices that a filter means; their records are read only where it asks for what is in them."""
    if not wanted.keys.isdisjoint(_IN_RECORDS):
        rows = with_particulars(options, rows)
    return [row for row in rows if wanted.matches(about_device(row))]


def findings_of(options: Options, rows: Sequence[ListedDevice], wanted: Filter) -> list[ListedFinding]:
    """The findings that a filter means, worst first."""
    if not wanted.keys.isdisjoint(_IN_RECORDS - {"port"}):
        rows = with_particulars(options, rows)
    every = (ListedFinding(row, finding) for row in rows for finding in found_on(row.known))
    return sorted((one for one in every if wanted.matches(about_finding(one))), key=lambda one: one.rank)


def titled(options: Options, findings: Sequence[ListedFinding]) -> list[ListedFinding]:
    """The same with what is needed to call each by its title."""
    bare = {one.of.device.identity: one.of for one in findings if one.of.particulars is NOTHING}
    full = {row.device.identity: row for row in with_particulars(options, tuple(bare.values()))}
    return [replace(one, of=full.get(one.of.device.identity, one.of)) for one in findings]


def with_particulars(options: Options, rows: Iterable[ListedDevice]) -> list[ListedDevice]:
    """The same devices with what is in their records alone."""
    rows = tuple(rows)
    if not rows:
        return []
    with options.open_store() as store:
        return _with_particulars(store, rows)


def _with_particulars(store: Store, rows: Sequence[ListedDevice]) -> list[ListedDevice]:
    found = store.briefs.particulars(row.known for row in rows)
    return [replace(row, particulars=found.get(row.device.identity, NOTHING)) for row in rows]


def whole(options: Options, rows: Sequence[ListedDevice]) -> Iterator[Assessment]:
    """The whole records of these devices, ranked, one at a time."""
    city = options.city(warn=False)
    with options.open_store() as store:
        yield from (placed(store.whole(row.known), city) for row in rows)
