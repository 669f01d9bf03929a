"""The clock of the device is wrong.

What: a TLS server puts the time into its hello in the older versions (RFC 5246, section 7.4.1.2). Where several of them told one clock, and it differs from
the scanner's by more than a day, that is reported, once for each device. Many libraries send random bytes instead; then nothing can be said, and the check
is skipped.

Why it matters in a city: a camera that thinks it is 1970 stamps its pictures so, and no court takes them. A controller whose clock is wrong runs the wrong
timetable, writes logs that fit no other, and cannot tell whether a certificate or an update's signature has expired: it takes old ones, or refuses new ones.

How to fix: set the device's time server (NTP) to the city's own, let the firewall pass UDP port 123 to it, set the time zone, and look again in the evening.
Where the clock is lost at every power cut, have the battery changed.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from checks.contract import Act, Judgement, NotApplicable, check
from checks.rules import breach
from checks.standards import clauses
from inventory.model import Device, Family, Observation, Severity

_TOLERANCE = timedelta(days=1)


@check(
    id="tls-clock",
    title="The device's clock is wrong",
    severity=Severity.LOW,
    family=Family.TLS,
    needs=("tls",),
    remedy="Set the device's time server (NTP) to the city's own, and have its battery changed where it forgets the time.",
    standards=clauses("CWE-298", "clock"),
    act=Act.INVESTIGATE,
    sources=("RFC 5246: 7.4.1.2",),
)
def tls_clock(device: Device) -> Judgement:
    """One finding where the clock that the hellos tell is more than a day off."""
    told = [(seen, clock) for seen in device.speaking("tls") if (clock := _clock(seen))]
    if not told:
        raise NotApplicable("its TLS tells no time")
    for seen, clock in told:
        if abs(clock - seen.when) > _TOLERANCE:
            yield replace(breach("clock.wrong", seen, _detail(seen, clock)), facet="clock")  # a device has one clock
            break
    return "its clock is right to within a day"


def _detail(seen: Observation, clock: datetime) -> str:
    days = abs(clock - seen.when).days
    side = "behind" if clock < seen.when else "ahead"
    return f"Its clock says {clock.date()}: {days} {'day' if days == 1 else 'days'} {side}."


def _clock(seen: Observation) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(seen.facts.get("tls.clock") or ""))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
