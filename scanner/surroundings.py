"""Where a device stands in the city, in words: from where it was reached, whose it is, how much hangs on it, and which place's record of it speaks."""

from inventory.known import Known
from inventory.report import Context
from inventory.vantages import View


def context_in_words(context: Context, here: str = "") -> str:
    """ "reached from guest-wifi (open); Pump 4 of Waterworks; criticality critical"; "" where nobody has measured or written anything.

    That it was reached from `here` alone, where the scan itself stood, goes without saying.
    """
    whose = " of ".join(part for part in (context.name, context.owner or context.department) if part)
    parts = (
        reached_from(context) if context.vantages != (here,) else "",
        whose,
        f"at {context.site}" if context.site else "",
        f"criticality {context.criticality}" if context.criticality else "",
    )
    return "; ".join(part for part in parts if part)


def reached_from(context: Context) -> str:
    """ "reached from guest-wifi, office (the widest: open)": who may stand at the widest of these places; "" where nobody has measured."""
    if not context.vantages:
        return ""
    widest = "the widest: " if len(context.vantages) > 1 else ""
    return f"reached from {', '.join(context.vantages)}{f' ({widest}{context.exposure})' if context.exposure else ''}"


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
