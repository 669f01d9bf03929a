"""`tocsin why`."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from scanner.options import Options
from scanner.output import show

if TYPE_CHECKING:
    from inventory.findings import FleetFinding
    from inventory.fleet import Brief
    from scanner.last_known import LastKnown

    Meant = Brief | tuple[Brief, str] | FleetFinding
_ID = re.compile("[0-9a-f]{4,16}")


@click.command(short_help="Say why a device ranks where it does.")
@click.argument("device", metavar="DEVICE|FINDING")
@click.pass_obj
def command(options: Options, device: str) -> None:
    """Say why a device ranks where it does, and what its score is after each fix.

    One screen: who it is, when it is due, and the fixes in the best order, each with the score after it. DEVICE is an id or its beginning, an address, a MAC or
    a serial number; FINDING is the id of a finding or at least four digits of its beginning, for the path of that finding alone.
    """
    from inventory.findings import FleetFinding
    from inventory.fleet import Brief
    from scanner.last_known import last_known
    from scanner.path_page import finding_page, fleet_finding_page, path_page
    from scanner.ranking import placed
    from scanner.terminal import in_turn

    with options.open_store() as store:
        known = last_known(store, datetime.now(UTC))
        briefs = known.briefs
        meant = _meant(known, device)
        if isinstance(meant, FleetFinding):
            addresses = {brief.assessment.device.identity: brief.assessment.device.address for brief in briefs}
            show(*fleet_finding_page(meant, in_turn(addresses.get(name, name) for name in meant.devices)))
            return
        brief, finding = (meant, "") if isinstance(meant, Brief) else meant
        assessment = placed(known.whole(brief), options.city())
    if not finding:
        show(*path_page(assessment, known.carried.get(brief.assessment.device.identity, ())))
    else:
        show(*finding_page(assessment, next(one for one in assessment.findings if one.id == finding)))


def _meant(known: LastKnown, text: str) -> Meant:
    """The device or the finding; `StoreError` where it is neither or could be both."""
    from inventory.errors import StoreError
    from inventory.fleet import device_named, finding_named

    if not _ID.fullmatch(text.casefold()):
        return device_named(known.briefs, text)
    finding = finding_named(known.briefs, known.together, text.casefold())
    try:
        device = device_named(known.briefs, text)
    except StoreError as error:
        if finding is not None:
            return finding
        raise StoreError(f"{error}; and no finding has an id that begins so") from error
    if finding is not None:
        raise StoreError(
            f"{text!r} names a device and begins the id of a finding: name the device by its address, or give more of the id"
        )
    return device
