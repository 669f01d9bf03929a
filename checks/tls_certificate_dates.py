"""The certificate that the device shows is outside its time: expired, about to expire, not valid yet, or made by a device without a clock.

What: the dates of each certificate that the device shows (by TLS, or by OPC UA) against the moment at which it was seen. It has expired; it ends within
sixty days; it begins in the future; or it begins where a clock begins that was never set (1970, 1980, 2000 …): then the device made it at its first start.

Why it matters in a city: an expired certificate trains the staff to click the warning away, and then the forged one goes unnoticed; where clients do check,
a whole department's devices fall silent on the day it ends. A certificate from the future, or from 1970, says that a clock is wrong: log entries, locks and
video of such a device prove nothing, and a key that was made in the first seconds of a first start may be one that others have too.

How to fix: set the time (NTP from the city's own server), let the device make its key and certificate anew or install one of the city's own authority, and
have the renewal done by ACME or SCEP, or put into a calendar.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from checks.certificates import SHOWING, Certificate, each
from checks.contract import Act, Flaw, Judgement, check
from checks.standards import clauses
from inventory.model import Device, Family, Severity

_SOON, _NEXT = timedelta(days=30), timedelta(days=60)
_ADRIFT = timedelta(days=1)
_EPOCHS = (
    (datetime(1900, 1, 1, tzinfo=UTC), "NTP's count of seconds"),  # RFC 5905 section 6
    (datetime(1904, 1, 1, tzinfo=UTC), "the count of seconds of MP4 and HFS"),  # ISO/IEC 14496-12 section 8.2.2
    (datetime(1970, 1, 1, tzinfo=UTC), "Unix time"),  # POSIX.1-2017 section 4.16
    (datetime(1980, 1, 1, tzinfo=UTC), "the clock of a PC and of FAT"),  # ECMA-107 section 11.3.6
    (datetime(1980, 1, 6, tzinfo=UTC), "GPS time"),  # IS-GPS-200 section 3.3.4
    (datetime(1993, 3, 1, tzinfo=UTC), "the clock of Cisco IOS"),  # Cisco: "*Mar 1 1993" until the clock is set
    (datetime(2000, 1, 1, tzinfo=UTC), "a clock chip that counts two digits of the year"),  # DS1307, PCF8563: year 00
)


@check(
    id="tls-certificate-expired",
    title="Expired certificate",
    severity=Severity.HIGH,
    family=Family.TLS,
    needs=SHOWING,
    remedy="Install a new certificate, and have its renewal done by ACME or SCEP or put into a calendar.",
    standards=clauses("CWE-298", "certificate"),
    act=Act.CERTIFICATE,
    sources=("RFC 5280: 6.1.3",),
)
def tls_certificate_expired(device: Device) -> Judgement:
    """Leaf certificates whose last day had passed when they were seen."""
    return (yield from each(device, _expired, "is within its validity"))


@check(
    id="tls-certificate-expiring",
    title="Certificate ends within sixty days",
    severity=Severity.LOW,
    family=Family.TLS,
    needs=SHOWING,
    remedy="Renew the certificate before its last day, and put the next renewal into a calendar.",
    standards=clauses("CWE-298", "certificate"),
    act=Act.CERTIFICATE,
    sources=("RFC 5280: 4.1.2.5",),
)
def tls_certificate_expiring(device: Device) -> Judgement:
    """Leaf certificates that were valid when they were seen, and for less than sixty days more."""
    return (yield from each(device, _expiring, "has more than sixty days left, or none"))


@check(
    id="tls-certificate-not-yet-valid",
    title="Certificate that is not valid yet",
    severity=Severity.LOW,
    family=Family.TLS,
    needs=SHOWING,
    remedy="Set the clock of the device and of whoever issued the certificate by NTP, then issue it anew.",
    standards=clauses("CWE-298", "certificate"),
    act=Act.CERTIFICATE,
    sources=("RFC 5280: 6.1.3",),
)
def tls_certificate_not_yet_valid(device: Device) -> Judgement:
    """Leaf certificates whose first day was still to come when they were seen."""
    return (yield from each(device, _not_yet, "had begun when it was seen"))


@check(
    id="tls-certificate-default-date",
    title="Certificate made before the clock was set",
    severity=Severity.INFO,
    family=Family.TLS,
    needs=SHOWING,
    remedy="Set the device's time by NTP, then let it make its key and its certificate anew.",
    standards=clauses("CWE-1188", "certificate"),
    act=Act.CERTIFICATE,
    sources=("RFC 5280: 4.1.2.5",),
)
def tls_certificate_default_date(device: Device) -> Judgement:
    """Leaf certificates that begin within a day of where a clock begins that was never set."""
    return (yield from each(device, _default_date, "begins on a day that is no clock's first"))


def _expired(certificate: Certificate) -> Iterator[Flaw]:
    """The table's severity is that of a certificate that an authority vouches for; with one that the device signed itself, less is lost."""
    end, seen = certificate.moment("not_after"), certificate.seen.when
    if seen > end:
        detail = f"The certificate of {certificate.holder} expired on {end.date()}, {(seen - end).days} days before it was seen."
        yield certificate.flaw("cert.expired", detail, severity=Severity.MEDIUM if certificate.self_signed else None)


def _expiring(certificate: Certificate) -> Iterator[Flaw]:
    end = certificate.moment("not_after")
    left = end - certificate.seen.when
    if timedelta() <= left < _NEXT:
        haste = ", within a month" if left < _SOON else ""
        yield certificate.flaw(
            "cert.expiring",
            f"The certificate of {certificate.holder} ends on {end.date()}, in {left.days} days{haste}.",
        )


def _not_yet(certificate: Certificate) -> Iterator[Flaw]:
    start, seen = certificate.moment("not_before"), certificate.seen.when
    if seen < start:
        yield certificate.flaw(
            "cert.not_yet",
            f"The certificate of {certificate.holder} begins on {start.date()}, {(start - seen).days} days after it was seen: "
            "the clock of the device, or of whoever issued it, was ahead.",
        )


def _default_date(certificate: Certificate) -> Iterator[Flaw]:
    """Within a day, for the device has run for some hours since, and its hours may be those of its time zone."""
    start = certificate.moment("not_before")
    whose = next((whose for epoch, whose in _EPOCHS if -_ADRIFT <= start - epoch <= _ADRIFT), None)
    if whose is not None:
        yield certificate.flaw(
            "cert.default_date",
            f"The certificate of {certificate.holder} begins on {start.date()}, where {whose} begins: it was made by a device whose clock was not set.",
        )
