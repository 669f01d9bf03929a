"""Where a device stands in the city, in words: from where it was reached, whose it is, how much hangs on it."""

from inventory.report import Context


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
