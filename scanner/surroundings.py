"""Where a device stands in the city, in words: from where it was reached, whose it is, how much hangs on it, and which place's record of it speaks."""

from inventory.known import Known
from inventory.report import Context
from inventory.vantages import View


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
    own = next((view for view in known.views if view.scan == known.scan), None)
    others = [view for view in sorted(known.views, key=lambda view: view.assessed, reverse=True) if view is not own]
    if own is None or not others:
        return ""
    seen = (f"{_place(view)} saw {_ports(view)} on {view.when:%Y-%m-%d}" for view in others)
    return "; ".join((f"record of {_place(own)}, scan {own.scan}, {own.when:%Y-%m-%d}: {_ports(own)}", *seen))


def _place(view: View) -> str:
    return view.vantage or "a place that was not named"


def _ports(view: View) -> str:
    return f"{view.answers or 'no'} port{'' if view.answers == 1 else 's'}"
