"""The certificates of a whole department end within two months, all at once.

What: all certificates that one issuer has given to the devices of a department (to two or more), or the certificate of an authority that several of its
devices send along, end within the next 60 days. Certificates with a short life count from the last third of it, when whoever renews them by machine should
have done so. The calendar of all certificates is `tocsin expiring`.

Why it matters in a city: what was rolled out in one week ends in one week. On that morning the control room loses a thousand devices together, and people
learn to click warnings away, or to switch the encryption off.

How to fix: renew the authority's certificate first, spread the devices' renewals over weeks, and let a machine do them (ACME, SCEP, EST). Put the date given
here into the department's calendar today.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from checks.contract import Act, FleetFlaw, FleetJudgement, Member, fleet_check
from checks.shown_certificates import ShownCertificate, shown_certificates
from checks.standards import clauses
from inventory.model import Family, Severity

_SOON, _VERY_SOON = timedelta(days=60), timedelta(days=14)
_LAST_PART = 3
_Shown = list[tuple[str, ShownCertificate]]


@fleet_check(
    id="tls-fleet-expiring",
    title="The certificates of a whole department end soon",
    severity=Severity.MEDIUM,
    family=Family.TLS,
    remedy="Renew the authority's certificate and those of the devices before that date, and let a machine do it next time.",
    standards=clauses("CWE-298", "certificate"),
    act=Act.CERTIFICATE,
    sources=("RFC 5280: 4.1.2.5",),
)
def tls_fleet_expiring(fleet: Iterable[Member]) -> FleetJudgement:
    """By department: each authority whose certificate ends soon, then each issuer all of whose certificates do."""
    members = list(fleet)
    now = max((seen.when for member in members for seen in member.device.observations), default=None)
    if now is None:
        return
    groups: dict[tuple[str, bool, str], _Shown] = {}
    for member in members:
        for shown in shown_certificates(member.device):
            name = shown.sha256 if shown.of_authority else shown.issuer
            if name and not shown.self_signed:
                place = groups.setdefault((member.department, not shown.of_authority, name), [])
                place.append((member.device.identity, shown))
    for (department, is_leaf, name), shown_there in sorted(groups.items(), key=lambda item: item[0]):
        yield from _flaws(department, is_leaf=is_leaf, name=name, shown=shown_there, now=now)


def _flaws(department: str, *, is_leaf: bool, name: str, shown: _Shown, now: datetime) -> Iterator[FleetFlaw]:
    """One flaw, where all that has not ended yet ends soon, on two devices at least."""
    valid = [(identity, one) for identity, one in shown if one.ends > now]
    identities = tuple(sorted({identity for identity, _ in valid}))
    if len(identities) < 2 or any(one.ends - now > _window(one) for _, one in valid):
        return
    first, last = (pick(one.ends for _, one in valid) for pick in (min, max))
    of_whom = f"{len(identities)} devices{f' of {department}' if department else ''}"
    if is_leaf:
        until = f"on {first.date()}" if first.date() == last.date() else f"between {first.date()} and {last.date()}"
        detail = f"All certificates that {name} has given to {of_whom} end {until}."
    else:
        detail = f"The certificate of the authority {valid[0][1].subject}, which {of_whom} send along, ends on {first.date()}."
    facet = f"{department}\0{'leaf' if is_leaf else 'authority'}\0{name}"
    yield FleetFlaw(identities, detail, facet, Severity.HIGH if first - now <= _VERY_SOON else None)


def _window(shown: ShownCertificate) -> timedelta:
    """How long before its end a certificate counts: what lives for 90 days is renewed by machine when 30 are left, as ACME clients do."""
    if shown.begins is None or shown.begins >= shown.ends:
        return _SOON
    return min(_SOON, (shown.ends - shown.begins) / _LAST_PART)
