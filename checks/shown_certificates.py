"""The certificates that a device shows with the dates of their validity: the leaf of each endpoint, and those of the authorities that it sends along."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.certificates import moment, shown
from inventory.model import Device, Observation


@dataclass(frozen=True, slots=True)
class ShownCertificate:
    """One certificate at one endpoint. `begins` is None and `issuer` empty where that is not known, as of authorities; names are RFC 4514."""

    seen: Observation
    sha256: str
    subject: str
    ends: datetime
    issuer: str = ""
    begins: datetime | None = None
    of_authority: bool = False

    @property
    def self_signed(self) -> bool:
        """Whether it names itself as its issuer."""
        return bool(self.issuer) and self.issuer == self.subject


def shown_certificates(device: Device) -> Iterator[ShownCertificate]:
    """Each certificate whose end is known, in the order of the endpoints, the leaf before its chain."""
    for certificate in shown(device):
        ends, begins = (moment_if_any(certificate.fact(name)) for name in ("not_after", "not_before"))
        if ends is not None:
            sha256, subject, issuer = (certificate.text(name) for name in ("sha256", "subject", "issuer"))
            yield ShownCertificate(certificate.seen, sha256, subject, ends, issuer, begins)
        yield from _authorities(certificate.seen)


def _authorities(seen: Observation) -> Iterator[ShownCertificate]:
    columns = (seen.facts.get(name) for name in ("tls.chain", "tls.chain_subjects", "tls.chain_not_after"))
    chain, subjects, dates = (column if isinstance(column, tuple) else () for column in columns)
    for sha256, subject, text in list(zip(chain, subjects, dates, strict=False))[1:]:
        ends = moment_if_any(text)
        if ends is not None and sha256 != seen.facts.get("tls.sha256"):
            yield ShownCertificate(seen, sha256, subject, ends, of_authority=True)


def moment_if_any(text: object) -> datetime | None:
    """A fact as a moment; None where it is none."""
    try:
        return moment(str(text))
    except (ValueError, OverflowError):
        return None
