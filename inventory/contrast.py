"""What is different between two records of one device, in sentences."""

from collections.abc import Iterator

from inventory.model import CLAIMS, Device


def contrast(before: Device, after: Device, *, silent: bool, unasked: bool) -> Iterator[str]:
    """Sentences: identity, addresses ("moved" where it has none of the old ones), MAC, claims in the order of CLAIMS, ports that opened and that no longer
    answer.

    Where `after` was only heard (`silent`), what it does not tell is no change; where `before` was (`unasked`), what it did not tell is none either.
    """
    if before.untrusted or after.untrusted:
        yield from _belief(before, after)
        return
    if silent or unasked:
        yield from _contradictions(before, after)
        return
    if before.identity != after.identity:
        yield f"known by: {before.identity} → {after.identity}"
    if set(before.addresses) != set(after.addresses):
        how = "address" if set(before.addresses) & set(after.addresses) else "moved"
        yield f"{how}: {', '.join(before.addresses)} → {', '.join(after.addresses)}"
    if before.mac != after.mac:
        yield f"mac: {before.mac or 'unknown'} → {after.mac or 'unknown'}"
    for name in CLAIMS:
        was, now = (", ".join(sorted({claim.value for claim in device.claimed(name)})) for device in (before, after))
        if was != now:
            yield f"{name}: {was or 'unknown'} → {now or 'unknown'}"
    was_open, is_open = ({(e.port, e.transport) for e in device.open_ports} for device in (before, after))
    yield from (f"{port}/{transport} is open now" for port, transport in sorted(is_open - was_open))
    yield from (f"{port}/{transport} no longer answers" for port, transport in sorted(was_open - is_open))


def _belief(before: Device, after: Device) -> Iterator[str]:
    """Whether what it says began or ceased to prove nothing; what changed in what proves nothing is no change of a device."""
    if after.untrusted and not before.untrusted:
        yield f"what it answers proves nothing any more: {after.untrusted}"
    elif before.untrusted and not after.untrusted:
        yield "what it answers is believed again"


def _contradictions(before: Device, after: Device) -> Iterator[str]:
    """What both tell, and tell differently."""
    if not set(before.addresses) & set(after.addresses):
        yield f"address: {', '.join(before.addresses)} → {', '.join(after.addresses)}"
    if before.mac and after.mac and before.mac != after.mac:
        yield f"mac: {before.mac} → {after.mac}"
    for name in ("vendor", "model", "firmware", "serial"):
        was, now = before.claim(name), after.claim(name)
        if was and now and was.value != now.value and now.confidence >= was.confidence:
            yield f"{name}: {was.value} → {now.value}"
