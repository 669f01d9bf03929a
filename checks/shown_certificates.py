"""The certificates that a device shows with the dates of their validity: the leaf of each endpoint, and those of the authorities that it sends along."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

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
    for seen in device.speaking("tls", "opcua"):
        leaf = _tls_leaf(seen) if seen.protocol == "tls" else _opcua_leaf(seen)
        if leaf is not None:
            yield leaf
        if seen.protocol == "tls":
            yield from _authorities(seen)


def _tls_leaf(seen: Observation) -> ShownCertificate | None:
    ends, begins = (moment(seen.facts.get(name)) for name in ("tls.not_after", "tls.not_before"))
    sha256, subject, issuer = (_text(seen, f"tls.{name}") for name in ("sha256", "subject", "issuer"))
    return ShownCertificate(seen, sha256, subject, ends, issuer, begins) if ends else None


def _opcua_leaf(seen: Observation) -> ShownCertificate | None:
    dates = ("opcua.certificate_not_after", "opcua.certificate_not_before")
    ends, begins = (moment(seen.facts.get(name)) for name in dates)
    names = ("opcua.certificate_sha256", "opcua.certificate_subject", "opcua.certificate_issuer")
    sha256, subject, issuer = (_text(seen, name) for name in names)
    return ShownCertificate(seen, sha256, subject, ends, issuer, begins) if ends else None


def _authorities(seen: Observation) -> Iterator[ShownCertificate]:
    columns = (seen.facts.get(name) for name in ("tls.chain", "tls.chain_subjects", "tls.chain_not_after"))
    chain, subjects, dates = (column if isinstance(column, tuple) else () for column in columns)
    for sha256, subject, text in list(zip(chain, subjects, dates, strict=False))[1:]:
        ends = moment(text)
        if ends is not None and sha256 != seen.facts.get("tls.sha256"):
            yield ShownCertificate(seen, sha256, subject, ends, of_authority=True)


def moment(text: object) -> datetime | None:
    """An ISO 8601 fact as a moment in UTC; None where it is none."""
    try:
        found = datetime.fromisoformat(str(text))
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _text(seen: Observation, fact: str) -> str:
    value = seen.facts.get(fact)
    return value if isinstance(value, str) else ""
