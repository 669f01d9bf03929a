"""Where a device stands in the city, in words: from where it was reached, whose it is, how much hangs on it."""

from inventory.report import Context


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
