"""Every certificate that a device shows, in one form, whatever protocol showed it; and the way in which all checks of certificates look at them.

TLS and DTLS show a chain, of which the leaf is judged here; an OPC UA server tells its certificate with its endpoints. The facts are those of the leaf, under
the names that the protocol module declares.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from checks.cipher_suites import all_suites
from checks.contract import Flaw, Inconclusive, Judgement, NotApplicable
from checks.rules import breach
from inventory.model import Device, Endpoint, FactValue, Observation, Severity

OF_TLS = ("tls", "dtls")
"""TLS over TCP and over UDP; the facts of both have the same names."""
SHOWING = (*OF_TLS, "opcua")
"""The protocols that show a certificate."""
_SUBJECT, _ISSUER = "subject", "issuer"
_OF_TLS: Mapping[str, str] = {
    _SUBJECT: "tls.subject",
    _ISSUER: "tls.issuer",
    "serial": "tls.serial",
    "not_before": "tls.not_before",
    "not_after": "tls.not_after",
    "key_type": "tls.key_type",
    "key_bits": "tls.key_bits",
    "curve": "tls.curve",
    "exponent": "tls.exponent",
    "modulus": "tls.modulus",
    "signature_hash": "tls.signature_hash",
    "self_signed": "tls.self_signed",
    "is_ca": "tls.is_ca",
    "key_usage": "tls.key_usage",
    "extended_key_usage": "tls.extended_key_usage",
    "sans": "tls.sans",
    "sha1": "tls.sha1",
    "sha256": "tls.sha256",
    "spki_sha256": "tls.spki_sha256",
    "error": "tls.certificate_error",
}
_OF_OPCUA: Mapping[str, str] = {
    _SUBJECT: "opcua.certificate_subject",
    _ISSUER: "opcua.certificate_issuer",
    "serial": "opcua.certificate_serial",
    "not_before": "opcua.certificate_not_before",
    "not_after": "opcua.certificate_not_after",
    "key_type": "opcua.certificate_key_type",
    "key_bits": "opcua.certificate_key_bits",
    "curve": "opcua.certificate_curve",
    "exponent": "opcua.certificate_exponent",
    "modulus": "opcua.certificate_modulus",
    "signature_hash": "opcua.certificate_signature_hash",
    "self_signed": "opcua.certificate_self_signed",
    "is_ca": "opcua.certificate_is_ca",
    "key_usage": "opcua.certificate_key_usage",
    "extended_key_usage": "opcua.certificate_extended_key_usage",
    "sans": "opcua.certificate_sans",
    "sha1": "opcua.certificate_sha1",
    "sha256": "opcua.certificate_sha256",
    "spki_sha256": "opcua.certificate_spki_sha256",
    "error": "opcua.certificate_error",
}
_FACTS = {"tls": _OF_TLS, "dtls": _OF_TLS, "opcua": _OF_OPCUA}


class Unread(Exception):
    """A field that the judgement rests on could not be read; the message says why."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A leaf certificate as one endpoint of the device showed it, with every address that is known of the device.

    `also` are the other endpoints that show the same, where it is judged once for all.
    """

    seen: Observation
    addresses: tuple[str, ...] = ()
    also: tuple[Endpoint, ...] = ()

    def fact(self, name: str) -> FactValue | None:
        """A fact by the last part of its name ("not_after"); None where it was not read."""
        return self.seen.facts.get(_FACTS[self.seen.protocol][name])

    def text(self, name: str) -> str:
        """A fact that is a text; "" where it was not read."""
        value = self.fact(name)
        return value if isinstance(value, str) else ""

    def number(self, name: str) -> int | None:
        """A fact that is a number."""
        value = self.fact(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def texts(self, name: str) -> tuple[str, ...] | None:
        """A fact that is a list; None where the certificate has none, or where it could not be read."""
        value = self.fact(name)
        return value if isinstance(value, tuple) else None

    def moment(self, name: str) -> datetime:
        """A fact that is a date; raises `Unread`."""
        text = self.text(name)
        if not text:
            raise Unread(self.why_unread)
        try:
            return moment(text)
        except (ValueError, OverflowError) as error:
            raise Unread(str(error)) from None

    @property
    def why_unread(self) -> str:
        """Why a field is not there."""
        return self.text("error") or "no certificate was shown"

    @property
    def self_signed(self) -> bool:
        """Whether its own key vouches for it."""
        return self.fact("self_signed") is True

    @property
    def is_owed(self) -> bool:
        """Whether its endpoint shows one, or should have. Who knows its clients by a pre-shared key (RFC 4279) or shows a bare key (RFC 7250) has none to
        show, nor has an OPC UA server without security.
        """
        if any(self.text(name) for name in ("sha256", _SUBJECT, "not_after")):
            return True
        bare = self.seen.protocol == "dtls" and self.text("spki_sha256")
        return not (self.is_application or bare or _by_shared_keys(self.seen))

    @property
    def is_application(self) -> bool:
        """Whether it is an OPC UA application's, which its clients know by its thumbprint and its application URI (OPC 10000-4, section 6.1.3)."""
        return self.seen.protocol == "opcua"

    @property
    def holder(self) -> str:
        """Whom it is made out to, as a sentence has it."""
        return self.text(_SUBJECT) or "an empty subject"

    def flaw(self, rule: str, detail: str, *, severity: Severity | None = None, alone: bool = True) -> Flaw:
        """The breach of a rule by this certificate; `alone` where its check finds no more than one at an endpoint, whose name is then the endpoint's."""
        found = breach(rule, self.seen, detail, severity=severity)
        return replace(found, facet="") if alone else found


def moment(text: str) -> datetime:
    """An ISO 8601 fact as a moment in UTC; raises ValueError or OverflowError where it is none."""
    found = datetime.fromisoformat(text)
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


Look = Callable[[Certificate], Iterator[Flaw]]


def presented(device: Device) -> tuple[Certificate, ...]:
    """What each endpoint presented, if it was nothing."""
    addresses = (*device.addresses, *device.noted)
    return tuple(Certificate(seen, addresses) for seen in device.speaking(*SHOWING))


def shown(device: Device) -> tuple[Certificate, ...]:
    """The certificates among that. An endpoint that should have shown one and did not is among them."""
    return tuple(certificate for certificate in presented(device) if certificate.is_owed)


def distinct(device: Device) -> tuple[Certificate, ...]:
    """Each certificate once, at the first endpoint that shows it."""
    found: dict[str, list[Certificate]] = {}
    for certificate in shown(device):
        found.setdefault(certificate.text("sha256") or str(certificate.seen.endpoint), []).append(certificate)
    return tuple(replace(first, also=tuple(c.seen.endpoint for c in rest)) for first, *rest in found.values())


def each(device: Device, look: Look, sound: str, *, once: bool = False) -> Judgement:
    """Look at every certificate (`once`: at each only once); one that could not be read leaves the check without a verdict."""
    certificates = distinct(device) if once else shown(device)
    if not certificates:
        raise NotApplicable("it shows no certificate")
    unread = []
    for certificate in certificates:
        try:
            yield from look(certificate)
        except Unread as error:
            unread.append(f"{certificate.seen.endpoint}: {error}")
    if unread:
        raise Inconclusive("; ".join(unread))
    return f"every certificate {sound}"


def _by_shared_keys(seen: Observation) -> bool:
    """Whether every suite that it picked rests on a pre-shared key alone."""
    picked = seen.facts.get("tls.suites")
    suites = [all_suites().get(text.partition(" 0x")[2]) for text in picked] if isinstance(picked, tuple) else []
    return bool(suites) and all(suite is not None and suite.authentication == "PSK" for suite in suites)
