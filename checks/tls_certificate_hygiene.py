"""The certificate that the device shows is carelessly made: without a name, for decades, for another use, as an authority's, or against the standard.

What: everything about the certificate that lets nobody in by itself, in one finding for each certificate: no subject alternative name, or one of another
address; a validity of more than five years; the mark of an authority on a certificate that the device signed itself, as OpenSSL's defaults make it; a key that
is not meant for servers; a curve that is written out instead of named; an RSA exponent of 3. Two things are more than careless and stand alone: an authority's
own certificate used by a device, and one that an authority issued for ten years or more. A certificate that breaks the standard so that parts of it cannot be
read is told by a second check. How long a certificate of the public web may be valid is not judged, for there is no list of public authorities here.

Why it matters in a city: clients refuse such certificates, or are told not to look, and then look at none. Whoever takes an authority's key out of one cabinet
can issue certificates for every other device that trusts it.

How to fix: issue certificates by a profile: the device's name and address as alternative names, serverAuth, no authority, two years at most.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from checks.certificates import SHOWING, Certificate, Unread, each
from checks.contract import Act, Flaw, Judgement, check
from checks.rules import all_rules
from checks.standards import clauses
from checks.tls_certificate_names import addresses, asked_for
from inventory.model import Device, Family, Severity

_YEAR = 365.2425
_LONG, _TOO_LONG = timedelta(days=5 * 365), timedelta(days=10 * 365)
_WITHOUT_END = 9999  # RFC 5280 section 4.1.2.5: 99991231235959Z says that there is none
_FOR_SERVERS = ("serverAuth", "anyExtendedKeyUsage")
_HANDSHAKES = ("digital_signature", "key_encipherment", "key_agreement")
_ESSENTIAL = ("subject", "issuer", "not_before", "not_after", "key_type", "key_bits")

Breach = tuple[str, str]
"""A rule and what of this certificate breaks it, as the rest of a sentence that begins with "it"."""


@check(
    id="tls-certificate-hygiene",
    title="Carelessly made certificate",
    severity=Severity.LOW,
    family=Family.TLS,
    needs=SHOWING,
    remedy="Issue the certificate anew by a profile: alternative names, serverAuth, no authority, two years at most.",
    standards=clauses("CWE-295", "certificate"),
    act=Act.CERTIFICATE,
    sources=(
        "RFC 5280: 4.2",
        "RFC 9525: 6",
    ),
)
def tls_certificate_hygiene(device: Device) -> Judgement:
    """What is wrong with a certificate without letting anybody in: one finding for each certificate, and one for each graver breach."""
    return (yield from each(device, _hygiene, "is made with care", once=True))


@check(
    id="tls-certificate-malformed",
    title="Certificate that breaks the standard",
    severity=Severity.LOW,
    family=Family.TLS,
    needs=SHOWING,
    remedy="Let the device make its certificate anew with a current firmware, or install one of the city's authority.",
    standards=clauses("CWE-295", "certificate"),
    act=Act.CERTIFICATE,
    sources=("RFC 5280: 4.1",),
)
def tls_certificate_malformed(device: Device) -> Judgement:
    """Certificates that a strict reader refuses; low where something that must be there could not be read at all."""
    return (yield from each(device, _malformed, "can be read", once=True))


def _hygiene(certificate: Certificate) -> Iterator[Flaw]:
    if not certificate.text("not_after") and not certificate.text("key_type"):
        raise Unread(certificate.why_unread)
    yield from _authority(certificate)
    yield from _for_a_decade(certificate)
    looks = (_unnamed, _for_years, _own_authority, _misused, _odd_key)
    found = [broken for look in looks for broken in look(certificate)]
    if found:
        yield _careless(certificate, found)


def _careless(certificate: Certificate, found: list[Breach]) -> Flaw:
    """One finding for all that is merely careless, on the grounds of all the rules together."""
    told = "; it ".join(what for _, what in found)
    rows = [all_rules()[rule] for rule, _ in found]
    flaw = certificate.flaw(
        "cert.hygiene", f"The certificate of {certificate.holder}: it {told}.{_elsewhere(certificate)}"
    )
    return replace(
        flaw,
        standards=tuple(dict.fromkeys(clause for row in rows for clause in row.standards)),
        sources=tuple(dict.fromkeys(source for row in rows for source in row.sources)),
    )


def _elsewhere(certificate: Certificate) -> str:
    return f" It is also shown at {', '.join(map(str, certificate.also))}." if certificate.also else ""


def _authority(certificate: Certificate) -> Iterator[Flaw]:
    if certificate.fact("is_ca") is True and not certificate.self_signed:
        yield certificate.flaw(
            "cert.ca_leaf",
            f"The certificate of {certificate.holder} is an authority's, issued by {certificate.text('issuer') or 'nobody named'}: "
            "with the key that is in this device certificates can be issued for every other.",
            alone=False,
        )


def _for_a_decade(certificate: Certificate) -> Iterator[Flaw]:
    life = _life(certificate)
    if life is not None and life >= _TOO_LONG and not certificate.self_signed:
        yield certificate.flaw(
            "cert.validity_10y",
            f"The certificate of {certificate.holder} is valid for {_years(life)}, so that a stolen key serves as long.",
            alone=False,
        )


def _life(certificate: Certificate) -> timedelta | None:
    """How long it is valid; None where that is not known, or where it has no end (a device's birth certificate, IEEE 802.1AR section 8.7)."""
    try:
        start, end = certificate.moment("not_before"), certificate.moment("not_after")
    except Unread:
        return None
    return None if end.year == _WITHOUT_END else end - start


def _years(life: timedelta) -> str:
    return f"{life.days / _YEAR:.0f} years"


def _unnamed(certificate: Certificate) -> Iterator[Breach]:
    """Where only the address is known, names say nothing: which of them the staff uses is not known. Addresses do: it bears this one or it does not."""
    sans = certificate.texts("sans")
    if sans == ():
        yield "cert.no_san", "has no subject alternative name"
    borne = addresses(sans or ())
    own = addresses(certificate.addresses)
    if borne and not set(borne) & set(own) and not asked_for(certificate) and not certificate.is_application:
        at = certificate.seen.endpoint.address
        yield "cert.address_mismatch", f"is made out to the address {', '.join(borne[:4])} and was shown at {at}"


def _for_years(certificate: Certificate) -> Iterator[Breach]:
    """Ten years and more are here for what the device signed itself: nobody relies on the end of what nobody vouches for."""
    life = _life(certificate)
    if certificate.text("not_after").startswith(str(_WITHOUT_END)):
        yield "cert.validity_5y", "never ends"
    elif life is not None and life < timedelta():
        yield "cert.reversed", "ends before it begins"
    elif life is not None and life >= _LONG and (life < _TOO_LONG or certificate.self_signed):
        yield "cert.validity_5y", f"is valid for {_years(life)}"


def _own_authority(certificate: Certificate) -> Iterator[Breach]:
    if certificate.fact("is_ca") is True and certificate.self_signed:
        yield "cert.ca_self", "says that it is an authority's, though it vouches for itself alone"


def _misused(certificate: Certificate) -> Iterator[Breach]:
    purposes, uses = certificate.texts("extended_key_usage"), certificate.texts("key_usage")
    if purposes is not None and not set(purposes) & set(_FOR_SERVERS):
        yield "cert.key_usage", f"is not meant for servers (its purposes: {', '.join(purposes[:4]) or 'none'})"
    if uses is not None and not set(uses) & set(_HANDSHAKES):
        yield (
            "cert.key_usage",
            f"has a key that may take no part in a handshake (its uses: {', '.join(uses[:4]) or 'none'})",
        )


def _odd_key(certificate: Certificate) -> Iterator[Breach]:
    if certificate.text("curve") == "explicit":
        yield "cert.explicit_curve", "writes its curve out instead of naming it"
    if certificate.text("exponent") == "3":
        yield "cert.rsa_e3", "has an RSA key with the exponent 3"


def _malformed(certificate: Certificate) -> Iterator[Flaw]:
    """One that was not seen at all (its session broke off, or none was agreed on) has no hash, and nothing is said of it."""
    error = certificate.text("error")
    if not certificate.text("sha256"):
        raise Unread(certificate.why_unread)
    if error:
        lost = [name for name in _ESSENTIAL if certificate.fact(name) is None]
        told = (
            f"could not be read of it: {', '.join(lost)}"
            if lost
            else "all that is judged could be read of it all the same"
        )
        yield certificate.flaw(
            "cert.unreadable",
            f"A strict reader refuses the certificate of {certificate.holder}: {error}; {told}.{_elsewhere(certificate)}",
            severity=None if lost else Severity.INFO,
        )
