"""The certificate that the device shows proves nothing about it: nobody vouches for it, it is made out to another name, or every copy of the product has it.

What: three checks. The device signed the certificate itself; it was asked for by a name that the certificate does not bear (RFC 9525: only the subject
alternative names count, and a wildcard stands for one whole label on the left); or its subject is one that firmware ships, so that the private key is in every
copy of the product or of the library's examples. An OPC UA application's certificate is known to its clients by itself: for it only the last is asked.

Why it matters in a city: staff who see a warning at every device click it away at the forged one too. A certificate that came with the firmware is worse: its
private key can be had from the maker's download page, and with it anyone between the control room and a device can read along and take the passwords.

How to fix: issue a certificate from the city's own authority, made out to the name by which the staff calls the device, and install it in the device's
security settings. Where the device takes none, let it make its own, which is not the factory's.
"""

import ipaddress
from collections.abc import Iterator
from dataclasses import replace

from checks.certificates import OF_TLS, SHOWING, Certificate, Unread, each
from checks.contract import Act, Flaw, Judgement, NotApplicable, check
from checks.standards import clauses
from checks.vendor_certificates import factory_default, named_by
from inventory.model import Device, Family, Severity


@check(
    id="tls-certificate-self-signed",
    title="Self-signed certificate",
    severity=Severity.LOW,
    family=Family.TLS,
    needs=OF_TLS,
    remedy="Install a certificate of the city's own authority, so that a forged one is noticed.",
    standards=clauses("CWE-295", "certificate"),
    act=Act.CERTIFICATE,
    sources=("RFC 5280: 6.1",),
)
def tls_certificate_self_signed(device: Device) -> Judgement:
    """Leaf certificates that the device signed itself."""
    return (yield from each(device, _self_signed, "is signed by another"))


@check(
    id="tls-certificate-name-mismatch",
    title="Certificate is made out to another name",
    severity=Severity.MEDIUM,
    family=Family.TLS,
    needs=("tls",),
    remedy="Issue a certificate whose subject alternative names hold the name by which the device is called.",
    standards=clauses("CWE-297", "certificate"),
    act=Act.CERTIFICATE,
    sources=("RFC 9525: 6.3",),
)
def tls_certificate_name_mismatch(device: Device) -> Judgement:
    """Leaf certificates without the name that the device was asked for by; one that bears it as its common name alone has no alternative name at most."""
    if not any(asked_for(certificate) for certificate in map(Certificate, device.speaking("tls"))):
        raise NotApplicable("it was asked by its address: which name a certificate should bear is not known")
    return (yield from each(device, _mismatch, "bears the name that the device was asked for by"))


@check(
    id="tls-certificate-vendor-default",
    title="Certificate that came with the product",
    severity=Severity.MEDIUM,
    family=Family.TLS,
    needs=SHOWING,
    remedy="Replace the certificate by one whose key was made for this device alone, then change the passwords that were typed.",
    standards=clauses("CWE-1394", "keys"),
    act=Act.CERTIFICATE,
    sources=("the names of certificates that products come with, each with its own source",),
)
def tls_certificate_vendor_default(device: Device) -> Judgement:
    """Leaf certificates whose subject or issuer is that of a factory or of a library's examples."""
    return (yield from each(device, _vendor_default, "bears a name of its own", once=True))


def asked_for(certificate: Certificate) -> str:
    """The name that the endpoint was asked for by; "" where only its address is known."""
    name = certificate.seen.facts.get("tls.server_name")
    return name.lower().rstrip(".") if isinstance(name, str) else ""


def matches(name: str, presented: str) -> bool:
    """RFC 9525 section 6.3: label by label without regard to case; a presented "*" stands for one whole label, the leftmost."""
    wanted, given = name.lower().split("."), presented.lower().rstrip(".").split(".")
    if given[0] == "*" and len(given) > 1:
        return len(wanted) == len(given) and wanted[1:] == given[1:] and wanted[0] != ""
    return wanted == given


def addresses(sans: tuple[str, ...]) -> tuple[str, ...]:
    """The IP addresses among alternative names, as Python writes them."""
    return tuple(found for san in sans if (found := _address(san)))


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return ""


def _self_signed(certificate: Certificate) -> Iterator[Flaw]:
    """An OPC UA application signs its own certificate by design (OPC 10000-12, section 7): clients trust the thumbprint."""
    if certificate.is_application:
        return
    if certificate.fact("self_signed") is None:
        raise Unread(certificate.why_unread)
    if certificate.self_signed:
        yield certificate.flaw("cert.self_signed", f"The certificate of {certificate.holder} is signed by its own key.")


def _mismatch(certificate: Certificate) -> Iterator[Flaw]:
    name = asked_for(certificate)
    if not name:
        return
    sans = certificate.texts("sans")
    if sans is None or not certificate.text("subject"):
        raise Unread(certificate.why_unread)
    borne = sans or _common_names(certificate.text("subject"))
    if not any(matches(name, presented) for presented in borne):
        told = ", ".join(borne[:4]) or "no name at all"
        yield certificate.flaw("cert.name_mismatch", f"Was asked for as {name}; its certificate is made out to {told}.")


def _common_names(subject: str) -> tuple[str, ...]:
    """Where there is no alternative name, the common name is at least what old clients compare (RFC 2818, section 3.1)."""
    parts = subject.replace("\\,", "\0").split(",")
    return tuple(part.removeprefix("CN=").replace("\0", ",") for part in parts if part.startswith("CN="))


def _vendor_default(certificate: Certificate) -> Iterator[Flaw]:
    if not certificate.text("subject") and not certificate.text("issuer"):
        raise Unread(certificate.why_unread)
    found = factory_default(certificate.text("subject"), certificate.text("issuer"))
    if found is None:
        return
    if found.shared:
        told = f"one of {found.maker} that ships together with its private key, so that every copy has it"
    else:
        told = f"the one of {found.maker} that is there before anybody sets the product up"
    flaw = certificate.flaw(
        "key.vendor_default_cert",
        f"The certificate of {certificate.holder} is named as {told}.",
        severity=None if found.shared else Severity.LOW,
    )
    yield replace(flaw, sources=(named_by(found),))
