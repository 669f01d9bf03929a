"""`tocsin why`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from scanner.options import Options
from scanner.output import pager_option, show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inventory.fleet import Named
    from inventory.known import Known
    from inventory.store import Store
_ID = re.compile("[0-9a-f]{4,16}")


@click.command(short_help="Say why a device ranks where it does.")
@click.argument("device", metavar="DEVICE|FINDING")
@pager_option
@click.pass_obj
def command(options: Options, device: str) -> None:
    """Say why a device ranks where it does, and what its score is after each fix.

    One screen: who it is, when it is due, and the fixes in the best order, each with the score after it. DEVICE is an id or its beginning, an address, a MAC or
    a serial number; FINDING is the id of a finding or at least four digits of its beginning, for the path of that finding alone.
    """
    from inventory.findings import FleetFinding
    from scanner.path_page import finding_page, fleet_finding_page, path_page
    from scanner.ranking import placed, together
    from scanner.surroundings import looks_in_words
    from scanner.terminal import in_turn

    with options.open_store() as store:
        known = store.briefs.newest()
        finding, on = _meant(store, known, device)
        assessment = store.whole(on) if on else None
    city = options.city()
    if on is not None and assessment is not None:
        assessment = placed(assessment, city)
        if finding is None:
            show(*path_page(assessment, looks_in_words(on)), paged=True)
        else:
            show(
                *finding_page(assessment, next(one for one in assessment.findings if one.id == finding.id)), paged=True
            )
    elif isinstance(finding, FleetFinding):
        addresses = {one.assessment.device.identity: one.assessment.device.address for one in known}
        (finding,) = together([finding], (one.assessment for one in known), city)
        show(*fleet_finding_page(finding, in_turn(addresses.get(name, name) for name in finding.devices)), paged=True)


def _meant(store: Store, known: Sequence[Known], text: str) -> Named | tuple[None, Known]:
    """The finding, and the device that has it or is meant itself; `StoreError` where it is neither or could be both."""
    from inventory.errors import StoreError
    from inventory.fleet import finding_named
    from inventory.known import find

    if not _ID.fullmatch(text.casefold()):
        return None, find(known, text)
    finding = finding_named(known, store.briefs.findings(known), text)
    try:
        device = find(known, text)
    except StoreError as error:
        if finding is not None:
            return finding
        raise StoreError(f"{error}; and no finding has an id that begins so") from error
    if finding is not None:
        raise StoreError(
            f"{text!r} names a device and begins the id of a finding: name the device by its address, or give more of the id"
        )
    return None, device
