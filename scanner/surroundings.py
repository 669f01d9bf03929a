"""Where a device stands in the city, in words: from where it was reached, whose it is, how much hangs on it, and which place's record of it speaks."""

from inventory.known import Known
from inventory.report import Context
from inventory.vantages import Look


def context_in_words(context: Context) -> str:
    """ "reached from guest-wifi (open); Pump 4 of Waterworks; criticality critical"; "" where nobody has measured or written anything."""
    vantages = f"reached from {', '.join(context.vantages)}" if context.vantages else ""
    exposure = f" ({context.exposure})" if vantages and context.exposure else ""
    whose = " of ".join(part for part in (context.name, context.owner or context.department) if part)
    parts = (
        f"{vantages}{exposure}",
        whose,
        f"at {context.site}" if context.site else "",
        f"criticality {context.criticality}" if context.criticality else "",
    )
    return "; ".join(part for part in parts if part)


def looks_in_words(known: Known) -> str:
    """ "record of management, scan 20261120T0200, 2026-11-20: 6 ports; guest-wifi saw 1 port on 2026-11-21"; "" where one place alone looked at it."""
    if len(known.looks) < 2:
        return ""
    own, *others = known.looks
    where = own.vantage or "a place that was not named"
    seen = (
        f"{look.vantage or 'a place that was not named'} saw {_ports(look)} on {look.when:%Y-%m-%d}" for look in others
    )
    return "; ".join((f"record of {where}, scan {own.scan}, {own.when:%Y-%m-%d}: {_ports(own)}", *seen))


def _ports(look: Look) -> str:
    return f"{look.ports or 'no'} port{'' if look.ports == 1 else 's'}"
